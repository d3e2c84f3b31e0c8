"""What Monitoring measured at the endpoints of one region and compartment."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, TypeVar

from bot.oracle import answers
from bot.oracle.calls import Calls
from bot.oracle.errors import understood
from dac.cluster import Endpoint, Traffic, Utilization
from dac.errors import DacError
from dac.naming import short

NAMESPACE = "oci_generativeai"
CALLS = "TotalInvocationCount"
CLIENT_ERRORS = "ClientErrorCount"
SERVER_ERRORS = "ServerErrorCount"
LATENCY = "InvocationLatency"
TYPICAL_LATENCY, EDGE_LATENCY = "half of the calls' latency", "nearly all calls' latency"
INPUT_TOKENS = "InputTokenCount"
OUTPUT_TOKENS = "OutputTokenCount"
IDLE_CALLS = "calls in the longer window"
DAY_CALLS = "calls in the last day of it"

ENDPOINT_DIMENSIONS = ("resourceId", "endpointId", "endpointOcid", "resourceDisplayName")
"""Preferred when several dimensions name the endpoint. Oracle documents none of them, so what decides is that a
dimension holds the OCID of an endpoint; this order only settles which, and any other comes after, by name."""

ENDPOINT_OCID = "ocid1.generativeaiendpoint."
CLUSTER_OCID = "ocid1.generativeaidedicatedaicluster."
DEFINITIONS = 1000
"""How many definitions of one metric are looked at to learn its dimensions: one page."""

Value = TypeVar("Value")

RECENT, DAY, IDLE = timedelta(hours=1), timedelta(hours=24), timedelta(hours=72)
MANY_HOURS = 72_000
"""Of all streams together; above this, hours are too fine for the longer window: Monitoring returns at most 100,000
points."""


@dataclass
class Measured:
    """What was read before the deadline or a failure, and that failure; `names` are the metrics there are points of."""

    traffic: tuple[Traffic, ...] = ()
    names: frozenset[str] = frozenset()
    problem: DacError | None = None


@dataclass(frozen=True)
class Window:
    since: datetime
    until: datetime
    interval: str


def _total(points: list[Decimal]) -> Decimal:
    return sum(points, Decimal())


@dataclass(frozen=True)
class _Question:
    figure: str
    metric: str
    window: Window
    statistic: str = "sum()"
    merge: Callable[[list[Decimal]], Decimal] = _total


@dataclass
class _Readings:
    """Per endpoint: one metric's figure, and the unit it came in."""

    known: bool = False
    figures: dict[str, Decimal] = field(default_factory=dict)
    unit: str | None = None

    def count(self, endpoint_id: str) -> Decimal | None:
        """How often something happened; nothing counted is zero only where counting is known to take place.

        Monitoring keeps no points for what did not happen. So an endpoint without any was not called, provided that
        Monitoring answered and that the metric is counted for endpoints of this region and compartment. Where it has
        never seen the metric, it may just as well not be measured, or not be ours to see: that is not a zero.
        """
        return self.figures.get(endpoint_id, Decimal(0) if self.known else None)

    def value(self, endpoint_id: str) -> Decimal | None:
        return self.figures.get(endpoint_id)


