"""The metrics each endpoint emits, as samples of any stretch of time."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from sandbox.oracle import ids
from sandbox.oracle.scenario import Traffic
from sandbox.oracle.times import moment
from sandbox.oracle.traffic import (
    HOUR,
    P95,
    Sample,
    Weekly,
    bend,
    calls_per_second,
    counted,
    crowding,
    hour_of_week,
    log_normal,
    merged,
    overload_errors,
    tokens,
)
from sandbox.oracle.world import Resource, World

UNITS = {
    "ClientErrorCount": "count",
    "InputTokenCount": "count",
    "InvocationLatency": "ms",
    "OutputTokenCount": "count",
    "ServerErrorCount": "count",
    "TotalInvocationCount": "count",
}


def traffic_of(endpoint: Resource) -> Traffic:
    """Read what build.py wrote down, which was checked then."""
    return Traffic.model_construct(**endpoint.traits["traffic"])


@dataclass(frozen=True)
class Span:
    """A time during which a cluster served with the same number of units."""

    start: float
    end: float
    units: int


class Demand:
    """What all endpoints of one cluster together are asked, against what its units carry."""

    def __init__(self, world: World, cluster: Resource) -> None:
        self._asked = [
            calls_per_second(traffic_of(it), world.scenario.day)
            for it in world.endpoints_on(cluster.ocid)
            if it.traits.get("traffic")
        ]
        self._per_unit = float(cluster.traits.get("rps_per_unit", 10.0))
        self._since = [moment(since).timestamp() for since, _ in cluster.units]
        ends = [*self._since[1:], math.inf]
        counts = [units for _, units in cluster.units]
        self.spans = [Span(*it) for it in zip(self._since, ends, counts, strict=True)]
        self._overload: dict[int, list[float]] = {}

    @cached_property
    def _together(self) -> list[float]:
        """Give the calls per second for each hour of the week."""
        return [sum(rates) for rates in zip(*(it.rates for it in self._asked), strict=True)]

    def load(self, at: float) -> float:
        """Tell which share of the capacity was in demand at this time."""
        units = self.spans[max(bisect_right(self._since, at) - 1, 0)].units
        return self._together[hour_of_week(at)] / (units * self._per_unit)

    def overload(self, units: int) -> list[float]:
        """Tell for each hour of the week which share of the calls these units would fail to serve."""
        if units not in self._overload:
            self._overload[units] = [overload_errors(rate / (units * self._per_unit)) for rate in self._together]
        return self._overload[units]


class Stream:
    """One endpoint's metrics."""

    def __init__(self, world: World, endpoint: Resource, demand: Demand) -> None:
        self.dimensions = {"resourceId": endpoint.ocid, "resourceDisplayName": str(endpoint.body["displayName"])}
        self._traffic = traffic_of(endpoint)
        self._demand = demand
        self._calls = calls_per_second(self._traffic, world.scenario.day)
        self._bend = bend(endpoint.ocid)
        self._sigma = math.log(self._traffic.spread) / P95
        self._from = moment(endpoint.body["timeCreated"]).timestamp()
        ends = [endpoint.traits["last_call"], endpoint.body["timeUpdated"] if endpoint.gone else None]
        self._until = min((moment(it).timestamp() for it in ends if it), default=math.inf)
        self._failing: dict[int, Weekly] = {}
        self._totals: dict[float, float] = {}
        self._emitters: dict[str, Callable[[float, float, int], Sample]] = {
            "TotalInvocationCount": lambda _, __, count: counted(count, count),
            "ClientErrorCount": self._client_errors,
            "ServerErrorCount": self._server_errors,
            "InputTokenCount": self._input_tokens,
            "OutputTokenCount": self._output_tokens,
            "InvocationLatency": self._latency,
        }

    def sample(self, metric: str, start: float, end: float) -> Sample | None:
        """Give what was emitted from `start` until before `end`, or nothing where nobody called."""
        start, end = max(start, self._from), min(end, self._until)
        if start >= end:
            return None
        number = math.floor(self._called(end)) - math.floor(self._called(start))
        return self._emitters[metric](start, end, number) if number > 0 else None

    def _called(self, at: float) -> float:
        """Count all calls until this time; one stretch often starts where another ends."""
        if at not in self._totals:
            self._totals[at] = self._calls.total(self._bend(at))
        return self._totals[at]

    def _share(self, factor: float, start: float, end: float) -> int:
        return math.floor(self._called(end) * factor) - math.floor(self._called(start) * factor)

    def _client_errors(self, start: float, end: float, count: int) -> Sample:
        return counted(count, min(self._share(self._traffic.client_errors, start, end), count))

    def _server_errors(self, start: float, end: float, count: int) -> Sample:
        return counted(count, min(math.floor(self._failed(end)) - math.floor(self._failed(start)), count))

    def _failed(self, at: float) -> float:
        """Count calls failed by this time: what fails in each hour depends on the units that served then."""
        total, at = 0.0, self._bend(at)
        for span in self._demand.spans:
            if span.start < at:
                weekly = self._failing_with(span.units)
                total += weekly.total(min(at, span.end)) - weekly.total(span.start)
        return total

    def _failing_with(self, units: int) -> Weekly:
        if units not in self._failing:
            always, overload = self._traffic.server_errors, self._demand.overload(units)
            pairs = zip(self._calls.rates, overload, strict=True)
            self._failing[units] = Weekly([rate * (always + more) for rate, more in pairs])
        return self._failing[units]

    def _input_tokens(self, start: float, end: float, count: int) -> Sample:
        return tokens(count, self._share(self._traffic.input_tokens, start, end))

    def _output_tokens(self, start: float, end: float, count: int) -> Sample:
        return tokens(count, self._share(self._traffic.output_tokens, start, end))

    def _latency(self, start: float, end: float, count: int) -> Sample:
        """Take an hour at a time, as the load changes by the hour."""
        if end - start <= HOUR:
            return self._latency_within(start, end, count)
        edges = [start]
        while edges[-1] < end:
            edges.append(min(edges[-1] + HOUR, end))
        parts = (self.sample("InvocationLatency", a, b) for a, b in pairwise(edges))
        return merged([part for part in parts if part])

    def _latency_within(self, start: float, end: float, count: int) -> Sample:
        middle = (start + end) / 2
        crowded = crowding(self._demand.load(middle))
        return log_normal(count, self._traffic.latency_ms * crowded * self._bend.wobble(middle), self._sigma)


def streams(world: World, region: str, compartments: set[str]) -> list[Stream]:
    """Give the streams of all endpoints that are or were called; fine-tuning clusters have none."""
    demands: dict[str, Demand] = {}
    found = []
    for endpoint in world.of_kind(ids.ENDPOINT, region):
        cluster = endpoint.body["dedicatedAiClusterId"]
        called = endpoint.traits.get("traffic") and cluster in world.resources
        if called and endpoint.body["compartmentId"] in compartments:
            if cluster not in demands:
                demands[cluster] = Demand(world, world.resources[cluster])
            found.append(Stream(world, endpoint, demands[cluster]))
    return found
