from __future__ import annotations

import pytest

from approvals.events import BOT
from approvals.policy import People
from approvals.request import Request
from approvals.states import Action, State
from approvals.tally import Objection
from dac.errors import Conflict, DacError, Denied, Invalid, Unavailable
from tests.approvals.conftest import House
from tests.approvals.test_voting import decide
from tests.fakes import ANN, BOB, CAT, DAN, EVE, LEADS, ONCALL, START, plan, policy, rule

MANY_DENIALS = policy(rule(approvals=2, denials=2))


def test_as_many_denials_end_it_as_the_rule_says(house: House) -> None:
    asked = house.asked(rules=MANY_DENIALS)
    first = house.approvals().deny(asked.id, BOB, because=" too big ")
    assert first.state is State.PENDING
    assert first.objections == (Objection(voter=BOB, at=START, because="too big"),)
    ended = house.approvals().deny(asked.id, CAT, because="no budget")
    assert (ended.state, ended.outcome, ended.ended_by) == (State.DENIED, "no budget", CAT)
    assert house.actions(asked) == [Action.SUBMIT, Action.OBJECT, Action.DENY]


def test_one_person_denies_once(house: House) -> None:
    asked = house.asked(rules=MANY_DENIALS)
    house.approvals().deny(asked.id, BOB, because="no")
    with pytest.raises(Conflict, match="You have already denied request 1"):
        house.approvals().deny(asked.id, BOB, because="no, again")
    assert house.store.get(asked.id).state is State.PENDING


def test_who_has_denied_may_think_better_of_it_and_the_other_way_round(house: House) -> None:
    asked, approvals = house.asked(rules=MANY_DENIALS), house.approvals()
    approvals.deny(asked.id, BOB, because="no")
    agreed = approvals.approve(asked.id, BOB)
    assert (agreed.voters, agreed.objections) == ((BOB,), ())
    again = approvals.deny(asked.id, BOB, because="no after all")
    assert (again.voters, [each.voter for each in again.objections], again.state) == ((), [BOB], State.PENDING)
    assert approvals.approve(asked.id, CAT).missing == 1
    assert approvals.approve(asked.id, DAN).state is State.APPROVED


def test_a_rule_may_want_a_comment_with_a_yes(house: House) -> None:
    asked = house.asked(rules=policy(rule(comment_required=True)))
    with pytest.raises(Invalid, match="wants a comment with an approval: say “approve 1 because …”"):
        house.approvals().approve(asked.id, BOB, comment="  ")
    assert house.store.get(asked.id) == asked
    approved = house.approvals().approve(asked.id, BOB, comment=" sized it myself ")
    assert (approved.state, approved.approvals[0].comment) == (State.APPROVED, "sized it myself")


def test_one_of_certain_people_must_be_among_those_who_approve(house: House) -> None:
    asked = house.asked(rules=policy(rule(must_include=People(groups=frozenset({LEADS})), approvals=2)))
    house.approvals().approve(asked.id, BOB)
    waiting = house.approvals().approve(asked.id, CAT)
    assert (waiting.state, waiting.tally.obligatory, waiting.missing) == (State.PENDING, False, 1)
    assert house.approvals().approve(asked.id, DAN).state is State.APPROVED


def test_approvals_may_have_to_come_from_different_groups(house: House) -> None:
    house.groups.members[ONCALL] = {DAN, CAT}
    apart = {"approvers": {"groups": [LEADS, ONCALL]}, "approvals": 2, "different_groups": True}
    asked = house.asked(rules=policy(rule(**apart)))
    house.approvals().approve(asked.id, DAN)
    approved = house.approvals().approve(asked.id, EVE)
    assert approved.state is State.APPROVED
    assert [each.groups for each in approved.approvals] == [(LEADS, ONCALL), (LEADS,)]


def test_a_person_in_two_groups_that_must_differ_counts_for_one(house: House) -> None:
    apart = {"approvers": {"groups": [LEADS, ONCALL]}, "approvals": 2, "different_groups": True}
    asked = house.asked(rules=policy(rule(**apart)))
    assert house.approvals().approve(asked.id, DAN).missing == 1
    assert house.store.get(asked.id).state is State.PENDING


def test_a_yes_that_depends_on_groups_is_not_recorded_while_slack_does_not_tell_them(house: House) -> None:
    apart = {"approvers": {"users": [DAN], "groups": [LEADS, ONCALL]}, "approvals": 2, "different_groups": True}
    asked = house.asked(rules=policy(rule(**apart)))
    house.groups.problem = Unavailable("Slack did not answer.")
    with pytest.raises(Unavailable):
        house.approvals().approve(asked.id, DAN)
    assert house.store.get(asked.id) == asked
    house.groups.problem = None
    assert house.approvals().approve(asked.id, DAN).approvals[0].groups == (LEADS, ONCALL)


