from __future__ import annotations

import contextlib
import tempfile
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from approvals.executor import TAG, Executor
from approvals.policy import Approvers
from approvals.states import Action, State
from dac.errors import DacError, Denied, Invalid, Unavailable
from tests import fakes
from tests.approvals.conftest import House, fresh
from tests.fakes import ANN, BOB, CAT, DAN, EVE, LEADS, ONCALL, Ending, Killed, MortalStore, When, policy

PEOPLE = (ANN, BOB, CAT, DAN, EVE)
APPROVERS = Approvers(users=frozenset({ANN, BOB}), groups=frozenset({ONCALL, LEADS}))
RULES = policy(
    fakes.rule(name="two for chat", clusters={"chat"}, approvers=APPROVERS, approvals=2),
    fakes.rule(name="one for the rest", approvers=APPROVERS),
)
SILENCE = Unavailable("Oracle did not answer in time.")
FAULTS = [
    *[(call, When.BEFORE, error) for call in ("cluster", "scale", "work_requests") for error in (SILENCE, Killed())],
    *[(call, When.AFTER, error) for call in ("cluster", "scale", "scale") for error in (SILENCE, Killed())],
    ("scale", When.BEFORE, Invalid("Oracle answered 400.")),
    ("work_requests", When.BEFORE, Denied("Oracle answered 403.")),
    *[
        (record, when, Killed())
        for record in (Action.START, Action.RECLAIM, Action.SEND, Action.PROGRESS, Action.SUCCEED, Action.FAIL)
        for when in When
    ],
]
"""What can go wrong in one turn of an executor, and where."""

people = st.sampled_from(PEOPLE)
clusters = st.sampled_from(["chat", "embed"])
executors = st.sampled_from(["one", "two"])
requests = st.integers(0, 3)
"""Counted from the newest, for that is where things happen."""


