"""/dac edit proposes another size, /dac agree accepts it; whoever had agreed before agrees anew."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from approvals.policy import Policy
from approvals.states import Action, State
from dac.budgets import Budget
from dac.errors import Conflict, DacError, Denied, Invalid, Unavailable
from dac.scaling import ScalePlan
from tests.commands.room import Room, lines, shown
from tests.commands.sound import refused, unsourced
from tests.fakes import ANN, BOB, CAT, EVE, cluster, policy, rule


@pytest.fixture
def asked(tmp_path: Path) -> Room:
    room = Room(tmp_path, rules=policy(rule(approvals=2)))
    room.say("scale chat 5 --for 8h --at 18:00 because launch")
    return room


def plan(room: Room) -> ScalePlan:
    found = room.request().plan
    assert isinstance(found, ScalePlan)
    return found


@pytest.mark.parametrize("line", ["edit 1 3 because less is enough", "edit #1 +1 less is enough"])
def test_an_approver_proposes_another_size_and_has_agreed_to_it(asked: Room, line: str) -> None:
    before = plan(asked)
    reply = asked.say(line, CAT)
    now = asked.request()
    assert (plan(asked).to_units, plan(asked).lease, plan(asked).start_at) == (3, before.lease, before.start_at)
    assert (now.voters, now.consented, now.amended_by) == ((CAT,), False, CAT)
    assert "<@UANN> to agree to 3 units, as <@UCAT> proposed" in shown(reply)
    assert "approval, 1 of 2 so far, by <@UBOB> or <@UDAN>" in shown(reply)
    assert refused(reply.text, reply.blocks) == []
    assert not unsourced(reply.text, reply.blocks)
    assert not reply.public


def test_earlier_approvals_are_void_and_the_answer_says_so(asked: Room) -> None:
    asked.say("approve 1", BOB)
    assert "Whoever had approved it approves anew" in shown(asked.say("edit 1 3", CAT))
    assert asked.request().voters == (CAT,)


def test_the_person_who_asked_changes_it_without_a_word_of_consent(asked: Room) -> None:
    asked.say("edit 1 3")
    assert (plan(asked).to_units, asked.request().consented, asked.request().voters) == (3, True, ())


def test_the_cluster_is_read_anew(asked: Room) -> None:
    asked.oracle.change(cluster().id, unit_count=4)
    asked.say("edit 1 +1", CAT)
    assert (plan(asked).from_units, plan(asked).to_units) == (4, 5)


def test_once_the_person_who_asked_agrees_and_the_others_have_it_is_approved(asked: Room) -> None:
    asked.say("edit 1 3", CAT)
    asked.clock.advance(minutes=2)
    asked.say("approve 1", BOB)
    assert asked.request().state is State.PENDING
    answer = shown(asked.say("agree 1"))
    assert asked.request().state is State.APPROVED
    assert "You agreed to request 1: Scale chat from 2 to 3 units." in answer
    assert "It waits for its start" in answer


def test_the_button_of_a_proposal_agrees_to_that_and_to_no_other(asked: Room) -> None:
    asked.say("edit 1 3", CAT)
    agree = next(each for each in lines(asked.say("why 1").blocks) if each.startswith("agree"))
    asked.say("edit 1 4", CAT)
    with pytest.raises(Conflict, match="another plan"):
        asked.say(agree)
    agree = next(each for each in lines(asked.say("why 1").blocks) if each.startswith("agree"))
    asked.say(agree)
    assert asked.request().consented


@pytest.mark.parametrize(
    ("line", "user", "error", "says"),
    [
        ("edit 1 3", EVE, Denied, "not among the approvers"),
        ("edit 1 5", CAT, Conflict, "is for that already"),
        ("edit 1 2", CAT, Invalid, "already has 2 units"),
        ("edit 1 0", CAT, Invalid, "at least 1"),
        ("agree 1", ANN, Conflict, "nothing to agree to"),
        ("agree 1", BOB, Denied, "Only the person who asked"),
    ],
)
def test_what_cannot_be_proposed_is_refused_in_a_sentence(
    asked: Room, line: str, user: str, error: type[DacError], says: str
) -> None:
    with pytest.raises(error, match=says):
        asked.say(line, user)
    assert plan(asked).to_units == 5


def test_who_may_not_propose_is_on_record_though_oracle_does_not_answer(asked: Room) -> None:
    asked.oracle.fail("cluster", Unavailable("Oracle did not answer."))
    with pytest.raises(Denied):
        asked.say("edit 1 3", EVE)
    assert asked.store.events(1)[-1].body.action is Action.REFUSE


def test_what_is_decided_is_too_late_to_edit_whatever_oracle_says(asked: Room) -> None:
    asked.say("deny 1 because no", BOB)
    asked.oracle.change(cluster().id, lifecycle_state="UPDATING")
    with pytest.raises(Conflict, match="too late to edit"):
        asked.say("edit 1 3", CAT)


def test_an_extension_has_no_size_to_edit(room: Room) -> None:
    room.say("scale chat 4 --for 8h")
    room.say("approve 1", BOB)
    room.pass_time(minutes=1)
    room.pass_time(minutes=30)
    room.say("extend 1 4h")
    with pytest.raises(Invalid, match="no size to change"):
        room.say("edit 2 3", BOB)


def test_the_budget_with_the_other_size_is_told(tmp_path: Path) -> None:
    budget = Budget(name="production", monthly=Decimal(90_000))
    room = Room(tmp_path, rules=Policy(rules=(rule(),), budgets=(budget,)))
    room.say("scale chat 5")
    assert "Budget “production”: $53,568 of $90,000" in shown(room.say("edit 1 3", CAT))


def test_a_second_copy_of_an_edit_changes_nothing_more(asked: Room) -> None:
    for _ in range(2):
        asked.say("edit 1 3", CAT, delivery="d")
    assert [each.body.action for each in asked.store.events(1)] == [Action.SUBMIT, Action.AMEND]


def test_in_the_thread_a_size_is_all_there_is_to_say(asked: Room) -> None:
    asked.say("edit 3", CAT, in_thread_of=1)
    assert plan(asked).to_units == 3
    asked.clock.advance(minutes=2)
    asked.say("agree", in_thread_of=1)
    assert asked.request().consented
    assert plan(asked).lease == timedelta(hours=8)
