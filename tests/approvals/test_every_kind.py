"""One suite for every kind of plan: rehearsed, agreed, carried out, killed anywhere, refused, failing, outdated."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from approvals.clockwork import Clockwork
from approvals.executor import Executor
from approvals.request import Request
from approvals.service import Approvals
from approvals.states import Action, State
from approvals.store import Store
from dac.dataset_seen import unseen
from dac.errors import DacError, Denied, Invalid, Unavailable
from dac.steps import (
    AnyStep,
    MakeCluster,
    MakeEndpoint,
    MakeModel,
    Making,
    RemoveCluster,
    RemoveEndpoint,
    RemoveModel,
    Removing,
    Scaling,
)
from tests.approvals.conftest import LEASE, House, at_once, fresh
from tests.approvals.kinds import (
    BARE,
    CHAT,
    DATA,
    KINDS,
    Calls,
    approved,
    asked,
    finetune,
    finish,
    furnish,
    given,
    reaches,
    turn,
    wanted,
)
from tests.fakes import (
    ANN,
    BOB,
    CATALOG,
    REGION,
    Ending,
    FakeOracle,
    Killed,
    MortalStore,
    When,
    cluster,
    endpoint,
    policy,
)

STEPS = {
    "scale": 1, "create": 1, "delete": 1, "endpoint-create": 1, "endpoint-delete": 1, "endpoint-move": 3,
    "migrate": 5, "finetune": 2, "model-delete": 1,
}  # fmt: skip
PAUSES = {("endpoint-move", 1), ("migrate", 2)}
PLACES = [(kind, place) for kind, count in STEPS.items() for place in range(count) if (kind, place) not in PAUSES]
"""Every step at which Oracle is asked for something."""

NOTHING = Calls(0, (), ())


@pytest.fixture
def town(house: House) -> House:
    furnish(house)
    return house


def names_step(step: AnyStep) -> str:
    """The call that asks Oracle for it."""
    return "scale" if isinstance(step, Scaling) else "create" if isinstance(step, Making) else "delete"


def test_the_suite_knows_every_kind_and_how_many_steps_it_takes(town: House) -> None:
    assert {kind: len(make(town).doing) for kind, make in KINDS.items()} == STEPS


@pytest.mark.parametrize("kind", KINDS)
def test_a_plan_made_twice_of_the_same_world_is_the_same(town: House, kind: str) -> None:
    assert KINDS[kind](town).digest == KINDS[kind](town).digest


@pytest.mark.parametrize("kind", KINDS)
def test_a_rehearsal_asks_oracle_for_nothing(town: House, kind: str) -> None:
    approvals = Approvals(town.store, policy, town.groups.members_of, town.clock.now, dry_run=True)
    request = approvals.submit(KINDS[kind](town), requester=ANN, reason="", channel="CTEAM", delivery="1")
    approvals.approve(request.id, BOB)
    dry = Executor(
        town.store, town.oracle, town.oracle, CATALOG, town.clock.now, holder="one", lease=LEASE, dry_run=True
    )
    assert dry.advance(request.id).state is State.CANCELLED
    assert town.actions(request)[-1] is Action.REHEARSE
    assert given(town) == NOTHING


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_done_before_it_is_approved(town: House, kind: str) -> None:
    request = asked(town, kind)
    assert town.executor().advance(request.id).state is State.PENDING
    assert given(town) == NOTHING


@pytest.mark.parametrize("kind", KINDS)
def test_what_was_approved_is_done_once_step_by_step(town: House, kind: str) -> None:
    request = approved(town, kind)
    ended = finish(town, town.executor(), request)
    assert ended.state is State.APPLIED, ended.outcome
    assert given(town) == wanted(request.plan)
    assert ended.claim
    assert len(ended.claim.done) == len(request.plan.doing) - 1
    assert bool(ended.ways) is (kind in {"create", "finetune"})


class Watched(FakeOracle):
    """Notes every call, so that a later run can be disturbed at each."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.seen: list[str] = []

    def _disturb(self, call: str, when: When) -> None:
        if when is When.BEFORE:
            self.seen.append(call)
        super()._disturb(call, when)


