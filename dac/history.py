"""A cluster's load over its last days, hour by hour, and what can be read off it for its size."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Self
from zoneinfo import ZoneInfo

from pydantic import AwareDatetime, Field, model_validator

from dac.errors import Invalid
from dac.figures import Frozen, Source, Trust

HOUR = timedelta(hours=1)
SECONDS_PER_HOUR = Decimal(3600)

LONGEST_DAYS = 89
"""How far back full hours reach: Monitoring gives those of 90 days up to now (SDK `MetricData`)."""

METRICS = {
    "calls": ("TotalInvocationCount",),
    "errors": ("ClientErrorCount", "ServerErrorCount"),
    "input_tokens": ("InputTokenCount",),
    "output_tokens": ("OutputTokenCount",),
    "p95_seconds": ("InvocationLatency",),
}
"""What each figure of an hour is made from, by the names Monitoring gives it."""

SATURDAY = 5


class Hour(Frozen):
    """All of a cluster's endpoints in one full hour from `since`; None is not measured, which is not zero.

    `p95_seconds` is the slowest endpoint's, for percentiles do not add up; without calls there is none.
    """

    since: AwareDatetime
    calls: Decimal | None = None
    errors: Decimal | None = None
    input_tokens: Decimal | None = None
    output_tokens: Decimal | None = None
    p95_seconds: Decimal | None = None


class Busiest(Frozen):
    """The most calls seen in an hour that began at `hour` o'clock, on working days or at weekends.

    None where one of those hours was not measured, or none lies in the window. An hour begins where Oracle's do, on the
    full hour of UTC: in a zone of half hours it begins within `hour`.
    """

    weekend: bool
    hour: int = Field(ge=0, le=23)
    calls: Decimal | None


class History(Frozen):
    """Every full hour from `since` until `until`, in order, as Monitoring knew them at `read_at`."""

    cluster_id: str
    since: AwareDatetime
    until: AwareDatetime
    hours: tuple[Hour, ...]
    read_at: AwareDatetime

    @model_validator(mode="after")
    def _hour_by_hour(self) -> Self:
        if [each.since for each in self.hours] != list(each_hour(self.since, self.until)):
            raise ValueError("hours must be every hour of the window, in order")
        return self

    @property
    def source(self) -> Source:
        """Names the metrics of which there are figures."""
        measured = (
            name
            for field, names in METRICS.items()
            if any(getattr(each, field) is not None for each in self.hours)
            for name in names
        )
        title = ", ".join(("Oracle Monitoring", *measured, "hourly"))
        return Source(title=title, as_of=self.read_at.date(), trust=Trust.LIVE)

    @property
    def peak(self) -> Hour | None:
        """The hour with most calls, the first of several; None where an hour was not counted, as it may be that one."""
        counted = [(each.calls, each) for each in self.hours if each.calls is not None]
        if not counted or len(counted) < len(self.hours):
            return None
        return max(counted, key=lambda pair: pair[0])[1]

    @property
    def total_calls(self) -> Decimal | None:
        return self._total("calls")

    @property
    def mean_input_tokens(self) -> Decimal | None:
        """Per call, over the window; None without calls, or where tokens were not measured in every hour of them."""
        return self._per_call("input_tokens")

    @property
    def mean_output_tokens(self) -> Decimal | None:
        """Per call, over the window; None without calls, or where tokens were not measured in every hour of them."""
        return self._per_call("output_tokens")

    def by_hour_of_day(self, zone: ZoneInfo) -> tuple[Busiest, ...]:
        """The 24 hours of a working day (Monday to Friday) by that zone's clock, then the 24 of a weekend's day."""
        seen: dict[tuple[bool, int], list[Decimal | None]] = {}
        for each in self.hours:
            local = each.since.astimezone(zone)
            seen.setdefault((local.weekday() >= SATURDAY, local.hour), []).append(each.calls)
        return tuple(
            Busiest(weekend=weekend, hour=hour, calls=_most(seen.get((weekend, hour), ())))
            for weekend in (False, True)
            for hour in range(24)
        )

    def _per_call(self, field: str) -> Decimal | None:
        tokens, calls = self._total(field), self.total_calls
        return None if tokens is None or not calls else tokens / calls

    def _total(self, field: str) -> Decimal | None:
        return total(getattr(each, field) for each in self.hours) if self.hours else None


def calls_per_second(hour: Hour) -> Decimal | None:
    """On average over the hour."""
    return None if hour.calls is None else hour.calls / SECONDS_PER_HOUR


def window(at: datetime, days: int) -> tuple[datetime, datetime]:
    """The full hours of the last days: the one that is under way at `at` is not among them. `Invalid`."""
    if not 1 <= days <= LONGEST_DAYS:
        raise Invalid(
            f"Oracle Monitoring keeps hours for {LONGEST_DAYS} days: ask for 1 to {LONGEST_DAYS}, not {days}."
        )
    until = full_hour(at)
    return until - timedelta(days=days), until


def full_hour(at: datetime) -> datetime:
    """The moment at which its hour began."""
    return at.replace(minute=0, second=0, microsecond=0)


def each_hour(since: datetime, until: datetime) -> Iterator[datetime]:
    return (since + number * HOUR for number in range(max((until - since) // HOUR, 0)))


def together(since: datetime, parts: Sequence[Hour]) -> Hour:
    """The hour of several endpoints as one; of none at all nothing is known.

    The slowest one's p95 is known where every endpoint that may have been called has one.
    """
    if not parts:
        return Hour(since=since)
    return Hour(
        since=since,
        calls=total(each.calls for each in parts),
        errors=total(each.errors for each in parts),
        input_tokens=total(each.input_tokens for each in parts),
        output_tokens=total(each.output_tokens for each in parts),
        p95_seconds=_most([each.p95_seconds for each in parts if each.calls != 0]),
    )


def total(parts: Iterable[Decimal | None]) -> Decimal | None:
    """A sum with a part missing is not known, never smaller."""
    found = Decimal(0)
    for part in parts:
        if part is None:
            return None
        found += part
    return found


def _most(parts: Sequence[Decimal | None]) -> Decimal | None:
    known = [each for each in parts if each is not None]
    return max(known) if known and len(known) == len(parts) else None
