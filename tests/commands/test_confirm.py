"""A request that waits for a person goes on, or ends there, by a word of those who may say it."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import pytest

from approvals.states import State
from dac.errors import Conflict, Denied
from tests.approvals.conftest import House
from tests.approvals.kinds import KINDS, furnish
from tests.commands.room import Room, texts
from tests.fakes import ANN, BOB, EVE


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
