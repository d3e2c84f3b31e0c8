"""What time alone does, with nobody pressing anything."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import pytest

from tests.bot.house import ONE_APPROVAL, House, Running, Time
from tests.bot.people import GENERAL, Oracle, Slack, shown, until

T = TypeVar("T")

PATIENT = f"""
[freezers]
users = ["U02ADA"]
{ONE_APPROVAL}
reminders = ["PT20M"]
begin_within = "P2D"
break_glass = {{ users = ["U01ROSA"] }}
review_within = "PT4H"
notify = {{ channels = ["{GENERAL}"] }}
"""


@pytest.fixture
def bot(home: House) -> Running:
    return home.start(policy_file=home.policy(PATIENT))


def units(oracle: Oracle) -> int:
    return int(oracle.cluster("search-embed")["unitCount"])


def leased(home: House, bot: Running) -> None:
    """search-embed at two units for eight hours."""
    slack = home.slack
    slack.command("rosa", "scale search-embed 2 --for 8h because launch week")
    slack.press("ada", slack.card("0 of 1"), "Approve")
    home.carry_out(bot)
    until(lambda: bot.request().lease, "the lease")


def test_who_can_approve_is_reminded_in_the_thread(home: House, bot: Running, slack: Slack) -> None:
    slack.command("rosa", "scale search-embed 2")
    card = slack.card("0 of 1")
    home.time.advance(minutes=21)
    slack.reply(card, "<@U02ADA>")
    until(lambda: "remind" in bot.happened(), "the reminder on record")


def test_a_lease_is_announced_and_given_back_once_by_a_request_of_its_own(
    home: House, bot: Running, slack: Slack
) -> None:
    leased(home, bot)
    home.start(policy_file=bot.settings.policy_file, time=home.time)
    home.time.advance(hours=7, minutes=45)
    until(lambda: "announce" in bot.happened(), "the announcement")
    home.time.advance(minutes=20)
    until(lambda: bot.count() == 2, "the return")
    home.carry_out(bot, 2)
    slack.card("Done", request_id=2)
    until(lambda: "close" in bot.happened(), "the end of the lease")
    assert units(home.oracle) == 1
    assert bot.count() == 2
    assert home.oracle.changes() == 2


def test_a_lease_that_ended_while_no_bot_was_there_is_given_back_at_the_next_start(home: House, bot: Running) -> None:
    leased(home, bot)
    bot.stop()
    later = Time(skipped=home.time.skipped)
    later.advance(days=3)
    second = home.start(policy_file=bot.settings.policy_file, time=later)
    until(lambda: second.count() == 2, "the return")
    home.carry_out(second, 2)
    until(lambda: "close" in second.happened(), "the end of the lease")
    assert units(home.oracle) == 1


def test_a_return_that_oracle_does_not_answer_is_tried_until_it_does(home: House, bot: Running, slack: Slack) -> None:
    leased(home, bot)
    home.oracle.fault("status", status=503, operation="GetDedicatedAiCluster", times=None)
    home.time.advance(hours=9)
    until(lambda: bot.request().trouble, "the trouble on record")
    slack.card("503")
    home.time.advance(minutes=20)
    until(lambda: "escalate" in bot.happened(), "the escalation")
    home.oracle.clear_faults()
    ticking(home, lambda: bot.count() == 2, "the return")
    home.carry_out(bot, 2)
    until(lambda: "close" in bot.happened(), "the end of the lease")


def ticking(home: House, found: Callable[[], T | None], what: str) -> T:
    def look() -> T | None:
        home.time.advance(minutes=1)
        return found()

    return until(look, what)


def test_nothing_is_begun_while_everything_is_frozen(home: House, bot: Running, slack: Slack) -> None:
    slack.command("ada", "freeze because the audit is running")
    until(bot.bot.services.freezer.current, "the freeze")
    slack.command("rosa", "scale search-embed 2")
    slack.press("ben", slack.card("0 of 1"), "Approve")
    card = slack.card("the audit is running")
    assert "<@U02ADA>" in shown(card)
    assert home.oracle.changes() == 0
    slack.command("ada", "unfreeze")
    home.carry_out(bot)
    slack.card("Done")


def test_a_broken_glass_is_told_where_the_rule_says_and_its_review_is_reminded_of(
    home: House, bot: Running, slack: Slack
) -> None:
    slack.command("rosa", "scale search-embed 2")
    card = slack.card("0 of 1")
    bot.bot.services.approvals.break_glass(1, "U01ROSA", because="search is down", confirmed="search-embed")
    home.carry_out(bot)
    slack.card("Done")
    until(
        lambda: [each for each in slack.messages(GENERAL) if "search is down" in shown(each)],
        "a word in the channel that is to be told",
    )
    home.time.advance(hours=5)
    until(lambda: "remind" in bot.happened(), "the reminder of the review")
    slack.reply(card, "review")
