"""What the bot posts by itself is there once, whatever Slack, the network, the clock and the processes do meanwhile."""

from __future__ import annotations

import asyncio
import heapq
import itertools
import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple, ParamSpec, TypeVar, cast

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.claims import Claims
from bot.once import Once, Place, Said, Unseen
from bot.postings import CARD, NOTICE, WORD, Postings
from bot.slack import Slack
from bot.slack_refusals import Closed
from bot.tellings import ALERT, Tellings
from bot.workers import Workers
from commands._card import Message
from dac.errors import DacError, Unavailable
from tests.bot.edge import NOW

P = ParamSpec("P")
T = TypeVar("T")

LEASE = timedelta(seconds=30)
CALL_SECONDS = 10.0
"""After so long a call is given up, and Slack does nothing more about it."""

TROUBLED, OVER = NOW + timedelta(minutes=8), NOW + timedelta(minutes=15)


class Kind(NamedTuple):
    """Something to be posted: in which ledger, under which name, where, and what is better if it cannot be seen."""

    ledger: type[Claims]
    name: str
    place: Place
    unseen: Unseen = Unseen.AGAIN


KINDS = (
    Kind(Postings, CARD, Place("C1")),
    Kind(Postings, "detail", Place("C1", "1.0")),
    Kind(Postings, f"{NOTICE}C2", Place("C2")),
    Kind(Postings, f"{WORD}not shown", Place("D1"), Unseen.LEAVE),
    Kind(Tellings, ALERT, Place("C1")),
    Kind(Tellings, "worse", Place("C2", "2.0")),
)


