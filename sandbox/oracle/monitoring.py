"""The Monitoring API over the metrics of Generative AI."""

# Oracle documents the namespace and six metric names. That the dimensions are resourceId (an endpoint) and
# resourceDisplayName, that latency is in milliseconds, and that every call emits one value, are assumptions.

from __future__ import annotations

from datetime import timedelta
from typing import Any, TypeAlias

from sandbox.oracle import mql
from sandbox.oracle.calls import Answer, Call, Field, listed, read_body, text
from sandbox.oracle.errors import invalid
from sandbox.oracle.streams import UNITS, Stream, streams
from sandbox.oracle.times import moment, stamp_of
from sandbox.oracle.traffic import DAY, HOUR, Sample, merged
from sandbox.oracle.world import Json, World

NAMESPACE = "oci_generativeai"
Dimensions: TypeAlias = frozenset[tuple[str, str]]
LOOK_BACK = timedelta(hours=3)
MOST_POINTS = 100_000
MOST_STREAMS = 2000
REACH_DAYS = {60: 7, 300: 30, HOUR: 90}
"""How many days back each resolution reaches, from the named number of seconds on."""
SUMMARY = {
    "namespace": text(required=True),
    "query": text(required=True),
    "resourceGroup": text(),
    "startTime": text(),
    "endTime": text(),
    "resolution": text(),
}
GROUPS = ("namespace", "name", "resourceGroup")
SORTS = {"NAMESPACE": "namespace", "NAME": "name", "RESOURCEGROUP": "resourceGroup"}
LISTING = {
    "name": text(),
    "namespace": text(),
    "resourceGroup": text(),
    "dimensionFilters": Field(lambda it: isinstance(it, dict), "an object"),
    "groupBy": Field(lambda it: isinstance(it, list) and set(it) <= set(GROUPS), f"a list of {', '.join(GROUPS)}"),
    "sortBy": Field(lambda it: it in SORTS, f"one of {', '.join(SORTS)}"),
    "sortOrder": Field(lambda it: it in {"ASC", "DESC"}, "ASC or DESC"),
}


def list_metrics(world: World, call: Call) -> Answer:
    compartments = asked_compartments(world, call)
    told = read_body(call, LISTING)
    rows: list[Json] = []
    if told.get("namespace", NAMESPACE) == NAMESPACE and not told.get("resourceGroup"):
        rows = [
            {"name": name, "namespace": NAMESPACE, "compartmentId": call.one("compartmentId"), "dimensions": dimensions}
            for name in UNITS
            if told.get("name", name) == name
            for dimensions in (it.dimensions for it in streams(world, call.region, compartments))
            if told.get("groupBy") or told.get("dimensionFilters", {}).items() <= dimensions.items()
        ]
    if told.get("groupBy"):
        rows = _grouped(rows, told["groupBy"])
    by = SORTS[told.get("sortBy", "NAME")]
    rows.sort(key=lambda row: str(row.get(by)), reverse=told.get("sortOrder") == "DESC")
    page, headers = listed(call, rows)
    return Answer(page, headers)


def _grouped(rows: list[Json], names: list[str]) -> list[Json]:
    seen = {tuple((name, row[name]) for name in names if name in row): None for row in rows}
    return [dict(key) for key in seen]


def summarize(world: World, call: Call) -> Answer:
    compartments = asked_compartments(world, call)
    told = read_body(call, SUMMARY)
    query = mql.parse(told["query"])
    step = mql.interval(told["resolution"], "resolution") if told.get("resolution") else query.seconds
    if step > query.seconds:
        raise invalid("resolution must be equal to or less than the interval of the query.")
    starts = _starts(world, told, step)
    if told["namespace"] != NAMESPACE or query.metric not in UNITS or told.get("resourceGroup"):
        return Answer([])
    groups = _groups(query, streams(world, call.region, compartments))
    if len(groups) > MOST_STREAMS:
        raise invalid(f"The query matches {len(groups)} metric streams; at most {MOST_STREAMS} can be returned.")
    if len(groups) * len(starts) > MOST_POINTS:
        raise invalid(f"The query would return more than {MOST_POINTS} data points. Narrow it or its time range.")
    common = {
        "namespace": NAMESPACE,
        "compartmentId": call.one("compartmentId"),
        "name": query.metric,
        "metadata": {"unit": UNITS[query.metric]},
        "resolution": told.get("resolution") or _written(step),
    }
    now = world.clock.now().timestamp()
    times = [(at, stamp_of(at)) for at in starts]
    rows = []
    for dimensions, members in groups:
        points = _points(query, members, times, now)
        if points:
            rows.append(common | {"dimensions": dimensions, "aggregatedDatapoints": points})
    return Answer(rows)


