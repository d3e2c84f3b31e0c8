"""A year of forty schedules in six time zones: each digest once, on time or marked late, whatever befalls the bot."""

from __future__ import annotations

import asyncio
import itertools
import random
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any, ParamSpec, TypeVar, cast
from zoneinfo import ZoneInfo

import pytest

from bot import slack as speaking
from bot.channels import Channels
from bot.digesting import Digesting, Outlet, Press
from bot.enclosures import Enclosures
from bot.occurrences import Occurrences
from bot.pictures import Pictures
from bot.schedules import ScheduleBook
from bot.trouble_tellings import TroubleTellings
from bot.workers import Workers
from commands._blocks import section
from commands._command import Reply
from dac.digest import Digest, Scope
from dac.errors import Invalid, Unavailable
from dac.marks import Mark
from dac.recurrence import recurrence
from dac.restated import Charges
from dac.schedules import LATE
from tests.dac.walls import BEGIN, DAYS, END, expected
from tests.fakes import FakeClock, FakeMarks, Killed

P = ParamSpec("P")
T = TypeVar("T")
LEASE = timedelta(seconds=30)
DAY = timedelta(days=1)
CHANNELS = ("C1", "C2", "C3")
ZONES = (
    "Europe/Berlin",
    "America/New_York",
    "America/Santiago",
    "Australia/Lord_Howe",
    "Asia/Kolkata",
    "Africa/Casablanca",
)
PATTERNS = [
    *(
        (days, at, zone)
        for zone in ZONES
        for days, at in [("sundays", "02:15"), ("mondays", "09:00"), ("last day", "00:00")]
    ),
    *(("monthly 1,29", "09:30", zone) for zone in ZONES),
    *(("last sunday", "01:45", zone) for zone in ZONES),
    *(("first sunday", "00:00", zone) for zone in ZONES[:2]),
    ("every other sunday", "02:15", "Europe/Berlin"),
    ("every other mon,fri", "09:00", "America/New_York"),
    ("first workday", "09:00", "Africa/Casablanca"),
    ("last workday", "17:00", "America/Santiago"),
    ("daily", "02:30", "Europe/Berlin"),
    ("daily", "00:15", "America/Santiago"),
    ("weekdays", "09:00", "Europe/Berlin"),
    ("mon,sat,sun", "02:00,17:45", "America/New_York"),
]


class FakeClient:
    """Slack's Web API in memory, as far as digests call it; at times it answers too late, or its caller dies."""

    def __init__(self, clock: FakeClock, chance: random.Random) -> None:
        self.posted: list[tuple[str, str, datetime, bool]] = []
        """Of each message its channel, its name, when it came, and whether it says that it is late."""
        self.closed: str | None = None
        """A channel that is archived just now."""
        self.kills = self.lost = 0
        self._clock = clock
        self._chance = chance

    async def users_conversations(self, **_: Any) -> Mapping[str, Any]:
        return {"channels": [{"id": each, "is_member": True} for each in CHANNELS if each != self.closed]}

    async def conversations_info(self, *, channel: str) -> Mapping[str, Any]:
        return {"channel": {"id": channel, "is_member": True, "is_archived": channel == self.closed}}

    async def conversations_open(self, *, users: str) -> Mapping[str, Any]:
        return {"channel": {"id": f"D{users}"}}

    async def conversations_history(self, *, channel: str, oldest: str, **_: Any) -> Mapping[str, Any]:
        found = [each for each in self.posted if each[0] == channel and each[2].timestamp() >= float(oldest)]
        named = [{"ts": "1.1", "metadata": {"event_payload": {"name": name}}} for _, name, _, _ in found]
        return {"messages": named[::-1][:200]}

    async def chat_postMessage(self, *, channel: str, text: str, metadata: Any, **_: Any) -> Mapping[str, Any]:  # noqa: N802 - Slack's name
        fate = self._chance.random()
        if fate < 0.01:
            self.kills += 1
            raise Killed
        self.posted.append((channel, metadata["event_payload"]["name"], self._clock.now(), text == "late"))
        if fate < 0.02:
            self.kills += 1
            raise Killed
        if fate < 0.03:
            self.lost += 1
            raise TimeoutError
        return {"channel": channel, "ts": "1.1"}


