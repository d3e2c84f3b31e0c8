"""A room in which commands are typed as in Slack, over real approvals and Oracle in memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

from approvals.policy import Policy
from approvals.request import Request
from approvals.service import Approvals
from approvals.store import Store
from commands import COMMANDS
from commands._blocks import Block
from commands._command import AnyCommand, Call, Reply, Services
from commands._parse import Parsed, arguments, check_given, in_thread, parse, split_verb
from dac.cluster import Fleet
from tests.fakes import ANN, CATALOG, FakeClock, FakeOracle, cluster, fleet, groups, policy

CHANNEL = "CTEAM"


def understood(line: str, request_id: int | None = None) -> tuple[AnyCommand, Parsed]:
    """What a command line means, read as the bot reads it."""
    verb, tail = split_verb(line)
    command = COMMANDS[verb]
    parsed = parse(command, in_thread(command, tail, request_id))
    check_given(command, parsed)
    return command, parsed


def values(line: str) -> dict[str, Any]:
    """The arguments of a line that lacks none, as the command gets them."""
    command, parsed = understood(line)
    assert parsed.missing == ()
    return arguments(command, parsed.values).model_dump(exclude_defaults=True)


@dataclass
class Room:
    path: Path
    seen: Fleet = field(default_factory=lambda: fleet(cluster()))
    rules: Policy = field(default_factory=policy)
    clock: FakeClock = field(default_factory=FakeClock)

    def __post_init__(self) -> None:
        self.oracle = FakeOracle(self.clock, self.seen)
        self.store = Store(self.path / "dac.sqlite3")
        approvals = Approvals(self.store, self.rules, groups().members_of, self.clock.now)
        self.services = Services(self.oracle, approvals, self.rules, CATALOG, self.clock.now)
        self._deliveries = count(1)

    def call(self, user: str = ANN, request_id: int | None = None) -> Call:
        return Call(user=user, channel=CHANNEL, delivery=f"delivery-{next(self._deliveries)}", request_id=request_id)

    def say(self, line: str, user: str = ANN, *, in_thread_of: int | None = None) -> Reply:
        command, parsed = understood(line, in_thread_of)
        assert parsed.missing == ()
        return command.run(arguments(command, parsed.values), self.call(user, in_thread_of), self.services)

    def request(self, number: int = 1) -> Request:
        return self.store.get(number)


def texts(blocks: Sequence[Block]) -> list[str]:
    """Every text a person reads in blocks, those of buttons and confirm dialogs included."""
    found: list[str] = []
    waiting: list[Any] = list(reversed(blocks))
    while waiting:
        each = waiting.pop()
        if isinstance(each, dict):
            if isinstance(each.get("text"), str):
                found.append(each["text"])
            waiting.extend(reversed([inner for inner in each.values() if isinstance(inner, dict | list)]))
        elif isinstance(each, list):
            waiting.extend(reversed(each))
    return found


def shown(reply: Reply) -> str:
    """All of an answer as one text; one without blocks is shown by its text."""
    return "\n".join(texts(reply.blocks)) or reply.text


def buttons(blocks: Sequence[Block]) -> list[Block]:
    rows = [block["elements"] for block in blocks if block["type"] == "actions"]
    return [element for row in rows for element in row] + [
        block["accessory"] for block in blocks if block.get("accessory", {}).get("type") == "button"
    ]


def lines(blocks: Sequence[Block]) -> list[str]:
    """The command lines that the buttons mean."""
    return [str(button["value"]) for button in buttons(blocks)]