def measured(found: list[Stream], query: mql.Query, end: float) -> dict[Dimensions, float]:
    """Give what a query's last interval before `end` came to, by the dimensions it tells apart."""
    figures = {}
    for dimensions, members in _groups(query, found):
        samples = [it for member in members if (it := member.sample(query.metric, end - query.seconds, end))]
        if samples:
            figures[frozenset(dimensions.items())] = _value(query, merged(samples))
    return figures


def _written(seconds: int) -> str:
    if seconds % DAY == 0:
        return f"{seconds // DAY}d"
    return f"{seconds // HOUR}h" if seconds % HOUR == 0 else f"{seconds // 60}m"


def _points(query: mql.Query, members: list[Stream], times: list[tuple[int, str]], now: float) -> list[Json]:
    points = []
    for at, written in times:
        end = min(at + query.seconds, now)
        samples = [it for member in members if (it := member.sample(query.metric, at, end))]
        if samples:
            points.append({"timestamp": written, "value": _value(query, merged(samples))})
    return points


def _value(query: mql.Query, sample: Sample) -> float:
    match query.statistic:
        case "mean":
            value = sample.total / sample.number
        case "sum":
            value = sample.total
        case "count":
            value = sample.number
        case "rate":
            value = sample.total / query.seconds
        case "min":
            value = sample.low
        case "max":
            value = sample.high
        case _:
            value = sample.quantile(query.quantile or 0.5)
    return round(float(value), 6)


def _groups(query: mql.Query, found: list[Stream]) -> list[tuple[dict[str, str], list[Stream]]]:
    """Bring together what the query groups; a dimension it groups by that nobody has matches nothing."""
    groups: dict[tuple[str, ...], tuple[dict[str, str], list[Stream]]] = {}
    for stream in found:
        if not all(it.holds(stream.dimensions) for it in query.conditions):
            continue
        names = tuple(stream.dimensions) if query.grouped_by is None else query.grouped_by
        if any(name not in stream.dimensions for name in names):
            continue
        key = tuple(stream.dimensions[name] for name in names)
        groups.setdefault(key, (dict(zip(names, key, strict=True)), []))[1].append(stream)
    return list(groups.values())


def _starts(world: World, told: Json, step: int) -> list[int]:
    """Give the start of each stretch from the first minute asked for, as far back as the resolution reaches."""
    now = world.clock.now()
    end = _time(told, "endTime") or now
    start = _time(told, "startTime") or now - LOOK_BACK
    if start >= end:
        raise invalid("startTime must be before endTime.")
    days = next(days for least, days in sorted(REACH_DAYS.items(), reverse=True) if step >= least)
    if end - start > timedelta(days=days):
        raise invalid(f"The time range must not be longer than {days} days for a resolution of {_written(step)}.")
    first = int(start.timestamp()) // 60 * 60
    oldest = int((now - timedelta(days=days)).timestamp())
    last = min(end, now).timestamp()
    return [at for at in range(first, int(last) + 1, step) if oldest <= at < last]


def _time(told: Json, name: str) -> Any:
    if name not in told:
        return None
    try:
        return moment(told[name])
    except ValueError as error:
        raise invalid(f"{name} must be a time such as 2026-11-23T14:00:00.000Z.") from error


def asked_compartments(world: World, call: Call) -> set[str]:
    """Give the compartments asked about: one, or all beneath the tenancy."""
    compartment = world.known_compartment(call.needed("compartmentId"))
    if not call.flag("compartmentIdInSubtree"):
        return {compartment}
    if compartment != world.tenancy:
        raise invalid("compartmentIdInSubtree can be true only for the tenancy.")
    return {world.tenancy, *world.compartments.values()}
