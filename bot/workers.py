"""A bounded pool of threads for everything that blocks, so that nothing blocks the event loop."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from dac.errors import Unavailable

P = ParamSpec("P")
T = TypeVar("T")


class Workers:
    """Takes `threads` pieces of work at a time and lets `queue` more wait; beyond that it says so at once."""

    def __init__(self, name: str, threads: int, queue: int) -> None:
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix=name)
        self._room = threads + queue
        self._taken = 0
        self._guard = threading.Lock()
        self._idle = threading.Event()
        self._idle.set()

    async def run(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """The result of blocking work; raises `Unavailable` at once when there is no room to wait."""
        with self._guard:
            if self._taken >= self._room:
                raise Unavailable(
                    f"I have {self._taken} things to do already and took on nothing new; try again in a minute."
                )
            self._taken += 1
            self._idle.clear()
        future = self._pool.submit(work, *args, **kwargs)
        # Freed when the work ends, not when who waits for it gives up.
        future.add_done_callback(lambda _: self._free())
        return await asyncio.wrap_future(future)

    def close(self, seconds: float) -> None:
        """Take on nothing more; what has begun is waited for, but not for longer than that."""
        self._pool.shutdown(wait=False, cancel_futures=True)
        self._idle.wait(seconds)

    def _free(self) -> None:
        with self._guard:
            self._taken -= 1
            if not self._taken:
                self._idle.set()
