"""What people do with schedules between two rounds: paused, resumed, removed, run out of turn."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import datetime, timedelta

import pytest

from dac.errors import NotFound
from dac.schedules import Pause
from tests.bot.digests import NINE, Newsroom
from tests.bot.people import ADA, GENERAL, OPS, ROSA, shown
from tests.fakes import START


def test_what_is_due_while_it_is_paused_is_left_out(room: Newsroom) -> None:
    made = room.schedule()
    room.book.pause(made.id, Pause(by=ADA, at=room.clock.now()))
    room.until(NINE + timedelta(days=1))
    room.round()
    assert room.book.get(made.id).skipped(room.clock.now()) == 2
    room.book.resume(made.id, room.clock.now())
    room.round(hours=24)
    assert len(room.digests()) == 1


def test_one_paused_while_it_waited_is_not_told(room: Newsroom) -> None:
    made = room.schedule()
    room.until(NINE)
    room.slack.fault("outage")
    room.round()
    room.slack.clear_faults()
    room.book.pause(made.id, Pause(by=ADA, at=room.clock.now()))
    room.round(minutes=1)
    assert room.digests() == []


def test_one_that_may_be_there_is_looked_for_even_when_it_is_removed(room: Newsroom) -> None:
    made, other = room.schedule(), room.schedule(channel=GENERAL)
    room.until(NINE)
    room.slack.fault("drop_after", method="chat.postMessage", channel=OPS)
    room.slack.fault("http_500", method="chat.postMessage", channel=GENERAL)
    room.round()
    room.book.remove(made.id, ADA)
    room.book.remove(other.id, ADA)
    room.round(minutes=1)
    assert len(room.digests()) == 1
    assert room.digests(GENERAL) == []
    with pytest.raises(NotFound):
        room.book.get(made.id)


def test_one_out_of_turn_is_told_even_of_a_paused_schedule_and_changes_no_other_time(room: Newsroom) -> None:
    made = room.schedule()
    room.book.pause(made.id, Pause(by=ADA, at=room.clock.now()))
    for _ in range(2):
        room.book.run(made.id, ADA, at=room.clock.now(), delivery="run-1")
    room.round(minutes=20)
    (told,) = room.digests()
    assert "late" not in shown(told)
    assert room.told == [("all", START)]


def test_a_double_click_has_one_told_out_of_turn(room: Newsroom) -> None:
    made = room.schedule()
    room.book.run(made.id, ADA, at=room.clock.now(), delivery="first")
    room.round()
    room.clock.advance(seconds=1)
    room.book.run(made.id, ADA, at=room.clock.now(), delivery="second")
    room.round()
    assert len(room.digests()) == 1
    room.clock.advance(seconds=30)
    room.book.run(made.id, ADA, at=room.clock.now(), delivery="later")
    room.round()
    assert len(room.digests()) == 2


def test_one_out_of_turn_comes_though_somebody_pauses_the_schedule_before(room: Newsroom) -> None:
    made = room.schedule()
    room.book.run(made.id, ADA, at=room.clock.now(), delivery="run-1")
    room.book.pause(made.id, Pause(by=ROSA, at=room.clock.now()))
    room.round()
    assert len(room.digests()) == 1


def test_who_asked_for_one_out_of_turn_is_told_that_it_is_not_sent(room: Newsroom) -> None:
    made, mine = room.schedule(), room.schedule(channel=GENERAL)
    for each in (made, mine):
        room.book.run(each.id, ADA, at=room.clock.now(), delivery=f"run-{each.id}")
    room.book.remove(made.id, ROSA)
    room.book.remove(mine.id, ADA)
    for _ in range(2):
        room.round("one", "two")
    (told,) = room.slack.direct(ADA)
    assert f"Schedule {made.id}," in shown(told)
    assert "is not sent: the schedule has been removed." in shown(told)


@pytest.mark.parametrize("ours", [True, False], ids=["a fault of ours", "the channel"])
def test_who_asked_for_one_that_is_given_up_is_told_why(room: Newsroom, *, ours: bool) -> None:
    made = room.schedule(owner=ROSA)
    room.book.pause(made.id, Pause(by=ROSA, at=room.clock.now()))
    room.book.run(made.id, ADA, at=room.clock.now(), delivery="run-1")
    if ours:
        room.times = 100
    else:
        room.slack.do("archive", channel=OPS)
    room.round()
    room.round(hours=24)
    (told,) = room.slack.direct(ADA)
    assert ("Slack refused this" if ours else "the channel is archived") in shown(told)


def values(room: Newsroom) -> list[datetime]:
    """When those digests were due whose value is kept."""
    with closing(sqlite3.connect(room.path)) as db:
        rows = db.execute("SELECT due FROM occurrences WHERE json_extract(body, '$.digest') IS NOT NULL ORDER BY due")
        return [datetime.fromisoformat(due) for (due,) in rows]


def test_what_is_not_drawn_again_is_not_kept_but_for_the_newest_and_stays_on_record(room: Newsroom) -> None:
    made, other = room.schedule(), room.schedule("monthly 24 09:00 UTC", channel=GENERAL)
    room.until(NINE)
    room.round()
    for _ in range(9):
        room.round("one", "two", hours=24)
    days = [NINE + timedelta(days=each) for each in range(10)]
    assert values(room) == [NINE, *days[2:]]
    with closing(sqlite3.connect(room.path)) as db:
        assert db.execute("SELECT count(*) FROM occurrences").fetchone() == (11,)
    room.book.remove(made.id, ADA)
    room.book.remove(other.id, ADA)
    room.round(hours=24 * 8)
    assert values(room) == []
