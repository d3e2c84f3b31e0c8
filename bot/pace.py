"""How often a channel of Slack's may be told something, and how long it is left alone when Slack asks for that."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime, timedelta

from dac.errors import Unavailable

Now = Callable[[], datetime]
Sleep = Callable[[float], Awaitable[None]]

BURST = 3
"""Messages a channel may get at once; after that one a second, as Slack asks."""


class Busy(Unavailable):
    """Slack wants to be left alone for so many seconds; that call has done nothing."""

    def __init__(self, seconds: float) -> None:
        super().__init__("Slack is asked too often just now; try again in a moment.")
        self.seconds = seconds


class Pace:
    """At most `BURST` messages at once and one a second after that, for each channel."""

    def __init__(self, now: Now, sleep: Sleep) -> None:
        self._now = now
        self._sleep = sleep
        self._free_at: dict[str, datetime] = {}
        self._turns: dict[str, asyncio.Lock] = {}

    @contextlib.asynccontextmanager
    async def turn(self, channel: str, until: datetime | None = None) -> AsyncIterator[None]:
        """Raises `Busy` where it does not come before `until`."""
        async with self._turns.setdefault(channel, asyncio.Lock()):
            now = self._now()
            # Each message costs a second of a budget that holds BURST of them.
            full = now - timedelta(seconds=BURST - 1)
            free_at = max(self._free_at.get(channel, full), full)
            if until and max(free_at, now) > until:
                raise Busy((max(free_at, now) - until).total_seconds())
            if free_at > now:
                await self._sleep((free_at - now).total_seconds())
            self._free_at[channel] = free_at + timedelta(seconds=1)
            yield

    def expect(self, channel: str, until: datetime) -> None:
        """Raises `Busy` where Slack has asked to leave that channel alone for longer than that."""
        free_at = self._free_at.get(channel)
        if free_at and free_at > until:
            raise Busy((free_at - until).total_seconds())

    def rest(self, channel: str, seconds: float) -> None:
        """Leave a channel alone for so long, as Slack has asked."""
        self._free_at[channel] = self._now() + timedelta(seconds=seconds)
