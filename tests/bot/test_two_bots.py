from __future__ import annotations

import functools

import pytest

from tests.bot.house import ONE_APPROVAL, House, Running, Time, at_once
from tests.bot.people import Slack, until

ASKED = ("search-embed 2", "chat-prod 3", "docs-idle 2", "tickets-prod 2")


@pytest.fixture
def bots(home: House) -> tuple[Running, Running]:
    """Two bots on one database and one app token, as during a rolling restart."""
    rules = home.policy(ONE_APPROVAL)
    both = home.start(policy_file=rules), home.start(policy_file=rules, time=Time())
    home.slack.connected(2)
    return both


def test_each_card_is_posted_once_and_each_change_made_once(
    home: House, bots: tuple[Running, Running], slack: Slack
) -> None:
    at_once([functools.partial(slack.command, "rosa", f"scale {each}") for each in ASKED])
    numbers = range(1, len(ASKED) + 1)
    cards = [slack.card("0 of 1", request_id=number) for number in numbers]
    at_once([functools.partial(slack.press, user, card, "Approve") for card in cards for user in ("ada", "ben")])
    home.carry_out(bots[0], *numbers)
    for number in numbers:
        card = slack.card("Done", request_id=number)
        slack.reply(card, "done in")
        slack.reply(card, "100 %")
        assert len(slack.cards(number)) == 1
        texts = [each["text"] for each in slack.thread(card)]
        assert len(texts) == len(set(texts))
        assert bots[0].happened(number).count("approve") == 1
        assert bots[0].happened(number).count("start") == 1
    assert home.oracle.changes() == len(ASKED)


def test_deliveries_copied_to_both_make_one_request(home: House, bots: tuple[Running, Running], slack: Slack) -> None:
    slack.fault("duplicate", times=None)
    slack.command("rosa", "scale search-embed 2")
    card = slack.card("0 of 1")
    slack.press("ada", card, "Approve")
    home.carry_out(bots[0])
    slack.card("Done")
    assert bots[0].count() == 1
    assert bots[0].happened().count("approve") == 1
    assert home.oracle.changes() == 1


def test_the_second_goes_on_when_the_first_ends(home: House, bots: tuple[Running, Running], slack: Slack) -> None:
    slack.command("rosa", "scale search-embed 2")
    card = slack.card("0 of 1")
    slack.press("ada", card, "Approve")
    until(lambda: "start" in bots[1].happened(), "the claim")
    bots[0].stop()
    assert slack.command("rosa", "status")["ack"] == "acked"
    # Should the first have claimed and not called, its lease has to pass first.
    bots[1]._time.advance(seconds=60)
    home.carry_out(bots[1])
    slack.card("Done")
    assert home.oracle.changes() == 1


def test_a_bot_that_starts_later_finds_everything_as_it_was(home: House, slack: Slack) -> None:
    rules = home.policy(ONE_APPROVAL)
    first = home.start(policy_file=rules)
    slack.command("rosa", "scale search-embed 2")
    card = slack.card("0 of 1")
    slack.reply(card, "What will be done")
    first.stop()
    second = home.start(policy_file=rules)
    slack.say("ada", "@dac approve", thread_ts=card["ts"])
    home.carry_out(second)
    assert slack.card("Done")["ts"] == card["ts"]
    assert len(slack.cards()) == 1
