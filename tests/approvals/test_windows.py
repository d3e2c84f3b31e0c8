"""Freeze windows against a clock on the wall, read every quarter of an hour."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from approvals.windows import FARTHEST, WEEK, FreezeWindow, Weekday, frozen_until
from dac.figures import Frozen

QUARTER = timedelta(minutes=15)
DAY = timedelta(days=1)


def weekly(zone: str, days: str, begin: str, end: str, reason: str = "quiet") -> FreezeWindow:
    return FreezeWindow.model_validate(
        {"reason": reason, "zone": zone, "days": days.split(), "from": begin, "to": end},
    )


def dated(zone: str, starts: str, ends: str, reason: str = "holidays") -> FreezeWindow:
    return FreezeWindow.model_validate({"reason": reason, "zone": zone, "starts": starts, "ends": ends})


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


# A second way to the same answer: a list of what the clock shows, quarter by quarter.


class Wall:
    """What a zone's clock shows at every quarter of an hour from a moment on."""

    def __init__(self, zone: str, begin: datetime, days: int) -> None:
        self.at = [begin + each * QUARTER for each in range(days * 96)]
        self.shows = [at.astimezone(ZoneInfo(zone)).replace(tzinfo=None) for at in self.at]

    def from_first(self, wall: datetime) -> int:
        """The first quarter at which the clock shows that or later."""
        near = self._near(wall)
        return next((each for each in near if self.shows[each] >= wall), near.stop)

    def to_last(self, wall: datetime) -> int:
        """The last quarter at which the clock shows that; where it skips it, the first after."""
        near = self._near(wall)
        read = ((each, self.shows[each]) for each in reversed(near))
        return next((each if shown == wall else each + 1 for each, shown in read if shown <= wall), near.start)

    def _near(self, wall: datetime) -> range:
        """No clock is ever put further than a day and a bit."""
        about = (wall - self.shows[0]) // QUARTER
        return range(*(min(max(each, 0), len(self.at)) for each in (about - 110, about + 110)))

    def frozen(self, window: FreezeWindow) -> set[int]:
        return {each for begin, end in self._stretches(window) for each in range(begin, end)}

    def _stretches(self, window: FreezeWindow) -> Iterable[tuple[int, int]]:
        if window.starts and window.ends:
            yield self.from_first(window.starts), self.to_last(window.ends)
        first, last = self.shows[0].date() - 2 * DAY, self.shows[-1].date() + 2 * DAY
        for day in (first + each * DAY for each in range((last - first).days)):
            if (
                window.days
                and window.from_ is not None
                and window.to is not None
                and WEEK[day.weekday()] in window.days
            ):
                begin, end = datetime.combine(day, window.from_), datetime.combine(day, window.to)
                yield self.from_first(begin), self.to_last(end if begin < end else end + DAY)

    def ends(self, windows: Sequence[FreezeWindow]) -> list[datetime | None]:
        """For each quarter, when its freeze ends; the end of the list ends none."""
        frozen = set().union(*map(self.frozen, windows))
        ends: list[datetime | None] = []
        end = datetime.max.replace(tzinfo=UTC)
        for each in reversed(range(len(self.at))):
            end = end if each in frozen else self.at[each]
            ends.append(end if each in frozen else None)
        return ends[::-1]


@pytest.mark.parametrize(
    "window",
    [
        weekly("Europe/Berlin", "sat sun", "00:00", "00:00"),
        weekly("America/New_York", "mon tue wed thu fri sun", "22:00", "02:30"),
        weekly("Asia/Kolkata", "fri", "18:30", "17:45"),
        weekly("Australia/Lord_Howe", "sat sun mon", "01:45", "02:15"),
    ],
    ids=lambda each: each.zone,
)
def test_every_quarter_of_a_year_is_frozen_when_the_clock_on_the_wall_says_so(window: FreezeWindow) -> None:
    wall = Wall(window.zone, utc("2026-01-01"), 368)
    expected = wall.ends([window])
    year = range(365 * 96)
    assert any(expected[each] for each in year)
    assert [wall.at[each] for each in year if window.until(wall.at[each]) != expected[each]] == []