class AtOnce(Workers):
    """Does it where it stands, and then lets others have their turn: two processes meet between any two steps.

    At times the process dies there, before that step or after it.
    """

    def __init__(self, chance: random.Random) -> None:
        super().__init__("year", 1, 1)
        self._chance = chance
        self.died_at = set[str]()

    async def run(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        await asyncio.sleep(0)
        fate = self._chance.random()
        if fate < 0.0015:
            self._die(work)
        done = work(*args, **kwargs)
        if fate > 0.9985:
            self._die(work)
        return done

    def _die(self, work: Callable[..., object]) -> None:
        self.died_at.add(work.__name__)
        raise Killed


class Everybody:
    """Nobody ever leaves."""

    def has_left(self, _: str) -> bool:
        return False

    def heirs(self) -> tuple[str, ...]:
        return ()


class Year:
    def __init__(self, path: Path) -> None:
        self.clock, self.chance, self.path = FakeClock(BEGIN), random.Random(7), path  # noqa: S311 - the same every time
        self.client = FakeClient(self.clock, self.chance)
        self.workers = AtOnce(self.chance)
        self.holders = itertools.count(1)
        self.gathered = 0
        book, due = ScheduleBook(path), set[tuple[int, datetime]]()
        for place, (days, at, zone) in enumerate(PATTERNS):
            when = recurrence(f"{days} {at} {zone}", ZoneInfo("UTC"))
            made = book.add(CHANNELS[place % 3], "UANN", when, Scope(), at=BEGIN, delivery=str(place))
            times = [time.fromisoformat(each) for each in at.split(",")]
            due |= {(made.id, each) for each in expected(zone, DAYS[days], times) if each < END - 9 * DAY}
        self.due = due
        self.looking = Occurrences(path, "who looks", timedelta())

    def process(self) -> Digesting:
        """Another process begins, on the same database."""

        async def sleep(seconds: float) -> None:
            self.clock.advance(seconds=seconds)

        now, client = self.clock.now, cast("Any", self.client)
        said = speaking.Slack(client, cast("Any", None), now, sleep)
        files = cast("Any", None)  # these digests have none, and no pictures
        outlet = Outlet(
            said, Channels(said, client, now), Pictures(files, files, self.workers, now), Enclosures(said, files)
        )
        occurrences = Occurrences(self.path, f"process {next(self.holders)}", LEASE)
        troubles = TroubleTellings(occurrences, Everybody(), said, self.workers, now, LEASE / 2)
        press = Press(self.gather, _draw, FakeMarks())
        return Digesting(occurrences, press, outlet, troubles, self.workers, now, LEASE / 2)

    def gather(
        self,
        scope: Scope,
        at: datetime,
        zone: ZoneInfo,
        *,
        since: datetime | None = None,
        before: Charges | None = None,
    ) -> Digest:
        assert before is None
        assert since is None or at - timedelta(days=35) <= since < at
        self.gathered += 1
        if self.chance.random() < 0.01:
            raise self.chance.choice([Unavailable, Invalid])("Oracle tells nothing just now.")
        return Digest(at=at, zone=zone.key, scope=scope)

    async def run(self) -> None:
        """From one time that something is due to the next; now and then nobody is at work for hours or days."""
        running = [self.process(), self.process()]
        away_until = BEGIN
        for at in sorted({each for _, each in self.due}):
            if at < away_until:
                continue
            self.clock.advance(seconds=max(0.0, (at - self.clock.now()).total_seconds()))
            if self.chance.random() < 0.01:
                away_until = at + timedelta(hours=self.chance.choice([1, 5, 30, 100]))
                self.clock.advance(seconds=(away_until - at).total_seconds())
                running = [self.process(), self.process()]
            if self.chance.random() < 0.03:
                self.client.closed = self.chance.choice(CHANNELS)
                for _ in range(3):
                    await self.work(running)
                    self.clock.advance(minutes=6)
                self.client.closed = None
            await self.work(running)
        for _ in range(5):
            self.clock.advance(minutes=1)
            await self.work(running)

    async def work(self, running: list[Digesting]) -> None:
        """Rounds, as many as it takes: a process that dies is replaced, and its claims end after a while."""
        while True:
            ended = await asyncio.gather(*(each.digest() for each in running), return_exceptions=True)
            for place, how in enumerate(ended):
                if isinstance(how, Killed):
                    running[place] = self.process()
                elif how:
                    raise how
            if not self.looking.waiting(self.clock.now() + LEASE):
                return
            self.clock.advance(seconds=LEASE.total_seconds() + 1 if any(ended) else 6)


def _draw(digest: Digest, marks: Mapping[str, Mark], *, late_since: datetime | None = None) -> Reply:
    return Reply(text="late" if late_since else "on time", blocks=[section("…")])


def test_each_comes_once_on_time_or_marked_late(tmp_path: Path) -> None:
    year = Year(tmp_path / "dac.sqlite3")
    assert len(PATTERNS) == 40
    asyncio.run(year.run())
    year.workers.close(10)
    names = Counter(name for channel, name, _, _ in year.client.posted if channel in CHANNELS)
    troubles = Counter(name for channel, name, _, _ in year.client.posted if channel == "DUANN")
    wanted = {f"digest-{number}/{at.isoformat()}": at for number, at in year.due}
    came = {name: (at, late) for _, name, at, late in year.client.posted if name in wanted}
    assert {name: count for name, count in names.items() if count > 1} == {}
    assert set(came) == set(wanted)
    assert len(troubles) > 5
    assert {name: count for name, count in troubles.items() if count > 1} == {}
    # What is not wanted is only what the last days brought, which the other way of reckoning leaves out.
    assert all(name in wanted or datetime.fromisoformat(name.partition("/")[2]) >= END - 9 * DAY for name in names)
    for name, (at, late) in came.items():
        assert at >= wanted[name]
        assert late == (at - wanted[name] > LATE)
    assert sum(late for _, late in came.values()) > 50
    assert year.client.kills > 20
    assert year.client.lost > 10
    # At work, while it gathers, while it tells of troubles and while it thins.
    assert year.workers.died_at >= {"claim", "gather", "untold", "thin"}


@pytest.mark.parametrize(
    ("zone", "day", "at"),
    [
        ("Europe/Berlin", date(2026, 3, 29), time(2, 15)),
        ("Europe/Berlin", date(2026, 10, 25), time(2, 15)),
        ("America/New_York", date(2026, 3, 8), time(2, 15)),
        ("America/Santiago", date(2026, 9, 6), time(0, 15)),
        ("Australia/Lord_Howe", date(2026, 4, 5), time(1, 45)),
        ("Australia/Lord_Howe", date(2026, 10, 4), time(2, 15)),
    ],
)
def test_the_year_has_times_that_are_skipped_and_that_come_twice(zone: str, day: date, at: time) -> None:
    wall = datetime.combine(day, at, ZoneInfo(zone))
    assert wall.utcoffset() != wall.replace(fold=1).utcoffset()
    assert len(expected(zone, lambda each: each == day, [at])) == 1
