"""The hand tests and people have on the control plane: clock, faults, calls, and changes behind everyone's back."""

from __future__ import annotations

from typing import Any

from aiohttp import web
from pydantic import Field, TypeAdapter

from sandbox.oracle import clusters, ids, workrequests
from sandbox.oracle.asked import PREFIX, Asked, read, safely
from sandbox.oracle.control_data import DataControl
from sandbox.oracle.control_incidents import IncidentControl
from sandbox.oracle.control_usage import UsageControl
from sandbox.oracle.faults import Fault, described
from sandbox.oracle.plane import ControlPlane
from sandbox.oracle.world import Json, Resource, World


class ClockChange(Asked):
    advance: float | None = Field(None, ge=0)
    frozen: bool | None = None


class Failure(Asked):
    """The next work request on a resource, named by OCID or (before it exists) display name, is to fail."""

    ocid: str
    message: str
    state: str | None = None
    """What the resource is left in, where Oracle would leave it in something else than usual."""


class LimitChange(Asked):
    region: str
    limit: str
    value: int = Field(ge=0)


class Release(Asked):
    abandon: bool = False


def add_control(app: web.Application, plane: ControlPlane) -> None:
    control = Control(plane)
    add = app.router.add_route
    add("POST", f"{PREFIX}/clock", safely(control.clock))
    add("GET", f"{PREFIX}/state", safely(control.state))
    add("POST", f"{PREFIX}/reset", safely(control.reset))
    add("GET", f"{PREFIX}/calls", safely(control.calls))
    add("DELETE", f"{PREFIX}/calls", safely(control.forget_calls))
    add("GET", f"{PREFIX}/faults", safely(control.faults))
    add("POST", f"{PREFIX}/faults", safely(control.add_fault))
    add("DELETE", f"{PREFIX}/faults", safely(control.clear_faults))
    add("GET", f"{PREFIX}/held", safely(control.held))
    add("POST", f"{PREFIX}/release", safely(control.release))
    add("POST", f"{PREFIX}/set", safely(control.set))
    add("POST", f"{PREFIX}/fail_next", safely(control.fail_next))
    add("POST", f"{PREFIX}/limits", safely(control.limits))
    DataControl(plane).add_to(app)
    UsageControl(plane).add_to(app)
    IncidentControl(plane).add_to(app)
    add("*", f"{PREFIX}/{{path:.*}}", _unknown)


async def _unknown(request: web.Request) -> web.Response:
    return web.json_response({"error": f"there is no {request.method} {request.path}"}, status=404)


class Control:
    def __init__(self, plane: ControlPlane) -> None:
        self._plane = plane

    @property
    def _world(self) -> World:
        return self._plane.world

    async def clock(self, request: web.Request) -> Json:
        asked = await read(request, ClockChange)
        clock = self._plane.config.clock
        if asked.frozen is True:
            clock.freeze()
        if asked.frozen is False and clock.frozen:
            clock.thaw()
        if asked.advance:
            clock.advance(asked.advance)
        self._settle()
        return {"now": self._world.now(), "frozen": clock.frozen}

    async def state(self, _: web.Request) -> Json:
        self._settle()
        regions = {region: self._region(region) for region in self._plane.scenario.regions}
        return {
            "now": self._world.now(),
            "frozen": self._plane.config.clock.frozen,
            "tenancy": self._world.tenancy,
            "compartments": self._world.compartments,
            "limits": self._world.limits,
            "regions": regions,
        }

    def _region(self, region: str) -> Json:
        world = self._world
        return {
            "clusters": [clusters.shown(world, it) | {"etag": it.etag} for it in world.of_kind(ids.CLUSTER, region)],
            "endpoints": [it.body | {"etag": it.etag} for it in world.of_kind(ids.ENDPOINT, region)],
            "models": [it.body | {"etag": it.etag} for it in world.of_kind(ids.MODEL, region)],
            "workRequests": [workrequests.shown(world, it) for it in world.work.values() if it.region == region],
        }

    async def reset(self, _: web.Request) -> Json:
        self._plane.faults.clear()
        self._plane.faults.release(abandon=True)
        self._plane.calls.clear()
        self._plane.reset()
        return {}

    async def calls(self, _: web.Request) -> list[Json]:
        return list(self._plane.calls)

    async def forget_calls(self, _: web.Request) -> Json:
        self._plane.calls.clear()
        return {}

    async def faults(self, _: web.Request) -> list[Json]:
        return [it.model_dump() for it in self._plane.faults.active]

    async def add_fault(self, request: web.Request) -> list[Json]:
        self._plane.faults.active.append(await read(request, Fault))
        return await self.faults(request)

    async def clear_faults(self, _: web.Request) -> Json:
        self._plane.faults.clear()
        return {}

    async def held(self, request: web.Request) -> list[Json]:
        """List what is held; `?wait=5` waits up to five real seconds for something to be."""
        if wait := request.query.get("wait"):
            await self._plane.faults.until_held(TypeAdapter(float).validate_python(wait))
        return [described(it) for it in self._plane.faults.held]

    async def release(self, request: web.Request) -> Json:
        asked = await read(request, Release)
        return {"released": self._plane.faults.release(abandon=asked.abandon)}

    async def set(self, request: web.Request) -> Json:
        """Change a resource as if someone had done so in the Console."""
        told = TypeAdapter(dict[str, Any]).validate_json(await request.read())
        it = self._resource(str(told.pop("ocid", "")))
        self._world.settle()
        now = self._world.now()
        self._world.touch(it, told)
        if it.kind == ids.CLUSTER and "unitCount" in told:
            it.units.append((now, told["unitCount"]))
        if it.gone and it.deleted is None:
            self._world.bury(it, now)
        self._plane.save()
        return it.body | {"etag": it.etag}

    async def fail_next(self, request: web.Request) -> Json:
        asked = await read(request, Failure)
        self._world.failures[asked.ocid] = {"message": asked.message, "state": asked.state}
        self._settle()
        return self._world.failures

    async def limits(self, request: web.Request) -> Json:
        asked = await read(request, LimitChange)
        if asked.region not in self._plane.scenario.regions:
            raise LookupError(f"there is no region {asked.region}")
        self._world.limits.setdefault(asked.region, {})[asked.limit] = asked.value
        self._settle()
        return self._world.limits

    def _resource(self, ocid: str) -> Resource:
        try:
            return self._world.resources[ocid]
        except KeyError:
            raise LookupError(f"there is no resource {ocid}") from None

    def _settle(self) -> None:
        """Let time do its work and keep what came of it, clock and settings included."""
        self._world.settle()
        self._world.changed = True
        self._plane.save()
