"""/dac approve, deny and cancel do what they say, for those who may, and answer with what has come of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from approvals.policy import People, Policy
from approvals.states import State
from commands._card import card
from dac.errors import Conflict, DacError, Denied, Invalid, NotFound
from tests.commands.requests import HOSTILE_NAME
from tests.commands.room import Room, lines, shown, understood
from tests.commands.sound import live
from tests.fakes import ANN, BOB, CAT, EVE, cluster, fleet, policy, rule


@pytest.fixture
def asked(room: Room) -> Room:
    room.say("scale chat 4 because launch week")
    return room


@pytest.mark.parametrize(
    ("line", "comment"),
    [
        ("approve 1", ""),
        ("approve #1", ""),
        ("approve 1 because it\u2019s “fine”", "it\u2019s “fine”"),
        ("approve 1 fine by me", "fine by me"),
        ("APPROVE 01 —  fine", "—  fine"),
    ],
)
def test_a_yes_is_counted_with_its_comment(asked: Room, line: str, comment: str) -> None:
    answer = shown(asked.say(line, BOB))
    assert asked.request().state is State.APPROVED
    assert [(each.voter, each.comment) for each in asked.request().approvals] == [(BOB, comment)]
    assert "You approved request 1" in answer
    assert asked.request().plan.summary in answer


def test_a_yes_that_does_not_suffice_says_how_many_are_needed_yet(tmp_path: Path) -> None:
    room = Room(tmp_path, rules=policy(rule(approvals=3)))
    room.say("scale chat 4")
    assert "2 more" in shown(room.say("approve 1", BOB))
    assert "1 more" in shown(room.say("approve 1", CAT))
    assert "more" not in shown(room.say("approve 1", "UDAN"))
    assert room.request().state is State.APPROVED


def test_pressing_approve_is_the_same_as_typing_it(asked: Room) -> None:
    approve, *_ = lines(card(asked.request()).blocks)
    asked.say(approve, BOB)
    assert asked.request().voters == (BOB,)


def test_a_button_of_a_card_for_another_plan_counts_for_nothing(asked: Room) -> None:
    approve, *_ = lines(card(asked.request()).blocks)
    asked.say("cancel 1")
    asked.say("scale chat 5")
    with pytest.raises(Conflict, match="another plan"):
        asked.say(approve.replace("approve 1", "approve 2"), BOB)
    assert asked.request(2).voters == ()


def test_a_no_ends_it_with_the_reason(asked: Room) -> None:
    answer = shown(asked.say("deny 1 because over budget", CAT))
    assert (asked.request().state, asked.request().outcome) == (State.DENIED, "over budget")
    assert "You denied request 1" in answer


def test_pressing_deny_asks_why(asked: Room) -> None:
    _, deny, *_ = lines(card(asked.request()).blocks)
    command, parsed = understood(deny)
    given = {"request": "1", "plan": asked.request().digest[:12]}
    assert (command.name, parsed.values, parsed.missing) == ("deny", given, ("because",))


@pytest.mark.parametrize(("line", "because"), [("cancel 1", ""), ("cancel 1 because not needed", "not needed")])
def test_the_person_who_asked_can_withdraw(asked: Room, line: str, because: str) -> None:
    answer = shown(asked.say(line))
    assert (asked.request().state, asked.request().outcome) == (State.CANCELLED, because)
    assert "You cancelled request 1" in answer


@pytest.mark.parametrize(
    ("line", "user", "error", "says"),
    [
        ("approve 1", ANN, Denied, "someone else"),
        ("approve 1", EVE, Denied, "not among the approvers"),
        ("deny 1 because no", EVE, Denied, "not among the approvers"),
        ("cancel 1", BOB, Denied, "Only the person who asked"),
        ("approve 99", BOB, NotFound, "no request 99"),
        ("approve 999999999", BOB, NotFound, "no request"),
    ],
)
def test_who_may_not_is_told_and_nothing_changes(
    asked: Room, line: str, user: str, error: type[DacError], says: str
) -> None:
    with pytest.raises(error, match=says):
        asked.say(line, user)
    assert asked.request().state is State.PENDING


@pytest.mark.parametrize("word", ["chat", "1.0", "²", "\uff11", "-1", "1,", "#", "12345678901", "٣"])
@pytest.mark.parametrize("line", ["approve {}", "deny {} because no", "cancel {}"])
def test_what_is_no_number_of_a_request_is_refused_in_a_sentence(asked: Room, word: str, line: str) -> None:
    with pytest.raises(Invalid, match="not the number of a request") as refused:
        asked.say(line.format(word), BOB)
    assert len(str(refused.value)) < 200


@pytest.mark.parametrize("line", ["approve {}", "deny {} because no", "cancel {}", "deny {}"])
def test_a_number_of_any_length_is_refused_in_a_short_sentence(asked: Room, line: str) -> None:
    with pytest.raises(Invalid) as refused:
        asked.say(line.format("1" * 40_000), BOB)
    assert len(str(refused.value)) < 200


@pytest.mark.parametrize(
    ("said", "user", "state"),
    [
        ("approve", BOB, State.APPROVED),
        ("approve because fine", BOB, State.APPROVED),
        ("deny because no", BOB, State.DENIED),
        ("deny no money left", BOB, State.DENIED),
        ("cancel", ANN, State.CANCELLED),
    ],
)
def test_in_the_thread_no_number_is_needed(asked: Room, said: str, user: str, state: State) -> None:
    asked.say(said, user, in_thread_of=1)
    assert asked.request().state is state


@pytest.mark.parametrize("line", ["approve 1", "deny 1 because no"])
def test_a_second_copy_of_a_delivery_decides_nothing_more(tmp_path: Path, line: str) -> None:
    room = Room(tmp_path, rules=policy(rule(approvals=2, denials=2)))
    room.say("scale chat 4")
    first, second = (shown(room.say(line, BOB, delivery="d")) for _ in range(2))
    assert first == second
    assert len(room.store.events(1)) == 2


def test_a_refusal_delivered_twice_is_on_record_once(asked: Room) -> None:
    for _ in range(2):
        with pytest.raises(DacError, match="not among the approvers"):
            asked.say("approve 1", EVE, delivery="d")
    assert len(asked.store.events(1)) == 2


def test_a_yes_that_does_not_suffice_says_who_is_waited_for_and_until_when(tmp_path: Path) -> None:
    room = Room(tmp_path, rules=policy(rule(approvals=2)))
    room.say("scale chat 4")
    answer = shown(room.say("approve 1", BOB))
    assert "It waits for approval, 1 of 2 so far, by <@UCAT> or <@UDAN>." in answer
    assert "Undecided, it expires <!date^" in answer


def test_a_yes_that_suffices_says_what_keeps_it_from_being_begun(tmp_path: Path) -> None:
    room = Room(tmp_path, rules=Policy(rules=(rule(),), freezers=People(users=frozenset({CAT}))))
    room.say("scale chat 4")
    room.say("freeze because incident", CAT)
    assert "Everything is frozen by <@UCAT>" in shown(room.say("approve 1", BOB))


def test_a_yes_without_those_who_must_be_among_them_says_who_they_are(tmp_path: Path) -> None:
    room = Room(tmp_path, rules=policy(rule(must_include=People(users=frozenset({CAT})))))
    room.say("scale chat 4")
    assert "the approval of <@UCAT>" in shown(room.say("approve 1", BOB))
    assert room.request().state is State.PENDING


@pytest.mark.parametrize(("denials", "more"), [(2, "1 more denial ends it"), (3, "2 more denials end it")])
def test_a_no_that_does_not_suffice_says_how_many_do(tmp_path: Path, denials: int, more: str) -> None:
    room = Room(tmp_path, rules=policy(rule(denials=denials)))
    room.say("scale chat 4")
    assert more in shown(room.say("deny 1 because no", BOB))
    assert room.request().state is State.PENDING


def test_where_a_comment_is_wanted_the_button_asks_for_it(tmp_path: Path) -> None:
    room = Room(tmp_path, rules=policy(rule(comment_required=True)))
    room.say("scale chat 4")
    approve = lines(room.say("why 1", BOB).blocks)[0]
    _, parsed = understood(approve)
    assert parsed.missing == ("because",)
    room.say(f"{approve} because I have looked", BOB)
    assert [each.comment for each in room.request().approvals] == ["I have looked"]


def test_answers_to_decisions_are_private(asked: Room) -> None:
    assert not asked.say("approve 1", BOB).public
    assert not asked.say("cancel 1").public


@pytest.mark.parametrize("line", ["approve 1", "deny 1 because no", "cancel 1"])
def test_the_answer_to_a_decision_calls_nobody(tmp_path: Path, line: str) -> None:
    held = cluster(HOSTILE_NAME).model_copy(update={"id": "ocid1.generativeaidedicatedaicluster.oc1..h"})
    room = Room(tmp_path, fleet(held))
    room.say(f"scale {held.id} 4")
    reply = room.say(line, ANN if line.startswith("cancel") else BOB)
    assert live(shown(reply)) == []
