"""Parts of one answer, read from Oracle at the same time, with those that fail named instead of hidden."""

from __future__ import annotations

import contextvars
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import Any

from bot.oracle.deadline import left, within
from dac.cluster import Gap
from dac.errors import DacError

GRACE = 0.05
"""Share of the deadline by which parts give up earlier, in time to say why and to hand over what they have."""


@dataclass(frozen=True)
class Part:
    """One thing to read in one place, and what becomes of it: `keep` gives the parts that are to be read next."""

    region: str
    what: str
    read: Callable[[], Any]
    keep: Callable[[Any], Sequence[Part]]


def read_parts(parts: Sequence[Part], *, seconds: float, parallel: int) -> list[Gap]:
    """Read in threads, kept by the one that asks; gives what could not be read within so many seconds."""
    with within(seconds):
        return _Reading(seconds, parallel).read(parts)


class _Reading:
    def __init__(self, seconds: float, parallel: int) -> None:
        self._seconds, self._parallel = seconds, parallel
        self._gaps: list[Gap] = []

    def read(self, parts: Sequence[Part]) -> list[Gap]:
        pool = ThreadPoolExecutor(self._parallel, thread_name_prefix="oracle")
        running: dict[Future[Any], Part] = {}

        def start(more: Sequence[Part]) -> None:
            for part in more:
                # The copy carries the deadline into the thread.
                running[pool.submit(contextvars.copy_context().run, self._carry_out, part)] = part

        try:
            start(parts)
            while running and left() > 0:
                done, _ = wait(running, timeout=left(), return_when=FIRST_COMPLETED)
                for each in done:
                    start(self._take(running.pop(each), each))
        finally:
            # Not waited for: what still hangs gives up by itself, at the same deadline.
            pool.shutdown(wait=False, cancel_futures=True)
        for part in running.values():
            self._gap(part, f"no complete answer within {self._seconds:g} s")
        return self._gaps

    def _carry_out(self, part: Part) -> Any:
        with within(left() - GRACE * self._seconds):
            return part.read()

    def _take(self, part: Part, done: Future[Any]) -> Sequence[Part]:
        try:
            return part.keep(done.result())
        except DacError as error:
            self._gap(part, str(error))
            return ()

    def _gap(self, part: Part, because: str) -> None:
        self._gaps.append(Gap(region=part.region, what=part.what, because=because))
