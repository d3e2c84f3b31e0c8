"""/dac why says what a request waits for, and of everything one can try why it is or is not possible now."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from approvals.policy import People, Policy
from approvals.states import Action
from approvals.windows import FreezeWindow
from dac.errors import NotFound, Unavailable
from tests.commands.room import Room, lines, shown
from tests.commands.sound import refused
from tests.fakes import ANN, BOB, CAT, EVE, cluster, policy, rule

RULES = Policy(
    rules=(rule(approvals=2, break_glass=People(users=frozenset({EVE}))),), freezers=People(users=frozenset({CAT}))
)


@pytest.fixture
def asked(tmp_path: Path) -> Room:
    room = Room(tmp_path, rules=RULES)
    room.say("scale chat 4 because launch")
    return room


def why(room: Room, user: str = ANN, line: str = "why 1") -> str:
    reply = room.say(line, user)
    assert refused(reply.text, reply.blocks) == []
    assert not reply.public
    return shown(reply)


@pytest.mark.parametrize(
    ("user", "offered"),
    [
        (ANN, ["edit 1", "cancel 1", "request 1"]),
        (BOB, ["approve 1", "deny 1", "edit 1", "request 1"]),
        (EVE, ["break-glass 1", "request 1"]),
        ("UZOE", ["request 1"]),
    ],
)
def test_everybody_is_offered_what_they_may_do_and_nothing_else(asked: Room, user: str, offered: list[str]) -> None:
    assert [each.split(" --plan")[0] for each in lines(asked.say("why 1", user).blocks)] == offered


def test_it_says_who_is_waited_for_and_until_when(asked: Room) -> None:
    asked.say("approve 1", BOB)
    answer = why(asked)
    assert "• approval, 1 of 2 so far, by <@UCAT> or <@UDAN>" in answer
    assert "Undecided, it expires <!date^" in answer


@pytest.mark.parametrize(
    ("user", "says"),
    [
        (ANN, "approve it, deny it: You asked for this change; someone else must decide over it."),
        (BOB, "break the glass for it: You are not among those whom the rule “everything” lets break the glass for"),
        (EVE, "approve it, deny it, propose another size: You are not among the approvers of the rule “everything”."),
    ],
)
def test_it_says_why_one_cannot_act(asked: Room, user: str, says: str) -> None:
    assert says in why(asked, user)


@pytest.mark.parametrize("user", [ANN, BOB, EVE, "UZOE"])
def test_what_nobody_would_ask_about_is_not_told(asked: Room, user: str) -> None:
    answer = why(asked, user)
    assert "agree to what was made of it" not in answer
    assert "review" not in answer
    assert ("cancel it" in answer) is (user == ANN)
    assert "too late" not in answer


def test_what_makes_sense_only_later_is_told_then(asked: Room) -> None:
    asked.say("edit 1 3", BOB)
    assert "• agree to what was made of it" in why(asked, ANN)
    asked.say("break-glass 1 chat --plan " + asked.request().digest[:12] + " because down", EVE)
    assert "review its broken glass: You had a part in request 1" in why(asked, BOB)
    assert "break the glass" not in why(asked, CAT)


def test_a_rule_without_emergencies_does_not_speak_of_them(room: Room) -> None:
    room.say("scale chat 4")
    assert "glass" not in why(room, BOB)
    assert "break the glass for it: You are not" not in why(room, "UZOE")


def test_who_must_be_among_them_is_named_once_and_plainly(tmp_path: Path) -> None:
    room = Room(tmp_path, rules=policy(rule(approvals=2, must_include=People(users=frozenset({CAT})))))
    room.say("scale chat 4")
    assert "• the approval of <@UCAT>\n" in why(room) + "\n"


def test_who_only_asks_why_is_not_on_record(asked: Room) -> None:
    answer = why(asked, EVE)
    assert "on record" not in answer
    assert [each.body.action for each in asked.store.events(1)] == [Action.SUBMIT]


def test_of_what_is_over_nothing_more_is_told(asked: Room) -> None:
    asked.say("cancel 1")
    answer = why(asked, BOB)
    assert "*You can* do nothing with it now." in answer
    assert "You cannot" not in answer
    assert "It waits for nothing: it is over." in answer


@pytest.mark.parametrize("user", [BOB, CAT])
def test_its_approve_button_approves_the_plan_shown(asked: Room, user: str) -> None:
    asked.say(lines(asked.say("why 1", user).blocks)[0], user)
    assert asked.request().voters == (user,)


def test_a_group_that_slack_does_not_tell_of_is_named_as_the_reason(asked: Room) -> None:
    asked.groups.problem = Unavailable("Slack did not answer.")
    assert "approve it" in why(asked, EVE)
    assert "Slack did not answer." in why(asked, EVE)


def test_a_freeze_is_told_before_and_after_it_holds_the_request_up(asked: Room) -> None:
    asked.say("freeze because incident", CAT)
    assert "Everything is frozen by <@UCAT>" in why(asked)
    asked.say("approve 1", BOB)
    told = shown(asked.say("approve 1", CAT))
    assert why(asked).count("it is too late for that") == 1
    for said in (told, why(asked)):
        assert "Everything is frozen by <@UCAT>" in said
        assert "its turn" not in said
        assert "It waits for nothing" not in said
    asked.pass_time(minutes=1)
    answer = why(asked)
    assert "• the freeze by <@UCAT> (incident) to be lifted with `/dac unfreeze`" in answer
    assert "Everything is frozen" not in answer
    assert "If it cannot be begun by <!date^" in answer


def test_a_window_is_told_before_and_after_it_holds_the_request_up(tmp_path: Path) -> None:
    window = FreezeWindow(reason="holidays", zone="UTC", starts="2026-11-20T00:00:00", ends="2026-11-24T00:00:00")
    room = Room(tmp_path, rules=policy(rule(freeze=(window,))))
    room.say("scale chat 4")
    assert "the end of the freeze window “holidays”, <!date^" in why(room)
    room.say("approve 1", BOB)
    room.pass_time(minutes=1)
    assert why(room).count("the end of the freeze window “holidays”, <!date^") == 1


def test_a_start_another_request_and_oracle_are_what_it_waits_for(room: Room) -> None:
    room.oracle.takes = timedelta(hours=9)
    room.say("scale chat 4 --at in 2h")
    room.say("approve 1", BOB)
    assert "its start, <!date^" in why(room)
    room.say("scale chat 6")
    room.say("approve 2", BOB)
    assert "its turn, which comes within seconds" in why(room, line="why 2")
    room.pass_time()
    assert "Oracle to carry it out" in why(room, line="why 2")
    # Oracle takes the change for done before it says so of the work.
    room.oracle.change(cluster().id, lifecycle_state="ACTIVE")
    room.pass_time(hours=2)
    assert "request 2, which is changing the same cluster, to end" in why(room)


def test_a_trouble_is_told_with_since_when(room: Room) -> None:
    room.say("scale chat 4")
    room.say("approve 1", BOB)
    room.oracle.fail("cluster", Unavailable("Oracle did not answer."), times=9)
    room.pass_time(minutes=1)
    assert "a trouble to pass since <!date^" in why(room)
    assert "Oracle did not answer." in why(room)


def test_a_lease_and_its_return_are_what_it_waits_for(room: Room) -> None:
    room.say("scale chat 4 --for 8h")
    room.say("approve 1", BOB)
    room.pass_time(minutes=1)
    room.pass_time(minutes=30)
    assert "the end of its lease, <!date^" in why(room)
    assert "• ask to keep the size for longer" in why(room)
    assert "extend 1" in lines(room.say("why 1").blocks)
    room.pass_time(hours=8, minutes=1)
    assert "request 2, which gives the leased size back, to end" in why(room)


def test_a_review_that_is_owed_is_told_and_offered_to_who_may(asked: Room) -> None:
    asked.say("break-glass 1 chat because down", EVE)
    assert "a review of the broken glass by <@UBOB>, <@UCAT> or <@UDAN>, due <!date^" in why(asked)
    assert "review 1" in lines(asked.say("why 1", BOB).blocks)
    assert "review 1" not in lines(asked.say("why 1", EVE).blocks)


def test_in_the_thread_no_number_is_needed_and_elsewhere_it_must_exist(asked: Room) -> None:
    assert "Request 1" in shown(asked.say("why", in_thread_of=1))
    with pytest.raises(NotFound, match="no request 99"):
        asked.say("why 99")


def test_what_nobody_can_approve_any_more_is_told_first(tmp_path: Path) -> None:
    room = Room(tmp_path, rules=policy(rule(approvers=People(groups=frozenset({"SONCALL"})))))
    room.say("scale chat 4 because launch")
    room.groups.members["SONCALL"] = set()
    assert "Nobody can approve request 1 any more" in why(room).splitlines()[2]
    room.groups.problem = Unavailable("Slack did not answer.")
    assert "any more" not in why(room)
