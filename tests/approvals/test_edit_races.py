"""What is clicked while a request is being edited, and what is delivered twice."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from approvals.policy import Policy
from approvals.request import Request
from approvals.service import Approvals
from approvals.states import Action, State
from dac.errors import Conflict, DacError, Denied, Unavailable
from tests.approvals.conftest import House, at_once, fresh
from tests.approvals.test_editing import SIZED, other
from tests.fakes import ANN, BOB, CAT, DAN, EVE, LEADS, policy, rule


@pytest.mark.parametrize("attempt", ["approve", "agree", "deny", "break-glass"])
def test_a_button_under_what_it_was_is_refused_after_an_edit(house: House, attempt: str) -> None:
    glass = policy(rule(break_glass={"users": [CAT]}))
    asked, approvals = house.asked(to_units=8, rules=glass), house.approvals(glass)
    edited = approvals.edit(asked.id, BOB, other(3))
    house.clock.advance(hours=1)
    press = pressing(approvals, asked, attempt)
    with pytest.raises(Conflict, match="Request 1 is for another plan than the one shown; look at it again"):
        press(digest=asked.digest)
    assert house.store.get(asked.id).model_copy(update={"version": edited.version}) == edited
    press(digest=edited.digest)
    assert house.actions(asked)[-1] is not Action.REFUSE


@pytest.mark.parametrize("attempt", ["approve", "agree", "break-glass"])
def test_a_typed_yes_within_a_minute_of_an_edit_is_refused(house: House, attempt: str) -> None:
    glass = policy(rule(break_glass={"users": [CAT]}))
    asked, approvals = house.asked(to_units=8, rules=glass), house.approvals(glass)
    approvals.edit(asked.id, BOB, other(3))
    press = pressing(approvals, asked, attempt)
    house.clock.advance(seconds=59)
    with pytest.raises(Conflict, match="was changed a moment ago: Scale chat from 2 to 3 units"):
        press()
    assert house.store.get(asked.id).state is State.PENDING
    assert house.last(asked).body.action is Action.REFUSE
    house.clock.advance(seconds=1)
    press()
    assert house.actions(asked)[-1] is not Action.REFUSE


def test_a_typed_no_is_for_whatever_is_asked_now(house: House) -> None:
    asked = house.asked(to_units=8)
    house.approvals().edit(asked.id, ANN, other(3))
    assert house.approvals().deny(asked.id, BOB, because="no").state is State.DENIED


def test_a_vote_under_way_while_the_rule_changes_is_judged_by_the_new_one(house: House) -> None:
    """Dan is looked up under the small rule; before his no is written down, Ann makes it large."""
    house.groups.members[LEADS] = {CAT, EVE}
    asked = house.asked(to_units=4, rules=SIZED)
    approvals = between(house, SIZED, lambda: house.approvals(SIZED).edit(asked.id, ANN, other(8)))
    with pytest.raises(Denied, match="not among the approvers of the rule “large”"):
        approvals.deny(asked.id, DAN, because="no")
    after = house.store.get(asked.id)
    assert (after.state, after.rule.name, after.objections) == (State.PENDING, "large", ())


def test_the_groups_of_a_vote_under_way_are_those_of_the_rule_it_counts_for(house: House) -> None:
    large = policy(rule(name="small", units_change={"max": 2}), rule(name="large", approvers={"groups": [LEADS]}))
    asked = house.asked(to_units=4, rules=large)

    def grow() -> Request:
        edited = house.approvals(large).edit(asked.id, ANN, other(8))
        house.clock.advance(minutes=2)
        return edited

    approved = between(house, large, grow).approve(asked.id, DAN)
    assert (approved.state, approved.rule.name, approved.approvals[0].groups) == (State.APPROVED, "large", (LEADS,))


def test_an_edit_under_way_while_the_request_is_approved_comes_too_late(house: House) -> None:
    asked = house.asked(to_units=8)
    approvals = between(house, policy(), lambda: house.approvals().approve(asked.id, BOB))
    with pytest.raises(Conflict, match="is approved and about to be carried out; it is too late to edit it"):
        approvals.edit(asked.id, CAT, other(3))
    assert house.store.get(asked.id).plan == asked.plan


def test_an_edit_and_a_yes_at_the_same_moment_never_approve_what_was_not_shown(tmp_path: Path) -> None:
    for turn in range(10):
        house = fresh(tmp_path / f"{turn}.sqlite3")
        asked = house.asked(to_units=8)
        at_once(
            partial(house.approvals().approve, asked.id, CAT, digest=asked.digest),
            partial(house.approvals().edit, asked.id, ANN, other(3)),
        )
        after = house.store.get(asked.id)
        assert (after.state, after.digest) in {(State.APPROVED, asked.digest), (State.PENDING, other(3).digest)}
        assert after.voters == ((CAT,) if after.state is State.APPROVED else ())
        house.check()


@pytest.mark.parametrize("actor", [ANN, BOB])
def test_the_same_edit_delivered_twice_edits_once(house: House, actor: str) -> None:
    asked = house.asked(to_units=8)
    first = house.approvals().edit(asked.id, actor, other(3), delivery="same")
    house.approvals().edit(asked.id, ANN, other(5), delivery="another")
    again = house.approvals().edit(asked.id, actor, other(3), delivery="same")
    assert (again.plan, again.amended_by) == (other(5), ANN)
    assert first.version < again.version == house.store.get(asked.id).version


def test_a_second_copy_of_an_edit_finds_it_made_whatever_the_policy_says_by_now(house: House) -> None:
    asked = house.asked(to_units=8)
    edited = house.approvals().edit(asked.id, BOB, other(3), delivery="same")
    closed = house.approvals(policy(rule(clusters={"other"})))
    assert closed.edit(asked.id, BOB, other(3), delivery="same") == edited


@pytest.mark.parametrize("actor", [ANN, BOB])
def test_nothing_is_edited_while_slack_does_not_tell_who_could_agree(house: House, actor: str) -> None:
    asked = house.asked(to_units=8)
    house.groups.problem = Unavailable("Slack did not answer.")
    with pytest.raises(Unavailable):
        house.approvals().edit(asked.id, actor, other(3))
    assert house.store.get(asked.id) == asked


def test_the_same_consent_delivered_twice_is_one(house: House) -> None:
    rules = policy(rule(approvals=2))
    asked = house.asked(to_units=8, rules=rules)
    edited = house.approvals(rules).edit(asked.id, BOB, other(3))
    for _ in range(2):
        house.approvals(rules).agree(asked.id, ANN, digest=edited.digest, delivery="same")
    assert house.actions(asked) == [Action.SUBMIT, Action.AMEND, Action.CONSENT]


@pytest.mark.parametrize("words", ["x" * 40_000, "\ud83d"], ids=["40 kB", "half a character"])
def test_words_that_cannot_be_kept_come_with_no_edit(house: House, words: str) -> None:
    asked = house.asked(to_units=8)
    with pytest.raises(DacError, match="The comment"):
        house.approvals().edit(asked.id, BOB, other(3), because=words)
    assert house.store.get(asked.id) == asked


def between(house: House, rules: Policy, do: Callable[[], Request]) -> Approvals:
    """Approvals to which something happens once, after the request was read and before it is changed."""
    waiting = [do]

    def members_of(group: str) -> frozenset[str]:
        if waiting:
            waiting.pop()()
        return house.groups.members_of(group)

    return Approvals(house.store, lambda: rules, members_of, house.clock.now)


def pressing(approvals: Approvals, request: Request, attempt: str) -> Callable[..., Request]:
    return {
        "approve": partial(approvals.approve, request.id, CAT),
        "agree": partial(approvals.agree, request.id, ANN),
        "deny": partial(approvals.deny, request.id, CAT, because="no"),
        "break-glass": partial(approvals.break_glass, request.id, CAT, because="fire", confirmed="chat"),
    }[attempt]