def calls_of(path: Path, kind: str) -> tuple[list[str], list[Action]]:
    """The calls to Oracle and the records on the way from approval to end."""
    house = fresh(path)
    house.oracle = Watched(house.clock)
    furnish(house)
    request = approved(house, kind)
    house.oracle.seen.clear()
    finish(house, house.executor(), request)
    return house.oracle.seen, house.actions(request)[2:]


def numbered(found: list[str] | list[Action]) -> Iterator[tuple[str | Action, int]]:
    """Each with which one of its name it is."""
    for place, each in enumerate(found):
        yield each, list(found[: place + 1]).count(each)


def kills(calls: list[str], records: list[Action]) -> Iterator[tuple[str | Action, int, When]]:
    for call, number in numbered(calls):
        yield call, number, When.BEFORE
        if call in {"scale", "create", "delete"}:
            yield call, number, When.AFTER
    for action, number in numbered(records):
        if action is not Action.CONFIRM:
            yield action, number, When.BEFORE
            yield action, number, When.AFTER


def arm(house: House, store: MortalStore, at: str | Action, number: int, when: When) -> None:
    if not isinstance(at, Action):
        house.oracle.on(at, when, lambda: None, times=number - 1)
        house.oracle.fail(at, Killed(), when=when)
        return

    def later(left: int) -> Callable[[], object]:
        def hook() -> object:
            if left > 1:
                store.hooks[at, when] = later(left - 1)
                return None
            raise Killed

        return hook

    store.hooks[at, when] = later(number)


@pytest.mark.parametrize("kind", KINDS)
def test_killed_at_any_call_or_record_it_is_still_done_exactly_once(tmp_path: Path, kind: str) -> None:
    points = list(kills(*calls_of(tmp_path / "watched.sqlite3", kind)))
    assert len(points) > 10 * STEPS[kind]
    for place, (at, number, when) in enumerate(points):
        house = fresh(tmp_path / f"{place}.sqlite3")
        furnish(house)
        request = approved(house, kind)
        store = MortalStore(house.path)
        arm(house, store, at, number, when)
        with pytest.raises(Killed):
            finish(house, house.executor("one", store), request)
        ended = finish(house, house.executor("two", Store(house.path)), request)
        assert ended.state is State.APPLIED, (at, number, when, ended.outcome)
        assert given(house) == wanted(request.plan), (at, number, when)
        assert house.actions(request).count(Action.START) == 1
        house.check()


@pytest.mark.parametrize("when", When)
@pytest.mark.parametrize(("kind", "place"), PLACES)
def test_a_call_without_an_answer_is_looked_for_and_not_made_twice(
    town: House, kind: str, place: int, when: When
) -> None:
    request = approved(town, kind)
    step = request.plan.doing[place]
    reaches(town, town.executor(), request, place)
    town.oracle.fail(names_step(step), Unavailable("Oracle did not answer in time."), when=when)
    assert finish(town, town.executor(), request).state is State.APPLIED
    assert given(town) == wanted(request.plan)


def ends_badly(house: House, request: Request, place: int) -> Request:
    ended = finish(house, house.executor(), request)
    assert ended.state is State.FAILED
    done = request.plan.doing[:place]
    for each in done:
        if isinstance(each, Making):
            assert f"the {each.makes} {each.name} (" in ended.outcome
        if isinstance(each, Removing):
            assert f"the {each.removes} {each.name} is deleted for good" in ended.outcome
    made = [each for each in done if isinstance(each, Making)]
    assert len(ended.ways) >= len(made)
    return ended


@pytest.mark.parametrize("refusal", [Invalid("Oracle answered 400 LimitExceeded."), Denied("Oracle answered 403.")])
@pytest.mark.parametrize(("kind", "place"), PLACES)
def test_what_oracle_refuses_ends_there_with_its_words_and_what_exists_now(
    town: House, kind: str, place: int, refusal: DacError
) -> None:
    request = approved(town, kind)
    step = request.plan.doing[place]
    reaches(town, town.executor(), request, place)
    town.oracle.fail(names_step(step), refusal)
    ended = ends_badly(town, request, place)
    assert str(refusal) in ended.outcome


