"""What clusters have used, hour by hour: the world's own units over time as quantities of part numbers."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path

from sandbox.oracle import ids
from sandbox.oracle.times import moment
from sandbox.oracle.world import Json, World, record

BILLING = Path(__file__).parent / "billing.toml"
LEAST_UNIT_HOURS = 744
"""Oracle's minimum for a hosting cluster; imported models have none."""

GRID = Decimal("1e-9")
TICK = timedelta(microseconds=1)
TICKS = Decimal(3_600_000_000)
"""In an hour."""

HARDWARE = re.compile(r"(?:(COHERE|META|OAI)_)?(A100_80G|H100|H200|B200)_X(\d+)")


@dataclass(frozen=True)
class Rate:
    """What an hour of one unit counts as; `per_cluster`: whatever the number of units."""

    part: str
    units: Decimal
    per_cluster: bool = False
    least: int = LEAST_UNIT_HOURS


@cache
def _listed() -> Json:
    return tomllib.loads(BILLING.read_text(encoding="utf-8"))


def rate_of(shape: str) -> Rate:
    told = _listed()
    if hardware := HARDWARE.fullmatch(shape):
        maker, gpu, count = hardware.groups()
        units = Decimal(told["gpu"][gpu]) * int(count)
        return Rate(told["maker"][maker or "none"], units, least=LEAST_UNIT_HOURS if maker else 0)
    found = told["shapes"].get(shape, told["otherwise"])
    return Rate(found["part"], Decimal(found["units"]), found.get("per_cluster", False))


def billed(world: World) -> list[Json]:
    """Give every cluster there is or was."""
    there = [record(it) for it in world.resources.values() if it.kind == ids.CLUSTER]
    return [*world.past_clusters, *there]


def quantity(cluster: Json, since: datetime, until: datetime) -> Decimal:
    """Give the AI unit-hours (or cluster hours) from `since` to `until`, the rest of a minimum not met included."""
    rate = rate_of(cluster["body"]["unitShape"])
    used = _hours(cluster, rate, since, until)
    end = moment(cluster["ended"]) if cluster["ended"] else None
    if end and since <= end < until and cluster["body"]["type"] == "HOSTING":
        # How Oracle's rows show the rest is not known: here it is billed in the hour in which the cluster ends.
        used += max(rate.least - _hours(cluster, rate, moment(cluster["units"][0][0]), end), Decimal(0))
    return (used * rate.units).quantize(GRID).normalize()


def _hours(cluster: Json, rate: Rate, since: datetime, until: datetime) -> Decimal:
    total = Decimal(0)
    for start, end, units in _spans(cluster):
        span = min(end or until, until) - max(start, since)
        if span > timedelta():
            total += Decimal(span // TICK) / TICKS * (1 if rate.per_cluster else units)
    return total


def _spans(cluster: Json) -> Iterator[tuple[datetime, datetime | None, int]]:
    changes = [(moment(at), units) for at, units in cluster["units"]]
    end = moment(cluster["ended"]) if cluster["ended"] else None
    for number, (at, units) in enumerate(changes):
        following = changes[number + 1][0] if number + 1 < len(changes) else end
        yield at, following if end is None or following is None else min(following, end), units
