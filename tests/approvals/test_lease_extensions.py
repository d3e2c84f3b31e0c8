from __future__ import annotations

from datetime import timedelta

from approvals.request import Lease, Request
from approvals.states import Action, State
from dac.scaling import ScalePlan
from tests.approvals.conftest import House
from tests.fakes import START, When, cluster

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


def test_an_extension_moves_the_end_and_it_is_announced_anew(house: House) -> None:
    leased = house.leased()
    ends = lease_of(house, leased).ends_at
    house.clock.advance(hours=7, minutes=45)
    house.clockwork.tick()
    assert lease_of(house, leased).announced
    extension = house.extension(leased, 4 * HOUR)
    done = house.executor().advance(extension.id)
    assert (done.state, done.outcome) == (State.APPLIED, "The lease of request 1 on chat has been extended.")
    lease = lease_of(house, leased)
    assert (lease.ends_at, lease.announced, lease.extended_by) == (ends + 4 * HOUR, False, (extension.id,))
    assert len(house.oracle.accepted) == 1
    house.lives(5 * 60)
    assert house.actions(leased).count(Action.ANNOUNCE) == 2
    assert units(house) == 2


def test_of_two_extensions_asked_for_the_same_end_the_second_goes_stale(house: House) -> None:
    leased = house.leased()
    first, second = house.extension(leased, 4 * HOUR), house.extension(leased, 2 * HOUR)
    executor = house.executor()
    assert executor.advance(first.id).state is State.APPLIED
    ended = executor.advance(second.id)
    assert ended.state is State.STALE
    was, now = (START + timedelta(minutes=20) + each * HOUR for each in (8, 12))
    assert f"end of the lease was {was.isoformat()} and is now {now.isoformat()}" in ended.outcome
    assert lease_of(house, leased).ends_at == now


def test_an_extension_after_the_return_has_begun_is_refused(house: House) -> None:
    leased = house.leased()
    to_its_end(house, leased)
    house.leases.tend()
    executor = house.executor()
    back = executor.advance(house.back(leased).id)
    assert back.state is State.APPLYING
    extension = house.extension(leased)
    ended = executor.advance(extension.id)
    assert (ended.state, ended.outcome) == (
        State.STALE,
        "The lease of request 1 has ended, and the size is being given back.",
    )


def test_an_extension_after_the_return_is_refused(house: House) -> None:
    leased = house.leased()
    to_its_end(house, leased)
    extension = house.extension(leased)
    house.lives(60)
    assert house.store.get(extension.id).state is State.APPLIED, "extended before anything was given back"
    late = house.extension(leased)
    house.lives(10 * 60)
    assert house.store.get(late.id).state is State.APPLIED
    assert units(house) == 2


def test_an_extension_of_a_lease_that_is_closed_goes_stale(house: House) -> None:
    leased = house.leased()
    extension = house.extension(leased)
    house.oracle.change(leased.plan.subject.id, unit_count=2)
    to_its_end(house, leased)
    house.leases.tend()
    ended = house.executor().advance(extension.id)
    assert (ended.state, ended.outcome) == (State.STALE, "The lease of request 1 has ended.")


def test_an_extension_that_would_end_in_the_past_goes_stale(house: House) -> None:
    leased = house.leased()
    extension = house.extension(leased, HOUR)
    house.clock.advance(hours=9)
    ended = house.executor().advance(extension.id)
    assert (ended.state, ended.outcome) == (
        State.STALE,
        "The time by which the lease of request 1 was to be extended has passed.",
    )


def test_an_extension_before_the_return_has_begun_is_in_time_and_the_return_steps_back(house: House) -> None:
    leased = house.leased()
    extension = house.extension(leased)
    to_its_end(house, leased)
    house.leases.tend()
    back = house.back(leased)
    executor = house.executor()
    assert executor.advance(extension.id).state is State.APPLIED
    assert lease_of(house, leased).returning is None
    ended = executor.advance(back.id)
    assert (ended.state, ended.outcome) == (
        State.STALE,
        "the lease of request 1 has been extended, so nothing is given back yet",
    )
    house.lives(5 * 60)
    assert units(house) == 2
    assert len(lease_of(house, leased).returned_by) == 2
    assert Action.ESCALATE not in house.actions(leased)


