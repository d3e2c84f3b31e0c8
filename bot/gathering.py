"""The digests that come by themselves, gathered: once for all who are told the same, and to an end."""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from bot.workers import Workers
from dac.digest import Digest, Scope
from dac.errors import DacError, Unavailable
from dac.figures import Unknown
from dac.restated import Charges
from dac.schedules import GATHERED_FOR, Occurrence, Schedule

log = logging.getLogger(__name__)

REMEMBERED = 200
"""Digests told that other channels get too."""

LONGEST_SINCE = timedelta(days=35)
"""How far back at the most a digest tells what has happened since the one before it."""

Same = tuple[Scope, datetime, str, datetime | None, Charges | None]
"""What one digest is told of; those of whom all of it is the same share one."""

NOTHING = "what this digest would tell"
OURS = "Something went wrong on my side; whoever runs me finds it in my log."


class Told(Protocol):
    """Gathers a digest; blocking."""

    def __call__(
        self,
        scope: Scope,
        at: datetime,
        zone: ZoneInfo,
        *,
        since: datetime | None = None,
        before: Charges | None = None,
    ) -> Digest: ...


class Ungathered(Exception):
    """It cannot be gathered just now, and is worth another try; its text says why."""


class Gathering:
    """On the event loop; what it gathers, it gathers in `workers`."""

    def __init__(self, told: Told, workers: Workers, now: Callable[[], datetime]) -> None:
        self._told = told
        self._workers = workers
        self._now = now
        self._made: OrderedDict[Same, asyncio.Task[Digest]] = OrderedDict()

    async def digest(self, schedule: Schedule, occurrence: Occurrence, before: Occurrence | None) -> Digest:
        """What it is to tell; where that cannot be had, one that says so and why.

        Raises `Ungathered` where another try may help, for `GATHERED_FOR` at the most.
        """
        try:
            return await self._gathered(schedule, occurrence, before)
        except Unavailable as error:
            why, passing = str(error), True
        except DacError as error:
            why, passing = str(error), False
        except Exception:
            log.exception("Gathering %s", occurrence.name)
            why, passing = OURS, True
        now = self._now()
        if passing and now - (occurrence.failing_since or now) < GATHERED_FOR:
            raise Ungathered(why)
        unknown = (Unknown(what=NOTHING, settle=why),)
        zone, charges = schedule.recurrence.zone, _charges(schedule, before)
        return Digest(at=occurrence.due, zone=zone, scope=schedule.scope, unknown=unknown, charges=charges)

    async def _gathered(self, schedule: Schedule, occurrence: Occurrence, before: Occurrence | None) -> Digest:
        """Gathered once for all that are to be told the same of the same moment; what failed is gathered anew."""
        zone, due = schedule.recurrence.zone, occurrence.due
        since = max(before.due, due - LONGEST_SINCE) if before else None
        told_before = _charges(schedule, before)
        same = (schedule.scope, due, zone, since, told_before)
        if same not in self._made:
            told = self._workers.run(self._told, schedule.scope, due, ZoneInfo(zone), since=since, before=told_before)
            self._made[same] = asyncio.create_task(told)
        self._made.move_to_end(same)
        if len(self._made) > REMEMBERED:
            self._made.popitem(last=False)
        try:
            return await asyncio.shield(self._made[same])
        except BaseException:
            self._made.pop(same, None)
            raise


def _charges(schedule: Schedule, before: Occurrence | None) -> Charges | None:
    """What people read in the one before, where it was of the same clusters and for readers with the same days."""
    told = before.digest if before else None
    if told is None or told.zone != schedule.recurrence.zone:
        return None
    here = schedule.scope
    return told.charges if (told.scope.by, told.scope.value) == (here.by, here.value) else None
