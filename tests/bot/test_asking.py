from __future__ import annotations

from typing import Any

import pytest
from slack_bolt.request.async_request import AsyncBoltRequest

from tests.bot.house import ONE_APPROVAL, House, Running
from tests.bot.people import ADA, GENERAL, OPS, Json, Slack, button, buttons, shown, until


def test_status_is_shown_to_who_asked_alone(bot: Running, slack: Slack) -> None:
    assert slack.command("rosa", "status")["ack"] == "acked"
    told = slack.told("rosa", "chat-prod")
    assert "10 clusters in 2 regions" in told["text"]
    assert "support-llama" in shown(told)
    assert not slack.private("ada")


def test_an_answer_is_shared_by_a_button_for_everybody(bot: Running, slack: Slack) -> None:
    slack.command("rosa", "status chat-prod")
    told = slack.told("rosa", "chat-prod")
    assert not slack.messages(user="ada")
    slack.press("rosa", told, "Share to channel")
    shared = until(lambda: slack.messages(user="ada"), "the shared answer")
    assert [each["text"] for each in shared] == [told["text"]]


def test_an_answer_is_shared_at_once_when_it_is_asked_for(bot: Running, slack: Slack) -> None:
    slack.command("rosa", "status --share")
    until(lambda: [each for each in slack.messages(user="ada") if "10 clusters" in each["text"]], "the shared status")


def test_an_empty_line_is_answered_with_what_can_be_asked(bot: Running, slack: Slack) -> None:
    slack.command("rosa", "")
    told = slack.told("rosa", "/dac scale")
    assert "Status of all clusters" in buttons(told)


@pytest.mark.parametrize(
    ("typed", "answered"),
    [
        ("staus", "Did you mean `/dac status`?"),
        ("zzzzzz", "`/dac help` lists what I understand"),
        ("status nowhere", "nowhere"),
        ("status --pages 2", "There is no “--pages” here"),
        ("scale chat-prod many", "many"),
        ("scale chat-prod 200", "chat-prod cannot grow by 198 units"),
        ("approve 99", "There is no request 99"),
        ("approve twelve", "“twelve” is not the number of a request"),
    ],
)
def test_what_cannot_be_done_is_answered_in_a_sentence(bot: Running, slack: Slack, typed: str, answered: str) -> None:
    assert slack.command("rosa", typed)["ack"] == "acked"
    slack.told("rosa", answered)
    assert bot.count() == 0


def test_hostile_words_are_given_back_harmless(bot: Running, slack: Slack) -> None:
    slack.command("rosa", "<!channel> <@U02ADA>")
    told = slack.told("rosa", "I do not know")
    assert "<!channel>" not in shown(told)


def test_a_request_tells_who_asked_where_it_is_and_what_it_needs(bot: Running, slack: Slack) -> None:
    slack.command("rosa", "scale chat-prod 4 because launch week", channel=GENERAL)
    told = slack.told("rosa", "Request 1", channel=GENERAL)
    assert f"<#{OPS}>" in shown(told)
    card = slack.card("0 of 2", channel=OPS)
    assert "launch week" in shown(card)
    assert buttons(card)[:2] == ["Approve", "Deny …"]


def test_the_thread_of_a_card_holds_the_detail(bot: Running, slack: Slack) -> None:
    slack.command("rosa", "scale chat-prod 4 because launch week")
    detail = slack.reply(slack.card(), "What will be done")
    assert "ocid1.generativeaidedicatedaicluster" in shown(detail)


def test_a_form_opens_for_what_is_missing(bot: Running, slack: Slack) -> None:
    slack.command("rosa", "scale")
    form = slack.form("rosa")
    asked = [each["block_id"] for each in form["blocks"] if "block_id" in each]
    assert [each for each in asked if each in {"arg:cluster", "arg:units", "arg:because"}] == [
        "arg:cluster",
        "arg:units",
        "arg:because",
    ]
    offered = slack.options("rosa", "value:scale:cluster", "chat")
    assert [each["value"] for each in offered["options"]] == ["chat-prod"]


def test_what_a_form_is_about_is_called_as_people_know_it(home: House, bot: Running, slack: Slack) -> None:
    ocid = home.oracle.cluster("chat-prod")["id"]
    slack.command("rosa", f"endpoint create {ocid}")
    chosen = [each["element"].get("initial_option") for each in slack.form("rosa")["blocks"] if "element" in each]
    assert [(each["text"]["text"], each["value"]) for each in chosen if each] == [("chat-prod", ocid)]


