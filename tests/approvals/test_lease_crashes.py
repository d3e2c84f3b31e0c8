from __future__ import annotations

import contextlib
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from approvals.leases import Leases
from approvals.request import Request
from approvals.states import Action, State
from approvals.store import Decide, Store
from tests.approvals.conftest import House
from tests.fakes import CATALOG, Killed, MortalStore, When

CALLS = [("cluster", nth) for nth in (1, 2, 3, 4)] + [("headroom", 1), ("headroom", 2), ("scale", 1)]
RECORDS = (Action.SUBMIT, Action.RETURN, Action.START, Action.SEND, Action.PROGRESS, Action.SUCCEED, Action.CLOSE)
WAY = [(at, nth, when) for at, nth in [*CALLS, *((each, 1) for each in RECORDS)] for when in When]
"""Every place between the end of a lease and its last record, around a call or a record, by its number."""


def live(house: House, store: Store, holder: str) -> None:
    """A process that goes on until it is killed, or for two hours."""
    leases = Leases(store, house.oracle, CATALOG, house.clock.now)
    executor = house.executor(holder, store)
    for _ in range(60):
        leases.tend()
        for request_id in executor.due():
            executor.advance(request_id)
        house.clock.advance(minutes=2)


def given_back_once(house: House, leased: Request) -> None:
    lease = house.store.get(leased.id).lease
    assert lease
    back = house.back(leased)
    assert lease.outcome == f"Given back by request {back.id}: {back.outcome}"
    assert house.oracle.units(leased.plan.subject.id) == 2
    assert house.changes(back) == 1
    assert [each.unit_count for each in house.oracle.accepted] == [4, 2]
    assert sum(each.returns == leased.id for each in house.every()) == 1
    for action in (Action.RETURN, Action.CLOSE):
        assert house.actions(leased).count(action) == 1


@pytest.mark.parametrize(("at", "nth", "when"), WAY)
def test_a_process_killed_anywhere_between_end_and_return_gives_back_once(
    house: House, at: str | Action, nth: int, when: When
) -> None:
    leased = house.leased()
    house.clock.advance(hours=8)
    store = MortalStore(house.path)
    if isinstance(at, Action):
        store.dies(at, when)
    else:
        house.oracle.on(at, when, lambda: None, times=nth - 1)
        house.oracle.fail(at, Killed(), when=when)
    with pytest.raises(Killed):
        live(house, store, "one")
    house.oracle.calm()
    live(house, Store(house.path), "two")
    given_back_once(house, leased)


@pytest.mark.parametrize("when", When)
@pytest.mark.parametrize("first", [Action.SUBMIT, Action.RETURN, Action.CLOSE])
def test_a_second_process_killed_after_the_first_changes_nothing_of_that(
    house: House, first: Action, when: When
) -> None:
    leased = house.leased()
    house.clock.advance(hours=8)
    for at in (first, Action.SUBMIT, Action.RETURN, Action.START, Action.CLOSE):
        store = MortalStore(house.path)
        store.dies(at, when)
        with contextlib.suppress(Killed):
            live(house, store, f"killed at {at}")
    live(house, Store(house.path), "last")
    given_back_once(house, leased)


@pytest.mark.parametrize("when", When)
@pytest.mark.parametrize("at", [Action.SUBMIT, Action.RETURN])
def test_a_cluster_changed_while_the_bot_was_down_over_a_return_is_left_alone(
    house: House, at: Action, when: When
) -> None:
    leased = house.leased()
    house.clock.advance(hours=8)
    store = MortalStore(house.path)
    store.dies(at, when)
    with pytest.raises(Killed):
        live(house, store, "one")
    house.oracle.change(leased.plan.subject.id, unit_count=7)
    live(house, Store(house.path), "two")
    lease = house.store.get(leased.id).lease
    assert lease
    assert "has 7 units instead of 4" in lease.outcome
    assert len(house.oracle.accepted) == 1
    assert {each.state for each in house.every() if each.returns} <= {State.STALE}


