"""Every kind of plan against the local Oracle over Oracle's real SDK: to its end, killed, failing and outdated."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import pytest

from approvals.executor import Executor
from approvals.request import Request
from approvals.service import Approvals
from approvals.states import State
from approvals.store import Store
from bot.oracle.connection import Oracle
from dac.cluster import Cluster, ClusterType, Guardrails, Model, ResourceKind, Space
from dac.creating import Wish, plan_create
from dac.deleting import plan_delete
from dac.endpoints import endpoint_of, endpoints_of, plan_create_endpoint, plan_delete_endpoint, plan_move_endpoint
from dac.finetuning import plan_finetune
from dac.gateway import ClusterWriter
from dac.migrating import plan_migrate
from dac.plans import Plan
from dac.scaling import plan_scale
from dac.steps import (
    Dataset,
    MakeCluster,
    MakeEndpoint,
    MakeModel,
    Making,
    Pause,
    RemoveCluster,
    RemoveEndpoint,
    Removing,
    Scaling,
    Step,
    Training,
)
from tests.approvals.conftest import LEASE
from tests.bot.oracle.conftest import CHICAGO, Place
from tests.fakes import ANN, BOB, CATALOG, Killed, When, groups, policy

LLAMA, COMMAND = "meta.llama-3.3-70b-instruct", "cohere.command-a-03-2025"
OPERATIONS: dict[type[Step], str] = {
    Scaling: "UpdateDedicatedAiCluster",
    MakeCluster: "CreateDedicatedAiCluster",
    MakeEndpoint: "CreateEndpoint",
    MakeModel: "CreateModel",
    RemoveCluster: "DeleteDedicatedAiCluster",
    RemoveEndpoint: "DeleteEndpoint",
}


class Mortal:
    """The real writer in a process that can be ended around its next call."""

    def __init__(self, writer: ClusterWriter) -> None:
        self._writer = writer
        self.dies: When | None = None

    def __getattr__(self, name: str) -> Callable[..., Any]:
        def call(*args: Any, **more: Any) -> Any:
            dies, self.dies = self.dies, None
            if dies is When.BEFORE:
                raise Killed
            answer = getattr(self._writer, name)(*args, **more)
            if dies is When.AFTER:
                raise Killed
            return answer

        return call


@dataclass
class Team:
    """A bot's approvals before the local Oracle."""

    oracle: Oracle
    place: Place
    path: Path

    def __post_init__(self) -> None:
        self.store = Store(self.path)
        self.approvals = Approvals(self.store, policy, groups().members_of, lambda: self.place.now)
        self.writer = Mortal(self.oracle.writer)
        wider = {"region": CHICAGO, "limit": "dedicated-unit-llama2-70-count", "value": 20}
        self.place.ask("POST", "limits", wider)
        idle = self.place.found("clusters", "docs-idle")
        self.compartment = str(idle["compartmentId"])
        bare = MakeCluster(
            key="bare",
            name="bare",
            region=CHICAGO,
            compartment_id=self.compartment,
            type=ClusterType.HOSTING,
            unit_shape="LARGE_GENERIC",
            unit_count=1,
        )
        made = self.oracle.writer.create(bare, tags={}, token="bare")
        self.place.advance(120)
        self.bare, self.idle = self.cluster(made.resource_id), self.cluster(str(idle["id"]))
        (endpoint,) = (each for each in self.endpoints() if each.cluster_id == self.idle.id)
        self.endpoint = endpoint_of(self.oracle.reader.resource(ResourceKind.ENDPOINT, CHICAGO, endpoint.id))
        self.before = self.asked_for()

    def cluster(self, ocid: str) -> Cluster:
        return self.oracle.reader.cluster(CHICAGO, ocid)

    def endpoints(self) -> Any:
        return endpoints_of(self.oracle.reader.resources(ResourceKind.ENDPOINT, CHICAGO, self.compartment))

    def model(self, name: str) -> Model:
        ocid = str(self.place.found("models", name)["id"])
        return cast("Model", self.oracle.reader.resource(ResourceKind.MODEL, CHICAGO, ocid))

    def there(self, kind: ResourceKind) -> Any:
        return self.oracle.reader.resources(kind, CHICAGO, self.compartment)

    def room(self, shape: str) -> Any:
        return self.oracle.reader.headroom(Space(region=CHICAGO, unit_shape=shape))

    def wish(self, name: str, **more: Any) -> Wish:
        return Wish.model_validate({"name": name, "region": CHICAGO, "compartment_id": self.compartment, **more})

    def executor(self, holder: str) -> Executor:
        return Executor(
            Store(self.path),
            self.oracle.reader,
            cast("ClusterWriter", self.writer),
            CATALOG,
            lambda: self.place.now,
            holder=holder,
            lease=LEASE,
        )

    def approved(self, kind: str) -> Request:
        delivery = uuid.uuid4().hex
        plan = KINDS[kind](self)
        asked = self.approvals.submit(plan, requester=ANN, reason="", channel="CTEAM", delivery=delivery)
        return self.approvals.approve(asked.id, BOB)

    def turn(self, holder: str, request: Request) -> Request:
        after = self.executor(holder).advance(request.id)
        if after.claim and after.claim.question and not after.final:
            self.approvals.confirm(request.id, ANN)
        self.place.advance(100)
        return self.store.get(request.id)

    def finish(self, holder: str, request: Request) -> Request:
        for _ in range(50):
            if self.turn(holder, request).final:
                break
        return self.store.get(request.id)

    def reaches(self, request: Request, done: int) -> Request:
        for _ in range(50):
            now = self.store.get(request.id)
            if (len(now.claim.done) if now.claim else 0) == done and not (now.claim and now.claim.begun):
                return now
            self.turn("one", request)
        raise AssertionError("it never comes there")

    def asked_for(self) -> list[str]:
        """What Oracle has begun to do, by its work requests."""
        found = self.place.state()["regions"][CHICAGO]["workRequests"]
        return sorted(str(each["operationType"]) for each in found)


