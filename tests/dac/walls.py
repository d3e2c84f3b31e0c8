"""A second way to the times of a recurrence: every quarter of an hour in its order, and what the clocks show then."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

QUARTER = timedelta(minutes=15)
BEGIN, END = datetime(2026, 1, 15, tzinfo=UTC), datetime(2027, 2, 15, tzinfo=UTC)
"""A year and a month: the clocks change twice in it wherever they do."""


@cache
def reached(zone: str) -> dict[time, list[tuple[datetime, date]]]:
    """By time of day, when and of which day the clock shows it for the first time, or has skipped it just before."""
    found, before = defaultdict[time, list[tuple[datetime, date]]](list), None
    clock = ZoneInfo(zone)
    for each in range((END - BEGIN) // QUARTER):
        at = BEGIN + each * QUARTER
        wall = at.astimezone(clock).replace(tzinfo=None)
        new = before + QUARTER if before else wall + QUARTER
        while new <= wall:
            found[new.time()].append((at, new.date()))
            new += QUARTER
        before = max(before, wall) if before else wall
    return found


def expected(zone: str, wanted: Callable[[date], bool], times: Collection[time]) -> list[datetime]:
    """When a clock in that zone first shows one of these times on such a day, or has skipped one; not at `BEGIN`."""
    return sorted({at for each in times for at, day in reached(zone)[each] if wanted(day)})


DAYS: dict[str, Callable[[date], bool]] = {
    "daily": lambda _: True,
    "weekdays": lambda day: day.isoweekday() <= 5,
    "sundays": lambda day: day.isoweekday() == 7,
    "mondays": lambda day: day.isoweekday() == 1,
    "mon,sat,sun": lambda day: day.isoweekday() in {1, 6, 7},
    "monthly 1,29": lambda day: day.day in {1, 29},
    "last day": lambda day: (day + timedelta(days=1)).day == 1,
    "first sunday": lambda day: day.isoweekday() == 7 and day.day <= 7,
    "every other sunday": lambda day: day.isoweekday() == 7 and (day - date(2026, 1, 18)).days % 14 == 0,
    "every other mon,fri": lambda day: day.isoweekday() in {1, 5} and (day - date(2026, 1, 12)).days % 14 < 7,
    "first workday": lambda day: (
        day.isoweekday() <= 5 and not any(day.replace(day=each).isoweekday() <= 5 for each in range(1, day.day))
    ),
    "last workday": lambda day: (
        day.isoweekday() <= 5
        and all((day + timedelta(days=n)).month != day.month for n in range(1, 8) if (day.weekday() + n) % 7 < 5)
    ),
    "last sunday": lambda day: day.isoweekday() == 7 and (day + timedelta(days=7)).month != day.month,
}
"""Days as people say them, and which they are."""
