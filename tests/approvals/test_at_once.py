from __future__ import annotations

import itertools
from collections.abc import Callable
from functools import partial

import pytest

from approvals.policy import People
from approvals.request import Request
from approvals.service import Approvals
from approvals.states import Action, State
from approvals.store import Repeated, Store
from dac.errors import Conflict, DacError
from tests.approvals.conftest import House, at_once
from tests.fakes import BOB, CAT, policy, rule

CROWD = [f"UP{each:02}" for each in range(64)]
RULES = policy(rule(approvers=People(users=frozenset(CROWD))))


@pytest.fixture
def two(house: House) -> tuple[Approvals, Approvals]:
    """Two processes on the one database, as far as threads can be two processes: each has a store of its own."""
    stores = (house.store, Store(house.path))
    first, second = (Approvals(each, lambda: RULES, house.groups.members_of, house.clock.now) for each in stores)
    return first, second


def carried_out(house: House, *requests: Request) -> list[Request | DacError]:
    """Four executors in two processes go for every request at the same moment, again and again until all is done."""
    stores = (house.store, Store(house.path))
    executors = [house.executor(f"{name}", store) for name, store in zip(range(4), stores * 2, strict=True)]
    answers = list[Request | DacError]()
    for _ in range(6):
        calls: list[Callable[[], Request]] = [
            partial(executor.advance, request.id) for request in requests for executor in executors
        ]
        for first in range(0, len(calls), 64):
            answers += at_once(*calls[first : first + 64])
        house.clock.advance(minutes=10)
    return answers


def test_sixty_four_people_who_click_at_once_approve_it_once_and_it_is_carried_out_once(
    house: House, two: tuple[Approvals, Approvals]
) -> None:
    request = house.asked(rules=RULES)
    sides = itertools.cycle(two)
    answers = at_once(*(partial(next(sides).approve, request.id, each, delivery=each) for each in CROWD))
    assert sum(isinstance(each, Request) for each in answers) == 1
    assert sum(isinstance(each, Conflict) for each in answers) == 63
    assert house.actions(request) == [Action.SUBMIT, Action.APPROVE] + [Action.REFUSE] * 63

    carried_out(house, request)

    assert house.store.get(request.id).state is State.APPLIED
    assert house.changes(request) == 1
    assert len(house.oracle.accepted) == 1


def test_sixty_four_copies_of_one_click_count_once(house: House, two: tuple[Approvals, Approvals]) -> None:
    request = house.asked(rules=RULES)
    sides = itertools.cycle(two)
    answers = at_once(*(partial(next(sides).approve, request.id, CROWD[0], delivery="click") for _ in range(64)))
    assert {each.version for each in answers if isinstance(each, Request)} == {house.store.get(request.id).version}
    assert len(answers) == 64
    assert house.actions(request) == [Action.SUBMIT, Action.APPROVE]


def test_sixty_four_copies_of_a_refused_click_are_on_record_once(
    house: House, two: tuple[Approvals, Approvals]
) -> None:
    request = house.asked(rules=RULES)
    sides = itertools.cycle(two)
    answers = at_once(*(partial(next(sides).approve, request.id, CAT, delivery="click") for _ in range(64)))
    assert len({str(each) for each in answers}) == 1
    assert sum(isinstance(each, Repeated) for each in answers) >= 1
    assert house.actions(request) == [Action.SUBMIT, Action.REFUSE]


def test_half_of_them_approve_and_half_deny_and_one_of_both_is_what_happened(
    house: House, two: tuple[Approvals, Approvals]
) -> None:
    request = house.asked(rules=RULES)
    one, other = two
    answers = at_once(
        *(partial(one.approve, request.id, each) for each in CROWD[:32]),
        *(partial(other.deny, request.id, each, because="no") for each in CROWD[32:]),
    )
    (done,) = [each for each in answers if isinstance(each, Request)]
    assert house.store.get(request.id).state is done.state
    carried_out(house, request)
    assert house.changes(request) == (done.state is State.APPROVED)


def test_thirty_two_requests_at_once_are_each_carried_out_once(house: House, two: tuple[Approvals, Approvals]) -> None:
    house.oracle.limit = None
    asked = [house.asked(f"chat-{each}", rules=RULES) for each in range(32)]
    sides = itertools.cycle(two)
    answers = at_once(*(partial(next(sides).approve, each.id, CROWD[each.id]) for each in asked))
    assert all(isinstance(each, Request) for each in answers)

    carried_out(house, *asked)

    assert {house.store.get(each.id).state for each in asked} == {State.APPLIED}
    assert [house.changes(each) for each in asked] == [1] * 32


def test_thirty_two_requests_for_one_cluster_change_it_one_at_a_time(house: House) -> None:
    """The first one changes it; what the others were approved for is not what is there any more."""
    asked = [house.approved("chat", 3 + each) for each in range(32)]
    carried_out(house, *asked)
    states = [house.store.get(each.id).state for each in asked]
    assert states.count(State.APPLIED) == 1
    assert states.count(State.STALE) == 31
    assert len(house.oracle.accepted) == 1


def test_what_is_asked_at_once_gets_numbers_without_gaps_and_a_copy_gets_the_same(
    house: House, two: tuple[Approvals, Approvals]
) -> None:
    house.oracle.limit = None
    seen = house.asked("chat", rules=RULES).plan
    sides = itertools.cycle(two)

    def ask(delivery: str) -> Callable[[], Request]:
        side = next(sides)
        return lambda: side.submit(seen, requester=BOB, reason="", channel="CTEAM", delivery=delivery)

    answers = at_once(*(ask(f"command {each // 2}") for each in range(32)))
    numbers = [each.id for each in answers if isinstance(each, Request)]
    assert sorted(set(numbers)) == list(range(2, 18))
    assert all(numbers[each] == numbers[each + 1] for each in range(0, 32, 2))