def _finetune(team: Team) -> Plan:
    return plan_finetune(
        "llama-ours",
        base=team.model(LLAMA),
        dataset=Dataset(namespace="acmeai", bucket="training-data", object_name="support-chat.jsonl"),
        training=Training(method="LORA", epochs=3),
        cluster=None,
        wish=team.wish("tuning", type=ClusterType.FINE_TUNING, model=LLAMA),
        models=team.there(ResourceKind.MODEL),
        clusters=team.there(ResourceKind.CLUSTER),
        headroom=team.room("LARGE_GENERIC"),
        catalog=CATALOG,
        now=team.place.now,
    )


KINDS: dict[str, Callable[[Team], Plan]] = {
    "scale": lambda it: plan_scale(
        it.idle, 2, catalog=CATALOG, headroom=it.oracle.reader.headroom(it.idle), now=it.place.now
    ),
    "create": lambda it: plan_create(
        it.wish("docs-new", model=LLAMA),
        there=it.there(ResourceKind.CLUSTER),
        headroom=it.room("LARGE_GENERIC"),
        catalog=CATALOG,
        now=it.place.now,
    ),
    "delete": lambda it: plan_delete(
        it.bare,
        endpoints=it.endpoints(),
        models=it.there(ResourceKind.MODEL),
        fleet=it.oracle.reader.fleet(),
        catalog=CATALOG,
        now=it.place.now,
    ),
    "endpoint-create": lambda it: plan_create_endpoint(
        it.bare,
        "docs-two",
        model=it.model(LLAMA),
        guardrails=Guardrails(moderation="block"),
        there=it.endpoints(),
        catalog=CATALOG,
        now=it.place.now,
    ),
    "endpoint-delete": lambda it: plan_delete_endpoint(
        it.endpoint, it.idle, fleet=it.oracle.reader.fleet(), catalog=CATALOG, now=it.place.now
    ),
    "endpoint-move": lambda it: plan_move_endpoint(
        it.endpoint,
        it.idle,
        it.bare,
        "docs-moved",
        model=it.model(LLAMA),
        there=it.endpoints(),
        catalog=CATALOG,
        now=it.place.now,
    ),
    "migrate": lambda it: plan_migrate(
        it.idle,
        it.wish("docs-command", model=COMMAND),
        model=it.model(COMMAND),
        endpoints=it.endpoints(),
        there=it.there(ResourceKind.CLUSTER),
        headroom=it.room("LARGE_COHERE_V3"),
        catalog=CATALOG,
        now=it.place.now,
    ),
    "finetune": _finetune,
}
PLACES = [
    ("scale", 0), ("create", 0), ("delete", 0), ("endpoint-create", 0), ("endpoint-delete", 0),
    ("endpoint-move", 0), ("endpoint-move", 2),
    ("migrate", 0), ("migrate", 1), ("migrate", 3), ("migrate", 4), ("finetune", 0), ("finetune", 1),
]  # fmt: skip
"""Every step at which Oracle is asked for something."""


@pytest.fixture
def team(oracle: Oracle, place: Place, tmp_path: Path) -> Team:
    return Team(oracle, place, tmp_path / "dac.sqlite3")