class AnyOrder(RuleBasedStateMachine):
    """Random people, time, crashes and two executors on one database: what must hold, holds after every step."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.house: House = fresh(Path(self.folder.name) / "dac.sqlite3")
        self.executors: dict[str, Executor] = {}
        self.stores: dict[str, MortalStore] = {}
        self.births = 0
        for name in ("one", "two"):
            self.is_born(name)

    @initialize(fault=st.sampled_from(FAULTS))
    def one_change_is_under_way(self, fault: tuple[str | Action, When, DacError | Killed]) -> None:
        for name in ("chat", "embed"):
            self.house.oracle.add(fakes.cluster(name))
        self.ask(BOB, "chat", 4)
        self.all_agree(0)
        self.execute_with_a_fault("one", fault)

    @rule(by=people, name=clusters, to_units=st.integers(1, 5))
    def ask(self, by: str, name: str, to_units: int) -> None:
        with contextlib.suppress(DacError):
            self.house.asked(name, to_units, by=by, rules=RULES)

    @rule(back=requests, voter=people)
    def approve(self, back: int, voter: str) -> None:
        before = self.house.store.get(self.picked(back))
        with contextlib.suppress(DacError):
            self.house.approvals().approve(before.id, voter)
            assert before.state is State.PENDING
            assert self.house.clock.now() < before.expires_at
            assert voter in APPROVERS.resolve(self.house.groups.members_of) - {before.requester, *before.voters}

    @rule(back=requests)
    def all_agree(self, back: int) -> None:
        """Each says it twice, to be sure."""
        for voter in (each for each in PEOPLE for _ in range(2)):
            if self.house.store.get(self.picked(back)).state is State.PENDING:
                self.approve(back, voter)

    @rule(back=requests, by=people, words=st.sampled_from(["deny", "cancel"]))
    def object(self, back: int, by: str, words: str) -> None:
        approvals = self.house.approvals()
        with contextlib.suppress(DacError):
            if words == "deny":
                approvals.deny(self.picked(back), by, because="no")
            else:
                approvals.cancel(self.picked(back), by)

    @rule(group=st.sampled_from([ONCALL, LEADS]), members=st.sets(people))
    def change_group(self, group: str, members: set[str]) -> None:
        self.house.groups.members[group] = members

    @rule(minutes=st.sampled_from([1, 3, 3, 3, 11, 20, 20, 20, 60 * 25]))
    def time_passes(self, minutes: int) -> None:
        self.house.clock.advance(minutes=minutes)

    @rule()
    def sweep(self) -> None:
        self.house.approvals().expire()

    @rule(name=executors, fault=st.sampled_from(FAULTS))
    def execute_with_a_fault(self, name: str, fault: tuple[str | Action, When, DacError | Killed]) -> None:
        at, when, error = fault
        if isinstance(at, Action):
            self.stores[name].dies(at, when)
        else:
            self.house.oracle.fail(at, error, when=when)
        self.execute(name)
        self.house.oracle.calm()
        self.stores[name].hooks.clear()

    @rule(name=executors)
    def execute(self, name: str) -> None:
        for request_id in self.executors[name].due():
            try:
                self.executors[name].advance(request_id)
            except Killed:
                self.is_born(name)
                return

    @rule(first=executors, call=st.sampled_from(["cluster", "headroom", "scale", "scale"]), when=st.sampled_from(When))
    def overtake(self, first: str, call: str, when: When) -> None:
        """While one executor's call is on its way its lease runs out and the other one works."""

        def meanwhile() -> None:
            self.house.clock.advance(minutes=3)
            self.execute("two" if first == "one" else "one")

        self.house.oracle.on(call, when, meanwhile)
        self.execute(first)
        self.house.oracle.calm()

    @rule(name=clusters, units=st.integers(1, 5), by=executors)
    def somebody_else_scales(self, name: str, units: int, by: str) -> None:
        """At the last moment before an executor's call; or mends what needs attention."""
        cluster_id = fakes.cluster(name).id

        def scale() -> None:
            if self.house.oracle.held(cluster_id).lifecycle_state != "UPDATING":
                self.house.oracle.change(cluster_id, unit_count=units, lifecycle_state="ACTIVE")

        self.house.oracle.on("headroom", When.AFTER, scale)
        self.execute(by)
        self.house.oracle.calm()

    @rule(ending=st.sampled_from([Ending.DONE, Ending.DONE, *Ending]))
    def oracle_ends_things(self, ending: Ending) -> None:
        self.house.oracle.ending = ending

    @invariant()
    def nothing_is_done_unapproved_or_twice(self) -> None:
        by_tag = {each.tag: each for each in self.house.every()}
        done = [each.tags[TAG] for each in self.house.oracle.accepted]
        assert len(done) == len(set(done))
        assert {each.tag for each in by_tag.values() if each.state is State.APPLIED} <= set(done)
        for change in self.house.oracle.accepted:
            request = by_tag[change.tags[TAG]]
            assert request.state in {State.APPLYING, State.APPLIED, State.FAILED}
            assert (change.cluster_id, change.unit_count) == (request.plan.cluster.id, request.plan.to_units)
            assert len(set(request.voters)) >= request.rule.approvals
            assert request.requester not in request.voters
            assert max(each.at for each in request.approvals) < request.expires_at
            assert request.claim
            assert request.claim.started_at <= change.at
            assert request.claim.started_at < request.expires_at
            assert request.claim.etag == change.etag
            assert "changed nothing" not in request.outcome

    @invariant()
    def one_change_at_a_time(self) -> None:
        applying = [each.plan.cluster.id for each in self.house.store.in_states(State.APPLYING)]
        assert len(applying) == len(set(applying))

    @invariant()
    def the_record_holds(self) -> None:
        self.house.check()

    def teardown(self) -> None:
        """Left alone with time, everything comes to an end, and nothing was forgotten or done twice on the way."""
        for _ in range(5):
            self.time_passes(60 * 7)
            self.sweep()
            self.execute("one")
        assert all(each.final for each in self.house.every())
        self.nothing_is_done_unapproved_or_twice()
        self.the_record_holds()
        self.folder.cleanup()

    def is_born(self, name: str) -> None:
        """A new process takes the place of an old one, which knew nothing that is not in the database."""
        self.births += 1
        self.stores[name] = MortalStore(self.house.path)
        self.executors[name] = self.house.executor(f"{name}-{self.births}", self.stores[name])

    def picked(self, back: int) -> int:
        newest = len(self.house.every())
        return max(newest - back, 1)


AnyOrder.TestCase.settings = settings(
    derandomize=True, database=None, deadline=None, max_examples=35, stateful_step_count=12
)
TestAnyOrder = AnyOrder.TestCase