@pytest.mark.parametrize("ending", [Ending.FAILED, Ending.CANCELED, Ending.NEEDS_ATTENTION])
@pytest.mark.parametrize(("kind", "place"), PLACES)
def test_work_that_oracle_ends_badly_ends_there_with_what_exists_now(
    town: House, kind: str, place: int, ending: Ending
) -> None:
    request = approved(town, kind)
    step = request.plan.doing[place]
    reaches(town, town.executor(), request, place)
    town.oracle.ending = ending
    ended = ends_badly(town, request, place)
    if isinstance(step, Making):
        assert ended.ways[0].endswith(town.oracle.made[-1].resource_id)


def spoil(house: House, step: AnyStep, made: dict[str, str]) -> None:
    """Somebody else changes what matters for the step."""
    now = step.resolved(made)
    match now:
        case Scaling():
            house.oracle.change(cluster("chat").id, unit_count=7)
        case MakeCluster():
            house.oracle.add(cluster("other").model_copy(update={"name": now.name}))
        case MakeEndpoint() | MakeModel():
            house.oracle.change(str(now.on), lifecycle_state="NEEDS_ATTENTION")
        case RemoveEndpoint():
            house.oracle.change(now.id, model_id="ocid1.another")
        case RemoveCluster():
            house.oracle.change(now.id, unit_count=9)
        case RemoveModel():
            house.oracle.add(endpoint(CHAT, "late", model_id=now.id))
        case _:
            pass


@pytest.mark.parametrize(("kind", "place"), PLACES)
def test_what_somebody_else_changes_before_a_step_stops_it_there(town: House, kind: str, place: int) -> None:
    request = approved(town, kind)
    step = request.plan.doing[place]
    before = reaches(town, town.executor(), request, place)
    calls = given(town)
    spoil(town, step, before.claim.made if before.claim else {})
    ended = finish(town, town.executor(), request)
    assert given(town) == calls
    if place == 0:
        assert ended.state is State.STALE
    else:
        assert ended.state is State.FAILED
        assert f"It stopped before step {place + 1} of {STEPS[kind]}" in ended.outcome
        assert ended.ways or not town.oracle.made


@pytest.mark.parametrize("place", [0, 1])
@pytest.mark.parametrize(
    "put", [{str(DATA): b"another"}, {"training/other.jsonl": b""}], ids=["replaced", "taken away"]
)
def test_a_data_set_that_is_not_the_one_agreed_to_is_not_trained_on(
    town: House, place: int, put: dict[str, bytes]
) -> None:
    request = approved(town, "finetune")
    reaches(town, town.executor(), request, place)
    calls = given(town)
    town.oracle.objects = put
    ended = finish(town, town.executor(), request)
    assert given(town) == calls
    assert ended.state is (State.FAILED if place else State.STALE)
    assert str(DATA) in ended.outcome or "the data set was 40 pairs" in ended.outcome


def test_nor_is_one_that_was_replaced_while_the_training_was_held_up(town: House) -> None:
    rules = policy().model_copy(update={"freezers": policy().rules[0].approvers})
    request = approved(town, "finetune")
    reaches(town, town.executor(), request, 1)
    town.oracle.on("resources", When.AFTER, lambda: town.freezer(rules).freeze(BOB, because="incident"))
    town.executor().advance(request.id)
    held = town.executor().advance(request.id)
    assert held.claim
    assert (held.claim.begun, held.claim.sent_at, bool(held.held)) == (True, None, True)
    town.oracle.objects[str(DATA)] = b"another"
    town.freezer(rules).unfreeze(BOB)
    ended = finish(town, town.executor(), request)
    assert ended.state is State.FAILED
    assert "No model llama-ours was made" in ended.outcome
    assert "is another file than was agreed to" in ended.outcome


def test_what_nobody_could_look_at_is_trained_on_as_it_was_agreed_to(town: House) -> None:
    town.oracle.objects = {}
    plan = finetune(town, data=unseen("Oracle answered 404 BucketNotFound."))
    request = town.approvals().submit(plan, requester=ANN, reason="", channel="CTEAM", delivery="hidden")
    town.approvals().approve(request.id, BOB)
    assert finish(town, town.executor(), request).state is State.APPLIED


