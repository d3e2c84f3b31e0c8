from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

import pytest

from approvals.audit import Head
from approvals.events import BOT, Approved, Closed, Escalated, Extended, Returning
from approvals.leases import AGAIN, Leases
from approvals.request import Lease, Request
from approvals.states import Action, State
from approvals.store import Store
from dac.cluster import Lifecycle
from dac.errors import Denied
from tests.approvals.conftest import House, at_once
from tests.fakes import ANN, CATALOG, REGION, START, FakeClock, cluster

HOUR = timedelta(hours=1)


def lease_of(house: House, leased: Request) -> Lease:
    lease = house.store.get(leased.id).lease
    assert lease
    return lease


def to_its_end(house: House, leased: Request) -> None:
    left = lease_of(house, leased).ends_at - house.clock.now()
    house.clock.advance(seconds=left.total_seconds())


def units(house: House) -> int:
    return house.oracle.units(cluster("chat").id)


# From beginning to end


def test_a_lease_begins_when_oracle_says_that_it_is_done(house: House) -> None:
    request = house.approved(lease=8 * HOUR)
    executor = house.executor()
    assert executor.advance(request.id).lease is None
    house.clock.advance(minutes=25)
    done = executor.advance(request.id)
    assert done.lease == Lease(began_at=START + timedelta(minutes=25), ends_at=START + timedelta(hours=8, minutes=25))


def test_what_was_asked_for_good_has_no_lease(house: House) -> None:
    assert house.brought(State.APPLIED).lease is None
    assert house.store.leased() == []


def test_at_its_end_the_size_is_given_back_by_a_request_of_its_own_and_the_lease_is_closed(house: House) -> None:
    leased = house.leased("chat", 4)
    house.lives(8 * 60 + 40)
    back, after = house.back(leased), house.store.get(leased.id)
    assert units(house) == 2
    assert (back.state, back.returns, back.requester) == (State.APPLIED, leased.id, ANN)
    assert back.reason == f"The lease of request {leased.id} has ended."
    assert after.lease
    assert after.lease.outcome == f"Given back by request {back.id}: {back.outcome}"
    assert house.store.leased() == []
    assert house.actions(leased)[-3:] == [Action.ANNOUNCE, Action.RETURN, Action.CLOSE]
    assert [each.body.action for each in house.store.events(back.id)][:3] == [
        Action.SUBMIT,
        Action.APPROVE,
        Action.START,
    ]
    assert len(house.oracle.accepted) == 2


def test_nothing_is_given_back_before_the_end(house: House) -> None:
    leased = house.leased()
    house.clock.advance(hours=7, minutes=59, seconds=59)
    assert not house.leases.tend()
    house.clock.advance(seconds=1)
    assert house.leases.tend()
    assert lease_of(house, leased).returning == house.back(leased).id
    assert not house.leases.tend()


def test_the_return_was_agreed_to_with_the_lease_waits_for_nobody_and_cannot_be_cancelled(house: House) -> None:
    leased = house.leased()
    to_its_end(house, leased)
    house.leases.tend()
    back = house.back(leased)
    assert (back.state, back.begin_by, back.rule) == (State.APPROVED, None, leased.rule)
    approved = house.store.events(back.id)[1]
    assert approved.body == Approved(by="lease", begin_by=None)
    with pytest.raises(Denied, match="gives back what request 1 leased"):
        house.approvals().cancel(back.id, ANN)
    house.clock.advance(hours=24 * 30)
    house.clockwork.tick()
    assert house.settle(house.executor(), back).state is State.APPLIED


def test_it_is_not_the_person_who_asked_that_has_approved_the_return(house: House) -> None:
    leased = house.leased()
    to_its_end(house, leased)
    house.leases.tend()
    assert house.store.events(house.back(leased).id)[1].actor == BOT


@pytest.mark.parametrize(
    ("span", "before"),
    [
        (8 * HOUR, timedelta(minutes=30)),
        (HOUR, timedelta(minutes=30)),
        (timedelta(minutes=40), timedelta(minutes=20)),
    ],
)
def test_it_is_announced_once_half_an_hour_ahead_or_when_half_of_a_short_one_is_over(
    house: House, span: timedelta, before: timedelta
) -> None:
    leased = house.leased(lease=span)
    house.clock.advance(seconds=(span - before).total_seconds() - 1)
    assert not house.clockwork.tick()
    house.clock.advance(seconds=1)
    assert house.clockwork.tick()
    assert not house.clockwork.tick()
    assert house.actions(leased).count(Action.ANNOUNCE) == 1


def test_what_has_ended_is_no_longer_announced(house: House) -> None:
    """The bot was down; that the size is being given back is told anyway."""
    leased = house.leased()
    house.clock.advance(hours=9)
    assert not house.clockwork.tick()
    assert house.leases.tend()
    assert not house.clockwork.tick()
    assert Action.ANNOUNCE not in house.actions(leased)


def test_two_processes_ask_for_one_return(house: House) -> None:
    one, two = house.leases, Leases(Store(house.path), house.oracle, CATALOG, house.clock.now)
    for turn in range(10):
        leased = house.leased(f"chat-{turn}")
        to_its_end(house, leased)
        at_once(partial(tended, house, one, leased), partial(tended, house, two, leased))
        assert len(lease_of(house, leased).returned_by) == 1
        assert sum(each.returns == leased.id for each in house.every()) == 1


