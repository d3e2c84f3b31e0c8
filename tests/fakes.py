"""Stand-ins that keep the real rules: Oracle in memory, user groups, a clock that moves when told, and plain values."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Any, NoReturn, TypeVar, cast

from approvals.events import Body, Submitted
from approvals.policy import People, Policy, Rule
from approvals.request import Request
from approvals.states import Action
from approvals.store import Decide, Store
from dac.alarms import Alarm
from dac.alerting import Look, Rules, Seen, step
from dac.alerts import Board, Incident
from dac.anomalies import Anomalies
from dac.catalog import Catalog, shipped
from dac.checked import Checked
from dac.cluster import (
    Cluster,
    ClusterType,
    Endpoint,
    Fleet,
    Gap,
    Headroom,
    Lifecycle,
    Model,
    Resource,
    ResourceKind,
    Space,
    Traffic,
    WorkRequest,
    WorkStatus,
)
from dac.digest import Digest
from dac.discovery import Discovery
from dac.errors import Conflict, DacError, Denied, Invalid, NotFound
from dac.figures import Unknown
from dac.gateway import Choose, Stored, Taken
from dac.history import History, Hour, each_hour, window
from dac.marks import Mark, standing
from dac.naming import short
from dac.scaling import ScalePlan, plan_scale
from dac.snapshot import READING, Snapshot, Work, charged_days, worked_on
from dac.steps import Dataset, MakeCluster, MakeEndpoint, MakeModel
from dac.uncounted import Uncounted
from dac.usage import Budgets, Spend, UsageRow

T = TypeVar("T")
R = TypeVar("R", bound=Cluster | Endpoint | Model)

START = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
CATALOG: Catalog = shipped()
REGION = "eu-frankfurt-1"
SHAPE = "LARGE_COHERE_V3"
NAMESPACE = "acme"
"""The tenancy's, in Object Storage."""
ANN, BOB, CAT, DAN, EVE = "UANN", "UBOB", "UCAT", "UDAN", "UEVE"
ONCALL, LEADS = "SONCALL", "SLEADS"


class Killed(BaseException):
    """The process ends here, as by `kill -9`: nothing of ours catches it."""


class FakeClock:
    """Stands still until told to move; hand `clock.now` to what asks for the time."""

    def __init__(self, moment: datetime = START) -> None:
        self._moment = moment

    def now(self) -> datetime:
        return self._moment

    def advance(self, *, minutes: float = 0, seconds: float = 0, hours: float = 0) -> None:
        self._moment += timedelta(minutes=minutes, seconds=seconds, hours=hours)


class FakeGroups:
    """Slack's user groups: hand `groups.members_of` to what asks; a group nobody made is not found."""

    def __init__(self, **members: set[str]) -> None:
        self.members = members
        self.problem: Exception | None = None

    def members_of(self, group: str) -> frozenset[str]:
        if self.problem:
            raise self.problem
        if group not in self.members:
            raise NotFound(f"There is no user group {group}.")
        return frozenset(self.members[group])


class When(StrEnum):
    """Around a call to Oracle: before Oracle acts on it, or after that and before the answer arrives."""

    BEFORE = "before"
    AFTER = "after"


class Ending(StrEnum):
    """What becomes of changes Oracle accepts."""

    DONE = "done"
    FAILED = "failed"  # the work fails, the cluster is ACTIVE again as it was
    CANCELED = "canceled"
    NEEDS_ATTENTION = "needs attention"  # the work is done, the cluster is not well
    LAGGING = "lagging"  # the work is done, the cluster does not show it yet
    NO_TRACE = "no trace"  # no work at all, the cluster stays as it was


@dataclass(frozen=True)
class Accepted:
    """A change Oracle took on."""

    cluster_id: str
    unit_count: int
    tags: Mapping[str, str]
    etag: str
    at: datetime


@dataclass(frozen=True)
class Made:
    """Something Oracle has begun to make."""

    resource_id: str
    name: str
    tags: Mapping[str, str]
    token: str


NOUNS = {Cluster: "DEDICATED_AI_CLUSTER", Endpoint: "ENDPOINT", Model: "MODEL"}
KINDS: dict[ResourceKind, type[Resource]] = {
    ResourceKind.CLUSTER: Cluster,
    ResourceKind.ENDPOINT: Endpoint,
    ResourceKind.MODEL: Model,
}
UPDATE = "UPDATE_DEDICATED_AI_CLUSTER"
ENDPOINTS_EACH = 50


