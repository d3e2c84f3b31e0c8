"""The approvals of one team in one file, over a real SQLite database and Oracle in memory."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from approvals.executor import Executor
from approvals.policy import Policy
from approvals.request import Event, Request
from approvals.service import Approvals
from approvals.states import Action, State
from approvals.store import Store
from dac.cluster import Cluster
from dac.errors import DacError, Invalid
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
        return Approvals(self.store, rules or policy(), self.groups.members_of, self.clock.now)

    def executor(self, holder: str = "one", store: Store | None = None) -> Executor:
        return Executor(
            store or self.store, self.oracle, self.oracle, CATALOG, self.clock.now, holder=holder, lease=LEASE
        )

    def asked(
        self,
        name: str = "chat",
        to_units: int = 4,
        *,
        by: str = ANN,
        reason: str = "launch week",
        rules: Policy | None = None,
    ) -> Request:
        """A request of Ann's, waiting; the cluster is made where there is none of that name."""
        seen = self._cluster(name)
        made = plan(seen, to_units, headroom=self.oracle.headroom(seen))
        delivery = uuid.uuid4().hex
        return self.approvals(rules).submit(made, requester=by, reason=reason, channel="CTEAM", delivery=delivery)

    def approved(self, name: str = "chat", to_units: int = 4) -> Request:
        return self.approvals().approve(self.asked(name, to_units).id, BOB)

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
                approvals.expire()
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
                self.oracle.change(request.plan.cluster.id, unit_count=7)
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
        assert self.store.first_break() is None

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
