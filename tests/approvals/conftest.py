"""The approvals of one team in one file, over a real SQLite database and Oracle in memory."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from approvals.audit import Head
from approvals.clockwork import Clockwork
from approvals.events import Event
from approvals.executor import Executor
from approvals.freezing import Freezer
from approvals.idling import Idling
from approvals.leases import Leases
from approvals.policy import Policy
from approvals.records import Records
from approvals.request import Request
from approvals.service import Approvals
from approvals.states import Action, State
from approvals.store import Store
from dac.cluster import Cluster
from dac.errors import DacError, Invalid
from dac.extending import plan_extend
from dac.scaling import ScalePlan
from tests.fakes import ANN, BOB, CAT, CATALOG, FakeClock, FakeGroups, FakeOracle, cluster, groups, plan, policy

LEASE = timedelta(minutes=2)


@dataclass
class House:
    path: Path
    clock: FakeClock
    oracle: FakeOracle
    groups: FakeGroups
    store: Store

    def approvals(self, rules: Policy | None = None) -> Approvals:
        return Approvals(self.store, lambda: rules or policy(), self.groups.members_of, self.clock.now)

    @property
    def clockwork(self) -> Clockwork:
        return Clockwork(self.store, self.clock.now)

    @property
    def leases(self) -> Leases:
        return Leases(self.store, self.oracle, CATALOG, self.clock.now)

    @property
    def idling(self) -> Idling:
        return Idling(self.store, self.oracle, CATALOG, self.clock.now)

    @property
    def records(self) -> Records:
        return Records(self.path)

    def freezer(self, rules: Policy | None = None) -> Freezer:
        return Freezer(self.store, lambda: rules or policy(), self.groups.members_of, self.clock.now)

    def executor(self, holder: str = "one", store: Store | None = None, rules: Policy | None = None) -> Executor:
        return Executor(
            store or self.store,
            self.oracle,
            self.oracle,
            CATALOG,
            self.clock.now,
            holder=holder,
            lease=LEASE,
            policy=lambda: rules or policy(),
        )

    def asked(
        self,
        name: str = "chat",
        to_units: int = 4,
        *,
        by: str = ANN,
        reason: str = "launch week",
        rules: Policy | None = None,
        start_at: datetime | None = None,
        lease: timedelta | None = None,
    ) -> Request:
        """A request of Ann's, waiting; the cluster is made where there is none of that name."""
        seen = self._cluster(name)
        made = plan(
            seen,
            to_units,
            headroom=self.oracle.headroom(seen),
            now=self.clock.now(),
            start_at=start_at,
            lease=lease,
        )
        delivery = uuid.uuid4().hex
        return self.approvals(rules).submit(made, requester=by, reason=reason, channel="CTEAM", delivery=delivery)

    def approved(
        self,
        name: str = "chat",
        to_units: int = 4,
        *,
        rules: Policy | None = None,
        start_at: datetime | None = None,
        lease: timedelta | None = None,
    ) -> Request:
        request = self.asked(name, to_units, rules=rules, start_at=start_at, lease=lease)
        return self.approvals(rules).approve(request.id, BOB)

    def leased(
        self,
        name: str = "chat",
        to_units: int = 4,
        lease: timedelta = timedelta(hours=8),
        *,
        rules: Policy | None = None,
    ) -> Request:
        """A request that has been carried out, its lease begun just now."""
        request = self.approved(name, to_units, lease=lease, rules=rules)
        self.executor().advance(request.id)
        self.clock.advance(minutes=self.oracle.takes.total_seconds() / 60)
        return self.executor().advance(request.id)

    def extension(self, leased: Request, by: timedelta = timedelta(hours=4)) -> Request:
        """A request to extend that lease, as it is now, agreed to."""
        lease = self.store.get(leased.id).lease
        assert lease
        assert isinstance(leased.plan, ScalePlan)
        longer = plan_extend(leased.id, leased.plan, lease.ends_at, by, catalog=CATALOG, now=self.clock.now())
        delivery = uuid.uuid4().hex
        asked = self.approvals().submit(longer, requester=ANN, reason="not done", channel="CTEAM", delivery=delivery)
        return self.approvals().approve(asked.id, BOB)

    def back(self, leased: Request) -> Request:
        """The newest request that was to give it back."""
        lease = self.store.get(leased.id).lease
        assert lease
        return self.store.get(lease.returned_by[-1])

    def lives(self, minutes: float, *, every: float = 5, leases: Leases | None = None, holder: str = "one") -> None:
        """The bot goes on for so long: time does its part, leases are tended to, what is agreed is carried out."""
        leases, executor = leases or self.leases, self.executor(holder)
        end = self.clock.now() + timedelta(minutes=minutes)
        while self.clock.now() <= end:
            self.clockwork.tick()
            leases.tend()
            for request_id in executor.due():
                executor.advance(request_id)
            self.clock.advance(minutes=every)

    def brought(self, state: State) -> Request:
        """A request brought to that state by the way that leads there."""
        approvals, executor = self.approvals(), self.executor()
        request = self.asked()
        if state in {State.APPROVED, State.APPLYING, State.APPLIED, State.FAILED, State.STALE}:
            approvals.approve(request.id, BOB)
        match state:
            case State.DENIED:
                approvals.deny(request.id, CAT, because="no")
            case State.EXPIRED:
                self.clock.advance(hours=24)
                self.clockwork.tick()
            case State.CANCELLED:
                approvals.cancel(request.id, ANN)
            case State.APPLYING:
                executor.advance(request.id)
            case State.APPLIED:
                self.settle(executor, request)
            case State.FAILED:
                self.oracle.fail("scale", Invalid("Oracle answered 400."))
                executor.advance(request.id)
            case State.STALE:
                self.oracle.change(request.plan.subject.id, unit_count=7)
                executor.advance(request.id)
            case _:
                pass
        reached = self.store.get(request.id)
        assert reached.state is state
        return reached

    def every(self) -> list[Request]:
        return self.store.in_states(*State)

    def actions(self, request: Request) -> list[Action]:
        return [each.body.action for each in self.store.events(request.id)]

    def last(self, request: Request) -> Event:
        return self.store.events(request.id)[-1]

    def settle(self, executor: Executor, request: Request) -> Request:
        """Let one executor work at it, five minutes apart, until nothing more is to be done."""
        for _ in range(20):
            if executor.advance(request.id).final:
                break
            self.clock.advance(minutes=5)
        return self.store.get(request.id)

    def changes(self, request: Request) -> int:
        """How often Oracle took this request's change on."""
        return sum(each.tags.get("dac-request") == request.tag for each in self.oracle.accepted)

    def check(self) -> None:
        """What holds after every scenario: states follow from events, and the events are as they were written."""
        for request in self.every():
            assert self.store.replayed(request.id) == request
        assert isinstance(self.records.first_break(), Head)
        assert list(self.records.unlike()) == []

    def _cluster(self, name: str) -> Cluster:
        wanted = cluster(name)
        try:
            return self.oracle.held(wanted.id)
        except KeyError:
            return self.oracle.add(wanted)


def fresh(path: Path) -> House:
    clock = FakeClock()
    return House(path, clock, FakeOracle(clock), groups(), Store(path))


def at_once(*doing: Callable[[], Request]) -> list[Request | DacError]:
    """Each in a thread of its own, let go together; what one is told instead of an answer is its answer."""
    start = threading.Barrier(len(doing))

    def one(do: Callable[[], Request]) -> Request | DacError:
        start.wait()
        try:
            return do()
        except DacError as error:
            return error

    with ThreadPoolExecutor(len(doing)) as pool:
        return list(pool.map(one, doing))


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = fresh(tmp_path / "dac.sqlite3")
    yield made
    made.check()
