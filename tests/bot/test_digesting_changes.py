"""What people do with schedules between two rounds: paused, resumed, removed, run out of turn."""

from __future__ import annotations

from datetime import timedelta

import pytest

from dac.errors import NotFound
from dac.schedules import Pause
from tests.bot.digests import NINE, Newsroom
from tests.bot.people import ADA, GENERAL, OPS, shown
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
    room.book.remove(made.id)
    room.book.remove(other.id)
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
