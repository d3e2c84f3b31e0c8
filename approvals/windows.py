"""Freeze windows: stretches of time, on the wall clock of a named zone, in which approved changes wait."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Any, Literal, Self, get_args
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, PlainSerializer, model_validator

from dac.errors import Invalid
from dac.figures import Frozen
from dac.zones import moments, zone_named

FARTHEST = timedelta(days=366)
"""How far ahead the end of a freeze is looked for; one that never ends is said to end then."""

DAY = timedelta(days=1)
YEARS = range(1970, 3000)
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
WEEK: tuple[Weekday, ...] = get_args(Weekday)


def _zone_name(word: str) -> str:
    try:
        return zone_named(word).key
    except Invalid as error:
        raise ValueError(str(error)) from None


def _time_of_day(value: Any) -> Any:
    if isinstance(value, str) and re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d(:00)?", value):
        value = time.fromisoformat(value)
    if not isinstance(value, time) or value.tzinfo or value.second or value.microsecond:
        raise ValueError('a time of day in whole minutes is wanted, such as "22:00"; midnight is "00:00"')
    return value


def _date_time(value: Any) -> Any:
    if isinstance(value, str) and re.match(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d", value):
        value = datetime.fromisoformat(value)
    if not isinstance(value, datetime):
        raise ValueError("a date with its time of day is wanted, such as 2026-12-20T18:00:00")  # noqa: TRY004 - for pydantic
    if value.tzinfo:
        raise ValueError("it is read on the clocks of “zone”: leave out the offset, as in 2026-12-20T18:00:00")
    if value.year not in YEARS:
        raise ValueError(f"a year from {YEARS[0]} to {YEARS[-1]} is wanted")
    return value


def _in_week_order(days: frozenset[Weekday]) -> list[str]:
    return sorted(days, key=WEEK.index)


TimeOfDay = Annotated[time, BeforeValidator(_time_of_day)]
DateTime = Annotated[datetime, BeforeValidator(_date_time)]
Days = Annotated[frozenset[Weekday], Field(min_length=1), PlainSerializer(_in_week_order, return_type=list[str])]


class FreezeWindow(Frozen):
    """Either weekly (`days`, `from`, `to`) or on dates (`starts`, `ends`).

    `from` is written and read under its field name too, so that plain JSON dumps can be read back.
    """

    model_config = ConfigDict(validate_by_name=True, validate_by_alias=True)

    reason: str = Field(min_length=1, max_length=200, description="What it is for, as people are told")
    zone: Annotated[str, AfterValidator(_zone_name)] = Field(
        description="IANA time zone on whose clocks it is read, such as “Europe/Berlin”"
    )
    days: Days | None = Field(None, description="Weekly: the days on which it begins, “mon” to “sun”")
    from_: TimeOfDay | None = Field(None, alias="from", description="Weekly: when it begins on these days, as “18:00”")
    to: TimeOfDay | None = Field(
        None,
        description="Weekly: when it ends, as “06:00”; not after “from” means on the next day, the same as “from” "
        "a whole day",
    )
    starts: DateTime | None = Field(None, description="On dates: first moment, without offset, 2026-12-20T18:00:00")
    ends: DateTime | None = Field(None, description="On dates: first moment after it, 2027-01-04T08:00:00")

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        weekly = {"days": self.days, "from": self.from_, "to": self.to}
        dates = {"starts": self.starts, "ends": self.ends}
        given = [kind for kind in (weekly, dates) if any(value is not None for value in kind.values())]
        if len(given) != 1:
            raise ValueError("a freeze is either weekly (days, from, to) or on dates (starts, ends): give one of both")
        missing = [name for name, value in given[0].items() if value is None]
        if missing:
            raise ValueError(
                f"with {' and '.join(n for n in given[0] if n not in missing)} goes {' and '.join(missing)}"
            )
        if self.starts and self.ends and self.starts >= self.ends:
            raise ValueError("it ends before it starts")
        return self

    def until(self, at: datetime) -> datetime | None:
        """The moment, in UTC, at which the freeze that covers `at` ends, or None where none does.

        What adjoins or overlaps, such as whole days in a row, is one freeze, followed for `FARTHEST`.
        """
        end = self._end(at)
        return end and _followed(end, at.astimezone(UTC) + FARTHEST, self._end)

    def _end(self, at: datetime) -> datetime | None:
        return max((end for start, end in self._stretches(at) if start <= at < end), default=None)

    def _stretches(self, at: datetime) -> Iterator[tuple[datetime, datetime]]:
        """Those that could cover `at`; a freeze is never shorter than it reads, so it ends at the last reading."""
        zone = ZoneInfo(self.zone)
        for starts, ends in self._walls(at.astimezone(zone).date()):
            yield moments(starts, zone)[0], moments(ends, zone)[1]

    def _walls(self, today: date) -> Iterator[tuple[datetime, datetime]]:
        if self.starts and self.ends:
            yield self.starts, self.ends
        if self.days and self.from_ is not None and self.to is not None:
            length = DAY if self.to <= self.from_ else timedelta()
            # Tomorrow's too: a clock put back over midnight shows its beginning before today's end.
            for day in (today - DAY, today, today + DAY):
                if WEEK[day.weekday()] in self.days:
                    yield datetime.combine(day, self.from_), datetime.combine(day + length, self.to)


def frozen_until(windows: Sequence[FreezeWindow], at: datetime) -> tuple[FreezeWindow, datetime] | None:
    """The window over `at` that ends last, and when no window freezes any more; None where `at` is free.

    Windows that adjoin or overlap are one freeze, followed for `FARTHEST`.
    """
    covering = [(window, end) for window in windows if (end := window.until(at))]
    if not covering:
        return None
    window, end = max(covering, key=lambda each: each[1])

    def further(moment: datetime) -> datetime | None:
        return max((end for each in windows if (end := each.until(moment))), default=None)

    return window, _followed(end, at.astimezone(UTC) + FARTHEST, further)


def _followed(end: datetime, horizon: datetime, further: Callable[[datetime], datetime | None]) -> datetime:
    """From the end of one stretch to that of the next which has begun by then, up to the horizon."""
    while end < horizon and (later := further(end)):
        end = min(later, horizon)
    return end
