"""The life of one bot's process with one request before the local Oracle, and where `kill -9` ends it."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any, NoReturn, cast

from approvals.executor import Executor
from approvals.request import Request
from approvals.service import Approvals
from approvals.states import Action
from bot.oracle import connect
from bot.oracle.connection import Oracle
from dac.gateway import ClusterWriter, FleetReader
from tests.bot.oracle.conftest import Place
from tests.fakes import ANN, CATALOG, MortalStore, When, groups, policy
from tests.forking import FORKED

LEASE = timedelta(minutes=2)
TURNS = 50
"""More than any request takes."""


class Point(StrEnum):
    """Where in the life of a step the process ends."""

    UNASKED = "before the call"
    UNWRITTEN = "while the answer is written down"
    WRITTEN = "after the answer is written down"
    AT_WORK = "while Oracle works"
    ENDED = "after the end of the step is written down"


class Watched:
    """Oracle's real reader or writer, with what is to happen before its next call, or after that has its answer."""

    def __init__(self, real: object) -> None:
        self._real = real
        self.hooks: dict[When, Callable[[], object]] = {}

    def __getattr__(self, name: str) -> Callable[..., Any]:
        def call(*args: Any, **more: Any) -> Any:
            self.hooks.pop(When.BEFORE, _nothing)()
            answer = getattr(self._real, name)(*args, **more)
            self.hooks.pop(When.AFTER, _nothing)()
            return answer

        return call


class Life:
    """Takes turns at a request, as the bot does, and confirms what people are asked; after each, time goes on."""

    def __init__(self, place: Place, oracle: Oracle, path: Path, holder: str, *, dry_run: bool = False) -> None:
        self._place = place
        self.store = MortalStore(path)
        self.reader, self.writer = Watched(oracle.reader), Watched(oracle.writer)
        self._approvals = Approvals(self.store, policy, groups().members_of, lambda: place.now)
        self._executor = Executor(
            self.store,
            cast("FleetReader", self.reader),
            cast("ClusterWriter", self.writer),
            CATALOG,
            lambda: place.now,
            holder=holder,
            lease=LEASE,
            dry_run=dry_run,
        )

    def turn(self, request_id: int, seconds: float = 100) -> Request:
        after = self._executor.advance(request_id)
        if after.claim and after.claim.question and not after.final:
            self._approvals.confirm(request_id, ANN)
        if seconds:
            self._place.advance(seconds)
        return self.store.get(request_id)

    def finish(self, request_id: int, seconds: float = 100) -> Request:
        for _ in range(TURNS):
            if self.turn(request_id, seconds).final:
                break
        return self.store.get(request_id)

    def reaches(self, request_id: int, done: int) -> Request:
        """So many of its steps are at their end, and the next is not claimed."""
        for _ in range(TURNS):
            now = self.store.get(request_id)
            if (len(now.claim.done) if now.claim else 0) == done and not (now.claim and now.claim.begun):
                return now
            self.turn(request_id)
        raise AssertionError("it never comes there")

    def dies(self, point: Point) -> None:
        """At that point of the next step there is."""
        match point:
            case Point.UNASKED:
                self.writer.hooks[When.BEFORE] = kill_9
            case Point.UNWRITTEN:
                # Inside the transaction, so that its lock and its half-written pages are left as well.
                self.store.hooks[Action.SEND, When.BEFORE] = kill_9
            case Point.WRITTEN:
                self.store.hooks[Action.SEND, When.AFTER] = kill_9
            case Point.AT_WORK:
                self.store.hooks[Action.SEND, When.AFTER] = lambda: self.reader.hooks.update({When.AFTER: kill_9})
            case Point.ENDED:
                self.store.hooks[Action.STEP, When.AFTER] = kill_9
                self.store.hooks[Action.SUCCEED, When.AFTER] = kill_9


def kill_9() -> NoReturn:
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError("nothing survives that")


def ends(place: Place, path: Path, request_id: int, at: int, point: Point) -> int | None:
    """Let a process of its own carry the request on until that point of that step; gives how it ended.

    Oracle's record and the database are all that is left of it; the clock of the `place` goes on from where it was.
    """
    process = FORKED.Process(target=_live, args=(place, path, request_id, at, point), daemon=True)
    process.start()
    process.join(60)
    ended = process.exitcode
    process.kill()
    process.join()
    process.close()
    place.look_at_the_clock()
    return ended


def _live(place: Place, path: Path, request_id: int, at: int, point: Point) -> None:
    oracle = connect(place.config(), now=lambda: place.now, sleep=place.slept.append)
    life = Life(place, oracle, path, f"process {os.getpid()}")
    life.reaches(request_id, at)
    life.dies(point)
    # Oracle's work ends as time goes on, which it need not do before the step's end is waited for.
    life.finish(request_id, seconds=100 if point is Point.ENDED else 0)


def _nothing() -> None:
    return None
