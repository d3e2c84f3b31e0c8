"""Scheduled digests at work between Oracle in memory and a Slack, one round at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient

from approvals.policy import People
from bot import slack as speaking
from bot.channels import Channels
from bot.charts import Charts
from bot.digesting import Digesting, Outlet, Press
from bot.directory import Directory
from bot.enclosures import Enclosures
from bot.marks import StoredMarks
from bot.occurrences import Occurrences
from bot.owners import Owners
from bot.pictures import Pictures
from bot.schedules import ScheduleBook
from bot.slack_files import SlackFiles
from bot.trouble_tellings import TroubleTellings
from bot.workers import Workers
from commands._command import Enclosed, Reply
from commands._digest_message import message
from dac.digest import Digest, Kind, Line, Scope
from dac.marks import Mark
from dac.recurrence import recurrence
from dac.restated import Charges
from dac.schedules import Schedule
from tests.bot.house import BOT_TOKEN
from tests.bot.people import OPS, ROSA, Json, Slack
from tests.fakes import FakeClock, policy

LEASE = timedelta(seconds=30)
NINE = datetime(2026, 11, 24, 9, tzinfo=UTC)
"""When the first of a daily digest is due, which is scheduled on the day before."""

EU = Scope(by="region", value="eu-frankfurt-1")
IDLE = Line(key="idle:abcdef", kind=Kind.IDLE, text="chat is idle")
SHEET = Enclosed(name="digest.csv", title="All of it", content=b"line\n")


@dataclass
class Newsroom:
    """Digests of one line, told by a press that counts, to a local Slack."""

    slack: Slack
    path: Path
    clock: FakeClock = field(default_factory=FakeClock)
    told: list[tuple[str, datetime]] = field(default_factory=list)
    """By scope and moment what has been gathered."""
    since: list[datetime | None] = field(default_factory=list)
    """Since when each of them tells what has happened."""
    files: tuple[Enclosed, ...] = ()
    times: int = 1
    """How often a message says everything; a hundred times is more than Slack takes."""
    token: str = BOT_TOKEN
    in_step: bool = False
    """Whether Slack's time goes with the bot's, so that its limits count."""
    freezers: tuple[str, ...] = ()
    """Who may stop everything."""
    broken: Exception | None = None
    """What gathering comes to, for whatever is not of all clusters."""

    def __post_init__(self) -> None:
        self.book = ScheduleBook(self.path)
        self.marks = StoredMarks(self.path)
        self._deliveries = 0

    def schedule(
        self, when: str = "daily 09:00 UTC", channel: str = OPS, scope: Scope | None = None, owner: str = ROSA
    ) -> Schedule:
        self._deliveries += 1
        return self.book.add(
            channel,
            owner,
            recurrence(when, ZoneInfo("UTC")),
            scope or Scope(),
            at=self.clock.now(),
            delivery=f"d{self._deliveries}",
        )

    def gather(
        self,
        scope: Scope,
        at: datetime,
        zone: ZoneInfo,
        *,
        since: datetime | None = None,
        before: Charges | None = None,
    ) -> Digest:
        self.since.append(since)
        assert before is None
        if self.broken and scope.by != "all":
            raise self.broken
        self.told.append((str(scope), at))
        return Digest(at=at, zone=zone.key, scope=scope, lines=(IDLE,))

    def draw(self, digest: Digest, marks: Mapping[str, Mark], *, late_since: datetime | None = None) -> Reply:
        made = message(digest, marks, late_since=late_since)
        return Reply(text=made.text, blocks=[*made.blocks] * self.times, files=self.files)

    async def sleep(self, seconds: float) -> None:
        self.clock.advance(seconds=seconds)
        if self.in_step:
            self.slack.do("clock", advance=seconds)
        await asyncio.sleep(0)

    async def _rounds(self, holders: tuple[str, ...]) -> None:
        workers = Workers("test", 4, 1000)
        async with aiohttp.ClientSession() as session:
            client = AsyncWebClient(self.token, base_url=f"{self.slack.url}/api/", session=session, retry_handlers=[])
            said = speaking.Slack(client, session, self.clock.now, self.sleep)
            files = SlackFiles(said, client, session, self.sleep)
            with closing(Charts()) as charts:
                directory = Directory(said, asyncio.get_running_loop(), self.clock.now)
                rules = policy().model_copy(update={"freezers": People(users=frozenset(self.freezers))})
                owners = Owners(directory.has_left, lambda: rules, directory.members)
                rooms = [
                    Digesting(
                        (occurrences := Occurrences(self.path, holder, LEASE)),
                        Press(self.gather, self.draw, self.marks),
                        Outlet(
                            said,
                            Channels(said, client, self.clock.now),
                            Pictures(charts, files, workers, self.clock.now),
                            Enclosures(said, files),
                        ),
                        TroubleTellings(occurrences, owners, said, workers, self.clock.now, LEASE / 2),
                        workers,
                        self.clock.now,
                        LEASE / 2,
                    )
                    for holder in holders
                ]
                await asyncio.gather(*(each.digest() for each in rooms))
        workers.close(10)

    def round(self, *holders: str, minutes: float = 0, hours: float = 0) -> None:
        """What happens after so long."""
        self.clock.advance(minutes=minutes, hours=hours)
        asyncio.run(self._rounds(holders or ("one",)))

    def until(self, moment: datetime) -> None:
        """Let the time be that, with nobody at work in between."""
        self.clock.advance(seconds=(moment - self.clock.now()).total_seconds())

    def digests(self, channel: str = OPS) -> list[Json]:
        return [
            each
            for each in self.slack.messages(channel)
            if each.get("bot_id") and each.get("thread_ts") in {None, each["ts"]} and "igest" in str(each["blocks"])
        ]
