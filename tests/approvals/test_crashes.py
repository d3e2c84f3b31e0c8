from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

from approvals.confirming import TAG
from approvals.events import Held, Hold, Reclaimed
from approvals.executor import Executor
from approvals.request import Request
from approvals.states import Action, State
from approvals.store import Store
from dac.errors import DacError, Unavailable
from tests.approvals.conftest import LEASE, House, at_once, fresh
from tests.fakes import Ending, Killed, MortalStore, When


@dataclass(frozen=True)
class Point:
    """A place on the way where a process can end: around its n-th call of that kind, or around a record."""

    at: str | Action
    when: When = When.BEFORE
    nth: int = 1
    claimed: bool = True
    """Whether the dead process holds the claim, unsent: then its lease keeps others away."""

    def __str__(self) -> str:
        return f"{self.when} {'record ' if isinstance(self.at, Action) else 'call '}{self.at} {self.nth}"


WAY = [
    Point("cluster", claimed=False),
    Point("cluster", When.AFTER, claimed=False),
    Point("headroom", claimed=False),
    Point("headroom", When.AFTER, claimed=False),
    Point(Action.START, claimed=False),
    Point(Action.START, When.AFTER),
    Point("cluster", nth=2),
    Point("cluster", When.AFTER, nth=2),
    Point("scale"),
    Point("scale", When.AFTER),
    Point(Action.SEND),
    Point(Action.SEND, When.AFTER, claimed=False),
    Point("cluster", nth=3, claimed=False),
    Point("work_requests", claimed=False),
    Point("work_requests", When.AFTER, claimed=False),
    Point(Action.PROGRESS, claimed=False),
    Point(Action.PROGRESS, When.AFTER, claimed=False),
    Point("cluster", nth=4, claimed=False),
    Point("work_requests", nth=3, claimed=False),
    Point(Action.SUCCEED, claimed=False),
    Point(Action.SUCCEED, When.AFTER, claimed=False),
]
"""Every place from the first look to the last record, in order."""


def mortal(house: House, holder: str, point: Point) -> Executor:
    """An executor in a process that ends at that point."""
    store = MortalStore(house.path)
    if isinstance(point.at, Action):
        store.dies(point.at, point.when)
    else:
        house.oracle.on(point.at, point.when, lambda: None, times=point.nth - 1)
        house.oracle.fail(point.at, Killed(), when=point.when)
    return house.executor(holder, store)


def run_until_killed(house: House, executor: Executor, request: Request) -> None:
    with pytest.raises(Killed):
        house.settle(executor, request)


@pytest.mark.parametrize("point", WAY, ids=str)
def test_a_process_killed_anywhere_leaves_a_change_that_is_made_exactly_once(house: House, point: Point) -> None:
    request = house.approved()
    run_until_killed(house, mortal(house, "one", point), request)
    left, made = house.store.get(request.id), house.changes(request)

    two = house.executor("two", Store(house.path))
    if point.claimed:
        assert two.advance(request.id) == left
        assert house.changes(request) == made
        house.clock.advance(minutes=LEASE.total_seconds() / 60)
    ended = house.settle(two, request)

    assert ended.state is State.APPLIED
    assert house.changes(request) == len(house.oracle.accepted) == 1
    assert house.oracle.units(request.plan.subject.id) == 4
    assert house.actions(request).count(Action.START) == 1
    assert house.actions(request).count(Action.RECLAIM) == int(point.claimed)
    if point.claimed:
        assert ended.claim
        assert ended.claim.holder == "two"


@pytest.mark.parametrize(
    "point",
    [
        Point(Action.RECLAIM),
        Point(Action.RECLAIM, When.AFTER),
        Point("cluster"),
        Point("scale"),
        Point("scale", When.AFTER),
        Point(Action.SEND),
        Point(Action.SEND, When.AFTER),
    ],
    ids=str,
)
def test_a_second_process_killed_after_the_first_changes_nothing_of_that(house: House, point: Point) -> None:
    request = house.approved()
    run_until_killed(house, mortal(house, "one", Point(Action.START, When.AFTER)), request)
    house.clock.advance(minutes=3)
    run_until_killed(house, mortal(house, "two", point), request)
    house.clock.advance(minutes=3)
    assert house.settle(house.executor("three"), request).state is State.APPLIED
    assert house.changes(request) == 1


@pytest.mark.parametrize("point", WAY, ids=str)
def test_the_same_process_name_after_a_restart_goes_on_at_once(house: House, point: Point) -> None:
    request = house.approved()
    run_until_killed(house, mortal(house, "one", point), request)
    assert house.settle(house.executor("one", Store(house.path)), request).state is State.APPLIED
    assert house.changes(request) == 1


