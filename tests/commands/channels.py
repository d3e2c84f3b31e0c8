"""Slack's channels as commands see them: found by name, mention or id, with the people who are in them."""

from __future__ import annotations

from dataclasses import dataclass, field

from commands._command import Channel
from dac.errors import NotFound
from tests.fakes import ANN, BOB, CAT, DAN

TEAM, OPS = Channel("CTEAM", "team"), Channel("C0OPS", "ops")
OLD, STRANGE = Channel("C0OLD", "old", archived=True), Channel("C0STRANGE", "strange", joined=False)


@dataclass
class FakeChannels:
    found: list[Channel] = field(default_factory=lambda: [TEAM, OPS, OLD, STRANGE])
    members: dict[str, set[str]] = field(
        default_factory=lambda: {each.id: {ANN, BOB, CAT, DAN} for each in (TEAM, OLD, STRANGE)} | {OPS.id: {ANN, BOB}}
    )

    def find(self, word: str) -> Channel:
        wanted = word.removeprefix("<#").removeprefix("#").partition("|")[0].removesuffix(">")
        for each in self.found:
            if wanted in {each.id, each.name}:
                return each
        raise NotFound(f"I know no channel #{wanted}.")

    def has(self, channel: str, person: str) -> bool:
        return person in self.members.get(channel, set())
