"""The hours of many days at the endpoints of one compartment, read once for all clusters whose endpoints they are."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cache
from math import isnan, nan

from bot.oracle import answers
from bot.oracle.calls import Calls
from bot.oracle.clients import Clients
from bot.oracle.errors import understood
from bot.oracle.metrics import (
    CALLS,
    CLIENT_ERRORS,
    INPUT_TOKENS,
    LATENCY,
    OUTPUT_TOKENS,
    SERVER_ERRORS,
    Monitoring,
    Window,
    unit_of,
)
from dac.history import HOUR, Hour, each_hour, total
from dac.load import factor as seconds_in
from dac.naming import short

STATISTICS = {
    CALLS: "sum()",
    CLIENT_ERRORS: "sum()",
    SERVER_ERRORS: "sum()",
    INPUT_TOKENS: "sum()",
    OUTPUT_TOKENS: "sum()",
    LATENCY: "p95()",
}
"""What is asked of each metric, in one question."""

MOST_POINTS = 100_000
"""Monitoring returns no more points than this for one question (SDK `MetricData`)."""

LISTED = 2
"""One in so many endpoints with points is taken to be listed still; Oracle forgets those deleted long ago."""


@dataclass
class Days:
    """What was measured from `since` until `until`, a row of hours for each metric and endpoint.

    A metric that Monitoring has never seen has no rows, an endpoint without a point none of its own; `nan` is an hour
    without a point. Arrays take a tenth of the space, and there may be a million hours.
    """

    since: datetime
    until: datetime
    read_at: datetime
    cluster_of: dict[str, str]
    rows: dict[str, dict[str, array[float]]] = field(default_factory=dict)
    latency_unit: str | None = None

    def parts(self, cluster_id: str, at: datetime) -> list[Hour]:
        """One hour, of each of the cluster's endpoints."""
        number = (at - self.since) // HOUR
        return [self._hour(each, at, number) for each, cluster in self.cluster_of.items() if cluster == cluster_id]

    def _hour(self, endpoint_id: str, at: datetime, number: int) -> Hour:
        calls = self._count(CALLS, endpoint_id, number)
        latency = self._value(LATENCY, endpoint_id, number)
        factor = seconds_in(self.latency_unit)
        return Hour(
            since=at,
            calls=calls,
            errors=total(self._count(each, endpoint_id, number) for each in (CLIENT_ERRORS, SERVER_ERRORS)),
            input_tokens=self._tokens(INPUT_TOKENS, endpoint_id, number, calls),
            output_tokens=self._tokens(OUTPUT_TOKENS, endpoint_id, number, calls),
            p95_seconds=None if latency is None or factor is None else latency * factor,
        )

    def _count(self, metric: str, endpoint_id: str, number: int) -> Decimal | None:
        """No point is zero where Monitoring has the metric at all: it keeps none for what did not happen."""
        value = self._value(metric, endpoint_id, number)
        return Decimal(0) if value is None and metric in self.rows else value

    def _tokens(self, metric: str, endpoint_id: str, number: int, calls: Decimal | None) -> Decimal | None:
        """No point is zero where nobody called, or where this endpoint's tokens are counted in other hours.

        A model that is not paid by tokens counts none: that is not zero tokens.
        """
        counted = endpoint_id in self.rows.get(metric, {}) or calls == 0
        return self._count(metric, endpoint_id, number) if counted else None

    def _value(self, metric: str, endpoint_id: str, number: int) -> Decimal | None:
        row = self.rows.get(metric, {}).get(endpoint_id)
        return None if row is None or isnan(row[number]) else Decimal(str(row[number]))


