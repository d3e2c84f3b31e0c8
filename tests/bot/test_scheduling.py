"""A digest scheduled by typing, by a form and by its buttons, with the bot as it is between the local servers."""

from __future__ import annotations

from datetime import UTC, timedelta

import pytest

from dac.schedules import Occurrence
from tests.bot.house import House, Running
from tests.bot.people import GENERAL, OPS, Json, Slack, shown, until


def digests(slack: Slack, channel: str = OPS) -> list[Json]:
    return [each for each in slack.messages(channel) if each.get("bot_id") and "Cost digest" in shown(each)]


def test_it_comes_once_a_day_and_can_be_stopped_from_the_list(home: House, bot: Running, slack: Slack) -> None:
    slack.command("rosa", 'digest schedule #dac-ops "daily 09:00 UTC"')
    until(
        lambda: [each for each in slack.messages() if "is set up" in shown(each)], "the answer, for all of the channel"
    )
    assert digests(slack) == []
    nine = bot.bot.services.schedules.get(1).next_at
    assert nine
    assert nine.astimezone(UTC).hour == 9
    home.time.advance(seconds=(nine - home.time.now()).total_seconds())
    until(lambda: digests(slack), "the digest")
    home.time.advance(hours=24)
    until(lambda: len(digests(slack)) == 2, "the next")
    slack.command("ben", "digest schedules")
    listed = slack.told("ben", "1 scheduled digest")
    assert "Last sent" in shown(listed)
    slack.press("ben", listed, "Pause")
    until(lambda: [each for each in slack.messages() if "is paused" in shown(each)], "the word to all of the channel")
    home.time.advance(hours=48)
    slack.press("ben", listed, "Run now")
    until(lambda: len(digests(slack)) == 3, "the one out of turn")
    last = until(lambda: _last_of("U03BEN", bot), "its being settled")
    assert home.time.now() - last.due < timedelta(hours=1)


def _last_of(person: str, bot: Running) -> Occurrence | None:
    last = bot.bot.services.schedules.last(1)
    return last if last and last.asked_by == person else None


@pytest.mark.usefixtures("bot")
def test_a_form_has_the_channel_picked(slack: Slack) -> None:
    slack.command("rosa", "digest schedule")
    slack.form("rosa")
    slack.submit("rosa", channel=GENERAL, when="mondays 8:30")
    told = slack.told("rosa", "is set up")
    assert f"to <#{GENERAL}>" in shown(told)


@pytest.mark.usefixtures("bot")
def test_where_the_bot_is_not_it_says_how_to_invite_it(slack: Slack) -> None:
    slack.do("membership", channel=GENERAL, user="U0DACBOT", joined=False)
    slack.command("rosa", "digest schedule #general daily 9:00")
    assert "say `/invite @dac` there" in shown(slack.told("rosa", "I am not in #general"))