def test_while_slack_is_away_what_it_has_no_say_in_is_said_all_the_same(house: House) -> None:
    asked, ended = house.asked(), house.brought(State.DENIED)
    house.groups.problem = Unavailable("Slack did not answer.")
    with pytest.raises(Conflict, match="was denied; it is too late"):
        house.approvals().approve(ended.id, EVE)
    with pytest.raises(Denied, match="You asked for this change"):
        house.approvals().approve(asked.id, ANN)
    with pytest.raises(Unavailable):
        house.approvals().approve(asked.id, EVE)
    assert house.last(asked).actor == ANN


def test_an_approver_left_the_company_and_the_request_lives(house: House) -> None:
    """Their group is gone, and so is who was in it when it was asked: who is left decides."""
    asked = house.asked(rules=policy(rule(approvers=People(users=frozenset({CAT}), groups=frozenset({ONCALL})))))
    del house.groups.members[ONCALL]
    with pytest.raises(Denied, match="There is no user group SONCALL"):
        house.approvals().approve(asked.id, DAN)
    assert house.last(asked).body.action is Action.REFUSE
    assert house.approvals().approve(asked.id, CAT).state is State.APPROVED


def test_immortal_unowned_buttons_do_nothing(house: House) -> None:
    """Elsewhere whoever saw the message could press it, for ever: here a click is judged by who and when."""
    asked = house.asked()
    with pytest.raises(Denied):
        house.approvals().approve(asked.id, EVE, digest=asked.digest)
    house.clock.advance(hours=24)
    with pytest.raises(Conflict, match="has expired"):
        house.approvals().approve(asked.id, BOB, digest=asked.digest)
    house.clockwork.tick()
    with pytest.raises(Conflict, match="expired; it is too late"):
        house.approvals().approve(asked.id, BOB, digest=asked.digest)
    assert house.oracle.accepted == []


def test_a_timeout_is_never_reported_as_a_human_no(house: House) -> None:
    ended = house.brought(State.EXPIRED)
    assert (ended.state, ended.ended_by, ended.objections, ended.outcome) == (State.EXPIRED, BOT, (), "")
    assert Action.DENY not in house.actions(ended)
    with pytest.raises(Conflict, match="expired"):
        house.approvals().deny(ended.id, BOB, because="no")
    assert house.store.get(ended.id).state is State.EXPIRED


@pytest.mark.parametrize("digest", [plan(to_units=5).digest, ""])
def test_a_no_to_another_plan_does_not_count(house: House, digest: str) -> None:
    asked = house.asked(to_units=4)
    with pytest.raises(Conflict, match="Request 1 is for another plan than the one shown"):
        house.approvals().deny(asked.id, BOB, because="too big", digest=digest)
    assert house.approvals().deny(asked.id, BOB, because="too big", digest=asked.digest[:12]).state is State.DENIED


@pytest.mark.parametrize("attempt", ["approve", "deny"])
def test_the_same_click_delivered_twice_counts_once(house: House, attempt: str) -> None:
    asked = house.asked(rules=MANY_DENIALS)

    def click() -> Request:
        return decide(house.approvals(), asked, BOB, attempt, delivery="same")

    first = click()
    assert click() == first
    assert house.store.get(asked.id).version == first.version


@pytest.mark.parametrize("attempt", ["approve", "deny"])
def test_the_same_refused_click_delivered_twice_is_refused_twice_and_recorded_once(house: House, attempt: str) -> None:
    asked = house.asked()
    said = []
    for _ in range(2):
        with pytest.raises(DacError) as refused:
            decide(house.approvals(), asked, EVE, attempt, delivery="same")
        said.append(str(refused.value))
    assert said[0] == said[1]
    assert house.actions(asked) == [Action.SUBMIT, Action.REFUSE]


def test_a_refused_click_stays_refused_though_the_person_may_by_now(house: House) -> None:
    asked = house.asked()
    with pytest.raises(Denied):
        house.approvals().approve(asked.id, EVE, delivery="old")
    house.groups.members[ONCALL] = {EVE}
    with pytest.raises(Conflict, match="You are not among the approvers"):
        house.approvals().approve(asked.id, EVE, delivery="old")
    assert house.approvals().approve(asked.id, EVE, delivery="new").state is State.APPROVED


@pytest.mark.parametrize("attempt", ["approve", "deny"])
def test_half_a_character_in_a_comment_is_refused_in_a_sentence(house: House, attempt: str) -> None:
    asked = house.asked()
    with pytest.raises(Invalid, match="The comment holds half a character"):
        decide(house.approvals(), asked, BOB, attempt, "\ud83d")
    assert house.store.get(asked.id) == asked
