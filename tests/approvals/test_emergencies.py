"""Break-glass: one person acts alone, everybody can read why, and somebody answers for it afterwards."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from approvals.events import Hold, Refused, Reviewed
from approvals.request import Request
from approvals.states import Action, State
from dac.errors import Conflict, DacError, Denied, Invalid
from tests.approvals.conftest import House
from tests.approvals.test_asking import returning
from tests.fakes import ANN, BOB, CAT, DAN, EVE, ONCALL, START, cluster, plan, policy, rule

NAMED = {"break_glass": {"users": [ANN, BOB], "groups": [ONCALL]}}
GLASS = policy(rule(approvals=2, **NAMED))
ALWAYS = [
    {"reason": "closed", "zone": "UTC", "starts": "2026-01-01T00:00:00", "ends": "2027-01-01T00:00:00"},
]
"""A freeze window over the whole year of these tests."""


def broken(house: House, *, by: str = BOB, confirmed: str = "chat", because: str = " site down ") -> Request:
    asked = house.asked(rules=GLASS)
    return house.approvals(GLASS).break_glass(asked.id, by, because=because, confirmed=confirmed)


@pytest.mark.parametrize("by", [BOB, DAN, ANN], ids=["by name", "by group", "one's own request"])
def test_who_is_named_acts_alone(house: House, by: str) -> None:
    request = broken(house, by=by)
    assert (request.state, request.voters, request.begin_by) == (State.APPROVED, (), START + timedelta(hours=24))
    assert request.glass
    assert (request.glass.by, request.glass.because, request.glass.at) == (by, "site down", START)
    assert request.glass.review_by == START + timedelta(hours=24)
    assert request.glass.reviewers == tuple(each for each in (BOB, CAT, DAN) if each != by)
    assert request.glass.owed
    house.settle(house.executor(), request)
    assert house.oracle.units(request.plan.subject.id) == 4


@pytest.mark.parametrize("by", [CAT, EVE], ids=["an approver", "a stranger"])
def test_nobody_else_does_and_who_tries_is_on_record(house: House, by: str) -> None:
    with pytest.raises(Denied, match="not among those whom the rule “everything” lets break the glass for request 1"):
        broken(house, by=by)
    request = house.store.get(1)
    assert (request.state, request.glass) == (State.PENDING, None)
    event = house.last(request)
    assert event.actor == by
    assert isinstance(event.body, Refused)
    assert event.body.attempt == "break-glass"


def test_a_rule_that_names_nobody_for_it_has_no_glass_to_break(house: House) -> None:
    asked = house.asked()
    with pytest.raises(Denied, match="The rule “everything” lets nobody break the glass"):
        house.approvals().break_glass(asked.id, BOB, because="fire", confirmed="chat")
    assert house.last(asked).body.action is Action.REFUSE


@pytest.mark.parametrize("confirmed", ["", "embed", "cha", "yes"])
def test_the_second_confirmation_repeats_the_cluster_s_name(house: House, confirmed: str) -> None:
    with pytest.raises(Invalid, match="To confirm, repeat the cluster's name, chat; nothing has been done"):
        broken(house, confirmed=confirmed)
    assert house.store.get(1).state is State.PENDING
    house.executor().advance(1)
    assert house.oracle.accepted == []


@pytest.mark.parametrize("confirmed", ["chat", " Chat ", "CHAT"])
def test_the_name_may_be_typed_in_any_case(house: House, confirmed: str) -> None:
    assert broken(house, confirmed=confirmed).state is State.APPROVED


@pytest.mark.parametrize(
    ("because", "said"),
    [
        ("", "Say why this cannot wait for an approval"),
        (" \n", "Say why this cannot wait for an approval"),
        ("x" * 40_000, "The reason is 40,000 characters long"),
        ("\ud83d", "The reason holds half a character"),
    ],
    ids=["none", "blank", "40 kB", "half a character"],
)
def test_without_a_reason_that_can_be_kept_no_glass_breaks(house: House, because: str, said: str) -> None:
    with pytest.raises(Invalid, match=said):
        broken(house, because=because)
    assert house.store.get(1).state is State.PENDING


@pytest.mark.parametrize("state", [each for each in State if each is not State.PENDING])
def test_it_is_too_late_once_it_is_decided(house: House, state: State) -> None:
    request = house.brought(state)
    with pytest.raises(Conflict, match="it is too late to break the glass for it"):
        house.approvals(GLASS).break_glass(request.id, BOB, because="fire", confirmed="chat")
    assert house.store.get(request.id).state is state


def test_it_is_too_late_once_it_has_expired_though_no_sweep_has_run(house: House) -> None:
    asked = house.asked(rules=GLASS)
    house.clock.advance(hours=24)
    with pytest.raises(Conflict, match="has expired; ask again"):
        house.approvals(GLASS).break_glass(asked.id, BOB, because="fire", confirmed="chat")


def test_a_glass_breaks_once(house: House) -> None:
    request = broken(house)
    with pytest.raises(Conflict, match="The glass is broken for request 1 already"):
        house.approvals(GLASS).break_glass(request.id, DAN, because="me too", confirmed="chat")
    glass = house.store.get(request.id).glass
    assert glass
    assert glass.by == BOB


def test_the_same_emergency_delivered_twice_is_one(house: House) -> None:
    asked = house.asked(rules=GLASS)
    for _ in range(2):
        done = house.approvals(GLASS).break_glass(asked.id, BOB, because="fire", confirmed="chat", delivery="same")
        assert done.state is State.APPROVED
    assert house.actions(asked) == [Action.SUBMIT, Action.BREAK_GLASS]


@pytest.mark.parametrize(
    ("approvers", "by", "breaker"),
    [
        ({"users": [BOB]}, ANN, BOB),
        ({"users": [ANN, BOB]}, ANN, BOB),
        ({"users": [BOB], "groups": ["SEMPTY"]}, ANN, BOB),
    ],
    ids=["the only approver", "the other one has asked", "the other group is empty"],
)
def test_what_nobody_without_a_part_could_review_is_no_glass_to_break(
    house: House, approvers: dict[str, Any], by: str, breaker: str
) -> None:
    house.groups.members["SEMPTY"] = set()
    rules = policy(rule(approvers=approvers, **NAMED))
    asked = house.asked(by=by, rules=rules)
    with pytest.raises(Denied, match="Nobody without a part in request 1 could review it afterwards, so its glass"):
        house.approvals(rules).break_glass(asked.id, breaker, because="fire", confirmed="chat")
    assert house.store.get(asked.id).state is State.PENDING


def test_who_proposed_what_it_is_now_reviews_it_no_more_than_who_broke_the_glass(house: House) -> None:
    asked, approvals = house.asked(to_units=8, rules=GLASS), house.approvals(GLASS)
    edited = approvals.edit(asked.id, CAT, plan(cluster(), 3))
    request = approvals.break_glass(asked.id, BOB, because="fire", confirmed="chat", digest=edited.digest)
    assert request.glass
    assert (request.consented, request.glass.reviewers) == (True, (DAN,))
    with pytest.raises(Denied, match="You had a part in request 1; someone else must review it"):
        approvals.review(asked.id, CAT, justified=True, comment="fine")
    assert approvals.review(asked.id, DAN, justified=True, comment="fine").glass


def test_where_the_only_other_approver_proposed_it_nobody_could_review(house: House) -> None:
    rules = policy(rule(approvers={"users": [BOB, CAT]}, **NAMED))
    asked = house.asked(to_units=8, rules=rules)
    edited = house.approvals(rules).edit(asked.id, CAT, plan(cluster(), 3))
    with pytest.raises(Denied, match="Nobody without a part"):
        house.approvals(rules).break_glass(asked.id, BOB, because="fire", confirmed="chat", digest=edited.digest)


def test_an_emergency_does_not_wait_for_a_freeze_window(house: House) -> None:
    rules = policy(rule(freeze=ALWAYS, **NAMED))
    asked = house.asked(rules=rules)
    house.approvals(rules).break_glass(asked.id, BOB, because="fire", confirmed="chat")
    house.settle(house.executor(), asked)
    assert house.oracle.units(asked.plan.subject.id) == 4


def test_what_is_agreed_and_waits_for_a_freeze_window_can_become_an_emergency(house: House) -> None:
    rules = policy(rule(freeze=ALWAYS, **NAMED))
    asked, approvals = house.asked(rules=rules), house.approvals(rules)
    approvals.approve(asked.id, CAT)
    with pytest.raises(Conflict, match="too late to break the glass"):
        approvals.break_glass(asked.id, BOB, because="fire", confirmed="chat")
    held = house.executor().advance(asked.id).held
    assert held
    assert held.why is Hold.WINDOW
    request = approvals.break_glass(asked.id, BOB, because="fire", confirmed="chat")
    assert (request.state, request.voters) == (State.APPROVED, (CAT,))
    house.settle(house.executor(), asked)
    assert house.oracle.units(asked.plan.subject.id) == 4
    assert house.store.get(asked.id).glass


def test_a_freeze_by_a_person_holds_an_emergency_too(house: House) -> None:
    rules = GLASS.model_copy(update={"freezers": rule().approvers})
    request = broken(house)
    house.freezer(rules).freeze(CAT)
    house.executor().advance(request.id)
    assert house.oracle.accepted == []
    with pytest.raises(Conflict, match="The glass is broken"):
        house.approvals(GLASS).break_glass(request.id, BOB, because="fire", confirmed="chat")


def test_what_only_gives_a_lease_back_is_no_emergency(house: House) -> None:
    back = returning(house)
    with pytest.raises(Conflict, match="too late to break the glass"):
        house.approvals(GLASS).break_glass(back.id, BOB, because="fire", confirmed="chat")


@pytest.mark.parametrize("justified", [True, False])
def test_a_review_stays_on_record_however_the_change_has_ended(house: House, *, justified: bool) -> None:
    request = broken(house)
    house.settle(house.executor(), request)
    reviewed = house.approvals(GLASS).review(request.id, CAT, justified=justified, comment=" I saw the graphs ")
    assert reviewed.glass
    assert (reviewed.glass.owed, reviewed.glass.reviewed_by, reviewed.glass.justified, reviewed.glass.comment) == (
        False,
        CAT,
        justified,
        "I saw the graphs",
    )
    assert house.last(request).body == Reviewed(justified=justified, comment="I saw the graphs")
    assert house.store.review_owed() == []


def test_a_review_is_possible_before_anything_is_done(house: House) -> None:
    request = broken(house)
    assert [each.id for each in house.store.review_owed()] == [request.id]
    reviewed = house.approvals(GLASS).review(request.id, CAT, justified=False, comment="not one")
    assert reviewed.state is State.APPROVED


def test_a_review_is_owed_though_the_request_is_withdrawn(house: House) -> None:
    request = broken(house)
    house.approvals(GLASS).cancel(request.id, ANN)
    assert [each.id for each in house.store.review_owed()] == [request.id]
    assert house.approvals(GLASS).review(request.id, CAT, justified=True, comment="fine").state is State.CANCELLED


@pytest.mark.parametrize(
    ("reviewer", "why"),
    [
        (ANN, "You had a part in request 1; someone else must review it"),
        (BOB, "You had a part in request 1; someone else must review it"),
        (EVE, "not among the approvers of the rule “everything”, so you cannot review request 1"),
    ],
    ids=["who asked", "who broke the glass", "a stranger"],
)
def test_a_review_is_by_an_approver_without_a_part_in_it(house: House, reviewer: str, why: str) -> None:
    request = broken(house)
    with pytest.raises(Denied, match=why):
        house.approvals(GLASS).review(request.id, reviewer, justified=True, comment="fine")
    assert [each.id for each in house.store.review_owed()] == [request.id]
    assert house.last(request).actor == reviewer


def test_one_review_is_enough(house: House) -> None:
    request = broken(house)
    house.approvals(GLASS).review(request.id, CAT, justified=True, comment="fine")
    with pytest.raises(Conflict, match="Request 1 has been reviewed already"):
        house.approvals(GLASS).review(request.id, DAN, justified=False, comment="no")
    glass = house.store.get(request.id).glass
    assert glass
    assert (glass.reviewed_by, glass.justified) == (CAT, True)


def test_the_same_review_delivered_twice_is_one(house: House) -> None:
    request = broken(house)
    for _ in range(2):
        house.approvals(GLASS).review(request.id, CAT, justified=True, comment="fine", delivery="same")
    assert house.actions(request)[-2:] == [Action.BREAK_GLASS, Action.REVIEW]


@pytest.mark.parametrize("state", list(State))
def test_without_a_broken_glass_there_is_nothing_to_review(house: House, state: State) -> None:
    request = house.brought(state)
    with pytest.raises(Conflict, match="Nobody broke the glass for request 1; there is nothing to review"):
        house.approvals().review(request.id, CAT, justified=True, comment="fine")


@pytest.mark.parametrize("comment", ["", "  ", "x" * 40_000, "\ud83d"], ids=["none", "blank", "40 kB", "half"])
def test_a_review_says_what_was_found(house: House, comment: str) -> None:
    request = broken(house)
    with pytest.raises(DacError, match=r"Say what you found|The comment"):
        house.approvals(GLASS).review(request.id, CAT, justified=True, comment=comment)
    assert house.store.get(request.id) == request
