from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest
from slack_sdk import WebClient

from approvals.events import Refused
from bot.listeners import LOOK_SECONDS, LOOKS
from tests.bot.conftest import MakeHouse
from tests.bot.house import BOT_TOKEN, MANIFEST, ONE_APPROVAL, House, Running, Time, at_once
from tests.bot.people import ADA, FINOPS, OPS, ROSA, Json, Slack, buttons, shown, until


@pytest.fixture
def card(bot: Running, slack: Slack) -> Json:
    """The card of a request of Rosa's that two people have to approve."""
    slack.command("rosa", "scale chat-prod 4 because launch week")
    card = slack.card("0 of 2")
    slack.reply(card, "What will be done")
    return card


def refusals(bot: Running) -> list[tuple[str, str]]:
    return [(each.actor, each.body.attempt) for each in bot.events() if isinstance(each.body, Refused)]


def test_two_approvals_by_button_and_by_mention_scale_the_cluster(
    home: House, bot: Running, slack: Slack, card: Json
) -> None:
    slack.press("ada", card, "Approve")
    slack.told("ada", "You approved; 1 more needed for request 1")
    slack.card("1 of 2")
    slack.say("ben", "@dac approve because the launch is on Monday", thread_ts=card["ts"])
    assert buttons(slack.card("Being carried out")) == []
    home.carry_out(bot)
    done = slack.card("Done")
    cluster = home.oracle.cluster("chat-prod")
    assert cluster["unitCount"] == 4
    assert cluster["freeformTags"]["dac-request"] == bot.request().tag
    assert cluster["freeformTags"]["team"] == "assistant"
    assert done["ts"] == card["ts"]
    assert "ACTIVE with 4 units" in shown(done)
    slack.reply(card, "the launch is on Monday")
    slack.reply(card, "done in")
    slack.reply(card, "100 %")
    assert home.oracle.changes() == 1
    assert len(slack.cards()) == 1
    steps = [each for each in bot.happened() if each != "progress"]
    assert steps == ["submit", "vote", "approve", "start", "send", "succeed"]


def test_progress_is_told_in_one_message_of_the_thread(home: House, bot: Running, slack: Slack, card: Json) -> None:
    slack.press("ada", card, "Approve")
    slack.press("ben", card, "Approve")
    slack.reply(card, "Oracle has been at it")
    home.oracle.advance(18)
    until(lambda: "progress" in bot.happened(), "progress")
    home.oracle.advance(60)
    slack.card("Done")
    slack.reply(card, "100 %")
    assert len([each for each in slack.thread(card) if "progress" in each["text"]]) == 1


def test_denying_by_button_asks_why_and_nothing_is_changed(home: House, bot: Running, slack: Slack, card: Json) -> None:
    slack.press("ada", card, "Deny …")
    form = slack.form("ada")
    assert "1" in shown(form)
    assert slack.submit("ada", because="")["errors"]
    assert bot.happened() == ["submit"]
    assert slack.submit("ada", because="over budget <!channel> this month")["ok"]
    denied = slack.card("Denied")
    assert "over budget" in shown(denied)
    assert "<!channel>" not in shown(denied)
    assert buttons(denied) == []
    slack.reply(card, "nothing was changed")
    assert home.oracle.changes() == 0


def test_denying_by_mention_takes_the_reason_with_it(bot: Running, slack: Slack, card: Json) -> None:
    slack.say("ben", "@dac deny because over budget: see the sheet", thread_ts=card["ts"])
    assert "over budget: see the sheet" in shown(slack.card("Denied"))
    assert bot.request().outcome == "over budget: see the sheet"


def test_denying_by_mention_without_a_reason_is_asked_for_one(bot: Running, slack: Slack, card: Json) -> None:
    slack.say("ben", "@dac deny", thread_ts=card["ts"])
    slack.told("ben", "Usage: `deny because …`")
    assert bot.happened() == ["submit"]


def test_who_asked_may_cancel(home: House, bot: Running, slack: Slack, card: Json) -> None:
    slack.press("rosa", slack.told("rosa", "Request 1"), "Cancel it")
    assert f"Cancelled by <@{ROSA}>" in shown(slack.card("Cancelled"))
    slack.command("ada", "approve 1")
    slack.told("ada", "was cancelled; it is too late to approve it")
    assert home.oracle.changes() == 0


