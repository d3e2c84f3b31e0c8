"""A room in which commands are typed as in Slack, over real approvals and Oracle in memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from approvals.clockwork import Clockwork
from approvals.executor import Executor
from approvals.freezing import Freezer
from approvals.idling import Idling
from approvals.leases import Leases
from approvals.policy import Policy
from approvals.records import Records
from approvals.request import Request
from approvals.requests import Requests
from approvals.scheduling import Scheduling
from approvals.service import Approvals
from approvals.store import Store
from bot.schedules import ScheduleBook
from commands import COMMANDS, _parse
from commands._blocks import Block
from commands._command import AnyCommand, Call, Reply, Services
from commands._parse import Parsed, arguments
from dac.cluster import Fleet
from dac.handbook import shipped
from tests.commands.channels import FakeChannels
from tests.commands.checkers import FakeCheckers
from tests.commands.files import FakeFiles
from tests.fakes import (
    ANN,
    CATALOG,
    FakeAlerts,
    FakeChecks,
    FakeClock,
    FakeGroups,
    FakeMarks,
    FakeOracle,
    cluster,
    fleet,
    groups,
    policy,
)

CHANNEL = "CTEAM"
HANDBOOK = shipped()


def understood(line: str, request_id: int | None = None) -> tuple[AnyCommand, Parsed]:
    """What a command line means, read as the bot reads it."""
    return _parse.understood(COMMANDS, line, request_id)


def values(line: str) -> dict[str, Any]:
    """The arguments of a line that lacks none, as the command gets them."""
    command, parsed = understood(line)
    assert parsed.missing == ()
    return arguments(command, parsed.values).model_dump(exclude_defaults=True, by_alias=True)


@dataclass
class Room:
    path: Path
    seen: Fleet = field(default_factory=lambda: fleet(cluster()))
    rules: Policy = field(default_factory=policy)
    clock: FakeClock = field(default_factory=FakeClock)
    groups: FakeGroups = field(default_factory=groups)
    zones: dict[str, str] = field(default_factory=dict)
    files: FakeFiles = field(default_factory=FakeFiles)
    checkers: FakeCheckers = field(default_factory=FakeCheckers)
    dry_run: bool = False
    alerts: FakeAlerts | None = None
    channels: FakeChannels = field(default_factory=FakeChannels)

    def __post_init__(self) -> None:
        self.oracle = FakeOracle(self.clock, self.seen)
        database = self.path / "dac.sqlite3"
        self.store = Store(database)
        now, members_of = self.clock.now, self.groups.members_of
        self.services = Services(
            fleet=self.oracle,
            approvals=Approvals(self.store, lambda: self.rules, members_of, now, dry_run=self.dry_run),
            requests=Requests(self.store, Records(database), now),
            freezer=Freezer(self.store, lambda: self.rules, members_of, now),
            catalog=CATALOG,
            handbook=HANDBOOK,
            checks=FakeChecks(),
            checkers=self.checkers,
            now=now,
            zone_of=lambda user: ZoneInfo(self.zones.get(user, "UTC")),
            link=lambda number: f"https://team.slack.example/archives/{CHANNEL}/p{number:016}",
            files=self.files,
            marks=FakeMarks(),
            alerts=self.alerts,
            schedules=Scheduling(
                ScheduleBook(database), self.store, lambda: self.rules, members_of, self.channels.has, now
            ),
            channels=self.channels,
        )
        self._executor = Executor(
            self.store, self.oracle, self.oracle, CATALOG, now, holder="one", lease=timedelta(minutes=2)
        )
        self._leases = Leases(self.store, self.oracle, CATALOG, now)
        self._idling = Idling(self.store, self.oracle, CATALOG, now)
        self._clockwork = Clockwork(self.store, now)
        self._deliveries = count(1)

    def call(self, user: str = ANN, request_id: int | None = None) -> Call:
        return Call(user=user, channel=CHANNEL, delivery=f"delivery-{next(self._deliveries)}", request_id=request_id)

    def say(self, line: str, user: str = ANN, *, in_thread_of: int | None = None, delivery: str | None = None) -> Reply:
        command, parsed = understood(line, in_thread_of)
        assert parsed.missing == ()
        call = self.call(user, in_thread_of)
        if delivery:
            call = Call(user=user, channel=CHANNEL, delivery=delivery, request_id=in_thread_of)
        return command.run(arguments(command, parsed.values), call, self.services)

    def request(self, number: int = 1) -> Request:
        return self.store.get(number)

    def pass_time(self, *, minutes: float = 0, hours: float = 0) -> None:
        """Let time go by, and the bot do what it does by itself."""
        self.clock.advance(minutes=minutes, hours=hours)
        for _ in range(4):
            self._clockwork.tick()
            self._leases.tend()
            self._idling.tend()
            for number in self._executor.due():
                self._executor.advance(number)


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


PRESSED = {"button", "overflow"}


def shown(reply: Reply) -> str:
    """All of an answer as one text; one without blocks is shown by its text."""
    return "\n".join(texts(reply.blocks)) or reply.text


def buttons(blocks: Sequence[Block]) -> list[Block]:
    """All that can be pressed, with what stands behind three dots."""
    rows = [block["elements"] if block["type"] == "actions" else [block.get("accessory", {})] for block in blocks]
    elements = [element for row in rows for element in row if element.get("type") in PRESSED]
    return [pressed for element in elements for pressed in element.get("options", [element])]


def lines(blocks: Sequence[Block]) -> list[str]:
    """The command lines that the buttons mean."""
    return [str(button["value"]) for button in buttons(blocks)]
