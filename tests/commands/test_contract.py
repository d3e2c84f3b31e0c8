"""A rate that a team's own file holds is called the contract's wherever money stands, and never a list price."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from commands._card import card
from commands._notice import notice
from commands._rows import priced
from commands._thread import thread
from dac.budgets import Budget
from dac.catalog import shipped
from tests.commands.room import Room, shown, texts
from tests.fakes import ANN, policy

OWN = """
[sources.contract]
title = "Our contract with Oracle"
as_of = 2026-11-01
trust = "team"

[prices.B108082]
amount = "18.00"
basis = "contract"
sources = ["contract"]
"""


@pytest.fixture
def room(tmp_path: Path) -> Room:
    rules = policy().model_copy(update={"budgets": (Budget(name="all", monthly=100_000),)})
    made = Room(tmp_path, rules=rules)
    made.services = replace(made.services, catalog=shipped({"contract.toml": OWN}))
    return made


def everything(room: Room) -> str:
    request = room.request()
    blocks = [*card(request).blocks, *notice(request, None).blocks, *priced([request])]
    for message in thread(request, room.store.events(request.id)).values():
        blocks += message.blocks
    return "\n".join(texts(blocks))


@pytest.mark.parametrize("line", ["scale chat 4", "scale chat 4 --for 8h", "scale chat 4 --at in 2h --for 8h"])
def test_a_request_says_whose_rate_it_is(room: Room, line: str) -> None:
    answer = shown(room.say(line, ANN))
    told = everything(room)
    for text in (answer, told):
        assert "Contract cost" in text
        assert "list" not in text.casefold().replace("mailing list", "")
    assert "At your contract's rate, as the team's own file has it: Our contract with Oracle, 2026-11-01" in told
    assert "$18 a unit-hour" in told


def test_status_and_advice_say_whose_rate_it_is(room: Room) -> None:
    status = shown(room.say("status chat"))
    assert "Contract cost a month" in status
    assert "List" not in status
    cost = shown(room.say("cost 1 unit LARGE_COHERE_V3"))
    assert "$13,392" in cost
    assert "at your contract's rate" in cost
    assert "at list price" not in cost