def test_nobody_else_may_cancel(bot: Running, slack: Slack, card: Json) -> None:
    slack.command("ada", "cancel 1")
    slack.told("ada", "Only the person who asked for it can cancel request 1")
    assert refusals(bot) == [(ADA, "cancel")]


@pytest.mark.parametrize(
    ("user", "told"),
    [("rosa", "someone else must decide"), ("olga", "You are not among the approvers")],
    ids=["own request", "outsider"],
)
@pytest.mark.parametrize(
    "vote",
    [
        lambda slack, user, card: slack.press(user, card, "Approve"),
        lambda slack, user, card: slack.say(user, "@dac approve", thread_ts=card["ts"]),
        lambda slack, user, _: slack.command(user, "approve 1"),
    ],
    ids=["button", "mention", "command"],
)
def test_who_may_not_approve_is_told_privately_and_it_is_on_record(
    bot: Running, slack: Slack, card: Json, user: str, told: str, vote: Callable[[Slack, str, Json], object]
) -> None:
    vote(slack, user, card)
    slack.told(user, told)
    assert [attempt for _, attempt in refusals(bot)] == ["approve"]
    assert "0 of 2" in shown(slack.card())
    assert not [each for each in slack.messages(user="ben") if told in shown(each)]


def test_one_person_counts_once(bot: Running, slack: Slack, card: Json) -> None:
    slack.press("ada", card, "Approve")
    slack.card("1 of 2")
    slack.press("ada", card, "Approve")
    slack.told("ada", "You have already approved request 1")
    assert bot.request().state == "pending"


def test_who_has_left_the_group_since_may_not_approve_and_who_has_joined_it_may(
    make_house: MakeHouse, tmp_path: Path
) -> None:
    manifest = tmp_path / "manifest.yml"
    manifest.write_text(
        MANIFEST.read_text().replace("- usergroups:read", "- usergroups:read\n      - usergroups:write")
    )
    home = make_house(manifest=manifest)
    slack = home.slack
    home.start()
    slack.command("rosa", "scale search-embed 2")
    card = slack.card("waiting for <@U02ADA> or <@U03BEN>")
    client = WebClient(BOT_TOKEN, base_url=f"{slack.url}/api/")
    client.usergroups_users_update(usergroup="S01APPROVERS", users="U03BEN,U04OLGA")
    home.time.advance(seconds=6)  # who is in a group is known for five
    slack.press("ada", card, "Approve")
    slack.told("ada", "You are not among the approvers")
    slack.press("olga", card, "Approve")
    slack.told("olga", "You approved")
    slack.card("Being carried out")


def test_a_cluster_changed_meanwhile_makes_the_request_stale_and_asking_anew_is_one_press(
    home: House, bot: Running, slack: Slack, card: Json
) -> None:
    home.oracle.do("set", ocid=home.oracle.cluster("chat-prod")["id"], unitCount=3)
    slack.press("ada", card, "Approve")
    slack.press("ben", card, "Approve")
    stale = slack.card("Stale")
    assert "3" in bot.request().outcome
    slack.reply(card, "nothing was changed")
    assert home.oracle.changes() == 0
    slack.press("rosa", stale, "Ask anew")
    anew = slack.card(request_id=2)
    assert "3 → *4*" in shown(anew)
    assert "launch week" in shown(anew)


def test_a_request_nobody_decided_on_expires(home: House, bot: Running, slack: Slack, card: Json) -> None:
    home.time.advance(hours=5)
    expired = slack.card("Expired")
    assert buttons(expired) == ["Ask anew"]
    slack.reply(card, "this expired")
    slack.command("ada", "approve 1")
    slack.told("ada", "expired")
    assert home.oracle.changes() == 0


def test_a_press_after_the_time_is_up_does_not_count(home: House, slack: Slack) -> None:
    bot = home.start(poll_seconds=600)
    slack.command("rosa", "scale chat-prod 4")
    card = slack.card("0 of 2")
    home.time.advance(hours=5)
    slack.press("ada", card, "Approve")
    slack.told("ada", "Request 1 has expired")
    assert bot.request().state == "pending"