@dataclass
class _Work:
    id: str
    resource_id: str
    accepted_at: datetime
    unit_count: int
    ending: Ending
    operation: str = UPDATE
    ended: bool = False


@dataclass
class FakeOracle:
    """Oracle's control plane in memory: a `FleetReader` and a `ClusterWriter`.

    Every change makes a new etag, a stale etag and a cluster that is not ACTIVE are refused, the limit holds, and a
    change takes `takes` on the clock. `on`, `fail` and `slow` disturb the next calls by name; `change` and `remove`
    are what somebody else does in Oracle's Console.
    """

    clock: FakeClock
    fleet_seen: Fleet = field(default_factory=lambda: Fleet(taken_at=START))
    takes: timedelta = timedelta(minutes=20)
    limit: int | None = 100
    ending: Ending = Ending.DONE
    accepted: list[Accepted] = field(default_factory=list)
    made: list[Made] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    histories: dict[str, History] = field(default_factory=dict)
    """By cluster; one that has none was not measured."""
    discovered: Discovery = field(default_factory=lambda: Discovery(read_at=START))
    objects: dict[str, bytes] = field(default_factory=dict)
    encodings: dict[str, str] = field(default_factory=dict)
    """By bucket/object; any other bucket is one that is not there, or may not be read."""
    compartments_named: dict[str, str | None] = field(default_factory=dict)
    """What the configured compartments are called, by OCID; None cannot be read."""
    charged: list[UsageRow] | None = None
    """Oracle's rows; None where they may not be read."""
    charged_beside: list[UsageRow] | None = field(default_factory=list)
    """Of part numbers that are in no sum; None where they may not be read."""
    budgeted: Budgets | None = None
    fleet_known: Fleet | None = None
    """The last reading that was given."""
    anomalous: Anomalies | None = None
    part: int = 1000
    """Bytes of an object that are given at a time."""

    def __post_init__(self) -> None:
        seen = self.fleet_seen
        things: list[Resource] = [*seen.clusters, *seen.endpoints, *seen.models]
        self._things = {each.id: each for each in things}
        self._receipts: dict[str, tuple[object, Taken]] = {}
        self._work: list[_Work] = []
        self._etags = 0
        self._hooks: dict[tuple[str, When], list[Callable[[], object]]] = {}
        self._guard = threading.RLock()

    # Disturbing it

    def on(self, call: str, when: When, do: Callable[[], object], *, times: int = 1) -> None:
        """Let something happen around the next calls of that name; what it raises, the caller gets."""
        self._hooks.setdefault((call, when), []).extend([do] * times)

    def fail(self, call: str, error: BaseException, *, when: When = When.BEFORE, times: int = 1) -> None:
        self.on(call, when, lambda: _throw(error), times=times)

    def slow(self, call: str, *, minutes: float, when: When = When.BEFORE, times: int = 1) -> None:
        self.on(call, when, lambda: self.clock.advance(minutes=minutes), times=times)

    def calm(self) -> None:
        self._hooks.clear()

    # What somebody else does

    def add(self, thing: R) -> R:
        with self._guard:
            self._etags += 1
            added = thing.model_copy(update={"etag": f"etag-{self._etags}"})
            self._things[thing.id] = added
            return cast("R", added)

    def change(self, resource_id: str, **changes: Any) -> None:
        with self._guard:
            self.add(self._things[resource_id].model_copy(update=changes))

    def remove(self, resource_id: str) -> None:
        with self._guard:
            del self._things[resource_id]

    def held(self, cluster_id: str) -> Cluster:
        """As the world is, past any disturbance; for asserting."""
        found = self.thing(cluster_id)
        assert isinstance(found, Cluster)
        return found

    def thing(self, resource_id: str) -> Resource:
        with self._guard:
            self._pass_time()
            return self._things[resource_id]

    def there(self, kind: type[R]) -> list[R]:
        """All of a kind that are not deleted."""
        with self._guard:
            self._pass_time()
            found = [each for each in self._things.values() if isinstance(each, kind)]
            return [each for each in found if each.lifecycle_state != Lifecycle.DELETED]

    def units(self, cluster_id: str) -> int:
        return self.held(cluster_id).unit_count

    # Reading

    def fleet(self, *, soon: bool = False) -> Fleet:
        self.fleet_known = self._called("fleet", self._fleet)
        return self.fleet_known

    def known(self) -> Fleet | None:
        return self.fleet_known

    def cluster(self, region: str, cluster_id: str) -> Cluster:
        return self._called("cluster", lambda: self._cluster(region, cluster_id))

    def resource(self, kind: ResourceKind, region: str, resource_id: str) -> Resource:
        return self._called("resource", lambda: self._resource(kind, region, resource_id))

    def resources(self, kind: ResourceKind, region: str, compartment_id: str) -> tuple[Resource, ...]:
        return self._called("resources", lambda: self._resources(kind, region, compartment_id))

    def work_requests(self, of: Resource) -> tuple[WorkRequest, ...]:
        return self._called("work_requests", lambda: self._work_requests(of))

    def headroom(self, of: Cluster | Space) -> Headroom | Unknown:
        return self._called("headroom", lambda: self._headroom(of))

    def history(self, cluster: Cluster, *, days: int = 7, seconds: float | None = None) -> History:
        return self._called("history", lambda: self._history(cluster, days))

    def examine(self, choose: Choose) -> Iterator[Snapshot]:
        """Part after part, each by the call of its own name: what that raises is what is not known."""
        fleet = self.fleet(soon=True)
        cluster, endpoint = choose(fleet)
        seen = Snapshot(taken_at=self.clock.now(), fleet=fleet, cluster=cluster, endpoint=endpoint)
        days = charged_days(seen.taken_at)
        parts: dict[str, tuple[str, Callable[[], object]]] = {
            "discovery": ("what Oracle offers", self.discover),
            "spend": ("what Oracle charged", lambda: self.spend(*days)),
        }
        if cluster is not None:
            parts |= {
                "work": ("what Oracle was asked to do", lambda: self._worked(cluster, endpoint, fleet)),
                "headroom": ("the service limit left", lambda: self.headroom(cluster)),
                "history": ("the load of the last hours", lambda: self.history(cluster, days=1)),
            }
        waiting = {part: Unknown(what=what, settle=READING) for part, (what, _) in parts.items()}
        seen = seen.model_copy(update=waiting)
        for part, (what, read) in parts.items():
            yield seen
            try:
                found = read()
            except DacError as error:
                found = Unknown(what=what, settle=str(error))
            seen = seen.model_copy(update={part: found})
        yield seen

    def _worked(self, cluster: Cluster, endpoint: Endpoint | None, fleet: Fleet) -> tuple[Work, ...]:
        things = worked_on(cluster, endpoint, fleet)
        return tuple(
            Work(resource_id=each.id, name=each.name, request=found)
            for each in things
            for found in self.work_requests(each)
        )

    def discover(self) -> Discovery:
        return self._called("discover", lambda: self.discovered)

    def compartments(self) -> Mapping[str, str]:
        return self._called(
            "compartments", lambda: {ocid: name or short(ocid) for ocid, name in self.compartments_named.items()}
        )

    def spend(self, since: date, until: date) -> Spend | Unknown:
        return self._called("spend", lambda: self._spend(since, until))

    def uncounted(self, since: date, until: date, resource_id: str = "") -> Uncounted | Unknown:
        return self._called("uncounted", lambda: self._uncounted(since, until, resource_id))

    def budgets(self) -> Budgets | Unknown:
        unknown = Unknown(what="what Oracle's budgets say", settle="let the reading identity see them")
        return self._called("budgets", lambda: self.budgeted or unknown)

    def anomalies(self) -> Anomalies | Unknown:
        unknown = Unknown(what="what cost anomalies Oracle found", settle="let the reading identity read them")
        return self._called("anomalies", lambda: self.anomalous or unknown)

    def namespace(self, region: str) -> str:
        return self._called("namespace", lambda: NAMESPACE)

    def stored(self, region: str, dataset: Dataset) -> Stored:
        return self._called("stored", lambda: self._stored(region, dataset))

    def content(self, region: str, dataset: Dataset, stored: Stored) -> Iterator[bytes]:
        for start in range(0, stored.size, self.part):
            yield self._called("content", partial(self._part, region, dataset, stored, start))

    # Changing

    def scale(self, cluster: Cluster, unit_count: int, *, tags: Mapping[str, str]) -> str | None:
        return self._called("scale", lambda: self._scale(cluster, unit_count, tags))

    def create(self, step: MakeCluster | MakeEndpoint | MakeModel, *, tags: Mapping[str, str], token: str) -> Taken:
        return self._called("create", lambda: self._create(step, tags, token))

    def delete(self, resource: Resource) -> str | None:
        return self._called("delete", lambda: self._delete(resource))

    def _called(self, call: str, act: Callable[[], T]) -> T:
        self._disturb(call, When.BEFORE)
        with self._guard:
            self._pass_time()
            answer = act()
        self._disturb(call, When.AFTER)
        return answer

    def _disturb(self, call: str, when: When) -> None:
        with self._guard:
            waiting = self._hooks.get((call, when), [])
            do = waiting.pop(0) if waiting else None
        if do:
            do()

    def _fleet(self) -> Fleet:
        return self.fleet_seen.model_copy(
            update={
                "clusters": tuple(self._listed(Cluster)),
                "endpoints": tuple(self._listed(Endpoint)),
                "models": tuple(self._listed(Model)),
                "taken_at": self.clock.now(),
            }
        )

    def _listed(self, kind: type[R]) -> list[R]:
        """A list carries no etags."""
        found = [each for each in self._things.values() if isinstance(each, kind)]
        return [each.model_copy(update={"etag": None}) for each in found]

    def _cluster(self, region: str, cluster_id: str) -> Cluster:
        found = self._things.get(cluster_id)
        if not isinstance(found, Cluster) or found.region != region:
            raise NotFound(f"Reading the cluster in {region}: Oracle answered 404 NotAuthorizedOrNotFound.")
        return found

    def _resource(self, kind: ResourceKind, region: str, resource_id: str) -> Resource:
        found = self._things.get(resource_id)
        if not isinstance(found, KINDS[kind]) or found.region != region:
            raise NotFound(f"Reading the {kind} in {region}: Oracle answered 404 NotAuthorizedOrNotFound.")
        return found

    def _resources(self, kind: ResourceKind, region: str, compartment_id: str) -> tuple[Resource, ...]:
        return tuple(
            each
            for each in self._listed(KINDS[kind])
            # Base models are Oracle's, and every compartment lists them.
            if each.region == region and each.compartment_id in {compartment_id, ""}
        )

    def _work_requests(self, of: Resource) -> tuple[WorkRequest, ...]:
        return tuple(self._shown(each) for each in reversed(self._work) if each.resource_id == of.id)

    def _headroom(self, of: Cluster | Space) -> Headroom | Unknown:
        if self.limit is None:
            return Unknown(what="service limit left", settle="look in the Console")
        used = self._used(of.region)
        return Headroom(
            limit_name="dedicated-unit-large-cohere-count",
            region=of.region,
            used=used,
            available=self.limit - used,
            read_at=self.clock.now(),
        )

    def _stored(self, region: str, dataset: Dataset) -> Stored:
        doing = f"Reading {dataset} from Object Storage in {region}"
        if dataset.namespace != NAMESPACE or not any(each.startswith(f"{dataset.bucket}/") for each in self.objects):
            raise Denied(f"{doing}: Oracle answered 404 BucketNotFound.")
        held = self.objects.get(str(dataset))
        if held is None:
            raise NotFound(f"{doing}: Oracle answered 404 ObjectNotFound.")
        etag = hashlib.sha256(held).hexdigest()[:16]
        return Stored(size=len(held), etag=etag, encoding=self.encodings.get(str(dataset), ""))

    def _part(self, region: str, dataset: Dataset, seen: Stored, start: int) -> bytes:
        if self._stored(region, dataset) != seen:
            raise Conflict(f"Reading {dataset} from Object Storage in {region}: Oracle answered 412 IfMatchFailed.")
        return self.objects[str(dataset)][start : start + self.part]

    def _history(self, cluster: Cluster, days: int) -> History:
        since, until = window(self.clock.now(), days)
        unmeasured = tuple(Hour(since=each) for each in each_hour(since, until))
        missing = History(cluster_id=cluster.id, since=since, until=until, hours=unmeasured, read_at=self.clock.now())
        return self.histories.get(cluster.id, missing)

    def _scale(self, cluster: Cluster, unit_count: int, tags: Mapping[str, str]) -> str | None:
        held = self._cluster(cluster.region, cluster.id)
        doing = f"Scaling {held.address} to {unit_count} units"
        if cluster.etag is None or unit_count < 1:
            raise Invalid(f"{doing}: Oracle answered 400 InvalidParameter.")
        if cluster.etag != held.etag:
            raise Conflict(f"{doing}: Oracle answered 412 NoEtagMatch.")
        if held.lifecycle_state != Lifecycle.ACTIVE:
            raise Conflict(f"{doing}: Oracle answered 409 IncorrectState: it is {held.lifecycle_state}.")
        more = unit_count - held.unit_count
        if self.limit is not None and more > max(self.limit - self._used(held.region), 0):
            raise Invalid(f"{doing}: Oracle answered 400 LimitExceeded.")
        now = self.clock.now()
        self.accepted.append(Accepted(held.id, unit_count, dict(tags), cluster.etag, now))
        tagged = held.model_copy(update={"freeform_tags": {**held.freeform_tags, **tags}})
        if self.ending is Ending.NO_TRACE:
            self.add(tagged)
            return None
        self.add(tagged.model_copy(update={"lifecycle_state": Lifecycle.UPDATING}))
        return self._begun(held.id, UPDATE, unit_count)

    def _begun(self, resource_id: str, operation: str, unit_count: int = 0) -> str:
        number = f"wr-{len(self._work) + 1}"
        self._work.append(_Work(number, resource_id, self.clock.now(), unit_count, self.ending, operation))
        return number

    def _create(self, step: MakeCluster | MakeEndpoint | MakeModel, tags: Mapping[str, str], token: str) -> Taken:
        doing = f"Making {step.name}"
        if token in self._receipts:
            asked, taken = self._receipts[token]
            if asked != (step, dict(tags)):
                raise Conflict(f"{doing}: Oracle answered 409 InvalidatedRetryToken.")
            return taken
        made = self._new(step, dict(tags), doing)
        self.add(made)
        self.made.append(Made(made.id, step.name, dict(tags), token))
        work = None if self.ending is Ending.NO_TRACE else self._begun(made.id, f"CREATE_{NOUNS[type(made)]}")
        taken = Taken(resource_id=made.id, work_request_id=work)
        self._receipts[token] = ((step, dict(tags)), taken)
        return taken

    def _new(self, step: MakeCluster | MakeEndpoint | MakeModel, tags: dict[str, str], doing: str) -> Resource:
        common = {
            "id": f"ocid1.made.oc1.{step.region}.{len(self.made) + 1}-{step.name}",
            "name": step.name,
            "region": step.region,
            "compartment_id": step.compartment_id,
            "lifecycle_state": Lifecycle.CREATING,
            "freeform_tags": tags,
        }
        if isinstance(step, MakeCluster):
            if self.limit is not None and step.unit_count > max(self.limit - self._used(step.region), 0):
                raise Invalid(f"{doing}: Oracle answered 400 LimitExceeded.")
            sized = {"type": step.type, "unit_shape": step.unit_shape, "unit_count": step.unit_count}
            tagged = {"freeform_tags": {**step.freeform_tags, **tags}}
            return Cluster.model_validate({**common, **sized, **tagged, "time_created": self.clock.now()})
        on = self._cluster(step.region, str(step.on))
        wanted = ClusterType.FINE_TUNING if isinstance(step, MakeModel) else ClusterType.HOSTING
        if on.type != wanted:
            raise Invalid(f"{doing}: Oracle answered 400 InvalidParameter: the cluster is {on.type}.")
        if on.lifecycle_state != Lifecycle.ACTIVE:
            raise Conflict(f"{doing}: Oracle answered 409 IncorrectState: the cluster is {on.lifecycle_state}.")
        if isinstance(step, MakeModel):
            trained = {"type": "CUSTOM", "base_model_id": step.base_model_id, "tuned_on": on.id}
            return Model.model_validate({**common, **trained})
        if not isinstance(self._things.get(str(step.model_id)), Model):
            raise NotFound(f"{doing}: Oracle answered 404 NotAuthorizedOrNotFound: the model.")
        others = [each for each in self.there(Endpoint) if each.cluster_id == on.id]
        if any(each.model_id != step.model_id for each in others):
            raise Invalid(f"{doing}: Oracle answered 400 InvalidParameter: the cluster serves another model.")
        if len(others) >= ENDPOINTS_EACH:
            raise Invalid(f"{doing}: Oracle answered 400 LimitExceeded.")
        served = {"cluster_id": on.id, "model_id": step.model_id, "guardrails": step.guardrails}
        return Endpoint.model_validate({**common, **served, "time_created": self.clock.now()})

    def _delete(self, resource: Resource) -> str | None:
        held = self._things.get(resource.id)
        doing = f"Deleting {resource.name}"
        if held is None or (isinstance(held, Model) and held.type == "BASE"):
            raise NotFound(f"{doing}: Oracle answered 404 NotAuthorizedOrNotFound.")
        if resource.etag is None or resource.etag != held.etag:
            raise Conflict(f"{doing}: Oracle answered 412 NoEtagMatch.")
        if held.lifecycle_state not in {Lifecycle.ACTIVE, Lifecycle.FAILED, Lifecycle.NEEDS_ATTENTION}:
            raise Conflict(f"{doing}: Oracle answered 409 IncorrectState: it is {held.lifecycle_state}.")
        if any(held.id in {each.cluster_id, each.model_id} for each in self.there(Endpoint)):
            raise Conflict(f"{doing}: Oracle answered 409 Conflict: it has endpoints.")
        if any(each.tuned_on == held.id for each in self.there(Model)):
            raise Conflict(f"{doing}: Oracle answered 409 Conflict: it has custom models.")
        self.removed.append(held.id)
        if self.ending is Ending.NO_TRACE:
            return None
        self.add(held.model_copy(update={"lifecycle_state": Lifecycle.DELETING}))
        return self._begun(held.id, f"DELETE_{NOUNS[type(held)]}")

    def _spend(self, since: date, until: date) -> Spend | Unknown:
        if self.charged is None:
            return Unknown(what="what Oracle charged", settle="let the reading identity `read usage-report in tenancy`")
        rows = tuple(each for each in self.charged if since <= each.day < until)
        return Spend(since=since, until=until, rows=rows, read_at=self.clock.now())

    def _uncounted(self, since: date, until: date, resource_id: str) -> Uncounted | Unknown:
        if self.charged_beside is None:
            return Unknown(what="what Oracle charged beside", settle="let the reading identity read it")
        rows = [each for each in self.charged_beside if since <= each.day < until]
        found = tuple(each for each in rows if resource_id in {"", each.resource_id})
        return Uncounted(since=since, until=until, rows=found, read_at=self.clock.now())

    def _used(self, region: str) -> int:
        growing = {each.resource_id: each.unit_count for each in self._work if not each.ended}
        held = [each for each in self._things.values() if isinstance(each, Cluster) and each.region == region]
        there = [each for each in held if each.id not in self.removed or each.lifecycle_state != Lifecycle.DELETED]
        return sum(max(each.unit_count, growing.get(each.id, 0)) for each in there)

    def _pass_time(self) -> None:
        for work in self._work:
            held = self._things.get(work.resource_id)
            if work.ended or held is None or self.clock.now() < work.accepted_at + self.takes:
                continue
            work.ended = True
            self.add(held.model_copy(update=_after(work, held)))

    def _shown(self, work: _Work) -> WorkRequest:
        ends = work.accepted_at + self.takes
        if not work.ended:
            done = (self.clock.now() - work.accepted_at) / self.takes
            status, percent = (WorkStatus.IN_PROGRESS if done else WorkStatus.ACCEPTED), int(100 * done)
        else:
            status = {Ending.FAILED: WorkStatus.FAILED, Ending.CANCELED: WorkStatus.CANCELED}.get(
                work.ending, WorkStatus.SUCCEEDED
            )
            percent = 100
        return WorkRequest(
            id=work.id,
            operation_type=work.operation,
            status=status,
            percent_complete=Decimal(percent),
            time_accepted=work.accepted_at,
            time_finished=ends if work.ended else None,
            errors=("OutOfCapacity: no hosts left",) if status is WorkStatus.FAILED else (),
        )


