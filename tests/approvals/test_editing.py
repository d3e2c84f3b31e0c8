"""Edit-then-approve: another plan instead, and everybody agrees anew."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from approvals.events import Amended, Consented, Refused
from approvals.request import Request
from approvals.service import Approvals
from approvals.states import Action, State
from dac.errors import Conflict, DacError, Denied, Invalid
from dac.extending import plan_extend
from dac.scaling import ScalePlan
from tests.approvals.conftest import House
from tests.fakes import ANN, BOB, CAT, CATALOG, DAN, EVE, LEADS, START, cluster, plan, policy, rule

TWO = policy(rule(approvals=2))
SIZED = policy(
    rule(name="small", units_change={"max": 2}),
    rule(name="large", approvers={"groups": [LEADS]}, approvals=2),
)
"""Up to two units more: Bob, Cat or who is on call; otherwise both leads, Dan and Eve."""


def other(to_units: int = 3) -> ScalePlan:
    return plan(cluster(), to_units)


def later(house: House) -> None:
    """So much later that what is typed is meant for what stands there now."""
    house.clock.advance(minutes=1)


def test_an_approver_proposes_another_size_and_has_approved_it(house: House) -> None:
    asked = house.asked(to_units=8)
    house.clock.advance(hours=2)
    edited = house.approvals().edit(asked.id, BOB, other(3), because=" 3 will do ")
    assert (edited.state, edited.consented, edited.voters) == (State.PENDING, False, (BOB,))
    assert (edited.plan, edited.digest) == (other(3), other(3).digest)
    assert (edited.amended_by, edited.amended_at) == (BOB, house.clock.now())
    assert edited.expires_at == house.clock.now() + timedelta(hours=24)
    assert edited.approvals[0].comment == "3 will do"


def test_the_person_who_asked_agrees_and_that_suffices(house: House) -> None:
    asked = house.asked(to_units=8)
    edited = house.approvals().edit(asked.id, BOB, other(3))
    agreed = house.approvals().agree(asked.id, ANN, digest=edited.digest)
    assert (agreed.state, agreed.consented, agreed.begin_by) == (State.APPROVED, True, START + timedelta(hours=24))
    assert house.actions(asked) == [Action.SUBMIT, Action.AMEND, Action.APPROVE]
    house.settle(house.executor(), asked)
    assert house.oracle.units(asked.plan.subject.id) == 3


EDIT, AGREE, CAT_SAYS_YES = "Bob edits", "Ann agrees", "Cat approves"


@pytest.mark.parametrize(
    ("steps", "ends"),
    [
        ([EDIT, AGREE, CAT_SAYS_YES], State.APPROVED),
        ([EDIT, CAT_SAYS_YES, AGREE], State.APPROVED),
        ([CAT_SAYS_YES, EDIT, AGREE], State.PENDING),
        ([CAT_SAYS_YES, EDIT, AGREE, CAT_SAYS_YES], State.APPROVED),
        ([CAT_SAYS_YES, EDIT, CAT_SAYS_YES, AGREE], State.APPROVED),
        ([EDIT, CAT_SAYS_YES], State.PENDING),
        ([EDIT, AGREE], State.PENDING),
    ],
    ids=" – ".join,
)
def test_nothing_is_approved_before_each_has_agreed_to_what_it_is_now(
    house: House, steps: list[str], ends: State
) -> None:
    asked, approvals = house.asked(to_units=8, rules=TWO), house.approvals(TWO)
    for number, step in enumerate(steps):
        assert house.store.get(asked.id).state is State.PENDING
        if step == EDIT:
            approvals.edit(asked.id, BOB, other(3))
        else:
            digest = house.store.get(asked.id).digest
            {AGREE: partial(approvals.agree, asked.id, ANN), CAT_SAYS_YES: partial(approvals.approve, asked.id, CAT)}[
                step
            ](digest=digest, delivery=f"{number}")
    assert house.store.get(asked.id).state is ends
    house.settle(house.executor(), asked)
    assert house.oracle.units(asked.plan.subject.id) == (3 if ends is State.APPROVED else 2)


def test_two_have_agreed_and_the_consent_of_the_person_who_asked_is_still_missing(house: House) -> None:
    asked, approvals = house.asked(to_units=8, rules=TWO), house.approvals(TWO)
    edited = approvals.edit(asked.id, BOB, other(3))
    both = approvals.approve(asked.id, CAT, digest=edited.digest)
    assert (both.state, both.missing, both.consented) == (State.PENDING, 0, False)
    house.executor().advance(asked.id)
    assert house.oracle.accepted == []


def test_consent_alone_approves_nothing(house: House) -> None:
    asked, approvals = house.asked(to_units=8, rules=TWO), house.approvals(TWO)
    edited = approvals.edit(asked.id, BOB, other(3))
    agreed = approvals.agree(asked.id, ANN, digest=edited.digest)
    assert (agreed.state, agreed.missing, agreed.voters) == (State.PENDING, 1, (BOB,))
    assert house.last(asked).body == Consented()


def test_the_person_who_asked_may_ask_for_something_else_and_has_not_approved_it(house: House) -> None:
    asked, approvals = house.asked(to_units=8, rules=TWO), house.approvals(TWO)
    approvals.approve(asked.id, CAT)
    edited = approvals.edit(asked.id, ANN, other(3), because="on second thoughts")
    assert (edited.state, edited.consented, edited.voters, edited.missing) == (State.PENDING, True, (), 2)


def test_an_approver_who_asked_does_not_approve_their_own_request_by_editing_it(house: House) -> None:
    asked = house.asked(to_units=8, by=BOB)
    edited = house.approvals().edit(asked.id, BOB, other(3))
    assert (edited.state, edited.voters) == (State.PENDING, ())
    body = house.last(asked).body
    assert isinstance(body, Amended)
    assert not body.agrees
    for attempt in (house.approvals().agree, house.approvals().approve):
        with pytest.raises(DacError):
            attempt(asked.id, BOB, digest=edited.digest)
    assert house.store.get(asked.id).state is State.PENDING


def test_the_requester_cannot_turn_an_approver_s_edit_into_their_own_approval(house: House) -> None:
    """Bob edits and so approves; Ann edits back: Bob's yes was for his size alone."""
    asked, approvals = house.asked(to_units=8), house.approvals()
    approvals.edit(asked.id, BOB, other(3))
    back = approvals.edit(asked.id, ANN, other(8))
    assert (back.state, back.voters, back.consented) == (State.PENDING, (), True)
    with pytest.raises(Conflict, match="as you asked for it; there is nothing to agree to"):
        approvals.agree(asked.id, ANN, digest=back.digest)
    assert house.store.get(asked.id).state is State.PENDING


