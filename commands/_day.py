"""A cluster's last day, hour by hour: as a line of text for everybody, and as what is to be drawn."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from commands._blocks import Block, date, named, section
from commands._chart import Curve, Curves
from commands._command import Services
from commands._words import number
from dac.cluster import Cluster
from dac.errors import DacError
from dac.history import History, total
from dac.naming import clip

PATIENCE = 4.0
"""Seconds that an answer waits for it: the rest of the answer is worth more."""

STEPS = "▁▂▃▄▅▆▇█"
UNKNOWN = "·"
FEWEST = 2
"""Hours that make a line."""


def last_day(cluster: Cluster, services: Services) -> History | str:
    """Its last 24 full hours, or why they are not known."""
    try:
        return services.fleet.history(cluster, days=1, seconds=PATIENCE)
    except DacError as error:
        return str(error)


def told(day: History | str) -> Block:
    if isinstance(day, str):
        return section(f"*Last 24 h*\nnot read: {named(day, 400)}")
    calls, p95 = [each.calls for each in day.hours], [each.p95_seconds for each in day.hours]
    if not any(each is not None for each in calls):
        return section("*Last 24 h*\nunknown: Monitoring has no calls of it")
    lines = [f"*Last {len(day.hours)} h*, by the hour from {date(day.since)}", f"`{sparkline(calls)}` {_calls(calls)}"]
    if any(each is not None for each in p95):
        lines.append(f"`{sparkline(p95)}` {_latency(p95)}")
    return section("\n".join(lines))


def sparkline(values: Sequence[Decimal | None]) -> str:
    """A step for each value between nothing and the most; what is not known is a dot."""
    most = max((each for each in values if each is not None), default=Decimal(0))
    return "".join(UNKNOWN if each is None else STEPS[_step(each, most)] for each in values)


def _step(value: Decimal, most: Decimal) -> int:
    """Something is never as low as nothing."""
    if not value:
        return 0
    return max(int(value * (len(STEPS) - 1) / most), 1)


def _calls(calls: Sequence[Decimal | None]) -> str:
    known = [each for each in calls if each is not None]
    summed = total(calls)
    all_of_them = "not known in every hour" if summed is None else f"{number(summed)} in all"
    return f"calls, {number(min(known))} to {number(max(known))} an hour, {all_of_them}"


def _latency(p95: Sequence[Decimal | None]) -> str:
    known = [each for each in p95 if each is not None]
    return f"p95, {min(known):.1f} to {max(known):.1f} s"


def curves(cluster: Cluster, day: History | str) -> Curves | None:
    """None where there is no line to be drawn."""
    if isinstance(day, str) or sum(bool(each.calls) for each in day.hours) < FEWEST:
        return None
    calls, p95 = [each.calls for each in day.hours], [each.p95_seconds for each in day.hours]
    lines = [Curve(name="Calls", points=_points(calls), together="sum")]
    said = _calls(calls)
    if sum(each is not None for each in p95) >= FEWEST:
        lines.append(Curve(name="p95 latency, seconds", points=_points(p95), together="most"))
        said += f"; {_latency(p95)}"
    return Curves(
        title=f"{clip(cluster.name, 60)}: the last {len(day.hours)} hours",
        unit=f"hours of UTC from {day.since:%Y-%m-%d %H:%M}",
        first_hour=day.since.hour,
        curves=tuple(lines),
        alt=f"{clip(cluster.name, 80)} over the last {len(day.hours)} hours: {said}",
    )


def _points(values: Sequence[Decimal | None]) -> tuple[float | None, ...]:
    return tuple(None if each is None else float(each) for each in values)
