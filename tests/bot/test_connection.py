from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor

import pytest

from dac.errors import Denied
from tests.bot.house import ONE_APPROVAL, House, Running
from tests.bot.people import Json, Slack, until

TURNS = 50
"""Of the bot's event loop: in fewer it begins to end once it is told to."""


@pytest.fixture
def bot(home: House) -> Running:
    return home.start(policy_file=home.policy(ONE_APPROVAL))


def asked(slack: Slack) -> Json:
    slack.command("rosa", "scale search-embed 2")
    card = slack.card("0 of 1")
    slack.reply(card, "What will be done")
    return card


@pytest.mark.parametrize("reason", ["warning", "refresh_requested", "link_disabled"])
def test_commands_go_on_when_slack_asks_to_connect_anew(bot: Running, slack: Slack, reason: str) -> None:
    before = len(slack.calls("apps.connections.open"))
    slack.do("disconnect", reason=reason)
    until(lambda: len(slack.calls("apps.connections.open")) > before, "a new connection")
    until(lambda: slack.command("rosa", "status")["ack"] == "acked", "an acknowledgement")
    slack.told("rosa", "10 clusters")


def test_a_connection_cut_without_a_word_comes_back(bot: Running, slack: Slack) -> None:
    slack.do("disconnect", hard=True)
    until(lambda: slack.state()["sockets"] == 0 or len(slack.calls("apps.connections.open")) > 1, "the cut")
    slack.connected()
    until(lambda: slack.command("rosa", "status")["ack"] == "acked", "an acknowledgement")
    slack.told("rosa", "10 clusters")


def test_after_an_outage_everything_that_happened_meanwhile_is_shown(home: House, bot: Running, slack: Slack) -> None:
    card = asked(slack)
    slack.press("ada", card, "Approve")
    until(lambda: "send" in bot.happened(), "the change")
    slack.fault("outage")
    home.oracle.advance(60)
    until(lambda: bot.request().state == "applied", "the end of the change")
    assert "Done" not in slack.cards()[0]["text"]
    slack.clear_faults()
    done = slack.card("Done")
    slack.reply(done, "done in")
    assert len(slack.cards()) == 1
    slack.connected()
    until(lambda: slack.command("rosa", "status")["ack"] == "acked", "an acknowledgement")
    slack.told("rosa", "10 clusters")


def test_a_command_given_before_the_web_api_fails_is_answered_after(home: House, bot: Running, slack: Slack) -> None:
    slack.fault("http_500", times=None)
    assert slack.command("rosa", "scale search-embed 2")["ack"] == "acked"
    until(lambda: bot.count() == 1, "the request")
    until(lambda: len(home.time.waits) > 6, "several tries")
    slack.clear_faults()
    slack.card("0 of 1")
    slack.told("rosa", "Request 1")


def test_an_event_whose_acknowledgement_was_lost_acts_once(home: House, bot: Running, slack: Slack) -> None:
    card = asked(slack)
    slack.fault("lost_ack")
    slack.say("ada", "@dac approve", thread_ts=card["ts"])
    slack.told("ada", "You approved")

    def delivered_again() -> bool:
        slack.do("clock", advance=4)
        return [each["attempt"] for each in slack.state()["deliveries"] if each["name"] == "app_mention"] == [0, 1]

    until(delivered_again, "the second delivery")
    home.carry_out(bot)
    slack.card("Done")
    assert bot.happened().count("approve") == 1
    assert "refuse" not in bot.happened()
    assert home.oracle.changes() == 1


def test_deliveries_out_of_order_are_each_carried_out(bot: Running, slack: Slack) -> None:
    slack.fault("out_of_order")
    slack.say("rosa", "@dac status chat-prod")
    slack.command("rosa", "help")
    slack.told("rosa", "/dac scale")
    slack.told("rosa", "chat-prod in us-chicago-1")


@pytest.mark.parametrize("kind", ["outage", "http_500", "ratelimited"])
def test_the_bot_waits_for_a_slack_that_is_not_there_yet(home: House, slack: Slack, kind: str) -> None:
    slack.fault(kind, **({} if kind == "outage" else {"method": "auth.test", "times": 3}))
    bot = home.start(wait=False)
    until(lambda: len(home.time.waits) >= 3, "three tries")
    slack.clear_faults()
    bot.wait()
    slack.command("rosa", "status")
    slack.told("rosa", "10 clusters")


def test_the_bot_waits_for_a_slack_whose_connection_breaks(home: House, slack: Slack) -> None:
    slack.fault("drop", method="auth.test", times=2)
    home.start()
    assert home.time.waits[:2] == [1.0, 2.0]


@pytest.mark.parametrize("kind", ["http_500", "drop"])
def test_the_bot_waits_for_socket_mode_that_is_not_there_yet(home: House, slack: Slack, kind: str) -> None:
    slack.fault(kind, method="apps.connections.open", times=2)
    home.start()
    slack.connected()
    slack.command("rosa", "status")
    slack.told("rosa", "10 clusters")


@pytest.mark.parametrize(
    ("setting", "variable"),
    [
        ("slack_bot_token", "DAC_SLACK_BOT_TOKEN"),
        ("slack_app_token", "DAC_SLACK_APP_TOKEN"),
    ],
)
def test_a_token_slack_does_not_accept_ends_the_start_in_a_sentence(home: House, setting: str, variable: str) -> None:
    wrong: Json = {setting: "xoxb-wrong-and-secret"}
    with pytest.raises(Denied, match=variable) as refusal:
        home.start(**wrong)
    assert "wrong-and-secret" not in str(refusal.value)


def test_what_has_begun_is_answered_before_the_bot_ends(home: House, bot: Running, slack: Slack) -> None:
    home.oracle.fault("hold_before", times=None)
    slack.command("rosa", "status")
    until(lambda: home.oracle.ask("GET", "held"), "a call that Oracle holds")
    bot.loop.call_soon_threadsafe(bot._stop.set)
    home.oracle.clear_faults()
    home.oracle.do("release")
    slack.told("rosa", "10 clusters")


def test_what_has_come_is_acknowledged_before_the_socket_closes(bot: Running, slack: Slack) -> None:
    with bot.database() as database, ThreadPoolExecutor() as people:
        database.execute("BEGIN IMMEDIATE")
        asked = people.submit(slack.command, "rosa", "help")
        until(lambda: slack.state()["deliveries"], "the command at the bot")
        ending = people.submit(bot.stop)
        for _ in range(TURNS):
            bot.on_loop(asyncio.sleep(0))
        database.rollback()
        assert asked.result()["ack"] == "acked"
        ending.result()
