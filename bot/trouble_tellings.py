"""Who is told that a scheduled digest does not get through: once for each trouble, by whichever process is there."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from bot.occurrences import Occurrences
from bot.once import SKEW
from bot.slack import Slack
from bot.workers import Workers
from commands._command import Reply
from commands._schedules import not_sent, trouble_told
from dac.errors import DacError, Denied, Invalid, NotFound
from dac.schedules import Schedule

log = logging.getLogger(__name__)


class Owned(Protocol):
    """Who there is to be told; blocking."""

    def has_left(self, person: str, /) -> bool: ...

    def heirs(self) -> Sequence[str]: ...


class TroubleTellings:
    """`patience` as of `Digesting`."""

    def __init__(
        self,
        occurrences: Occurrences,
        owners: Owned,
        slack: Slack,
        workers: Workers,
        now: Callable[[], datetime],
        patience: timedelta,
    ) -> None:
        self._occurrences = occurrences
        self._owners = owners
        self._slack = slack
        self._workers = workers
        self._now = now
        self._patience = patience

    async def has_left(self, person: str) -> bool:
        return await self._workers.run(self._owners.has_left, person)

    async def tell(self) -> None:
        """Of each new trouble somebody, if there is anybody to tell; and who asked for one, where it is not sent."""
        for schedule, tried_at in await self._workers.run(self._occurrences.untold, self._now()):
            try:
                await self._of(schedule, tried_at)
            except DacError as error:
                log.warning("Telling of schedule %s: %s", schedule.id, error)

        for occurrence, schedule, tried_at in await self._workers.run(self._occurrences.owed, self._now()):
            try:
                reply, since = not_sent(schedule, occurrence), occurrence.due if tried_at else None
                await self._each([occurrence.asked_by], f"{occurrence.name}/not-sent", reply, since)
                await self._workers.run(self._occurrences.paid, occurrence.key)
            except DacError as error:
                log.warning("Telling that %s is not sent: %s", occurrence.name, error)

    async def _of(self, schedule: Schedule, tried_at: datetime | None) -> None:
        assert schedule.trouble is not None  # noqa: S101 - only such are untold
        name = f"schedule-{schedule.id}/{schedule.trouble.since.isoformat()}{'/paused' if schedule.paused else ''}"
        left = await self.has_left(schedule.owner)
        await self._workers.run(self._occurrences.owner, schedule, self._now() if left else None)
        begun = schedule.paused.at if schedule.paused else schedule.trouble.since
        since = begun if tried_at else None
        told = [] if left else await self._each([schedule.owner], name, trouble_told(schedule), since)
        if not told:
            heirs = await self._workers.run(self._owners.heirs)
            told = await self._each(heirs, name, trouble_told(schedule, heir=True), since)
        if not told:
            log.error("Of the trouble of schedule %s nobody can be told: %s", schedule.id, schedule.trouble.said)
        await self._workers.run(self._occurrences.told, schedule, told)

    async def _each(self, people: Iterable[str], name: str, reply: Reply, since: datetime | None) -> list[str]:
        """Those of them who have been told; `since` is from when on they may have been, unknown to us.

        That is when there was something to tell, for the last of several tries need not be the one that got through.
        """
        told = list[str]()
        for person in people:
            try:
                await self._person(person, name, reply, since)
            except (NotFound, Denied, Invalid) as error:
                log.warning("<%s> cannot be told of %s: %s", person, name, error)
            else:
                told.append(person)
        return told

    async def _person(self, person: str, name: str, reply: Reply, since: datetime | None) -> None:
        direct = await self._slack.direct(person)
        if since and await self._slack.find(direct, name, since - SKEW, None, patience=self._patience):
            return
        until = self._now() + self._patience
        await self._slack.post(direct, reply.text, reply.blocks, name=name, until=until)