def once(team: Team, request: Request) -> bool:
    """Oracle has begun to do each step once and nothing else."""
    nouns = {"DedicatedAiCluster": "DEDICATED_AI_CLUSTER", "Endpoint": "ENDPOINT", "Model": "MODEL"}
    done = []
    for step in request.plan.doing:
        if not isinstance(step, Pause):
            name = OPERATIONS[type(step)]
            verb = next(each for each in ("Create", "Delete", "Update") if name.startswith(each))
            done.append(f"{verb.upper()}_{nouns[name.removeprefix(verb)]}")
    return team.asked_for() == sorted([*team.before, *done])


def test_the_places_are_all_there_are(team: Team) -> None:
    steps = {kind: KINDS[kind](team).doing for kind in KINDS}
    found = [(kind, at) for kind, each in steps.items() for at, step in enumerate(each) if not isinstance(step, Pause)]
    assert found == PLACES


@pytest.mark.parametrize("kind", KINDS)
def test_it_is_done_once(team: Team, kind: str) -> None:
    request = team.approved(kind)
    ended = team.finish("one", request)
    assert ended.state is State.APPLIED, ended.outcome
    assert once(team, request)


@pytest.mark.parametrize("when", When)
@pytest.mark.parametrize(("kind", "at"), PLACES)
def test_killed_around_any_call_it_is_still_done_once(team: Team, kind: str, at: int, when: When) -> None:
    request = team.approved(kind)
    team.reaches(request, at)
    team.writer.dies = when
    with pytest.raises(Killed):
        team.finish("one", request)
    team.place.advance(LEASE.total_seconds())
    ended = team.finish("two", request)
    assert ended.state is State.APPLIED, ended.outcome
    assert once(team, request)


@pytest.mark.parametrize(("kind", "at"), PLACES)
def test_an_answer_lost_on_the_way_leaves_nothing_doubled(team: Team, kind: str, at: int) -> None:
    request = team.approved(kind)
    team.reaches(request, at)
    team.place.fault("drop_after", operation=OPERATIONS[type(request.plan.doing[at])], times=1)
    ended = team.finish("one", request)
    assert ended.state is State.APPLIED, ended.outcome
    assert once(team, request)


@pytest.mark.parametrize(("kind", "at"), PLACES)
def test_what_oracle_refuses_ends_there_with_its_words_and_what_exists_now(team: Team, kind: str, at: int) -> None:
    request = team.approved(kind)
    team.reaches(request, at)
    team.place.fault(
        "status", operation=OPERATIONS[type(request.plan.doing[at])], status=400, code="QuotaExceeded", times=1
    )
    ended = team.finish("one", request)
    assert ended.state is State.FAILED
    assert "400 QuotaExceeded" in ended.outcome
    leaves(request, at, ended)


@pytest.mark.parametrize(("kind", "at"), PLACES)
def test_work_that_fails_at_oracle_ends_there_with_oracles_reason(team: Team, kind: str, at: int) -> None:
    request = team.approved(kind)
    team.reaches(request, at)
    step = request.plan.doing[at]
    named = step.name if isinstance(step, Making) else step.id if isinstance(step, Removing) else team.idle.id
    team.place.ask("POST", "fail_next", {"ocid": named, "message": "no capacity left"})
    ended = team.finish("one", request)
    assert ended.state is State.FAILED
    assert "no capacity left" in ended.outcome
    leaves(request, at, ended)


def leaves(request: Request, at: int, ended: Request) -> None:
    for each in request.plan.doing[:at]:
        if isinstance(each, Making):
            assert f"the {each.makes} {each.name} (ocid1." in ended.outcome
        if isinstance(each, Removing):
            assert f"the {each.removes} {each.name} is deleted for good" in ended.outcome
    assert len(ended.ways) >= sum(isinstance(each, Making) for each in request.plan.doing[:at])


@pytest.mark.parametrize(("kind", "at"), PLACES)
def test_what_somebody_else_changes_before_a_step_stops_it_there(team: Team, kind: str, at: int) -> None:
    request = team.approved(kind)
    now = team.reaches(request, at)
    begun = team.asked_for()
    step = request.plan.doing[at].resolved(now.claim.made if now.claim else {})
    match step:
        case Scaling():
            team.place.set(team.idle.id, unitCount=3)
        case MakeCluster():
            team.place.set(team.bare.id, displayName=step.name)
            team.place.set(team.idle.id, displayName=step.name)
        case MakeEndpoint() | MakeModel():
            team.place.set(str(step.on), lifecycleState="NEEDS_ATTENTION")
        case RemoveEndpoint() | RemoveCluster():
            team.place.set(step.id, displayName="mine now")
        case _:
            pass
    ended = team.finish("one", request)
    assert ended.state is (State.FAILED if at else State.STALE), ended.outcome
    assert team.asked_for() == begun