@pytest.mark.parametrize("when", When)
@pytest.mark.parametrize("action", [Action.START, Action.SEND, Action.PROGRESS, Action.SUCCEED])
def test_a_database_that_fails_for_a_moment_changes_nothing_of_that(house: House, action: Action, when: When) -> None:
    request = house.approved()
    store = MortalStore(house.path)
    store.hooks[action, when] = partial(_raise, Unavailable("The bot's own database did not take this."))
    assert house.settle(house.executor("one", store), request).state is State.APPLIED
    assert house.changes(request) == 1


def test_a_lease_keeps_others_away_until_it_is_over_and_then_names_the_new_holder(house: House) -> None:
    request = house.approved()
    run_until_killed(house, mortal(house, "one", Point("scale")), request)
    two = house.executor("two")
    house.clock.advance(seconds=LEASE.total_seconds() - 1)
    assert two.advance(request.id).claim == house.store.get(request.id).claim
    assert house.oracle.accepted == []
    house.clock.advance(seconds=1)
    assert two.advance(request.id).state is State.APPLYING
    bodies = [each.body for each in house.store.events(request.id)]
    assert Reclaimed(holder="two", until=house.clock.now() + LEASE) in bodies
    assert house.changes(request) == 1


def test_a_holder_slower_than_its_lease_meets_oracles_etag(house: House) -> None:
    """Its call hangs on the way; meanwhile another takes over and makes the change; then the call arrives."""
    request = house.approved()
    one, two = house.executor("one"), house.executor("two")

    def overtaken() -> None:
        house.clock.advance(minutes=3)
        assert house.settle(two, request).state is State.APPLIED

    house.oracle.on("scale", When.BEFORE, overtaken)
    assert one.advance(request.id).state is State.APPLIED
    assert house.changes(request) == 1


def test_a_holder_overtaken_while_it_looked_does_not_call(house: House) -> None:
    request = house.approved()
    run_until_killed(house, mortal(house, "one", Point("scale")), request)
    house.clock.advance(minutes=3)
    two = house.executor("two")
    three = house.executor("three", _Overtaken(house.path, lambda: two.advance(request.id)))
    claim = three.advance(request.id).claim
    assert claim
    assert claim.holder == "two"
    assert house.changes(request) == 1


def test_someone_elses_change_between_a_crash_and_the_take_over_fails_it(house: House) -> None:
    request = house.approved()
    run_until_killed(house, mortal(house, "one", Point(Action.START, When.AFTER)), request)
    house.oracle.change(request.plan.subject.id, unit_count=3)
    house.clock.advance(minutes=3)
    ended = house.settle(house.executor("two"), request)
    assert ended.state is State.FAILED
    assert (
        "was changed by someone else at the last moment; whether its own call got through is not known" in ended.outcome
    )
    assert house.oracle.accepted == []
    assert house.oracle.units(request.plan.subject.id) == 3


def test_someone_elses_change_after_ours_got_through_is_not_taken_for_a_refusal(house: House) -> None:
    """The answer was lost, and before anybody looks again somebody edits the cluster: the tag still tells."""
    request = house.approved()
    run_until_killed(house, mortal(house, "one", Point("scale", When.AFTER)), request)
    house.oracle.change(request.plan.subject.id, name="chat-renamed")
    house.clock.advance(minutes=3)
    assert house.settle(house.executor("two"), request).state is State.APPLIED
    assert house.changes(request) == 1


def test_a_change_that_fails_at_oracle_after_a_crash_is_not_tried_again(house: House) -> None:
    house.oracle.ending = Ending.FAILED
    request = house.approved()
    run_until_killed(house, mortal(house, "one", Point("scale", When.AFTER)), request)
    house.clock.advance(minutes=3)
    ended = house.settle(house.executor("two"), request)
    assert ended.state is State.FAILED
    assert "OutOfCapacity" in ended.outcome
    assert house.changes(request) == 1


def test_fifty_races_between_two_executors_make_one_change_each(tmp_path: Path) -> None:
    house = fresh(tmp_path / "dac.sqlite3")
    one, two = house.executor("one", Store(house.path)), house.executor("two", Store(house.path))
    for turn in range(50):
        request = house.approved(f"chat-{turn}", 3)
        house.oracle.limit = None
        at_once(*(partial(each.advance, request.id) for each in (one, two)))
        at_once(*(partial(each.advance, request.id) for each in (two, one)))
        house.clock.advance(minutes=20)
        at_once(*(partial(each.advance, request.id) for each in (one, two)))
        assert house.changes(request) == 1
        assert house.store.get(request.id).state is State.APPLIED
        assert house.actions(request).count(Action.START) == 1
        assert house.actions(request).count(Action.SUCCEED) == 1
    house.check()


