"""The Identity API, as far as it tells in which regions a tenancy is, and which of them is its home."""

from __future__ import annotations

from sandbox.oracle.calls import Answer, Call
from sandbox.oracle.errors import not_found
from sandbox.oracle.world import World


def list_(world: World, call: Call) -> Answer:
    """List all in one piece: this list has no pages."""
    if call.path["tenancyId"] != world.tenancy:
        raise not_found()
    rows = [
        {
            "regionKey": region.split("-")[1][:3].upper(),
            "regionName": region,
            "status": "READY",
            "isHomeRegion": region == world.scenario.home,
        }
        for region in world.scenario.regions
    ]
    return Answer(rows)
