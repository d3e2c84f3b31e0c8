from __future__ import annotations

import pytest

from approvals.events import Cancelled, Refused
from approvals.states import State
from dac.errors import Conflict, Denied, Invalid
from tests.approvals.conftest import House
from tests.approvals.test_asking import returning
from tests.fakes import ANN, BOB, EVE


@pytest.mark.parametrize("state", [State.PENDING, State.APPROVED])
def test_one_can_withdraw_ones_own_request_until_it_is_begun(house: House, state: State) -> None:
    request = house.approved() if state is State.APPROVED else house.asked()
    ended = house.approvals().cancel(request.id, ANN, because=" not needed ")
    assert (ended.state, ended.ended_by, ended.outcome) == (State.CANCELLED, ANN, "not needed")
    assert house.last(request).body == Cancelled(because="not needed")
    house.executor().advance(request.id)
    assert house.oracle.accepted == []


@pytest.mark.parametrize("actor", [BOB, EVE], ids=["an approver", "a stranger"])
def test_nobody_else_can_withdraw_it(house: House, actor: str) -> None:
    request = house.asked()
    with pytest.raises(Denied, match="Only the person who asked for it can cancel request 1"):
        house.approvals().cancel(request.id, actor)
    assert house.store.get(request.id).state is State.PENDING
    event = house.last(request)
    assert event.actor == actor
    assert isinstance(event.body, Refused)
    assert event.body.attempt == "cancel"


def test_what_has_begun_cannot_be_withdrawn(house: House) -> None:
    request = house.approved()
    house.executor().advance(request.id)
    with pytest.raises(Conflict, match="Request 1 is being carried out; it is too late to cancel it"):
        house.approvals().cancel(request.id, ANN)
    assert house.store.get(request.id).state is State.APPLYING


@pytest.mark.parametrize("end", ["denied", "expired", "cancelled", "applied"])
def test_what_has_ended_cannot_be_withdrawn(house: House, end: str) -> None:
    request = house.asked()
    approvals = house.approvals()
    if end == "denied":
        approvals.deny(request.id, BOB, because="no budget")
    elif end == "expired":
        house.clock.advance(hours=24)
        house.clockwork.tick()
    elif end == "cancelled":
        approvals.cancel(request.id, ANN)
    else:
        approvals.approve(request.id, BOB)
        house.settle(house.executor(), request)
    before = house.store.get(request.id)
    assert before.state is State(end)
    with pytest.raises(Conflict, match="it is too late to cancel it"):
        approvals.cancel(request.id, ANN)
    ended = house.store.get(request.id)
    assert (ended.state, ended.ended_by, ended.changed_at) == (before.state, before.ended_by, before.changed_at)


@pytest.mark.parametrize("approved", [False, True])
def test_what_time_has_ended_is_not_called_cancelled_though_no_sweep_has_run(house: House, *, approved: bool) -> None:
    request = house.approved() if approved else house.asked()
    house.clock.advance(hours=24)
    with pytest.raises(Conflict, match="Request 1 has expired; there is nothing to cancel"):
        house.approvals().cancel(request.id, ANN)
    house.clockwork.tick()
    assert house.store.get(request.id).state is State.EXPIRED


def test_what_gives_a_lease_back_cannot_be_cancelled_by_anybody(house: House) -> None:
    back = returning(house)
    with pytest.raises(Denied, match=rf"Request {back.id} gives back what request 1 leased, as was agreed, so nobody"):
        house.approvals().cancel(back.id, ANN)
    assert house.store.get(back.id).state is State.APPROVED


def test_a_word_on_withdrawing_too_long_is_refused(house: House) -> None:
    request = house.asked()
    with pytest.raises(Invalid, match="2,000 is the most"):
        house.approvals().cancel(request.id, ANN, because="x" * 2001)
