"""What has happened since a moment is found by its events."""

from __future__ import annotations

from datetime import timedelta

from approvals.policy import People
from approvals.requests import Requests
from approvals.states import State
from tests.approvals.conftest import House
from tests.fakes import BOB, EVE, policy, rule

RULES = policy(rule(break_glass=People(users=frozenset({EVE}))))


def test_what_was_carried_out_since_a_moment_is_found(house: House) -> None:
    before, after = house.asked("chat"), house.asked("embed")
    requests = Requests(house.store, house.records, house.clock.now)
    house.approvals().approve(before.id, BOB)
    house.settle(house.executor(), before)
    house.clock.advance(hours=1)
    moment = house.clock.now()
    assert requests.applied(moment) == []
    house.approvals().approve(after.id, BOB)
    house.settle(house.executor(), after)
    assert [(each.id, each.state) for each in requests.applied(moment)] == [(after.id, State.APPLIED)]
    assert [each.id for each in requests.applied(moment - timedelta(days=1))] == [before.id, after.id]


def test_broken_glasses_since_a_moment_are_found(house: House) -> None:
    request = house.asked("chat", rules=RULES)
    requests = Requests(house.store, house.records, house.clock.now)
    house.approvals(RULES).break_glass(request.id, EVE, because="fire", confirmed="chat")
    (found,) = requests.emergencies(house.clock.now())
    assert found.glass is not None
    assert found.glass.by == EVE
    assert requests.emergencies(house.clock.now() + timedelta(seconds=1)) == []
