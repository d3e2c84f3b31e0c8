from __future__ import annotations

from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from approvals.events import Refused
from approvals.policy import People
from approvals.request import Request
from approvals.service import Approvals
from approvals.states import Action, State
from approvals.tally import Approval
from dac.errors import Conflict, Denied, Invalid, Unavailable
from tests.approvals.conftest import House, at_once, fresh
from tests.fakes import ANN, BOB, CAT, DAN, EVE, LEADS, ONCALL, START, plan, policy, rule

TWO_YES = policy(rule(approvals=2))
BY_GROUP = policy(rule(approvers=People(groups=frozenset({ONCALL, LEADS})), approvals=2))


def test_one_yes_where_one_is_asked_for_approves(house: House) -> None:
    request = house.approvals().approve(house.asked().id, BOB, comment="go ahead")
    assert request.state is State.APPROVED
    assert request.approvals == (Approval(voter=BOB, at=START, comment="go ahead"),)
    assert request.begin_by == START + timedelta(hours=24)
    assert (request.voters, request.missing, request.can_still_approve) == ((BOB,), 0, (CAT, DAN))


def test_two_distinct_people_make_two(house: House) -> None:
    asked = house.asked(rules=TWO_YES)
    first = house.approvals().approve(asked.id, BOB)
    assert (first.state, first.missing, first.can_still_approve) == (State.PENDING, 1, (CAT, DAN))
    second = house.approvals().approve(asked.id, DAN)
    assert (second.state, second.missing, second.voters) == (State.APPROVED, 0, (BOB, DAN))
    assert house.actions(asked) == [Action.SUBMIT, Action.VOTE, Action.APPROVE]


def test_one_person_in_two_groups_is_one_person(house: House) -> None:
    """Dan is on call and a lead: his yes leaves one missing, and he cannot say it again."""
    asked = house.asked(rules=BY_GROUP)
    assert asked.eligible == (DAN, EVE)
    assert house.approvals().approve(asked.id, DAN).missing == 1
    with pytest.raises(Conflict, match="already approved"):
        house.approvals().approve(asked.id, DAN)
    assert house.store.get(asked.id).state is State.PENDING
    assert house.approvals().approve(asked.id, EVE).state is State.APPROVED


@pytest.mark.parametrize("attempt", ["approve", "deny"])
@pytest.mark.parametrize(
    ("requester", "voter", "why"),
    [
        (BOB, BOB, "You asked for this change; someone else must decide over it."),
        (EVE, EVE, "You asked for this change; someone else must decide over it."),
        (ANN, EVE, "You are not among the approvers of the rule “everything”"),
        (ANN, "bot", "You are not among the approvers of the rule “everything”"),
    ],
    ids=["own request of an approver", "own request", "stranger", "the bot itself"],
)
def test_who_may_notdecide(house: House, attempt: str, requester: str, voter: str, why: str) -> None:
    asked = house.asked(by=requester)
    with pytest.raises(Denied, match=why):
        decide(house.approvals(), asked, voter, attempt)
    after = house.store.get(asked.id)
    assert (after.state, after.approvals) == (State.PENDING, ())
    event = house.last(asked)
    assert event.actor == voter
    assert event.body.action is Action.REFUSE
    assert event.body.attempt == attempt
    assert why in event.body.because


@pytest.mark.parametrize("attempt", ["approve", "deny"])
@pytest.mark.parametrize(
    ("ending", "words"),
    [
        ("approved", "is approved and about to be carried out"),
        ("applying", "is being carried out"),
        ("applied", "has been carried out"),
        ("failed", "has failed"),
        ("denied", "was denied"),
        ("expired", "expired"),
        ("cancelled", "was cancelled"),
        ("stale", "went stale"),
    ],
)
def test_a_vote_too_late_is_refused_with_what_became_of_the_request(
    house: House, attempt: str, ending: str, words: str
) -> None:
    request = house.brought(State(ending))
    with pytest.raises(Conflict, match=f"Request 1 {words}.*; it is too late to {attempt} it"):
        decide(house.approvals(), request, BOB, attempt)
    assert house.store.get(request.id).state is State(ending)
    assert house.last(request).body.action is Action.REFUSE


