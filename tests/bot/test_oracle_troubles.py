from __future__ import annotations

import pytest

from tests.bot.house import ONE_APPROVAL, House, Running
from tests.bot.people import FRANKFURT, Json, Slack, shown, until


@pytest.fixture
def bot(home: House) -> Running:
    return home.start(policy_file=home.policy(ONE_APPROVAL))


@pytest.fixture
def card(bot: Running, slack: Slack) -> Json:
    slack.command("rosa", "scale search-embed 2")
    card = slack.card("0 of 1")
    slack.reply(card, "What will be done")
    return card


def troubles(slack: Slack, card: Json) -> list[Json]:
    return [each for each in slack.thread(card) if "It is tried again by itself" in shown(each)]


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ({"kind": "status", "status": 503}, "Oracle answered 503"),
        ({"kind": "status", "status": 401}, "key or token was not accepted"),
        ({"kind": "drop"}, "Oracle could not be reached"),
        ({"kind": "timeout"}, "answer"),
    ],
    ids=["503", "401", "drop", "silence"],
)
def test_without_oracle_a_status_is_a_clear_sentence(
    home: House, bot: Running, slack: Slack, fault: Json, words: str
) -> None:
    home.oracle.fault(**fault)
    assert slack.command("rosa", "status")["ack"] == "acked"
    told = slack.told("rosa", words)
    assert "No cluster could be read" in shown(told)
    home.oracle.clear_faults()


def test_with_one_region_down_the_other_is_shown_and_the_gap_is_named(home: House, bot: Running, slack: Slack) -> None:
    home.oracle.fault("status", status=503, region=FRANKFURT)
    slack.command("rosa", "status")
    told = shown(slack.told("rosa", "incomplete"))
    assert "8 clusters in 1 region" in told
    assert "chat-prod" in told
    assert f"⚠️ *{FRANKFURT}*: alarms, clusters, endpoints, models, work requests not read. Oracle answered 503" in told
    assert "search-embed-eu" not in told


def test_a_request_is_not_made_from_what_cannot_be_read(home: House, bot: Running, slack: Slack) -> None:
    home.oracle.fault("status", status=503, operation="GetDedicatedAiCluster")
    slack.command("rosa", "scale search-embed 2")
    slack.told("rosa", "Oracle answered 503")
    assert bot.count() == 0


def test_trouble_before_the_change_is_told_once_and_the_change_goes_on_after_it(
    home: House, bot: Running, slack: Slack, card: Json
) -> None:
    home.oracle.fault("status", status=503, operation="GetDedicatedAiCluster")
    slack.press("ada", card, "Approve")
    assert "It is tried again" in shown(slack.card("Oracle answered 503"))
    slack.reply(card, "It is tried again by itself")
    asked = len(home.oracle.calls("GetDedicatedAiCluster"))
    until(lambda: len(home.oracle.calls("GetDedicatedAiCluster")) > asked + 6, "further tries", 30)
    home.oracle.clear_faults()
    home.carry_out(bot)
    done = slack.card("Done")
    assert "It is tried again" not in shown(done)
    assert len(troubles(slack, card)) == 1
    assert bot.happened().count("trouble") == 1
    assert home.oracle.changes() == 1


def test_trouble_while_the_change_is_watched_is_told_once_and_it_comes_to_its_end(
    home: House, bot: Running, slack: Slack, card: Json
) -> None:
    slack.press("ada", card, "Approve")
    until(lambda: "send" in bot.happened(), "the change")
    home.oracle.fault("status", status=503, operation="GetDedicatedAiCluster")
    slack.card("Oracle answered 503")
    slack.reply(card, "It is tried again by itself")
    home.oracle.clear_faults()
    home.oracle.advance(60)
    slack.card("Done")
    assert len(troubles(slack, card)) == 1


@pytest.mark.parametrize("kind", ["drop_after", "drop"])
def test_a_change_whose_answer_was_lost_is_made_once(
    home: House, bot: Running, slack: Slack, card: Json, kind: str
) -> None:
    home.oracle.fault(kind, operation="UpdateDedicatedAiCluster", times=1)
    slack.press("ada", card, "Approve")
    home.carry_out(bot)
    slack.card("Done")
    cluster = home.oracle.cluster("search-embed")
    assert cluster["unitCount"] == 2
    assert cluster["freeformTags"]["dac-request"] == bot.request().tag
    region = home.oracle.state()["regions"]["us-chicago-1"]
    assert len([each for each in region["workRequests"] if each["operationType"].startswith("UPDATE")]) == 1


@pytest.mark.parametrize(("status", "code"), [(409, "IncorrectState"), (404, "NotAuthorizedOrNotFound")])
def test_a_change_oracle_refuses_ends_the_request_with_oracles_words(
    home: House, bot: Running, slack: Slack, card: Json, status: int, code: str
) -> None:
    home.oracle.fault(
        "status", operation="UpdateDedicatedAiCluster", status=status, code=code, message="busy as a bee", times=1
    )
    slack.press("ada", card, "Approve")
    failed = shown(slack.card("Failed"))
    assert "busy as a bee" in failed
    assert "search-embed is ACTIVE with 1 unit" in failed
    slack.reply(card, "this failed")
    assert home.oracle.cluster("search-embed")["unitCount"] == 1


def test_a_change_that_fails_at_oracle_is_shown_as_failed(home: House, bot: Running, slack: Slack, card: Json) -> None:
    home.oracle.do("fail_next", ocid=home.oracle.cluster("search-embed")["id"], message="Out of host capacity")
    slack.press("ada", card, "Approve")
    home.carry_out(bot)
    assert "Out of host capacity" in shown(slack.card("Failed"))


def test_an_app_home_says_what_of_it_could_not_be_read(home: House, bot: Running, slack: Slack) -> None:
    bot.stop()
    home.start(oci_config_file=home.folder / "nowhere")
    slack.do("home", user="rosa")
    view = until(lambda: slack.ask("GET", "views/rosa")["home"], "the App Home")
    assert "Not read" in shown(view)


def test_an_app_home_that_slack_does_not_take_is_in_the_log(
    home: House, bot: Running, slack: Slack, caplog: pytest.LogCaptureFixture
) -> None:
    slack.fault("ratelimited", method="views.publish", retry_after=3600, times=None)
    slack.do("home", user="rosa")
    until(lambda: "Showing the App Home: Slack is asked too often" in caplog.text, "a line in the log")


def test_a_menu_without_oracle_is_empty_and_not_an_error(home: House, slack: Slack) -> None:
    home.start(menu_seconds=0.2)
    slack.command("rosa", "scale")
    slack.form("rosa")
    home.oracle.fault("hold_before", times=None)
    offered = slack.options("rosa", "value:scale:cluster", "")
    assert offered["ack"] == "acked"
    assert offered["options"] == []
    home.oracle.clear_faults()
    home.oracle.do("release")
