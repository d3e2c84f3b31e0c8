"""Scheduled digests whose channel takes none: who is told of it, what comes later, and when it is paused."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.occurrences import Occurrences
from tests.bot.digests import LEASE, NINE, Newsroom
from tests.bot.people import ADA, FINOPS, GENERAL, OPS, ROSA, buttons, shown

LEFT = "U0NOBODY"
"""Somebody whom the workspace does not know any more."""


def leave(room: Newsroom, *, joined: bool = False, channel: str = OPS) -> None:
    room.slack.do("membership", channel=channel, user="U0DACBOT", joined=joined)


def test_the_owner_is_told_once_that_the_bot_is_not_in_the_channel_and_it_goes_on_by_itself(room: Newsroom) -> None:
    made = room.schedule()
    room.schedule(channel=GENERAL)
    room.until(NINE)
    leave(room)
    room.round()
    for _ in range(3):
        room.round(minutes=6)
    assert room.digests() == []
    assert len(room.digests(GENERAL)) == 1
    (told,) = room.slack.direct(ROSA)
    assert "/invite @dac" in shown(told)
    assert buttons(told) == ["Run now", "Pause", "Remove"]
    trouble = room.book.get(made.id).trouble
    assert trouble
    assert "not in the channel" in trouble.said
    leave(room, joined=True)
    room.round(minutes=6)
    (late,) = room.digests()
    assert "Why it is late" in shown(late)
    assert room.book.get(made.id).trouble is None
    assert len(room.slack.direct(ROSA)) == 1


def test_a_channel_that_is_archived_is_told_of_as_that(room: Newsroom) -> None:
    room.schedule()
    room.until(NINE)
    room.slack.do("archive", channel=OPS)
    room.round("one", "two")
    (told,) = room.slack.direct(ROSA)
    assert "the channel is archived" in shown(told)


def test_after_a_day_nobody_waits_for_it_and_after_a_week_it_is_paused(room: Newsroom) -> None:
    made = room.schedule()
    leave(room)
    room.until(NINE)
    for _ in range(9):
        for _ in range(3):
            room.round()
            room.round(hours=8)
    paused = room.book.get(made.id).paused
    assert paused
    assert paused.by == "bot"
    first, second = room.slack.direct(ROSA)
    assert "did not get through" in shown(first)
    assert "is paused by me" in shown(second)
    leave(room, joined=True)
    room.round(hours=30)
    assert room.digests() == []
    room.book.resume(made.id, room.clock.now())
    room.round(hours=24)
    assert len(room.digests()) == 1


def test_an_owner_whose_telling_was_not_answered_is_told_once_all_the_same(room: Newsroom) -> None:
    now = datetime.fromisoformat(room.slack.do("clock", frozen=True)["now"])
    room.until(now)
    due = room.schedule().next_at
    assert due
    room.until(due)
    room.slack.do("clock", advance=(due - now).total_seconds())
    leave(room)
    room.slack.fault("drop_after", method="chat.postMessage")
    room.round()
    room.slack.fault("outage")
    for _ in range(3):
        room.round(minutes=2)
    room.slack.clear_faults()
    room.round(minutes=2)
    assert len(room.slack.direct(ROSA)) == 1


@pytest.mark.parametrize(("freezers", "told"), [((ADA, "U0AWAY"), (ADA,)), ((), ())], ids=["an heir", "nobody"])
def test_where_the_owner_has_left_those_who_may_freeze_are_told(
    room: Newsroom, freezers: tuple[str, ...], told: tuple[str, ...]
) -> None:
    room.freezers = freezers
    made = room.schedule(owner=LEFT)
    room.schedule(channel=GENERAL)
    room.until(NINE)
    leave(room)
    for _ in range(3):
        room.round("one", "two", minutes=1)
    assert len(room.digests(GENERAL)) == 1
    assert len(room.slack.direct(ADA)) == len(told)
    assert all("and you may freeze" in shown(each) for each in room.slack.direct(ADA))
    now = room.book.get(made.id)
    assert now.owner_left
    assert now.trouble
    assert now.trouble.told_to == told


def test_a_digest_whose_owner_has_left_goes_on_and_asks_to_be_taken_over(room: Newsroom) -> None:
    made = room.schedule(owner=LEFT)
    room.until(NINE)
    room.round()
    (asking,) = room.digests()
    assert "has left" in shown(asking)
    assert buttons(asking)[-1] == "Take it over"
    room.book.take_over(made.id, ADA)
    assert room.book.get(made.id).owner_left is None
    room.round(hours=24)
    assert "has left" not in shown(room.digests()[-1])


def test_an_owner_who_has_come_back_is_the_owner_again(room: Newsroom) -> None:
    made = room.schedule()
    Occurrences(room.path, "before", LEASE).owner(made, room.clock.now())
    room.until(NINE)
    room.round()
    assert room.book.get(made.id).owner_left is None


def test_a_month_in_which_nothing_was_tried_does_not_count(room: Newsroom) -> None:
    made = room.schedule("monthly 24 09:00 UTC")
    leave(room)
    for month in range(4):
        room.until(datetime(2026 + (month + 10) // 12, (month + 10) % 12 + 1, 24, 9, tzinfo=UTC))
        for _ in range(3):
            room.round()
            room.round(hours=12)
        now = room.book.get(made.id)
        assert bool(now.paused) == (month == 3)
    assert "on 7 days since" in shown(room.slack.direct(ROSA)[-1])


def test_a_private_channel_the_bot_is_not_in_is_told_of(room: Newsroom) -> None:
    room.schedule(channel=FINOPS)
    room.until(NINE)
    room.round()
    assert "the channel is gone, or is private" in shown(room.slack.direct(ROSA)[0])
