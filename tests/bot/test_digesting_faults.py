"""Scheduled digests kept by a fault of Oracle's or ours: that is what is said, and nothing is paused."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from dac.errors import Denied, Invalid, NotFound, Unavailable
from tests.bot.digests import EU, NINE, Newsroom
from tests.bot.house import BOT_TOKEN
from tests.bot.people import GENERAL, ROSA, shown


@pytest.mark.parametrize("error", [Unavailable("Oracle is away."), RuntimeError("a fault of ours")])
def test_one_that_cannot_be_made_keeps_no_other_waiting_and_is_made_later(room: Newsroom, error: Exception) -> None:
    room.schedule(scope=EU, channel=GENERAL)
    room.schedule()
    room.broken = error
    room.until(NINE)
    room.round()
    assert len(room.digests()) == 1
    assert room.digests(GENERAL) == []
    room.broken = None
    room.round(minutes=10)
    assert len(room.digests(GENERAL)) == 1


@pytest.mark.parametrize("error", [Denied("Oracle says no."), NotFound("Nothing there."), Invalid("No such tag.")])
def test_one_that_will_not_be_gathered_comes_and_says_why(room: Newsroom, error: Exception) -> None:
    made = room.schedule(scope=EU)
    room.broken = error
    room.until(NINE)
    room.round()
    (told,) = room.digests()
    assert str(error) in shown(told)
    assert "late" not in shown(told)
    assert room.book.get(made.id).trouble is None


@pytest.mark.parametrize("error", [Unavailable("Oracle is away."), RuntimeError("a fault of ours")])
def test_one_that_cannot_be_gathered_for_an_hour_comes_and_says_why(room: Newsroom, error: Exception) -> None:
    made = room.schedule(scope=EU)
    room.broken = error
    room.until(NINE)
    room.round()
    room.round(minutes=59)
    assert room.digests() == []
    room.round(minutes=1)
    (told,) = room.digests()
    assert ("Oracle is away." if isinstance(error, Unavailable) else "Something went wrong on my side") in shown(told)
    assert "Why it is late" in shown(told)
    assert room.book.get(made.id).trouble is None
    room.broken = None
    room.round(hours=23)
    assert "chat is idle" in shown(room.digests()[-1])


def test_a_message_that_slack_does_not_take_is_not_its_channel_s_fault_and_pauses_nothing(room: Newsroom) -> None:
    made = room.schedule()
    room.times = 100
    room.until(NINE)
    room.round()
    assert room.book.get(made.id).trouble is None
    room.round(minutes=5)
    room.round(minutes=5)
    (told,) = room.slack.direct(ROSA)
    assert "which is not its channel's fault" in shown(told)
    trouble = room.book.get(made.id).trouble
    assert trouble
    assert trouble.ours
    for _ in range(9):
        room.round(hours=24)
    assert room.book.get(made.id).paused is None
    room.times = 1
    room.round(hours=24)
    assert room.book.get(made.id).trouble is None
    assert len(room.slack.direct(ROSA)) == 1


def test_while_slack_does_not_know_the_token_nothing_is_given_up(room: Newsroom) -> None:
    made = room.schedule()
    room.token = "xoxb-revoked"
    room.until(NINE)
    room.round()
    for _ in range(9):
        room.round(hours=24)
    assert room.book.get(made.id).trouble is None
    room.token = BOT_TOKEN
    room.round(minutes=1)
    assert len(room.digests()) == 10
    assert "does not know this app's token" in shown(room.digests()[0])


def test_a_zone_that_the_machine_knows_no_more_keeps_no_other_waiting_and_is_told(room: Newsroom) -> None:
    made = room.schedule()
    room.schedule(channel=GENERAL)
    with closing(sqlite3.connect(room.path)) as db, db:
        db.execute(
            "UPDATE schedules SET body = json_set(body, '$.recurrence.zone', 'Old/Town') WHERE id = ?", [made.id]
        )
    room.until(NINE)
    room.round("one", "two")
    assert len(room.digests(GENERAL)) == 1
    (told,) = room.slack.direct(ROSA)
    assert "knows no time zone Old/Town any more" in shown(told)
    with pytest.raises(Invalid, match="knows no time zone"):
        room.book.resume(made.id, room.clock.now())