CHANGES = [
    ("Europe/Berlin", "2026-03-29"),
    ("Europe/Berlin", "2026-10-25"),
    ("America/New_York", "2026-03-08"),
    ("America/New_York", "2026-11-01"),
    ("Australia/Lord_Howe", "2026-10-04"),
    ("Australia/Lord_Howe", "2026-04-05"),
    ("America/Santiago", "2026-09-06"),  # forward at midnight
    ("America/Santiago", "2026-04-05"),  # back over midnight
    ("Pacific/Apia", "2011-12-30"),  # a day that was not
    ("Asia/Kolkata", "2026-06-01"),  # no change at all
]
QUARTERS = st.integers(0, 95).map(lambda each: time(each // 4, each % 4 * 15))


@st.composite
def windows_near_a_change(draw: st.DrawFn) -> tuple[str, datetime, list[FreezeWindow]]:
    zone, day = draw(st.sampled_from(CHANGES))
    midnight = datetime.fromisoformat(day)
    windows: list[FreezeWindow] = []
    for _ in range(draw(st.integers(1, 3))):
        held: dict[str, Any] = {"reason": "quiet", "zone": zone}
        if draw(st.booleans()):
            held |= {"days": draw(st.sets(st.sampled_from(WEEK), min_size=1, max_size=3))}
            held |= {"from": draw(QUARTERS), "to": draw(QUARTERS)}
        else:
            starts = midnight + draw(st.integers(-96, 192)) * QUARTER
            held |= {"starts": starts, "ends": starts + draw(st.integers(1, 300)) * QUARTER}
        windows.append(FreezeWindow.model_validate(held))
    return zone, midnight.replace(tzinfo=UTC), windows


@given(windows_near_a_change())
@settings(max_examples=30, deadline=None)
def test_any_windows_end_together_where_the_clock_on_the_wall_says_so(
    drawn: tuple[str, datetime, list[FreezeWindow]],
) -> None:
    zone, midnight, windows = drawn
    wall = Wall(zone, midnight - 8 * DAY, 40)
    expected = wall.ends(windows)
    for each in range(6 * 96, 11 * 96):
        found, end = frozen_until(windows, wall.at[each]), expected[each]
        # Three windows may freeze every day, and so beyond the end of the list.
        assert (found and min(found[1], wall.at[-1])) == (end and min(end, wall.at[-1]))


# The changes of the clocks, by hand.


@pytest.mark.parametrize(
    ("window", "begins", "ends"),
    [
        (weekly("Europe/Berlin", "sun", "02:30", "04:00"), "2026-03-29T01:00", "2026-03-29T02:00"),
        (weekly("Europe/Berlin", "sun", "01:00", "02:30"), "2026-03-29T00:00", "2026-03-29T01:00"),
        (weekly("Europe/Berlin", "sun", "02:30", "04:00"), "2026-10-25T00:30", "2026-10-25T03:00"),
        (weekly("Europe/Berlin", "sun", "01:00", "02:30"), "2026-10-24T23:00", "2026-10-25T01:30"),
        (weekly("Europe/Berlin", "sun", "02:30", "02:30"), "2026-10-25T00:30", "2026-10-26T01:30"),
        (weekly("Europe/Berlin", "sun", "00:00", "00:00"), "2026-10-24T22:00", "2026-10-25T23:00"),
        (weekly("Europe/Berlin", "sat", "22:00", "06:00"), "2026-10-24T20:00", "2026-10-25T05:00"),
        (weekly("America/St_Johns", "sun", "00:00", "00:30"), "2010-11-07T02:30", "2010-11-07T04:00"),
        (dated("Europe/Berlin", "2026-10-25T02:30:00", "2026-10-25T02:45:00"), "2026-10-25T00:30", "2026-10-25T01:45"),
        (dated("UTC", "2026-12-20T18:00:00", "2027-01-04T08:00:30"), "2026-12-20T18:00", "2027-01-04T08:00:30"),
    ],
    ids=[
        "begins at a time that is skipped",
        "ends at a time that is skipped",
        "begins at the first of two",
        "ends at the second of two",
        "a whole day from a time that comes twice",
        "a day of 25 hours",
        "over the night of 25 hours",
        "a clock put back over midnight",
        "on dates, both coming twice",
        "on dates",
    ],
)
def test_a_freeze_is_never_shorter_than_it_reads(window: FreezeWindow, begins: str, ends: str) -> None:
    first, end = utc(begins), utc(ends)
    second = timedelta(seconds=1)
    assert window.until(first - second) is None
    assert window.until(first) == window.until(end - second) == end
    assert window.until(end) is None


def test_a_freeze_wholly_inside_the_hour_that_is_skipped_is_none() -> None:
    window = weekly("Europe/Berlin", "sun", "02:10", "02:50")
    hours = [utc("2026-03-28T22:00") + each * QUARTER for each in range(24)]
    assert [window.until(at) for at in hours] == [None] * len(hours)
    assert window.until(utc("2026-04-05T00:15")) == utc("2026-04-05T00:50")


def test_the_moment_asked_about_may_stand_in_any_zone() -> None:
    window = weekly("Europe/Berlin", "sat", "10:00", "12:00")
    at = datetime(2026, 11, 28, 15, 30, tzinfo=ZoneInfo("Asia/Kolkata"))
    end = window.until(at)
    assert end == utc("2026-11-28T11:00")
    assert end
    assert end.tzinfo is UTC


# Several windows.

WEEKEND = weekly("Europe/Berlin", "sat sun", "00:00", "00:00", "weekend")
NIGHTS = weekly("Europe/Berlin", "sun mon tue wed thu", "22:00", "06:00", "nights")
MONDAY = weekly("Europe/Berlin", "mon", "00:00", "09:00", "Monday morning")


def test_what_is_not_covered_is_not_frozen() -> None:
    assert frozen_until([], utc("2026-11-28T12:00")) is None
    assert frozen_until([WEEKEND, NIGHTS], utc("2026-11-27T12:00")) is None


def test_a_freeze_ends_where_the_last_window_chained_to_it_ends() -> None:
    saturday, sunday_night = utc("2026-11-28T12:00"), utc("2026-11-29T21:30")
    assert frozen_until([WEEKEND], saturday) == (WEEKEND, utc("2026-11-29T23:00"))
    assert frozen_until([WEEKEND, NIGHTS], saturday) == (WEEKEND, utc("2026-11-30T05:00"))
    assert frozen_until([WEEKEND, MONDAY], saturday) == (WEEKEND, utc("2026-11-30T08:00"))
    assert frozen_until([MONDAY, NIGHTS, WEEKEND], sunday_night) == (NIGHTS, utc("2026-11-30T08:00"))


def test_of_windows_that_end_together_the_first_is_named() -> None:
    other = WEEKEND.model_copy(update={"reason": "also the weekend"})
    assert frozen_until([other, WEEKEND], utc("2026-11-28T12:00")) == (other, utc("2026-11-29T23:00"))


def test_a_freeze_without_an_end_is_followed_for_a_year_and_a_day() -> None:
    at = utc("2026-11-28T12:00")
    always = weekly("Europe/Berlin", " ".join(WEEK), "08:00", "08:00")
    days, nights = (weekly("UTC", " ".join(WEEK), *each) for each in (("08:00", "20:00"), ("20:00", "08:00")))
    assert always.until(at) == at + FARTHEST
    assert frozen_until([always], at) == (always, at + FARTHEST)
    assert frozen_until([days, nights], at) == (days, at + FARTHEST)


def test_an_end_that_is_written_down_is_told_however_far_it_is() -> None:
    closed = dated("UTC", "2026-01-01T00:00:00", "2030-01-01T00:00:00")
    assert closed.until(utc("2026-06-01")) == utc("2030-01-01")
    assert frozen_until([WEEKEND, closed], utc("2026-06-06")) == (closed, utc("2030-01-01"))


# The policy file.

FILE = """
[[freeze]]
reason = "weekend"
zone = "europe/berlin"
days = ["sun", "sat", "sun"]
from = 00:00:00
to = "00:00"

[[freeze]]
reason = "year's end"
zone = "America/New_York"
starts = 2026-12-20T18:00:00
ends = 2027-01-04T08:00:00
"""


def test_a_file_says_both_kinds() -> None:
    weekend, holidays = (FreezeWindow.model_validate(each) for each in tomllib.loads(FILE)["freeze"])
    assert weekend == weekly("Europe/Berlin", "sat sun", "00:00", "00:00", "weekend")
    assert (weekend.from_, weekend.to) == (time(0), time(0))
    assert holidays.until(utc("2026-12-25")) == utc("2027-01-04T13:00")


class Holder(Frozen):
    freezes: tuple[FreezeWindow, ...]


@pytest.mark.parametrize("by_alias", [False, True, None])
def test_what_is_stored_is_read_back_the_same(by_alias: bool | None) -> None:  # noqa: FBT001 - a table's column
    held = Holder(freezes=tuple(FreezeWindow.model_validate(each) for each in tomllib.loads(FILE)["freeze"]))
    text = held.model_dump_json(by_alias=by_alias)
    assert Holder.model_validate_json(text) == held
    assert Holder.model_validate_json(text).model_dump_json(by_alias=by_alias) == text
    assert Holder.model_validate(held.model_dump(by_alias=by_alias)) == held
    assert Holder.model_validate(held.model_dump(mode="json", by_alias=by_alias)) == held


@given(st.sets(st.sampled_from(WEEK), min_size=1))
def test_days_are_written_in_the_order_of_the_week(days: set[Weekday]) -> None:
    window = weekly("UTC", " ".join(days), "08:00", "09:00")
    assert window.model_dump()["days"] == [each for each in WEEK if each in days]


def test_every_field_is_described() -> None:
    assert [name for name, field in FreezeWindow.model_fields.items() if not field.description] == []


WEEKLY = {"reason": "r", "zone": "UTC", "days": ["mon"], "from": "08:00", "to": "09:00"}
DATES = {"reason": "r", "zone": "UTC", "starts": datetime(2026, 1, 1), "ends": datetime(2026, 1, 2)}  # noqa: DTZ001


@pytest.mark.parametrize(
    ("held", "why"),
    [
        (WEEKLY | {"reason": ""}, "at least 1 character"),
        (WEEKLY | {"until": 3}, "Extra inputs"),
        (WEEKLY | {"zone": "Europe/Berln"}, "no time zone I know .* did you mean Europe/Berlin"),
        (WEEKLY | {"zone": "../Berlin"}, "no time zone I know"),
        (WEEKLY | {"zone": "localtime"}, "no time zone I know"),
        (WEEKLY | {"days": []}, "at least 1 item"),
        (WEEKLY | {"days": ["mo"]}, "Input should be 'mon', 'tue'"),
        (WEEKLY | {"days": "mon"}, "valid frozenset"),
        (WEEKLY | {"from": "8am"}, 'whole minutes is wanted, such as "22:00"'),
        (WEEKLY | {"from": 8}, "whole minutes is wanted"),
        (WEEKLY | {"to": "24:00"}, 'midnight is "00:00"'),
        (WEEKLY | {"to": time(23, 59, 59)}, "whole minutes is wanted"),
        (WEEKLY | {"to": time(9, tzinfo=UTC)}, "whole minutes is wanted"),
        (WEEKLY | {"to": "09:00Z"}, "whole minutes is wanted"),
        (DATES | {"starts": "2026-01-01"}, "with its time of day is wanted"),
        (DATES | {"starts": datetime(2026, 1, 1).date()}, "with its time of day is wanted"),  # noqa: DTZ001
        (DATES | {"starts": 20260101}, "with its time of day is wanted"),
        (DATES | {"starts": "2026-13-01T00:00"}, "month must be in 1..12"),
        (DATES | {"starts": datetime(2026, 1, 1, tzinfo=UTC)}, "leave out the offset"),
        (DATES | {"starts": "2026-01-01T00:00Z"}, "leave out the offset"),
        (DATES | {"ends": "9999-12-31T23:59:59"}, "a year from 1970 to 2999"),
        (DATES | {"ends": DATES["starts"]}, "it ends before it starts"),
        (DATES | WEEKLY, "give one of both"),
        (DATES | {"days": ["mon"]}, "give one of both"),
        ({"reason": "r", "zone": "UTC"}, "give one of both"),
        ({"reason": "r", "zone": "UTC", "from": "08:00"}, "with from goes days and to"),
        ({"reason": "r", "zone": "UTC", "starts": DATES["starts"]}, "with starts goes ends"),
        ({"reason": "r", "zone": "UTC", "days": ["mon"], "to": "08:00"}, "with days and to goes from"),
    ],
)
def test_a_mistake_in_the_file_is_said(held: dict[str, Any], why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        FreezeWindow.model_validate(held)
