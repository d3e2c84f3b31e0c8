"""How much of the service limit that a cluster counts against is left."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from bot.oracle.calls import Calls
from bot.oracle.clients import Clients
from bot.oracle.config import OracleConfig
from bot.oracle.errors import understood
from bot.oracle.parts import Part, read_parts
from dac.cluster import Cluster, Headroom, Space
from dac.errors import DacError, Unavailable
from dac.figures import Unknown

SERVICE = "ai-generative"
"""Generative AI's name in Oracle's Limits service."""


def headroom(
    client: Any, calls: Calls, of: Cluster | Space, tenancy: str, limit_of_shape: Mapping[str, str], at: datetime
) -> Headroom | Unknown:
    """Service limits are the tenancy's, not the compartment's; that no answer is had never stops the person asking."""
    what = f"service limit left for {of.unit_shape} in {of.region}"
    name = limit_of_shape.get(of.unit_shape)
    if name is None:
        return Unknown(
            what=what,
            settle=f"look up in the Console, under Limits, Quotas and Usage, what {of.unit_shape} counts against",
        )
    try:
        found = availability(client, calls, name, of.region, tenancy, at)
    except Unavailable as error:
        return Unknown(what=what, settle=f"ask again later. {error}")
    except DacError as error:
        return Unknown(
            what=what, settle=f"let the reading identity `inspect resource-availability in tenancy`. {error}"
        )
    return found or Unknown(what=what, settle=f"Oracle does not count {name}: look in the Console")


def unused(
    clients: Clients, calls: Calls, config: OracleConfig, regions: Sequence[str], at: datetime
) -> tuple[Headroom, ...] | Unknown:
    """Every limit that a shape counts against in those regions, or why none could be read."""
    found: list[Headroom] = []

    def keep(left: Headroom | None) -> Sequence[Part]:
        found.extend([left] if left else [])
        return ()

    def part(region: str, name: str) -> Part:
        def read() -> Headroom | None:
            return availability(clients.limits(region), calls, name, region, clients.tenancy(), at)

        return Part(region, f"limit {name}", read, keep)

    names = sorted(set(config.limit_of_shape.values()))
    parts = [part(region, name) for region in regions for name in names]
    gaps = read_parts(parts, seconds=config.patience.soon, parallel=config.parallel)
    if gaps:
        return Unknown(what="the service limits of regions without a cluster", settle=gaps[0].because)
    return tuple(sorted(found, key=lambda each: (each.region, each.limit_name)))


def availability(client: Any, calls: Calls, name: str, region: str, tenancy: str, at: datetime) -> Headroom | None:
    """What the tenancy has left of one limit; None where Oracle does not count it."""
    doing = f"Reading service limit {name} in {region}"
    response = calls.read(doing, lambda: client.get_resource_availability(SERVICE, name, tenancy))
    with understood(doing):
        used, available = response.data.get("used"), response.data.get("available")
        if used is None or available is None:
            return None
        return Headroom(limit_name=name, region=region, used=used, available=available, read_at=at)
