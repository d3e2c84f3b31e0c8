"""The state of the tenancy: resources as Oracle shows them, the work under way, and what time does to both."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from sandbox.clock import Clock
from sandbox.oracle import ids
from sandbox.oracle.buckets import Bucket
from sandbox.oracle.errors import not_found
from sandbox.oracle.scenario import Scenario
from sandbox.oracle.times import later, seconds_between, stamp

Json = dict[str, Any]
TOKEN_SECONDS = 24 * 3600


@dataclass
class Resource:
    """A cluster, endpoint or model; `body` is what a GET answers, but for what is counted on the spot."""

    kind: str
    region: str
    body: Json
    etag: str = field(default_factory=ids.etag)
    units: list[tuple[str, int]] = field(default_factory=list)
    """Clusters: since when how many units have served."""
    traits: Json = field(default_factory=dict)
    """What Oracle knows of it but does not show: traffic, the shapes a model fits."""
    deleted: str | None = None

    @property
    def ocid(self) -> str:
        return str(self.body["id"])

    @property
    def state(self) -> str:
        return str(self.body["lifecycleState"])

    @property
    def gone(self) -> bool:
        return self.state == "DELETED"


@dataclass
class Work:
    """A work request: what it does to its resource when its time has come."""

    ocid: str
    region: str
    compartment: str
    operation: str
    resource: str
    entity: str
    accepted: str
    starts: str
    ends: str
    done: Json
    undone: Json
    failure: str | None = None
    finished: bool = False
    code: str = "InternalServerError"
    """What kind of error the failure is."""
    log: list[list[str]] = field(default_factory=list)
    """What is logged when, where the work has more to tell than its steps."""

    def status(self, now: str) -> str:
        if self.finished:
            return "FAILED" if self.failure else "SUCCEEDED"
        return "ACCEPTED" if now < self.starts else "IN_PROGRESS"

    def percent(self, now: str) -> float:
        if self.finished:
            return 100.0
        whole = seconds_between(self.starts, self.ends)
        share = seconds_between(self.starts, now) / whole if whole else 1.0
        return round(min(max(share, 0.0), 0.99) * 100, 1)


@dataclass
class Receipt:
    """What a retry token stands for."""

    asked: str
    resource: str
    work: str | None
    at: str


@dataclass
class World:
    """Everything that changes. It is read and changed between two awaits, so no call sees half a change."""

    scenario: Scenario
    clock: Clock
    resources: dict[str, Resource] = field(default_factory=dict)
    work: dict[str, Work] = field(default_factory=dict)
    receipts: dict[str, Receipt] = field(default_factory=dict)
    limits: dict[str, dict[str, int]] = field(default_factory=dict)
    failures: dict[str, Json] = field(default_factory=dict)
    """By OCID or display name: how the next work request on it fails."""
    buckets: dict[str, Bucket] = field(default_factory=dict)
    prices: dict[str, Json] = field(default_factory=dict)
    """The products of the public price list, by part number."""
    prices_updated: str = ""
    ledger: list[Json] = field(default_factory=list)
    """Rows of the Usage API that nothing here has caused."""
    ledger_alone: bool = False
    """Whether those are all there is, and what runs here costs nothing."""
    discount: float = 0.0
    """How much less than the list price the contract says, as a share."""
    usage_delay: float = 6.0
    """Hours after which usage is told."""
    past_clusters: list[Json] = field(default_factory=list)
    """What is to be kept of clusters that are forgotten, for their bills."""
    anomalies: dict[str, Json] = field(default_factory=dict)
    """Cost anomalies by OCID; Oracle shows them without `region` and `tenantId`."""
    alarms: dict[str, Json] = field(default_factory=dict)
    """Set over the metrics, by OCID; Oracle shows them without `region`, `suspended` and `timeCreated`."""
    changed: bool = False
    tenancy: str = ""
    compartments: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.tenancy = ids.ocid("tenancy", seed=self.scenario.tenancy)
        self.compartments = {name: self.compartment(name) for name in self.scenario.compartments}
        self.unfinished = [work for work in self.work.values() if not work.finished]
        self.buried = [it for it in self.resources.values() if it.deleted]
        self.by_cluster = self._endpoints_by_cluster()

    def compartment(self, name: str) -> str:
        return ids.ocid("compartment", seed=f"{self.scenario.tenancy}/{name}")

    def now(self) -> str:
        return stamp(self.clock.now())

    def known_compartment(self, compartment: str) -> str:
        if compartment != self.tenancy and compartment not in self.compartments.values():
            raise not_found()
        return compartment

    # ---------------------------------------------------------------------------------------- reading

    def of_kind(self, kind: str, region: str) -> Iterator[Resource]:
        return (it for it in self.resources.values() if it.kind == kind and it.region == region)

    def find(self, kind: str, region: str, ocid: str) -> Resource:
        it = self.resources.get(ocid)
        if it is None or it.kind != kind or it.region != region:
            raise not_found()
        return it

    def endpoints_on(self, cluster: str) -> list[Resource]:
        """Give the endpoints a cluster still carries."""
        return [it for it in self.by_cluster.get(cluster, ()) if not it.gone]

    def _endpoints_by_cluster(self) -> dict[str, list[Resource]]:
        found: dict[str, list[Resource]] = {}
        for it in self.resources.values():
            if it.kind == ids.ENDPOINT:
                found.setdefault(it.body["dedicatedAiClusterId"], []).append(it)
        return found

    # --------------------------------------------------------------------------------------- changing

    def add(self, resource: Resource) -> Resource:
        self.resources[resource.ocid] = resource
        if resource.kind == ids.ENDPOINT:
            self.by_cluster.setdefault(resource.body["dedicatedAiClusterId"], []).append(resource)
        self.changed = True
        return resource

    def touch(self, resource: Resource, changes: Json, at: str | None = None) -> None:
        """Change what a resource shows; whoever read it before holds an old etag now."""
        resource.body |= changes
        resource.body["timeUpdated"] = at or self.now()
        resource.etag = ids.etag()
        self.changed = True

    def begin(self, resource: Resource, operation: str, seconds: float, done: Json, undone: Json) -> Work:
        """Start work on a resource: `done` is what it shows afterwards, `undone` what it shows if that fails."""
        now = self.now()
        starts = later(now, min(self.scenario.durations.accepted, seconds / 2))
        failure = self.failures.pop(resource.ocid, None) or self.failures.pop(resource.body["displayName"], None)
        if failure and failure.get("state"):
            undone = undone | {"lifecycleState": failure["state"]}
        work = Work(
            ocid=ids.ocid(ids.WORK_REQUEST, resource.region),
            region=resource.region,
            compartment=resource.body["compartmentId"],
            operation=operation,
            resource=resource.ocid,
            entity=resource.kind,
            accepted=now,
            starts=starts,
            ends=later(now, seconds),
            done=done,
            undone=undone,
            failure=failure["message"] if failure else None,
        )
        self.work[work.ocid] = work
        self.unfinished.append(work)
        self.changed = True
        return work

    # -------------------------------------------------------------------------------- what time does

    def settle(self) -> None:
        """Finish the work whose time has come, and forget what was deleted long enough ago."""
        now = self.now()
        due = [work for work in self.unfinished if work.ends <= now]
        for work in sorted(due, key=lambda work: work.ends):
            self._finish(work)
        for it in [it for it in self.buried if it.deleted and it.deleted <= now]:
            self.buried.remove(it)
            if it.kind == ids.CLUSTER:
                self.past_clusters.append(record(it))
            del self.resources[it.ocid]
            self.by_cluster = self._endpoints_by_cluster()
            self.changed = True

    def _finish(self, work: Work) -> None:
        work.finished = True
        self.unfinished.remove(work)
        it = self.resources[work.resource]
        it.traits.pop("growing_to", None)
        if work.failure:
            self.touch(it, work.undone | {"lifecycleDetails": work.failure}, work.ends)
        else:
            it.body.pop("lifecycleDetails", None)
            self.touch(it, work.done, work.ends)
        if it.kind == ids.CLUSTER and it.units[-1][1] != it.body["unitCount"]:
            it.units.append((work.ends, it.body["unitCount"]))
        if it.gone:
            self.bury(it, work.ends)

    def bury(self, resource: Resource, at: str) -> None:
        """Leave what was deleted in sight for a while, as Oracle does."""
        resource.deleted = later(at, self.scenario.durations.deleted_stays_visible)
        self.buried.append(resource)


def record(cluster: Resource) -> Json:
    """What has to be kept of a cluster for its bill, which outlives it."""
    return {
        "body": {name: cluster.body[name] for name in ("id", "compartmentId", "type", "unitShape", "freeformTags")},
        "region": cluster.region,
        "units": [list(each) for each in cluster.units],
        "ended": cluster.body["timeUpdated"] if cluster.state in {"DELETED", "FAILED"} else None,
    }