@pytest.mark.parametrize("when", When)
@pytest.mark.parametrize("at", [Action.START, Action.EXTEND, Action.SUCCEED])
def test_a_process_killed_anywhere_in_an_extension_leaves_a_lease_extended_once(
    house: House, at: Action, when: When
) -> None:
    leased = house.leased()
    assert leased.lease
    extension = house.extension(leased)
    store = MortalStore(house.path)
    store.dies(at, when)
    with pytest.raises(Killed):
        house.executor("one", store).advance(extension.id)
    house.clock.advance(minutes=3)
    assert house.executor("two", Store(house.path)).advance(extension.id).state is State.APPLIED
    lease = house.store.get(leased.id).lease
    assert lease
    assert lease.ends_at == leased.lease.ends_at + timedelta(hours=4)
    assert lease.extended_by == (extension.id,)
    assert house.actions(leased).count(Action.EXTEND) == 1
    assert len(house.oracle.accepted) == 1


def test_a_lease_closed_between_the_claim_of_its_extension_and_the_record_is_not_extended(house: House) -> None:
    """Its end was being looked at already when the extension was claimed, by a process that then died."""
    leased = house.leased()
    house.oracle.change(leased.plan.subject.id, unit_count=2)
    house.clock.advance(hours=8)
    extension = house.extension(leased)
    store = MortalStore(house.path)
    store.dies(Action.START, When.AFTER)

    def claimed() -> None:
        with contextlib.suppress(Killed):
            house.executor("one", store).advance(extension.id)

    house.oracle.on("cluster", When.AFTER, claimed)
    house.leases.tend()
    house.clock.advance(minutes=3)
    ended = house.executor("two").advance(extension.id)
    assert (ended.state, ended.outcome) == (
        State.FAILED,
        "The lease of request 1 has ended meanwhile; nothing was changed.",
    )


def test_a_lease_closed_between_the_look_at_it_and_the_claim_of_its_extension_stays_closed(house: House) -> None:
    """A process hangs there for as long as another needs to set a size for good."""
    leased = house.leased()
    extension = house.extension(leased)
    for_good = house.approved(to_units=8)
    store = Hanging(house.path, lambda: house.settle(house.executor("two"), for_good))
    ended = house.executor("one", store).advance(extension.id)
    assert (ended.state, ended.outcome) == (
        State.FAILED,
        "The lease of request 1 has ended meanwhile; nothing was changed.",
    )
    house.lives(24 * 60)
    assert house.oracle.units(leased.plan.subject.id) == 8


class Hanging(Store):
    """Something happens elsewhere before its first record."""

    def __init__(self, path: Path, meanwhile: Callable[[], object]) -> None:
        super().__init__(path)
        self._meanwhile = [meanwhile]

    def change(
        self, request_id: int, decide: Decide, *, actor: str, at: datetime, delivery: str | None = None
    ) -> Request:
        while self._meanwhile:
            self._meanwhile.pop()()
        return super().change(request_id, decide, actor=actor, at=at, delivery=delivery)


@pytest.mark.parametrize("when", When)
@pytest.mark.parametrize("at", [Action.CLOSE, Action.SUCCEED])
def test_a_process_killed_while_a_size_for_good_ends_a_lease_leaves_it_ended(
    house: House, at: Action, when: When
) -> None:
    leased = house.leased()
    permanent = house.approved("chat", 6)
    store = MortalStore(house.path)
    store.dies(at, when)
    with pytest.raises(Killed):
        house.settle(house.executor("one", store), permanent)
    house.clock.advance(hours=9)
    live(house, Store(house.path), "two")
    lease = house.store.get(leased.id).lease
    assert lease
    assert lease.outcome == "Request 2 has set chat to 6 units for good; nothing is given back."
    assert house.store.get(permanent.id).state is State.APPLIED
    assert house.actions(leased).count(Action.CLOSE) == 1
    assert house.oracle.units(leased.plan.subject.id) == 6
