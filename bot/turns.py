"""Whose turn it is where few may work at once: everybody gets one before anybody gets another."""

from __future__ import annotations

import asyncio
from collections import OrderedDict, deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class Turns:
    """`at_once` have theirs together. Of one person's the oldest comes first; among people it goes round."""

    def __init__(self, at_once: int) -> None:
        self._free = at_once
        self._taken = 0
        self._waiting: OrderedDict[str, deque[asyncio.Future[None]]] = OrderedDict()

    def before(self, user: str) -> int:
        """How many are at work or come before one that this person asks for now; 0 where it begins at once."""
        if self._free:
            return 0
        own = len(self._waiting.get(user, ()))
        # Of everybody else's as many as there are rounds until this one, which comes in the last of them.
        return self._taken + own + sum(min(len(each), own + 1) for who, each in self._waiting.items() if who != user)

    @asynccontextmanager
    async def turn(self, user: str) -> AsyncIterator[None]:
        await self._wait(user)
        try:
            yield
        finally:
            self._pass_on()

    async def _wait(self, user: str) -> None:
        if self._free:
            self._free -= 1
            self._taken += 1
            return
        mine = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(user, deque()).append(mine)
        try:
            await mine
        except asyncio.CancelledError:
            if mine.cancelled():
                self._drop_given_up()
            else:
                self._pass_on()
            raise

    def _drop_given_up(self) -> None:
        for user, theirs in list(self._waiting.items()):
            left = deque(each for each in theirs if not each.cancelled())
            if left:
                self._waiting[user] = left
            else:
                del self._waiting[user]

    def _pass_on(self) -> None:
        # Where many are given up at once, others than this one may not have noticed yet.
        self._drop_given_up()
        if not self._waiting:
            self._taken -= 1
            self._free += 1
            return
        user, theirs = self._waiting.popitem(last=False)
        theirs.popleft().set_result(None)
        if theirs:
            self._waiting[user] = theirs