def test_a_mention_in_a_thread_of_no_request_names_what_is_missing(bot: Running, slack: Slack) -> None:
    ts = slack.say("rosa", "lunch?")
    slack.say("ada", "@dac approve", thread_ts=ts)
    slack.told("ada", "Usage: `/dac approve")


def test_two_presses_at_once_are_one_approval_and_the_other_is_told(home: House, slack: Slack) -> None:
    bot = home.start(policy_file=home.policy(ONE_APPROVAL))
    slack.command("rosa", "scale search-embed 2")
    card = slack.card()
    at_once([lambda: slack.press("ada", card, "Approve"), lambda: slack.press("ben", card, "Approve")])
    home.carry_out(bot)
    slack.card("Done")
    told = until(
        lambda: [each for user in ("ada", "ben") for each in slack.private(user) if "too late" in shown(each)],
        "the second to be told",
    )
    assert len(told) == 1
    assert bot.happened().count("approve") == 1
    assert home.oracle.changes() == 1


def test_a_button_for_another_plan_than_the_one_asked_does_not_count(
    home: House, bot: Running, slack: Slack, card: Json
) -> None:
    slack.command("ada", "approve 1 --plan 00000000deadbeef")
    slack.told("ada", "Request 1 is for another plan")
    assert bot.request().state == "pending"


def test_without_a_rule_nothing_is_asked(home: House, slack: Slack) -> None:
    rule = '[[rule]]\nname = "one"\nclusters = ["other"]\napprovers = { users = ["U02ADA"] }\n'
    bot = home.start(policy_file=home.policy(rule))
    slack.command("rosa", "scale chat-prod 4")
    slack.told("rosa", "No rule of the approval policy covers")
    assert bot.count() == 0
    assert not slack.cards(channel=OPS)


class Late(Time):
    """The place of the card is noted down only while somebody looks for it a second time."""

    def __init__(self) -> None:
        super().__init__()
        self.to_note: Callable[[], None] = lambda: None

    async def sleep(self, seconds: float) -> None:
        if seconds == LOOK_SECONDS:
            await asyncio.to_thread(self.to_note)
        await super().sleep(seconds)


def test_a_word_in_a_thread_is_understood_before_the_card_is_noted_down(home: House, slack: Slack) -> None:
    time = Late()
    bot = home.start(policy_file=home.policy(ONE_APPROVAL), time=time)
    slack.command("rosa", "scale search-embed 2")
    card = slack.card("0 of 1")
    until(lambda: not bot.bot.store.unseen(), "all of it drawn")

    def note(ts: str) -> None:
        with bot.database() as db:
            db.execute("UPDATE postings SET ts = ? WHERE name = 'card'", [ts])
            db.commit()

    note("not yet")
    time.to_note = lambda: note(card["ts"])
    slack.say("ada", "@dac approve", thread_ts=card["ts"])
    until(lambda: "approve" in bot.happened(), "the approval")


def test_a_word_in_somebody_elses_thread_is_answered_after_a_moment(home: House, slack: Slack) -> None:
    home.start(policy_file=home.policy(ONE_APPROVAL))
    thread = slack.say("ada", "@dac help")
    slack.told("ada", "/dac scale")
    slack.say("ada", "@dac status chat-prod", thread_ts=thread)
    slack.told("ada", "chat-prod")
    assert home.time.waits.count(LOOK_SECONDS) == LOOKS - 1


def test_a_word_in_an_old_thread_is_not_waited_for(home: House, slack: Slack) -> None:
    home.start(policy_file=home.policy(ONE_APPROVAL))
    thread = slack.say("ada", "good morning")
    home.time.advance(minutes=2)
    slack.say("ada", "@dac status chat-prod", thread_ts=thread)
    slack.told("ada", "chat-prod")
    assert LOOK_SECONDS not in home.time.waits


def test_a_card_that_had_to_go_to_a_direct_message_has_its_thread_there(home: House, slack: Slack) -> None:
    bot = home.start(policy_file=home.policy(f'{ONE_APPROVAL}channel = "{FINOPS}"\n'))
    slack.say("rosa", "scale search-embed 2", channel="app")
    card = until(lambda: [each for each in slack.direct("rosa") if "0 of 1" in shown(each)], "the card")[0]
    slack.say("rosa", "cancel", channel=card["channel"], thread_ts=card["ts"])
    until(lambda: bot.request().state == "cancelled", "its end")