def test_a_form_opens_even_where_oracle_does_not_say_what_it_is_about(home: House, bot: Running, slack: Slack) -> None:
    ocid = home.oracle.cluster("chat-prod")["id"]
    home.oracle.fault("status", status=401, code="NotAuthenticated")
    slack.command("rosa", f"endpoint create {ocid}")
    chosen = [each["element"].get("initial_option") for each in slack.form("rosa")["blocks"] if "element" in each]
    assert [each["value"] for each in chosen if each] == [ocid]


def test_a_form_that_is_filled_in_makes_a_request(bot: Running, slack: Slack) -> None:
    slack.command("rosa", "scale")
    slack.form("rosa")
    assert slack.submit("rosa", cluster="chat-prod", units="4", because="launch week")["ok"]
    assert slack.view("rosa") is None
    slack.told("rosa", "Request 1")
    assert "launch week" in shown(slack.card())


def test_a_form_keeps_what_was_typed(bot: Running, slack: Slack) -> None:
    slack.command("rosa", "scale chat-prod")
    slack.form("rosa")
    assert slack.submit("rosa", units="+2")["ok"]
    assert "2 → *4*" in shown(slack.card())


def test_what_is_wrong_in_a_form_shows_at_its_field(bot: Running, slack: Slack) -> None:
    slack.command("rosa", "scale chat-prod")
    slack.form("rosa")
    answer = slack.submit("rosa", units="many")
    assert answer["response_action"] == "errors"
    assert list(answer["errors"]) == ["arg:units"]
    assert slack.view("rosa")
    assert slack.submit("rosa", units="4")["ok"]
    slack.card()


def test_what_was_entered_is_given_back_when_it_cannot_be_done(bot: Running, slack: Slack) -> None:
    slack.command("rosa", "scale chat-prod")
    slack.form("rosa")
    slack.submit("rosa", units="200", because="a very big launch")
    told = slack.told("rosa", "You entered")
    assert "200 because a very big launch" in shown(told)


def test_a_form_delivered_twice_makes_one_request(bot: Running, slack: Slack) -> None:
    slack.command("rosa", "scale chat-prod")
    slack.form("rosa")
    slack.fault("duplicate")
    assert slack.submit("rosa", units="4")["ok"]
    slack.card()
    slack.told("rosa", "Request 1")
    slack.command("rosa", "help")
    slack.told("rosa", "/dac scale")
    assert bot.count() == 1
    assert len(slack.private("rosa")) == 2


def test_what_is_missing_is_named_where_no_form_can_be_opened(bot: Running, slack: Slack) -> None:
    slack.say("rosa", "@dac scale chat-prod")
    slack.told("rosa", "I need &lt;units")


def test_a_button_in_an_answer_carries_on_from_it(bot: Running, slack: Slack) -> None:
    slack.command("rosa", "status chat-prod")
    slack.press("rosa", slack.told("rosa", "chat-prod"), "Scale …")
    slack.form("rosa")
    assert slack.submit("rosa", units="+1")["ok"]
    assert "Scale chat-prod from 2 to 3 units" in slack.card()["text"]


def test_the_bot_hears_its_name_in_a_channel(bot: Running, slack: Slack) -> None:
    slack.say("rosa", "@dac status chat-prod")
    slack.told("rosa", "chat-prod in us-chicago-1")


@pytest.mark.parametrize("line", ["status chat-prod", "/dac status chat-prod", "@dac status chat-prod"])
def test_the_bot_is_spoken_to_directly(bot: Running, slack: Slack, line: str) -> None:
    slack.say("rosa", line, channel="app")
    until(lambda: [each for each in slack.messages("app", "rosa") if "chat-prod in" in each["text"]], "an answer")


@pytest.mark.parametrize(("text", "channel"), [("status chat-prod", "app"), ("@dac status chat-prod", OPS)])
def test_what_is_said_with_a_file_is_heard(bot: Running, slack: Slack, text: str, channel: str) -> None:
    slack.say("rosa", text, channel=channel, files={"train.jsonl": b"{}"})
    until(lambda: [each for each in slack.messages(channel, "rosa") if "chat-prod in" in each["text"]], "an answer")


def home_of(slack: Slack, user: str) -> Json:
    return until(lambda: slack.ask("GET", f"views/{user}")["home"], "the App Home")


def press_home(slack: Slack, user: str, label: str) -> None:
    home = home_of(slack, user)
    slack.do("view/action", user=user, view_id=home["id"], action=button(home, label))


