"""Plans of several steps in any order of people, crashes, freezes and strangers: each step once, and none unagreed."""

from __future__ import annotations

import os
import tempfile
import uuid
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from approvals.confirming import TAG
from approvals.executor import Executor
from approvals.making import STEP_TAG
from approvals.request import Request
from approvals.states import Action, State
from dac.cluster import Endpoint, Lifecycle, Resource
from dac.errors import DacError, Unavailable
from dac.steps import Making, Pause, Removing
from dac.still import SERVING
from tests.approvals.bots import FINAL, Fault
from tests.approvals.conftest import LEASE, House, fresh
from tests.approvals.kinds import CHAT, KINDS, OURS, SERVED, TUNER, furnish
from tests.fakes import ANN, BOB, CATALOG, EVE, Ending, FakeOracle, Killed, MortalStore, When, endpoint, policy

RULES = policy().model_copy(update={"freezers": policy().rules[0].approvers})
SILENCE = Unavailable("Oracle did not answer in time.")
STEPS = (
    Action.START, Action.SEND, Action.STEP, Action.RESUME, Action.PAUSE, Action.RECLAIM, Action.SUCCEED, Action.FAIL,
)  # fmt: skip
FAULTS: list[Fault] = [
    *[(call, when, error) for call in ("create", "delete") for when in When for error in (SILENCE, Killed())],
    *[(call, When.BEFORE, SILENCE) for call in ("resource", "resources", "work_requests")],
    *[(action, when, Killed()) for action in STEPS for when in When],
]
ENDINGS = (Ending.DONE, Ending.DONE, Ending.DONE, Ending.FAILED, Ending.CANCELED, Ending.NEEDS_ATTENTION)
"""Those after which Oracle is done with what it was asked for."""


