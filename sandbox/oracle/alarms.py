"""Alarms over the metrics: what each is set to wait for, and whether that is so by the metrics' own figures."""

# Oracle's API reference documents both lists and that a status is collective over all metric streams. How far back a
# change of status is told exactly is not documented: here 36 intervals, and what is older counts from there.

from __future__ import annotations

import operator
from collections.abc import Callable

from sandbox.oracle import mql
from sandbox.oracle.calls import Answer, Call, listed
from sandbox.oracle.monitoring import NAMESPACE, Dimensions, asked_compartments, measured
from sandbox.oracle.streams import Stream, streams
from sandbox.oracle.times import moment, stamp_of
from sandbox.oracle.world import Json, World

MINUTE = 60
INTERVALS_BACK = 36
SEVERITIES = ("CRITICAL", "ERROR", "WARNING", "INFO")
SORTS = ("displayName", "severity")
NUMBER: Dimensions = frozenset()
"""The dimensions of a number, and of all streams in one."""
SHOWN = (
    "id",
    "displayName",
    "compartmentId",
    "metricCompartmentId",
    "namespace",
    "query",
    "severity",
    "destinations",
    "isEnabled",
    "lifecycleState",
    "alarmSummary",
    "freeformTags",
    "definedTags",
)
COMPARISONS: dict[str, Callable[[float, float], bool]] = {
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
    "==": operator.eq,
    "!=": operator.ne,
}
ARITHMETIC: dict[str, Callable[[float, float], float]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": lambda left, right: left / right if right else 0.0,
}


def list_(world: World, call: Call) -> Answer:
    rows = [{name: alarm[name] for name in SHOWN} for alarm in _asked_for(world, call)]
    return _page(call, rows)


def list_status(world: World, call: Call) -> Answer:
    status, resource = call.choice("status", ("FIRING", "OK")), call.one("resourceId") or call.one("entityId")
    alarms = [it for it in _asked_for(world, call) if it["isEnabled"]]
    rows = [_status(world, it) for it in alarms if resource is None or resource in it["query"]]
    return _page(call, [row for row in rows if status in {None, row["status"]}])


def _asked_for(world: World, call: Call) -> list[Json]:
    compartments, name = asked_compartments(world, call), call.one("displayName")
    return [
        it
        for it in world.alarms.values()
        if it["region"] == call.region and it["compartmentId"] in compartments and name in {None, it["displayName"]}
    ]


def _page(call: Call, rows: list[Json]) -> Answer:
    by = call.choice("sortBy", SORTS) or SORTS[0]
    descending = call.choice("sortOrder", ("ASC", "DESC")) == "DESC"
    ranks = {name: number for number, name in enumerate(SEVERITIES)}
    rows.sort(key=lambda row: (ranks[row[by]] if by == "severity" else row[by], row["id"]), reverse=descending)
    page, headers = listed(call, rows)
    return Answer(page, headers)


def _status(world: World, alarm: Json) -> Json:
    alert = mql.parse_alert(alarm["query"])
    ours = alarm["namespace"] == NAMESPACE
    found = streams(world, alarm["region"], {alarm["metricCompartmentId"]}) if ours else []
    now = int(world.clock.now().timestamp()) // MINUTE * MINUTE
    fires = _is_met(found, alert, now)
    since = now
    for number in range(1, INTERVALS_BACK + 1):
        at = now - number * alert.seconds
        if _is_met(found, alert, at) != fires:
            break
        since = at
    created = int(moment(alarm["timeCreated"]).timestamp())
    status = "FIRING" if fires else "OK"
    return {
        "id": alarm["id"],
        "displayName": alarm["displayName"],
        "severity": alarm["severity"],
        "ruleName": "BASE",
        "timestampTriggered": stamp_of(max(since, created)),
        "alarmSummary": alarm["alarmSummary"],
        "status": "SUSPENDED" if alarm["suspended"] else status,
    }


def _is_met(found: list[Stream], alert: mql.Alert, end: int) -> bool:
    """Tell whether any of the streams compared as the alarm waits for, in the interval before `end`."""
    compare = COMPARISONS[alert.operator]
    return any(compare(value, alert.threshold) for value in _figures(found, alert.measured, end).values())


def _figures(found: list[Stream], term: mql.Term, end: int) -> dict[Dimensions, float]:
    """Reckon with figures of the same dimensions; a number is without any, and goes with all."""
    if isinstance(term, float):
        return {NUMBER: term}
    if isinstance(term, mql.Query):
        return measured(found, term, end)
    reckon = ARITHMETIC[term.operator]
    left = _figures(found, term.left, end)
    right = _figures(found, term.right, end)
    if left.keys() == {NUMBER}:
        return {name: reckon(left[NUMBER], value) for name, value in right.items()}
    if right.keys() == {NUMBER}:
        return {name: reckon(value, right[NUMBER]) for name, value in left.items()}
    return {name: reckon(value, right[name]) for name, value in left.items() if name in right}