def tended(house: House, leases: Leases, leased: Request) -> Request:
    leases.tend()
    return house.store.get(leased.id)


def test_a_shrunken_cluster_grows_back(house: House) -> None:
    house.oracle.add(cluster("chat", units=4))
    house.leased("chat", 2)
    assert units(house) == 2
    house.lives(9 * 60)
    assert units(house) == 4


def test_a_broken_glass_can_lease_as_well(house: House) -> None:
    leased = house.leased("chat", 4, HOUR)
    assert leased.lease
    house.lives(120)
    assert units(house) == 2


# The clocks change


@pytest.mark.parametrize("day", ["2026-03-28T20:00", "2026-10-24T20:00"], ids=["put forward", "put back"])
def test_a_lease_is_elapsed_time_however_the_clocks_change_over_it(house: House, day: str) -> None:
    berlin = ZoneInfo("Europe/Berlin")
    house.clock = FakeClock(datetime.fromisoformat(day).replace(tzinfo=berlin))
    house.oracle.clock = house.clock
    house.oracle.add(cluster("chat"))
    leased = house.leased(lease=8 * HOUR)
    lease = lease_of(house, leased)
    began, ends = lease.began_at.timestamp(), lease.ends_at.timestamp()
    assert ends - began == 8 * 3600
    assert lease.ends_at.astimezone(berlin).utcoffset() != lease.began_at.astimezone(berlin).utcoffset()
    house.clock = FakeClock(lease.ends_at - timedelta(seconds=1))
    assert not house.leases.tend()
    house.clock.advance(seconds=1)
    house.oracle.clock = house.clock
    assert house.leases.tend()


# The world has moved on


def test_what_has_its_old_size_again_is_left_alone(house: House) -> None:
    leased = house.leased()
    house.oracle.change(leased.plan.subject.id, unit_count=2)
    to_its_end(house, leased)
    house.leases.tend()
    assert house.last(leased).body == Closed(outcome="chat has 2 units again already.")
    assert len(house.oracle.accepted) == 1


def test_what_somebody_else_has_changed_is_left_as_it_is_and_told(house: House) -> None:
    leased = house.leased()
    house.oracle.change(leased.plan.subject.id, unit_count=7)
    to_its_end(house, leased)
    house.leases.tend()
    assert lease_of(house, leased).outcome == (
        "chat was changed meanwhile and has 7 units instead of 4; it was left as it is. "
        "It had 2 units before the lease."
    )
    assert units(house) == 7


def test_a_size_agreed_to_for_good_ends_the_lease_at_once(house: House) -> None:
    """Else the bot would one day undo what was agreed to since: 4 for a while, 2 for good, 4 for good."""
    leased, embed = house.leased("chat", 4), house.leased("embed", 4)
    for size in (2, 4):
        request = house.approved("chat", size)
        house.settle(house.executor(), request)
    assert lease_of(house, leased).outcome == "Request 3 has set chat to 2 units for good; nothing is given back."
    assert lease_of(house, embed).open
    house.lives(9 * 60)
    assert units(house) == 4
    assert house.oracle.units(embed.plan.subject.id) == 2


def test_a_lease_on_top_of_a_lease_is_given_back_first(house: House) -> None:
    under = house.leased("chat", 4, 2 * HOUR)
    top = house.leased("chat", 6, 4 * HOUR)
    to_its_end(house, under)
    assert house.leases.tend()
    assert house.last(under).body == Extended(until=lease_of(house, top).ends_at, by_request=top.id)
    assert lease_of(house, under).open
    house.lives(6 * 60)
    assert units(house) == 2
    assert [each.unit_count for each in house.oracle.accepted] == [4, 6, 4, 2]
    assert house.actions(under).count(Action.EXTEND) == 1
    assert house.store.leased() == []


def test_a_lease_on_top_that_ends_first_leaves_the_one_below(house: House) -> None:
    under = house.leased("chat", 4, 8 * HOUR)
    house.leased("chat", 6, 2 * HOUR)
    house.lives(3 * 60)
    assert units(house) == 4
    assert lease_of(house, under).open
    house.lives(8 * 60)
    assert units(house) == 2


def test_a_cluster_that_is_deleted_has_nothing_to_give_back(house: House) -> None:
    leased = house.leased()
    house.oracle.change(leased.plan.subject.id, lifecycle_state=Lifecycle.DELETED)
    to_its_end(house, leased)
    house.leases.tend()
    assert lease_of(house, leased).outcome == "There is nothing to give back any more: chat is DELETED."


def test_a_cluster_that_is_gone_and_not_in_the_list_either_has_nothing_to_give_back(house: House) -> None:
    leased = house.leased()
    house.oracle.remove(leased.plan.subject.id)
    to_its_end(house, leased)
    house.leases.tend()
    assert lease_of(house, leased).open, "Oracle may only have been confused"
    house.clock.advance(minutes=AGAIN.total_seconds() / 60)
    house.leases.tend()
    assert lease_of(house, leased).outcome.startswith("There is nothing to give back any more: Reading the cluster in")


def test_the_record_of_a_lease_verifies(house: House) -> None:
    leased = house.leased()
    house.lives(9 * 60)
    bodies = [each.body for each in house.store.events(leased.id)]
    assert Returning(by_request=house.back(leased).id) in bodies
    assert not any(isinstance(each, Escalated) for each in bodies)
    assert isinstance(house.records.first_break(), Head)
    assert house.oracle.cluster(REGION, leased.plan.subject.id).unit_count == 2
