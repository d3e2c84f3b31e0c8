"""A request that waits for a person goes on, or ends there, by a word of those who may say it."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import cast

import pytest

from approvals.states import Action, State
from approvals.step_events import Confirmed
from commands._card import Message
from commands._past import past
from commands._thread import thread
from dac.errors import Conflict, Denied, Unavailable
from tests.approvals.conftest import House
from tests.approvals.kinds import CHAT, KINDS, SERVED, furnish
from tests.commands.room import Room, lines, texts
from tests.commands.sound import refused
from tests.fakes import ANN, BOB, EVE, endpoint, traffic


@pytest.fixture
def moving(tmp_path: Path) -> Room:
    """An endpoint's move that has come to its pause."""
    room = Room(tmp_path)
    world = cast("House", room)  # what it needs of a house, a room has too
    furnish(world)
    plan = KINDS["endpoint-move"](world)
    room.services.approvals.submit(plan, requester=ANN, reason="", channel="CTEAM", delivery="d")
    room.say("approve 1", BOB)
    room.pass_time()
    room.pass_time(minutes=30)
    return room


@pytest.mark.parametrize("who", [ANN, BOB])
def test_whoever_may_lets_it_go_on(moving: Room, who: str) -> None:
    reply = moving.say("confirm 1 because all clients use the new endpoint", who)
    assert reply.text.startswith("You let go on request 1: Move endpoint chat-endpoint from chat to bare.")
    moving.pass_time()
    moving.pass_time(minutes=30)
    assert moving.request().state is State.APPLIED


@pytest.mark.parametrize("who", [ANN, BOB])
def test_whoever_may_ends_it_there(moving: Room, who: str) -> None:
    reply = moving.say("stop 1 because the clients are not ready", who)
    assert "its card offers the way back" in "\n".join(texts(list(reply.blocks)))
    assert moving.request().state is State.CANCELLED
    assert len(moving.request().ways) == 1
    moving.pass_time(minutes=30)
    assert moving.oracle.removed == []


@pytest.mark.parametrize("verb", ["confirm", "stop"])
def test_nobody_else_may_and_nothing_else_waits_for_it(moving: Room, verb: str) -> None:
    with pytest.raises(Denied, match=f"so you cannot {verb} request 1"):
        moving.say(f"{verb} 1", EVE)
    moving.say("confirm 1", BOB)
    with pytest.raises(Conflict, match="asks nobody to confirm anything now"):
        moving.say(f"{verb} 1", BOB)


def test_why_says_that_one_can_let_it_go_on_or_stop_it(moving: Room) -> None:
    said = "\n".join(texts(list(moving.say("why 1", BOB).blocks)))
    assert "• let it go on" in said
    assert "• stop it here" in said
    assert "• the word of <@UANN>, <@UBOB>" in said
    assert "(`/dac confirm 1`)" in said
    others = "\n".join(texts(list(moving.say("why 1", EVE).blocks)))
    assert "let it go on, stop it here: You are not among the approvers" in others


def measured(room: Room, **windows: int | None) -> None:
    """What Monitoring says of the old endpoint by window: h1 the last hour, h72 the last 72."""
    seen = tuple(
        traffic(SERVED, hours=int(name[1:]), calls=None if calls is None else Decimal(calls))
        for name, calls in windows.items()
    )
    room.oracle.fleet_seen = room.oracle.fleet_seen.model_copy(update={"traffic": seen})


def test_what_is_still_called_is_told_with_count_and_window_and_nothing_is_confirmed(moving: Room) -> None:
    measured(moving, h1=1234, h72=99999)
    reply = moving.say("confirm 1 because all switched", BOB)
    said = "\n".join(texts(list(reply.blocks)))
    assert "Request 1 does not go on yet: what it is to remove is still called." in said
    assert "*chat-endpoint*: 1,234 calls in 1 h, " in said
    assert "Confirm all the same" in said
    assert refused(reply.text, reply.blocks) == []
    claim = moving.request().claim
    assert claim
    assert claim.question
    (line,) = [each for each in lines(reply.blocks) if each.startswith("confirm")]
    assert line == "confirm 1 --anyway because all switched"
    assert moving.say(line, BOB).text.startswith("You let go on request 1")
    assert moving.store.events(1)[-1].body == Confirmed(comment="all switched")


def test_in_a_thread_it_is_asked_again_as_well(moving: Room) -> None:
    measured(moving, h1=1)
    reply = moving.say("confirm", in_thread_of=1)
    assert "1 call in " in "\n".join(texts(list(reply.blocks)))
    assert moving.say("confirm --anyway", in_thread_of=1).text.startswith("You let go on")


