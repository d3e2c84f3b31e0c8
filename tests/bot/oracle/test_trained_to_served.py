"""From a data set to an endpoint for what was trained on it: each request offers the next, at the local Oracle."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from approvals.records import Records
from approvals.request import Request
from approvals.requests import Requests
from approvals.states import State
from bot.oracle.connection import Oracle
from commands._card import card
from commands._parse import arguments
from tests.bot.oracle.conftest import CHICAGO, FRANKFURT, Place
from tests.bot.oracle.team import Team
from tests.commands.room import Room, lines, texts, understood
from tests.fakes import BOB

TRAIN = "finetune support-v1 --model llama-3.3-70b --dataset training-data/support-chat.jsonl --preset conservative"


class People:
    """They type and press, and the bot does what was approved."""

    def __init__(self, oracle: Oracle, place: Place, path: Path) -> None:
        self.team = Team(oracle, place, path / "dac.sqlite3")
        self._room = Room(path)
        self._services = replace(
            self._room.services,
            fleet=oracle.reader,
            approvals=self.team.approvals,
            requests=Requests(self.team.store, Records(self.team.path), lambda: place.now),
            now=lambda: place.now,
            regions=(CHICAGO, FRANKFURT),
            compartments=(self.team.compartment,),
        )

    def done(self, line: str, number: int) -> Request:
        """Ask, agree, and wait until Oracle has it."""
        command, parsed = understood(line)
        assert parsed.missing == ()
        command.run(arguments(command, parsed.values), self._room.call(), self._services)
        self.team.approvals.approve(number, BOB)
        ended = self.team.life().finish(number)
        assert ended.state is State.APPLIED, ended.outcome
        return ended


def offered(request: Request, name: str) -> str:
    """What the card's button means, with the name that its form asks for."""
    (line,) = lines(card(request).blocks)
    command, parsed = understood(line)
    assert parsed.missing == ("name",)
    words = [parsed.values["cluster"], name] if "cluster" in parsed.values else [name]
    return " ".join([command.name, *words, "--model", parsed.values["model"]])


def test_a_data_set_is_trained_on_hosted_and_served(oracle: Oracle, place: Place, tmp_path: Path) -> None:
    people = People(oracle, place, tmp_path)
    trained = people.done(TRAIN, 1)
    shown = "\n".join(texts(list(card(trained).blocks)))
    assert "620 pairs" in shown
    assert trained.plan.subject.region == CHICAGO
    assert "233 = 3 epochs × 620 pairs / 8 a batch, rounded up" in shown
    assert "final accuracy 0." in trained.outcome
    assert "final loss " in trained.outcome
    hosted = people.done(offered(trained, "support"), 2)
    served = people.done(offered(hosted, "support-chat"), 3)
    made: dict[str, Any] = {
        kind: place.found(kind, name)
        for kind, name in (("models", "support-v1"), ("clusters", "support"), ("endpoints", "support-chat"))
    }
    assert made["clusters"]["type"] == "HOSTING"
    assert made["endpoints"]["modelId"] == made["models"]["id"]
    assert made["endpoints"]["dedicatedAiClusterId"] == made["clusters"]["id"]
    assert made["endpoints"]["id"] in served.outcome


def test_by_its_name_it_is_hosted_and_served_as_well(oracle: Oracle, place: Place, tmp_path: Path) -> None:
    people = People(oracle, place, tmp_path)
    people.done("create hosting tickets-more --model tickets-triage", 1)
    people.done("endpoint create tickets-more tickets-more --model tickets-triage", 2)
    assert place.found("endpoints", "tickets-more")["modelId"] == place.found("models", "tickets-triage")["id"]