class Noting(FakeOracle):
    """Remembers what there was at the moment of each removal."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.at_removal: list[tuple[str, Mapping[str, Resource]]] = []

    def _delete(self, resource: Resource) -> str | None:
        before = dict(self._things)
        work = super()._delete(resource)
        self.at_removal.append((resource.id, before))
        return work


class AnyOrderOfSteps(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.house: House = fresh(Path(self.folder.name) / "dac.sqlite3")
        self.oracle = Noting(self.house.clock)
        self.house.oracle = self.oracle
        furnish(self.house)
        self.births = 0
        self.bots: dict[str, tuple[MortalStore, Executor]] = {}
        self.calls_before = 0
        for side in ("one", "two"):
            self.is_born(side)

    def is_born(self, side: str) -> None:
        self.births += 1
        store, now = MortalStore(self.house.path), self.house.clock.now
        holder = f"{side}-{self.births}"
        executor = Executor(store, self.oracle, self.oracle, CATALOG, now, holder=holder, lease=LEASE)
        self.bots[side] = store, executor

    def newest(self, back: int) -> Request | None:
        known = self.house.every()
        return known[max(len(known) - 1 - back, 0)] if known else None

    @initialize(kind=st.sampled_from(["migrate", "endpoint-move", "finetune"]))
    def one_is_under_way(self, kind: str) -> None:
        self.somebody_asks(kind)
        for _ in range(6):
            self.goes_on("one")
            self.house.clock.advance(minutes=21)

    @rule(kind=st.sampled_from(["migrate", "migrate", "endpoint-move", "finetune", *KINDS]))
    def somebody_asks(self, kind: str) -> None:
        try:
            plan = KINDS[kind](self.house)
        except DacError:
            return
        approvals = self.house.approvals()
        asked = approvals.submit(plan, requester=ANN, reason="", channel="CTEAM", delivery=uuid.uuid4().hex)
        approvals.approve(asked.id, BOB)

    @rule(
        back=st.sampled_from([0, 0, 1, 2]),
        who=st.sampled_from([ANN, BOB, EVE]),
        what=st.sampled_from(["confirm", "confirm", "confirm", "stop", "cancel"]),
    )
    def somebody_says(self, back: int, who: str, what: str) -> None:
        request = self.newest(back)
        if request is None:
            return
        asks = request.state is State.APPLYING and bool(request.claim and request.claim.question)
        may = asks and who != EVE if what != "cancel" else None
        say: Callable[[int, str], Request] = getattr(self.house.approvals(), what)
        try:
            after = say(request.id, who)
        except DacError:
            assert not may
            assert self.house.store.get(request.id).state is request.state
        else:
            assert may is not False
            assert what == "confirm" or after.state is State.CANCELLED

    @rule(
        what=st.sampled_from(["old goes", "old changes", "new fails", "late", "mended", "served"]),
        state=st.sampled_from([Lifecycle.DELETED, Lifecycle.FAILED, Lifecycle.NEEDS_ATTENTION]),
    )
    def somebody_else(self, what: str, state: Lifecycle) -> None:
        match what:
            case "old goes":
                self.oracle.change(SERVED.id, lifecycle_state=Lifecycle.DELETED)
            case "old changes":
                self.oracle.change(CHAT.id, unit_count=5)
            case "new fails" if self.oracle.made:
                self.oracle.change(self.oracle.made[-1].resource_id, lifecycle_state=state)
            case "late":
                self.oracle.add(endpoint(CHAT, "late"))
            case "served":
                self.oracle.add(endpoint(CHAT, "late", model_id=OURS.id))
            case _:
                for each in (CHAT, SERVED, TUNER, OURS):
                    self.oracle.add(each)
                for late in self.oracle.there(Endpoint):
                    if late.name == "late":
                        self.oracle.change(late.id, lifecycle_state=Lifecycle.DELETED)

    @rule(stop=st.booleans(), ending=st.sampled_from(ENDINGS))
    def the_world_turns(self, ending: Ending, *, stop: bool) -> None:
        self.oracle.ending = ending
        self.freeze(stop=stop and ending is Ending.DONE)

    def freeze(self, *, stop: bool) -> None:
        freezer = self.house.freezer(RULES)
        if stop and not freezer.current():
            freezer.freeze(BOB, because="incident")
        elif not stop and freezer.current():
            freezer.unfreeze(BOB)

    @rule(
        side=st.sampled_from(["one", "two"]),
        fault=st.sampled_from([None, *FAULTS]),
        minutes=st.sampled_from([0, 3, 21, 21, 21]),
        turns=st.integers(1, 4),
    )
    def a_bot_works(self, side: str, fault: Fault | None, minutes: int, turns: int) -> None:
        if fault:
            at, when, error = fault
            if isinstance(at, Action):
                self.bots[side][0].dies(at, when)
            else:
                self.oracle.fail(at, error, when=when)
        for _ in range(turns):
            self.goes_on(side)
            self.house.clock.advance(minutes=minutes)
        self.oracle.calm()
        self.bots[side][0].hooks.clear()

    def goes_on(self, side: str) -> None:
        executor = self.bots[side][1]
        try:
            for request_id in executor.due():
                executor.advance(request_id)
        except Killed:
            self.is_born(side)

    # --------------------------------------------------------------------------------------------- what must hold

    @invariant()
    def every_step_is_made_once_and_by_a_request_that_has_it(self) -> None:
        by_tag = {each.tag: each for each in self.house.every()}
        made = [(each.tags[TAG], each.tags[STEP_TAG]) for each in self.oracle.made]
        assert len(made) == len(set(made))
        for tag, key in made:
            assert any(each.key == key and isinstance(each, Making) for each in by_tag[tag].plan.doing)

    @invariant()
    def nothing_is_removed_that_was_not_agreed_to_and_confirmed_or_before_what_is_new_serves(self) -> None:
        every = self.house.every()
        for resource_id, world in self.oracle.at_removal:
            assert any(self.may_have_removed(each, resource_id, world) for each in every)

    def may_have_removed(self, request: Request, resource_id: str, world: Mapping[str, Resource]) -> bool:
        steps = request.plan.doing
        place = next((n for n, each in enumerate(steps) if isinstance(each, Removing) and each.id == resource_id), None)
        if place is None or request.claim is None or len(request.claim.done) < place:
            return False
        if any(isinstance(each, Pause) for each in steps[:place]):
            assert Action.CONFIRM in self.house.actions(request)
        made = [request.claim.made[each.key] for each in steps[:place] if isinstance(each, Making)]
        return all(world[each].lifecycle_state in SERVING for each in made)

    @invariant()
    def nothing_is_begun_while_everything_is_frozen(self) -> None:
        calls = len(self.oracle.made) + len(self.oracle.removed) + len(self.oracle.accepted)
        assert calls == self.calls_before or not self.house.freezer(RULES).current()
        self.calls_before = calls

    @invariant()
    def what_was_stopped_on_its_way_says_what_it_leaves(self) -> None:
        for request in self.house.store.in_states(State.FAILED, State.CANCELLED):
            for step in request.plan.doing:
                made = request.claim.made.get(step.key) if request.claim else None
                if made:
                    assert made in request.outcome
                    assert any(way.endswith(made) for way in request.ways)

    def teardown(self) -> None:
        """Left alone with people who confirm, everything comes to its end."""
        self.oracle.ending = Ending.DONE
        self.freeze(stop=False)
        for _ in range(80):
            waiting = [each for each in self.house.store.in_states(State.APPLYING) if each.claim]
            for each in waiting:
                if each.claim and each.claim.question:
                    self.house.approvals().confirm(each.id, ANN)
            self.goes_on("one")
            self.house.clock.advance(minutes=30)
            if all(each.state in FINAL for each in self.house.every()):
                break
        assert [(each.id, each.state) for each in self.house.every() if each.state not in FINAL] == []
        self.every_step_is_made_once_and_by_a_request_that_has_it()
        self.nothing_is_removed_that_was_not_agreed_to_and_confirmed_or_before_what_is_new_serves()
        self.what_was_stopped_on_its_way_says_what_it_leaves()
        self.house.check()
        self.folder.cleanup()


DEEP = os.environ.get("HYPOTHESIS_PROFILE") == "deep"
"""An hour of it instead of seconds."""


@pytest.mark.timeout(3600 if DEEP else 120)
@pytest.mark.parametrize("number", range(100 if DEEP else 3))
def test_in_any_order_each_step_is_done_once_and_nothing_old_goes_unconfirmed(number: int) -> None:
    run_state_machine_as_test(
        seed(number)(type(f"AnyOrderOfSteps{number}", (AnyOrderOfSteps,), {})),
        settings=settings(
            database=None,
            deadline=None,
            max_examples=60 if DEEP else 9,
            stateful_step_count=50 if DEEP else 20,
            phases=[Phase.generate, Phase.shrink] if DEEP else [Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )
