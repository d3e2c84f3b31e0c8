"""The recurring work: time does its part, what was agreed is carried out and given back, messages are kept right."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Sequence
from typing import Any, Protocol

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from approvals.clockwork import Clockwork
from approvals.executor import Executor
from bot.cards import Cards
from bot.workers import Workers
from dac.errors import DacError

log = logging.getLogger(__name__)

Round = Callable[[], Coroutine[Any, Any, None]]


class Tended(Protocol):
    """Something that is to be seen to again and again, by two processes as well as by one."""

    def tend(self) -> bool:
        """Bring it a step further; whether anything has changed. `DacError` for what does not answer."""
        ...


class Jobs:
    """Each round may be run at any time and by two processes: the database decides who does what.

    `changed` asks for a round soon, without waiting for the next one that is due.
    """

    def __init__(
        self,
        clockwork: Clockwork,
        tended: Sequence[Tended],
        executor: Executor,
        cards: Cards,
        workers: Workers,
        poll_seconds: float,
    ) -> None:
        self._clockwork = clockwork
        self._tended = tended
        self._executor = executor
        self._cards = cards
        self._workers = workers
        self._poll_seconds = poll_seconds
        self._scheduler = AsyncIOScheduler()
        self._soon = asyncio.Event()
        self._eager: asyncio.Task[None] | None = None
        self._under_way: set[asyncio.Task[None]] = set()
        self._stopping = False

    def start(self, *more: Round) -> None:
        """Begin the rounds, and those that others bring."""
        for work in (self.tick, self.tend, self.advance, self.reconcile, self.repair, *more):
            self._scheduler.add_job(
                self._round,
                "interval",
                args=[work],
                id=work.__name__,
                seconds=self._poll_seconds,
                coalesce=True,
                max_instances=1,
                misfire_grace_time=None,
            )
        self._scheduler.start()
        self._eager = asyncio.create_task(self._be_eager())

    def changed(self) -> None:
        self._soon.set()

    async def stop(self, seconds: float) -> None:
        """Begin no further round, and let those under way come to their end, but not for longer than that."""
        self._scheduler.pause()
        self._stopping = True
        self._soon.set()
        if self._under_way:
            await asyncio.wait(self._under_way, timeout=seconds)
        self._scheduler.shutdown(wait=False)
        if self._eager:
            self._eager.cancel()
            await asyncio.gather(self._eager, return_exceptions=True)

    async def tick(self) -> None:
        """Whatever is due by the clock alone: reminders, expiry, announcements."""
        if await self._workers.run(self._clockwork.tick):
            self.changed()

    async def tend(self) -> None:
        """Leases that have ended are given back, and what fine-tunes have left is watched."""
        rounds = [self._workers.run(each.tend) for each in self._tended]
        for each, result in zip(self._tended, await asyncio.gather(*rounds, return_exceptions=True), strict=True):
            if isinstance(result, DacError):
                log.warning("%s: %s", type(each).__name__, result)
            elif isinstance(result, BaseException):
                log.error("Tending %s", type(each).__name__, exc_info=result)
            elif result:
                self.changed()

    async def advance(self) -> None:
        """One step of every request that has one; a step may wait for Oracle, so they go side by side."""
        due = await self._workers.run(self._executor.due)
        steps = [self._workers.run(self._executor.advance, request_id) for request_id in due]
        for request_id, result in zip(due, await asyncio.gather(*steps, return_exceptions=True), strict=True):
            if isinstance(result, BaseException):
                log.error("Carrying out request %s", request_id, exc_info=result)
            elif result.version != due[request_id]:
                self.changed()

    async def reconcile(self) -> None:
        await self._cards.reconcile()

    async def repair(self) -> None:
        await self._cards.repair()

    async def _be_eager(self) -> None:
        while not self._stopping:
            await self._soon.wait()
            self._soon.clear()
            # Drawn first, so that people see their click before Oracle is asked; then what Oracle said.
            for work in (self.reconcile, self.advance, self.reconcile):
                await self._round(work)

    async def _round(self, work: Round) -> None:
        """A round that fails is logged and the next one comes all the same."""
        if self._stopping:
            return
        # A task of its own, so that whoever started it may be stopped without cutting it short.
        task = asyncio.create_task(work())
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)
        try:
            await asyncio.shield(task)
        except asyncio.CancelledError:
            # Told to stop while it waits for Slack or Oracle: it has had its time, and the next process goes on.
            task.cancel()
            if not self._stopping:
                raise
        except DacError as error:
            log.warning("%s: %s", work.__name__, error)
        except Exception:
            log.exception("%s", work.__name__)
