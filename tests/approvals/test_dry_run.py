from __future__ import annotations

from approvals.events import BOT, Hold
from approvals.executor import Executor
from approvals.service import Approvals
from approvals.states import Action, State
from tests.approvals.conftest import LEASE, House
from tests.fakes import ANN, BOB, CATALOG, plan, policy


def dry(house: House) -> Executor:
    return Executor(
        house.store, house.oracle, house.oracle, CATALOG, house.clock.now, holder="dry", lease=LEASE, dry_run=True
    )


def rehearsed(house: House) -> int:
    """A request asked and approved in a dry run."""
    approvals = Approvals(house.store, policy, house.groups.members_of, house.clock.now, dry_run=True)
    seen = house.oracle.add(plan().cluster)
    made = plan(seen, 4, headroom=house.oracle.headroom(seen))
    request = approvals.submit(made, requester=ANN, reason="a try", channel="CTEAM", delivery="one")
    approvals.approve(request.id, BOB)
    return request.id


def test_a_dry_run_ends_as_a_rehearsal_with_nothing_asked_of_oracle(house: House) -> None:
    ended = dry(house).advance(rehearsed(house))
    assert (ended.state, ended.ended_by) == (State.CANCELLED, BOT)
    assert house.actions(ended)[-1] is Action.REHEARSE
    assert house.oracle.accepted == []


def test_a_dry_run_tells_when_it_would_not_be_done_any_more(house: House) -> None:
    number = rehearsed(house)
    house.oracle.change(house.store.get(number).plan.subject.id, unit_count=7)
    assert dry(house).advance(number).state is State.STALE


def test_what_was_asked_in_a_dry_run_is_not_done_when_that_is_over(house: House) -> None:
    ended = house.executor().advance(rehearsed(house))
    assert ended.state is State.CANCELLED
    assert house.oracle.accepted == []


def test_what_was_agreed_before_waits_for_the_end_of_the_dry_run_and_is_done_then(house: House) -> None:
    request = house.approved()
    held = dry(house).advance(request.id)
    assert (held.state, held.held and held.held.why) == (State.APPROVED, Hold.DRY_RUN)
    assert held.waits_because == "The bot runs dry and changes nothing at present."
    assert house.settle(house.executor(), request).state is State.APPLIED
    assert house.changes(request) == 1