class Monitoring:
    """Asks in a fixed order, one question at a time: Oracle allows ten a second for the whole tenancy."""

    def __init__(self, client: Any, calls: Calls, region: str, compartment_id: str) -> None:
        self._client, self._calls, self._compartment_id = client, calls, compartment_id
        self._where = f"in {region}, compartment {short(compartment_id)}"

    def measure(self, endpoints: tuple[Endpoint, ...], at: datetime, span: timedelta = IDLE) -> Measured:
        """Two records per endpoint: the last hour, and the calls of the longer `span`, which show who is idle."""
        recent, idle = _recent(at), _idle(at, len(endpoints), span)
        read: dict[str, _Readings] = defaultdict(_Readings)
        names: set[str] = set()
        problem = None
        try:
            names = self.metric_names()
            dimension = self.endpoint_dimension({each.id for each in endpoints}) if CALLS in names else None
            if dimension:
                for question in _questions(recent, idle):
                    if question.metric in names:
                        read |= self._summarize(question, dimension)
        except DacError as error:
            problem = error
        if problem and not read:
            return Measured(names=frozenset(names), problem=problem)
        return Measured(tuple(_records(endpoints, recent, idle, read)), frozenset(names), problem)

    def metric_names(self) -> set[str]:
        """Those Monitoring has points of; grouped by name, so that a thousand endpoints are not a thousand lines."""
        doing = f"Listing the metrics {self._where}"
        names: set[str] = set()
        for page in self._calls.pages(
            doing,
            self._client.list_metrics,
            compartment_id=self._compartment_id,
            list_metrics_details={"namespace": NAMESPACE, "groupBy": ["name"]},
        ):
            with understood(doing):
                names.update(each["name"] for each in page.data)
        return names

    def endpoint_dimension(self, ids: Collection[str]) -> str | None:
        """The one that holds endpoints' OCIDs, as far as Monitoring has points of calls; `ids` are ours."""
        return self._dimension(CALLS, ids, ENDPOINT_OCID)

    def utilization(self, metric: str, clusters: Collection[str], at: datetime) -> tuple[Utilization, ...]:
        """The last hour's average of each of these clusters that the metric names.

        How Oracle calls the Console's figure, and what it is measured of, is not documented: where no dimension holds a
        cluster's OCID there is nothing to be told of any.
        """
        dimension = self._dimension(metric, clusters, CLUSTER_OCID)
        if dimension is None:
            return ()

        def read(streams: list[answers.Json]) -> tuple[Utilization, ...]:
            return tuple(
                Utilization(
                    cluster_id=stream["dimensions"][dimension],
                    metric=metric,
                    value=Decimal(str(stream["aggregatedDatapoints"][-1]["value"])),
                    unit=unit_of(stream),
                    until=at,
                )
                for stream in streams
                if stream["dimensions"][dimension] in clusters and stream["aggregatedDatapoints"]
            )

        return self.ask(metric, _whole_hour(at), read, grouped=f"groupBy({dimension})", statistic="mean()")

    def _dimension(self, metric: str, ids: Collection[str], kind: str) -> str | None:
        """The one in which Monitoring's points of it hold `ids`, or else other OCIDs that begin like `kind`."""
        doing = f"Listing the dimensions of {metric} {self._where}"
        response = self._calls.read(
            doing,
            lambda: self._client.list_metrics(
                self._compartment_id, {"namespace": NAMESPACE, "name": metric}, limit=DEFINITIONS
            ),
        )
        with understood(doing):
            pairs = [pair for each in response.data for pair in (each.get("dimensions") or {}).items()]
        ours = {key for key, value in pairs if value in ids}
        # None of ours was ever measured: those that others own, or that are gone, still show where the OCID stands.
        named = ours or {key for key, value in pairs if str(value).startswith(kind)}
        return next((key for key in ENDPOINT_DIMENSIONS if key in named), min(named, default=None))

    def ask(
        self,
        metric: str,
        window: Window,
        read: Callable[[list[answers.Json]], Value],
        *,
        grouped: str,
        statistic: str = "sum()",
    ) -> Value:
        """What `read` makes of the streams that Monitoring answers with.

        `grouped` says what makes a stream, such as "groupBy(resourceId)".
        """
        doing = f"Reading {metric} {self._where}"
        response = self._calls.read(
            doing,
            lambda: self._client.summarize_metrics_data(
                self._compartment_id,
                {
                    "namespace": NAMESPACE,
                    "query": f"{metric}[{window.interval}].{grouped}.{statistic}",
                    "startTime": window.since,
                    "endTime": window.until,
                    # Left out it is a minute, which makes intervals overlap and counts everything many times.
                    "resolution": window.interval,
                },
            ),
        )
        with understood(doing):
            return read(response.data)

    def _summarize(self, question: _Question, dimension: str) -> dict[str, _Readings]:
        day = _last_day(question)

        def read(streams: list[answers.Json]) -> dict[str, _Readings]:
            readings, of_day = _Readings(known=True), _Readings(known=day is not None)
            for stream in streams:
                points = stream["aggregatedDatapoints"] or ()
                values = [Decimal(str(each["value"])) for each in points]
                if values:
                    readings.figures[stream["dimensions"][dimension]] = question.merge(values)
                if day and values:
                    late = [it for each, it in zip(points, values, strict=True) if _at(each) >= day]
                    of_day.figures[stream["dimensions"][dimension]] = question.merge(late)
                readings.unit = readings.unit or unit_of(stream)
            return {question.figure: readings} | ({DAY_CALLS: of_day} if day else {})

        grouped = f"groupBy({dimension})"
        return self.ask(question.metric, question.window, read, grouped=grouped, statistic=question.statistic)