def test_of_two_approvers_who_edit_only_the_last_has_approved(house: House) -> None:
    asked, approvals = house.asked(to_units=8, rules=TWO), house.approvals(TWO)
    approvals.edit(asked.id, BOB, other(3))
    edited = approvals.edit(asked.id, CAT, other(5))
    assert (edited.voters, edited.amended_by, edited.plan) == ((CAT,), CAT, other(5))
    approvals.agree(asked.id, ANN, digest=edited.digest)
    assert approvals.approve(asked.id, BOB, digest=edited.digest).state is State.APPROVED


def test_denials_were_for_what_it_was_too(house: House) -> None:
    rules = policy(rule(approvals=2, denials=2))
    asked = house.asked(to_units=8, rules=rules)
    house.approvals(rules).deny(asked.id, CAT, because="too big")
    edited = house.approvals(rules).edit(asked.id, ANN, other(3))
    assert edited.objections == ()
    later(house)
    assert house.approvals(rules).deny(asked.id, CAT, because="still").state is State.PENDING


@pytest.mark.parametrize("by", [ANN, BOB])
def test_reminders_begin_anew(house: House, by: str) -> None:
    rules = policy(rule(reminders=["PT1H"], approvals=2))
    asked = house.asked(to_units=8, rules=rules)
    house.clock.advance(hours=1)
    house.clockwork.tick()
    assert house.store.get(asked.id).reminded == 1
    assert house.approvals(rules).edit(asked.id, by, other(3)).reminded == 0
    house.clock.advance(hours=1)
    house.clockwork.tick()
    assert house.store.get(asked.id).reminded == 1


