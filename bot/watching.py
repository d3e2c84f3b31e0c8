"""The watch: looks at the fleet again and again, and tells a channel what has turned bad and what is over."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.boards import Boards
from bot.once import Once, Place
from bot.slack import Posted, Slack
from bot.slack_refusals import Gone, Sealed
from bot.tellings import ALERT, Telling, Tellings
from bot.workers import Workers
from commands._alerts import late, message, replies
from commands._card import Message
from dac.alerting import Look, Rules, look
from dac.alerts import Incident
from dac.catalog import Catalog
from dac.errors import DacError
from dac.gateway import FleetReader
from dac.health import survey
from dac.thresholds import SHIPPED, Thresholds

log = logging.getLogger(__name__)

REST = timedelta(minutes=1)
"""How long a message that Slack refuses is left alone before it is tried again."""


@dataclass(frozen=True)
class Watched:
    """Where it is told, how often is looked, by which rules, and where judging draws its lines."""

    channel: str
    every: timedelta
    rules: Rules
    thresholds: Thresholds = SHIPPED


class Watch:
    """Its round may be run at any time and by two processes: the database decides who looks and who posts."""

    def __init__(
        self,
        watched: Watched,
        reader: FleetReader,
        catalog: Catalog,
        boards: Boards,
        tellings: Tellings,
        slack: Slack,
        workers: Workers,
        now: Callable[[], datetime],
    ) -> None:
        self._watched = watched
        self._reader = reader
        self._catalog = catalog
        self._boards = boards
        self._tellings = tellings
        self._slack = slack
        self._once = Once(tellings, slack, workers, now)
        self._workers = workers
        self._now = now
        self._retry_at: dict[int, datetime] = {}

    async def watch(self) -> None:
        """One round: a look, if it is time for one, and every message as it should be."""
        if await self._workers.run(self._boards.due, self._now() - self._watched.every):
            await self._workers.run(self._look)
        board = await self._workers.run(self._boards.board)
        for incident in reversed(board.incidents):
            if self._retry_at.get(incident.number, self._now()) > self._now():
                continue
            try:
                await self._tell(incident)
            except DacError as error:
                log.error("Telling of alert %s: %s", incident.number, error)  # noqa: TRY400 - its sentence says it all
                self._retry_at[incident.number] = self._now() + REST
            else:
                self._retry_at.pop(incident.number, None)

    def _look(self) -> None:
        now = self._now()
        try:
            fleet = self._reader.fleet()
        except DacError as error:
            seen = Look(at=now, blind=str(error))
        else:
            seen = look(fleet, survey(fleet, now, self._catalog, self._watched.thresholds))
        self._boards.take(seen, self._watched.rules)

    async def _tell(self, incident: Incident) -> None:
        there = await self._workers.run(self._tellings.of, incident.number)
        head = await self._bring(incident, ALERT, message(incident), there.get(ALERT), None)
        if head is None or not incident.open:
            return
        for name, reply in replies(incident).items():
            row = there.get(name)
            if row is None or row.ts is None:
                await self._bring(incident, name, reply, row, head)

    async def _bring(
        self, incident: Incident, name: str, message: Message, there: Telling | None, head: Posted | None
    ) -> Posted | None:
        """The message as it should be; None where it is not there and is not to be."""
        digest = _digest(message)
        if there and there.ts:
            posted = Posted(there.channel, there.ts)
            if there.digest == digest or await self._update(incident, name, message, posted):
                return posted
            there = (await self._workers.run(self._tellings.of, incident.number)).get(name)
        if there and there.gone and (there.mark == incident.mark or not incident.open):
            # Whoever deleted it has read it, and does not miss that it is over.
            return None
        return await self._post(incident, name, message, head)

    async def _update(self, incident: Incident, name: str, message: Message, posted: Posted) -> bool:
        """Whether it could be; one that is too old to be edited is like one that is gone, until it is over."""
        try:
            await self._slack.update(posted, message.text, message.blocks)
        except Gone as error:
            if isinstance(error, Sealed) and not incident.open:
                log.info("The message of alert %s is too old to be told in that it is over", incident.number)
                await self._note(incident, name, posted, _digest(message))
                return True
            await self._workers.run(self._tellings.lost, incident.number, name, posted.ts)
            return False
        await self._note(incident, name, posted, _digest(message))
        return True

    async def _post(self, incident: Incident, name: str, message: Message, head: Posted | None) -> Posted | None:
        channel, thread_ts = (head.channel, head.ts) if head else (self._watched.channel, None)
        # What it says of being late is no part of the message as it should be: it goes if there is something new.
        words = message if incident.open else late(incident)
        said = await self._once.post(
            incident.number, name, f"watch-{incident.number}/{name}", words, Place(channel, thread_ts)
        )
        if said is None:
            return None
        # Found again, it may tell what was so before: the empty digest has it updated.
        await self._note(incident, name, said.posted, "" if said.found else _digest(message))
        return said.posted

    async def _note(self, incident: Incident, name: str, posted: Posted, digest: str) -> None:
        await self._workers.run(
            self._tellings.posted, incident.number, name, posted.channel, posted.ts, digest, incident.mark
        )


def _digest(message: Message) -> str:
    return hashlib.sha256(json.dumps([message.text, message.blocks], sort_keys=True).encode()).hexdigest()[:16]
