"""Where an incident plays, and what it can do there so that the symptoms follow as from the real cause."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

from sandbox.oracle import ids
from sandbox.oracle.faults import Fault, Faults
from sandbox.oracle.streams import Demand
from sandbox.oracle.times import later
from sandbox.oracle.world import Resource, Work, World

HOUR, DAY = 3600.0, 86_400.0


@dataclass(frozen=True)
class Scene:
    """`since` is when it began; `days` is for those that count in days from now, ahead or back."""

    world: World
    faults: Faults
    region: str
    cluster: Resource
    since: str
    days: float | None = None

    @property
    def now(self) -> str:
        return self.world.now()

    @property
    def endpoints(self) -> list[Resource]:
        return self.world.endpoints_on(self.cluster.ocid)

    @property
    def endpoint(self) -> Resource:
        """The one an incident of a single endpoint happens to."""
        if not self.endpoints:
            raise LookupError(f"{self.cluster.body['displayName']} has no endpoint left for this to happen to")
        return self.endpoints[0]

    @property
    def load(self) -> float:
        """The share of the cluster's capacity that is in demand now."""
        return Demand(self.world, self.cluster).load(self.world.clock.now().timestamp())

    def ago(self, seconds: float) -> str:
        return later(self.now, -seconds)

    # ----------------------------------------------------------------------------------- what is called

    def call_differently(self, endpoint: Resource, change: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
        """From `since` on the endpoint is called in another manner; what was measured before stays as it was."""
        now = endpoint.traits.get("traffic")
        if now is None:
            return
        earlier = endpoint.traits.setdefault("earlier", [])
        if not earlier or earlier[-1][0] < self.since:
            earlier.append([self.since, now])
        endpoint.traits["traffic"] = now | change(now)

    def call_all_differently(self, change: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
        for endpoint in self.endpoints:
            self.call_differently(endpoint, change)

    def stop_calls(self, endpoint: Resource, at: str) -> None:
        last = endpoint.traits.get("last_call")
        endpoint.traits["last_call"] = min(at, last) if last else at

    # ------------------------------------------------------------------------------- what becomes of things

    def becomes(self, resource: Resource, state: str, details: str | None = None) -> None:
        changes = {"lifecycleState": state} | ({"lifecycleDetails": details} if details else {})
        self.world.touch(resource, changes, self.since)

    def work(
        self, of: Resource, operation: str, began: str, *, failed: tuple[str, str] | None = None, done: bool = False
    ) -> Work:
        """Record work on a resource: failed with a code and a message, done, or under way and never ending."""
        finished = done or failed is not None
        work = Work(
            ocid=ids.ocid(ids.WORK_REQUEST, of.region),
            region=of.region,
            compartment=of.body["compartmentId"],
            operation=operation,
            resource=of.ocid,
            entity=of.kind,
            accepted=began,
            starts=later(began, 2),
            ends=later(began, 600) if finished else later(self.now, 30 * DAY),
            done={"lifecycleState": "ACTIVE"},
            undone={"lifecycleState": "FAILED"},
            failure=failed[1] if failed else None,
            finished=finished,
            code=failed[0] if failed else "InternalServerError",
        )
        self.world.work[work.ocid] = work
        if not finished:
            self.world.unfinished.append(work)
        return work

    def strikes(self, kind: Any = "status", **told: Any) -> None:
        self.faults.active.append(Fault(kind=kind, times=None, **told))

    def forget(self, resource: Resource) -> None:
        """Let it have been deleted so long ago that Oracle no longer shows it."""
        del self.world.resources[resource.ocid]
        self.world.by_cluster[self.cluster.ocid].remove(resource)


Act: TypeAlias = Callable[[Scene], None]