def test_saying_yes_twice_counts_once_and_is_refused(house: House) -> None:
    asked = house.asked(rules=TWO_YES)
    house.approvals().approve(asked.id, BOB)
    with pytest.raises(Conflict, match="You have already approved request 1"):
        house.approvals().approve(asked.id, BOB)
    assert house.store.get(asked.id).voters == (BOB,)
    assert house.actions(asked) == [Action.SUBMIT, Action.VOTE, Action.REFUSE]


def test_who_said_yes_may_still_say_no_while_another_yes_is_missing(house: House) -> None:
    asked = house.asked(rules=TWO_YES)
    house.approvals().approve(asked.id, BOB)
    denied = house.approvals().deny(asked.id, BOB, because="I misread it")
    assert (denied.state, denied.ended_by, denied.outcome) == (State.DENIED, BOB, "I misread it")


def test_one_no_ends_it_with_its_reason(house: House) -> None:
    asked = house.asked(rules=TWO_YES)
    house.approvals().approve(asked.id, BOB)
    denied = house.approvals().deny(asked.id, CAT, because="  no budget: see FIN-12 ")
    assert (denied.state, denied.ended_by, denied.outcome) == (State.DENIED, CAT, "no budget: see FIN-12")
    assert denied.final


@pytest.mark.parametrize("because", ["", "  \n"])
def test_a_no_needs_a_reason(house: House, because: str) -> None:
    asked = house.asked()
    with pytest.raises(Invalid, match="Say why you deny it"):
        house.approvals().deny(asked.id, BOB, because=because)
    assert house.store.get(asked.id) == asked


@pytest.mark.parametrize("attempt", ["approve", "deny"])
def test_a_comment_too_long_is_refused(house: House, attempt: str) -> None:
    asked = house.asked()
    with pytest.raises(Invalid, match="The comment is 40,000 characters long"):
        decide(house.approvals(), asked, BOB, attempt, "x" * 40_000)
    assert house.store.get(asked.id) == asked


def test_group_members_are_looked_up_at_the_click(house: House) -> None:
    """Dan was on call when it was asked and Eve is now."""
    asked = house.asked()
    house.groups.members[ONCALL] = {EVE}
    with pytest.raises(Denied, match="not among the approvers"):
        house.approvals().approve(asked.id, DAN)
    assert house.approvals().approve(asked.id, EVE).state is State.APPROVED


def test_an_approver_who_is_gone_does_not_stop_the_others(house: House) -> None:
    asked = house.asked(rules=policy(rule(approvers=People(users=frozenset({CAT}), groups=frozenset({ONCALL})))))
    house.groups.members[ONCALL] = set()
    assert house.approvals().approve(asked.id, CAT).state is State.APPROVED


def test_a_yes_counts_even_if_its_giver_leaves_the_group_afterwards(house: House) -> None:
    asked = house.asked(rules=TWO_YES)
    house.approvals().approve(asked.id, DAN)
    house.groups.members[ONCALL] = set()
    assert house.approvals().approve(asked.id, BOB).state is State.APPROVED


def test_without_the_user_groups_nobody_is_let_through(house: House) -> None:
    asked = house.asked()
    house.groups.problem = Unavailable("Slack did not answer.")
    with pytest.raises(Unavailable, match="Slack did not answer"):
        house.approvals().approve(asked.id, DAN)
    assert house.store.get(asked.id) == asked


def test_a_request_keeps_the_rule_it_was_judged_under(house: House) -> None:
    """The policy file now names Eve alone; the request waits for those it was asked of."""
    asked = house.asked()
    later = house.approvals(policy(rule(approvers=People(users=frozenset({EVE})))))
    with pytest.raises(Denied):
        later.approve(asked.id, EVE)
    assert later.approve(asked.id, BOB).state is State.APPROVED


def test_who_is_named_needs_no_user_groups(house: House) -> None:
    asked = house.asked()
    house.groups.problem = Unavailable("Slack did not answer.")
    assert house.approvals().approve(asked.id, BOB).state is State.APPROVED


@pytest.mark.parametrize("shown", ["whole", "beginning"])
def test_a_yes_to_the_plan_shown_counts(house: House, shown: str) -> None:
    asked = house.asked()
    digest = asked.digest if shown == "whole" else asked.digest[:12]
    assert house.approvals().approve(asked.id, BOB, digest=digest).state is State.APPROVED