def _last_day(question: _Question) -> datetime | None:
    """When the last day of the longer window began, to the full hour; None where its points are too coarse for that."""
    if question.figure != IDLE_CALLS or question.window.interval != "1h":
        return None
    return (question.window.until - DAY).replace(minute=0, second=0, microsecond=0)


def _at(point: answers.Json) -> datetime:
    return datetime.fromisoformat(point["timestamp"])


def unit_of(stream: answers.Json) -> str | None:
    """What Monitoring counts in, such as "ms"."""
    return (stream.get("metadata") or {}).get("unit")


def _questions(recent: Window, idle: Window) -> tuple[_Question, ...]:
    """The most telling first, for the deadline may cut the rest off."""
    whole_hour = _whole_hour(recent.until)
    return (
        _Question(CALLS, CALLS, recent),
        _Question(IDLE_CALLS, CALLS, idle),
        _Question(SERVER_ERRORS, SERVER_ERRORS, recent),
        _Question(CLIENT_ERRORS, CLIENT_ERRORS, recent),
        # Of two points the worse one is shown.
        _Question(LATENCY, LATENCY, whole_hour, "p95()", max),
        _Question(INPUT_TOKENS, INPUT_TOKENS, recent),
        _Question(OUTPUT_TOKENS, OUTPUT_TOKENS, recent),
        _Question(TYPICAL_LATENCY, LATENCY, whole_hour, "p50()", max),
        _Question(EDGE_LATENCY, LATENCY, whole_hour, "p99()", max),
    )


def _whole_hour(at: datetime) -> Window:
    """For a percentile, which cannot be put together from parts.

    Where Monitoring counts hours from the start of the window this is one point; where from the full hour, two.
    """
    end = at.replace(second=0, microsecond=0)
    return Window(end - RECENT, end, "1h")


def _recent(at: datetime) -> Window:
    """Begins on a full interval, so that no point counts what came before; the last one may not be full yet."""
    start = at - RECENT
    return Window(start.replace(minute=start.minute - start.minute % 5, second=0, microsecond=0), at, "5m")


def _idle(at: datetime, streams: int, span: timedelta) -> Window:
    start = (at - span).replace(minute=0, second=0, microsecond=0)
    fine = streams * (span // RECENT) <= MANY_HOURS
    return Window(start, at, "1h") if fine else Window(start.replace(hour=0), at, "1d")


def _records(
    endpoints: tuple[Endpoint, ...], recent: Window, idle: Window, read: dict[str, _Readings]
) -> Iterator[Traffic]:
    for each in endpoints:
        yield Traffic(
            endpoint_id=each.id,
            since=recent.since,
            until=recent.until,
            calls=read[CALLS].count(each.id),
            client_errors=read[CLIENT_ERRORS].count(each.id),
            server_errors=read[SERVER_ERRORS].count(each.id),
            p50_latency=read[TYPICAL_LATENCY].value(each.id),
            p95_latency=read[LATENCY].value(each.id),
            p99_latency=read[EDGE_LATENCY].value(each.id),
            latency_unit=read[LATENCY].unit,
            # A model that is not paid by tokens counts none: that is not zero tokens.
            input_tokens=read[INPUT_TOKENS].value(each.id),
            output_tokens=read[OUTPUT_TOKENS].value(each.id),
        )
        yield Traffic(
            endpoint_id=each.id,
            since=idle.since,
            until=idle.until,
            calls=read[IDLE_CALLS].count(each.id),
            day_calls=read[DAY_CALLS].count(each.id),
        )