class Inline(Workers):
    """Works at once, so that nothing but the clock decides what comes first."""

    async def run(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        return work(*args, **kwargs)


@dataclass
class World:
    """Time that moves when everybody waits, and a Slack in memory that is told by chance how to behave."""

    chance: random.Random
    readable: bool = True
    at: datetime = NOW
    fates: Iterator[str] = field(default_factory=lambda: iter(()))
    """What becomes of the next postings once the troubles are over."""
    messages: list[dict[str, Any]] = field(default_factory=list)
    lost: Counter[str] = field(default_factory=Counter)
    """How often a message came, or may have come, without its poster being told."""

    def __post_init__(self) -> None:
        self._waiting: list[tuple[datetime, int, Callable[[], None]]] = []
        self._numbers = itertools.count(1)
        self._closed_until: dict[str, datetime] = {}

    def now(self) -> datetime:
        return self.at

    def later(self, seconds: float, do: Callable[[], None]) -> None:
        heapq.heappush(self._waiting, (self.at + timedelta(seconds=seconds), next(self._numbers), do))

    async def sleep(self, seconds: float) -> None:
        waker = asyncio.get_running_loop().create_future()

        def wake() -> None:
            if not waker.done():
                waker.set_result(None)

        self.later(seconds, wake)
        await waker

    async def pass_until(self, end: datetime) -> None:
        while self._waiting and self._waiting[0][0] <= end:
            self.at, _, do = heapq.heappop(self._waiting)
            do()
            for _ in range(20):
                await asyncio.sleep(0)
        self.at = end

    @property
    def troubled(self) -> bool:
        return self.at < TROUBLED

    def land(self, said: dict[str, Any]) -> None:
        self.messages.append(said | {"ts": f"{self.at.timestamp():.6f}"})

    def chatter(self, channel: str) -> None:
        for number in range(210):
            self.land({"channel": channel, "thread_ts": None, "text": f"talk {number}"})

    async def post(self, said: dict[str, Any]) -> dict[str, Any]:
        channel, name = said["channel"], said["metadata"]["event_payload"]["name"]
        free_at = self._closed_until.get(channel, self.at)
        if free_at > self.at:
            raise _refused("ratelimited", 429, int((free_at - self.at).total_seconds()) + 1)
        fate = self.chance.choice(FATES) if self.troubled else next(self.fates, "well")
        if fate == "limited":
            self._closed_until[channel] = self.at + timedelta(seconds=self.chance.choice((1, 8, 20, 90, 300)))
            raise _refused("ratelimited", 429, int((self._closed_until[channel] - self.at).total_seconds()))
        if fate == "refused":
            raise _refused("not_in_channel")
        if fate == "dropped":
            await self.sleep(CALL_SECONDS)
            raise TimeoutError
        comes = self.chance.uniform(0, CALL_SECONDS if self.troubled else 0.3)
        self.lost[name] += 1
        self.later(comes, lambda: self.land({"thread_ts": None} | said))
        await self.sleep(CALL_SECONDS if fate == "unanswered" else comes)
        if fate == "unanswered":
            raise TimeoutError
        if fate == "broken":
            raise _refused("internal_error", 500)
        self.lost[name] -= 1
        return {"ok": True, "channel": channel, "ts": self.messages[-1]["ts"]}

    async def listing(self, asked: dict[str, Any]) -> dict[str, Any]:
        if not self.readable:
            raise _refused("missing_scope")
        await self.sleep(self.chance.choice((0.1, 0.99 * CALL_SECONDS)) if self.troubled else 0.1)
        if self.troubled and self.chance.random() < 0.2:
            raise TimeoutError
        there = [
            each
            for each in self.messages
            if each["channel"] == asked["channel"]
            and each["thread_ts"] == asked.get("ts")
            and float(asked["oldest"]) < float(each["ts"]) < float(asked.get("latest") or "inf")
        ]
        newest_first, start = there if "ts" in asked else there[::-1], int(asked.get("cursor") or 0)
        end = start + asked["limit"]
        following = {"next_cursor": str(end)} if len(there) > end else {}
        return {"ok": True, "messages": newest_first[start:end], "response_metadata": following}

    def times(self, name: str) -> int:
        return sum((each.get("metadata") or {}).get("event_payload", {}).get("name") == name for each in self.messages)


FATES = ("well", "limited", "limited", "dropped", "unanswered", "unanswered", "broken", "refused")


class Line(AsyncWebClient):
    """Slack's own client, with the world at its other end."""

    def __init__(self, world: World) -> None:
        super().__init__("xoxb-1", retry_handlers=[])
        self._world = world

    async def api_call(self, api_method: str, **asked: Any) -> Any:
        if api_method == "chat.postMessage":
            return await self._world.post(asked["json"])
        return await self._world.listing(asked["params"])


def _refused(error: str, status: int = 200, retry_after: int | None = None) -> SlackApiError:
    headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
    data = {"ok": False, "error": error}
    answer = AsyncSlackResponse(
        client=None, http_verb="POST", api_url="", req_args={}, data=data, headers=headers, status_code=status
    )
    return SlackApiError(error, answer)  # type: ignore[no-untyped-call]


class Process:
    """One bot: again and again it brings what is not on record as posted."""

    def __init__(self, world: World, path: Path, holder: str) -> None:
        self._world = world
        workers = Inline("test", 1, 1)
        slack = Slack(Line(world), cast("aiohttp.ClientSession", None), world.now, world.sleep)
        self._postings, self._tellings = Postings(path, holder, LEASE), Tellings(path, holder, LEASE)
        self._once = {
            Postings: Once(self._postings, slack, workers, world.now),
            Tellings: Once(self._tellings, slack, workers, world.now),
        }

    async def work(self) -> None:
        await asyncio.gather(*(self._see_to(kind) for kind in KINDS))

    async def _see_to(self, kind: Kind) -> None:
        while True:
            await self._world.sleep(self._world.chance.uniform(1, 30))
            there = self._postings.of(1).get(kind.name) or self._tellings.of(1).get(kind.name)
            if there and there.ts:
                continue
            try:
                said = await self._once[kind.ledger].post(
                    1, kind.name, kind.name, Message("text", ()), kind.place, unseen=kind.unseen
                )
            except DacError:
                continue
            if said and kind.ledger is Postings:
                self._postings.posted(1, kind.name, said.posted.channel, said.posted.ts, "", self._world.at)
            elif said:
                self._tellings.posted(1, kind.name, said.posted.channel, said.posted.ts, "", "")


async def lived_through(world: World, path: Path) -> None:
    """Two processes, each of which dies now and then, in the middle of whatever it does, and is followed by another."""

    async def follow_each_other(place: int) -> None:
        for life in itertools.count():
            task = asyncio.ensure_future(Process(world, path, f"{place}-{life}").work())
            lasts = world.chance.choice((7, 40, 200))
            await world.sleep(lasts)
            assert not task.done(), task
            task.cancel()
            await world.sleep(world.chance.choice((0, 3, 60)))

    both = [asyncio.ensure_future(follow_each_other(place)) for place in (1, 2)]
    for minute in range(8):
        world.later(60 * minute, lambda: world.chatter("C1"))
    await world.pass_until(OVER)
    assert not any(each.done() for each in both), both


@pytest.mark.parametrize("seed", range(10))
def test_each_is_there_once_where_the_bot_may_look(tmp_path: Path, seed: int) -> None:
    world = World(random.Random(seed))  # noqa: S311 - no secret
    asyncio.run(lived_through(world, tmp_path / "dac.sqlite3"))
    assert {kind.name: world.times(kind.name) for kind in KINDS} == {kind.name: 1 for kind in KINDS}


@pytest.mark.parametrize("seed", range(5))
def test_where_it_may_not_each_is_there_as_was_decided(tmp_path: Path, seed: int) -> None:
    world = World(random.Random(seed), readable=False)  # noqa: S311 - no secret
    asyncio.run(lived_through(world, tmp_path / "dac.sqlite3"))
    for kind in KINDS:
        times = world.times(kind.name)
        if kind.unseen is Unseen.LEAVE:
            assert times <= 1
        else:
            assert 1 <= times <= 1 + world.lost[kind.name]


def test_what_was_lost_is_looked_for_even_after_a_refusal_before_which_nobody_could_look(tmp_path: Path) -> None:
    world = World(random.Random(0), at=TROUBLED, fates=iter(("unanswered", "refused")))  # noqa: S311 - no secret
    ends = list[Said | BaseException | None]()

    async def tries() -> None:
        slack = Slack(Line(world), cast("aiohttp.ClientSession", None), world.now, world.sleep)
        postings = Postings(tmp_path / "dac.sqlite3", "one", LEASE)
        once = Once(postings, slack, Inline("test", 1, 1), world.now)
        for world.readable in (True, False, True):
            post = asyncio.ensure_future(once.post(1, CARD, CARD, Message("text", ()), Place("C1")))
            await asyncio.sleep(0)
            await world.pass_until(world.at + timedelta(minutes=1))
            ends.extend(await asyncio.gather(post, return_exceptions=True))

    asyncio.run(tries())
    assert [type(each) for each in ends] == [Unavailable, Closed, Said]
    assert world.times(CARD) == 1
