"""/dac request tells one request in full, what has happened to it, and what the person can do with it."""

from __future__ import annotations

from pathlib import Path

import pytest

from approvals.events import BOT, Event, Progressed
from approvals.policy import People
from approvals.states import Action
from commands._past import _DID, past
from dac.errors import NotFound
from tests.commands.requests import NAMES, WORDS, story
from tests.commands.room import Room, lines, shown, understood
from tests.commands.sound import halved, live, refused, unsourced
from tests.fakes import ANN, BOB, CAT, EVE, START, policy, rule


def told(room: Room, user: str = ANN, line: str = "request 1") -> str:
    reply = room.say(line, user)
    assert refused(reply.text, reply.blocks) == []
    assert not unsourced(reply.text, reply.blocks)
    assert not reply.public
    for each in lines(reply.blocks):
        assert understood(each)
    return shown(reply)


def test_it_tells_what_is_asked_what_has_happened_and_the_record(tmp_path: Path) -> None:
    room = Room(tmp_path, rules=policy(rule(approvals=2)))
    room.say("scale chat 4 because launch week")
    room.say("approve 1 because fine", BOB)
    answer = told(room)
    for part in (
        "Scale chat from 2 to 4 units",
        "launch week",
        "UTC>: <@UANN> asked: launch week",
        "UTC>: <@UBOB> approved: fine",
        "|Its card and thread>",
        f"Judged under the rule “everything” `{room.request().rule_digest[:12]}`\n",
        f"Plan `{room.request().digest[:12]}` · event 2",
        "python -m bot audit export --request 1",
        "*In detail*",
        "Ask Oracle to set chat to 4 units",
    ):
        assert part in answer


def test_a_policy_that_has_changed_since_is_told(room: Room) -> None:
    room.say("scale chat 4")
    room.rules = policy(rule(approvals=2))
    assert "which has changed since" in told(room)


@pytest.mark.parametrize(
    ("user", "offered"),
    [
        (ANN, ["edit 1", "cancel 1", "why 1"]),
        (BOB, ["approve 1", "deny 1", "edit 1", "why 1"]),
        (EVE, ["why 1"]),
    ],
)
def test_the_buttons_are_those_of_the_person_who_looks(room: Room, user: str, offered: list[str]) -> None:
    room.say("scale chat 4")
    assert [each.split(" --plan")[0] for each in lines(room.say("request 1", user).blocks)] == offered


def test_a_request_nobody_made_is_not_found(room: Room) -> None:
    with pytest.raises(NotFound, match="no request 7"):
        room.say("request 7")


def test_a_reason_as_long_as_it_may_be_leaves_the_answer_within_slacks_bounds(room: Room) -> None:
    room.say(f"scale chat 4 because {'reason &' * 250}")
    for _ in range(20):
        with pytest.raises(Exception, match="not among"):
            room.say(f"deny 1 because {'no ' * 600}", EVE)
    assert "20 times" in told(room)


def test_the_whole_life_of_a_leased_change_is_told(tmp_path: Path) -> None:
    room = Room(tmp_path, rules=policy(rule(approvals=2, denials=2, break_glass=People(users=frozenset({EVE})))))
    room.say("scale chat 5 --for 8h because launch")
    room.say("deny 1 because too much", BOB)
    room.say("edit 1 4 because enough", CAT)
    room.clock.advance(minutes=2)
    room.say("agree 1")
    room.say("approve 1", BOB)
    room.pass_time(minutes=1)
    room.pass_time(minutes=30)
    answer = told(room)
    for part in (
        "<@UBOB> denied, which was not yet enough: too much",
        "<@UCAT> changed it to 4 units: enough",
        "<@UANN> agreed to the change",
        "<@UBOB> approved, which was enough",
        "I began",
        "I saw it done: chat is ACTIVE with 4 units",
    ):
        assert part in answer
    room.pass_time(hours=8, minutes=1)
    assert "approved it, as was agreed with the lease" in told(room, line="request 2")
    assert "I asked for the return" in told(room)


def test_a_consent_that_suffices_and_a_review_are_told(tmp_path: Path) -> None:
    room = Room(tmp_path, rules=policy(rule(break_glass=People(users=frozenset({EVE})))))
    room.say("scale chat 5")
    room.say("edit 1 4", CAT)
    room.clock.advance(minutes=2)
    room.say("agree 1")
    assert "agreed to the change, and it was approved" in told(room)
    for number, verdict in ((2, "justified"), (3, "unjustified")):
        room.say("scale chat 5")
        room.say(f"break-glass {number} chat because down", EVE)
        room.clock.advance(hours=25)
        room.pass_time()
        room.say(f"review {number} {verdict} because I looked", BOB)
        found = "found it justified" if verdict == "justified" else "found it not justified"
        assert f"<@UBOB> {found}: I looked" in told(room, line=f"request {number}")
        assert "I reminded of the review" in told(room, line=f"request {number}")


def test_everything_that_can_happen_has_words() -> None:
    assert set(_DID) == set(Action)


def test_what_happens_again_and_again_is_one_line_and_what_is_old_is_counted() -> None:
    events = [
        Event(seq=seq, request_id=1, at=START, actor=BOT, body=Progressed(percent=seq, work_request_id=None))
        for seq in range(1, 40)
    ]
    assert len(past(events, 5)) == 1
    assert "I saw progress, 39 times" in past(events, 5)[0]
    mixed = [each.model_copy(update={"actor": f"U{each.seq}"}) for each in events]
    assert past(mixed, 5)[0] == "… 34 earlier, which `python -m bot audit export` tells"
    assert len(past(mixed, 5)) == 6


@pytest.mark.parametrize("words", WORDS)
@pytest.mark.parametrize("name", NAMES)
def test_the_past_of_whatever_request_fits_and_calls_nobody(name: str, words: str) -> None:
    text = "\n".join(past(story(name, WORDS[words]).events, 12))
    assert len(text) < 3000
    assert live(text) + halved(text) == []