class DaysReading:
    """One reading; raises `DacError` where any of it fails, for an hour with a part missing is a smaller hour."""

    def __init__(self, clients: Clients, calls: Calls, region: str, compartment_id: str) -> None:
        self._clients, self._calls = clients, calls
        self._region, self._compartment_id = region, compartment_id
        self._monitoring = Monitoring(clients.monitoring(region), calls, region, compartment_id)

    def read(self, since: datetime, until: datetime, at: datetime) -> Days:
        days = Days(since, until, at, self._cluster_of_each_endpoint())
        names = self._monitoring.metric_names() if days.cluster_of else set()
        dimension = self._monitoring.endpoint_dimension(days.cluster_of.keys()) if CALLS in names else None
        if dimension:
            late = self._lateness(since, until)
            for metric in STATISTICS:
                if metric in names:
                    self._fill(days, metric, dimension, late)
        return days

    def _cluster_of_each_endpoint(self) -> dict[str, str]:
        """Of deleted ones, too, as long as Oracle lists them: they were called in their time."""
        doing = f"Listing endpoints in {self._region}, compartment {short(self._compartment_id)}"
        found: dict[str, str] = {}
        listing = self._clients.generative_ai(self._region).list_endpoints
        for page in self._calls.pages(doing, listing, compartment_id=self._compartment_id):
            with understood(doing):
                found.update((each["id"], each["dedicatedAiClusterId"]) for each in page.data["items"])
        return found

    def _fill(self, days: Days, metric: str, dimension: str, late: timedelta) -> None:
        rows = days.rows[metric] = {}
        blank = array("d", [nan]) * ((days.until - days.since) // HOUR)
        number_of = _numbering(days.since + late)

        def read(streams: list[answers.Json]) -> None:
            for stream in streams:
                endpoint_id = stream["dimensions"][dimension]
                for point in stream["aggregatedDatapoints"] or () if endpoint_id in days.cluster_of else ():
                    number = number_of(point["timestamp"])
                    if 0 <= number < len(blank):
                        rows.setdefault(endpoint_id, blank[:])[number] = point["value"]
                if metric == LATENCY:
                    days.latency_unit = days.latency_unit or unit_of(stream)

        for window in _windows(days, late):
            self._monitoring.ask(metric, window, read, grouped=f"groupBy({dimension})", statistic=STATISTICS[metric])

    def _lateness(self, since: datetime, until: datetime) -> timedelta:
        """How much later than an hour began its point is stamped.

        Oracle's page "Selecting the Interval for a Query" says that the stamp is the end of the interval, its SDK that
        values are "rolled up to the start time". So it is measured, where calls grew or fell most from one hour to the
        next: the sums of five minutes must add up to those of their hours. Where both fit alike, such as without any
        calls, it is the page's word.
        """
        hours = self._sums(Window(since, until, "1h"))
        step = max(
            each_hour(since + HOUR, until - HOUR),
            key=lambda at: abs(hours.get(at + HOUR, 0) - hours.get(at, 0)),
        )
        fives = self._sums(Window(step - HOUR, step + 2 * HOUR, "5m"))

        def misfit(*, late: bool) -> float:
            return sum(
                abs(
                    hours.get(at, 0)
                    - sum(
                        value
                        for stamp, value in fives.items()
                        if (at - HOUR < stamp <= at if late else at <= stamp < at + HOUR)
                    )
                )
                for at in (step, step + HOUR)
            )

        return HOUR if misfit(late=True) <= misfit(late=False) else timedelta()

    def _sums(self, window: Window) -> dict[datetime, float]:
        def read(streams: list[answers.Json]) -> dict[datetime, float]:
            return {
                datetime.fromisoformat(point["timestamp"]): float(point["value"])
                for stream in streams
                for point in stream["aggregatedDatapoints"] or ()
            }

        return self._monitoring.ask(CALLS, window, read, grouped="grouping()")


def _windows(days: Days, late: timedelta) -> Iterator[Window]:
    """As many hours at a time as Monitoring returns."""
    step = max(MOST_POINTS // (LISTED * len(days.cluster_of)), 1) * HOUR
    # The end is left out of an answer: points that are stamped with it need a little more.
    more = timedelta(minutes=1) if late else timedelta()
    since = days.since
    while since < days.until:
        until = min(since + step, days.until)
        yield Window(since, until + more, "1h")
        since = until


def _numbering(first: datetime) -> Callable[[str], int]:
    """Which hour a point is of, by its stamp; thousands of points share a few."""

    @cache
    def number_of(stamp: str) -> int:
        number, rest = divmod(datetime.fromisoformat(stamp) - first, HOUR)
        if rest:
            raise ValueError(f"{stamp} is not on the full hour")
        return number

    return number_of
