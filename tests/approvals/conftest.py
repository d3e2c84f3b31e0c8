"""The approvals of one team in one file, over a real SQLite database and Oracle in memory."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from approvals import audit
from approvals.executor import Executor
from approvals.policy import Policy
from approvals.request import Event, Request
from approvals.service import Approvals
from approvals.states import Action, State
from approvals.store import Store
from dac.cluster import Cluster
from tests.fakes import ANN, BOB, CATALOG, FakeClock, FakeGroups, FakeOracle, cluster, groups, plan, policy

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

    def asked(self, name: str = "chat", to_units: int = 4, *, by: str = ANN, **rules: Any) -> Request:
        """A request of Ann's, waiting; the cluster is made where there is none of that name."""
        seen = self._cluster(name)
        made = plan(seen, to_units, headroom=self.oracle.headroom(seen))
        delivery = f"delivery-{len(self.every())}"
        return self.approvals(**rules).submit(
            made, requester=by, reason="launch week", channel="CTEAM", delivery=delivery
        )

    def approved(self, name: str = "chat", to_units: int = 4) -> Request:
        return self.approvals().approve(self.asked(name, to_units).id, BOB)

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
        assert audit.first_break(self.store.links()) is None

    def _cluster(self, name: str) -> Cluster:
        wanted = cluster(name)
        held = {each.id for each in self.oracle.fleet().clusters}
        return self.oracle.cluster(wanted.region, wanted.id) if wanted.id in held else self.oracle.add(wanted)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    clock = FakeClock()
    path = tmp_path / "dac.sqlite3"
    made = House(path, clock, FakeOracle(clock), groups(), Store(path))
    yield made
    made.check()