def test_fifty_races_for_the_claim_of_a_dead_process_make_one_change_each(tmp_path: Path) -> None:
    house = fresh(tmp_path / "dac.sqlite3")
    house.oracle.limit = None
    one, two = house.executor("one", Store(house.path)), house.executor("two", Store(house.path))
    for turn in range(50):
        request = house.approved(f"chat-{turn}", 3)
        point = (Point("scale"), Point("scale", When.AFTER))[turn % 2]
        run_until_killed(house, mortal(house, "dead", point), request)
        house.clock.advance(minutes=3)
        at_once(*(partial(each.advance, request.id) for each in (one, two)))
        house.clock.advance(minutes=20)
        at_once(*(partial(each.advance, request.id) for each in (one, two)))
        assert house.settle(one, request).state is State.APPLIED
        assert house.changes(request) == 1


def test_one_process_does_not_take_one_step_twice_at_once(house: House) -> None:
    """A second thread of the same process finds the first at work and leaves it to it."""
    request = house.approved()
    executor = house.executor()
    seen: list[Request] = []
    house.oracle.on("scale", When.BEFORE, lambda: seen.append(executor.advance(request.id)))
    executor.advance(request.id)
    assert [each.state for each in seen] == [State.APPLYING]
    assert seen[0].claim
    assert seen[0].claim.sent_at is None
    assert house.changes(request) == 1


# Two requests for one cluster


def both_approved(house: House) -> tuple[Request, Request]:
    return house.approved("chat", 4), house.approved("chat", 6)


def test_of_two_requests_for_one_cluster_the_second_goes_stale(house: House) -> None:
    first, second = both_approved(house)
    executor = house.executor()
    assert house.settle(executor, first).state is State.APPLIED
    ended = house.settle(executor, second)
    assert ended.state is State.STALE
    assert "units was 2 and is now 4" in ended.outcome
    assert house.oracle.units(first.plan.subject.id) == 4


def test_two_requests_read_at_the_same_moment_are_not_begun_both(house: House) -> None:
    """Both find the cluster as approved; the database lets one begin and the other waits, with its reason."""
    first, second = both_approved(house)
    one, two = house.executor("one"), house.executor("two")
    house.oracle.on("headroom", When.AFTER, lambda: one.advance(first.id))
    waiting = two.advance(second.id)
    assert waiting.state is State.APPROVED
    assert waiting.held == Held(why=Hold.BUSY, request_id=first.id)
    assert house.store.get(first.id).state is State.APPLYING
    assert house.changes(second) == 0
    assert house.settle(one, first).state is State.APPLIED
    assert house.settle(two, second).state is State.STALE
    assert len(house.oracle.accepted) == 1


def test_twenty_races_of_two_requests_for_one_cluster_never_apply_both_at_once(tmp_path: Path) -> None:
    house = fresh(tmp_path / "dac.sqlite3")
    house.oracle.limit = None
    one, two = house.executor("one", Store(house.path)), house.executor("two", Store(house.path))
    for turn in range(20):
        name = f"chat-{turn}"
        requests = (house.approved(name, 4), house.approved(name, 6))
        at_once(*(partial(each.advance, request.id) for each, request in zip((one, two), requests, strict=True)))
        states = sorted(house.store.get(each.id).state for each in requests)
        assert states.count(State.APPLYING) == 1
        assert sum(house.changes(each) for each in requests) == 1
        house.clock.advance(minutes=20)
        begun_first = sorted(requests, key=lambda each: house.store.get(each.id).state is not State.APPLYING)
        ends = [house.settle(one, each).state for each in begun_first]
        assert ends == [State.APPLIED, State.STALE]
    house.check()


def test_requests_for_different_clusters_do_not_wait_for_each_other(house: House) -> None:
    first, second = house.approved("chat"), house.approved("embed")
    executor = house.executor()
    assert executor.advance(first.id).state is State.APPLYING
    assert executor.advance(second.id).state is State.APPLYING


def test_a_tag_of_another_database_is_not_ours(house: House) -> None:
    """Request 1 of a database since lost left its tag; request 1 of this one has another nonce."""
    request = house.approved()
    house.oracle.change(request.plan.subject.id, freeform_tags={TAG: "1-00000000"})
    assert house.settle(house.executor(), request).state is State.APPLIED
    assert house.changes(request) == 1


class _Overtaken(Store):
    """Another process does something between this one's reading of a request and its first record."""

    def __init__(self, path: Path, meanwhile: Callable[[], object]) -> None:
        super().__init__(path)
        self._meanwhile = meanwhile

    def get(self, request_id: int) -> Request:
        read = super().get(request_id)
        self._meanwhile()
        return read


def _raise(error: DacError) -> None:
    raise error


def test_a_call_that_got_through_is_known_by_oracles_record_though_somebody_replaced_its_tag(house: House) -> None:
    """As an apply of infrastructure code does: it knows its own tags and puts back those."""
    request = house.approved()
    run_until_killed(house, mortal(house, "one", Point("scale", When.AFTER)), request)
    house.oracle.change(request.plan.subject.id, freeform_tags={"terraform": "true"})
    house.clock.advance(minutes=3)
    ended = house.settle(house.executor("two"), request)
    assert ended.state is State.APPLIED
    assert house.changes(request) == 1
