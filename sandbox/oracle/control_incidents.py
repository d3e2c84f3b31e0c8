"""The hand on incidents: which there are, which have been switched on, and another one."""

from __future__ import annotations

from aiohttp import web
from pydantic import Field

from sandbox.oracle import ids
from sandbox.oracle.asked import PREFIX, Asked, read, safely
from sandbox.oracle.incidents import GROUPS, INCIDENTS, Scene
from sandbox.oracle.incidents.scene import Act
from sandbox.oracle.plane import ControlPlane
from sandbox.oracle.times import later
from sandbox.oracle.world import Json, Resource


class Happening(Asked):
    """What is to have happened: to the cluster with this name, or to the first that serves and is called."""

    name: str
    cluster: str | None = None
    region: str | None = None
    """Of the cluster; or another region, for what happens to a region."""
    hours: float = Field(2, gt=0)
    """How long ago it began."""
    days: float | None = None
    """For what is counted in days: until a model retires, since a cluster grew."""


class IncidentControl:
    def __init__(self, plane: ControlPlane) -> None:
        self._plane = plane

    def add_to(self, app: web.Application) -> None:
        app.router.add_route("GET", f"{PREFIX}/incidents", safely(self.show))
        app.router.add_route("POST", f"{PREFIX}/incidents", safely(self.happen))
        app.router.add_route("DELETE", f"{PREFIX}/incidents", safely(self.undo))

    async def show(self, _: web.Request) -> Json:
        """Those there are, what was switched on, and the clusters to which they may happen."""
        return {
            "known": sorted(INCIDENTS),
            "groups": [
                {"title": title, "incidents": [{"name": name, "about": _about(act)} for name, act in acts.items()]}
                for title, acts in GROUPS.items()
            ],
            "clusters": [
                {"name": it.body["displayName"], "region": it.region, "type": it.body["type"], "state": it.state}
                for it in self._clusters()
            ],
            "happened": self._plane.incidents,
        }

    async def undo(self, request: web.Request) -> Json:
        """All is as before the first of them, whatever else was changed meanwhile."""
        self._plane.undo()
        return await self.show(request)

    async def happen(self, request: web.Request) -> Json:
        """Let it happen; the same or another may follow, and a reset undoes all."""
        asked, world = await read(request, Happening), self._plane.world
        if asked.name not in INCIDENTS:
            raise LookupError(f"there is no incident {asked.name}: there are {', '.join(sorted(INCIDENTS))}")
        if asked.region not in {None, *self._plane.scenario.regions}:
            raise LookupError(f"there is no region {asked.region}")
        world.settle()
        cluster, since = self._cluster(asked), later(world.now(), -asked.hours * 3600)
        region = asked.region or cluster.region
        self._plane.remember()
        INCIDENTS[asked.name](Scene(world, self._plane.faults, region, cluster, since, asked.days))
        self._plane.incidents.append(asked.model_dump() | {"cluster": cluster.body["displayName"], "region": region})
        world.settle()
        world.changed = True
        self._plane.save()
        return await self.show(request)

    def _cluster(self, asked: Happening) -> Resource:
        clusters = self._clusters()
        if asked.cluster is None:
            fit = [it for it in clusters if it.body["type"] == "HOSTING" and it.state == "ACTIVE"]
        else:
            fit = [it for it in clusters if asked.cluster in {it.ocid, it.body["displayName"]}]
            fit = [it for it in fit if asked.region in {None, it.region}] or fit
        if not fit:
            raise LookupError(f"there is no cluster {asked.cluster or 'that serves'}")
        return fit[0]

    def _clusters(self) -> list[Resource]:
        return [it for it in self._plane.world.resources.values() if it.kind == ids.CLUSTER and not it.gone]


def _about(act: Act) -> str:
    return " ".join((act.__doc__ or "").split())