@pytest.mark.parametrize("kind", [kind for kind, count in STEPS.items() if count > 1])
def test_it_can_be_cancelled_between_two_steps_and_says_what_it_leaves(town: House, kind: str) -> None:
    request = approved(town, kind)
    reaches(town, town.executor(), request, 1)
    cancelled = town.approvals().cancel(request.id, ANN, because="not now")
    assert cancelled.state is State.CANCELLED
    assert "is there" in cancelled.outcome
    assert cancelled.ways
    calls = given(town)
    assert finish(town, town.executor(), request).state is State.CANCELLED
    assert given(town) == calls


@pytest.mark.parametrize("kind", KINDS)
def test_while_oracle_works_on_a_step_it_cannot_be_cancelled(town: House, kind: str) -> None:
    request = approved(town, kind)
    turn(town, town.executor(), request, minutes=1)
    why = "too late to cancel it" if STEPS[kind] == 1 else "Oracle works on step 1 of"
    with pytest.raises(DacError, match=why):
        town.approvals().cancel(request.id, ANN)
    assert finish(town, town.executor(), request).state is State.APPLIED


@pytest.mark.parametrize(("kind", "place"), PLACES)
def test_during_a_freeze_no_step_begins_and_after_it_all_do(town: House, kind: str, place: int) -> None:
    rules = policy().model_copy(update={"freezers": policy().rules[0].approvers})
    request = approved(town, kind)
    reaches(town, town.executor(), request, place)
    calls = given(town)
    town.freezer(rules).freeze(BOB, because="incident")
    for _ in range(5):
        town.executor().advance(request.id)
        town.clock.advance(minutes=10)
    assert given(town) == calls
    town.freezer(rules).unfreeze(BOB)
    assert finish(town, town.executor(), request).state is State.APPLIED


@pytest.mark.parametrize("kind", KINDS)
def test_what_it_touches_nobody_else_changes_meanwhile(town: House, kind: str) -> None:
    one, two = approved(town, kind), approved(town, kind)
    executor = town.executor()
    executor.advance(one.id)
    held = executor.advance(two.id)
    assert held.state is State.APPROVED
    assert held.held
    assert held.held.request_id == one.id
    assert finish(town, executor, one).state is State.APPLIED
    assert finish(town, executor, two).state in {State.STALE, State.APPLIED}


@pytest.mark.parametrize("kind", ["endpoint-move", "migrate"])
def test_at_the_pause_nothing_is_removed_before_a_person_confirms(town: House, kind: str) -> None:
    request = approved(town, kind)
    executor = town.executor()
    for _ in range(40):
        executor.advance(request.id)
        town.clock.advance(minutes=10)
    waiting = town.store.get(request.id)
    assert waiting.state is State.APPLYING
    assert waiting.claim
    assert "have all clients been switched" in waiting.claim.question
    assert town.oracle.made[-1].resource_id in waiting.claim.question
    assert town.oracle.removed == []
    for outsider in ("UEVE", "UNOBODY"):
        with pytest.raises(Denied, match="you cannot confirm"):
            town.approvals().confirm(request.id, outsider)
        with pytest.raises(Denied, match="you cannot stop"):
            town.approvals().stop(request.id, outsider)
    town.approvals().confirm(request.id, ANN, comment="all switched")
    assert finish(town, executor, request).state is State.APPLIED


def to_the_pause(house: House, kind: str) -> Request:
    request = approved(house, kind)
    for _ in range(40):
        now = house.executor().advance(request.id)
        if now.claim and now.claim.question:
            return now
        house.clock.advance(minutes=10)
    raise AssertionError("it never comes to its pause")


