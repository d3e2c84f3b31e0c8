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
    WEEK,
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

NOBODY = (0.0,) * (WEEK // HOUR)


@dataclass(frozen=True)
class Era:
    """A time during which an endpoint was called in the same manner."""

    start: float
    end: float
    traffic: Traffic
    calls: Weekly

    @property
    def sigma(self) -> float:
        return math.log(self.traffic.spread) / P95


def eras_of(world: World, endpoint: Resource) -> list[Era]:
    """Read how it is called now, and how it was until when, as build.py and incidents wrote it down."""
    told = [*endpoint.traits.get("earlier", ()), (None, endpoint.traits["traffic"])]
    eras, start = [], -math.inf
    for until, each in told:
        traffic = Traffic.model_construct(**each)
        end = moment(until).timestamp() if until else math.inf
        eras.append(Era(start, end, traffic, calls_per_second(traffic, world.scenario.day)))
        start = end
    return eras


def called_until(endpoint: Resource) -> float:
    """Tell when its last call was: the last anybody made, or when it was deleted."""
    ends = [endpoint.traits.get("last_call"), endpoint.body["timeUpdated"] if endpoint.gone else None]
    return min((moment(it).timestamp() for it in ends if it), default=math.inf)


def era_at(eras: list[Era], at: float) -> Era:
    return next(it for it in eras if at < it.end)


@dataclass(frozen=True)
class Span:
    """A time during which a cluster served with the same number of units what was asked in the same manner."""

    start: float
    end: float
    capacity: float
    asked: list[Weekly]

    @cached_property
    def together(self) -> list[float]:
        """Give the calls per second for each hour of the week."""
        return [sum(rates) for rates in zip(NOBODY, *(it.rates for it in self.asked), strict=True)]

    @cached_property
    def overload(self) -> list[float]:
        """Tell for each hour of the week which share of the calls these units would fail to serve."""
        return [overload_errors(rate / self.capacity) for rate in self.together]


class Demand:
    """What all endpoints of one cluster together are asked, against what its units carry."""

    def __init__(self, world: World, cluster: Resource) -> None:
        endpoints = [it for it in world.by_cluster.get(cluster.ocid, ()) if it.traits.get("traffic")]
        called = [(eras_of(world, it), called_until(it)) for it in endpoints]
        per_unit = float(cluster.traits.get("rps_per_unit", 10.0))
        units = [(moment(since).timestamp(), count) for since, count in cluster.units]
        first = units[0][0]
        changes = {era.start for eras, _ in called for era in eras if era.start > first}
        changes |= {until for _, until in called if first < until < math.inf}
        self._since = sorted({since for since, _ in units} | changes)
        self.spans = []
        for start, end in zip(self._since, [*self._since[1:], math.inf], strict=True):
            count = [count for since, count in units if since <= start][-1]
            asked = [era_at(eras, start).calls for eras, until in called if start < until]
            self.spans.append(Span(start, end, count * per_unit, asked))

    def load(self, at: float) -> float:
        """Tell which share of the capacity was in demand at this time."""
        span = self.spans[max(bisect_right(self._since, at) - 1, 0)]
        return span.together[hour_of_week(at)] / span.capacity


class Stream:
    """One endpoint's metrics."""

    def __init__(self, world: World, endpoint: Resource, demand: Demand) -> None:
        self.dimensions = {"resourceId": endpoint.ocid, "resourceDisplayName": str(endpoint.body["displayName"])}
        self._eras = eras_of(world, endpoint)
        self._demand = demand
        self._bend = bend(endpoint.ocid)
        self._from = moment(endpoint.body["timeCreated"]).timestamp()
        self._until = called_until(endpoint)
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
            self._totals[at] = self._counted(at, lambda _: 1)
        return self._totals[at]

    def _counted(self, at: float, weight: Callable[[Traffic], float]) -> float:
        """Count what each call of an era brings, until this time."""
        total = 0.0
        for era in self._eras:
            if era.start < at:
                before = era.calls.total(self._bend(era.start)) if era.start > -math.inf else 0.0
                total += (era.calls.total(self._bend(min(at, era.end))) - before) * weight(era.traffic)
        return total

    def _share(self, weight: Callable[[Traffic], float], start: float, end: float) -> int:
        return math.floor(self._counted(end, weight)) - math.floor(self._counted(start, weight))

    def _client_errors(self, start: float, end: float, count: int) -> Sample:
        return counted(count, min(self._share(lambda it: it.client_errors, start, end), count))

    def _server_errors(self, start: float, end: float, count: int) -> Sample:
        return counted(count, min(math.floor(self._failed(end)) - math.floor(self._failed(start)), count))

    def _failed(self, at: float) -> float:
        """Count calls failed by this time: what fails in each hour depends on the units that served then."""
        total, at = 0.0, self._bend(at)
        for number, span in enumerate(self._demand.spans):
            if span.start < at:
                weekly = self._failing_in(number, span)
                total += weekly.total(min(at, span.end)) - weekly.total(span.start)
        return total

    def _failing_in(self, number: int, span: Span) -> Weekly:
        if number not in self._failing:
            era = era_at(self._eras, span.start)
            pairs = zip(era.calls.rates, span.overload, strict=True)
            self._failing[number] = Weekly([rate * (era.traffic.server_errors + more) for rate, more in pairs])
        return self._failing[number]

    def _input_tokens(self, start: float, end: float, count: int) -> Sample:
        return tokens(count, self._share(lambda it: it.input_tokens, start, end))

    def _output_tokens(self, start: float, end: float, count: int) -> Sample:
        return tokens(count, self._share(lambda it: it.output_tokens, start, end))

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
        era = era_at(self._eras, middle)
        return log_normal(count, era.traffic.latency_ms * crowded * self._bend.wobble(middle), era.sigma)


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