def _after(work: _Work, held: Resource) -> dict[str, object]:
    """What a thing is once the work on it has ended like that."""
    attention: dict[str, object] = {
        "lifecycle_state": Lifecycle.NEEDS_ATTENTION,
        "lifecycle_details": "a node did not come up",
    }
    if work.operation == UPDATE:
        match work.ending:
            case Ending.DONE:
                return {"lifecycle_state": Lifecycle.ACTIVE, "unit_count": work.unit_count}
            case Ending.NEEDS_ATTENTION:
                return attention
            case _:
                return {"lifecycle_state": Lifecycle.ACTIVE}
    making = work.operation.startswith("CREATE")
    match work.ending:
        case Ending.DONE if making and isinstance(held, Model):
            return {"lifecycle_state": Lifecycle.ACTIVE, "accuracy": Decimal("0.91"), "loss": Decimal("0.13")}
        case Ending.DONE:
            return {"lifecycle_state": Lifecycle.ACTIVE if making else Lifecycle.DELETED}
        case Ending.NEEDS_ATTENTION:
            return attention
        case Ending.LAGGING:
            return {}
        case _:
            return {"lifecycle_state": Lifecycle.FAILED if making else Lifecycle.ACTIVE}


class MortalStore(Store):
    """The real store in a process that can be ended while it records a step."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.hooks: dict[tuple[Action, When], Callable[[], object]] = {}

    def dies(self, action: Action, when: When) -> None:
        """BEFORE is inside the transaction, so nothing of the step is kept; AFTER is when it is on disk."""
        self.hooks[action, when] = lambda: _throw(Killed())

    def submit(self, body: Submitted, *, actor: str, at: datetime, delivery: str, then: Body | None = None) -> Request:
        self.hooks.pop((Action.SUBMIT, When.BEFORE), _nothing)()
        made = super().submit(body, actor=actor, at=at, delivery=delivery, then=then)
        self.hooks.pop((Action.SUBMIT, When.AFTER), _nothing)()
        return made

    def change(
        self, request_id: int, decide: Decide, *, actor: str, at: datetime, delivery: str | None = None
    ) -> Request:
        decided: list[Body] = []

        def watched(request: Request) -> Body | None:
            body = decide(request)
            if body is not None:
                decided.append(body)
                self.hooks.pop((body.action, When.BEFORE), _nothing)()
            return body

        changed = super().change(request_id, watched, actor=actor, at=at, delivery=delivery)
        for body in decided:
            self.hooks.pop((body.action, When.AFTER), _nothing)()
        return changed


def cluster(name: str = "chat", *, units: int = 2, region: str = REGION, **changes: Any) -> Cluster:
    return Cluster.model_validate(
        {
            "id": f"ocid1.generativeaidedicatedaicluster.oc1.{region}.{name}",
            "name": name,
            "region": region,
            "compartment_id": "ocid1.compartment.oc1..team",
            "type": "HOSTING",
            "lifecycle_state": "ACTIVE",
            "unit_count": units,
            "unit_shape": SHAPE,
            "time_created": START - timedelta(days=30),
            "etag": "etag-0",
            **changes,
        }
    )


def endpoint(of: Cluster, name: str = "chat-endpoint", **changes: Any) -> Endpoint:
    return Endpoint.model_validate(
        {
            "id": f"ocid1.generativeaiendpoint.oc1.{of.region}.{name}",
            "name": name,
            "region": of.region,
            "compartment_id": of.compartment_id,
            "cluster_id": of.id,
            "model_id": "ocid1.generativeaimodel.oc1..command",
            "lifecycle_state": "ACTIVE",
            "time_created": START - timedelta(days=29),
            **changes,
        }
    )


def model(region: str = REGION, **changes: Any) -> Model:
    return Model.model_validate(
        {"id": "ocid1.generativeaimodel.oc1..command", "name": "cohere.command-a", "region": region, **changes}
    )


def traffic(of: Endpoint, *, hours: int = 1, **figures: Any) -> Traffic:
    """What was measured in the hours up to `START`; a figure not given is not measured."""
    return Traffic.model_validate(
        {"endpoint_id": of.id, "since": START - timedelta(hours=hours), "until": START, **figures}
    )


def gap(what: str = "clusters in compartment …team", region: str = REGION) -> Gap:
    return Gap(region=region, what=what, because="Oracle did not answer in time")


def alarm(query: str = "Latency[1m].p95() > 5", **changes: Any) -> Alarm:
    """One that fires; without an OCID in its query, over the whole compartment."""
    return Alarm.model_validate(
        {
            "id": "ocid1.alarm.oc1..a",
            "name": "Slow",
            "severity": "CRITICAL",
            "region": REGION,
            "compartment_id": cluster().compartment_id,
            "status": "FIRING",
            "since": START,
            "query": query,
            **changes,
        }
    )


def fleet(*clusters: Cluster, **more: Any) -> Fleet:
    return Fleet.model_validate({"taken_at": START, "clusters": clusters, **more})


def plan(of: Cluster | None = None, to_units: int = 4, **changes: Any) -> ScalePlan:
    given: dict[str, Any] = {
        "headroom": Unknown(what="service limit left", settle="look in the Console"),
        "now": START,
    }
    return plan_scale(of or cluster(), to_units, catalog=CATALOG, **{**given, **changes})


def scaled(request: Request) -> ScalePlan:
    """The plan of a request that changes a size."""
    assert isinstance(request.plan, ScalePlan)
    return request.plan


def rule(**changes: Any) -> Rule:
    """Any scaling; one yes of Bob, Cat, or whoever is on call."""
    given = {"name": "everything", "approvers": People(users=frozenset({BOB, CAT}), groups=frozenset({ONCALL}))}
    return Rule.model_validate({**given, **changes})


def policy(*rules: Rule) -> Policy:
    return Policy(rules=rules or (rule(),))


def groups() -> FakeGroups:
    return FakeGroups(SONCALL={DAN}, SLEADS={DAN, EVE})


class FakeAlerts:
    """`dac.alerts.Alerts` in memory; `see` is a look at clusters with what was found out about each."""

    def __init__(self, clock: FakeClock, rules: Rules | None = None) -> None:
        self._clock = clock
        self._rules = rules or Rules()
        self._board = Board()

    def see(self, *clusters: Seen) -> None:
        self._board = step(self._board, Look(at=self._clock.now(), clusters=clusters), self._rules)

    def board(self) -> Board:
        return self._board

    def acknowledge(self, number: int, by: str, because: str) -> Incident:
        self._board = self._board.acknowledge(number, by, self._clock.now(), because)
        return self._board.incident(number)


class FakeMarks:
    """Marks in memory."""

    def __init__(self) -> None:
        self._digests: dict[tuple[str, str], Digest] = {}
        self._marks: dict[tuple[str, str], Mark] = {}

    def of(self, place: str) -> tuple[Mark, ...]:
        found = [each for each in self._marks.values() if each.place == place]
        return tuple(sorted(found, key=lambda each: (each.at, each.key)))

    def mark(self, mark: Mark) -> None:
        self._marks[mark.place, mark.key] = mark

    def unmark(self, place: str, key: str) -> Mark:
        if (place, key) not in self._marks:
            raise NotFound(f"Nothing hides “{key}” here; `/dac digest lines` lists what is hidden.")
        return self._marks.pop((place, key))

    def told(self, digest: Digest, place: str) -> tuple[Mark, ...]:
        left = standing(self.of(place), digest)
        self._marks = {name: each for name, each in self._marks.items() if each.place != place or each in left}
        before = self._digests.get((place, str(digest.scope)))
        if before is None or before.at <= digest.at:
            self._digests[place, str(digest.scope)] = digest
        return left

    def digests(self, place: str) -> tuple[Digest, ...]:
        found = sorted((key, each) for key, each in self._digests.items() if key[0] == place)
        return tuple(sorted((each for _, each in found), key=lambda each: each.at, reverse=True))


class FakeChecks:
    """`dac.checked.Checks` in memory, through the same JSON as a database."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str, str], str] = {}

    def keep(self, checked: Checked) -> None:
        self._kept[checked.region, checked.dataset.namespace, str(checked.dataset)] = checked.model_dump_json()

    def of(self, region: str, dataset: Dataset, etag: str) -> Checked | None:
        text = self._kept.get((region, dataset.namespace, str(dataset)))
        found = Checked.model_validate_json(text) if text else None
        return found if found and found.etag == etag else None


def _throw(error: BaseException) -> NoReturn:
    raise error


def _nothing() -> None:
    return None