@pytest.mark.parametrize("digest", [plan(to_units=5).digest, plan(to_units=5).digest[:12], "", "x"])
def test_a_yes_to_another_plan_does_not_count(house: House, digest: str) -> None:
    asked = house.asked(to_units=4)
    with pytest.raises(Conflict, match="Request 1 is for another plan than the one shown"):
        house.approvals().approve(asked.id, BOB, digest=digest)
    assert house.store.get(asked.id).approvals == ()
    assert house.last(asked).body.action is Action.REFUSE


def test_expiry_nobody_enforces_is_enforced_in_the_vote_though_no_sweep_has_run(house: House) -> None:
    in_time, late = house.asked("chat"), house.asked("embed")
    house.clock.advance(hours=23, minutes=59, seconds=59)
    assert house.approvals().approve(in_time.id, BOB).state is State.APPROVED
    house.clock.advance(seconds=1)
    said = f"Request {late.id} has expired; ask again."
    with pytest.raises(Conflict, match=said):
        house.approvals().approve(late.id, BOB)
    assert house.store.get(late.id).approvals == ()
    assert house.last(late).body == Refused(attempt="approve", because=said)


def test_time_that_passes_while_the_vote_waits_for_its_turn_counts(house: House) -> None:
    """Looking the group up takes so long that the request expires meanwhile."""
    asked = house.asked()
    house.clock.advance(hours=23, minutes=59)

    def slow(group: str) -> frozenset[str]:
        house.clock.advance(minutes=1)
        return house.groups.members_of(group)

    with pytest.raises(Conflict, match="has expired"):
        Approvals(house.store, policy, slow, house.clock.now).approve(asked.id, DAN)


def test_a_refusal_is_recorded_and_leaves_the_time_of_the_last_change(house: House) -> None:
    asked = house.asked()
    house.clock.advance(minutes=5)
    with pytest.raises(Denied):
        house.approvals().approve(asked.id, EVE)
    after = house.store.get(asked.id)
    assert (after.version, after.changed_at) == (asked.version + 1, asked.changed_at)


@pytest.mark.parametrize(("approvals", "refused"), [(1, 1), (2, 0)])
def test_no_lost_approval_and_no_double_execution_by_approvers_at_the_same_moment(
    tmp_path: Path, approvals: int, refused: int
) -> None:
    """Two threads with their own connections; whoever comes second meets the first one's vote."""
    for turn in range(10):
        house = fresh(tmp_path / f"{turn}.sqlite3")
        asked = house.asked(rules=policy(rule(approvals=approvals)))
        outcomes = at_once(*(partial(house.approvals().approve, asked.id, voter) for voter in (BOB, CAT)))
        assert house.actions(asked).count(Action.APPROVE) == 1
        assert sum(isinstance(each, Conflict) for each in outcomes) == refused
        assert house.store.get(asked.id).state is State.APPROVED
        at_once(*(partial(house.settle, house.executor(holder), asked) for holder in ("one", "two")))
        assert house.store.get(asked.id).state is State.APPLIED
        assert house.changes(asked) == len(house.oracle.accepted) == 1
        house.check()


def test_a_yes_and_a_no_at_the_same_moment_end_in_one_of_them(tmp_path: Path) -> None:
    for turn in range(10):
        house = fresh(tmp_path / f"{turn}.sqlite3")
        asked = house.asked()
        outcomes = at_once(
            partial(house.approvals().approve, asked.id, BOB),
            partial(house.approvals().deny, asked.id, CAT, because="no"),
        )
        (won,) = [each for each in outcomes if isinstance(each, Request)]
        assert house.store.get(asked.id).state is won.state
        assert house.actions(asked)[2:] == [Action.REFUSE]
        house.check()


def decide(
    approvals: Approvals,
    request: Request,
    voter: str,
    attempt: str,
    words: str = "because",
    delivery: str | None = None,
) -> Request:
    if attempt == "approve":
        return approvals.approve(request.id, voter, comment=words, delivery=delivery)
    return approvals.deny(request.id, voter, because=words, delivery=delivery)