def test_an_edit_under_another_rule_is_for_the_people_of_that_rule(house: House) -> None:
    """Bob may approve small changes; he proposes a large one and so approves nothing."""
    asked, approvals = house.asked(to_units=4, rules=SIZED), house.approvals(SIZED)
    edited = approvals.edit(asked.id, BOB, other(8))
    assert (edited.rule.name, edited.eligible, edited.voters, edited.missing) == ("large", (DAN, EVE), (), 2)
    assert edited.rule_digest == edited.rule.digest == SIZED.rules[1].digest
    approvals.agree(asked.id, ANN, digest=edited.digest)
    with pytest.raises(Denied, match="not among the approvers of the rule “large”"):
        approvals.approve(asked.id, BOB, digest=edited.digest)
    approvals.approve(asked.id, DAN, digest=edited.digest)
    assert approvals.approve(asked.id, EVE, digest=edited.digest).state is State.APPROVED


def test_a_request_cannot_be_grown_past_its_rule_by_editing(house: House) -> None:
    """Small is asked and Bob has all but agreed; made large by the requester it needs both leads."""
    asked, approvals = house.asked(to_units=4, rules=SIZED), house.approvals(SIZED)
    edited = approvals.edit(asked.id, ANN, other(8))
    assert edited.rule.name == "large"
    for voter in (BOB, CAT):
        with pytest.raises(Denied):
            approvals.approve(asked.id, voter, digest=edited.digest)
    house.executor().advance(asked.id)
    assert house.oracle.accepted == []


def test_an_edit_is_judged_by_the_policy_as_it_is_now(house: House) -> None:
    asked = house.asked(to_units=8)
    stricter = policy(rule(name="stricter", approvals=2))
    edited = house.approvals(stricter).edit(asked.id, BOB, other(3))
    assert (edited.rule.name, edited.voters, edited.missing) == ("stricter", (BOB,), 1)


@pytest.mark.parametrize(
    ("rules", "actor", "kind", "said"),
    [
        (policy(rule(units_change={"min": 5})), BOB, Denied, "No rule of the approval policy covers “scale” on chat"),
        (policy(rule(requesters={"users": [EVE]})), BOB, Denied, "and the person who asked is not among them."),
        (policy(rule(requesters={"users": [EVE]})), ANN, Denied, "and you are not among them."),
        (
            policy(rule(must_include={"users": [EVE]})),
            BOB,
            Invalid,
            "none of them other than the person who asked is among its approvers",
        ),
        (policy(rule(must_include={"users": [EVE]})), ANN, Invalid, "none of them other than you is among its"),
        (policy(rule(comment_required=True)), BOB, Invalid, "with an approval, and your proposal is one: add “because"),
    ],
)
def test_what_could_not_be_asked_cannot_be_proposed(
    house: House, rules: Any, actor: str, kind: type[DacError], said: str
) -> None:
    asked = house.asked(to_units=8)
    with pytest.raises(kind, match=said):
        house.approvals(rules).edit(asked.id, actor, other(3))
    after = house.store.get(asked.id)
    assert (after.state, after.plan, after.rule) == (State.PENDING, asked.plan, asked.rule)
    assert (house.last(asked).body.action is Action.REFUSE) is (kind is Denied)


@pytest.mark.parametrize(("reason", "because"), [("launch", ""), ("", "launch")])
def test_a_rule_that_wants_a_reason_gets_one_before_an_edit_leads_to_it(
    house: House, reason: str, because: str
) -> None:
    asked = house.asked(to_units=8, reason=reason)
    strict = house.approvals(policy(rule(reason_required=True)))
    assert strict.edit(asked.id, ANN, other(3), because=because).plan == other(3)


def test_a_rule_that_wants_a_reason_is_not_passed_by_editing(house: House) -> None:
    asked = house.asked(to_units=8, reason="")
    with pytest.raises(Invalid, match="wants a reason"):
        house.approvals(policy(rule(reason_required=True))).edit(asked.id, ANN, other(3), because=" ")


