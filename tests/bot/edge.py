"""What answers where Slack would, as a test tells it to, and a clock that moves only when somebody waits."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import aiohttp
from aiohttp import web
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack import Slack

T = TypeVar("T")
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


@dataclass
class FakeTime:
    """Moves only when somebody waits."""

    at: datetime = NOW
    waits: list[float] = field(default_factory=list)

    def now(self) -> datetime:
        return self.at

    async def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.at += timedelta(seconds=seconds)
        await asyncio.sleep(0)


@dataclass
class Edge:
    """What answers where Slack would: as told, one answer after the other, and well when nothing is told."""

    told: list[web.Response | None] = field(default_factory=list)
    asked: defaultdict[str, int] = field(default_factory=lambda: defaultdict(int))
    headers: list[Mapping[str, str]] = field(default_factory=list)
    """Of each request, in order."""
    url: str = ""
    time: FakeTime = field(default_factory=FakeTime)

    def app(self) -> web.Application:
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self.answer)
        return app

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.asked[request.path.rsplit("/", 1)[-1]] += 1
        self.headers.append(request.headers)
        answer = self.told.pop(0) if self.told else ok(channel={"id": "D1"}, ts="1.1", users=["U1"], messages=[])
        if answer is None:
            assert request.transport
            request.transport.abort()
            return web.Response()
        return answer

    def speak(self, say: Callable[[Slack], Awaitable[T]]) -> T:
        async def speaking() -> T:
            async with aiohttp.ClientSession() as session:
                client = AsyncWebClient("xoxb-1", base_url=f"{self.url}/api/", session=session, retry_handlers=[])
                return await say(Slack(client, session, self.time.now, self.time.sleep))

        return asyncio.run(speaking())


def ok(**more: Any) -> web.Response:
    return web.json_response({"ok": True, **more})


def no(error: str) -> web.Response:
    return web.json_response({"ok": False, "error": error})


def limited(retry_after: str | None) -> web.Response:
    headers = {} if retry_after is None else {"Retry-After": retry_after}
    return web.json_response({"ok": False, "error": "ratelimited"}, status=429, headers=headers)


def broken(status: int = 503) -> web.Response:
    return web.json_response({"ok": False, "error": "service_unavailable"}, status=status)