@pytest.mark.parametrize("state", ["FAILED", "DELETING", "DELETED", "gone"])
@pytest.mark.parametrize(("kind", "which"), [("endpoint-move", 0), ("migrate", 0), ("migrate", 1)])
def test_where_what_is_new_is_lost_during_the_pause_what_is_old_stays(
    town: House, kind: str, which: int, state: str
) -> None:
    waiting = to_the_pause(town, kind)
    lost = town.oracle.made[which].resource_id
    if state == "gone":
        town.oracle.remove(lost)
    else:
        town.oracle.change(lost, lifecycle_state=state)
    town.approvals().confirm(waiting.id, ANN)
    ended = finish(town, town.executor(), waiting)
    assert ended.state is State.FAILED
    assert f"is {state}, so what it replaces is not removed" in ended.outcome
    assert town.oracle.removed == []


@pytest.mark.parametrize("kind", ["endpoint-move", "migrate"])
def test_what_is_new_may_be_scaled_during_the_pause(town: House, kind: str) -> None:
    waiting = to_the_pause(town, kind)
    town.oracle.change(town.oracle.made[0].resource_id, lifecycle_state="UPDATING")
    town.approvals().confirm(waiting.id, ANN)
    assert finish(town, town.executor(), waiting).state is State.APPLIED


@pytest.mark.parametrize("end", ["confirm", "stop"])
def test_at_the_pause_it_is_reminded_of_until_somebody_has_said_a_word(town: House, end: str) -> None:
    waiting = to_the_pause(town, "migrate")
    for _ in range(53):
        town.clock.advance(hours=1)
        town.clockwork.tick()
        town.executor().advance(waiting.id)
    events = [each for each in town.store.events(waiting.id) if each.body.action is Action.REMIND]
    assert waiting.claim
    assert waiting.claim.asked_at
    assert [(each.at - waiting.claim.asked_at) // timedelta(hours=1) for each in events] == [4, 28, 52]
    getattr(town.approvals(), end)(waiting.id, ANN)
    ended = finish(town, town.executor(), waiting)
    town.clock.advance(hours=99)
    assert not town.clockwork.tick()
    assert ended.claim
    assert ended.claim.reminded == (0 if end == "confirm" else 3)
    assert town.store.replayed(waiting.id) == town.store.get(waiting.id)


def test_two_processes_remind_of_the_pause_once_and_a_restart_not_again(town: House) -> None:
    waiting = to_the_pause(town, "endpoint-move")
    town.clock.advance(hours=5)
    one, two = town.clockwork, Clockwork(Store(town.path), town.clock.now)
    at_once(lambda: ticked(town, one, waiting), lambda: ticked(town, two, waiting))
    assert not Clockwork(Store(town.path), town.clock.now).tick()
    assert town.actions(waiting).count(Action.REMIND) == 1


def ticked(house: House, clockwork: Clockwork, request: Request) -> Request:
    clockwork.tick()
    return house.store.get(request.id)


@pytest.mark.parametrize("who", [ANN, BOB])
def test_stopped_at_the_pause_it_leaves_both_and_offers_the_way_back(town: House, who: str) -> None:
    request = approved(town, "migrate")
    for _ in range(40):
        town.executor().advance(request.id)
        town.clock.advance(minutes=10)
    stopped = town.approvals().stop(request.id, who, because="clients are not ready")
    endpoint, new = (each.resource_id for each in reversed(town.oracle.made))
    assert stopped.state is State.CANCELLED
    assert stopped.ways == (f"endpoint delete {endpoint}", f"delete {new}")
    assert "clients are not ready" in stopped.outcome
    assert town.oracle.removed == []


@pytest.mark.parametrize("attempt", ["confirm", "stop"])
def test_where_nobody_is_asked_there_is_nothing_to_confirm_or_stop(town: House, attempt: str) -> None:
    request = approved(town, "create")
    town.executor().advance(request.id)
    with pytest.raises(DacError, match="asks nobody to confirm anything"):
        getattr(town.approvals(), attempt)(request.id, BOB)


def test_a_cluster_that_a_request_has_made_is_held_until_it_is_done(town: House) -> None:
    request = approved(town, "migrate")
    made = reaches(town, town.executor(), request, 1)
    assert made.claim
    assert made.claim.done[0].resource_id in made.touches
    assert REGION in made.touches[1]
    assert BARE.id not in made.touches
