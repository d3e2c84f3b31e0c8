"""Every kind of plan against the local Oracle over Oracle's real SDK: rehearsed, done, killed, failing, outdated."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from approvals.audit import Head
from approvals.records import Records
from approvals.request import Request
from approvals.states import Action, State
from bot.oracle import connect
from bot.oracle.connection import Oracle
from dac.cluster import ClusterType, Guardrails, ResourceKind
from dac.creating import plan_create
from dac.dataset_seen import Seen
from dac.deleting import plan_delete
from dac.deleting_models import plan_delete_model, surroundings
from dac.endpoints import plan_create_endpoint, plan_delete_endpoint, plan_move_endpoint
from dac.finetuning import plan_finetune
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
    RemoveModel,
    Removing,
    Scaling,
)
from dac.tuning import EPOCHS
from sandbox.oracle import Key
from tests.bot.oracle.conftest import CHICAGO, Place, local_oracle
from tests.bot.oracle.lives import LEASE, Point, ends
from tests.bot.oracle.team import OPERATIONS, Team, work_of
from tests.dac.plannings import ADVICE
from tests.fakes import ANN, CATALOG

LLAMA, COMMAND = "meta.llama-3.3-70b-instruct", "cohere.command-a-03-2025"
DATA = Dataset(namespace="acmeai", bucket="training-data", object_name="support-chat.jsonl")


def _finetune(team: Team) -> Plan:
    return plan_finetune(
        "llama-ours",
        base=team.model(LLAMA),
        dataset=DATA,
        data=Seen(etag=team.oracle.reader.stored(CHICAGO, DATA).etag, pairs=620),
        method="LORA",
        advice=ADVICE.model_copy(update={"asked": {EPOCHS: Decimal(3)}}),
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
    "model-delete": lambda it: plan_delete_model(
        surroundings(it.ours, it.oracle.reader), fleet=it.oracle.reader.fleet(), catalog=CATALOG, now=it.place.now
    ),
}
PLACES = [
    ("scale", 0), ("create", 0), ("delete", 0), ("endpoint-create", 0), ("endpoint-delete", 0),
    ("endpoint-move", 0), ("endpoint-move", 2),
    ("migrate", 0), ("migrate", 1), ("migrate", 3), ("migrate", 4), ("finetune", 0), ("finetune", 1),
    ("model-delete", 0),
]  # fmt: skip
"""Every step at which Oracle is asked for something."""


@pytest.fixture(scope="module")
def connected(keys: tuple[Path, tuple[Key, ...]]) -> Iterator[tuple[Oracle, Place]]:
    with local_oracle(keys) as place:
        oracle = connect(place.config(), now=lambda: place.now, sleep=place.slept.append)
        yield oracle, place
        oracle.close()


@pytest.fixture
def team(connected: tuple[Oracle, Place], tmp_path: Path) -> Team:
    oracle, place = connected
    place.begin_again()
    return Team(oracle, place, tmp_path / "dac.sqlite3")


def approved(team: Team, kind: str) -> Request:
    return team.approved(KINDS[kind](team))


def done_once(team: Team, request: Request) -> None:
    """Oracle has begun to do each step once and nothing else, and the record of it is as it was written."""
    assert team.begun() == work_of(request.plan.doing)
    records = Records(team.path)
    assert isinstance(records.first_break(), Head)
    assert list(records.unlike()) == []


def test_the_places_are_all_there_are(team: Team) -> None:
    steps = {kind: KINDS[kind](team).doing for kind in KINDS}
    found = [(kind, at) for kind, each in steps.items() for at, step in enumerate(each) if not isinstance(step, Pause)]
    assert found == PLACES


@pytest.mark.parametrize("kind", KINDS)
def test_planning_it_asks_oracle_for_nothing_and_records_nothing(team: Team, kind: str) -> None:
    plan = KINDS[kind](team)
    assert team.approvals.consider(plan, ANN).eligible
    assert team.asked_to_change() == []
    assert team.begun() == []
    assert team.store.in_states(*State) == []
    assert list(Records(team.path).links()) == []


@pytest.mark.parametrize("kind", KINDS)
def test_a_dry_run_ends_as_a_rehearsal_with_nothing_asked_of_oracle(
    connected: tuple[Oracle, Place], tmp_path: Path, kind: str
) -> None:
    oracle, place = connected
    place.begin_again()
    team = Team(oracle, place, tmp_path / "dac.sqlite3", dry_run=True)
    request = approved(team, kind)
    ended = team.life(dry_run=True).finish(request.id)
    assert ended.state is State.CANCELLED
    assert team.store.events(request.id)[-1].body.action is Action.REHEARSE
    assert team.asked_to_change() == []
    assert team.begun() == []


@pytest.mark.parametrize("kind", KINDS)
def test_what_was_approved_is_done_once(team: Team, kind: str) -> None:
    request = approved(team, kind)
    assert team.asked_to_change() == []
    ended = team.life().finish(request.id)
    assert ended.state is State.APPLIED, ended.outcome
    done_once(team, request)


@pytest.mark.parametrize("point", Point)
@pytest.mark.parametrize(("kind", "at"), PLACES)
def test_after_kill_9_at_any_step_another_process_goes_on_and_it_is_done_once(
    team: Team, kind: str, at: int, point: Point
) -> None:
    request = approved(team, kind)
    assert ends(team.place, team.path, request.id, at, point) == -signal.SIGKILL
    left = team.store.get(request.id)
    died_there(team, left, at, point)
    team.place.advance(LEASE.total_seconds())
    ended = team.life("another").finish(request.id)
    assert ended.state is State.APPLIED, ended.outcome
    done_once(team, request)


def died_there(team: Team, left: Request, at: int, point: Point) -> None:
    """What was on disk and at Oracle when the process ended is that of the point."""
    claim = left.claim
    assert claim
    steps = left.plan.doing
    asked = at if point is Point.UNASKED else at + 1
    assert team.begun() == work_of(steps[:asked])
    match point:
        case Point.UNASKED | Point.UNWRITTEN:
            assert (len(claim.done), claim.begun, claim.sent_at) == (at, True, None)
        case Point.WRITTEN | Point.AT_WORK:
            assert len(claim.done) == at
            assert claim.sent_at is not None
            assert team.is_at_work()
        case Point.ENDED:
            is_last = asked == len(steps)
            assert left.state is (State.APPLIED if is_last else State.APPLYING)
            assert is_last or (len(claim.done), claim.begun) == (asked, False)


@pytest.mark.parametrize(("kind", "at"), PLACES)
def test_an_answer_lost_on_the_way_leaves_nothing_doubled(team: Team, kind: str, at: int) -> None:
    request = approved(team, kind)
    life = team.life()
    life.reaches(request.id, at)
    team.place.fault("drop_after", operation=OPERATIONS[type(request.plan.doing[at])], times=1)
    ended = life.finish(request.id)
    assert ended.state is State.APPLIED, ended.outcome
    done_once(team, request)


@pytest.mark.parametrize(("kind", "at"), PLACES)
def test_what_oracle_refuses_ends_there_with_its_words_and_what_exists_now(team: Team, kind: str, at: int) -> None:
    request = approved(team, kind)
    life = team.life()
    life.reaches(request.id, at)
    team.place.fault(
        "status", operation=OPERATIONS[type(request.plan.doing[at])], status=400, code="QuotaExceeded", times=1
    )
    ended = life.finish(request.id)
    assert ended.state is State.FAILED
    assert "400 QuotaExceeded" in ended.outcome
    leaves(request, at, ended)


@pytest.mark.parametrize(("kind", "at"), PLACES)
def test_work_that_fails_at_oracle_ends_there_with_oracles_reason(team: Team, kind: str, at: int) -> None:
    request = approved(team, kind)
    life = team.life()
    life.reaches(request.id, at)
    step = request.plan.doing[at]
    named = step.name if isinstance(step, Making) else step.id if isinstance(step, Removing) else team.idle.id
    team.place.ask("POST", "fail_next", {"ocid": named, "message": "no capacity left"})
    ended = life.finish(request.id)
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
    request = approved(team, kind)
    life = team.life()
    now = life.reaches(request.id, at)
    begun = team.begun()
    step = request.plan.doing[at].resolved(now.claim.made if now.claim else {})
    match step:
        case Scaling():
            team.place.set(team.idle.id, unitCount=3)
        case MakeCluster():
            team.place.set(team.bare.id, displayName=step.name)
            team.place.set(team.idle.id, displayName=step.name)
        case MakeEndpoint() | MakeModel():
            team.place.set(str(step.on), lifecycleState="NEEDS_ATTENTION")
        case RemoveEndpoint() | RemoveCluster() | RemoveModel():
            team.place.set(step.id, displayName="mine now")
        case _:
            pass
    ended = life.finish(request.id)
    assert ended.state is (State.FAILED if at else State.STALE), ended.outcome
    assert team.begun() == begun


@pytest.mark.parametrize("at", [0, 1])
def test_another_file_in_the_place_of_the_data_set_stops_it_there(team: Team, at: int) -> None:
    request = approved(team, "finetune")
    life = team.life()
    life.reaches(request.id, at)
    begun = team.begun()
    other = {"name": DATA.object_name, "text": '{"prompt": "a", "completion": "b"}\n' * 40}
    team.place.ask("POST", "objects", {"region": CHICAGO, "bucket": DATA.bucket, "object": other})
    ended = life.finish(request.id)
    assert ended.state is (State.FAILED if at else State.STALE), ended.outcome
    assert ("is another file than was agreed to" if at else "the data set was 620 pairs (etag ") in ended.outcome
    assert team.begun() == begun