def test_the_app_home_shows_the_fleet_and_its_buttons_work(bot: Running, slack: Slack) -> None:
    slack.do("home", user="rosa")
    assert "chat-prod" in shown(home_of(slack, "rosa"))
    published = len(slack.calls("views.publish"))
    press_home(slack, "rosa", "Read again")
    until(lambda: len(slack.calls("views.publish")) > published, "the App Home anew")
    press_home(slack, "rosa", "Scale a cluster …")
    assert slack.form("rosa")["callback_id"] == "dac:form"
    press_home(slack, "rosa", "Help")
    until(lambda: [each for each in slack.direct("rosa") if "/dac scale" in shown(each)], "help, directly")


def test_the_app_home_shows_what_has_become_of_what_was_pressed_there(home: House, slack: Slack) -> None:
    bot = home.start(policy_file=home.policy(ONE_APPROVAL.replace("approvals = 1", "approvals = 2")))
    slack.command("rosa", "scale search-embed 2")
    slack.card("0 of 2")
    slack.do("home", user="ada")
    assert "Approve" in buttons(home_of(slack, "ada"))
    press_home(slack, "ada", "Approve")
    until(lambda: "Approve" not in buttons(home_of(slack, "ada")), "the App Home without the button")
    assert bot.request().voters == (ADA,)


def test_the_app_home_shows_what_has_become_of_a_form_opened_there(home: House, slack: Slack) -> None:
    bot = home.start(policy_file=home.policy(ONE_APPROVAL))
    slack.command("rosa", "scale search-embed 2")
    slack.card("0 of 1")
    slack.do("home", user="ada")
    press_home(slack, "ada", "Deny …")
    slack.form("ada")
    slack.submit("ada", because="too much")
    until(lambda: "Deny …" not in buttons(home_of(slack, "ada")), "the App Home without the button")
    assert bot.request().state == "denied"


def test_a_form_about_a_request_says_what_it_is_for(bot: Running, slack: Slack) -> None:
    slack.command("rosa", "scale chat-prod 4")
    slack.press("ada", slack.card("0 of 2"), "Deny …")
    form = slack.form("ada")
    assert "Scale chat-prod from 2 to 4 units" in shown(form)
    assert "a month at list price" in shown(form)


def test_a_form_about_a_request_that_is_not_there_does_not_open(bot: Running, slack: Slack) -> None:
    slack.command("ada", "deny 7")
    slack.told("ada", "There is no request 7")
    assert slack.view("ada") is None


def test_a_command_delivered_twice_is_carried_out_once(home: House, slack: Slack) -> None:
    bot = home.start(policy_file=home.policy(ONE_APPROVAL))
    slack.fault("duplicate", times=None)
    slack.command("rosa", "scale search-embed 2")
    slack.told("rosa", "Request 1")
    card = slack.card()
    slack.press("ada", card, "Approve")
    slack.told("ada", "You approved")
    slack.say("rosa", "@dac status search-embed")
    slack.told("rosa", "search-embed in us-chicago-1")
    home.carry_out(bot)
    slack.card("Done")
    assert bot.count() == 1
    assert bot.happened().count("approve") == 1
    assert "refuse" not in bot.happened()
    assert len([each for each in slack.private("rosa") if "search-embed in" in each["text"]]) == 1
    assert home.oracle.changes() == 1


@pytest.mark.parametrize(
    ("kind", "of_whom"),
    [
        ({"type": "app_mention"}, {"bot_id": "B9", "subtype": "bot_message"}),
        ({"type": "app_mention"}, {"bot_id": "B9", "user": ADA}),
        ({"type": "app_mention"}, {"user": None}),
        ({"type": "message", "channel_type": "im"}, {"bot_id": "B9", "user": ADA}),
        ({"type": "message", "channel_type": "im"}, {}),
    ],
)
def test_what_another_app_says_asks_for_nothing(
    bot: Running, slack: Slack, caplog: pytest.LogCaptureFixture, kind: dict[str, Any], of_whom: dict[str, Any]
) -> None:
    """Nobody could be held to it; and two apps that answer one another would never come to an end."""
    said = {"channel": OPS, "ts": "1700000000.000100", "text": "<@U0DACBOT> scale search-embed 2 because so"}
    body = {"type": "event_callback", "team_id": "T0SANDBOX", "event_id": "Ev9", "event": kind | said | of_whom}
    bot.on_loop(bot.bot.app.async_dispatch(AsyncBoltRequest(mode="socket_mode", body=body)))
    slack.command("rosa", "scale search-embed 2")
    slack.card(request_id=1)
    assert bot.count() == 1
    assert "Carrying out a" not in caplog.text
