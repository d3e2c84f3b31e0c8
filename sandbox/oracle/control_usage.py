"""The hand on what costs: rows that nothing in this world has caused, a discount, how late usage is told, anomalies."""

from __future__ import annotations

from typing import Any

from aiohttp import web
from pydantic import Field

from sandbox.oracle import anomalies, usage
from sandbox.oracle.asked import PREFIX, Asked, read, read_exactly, safely
from sandbox.oracle.plane import ControlPlane
from sandbox.oracle.scenario import AnomalyPlan
from sandbox.oracle.times import later
from sandbox.oracle.world import Json


class Change(Asked):
    """What is not said stays as it is; rows are added, named as Oracle names their fields."""

    rows: list[dict[str, Any]] = Field(default_factory=list)
    arrives_in: float = Field(0, ge=0)
    """Seconds until these rows show."""
    credit: bool = False
    """Whether these rows are credits."""
    discount: float | None = Field(None, ge=0, le=1)
    delay: float | None = Field(None, ge=0)
    """Hours after which usage shows in the ledger."""


class UsageControl:
    def __init__(self, plane: ControlPlane) -> None:
        self._plane = plane

    def add_to(self, app: web.Application) -> None:
        app.router.add_route("GET", f"{PREFIX}/usage", safely(self.show))
        app.router.add_route("POST", f"{PREFIX}/usage", safely(self.change))
        app.router.add_route("DELETE", f"{PREFIX}/usage", safely(self.forget))
        app.router.add_route("GET", f"{PREFIX}/anomalies", safely(self.anomalies))
        app.router.add_route("POST", f"{PREFIX}/anomalies", safely(self.find))
        app.router.add_route("DELETE", f"{PREFIX}/anomalies", safely(self.find_none))

    async def show(self, _: web.Request) -> Json:
        world = self._plane.world
        return {"rows": world.ledger, "discount": world.discount, "delay": world.usage_delay}

    async def change(self, request: web.Request) -> Json:
        asked, world = await read_exactly(request, Change), self._plane.world
        for row in asked.rows:
            if not {"timeUsageStarted", "computedAmount"} <= row.keys():
                raise LookupError("a row has a timeUsageStarted and a computedAmount")
            usage.put(world, row | {"arrives": later(world.now(), asked.arrives_in), "credit": asked.credit})
        if asked.discount is not None:
            world.discount = asked.discount
        if asked.delay is not None:
            world.usage_delay = asked.delay
        return await self._kept(request)

    async def forget(self, request: web.Request) -> Json:
        self._plane.world.ledger.clear()
        return await self._kept(request)

    async def anomalies(self, _: web.Request) -> list[Json]:
        return list(self._plane.world.anomalies.values())

    async def find(self, request: web.Request) -> Json:
        """Let Oracle have found a cost anomaly."""
        asked = await read(request, AnomalyPlan)
        if asked.region not in {None, *self._plane.scenario.regions}:
            raise LookupError(f"there is no region {asked.region}")
        found = anomalies.put(self._plane.world, asked)
        self._plane.save()
        return found

    async def find_none(self, request: web.Request) -> list[Json]:
        self._plane.world.anomalies.clear()
        self._plane.world.changed = True
        self._plane.save()
        return await self.anomalies(request)

    async def _kept(self, request: web.Request) -> Json:
        self._plane.world.changed = True
        self._plane.save()
        return await self.show(request)