def test_nobody_called_lately_lets_it_go_on_at_once(moving: Room) -> None:
    measured(moving, h1=0, h72=5000)
    reply = moving.say("confirm 1")
    assert reply.text.startswith("You let go on")
    assert "not known" not in "\n".join(texts(list(reply.blocks)))


@pytest.mark.parametrize("windows", [{}, {"h1": None}])
def test_what_was_not_measured_is_said_and_holds_nothing_up(moving: Room, windows: dict[str, int | None]) -> None:
    measured(moving, **windows)
    reply = moving.say("confirm 1")
    assert reply.text.startswith("You let go on")
    assert "Whether anybody still calls chat-endpoint is not known" in "\n".join(texts(list(reply.blocks)))


def test_a_fleet_that_cannot_be_read_holds_nothing_up_either(moving: Room) -> None:
    moving.oracle.fail("fleet", Unavailable("Oracle did not answer."))
    reply = moving.say("confirm 1")
    assert "is not known" in "\n".join(texts(list(reply.blocks)))


def test_who_may_not_confirm_is_not_asked_about_traffic(moving: Room) -> None:
    measured(moving, h1=5)
    with pytest.raises(Denied, match="so you cannot confirm request 1"):
        moving.say("confirm 1", EVE)
    assert moving.store.events(1)[-1].body.action is Action.REFUSE


def test_of_several_those_not_measured_are_named_beside_those_called(tmp_path: Path) -> None:
    room = Room(tmp_path)
    world = cast("House", room)
    furnish(world)
    room.oracle.add(endpoint(CHAT, "second"))
    room.services.approvals.submit(KINDS["migrate"](world), requester=ANN, reason="", channel="CTEAM", delivery="d")
    room.say("approve 1", BOB)
    for _ in range(4):
        room.pass_time(minutes=30)
    measured(room, h1=7)
    said = "\n".join(texts(list(room.say("confirm 1").blocks)))
    assert "*chat-endpoint*: 7 calls in " in said
    assert "Whether anybody still calls second is not known" in said


def message(room: Room) -> Message:
    """The thread's last line that somebody has to act on."""
    messages = thread(room.request(), room.store.events(1))
    return messages[max((each for each in messages if each.startswith("event:")), key=lambda each: int(each[6:]))]


def test_the_pause_and_its_newest_reminder_have_the_buttons_and_lead_to_the_traffic(moving: Room) -> None:
    wanted = ["confirm 1", "stop 1", f"status {CHAT.id}"]
    paused = message(moving)
    assert lines(paused.blocks) == wanted
    moving.pass_time(hours=4)
    reminder = message(moving)
    said = "\n".join(texts(list(reminder.blocks)))
    assert f"<@{ANN}>: request 1 waits for a person since" in said
    assert "the old and the new both cost" in said
    assert "have all clients been switched from chat-endpoint" in said
    assert lines(reminder.blocks) == wanted
    assert refused(reminder.text, reminder.blocks) == []
    everything = thread(moving.request(), moving.store.events(1))
    assert [len(lines(each.blocks)) for each in everything.values() if lines(each.blocks)[:1] == ["confirm 1"]] == [3]
    assert "reminded of the question" in "\n".join(past(moving.store.events(1), 99))
    moving.say("confirm 1")
    everything = thread(moving.request(), moving.store.events(1))
    assert [each for each in everything.values() if "confirm 1" in lines(each.blocks)] == []
    assert moving.say(wanted[2]).text


def test_what_came_onto_the_old_cluster_meanwhile_keeps_it_waiting(tmp_path: Path) -> None:
    room = Room(tmp_path)
    world = cast("House", room)
    furnish(world)
    room.services.approvals.submit(KINDS["migrate"](world), requester=ANN, reason="", channel="CTEAM", delivery="d")
    room.say("approve 1", BOB)
    for _ in range(6):
        room.pass_time(minutes=30)
    late = room.oracle.add(endpoint(CHAT, "late"))
    seen = room.oracle.fleet_seen
    room.oracle.fleet_seen = seen.model_copy(update={"endpoints": (*seen.endpoints, late)})
    with pytest.raises(
        Conflict, match=r"goes on waiting: nobody agreed to delete what is new .*, late\. Delete or move"
    ):
        room.say("confirm 1 --anyway", BOB)
    claim = room.request().claim
    assert claim
    assert claim.question
    room.oracle.fail("fleet", Unavailable("Oracle did not answer."))
    assert room.say("confirm 1 --anyway", BOB).text.startswith("You let go on request 1")