def test_a_comment_is_wanted_only_of_who_approves_by_editing(house: House) -> None:
    asked = house.asked(to_units=8)
    strict = policy(rule(comment_required=True, approvers={"users": [DAN, EVE]}))
    assert house.approvals(strict).edit(asked.id, BOB, other(3)).voters == ()


def test_the_same_plan_is_no_edit(house: House) -> None:
    asked = house.asked(to_units=4)
    with pytest.raises(Conflict, match="Request 1 is for that already: Scale chat from 2 to 4 units"):
        house.approvals().edit(asked.id, BOB, house.store.get(asked.id).plan)


@pytest.mark.parametrize("instead", ["another cluster", "another kind"])
def test_what_is_asked_for_stays_a_change_of_that_kind_to_that_cluster(house: House, instead: str) -> None:
    asked = house.asked(to_units=4)
    made = (
        plan(cluster("embed"), 3)
        if instead == "another cluster"
        else plan_extend(9, other(), START, timedelta(hours=1), catalog=CATALOG, now=START)
    )
    with pytest.raises(Invalid, match="Request 1 is for chat; ask anew for another"):
        house.approvals().edit(asked.id, BOB, made)
    assert house.store.get(asked.id) == asked


def test_an_extension_has_no_size_to_edit(house: House) -> None:
    longer = plan_extend(9, other(), START, timedelta(hours=1), catalog=CATALOG, now=START)
    asked = house.approvals().submit(longer, requester=ANN, reason="", channel="CTEAM", delivery="d")
    with pytest.raises(Invalid, match="Request 1 extends a lease and has no size to change"):
        house.approvals().edit(asked.id, BOB, other())


@pytest.mark.parametrize("rules", [None, policy(rule(clusters={"other"}))], ids=["covered", "covered by no rule"])
def test_an_outsider_s_edit_is_refused_for_that_and_on_record(house: House, rules: Any) -> None:
    asked = house.asked(to_units=8)
    with pytest.raises(Denied, match="not among the approvers of the rule “everything”, so you cannot edit") as no:
        house.approvals(rules).edit(asked.id, EVE, other(3))
    event = house.last(asked)
    assert (event.actor, event.body) == (EVE, Refused(attempt="edit", because=str(no.value)))
    assert house.store.get(asked.id).plan == asked.plan


@pytest.mark.parametrize("state", [each for each in State if each is not State.PENDING])
def test_what_is_decided_is_edited_no_more(house: House, state: State) -> None:
    request = house.brought(state)
    for attempt, actor in (("edit", ANN), ("edit", BOB), ("agree to", ANN)):
        with pytest.raises(Conflict, match=f"it is too late to {attempt} it"):
            _edit_or_agree(house.approvals(), request, attempt, actor)
    assert house.store.get(request.id).plan == request.plan


@pytest.mark.parametrize("attempt", ["edit", "agree to"])
def test_what_has_expired_is_edited_no_more_though_no_sweep_has_run(house: House, attempt: str) -> None:
    asked = house.asked(to_units=8)
    house.approvals().edit(asked.id, BOB, other(3))
    house.clock.advance(hours=24)
    with pytest.raises(Conflict, match="has expired; ask again"):
        _edit_or_agree(house.approvals(), asked, attempt, ANN)


@pytest.mark.parametrize("actor", [BOB, EVE])
def test_only_the_person_who_asked_agrees(house: House, actor: str) -> None:
    asked = house.asked(to_units=8)
    edited = house.approvals().edit(asked.id, BOB, other(3))
    with pytest.raises(Denied, match="Only the person who asked can agree to what was made of request 1"):
        house.approvals().agree(asked.id, actor, digest=edited.digest)
    assert not house.store.get(asked.id).consented


def _edit_or_agree(approvals: Approvals, request: Request, attempt: str, actor: str) -> Request:
    return approvals.agree(request.id, actor) if attempt == "agree to" else approvals.edit(request.id, actor, other(6))
