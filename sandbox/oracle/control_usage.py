"""The hand on what costs: rows that nothing in this world has caused, a discount, how late usage is told, anomalies."""

from __future__ import annotations

from aiohttp import web

from sandbox.oracle import anomalies, exactly, ledger
from sandbox.oracle.asked import PREFIX, read, safely
from sandbox.oracle.plane import ControlPlane
from sandbox.oracle.scenario import AnomalyPlan
from sandbox.oracle.world import Json


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
        return {
            "rows": world.ledger,
            "alone": world.ledger_alone,
            "discount": world.discount,
            "delay": world.usage_delay,
        }

    async def change(self, request: web.Request) -> Json:
        ledger.load(self._plane.world, ledger.read(exactly.loads(await request.read() or b"{}")))
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