def test_a_return_lets_an_extension_that_was_agreed_to_go_first(house: House) -> None:
    """Both may be begun after a stop, or at the end of a freeze, and then whichever comes first."""
    leased = house.leased()
    extension = house.extension(leased)
    to_its_end(house, leased)
    house.leases.tend()
    back = house.back(leased)
    assert house.executor("two").advance(back.id).state is State.APPROVED
    assert house.executor("one").advance(extension.id).state is State.APPLIED
    assert house.executor("two").advance(back.id).state is State.STALE
    assert units(house) == 4


def test_a_return_waits_no_longer_for_an_extension_than_that_may_wait_to_be_begun(house: House) -> None:
    leased = house.leased()
    extension = house.extension(leased, 60 * HOUR)
    house.clock.advance(hours=24)
    house.leases.tend()
    house.clockwork.tick()
    assert house.store.get(extension.id).state is State.EXPIRED
    house.lives(60)
    assert units(house) == 2


def test_an_extension_agreed_to_while_the_world_is_read_for_the_return_goes_first(house: House) -> None:
    leased = house.leased()
    to_its_end(house, leased)
    house.leases.tend()
    back = house.back(leased)
    house.oracle.on("cluster", When.AFTER, lambda: house.extension(leased))
    assert house.executor().advance(back.id).state is State.APPROVED
    assert len(house.oracle.accepted) == 1


def test_an_extension_that_comes_while_the_return_is_planned_is_in_time(house: House) -> None:
    """Between reading Oracle and the claim: the claim itself looks at the lease again."""
    leased = house.leased()
    to_its_end(house, leased)
    house.leases.tend()
    back = house.back(leased)
    house.oracle.on("headroom", When.AFTER, lambda: house.executor("two").advance(house.extension(leased).id))
    assert house.executor("one").advance(back.id).state is State.APPROVED
    assert house.executor("one").advance(back.id).state is State.STALE
    assert units(house) == 4
    assert len(house.oracle.accepted) == 1


def test_an_extension_that_comes_while_the_return_is_asked_for_is_in_time(house: House) -> None:
    """The request is made, and before the lease names it the end has moved: it is not wanted."""
    leased = house.leased()
    extension = house.extension(leased)
    to_its_end(house, leased)
    house.oracle.on("headroom", When.AFTER, lambda: house.executor("two").advance(extension.id))
    house.leases.tend()
    lease = lease_of(house, leased)
    assert (lease.returning, lease.returned_by) == (None, ())
    orphan = house.every()[-1]
    assert orphan.returns == leased.id
    assert house.executor().advance(orphan.id).state is State.STALE
    assert units(house) == 4


def test_a_return_that_an_extension_has_overtaken_gives_way_to_the_next_even_after_a_long_stop(house: House) -> None:
    """Nothing ran between the extension and the new end, so that the old return is still there."""
    leased = house.leased()
    extension = house.extension(leased)
    to_its_end(house, leased)
    house.leases.tend()
    old = house.back(leased)
    house.executor().advance(extension.id)
    house.clock.advance(hours=6)
    assert house.executor().advance(old.id) == old
    house.leases.tend()
    new = house.back(leased)
    assert new.id != old.id
    ended = house.executor().advance(old.id)
    assert (ended.state, ended.outcome) == (State.STALE, f"request {new.id} gives back what request 1 leased")
    house.lives(60)
    assert units(house) == 2
    assert [each.unit_count for each in house.oracle.accepted] == [4, 2]


def test_a_return_of_a_lease_that_is_closed_steps_back(house: House) -> None:
    leased = house.leased()
    to_its_end(house, leased)
    house.leases.tend()
    back = house.back(leased)
    permanent = house.approved("chat", 6)
    house.settle(house.executor(), permanent)
    ended = house.executor().advance(back.id)
    assert (ended.state, ended.outcome) == (
        State.STALE,
        "the lease of request 1 is over, and there is nothing to give back any more",
    )
    assert units(house) == 6


def test_an_extension_is_not_held_by_a_window_of_its_rule(house: House) -> None:
    """It asks nothing of Oracle, and until the window ends there would be nothing left to extend."""
    leased = house.leased()
    assert isinstance(leased.plan, ScalePlan)
    extension = house.extension(leased)
    assert house.executor().advance(extension.id).state is State.APPLIED
