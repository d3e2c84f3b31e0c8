"""Scheduled digests: each is told once, in its channel and near its time, whatever happens to Slack or the process."""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from bot.channels import Channels, sentence
from bot.enclosures import Enclosures
from bot.gathering import OURS, Gathering, Told, Ungathered
from bot.occurrences import Claim, Occurrences
from bot.once import SKEW
from bot.pictures import Pictures
from bot.slack import Block, Posted, Slack
from bot.slack_refusals import Barred, Gone
from bot.trouble_tellings import TroubleTellings
from bot.workers import Workers
from commands._blocks import context, escape
from commands._command import Reply
from commands._schedules import ownerless
from dac.digest import Digest
from dac.errors import DacError, Denied, Invalid, Unavailable
from dac.marks import Mark, Marks, figures, hidden
from dac.schedules import Key, Occurrence, Schedule, State

log = logging.getLogger(__name__)

REST = timedelta(seconds=5)
"""How long a digest is left alone after Slack did not answer, or asked to be left alone."""

REFUSED_REST = timedelta(minutes=5)
"""The same after its channel did not take it, or something of ours failed."""

UNGATHERED_REST = timedelta(minutes=1)
"""The same after it could not be gathered."""

CHANNELS_AT_ONCE = 8

REDRAWN_FOR = timedelta(days=7)
"""How long after it was due the message of a digest follows what people say of its lines."""

THINNED_EVERY = timedelta(hours=1)


class Drawn(Protocol):
    def __call__(self, digest: Digest, marks: Mapping[str, Mark], *, late_since: datetime | None = None) -> Reply: ...


@dataclass(frozen=True)
class Press:
    """How a digest is made: gathered, drawn, and what people have said of its lines."""

    told: Told
    drawn: Drawn
    marks: Marks


@dataclass(frozen=True)
class Outlet:
    """How a digest gets into Slack, with what belongs to it."""

    slack: Slack
    channels: Channels
    pictures: Pictures
    enclosures: Enclosures


class Digesting:
    """Its round may be run at any time and by two processes: the database decides who sends what."""

    def __init__(
        self,
        occurrences: Occurrences,
        press: Press,
        outlet: Outlet,
        troubles: TroubleTellings,
        workers: Workers,
        now: Callable[[], datetime],
        patience: timedelta,
    ) -> None:
        """`patience` is how long a posting may be tried; with the call that it ends in, less than a claim lasts.

        That call lasts no longer than another `patience`.
        """
        self._occurrences = occurrences
        self._press = press
        self._outlet = outlet
        self._workers = workers
        self._now = now
        self._patience = patience
        self._gathering = Gathering(press.told, workers, now)
        self._troubles = troubles
        self._thinned_at: datetime | None = None
        self._rest_until: dict[str, datetime] = {}
        self._followed: dict[str, tuple[Mark, ...]] = {}

    async def digest(self) -> None:
        """What is due is sent, whoever has to know of a trouble is told, old messages follow marks."""
        failed = set[str]()
        while await self._send_some(failed):
            pass
        await self._troubles.tell()
        await self._thin()
        for channel in await self._workers.run(self._remarked):
            await self._logged(f"Following what is said in {channel}", self._follow(channel))

    async def _thin(self) -> None:
        """Now and then: what is kept of a digest that is not drawn again is that it was sent."""
        at = self._now()
        if self._thinned_at is None or not timedelta() <= at - self._thinned_at < THINNED_EVERY:
            self._thinned_at = at
            while await self._workers.run(self._occurrences.thin, at - REDRAWN_FOR):
                pass

    async def _send_some(self, failed: set[str]) -> bool:
        """Whether there was something to send: a few of each channel, so that what has become due gets its turn.

        One that has `failed` in this round has its turn in the next, or channels that fail in turn would never end it.
        """
        while await self._workers.run(self._occurrences.come_round, self._now()):
            pass
        waiting = await self._workers.run(self._occurrences.waiting, self._now())
        ready = {each: keys for each, keys in waiting.items() if each not in failed and not self._rests(each)}
        turn = asyncio.Semaphore(CHANNELS_AT_ONCE)
        await asyncio.gather(*(self._channel(turn, channel, keys, failed) for channel, keys in ready.items()))
        return bool(ready)

    def _rests(self, channel: str) -> bool:
        return channel in self._rest_until and self._now() < self._rest_until[channel]

    async def _logged(self, doing: str, work: Awaitable[None]) -> None:
        try:
            await work
        except DacError as error:
            log.warning("%s: %s", doing, error)

    async def _channel(self, turn: asyncio.Semaphore, channel: str, keys: Sequence[Key], failed: set[str]) -> None:
        """A channel's digests in their order; where Slack does not answer, the others of that channel wait too."""
        async with turn:
            for key in keys:
                claim = await self._workers.run(self._occurrences.claim, key, self._now())
                if claim and not await self._settled(claim, channel):
                    # Each of the others would have to be looked for afterwards.
                    self._rest_until[channel] = self._now() + REST
                    failed.add(channel)
                    return

    async def _settled(self, claim: Claim, channel: str) -> bool:
        """Whether Slack can be asked for the next of this channel."""
        key, name = claim.occurrence.key, claim.occurrence.name
        at = self._now
        try:
            await self._send(claim)
        except Ungathered as error:
            log.warning("%s cannot be gathered: %s", name, error)
            await self._workers.run(self._occurrences.unmade, key, str(error), at(), at() + UNGATHERED_REST)
        except (Gone, Barred) as error:
            log.warning("%s is not taken by %s: %s", name, channel, error)
            await self._workers.run(self._occurrences.refused, key, sentence(error), at(), at() + REFUSED_REST)
        except Unavailable as error:
            log.warning("%s: %s", name, error)
            await self._workers.run(self._occurrences.put_off, key, str(error), at() + REST)
            return False
        except DacError as error:
            log.warning("%s: %s", name, error)
            await self._workers.run(self._occurrences.failed, key, str(error), at(), at() + REFUSED_REST)
        except Exception:
            log.exception("%s", name)
            await self._workers.run(self._occurrences.failed, key, OURS, at(), at() + REFUSED_REST)
        return True

    async def _send(self, claim: Claim) -> None:
        occurrence, schedule, on = claim
        if occurrence.ts is not None:
            await self._files(occurrence)
            return
        posted: Posted | None = await self._found(occurrence)
        if posted is None and not on and not occurrence.asked_by:
            await self._workers.run(self._occurrences.settle, occurrence.key, State.SKIPPED, self._now())
            return
        if posted is None:
            await self._outlet.channels.check(occurrence.channel)
        digest = occurrence.digest
        if digest is None:
            before = await self._workers.run(self._occurrences.before, occurrence.key)
            digest = await self._gathering.digest(schedule, occurrence, before)
        await self._workers.run(self._press.marks.told, digest, occurrence.channel)
        occurrence = occurrence.model_copy(update={"digest": digest, "ownerless": await self._ownerless(schedule)})
        reply = await self._drawn(occurrence)
        if posted is None:
            posted = await self._post(occurrence, reply)
        if posted is None:
            return
        sent = await self._workers.run(
            self._occurrences.sent,
            occurrence.key,
            ts=posted.ts,
            drawn=_look(reply),
            now=self._now(),
            files=bool(reply.files),
        )
        if sent and sent.state is State.POSTED:
            await self._files(sent)

    async def _found(self, occurrence: Occurrence) -> Posted | None:
        if occurrence.tried_at is None:
            return None
        since, until = occurrence.tried_at - SKEW, occurrence.tried_at + 2 * self._patience + SKEW
        return await self._outlet.slack.find(
            occurrence.channel, occurrence.name, since, None, until, patience=self._patience / 2
        )

    async def _post(self, occurrence: Occurrence, reply: Reply) -> Posted | None:
        """None where another process has taken it over, or somebody has paused it, while its pictures were drawn."""

        async def say(blocks: list[Block]) -> Posted | None:
            begun = await self._workers.run(self._occurrences.begin, occurrence, self._now())
            if begun is None:
                return None
            # Another message may hold the channel's turn for longer than a claim lasts.
            until = self._now() + self._patience
            return await self._outlet.slack.post(
                occurrence.channel, reply.text, blocks, name=occurrence.name, until=until
            )

        return await self._outlet.pictures.said(reply, say)

    async def _files(self, occurrence: Occurrence) -> None:
        """What belongs into the thread: tried once, for people would see it twice, and again only after a crash."""
        if occurrence.digest is None:
            await self._workers.run(self._occurrences.settle, occurrence.key, State.SENT, self._now())
            return
        reply = await self._drawn(occurrence)
        giving = self._outlet.enclosures.give(reply.files, occurrence.channel, str(occurrence.ts))
        await self._logged(f"Giving the files of {occurrence.name}", giving)
        await self._workers.run(self._occurrences.settle, occurrence.key, State.SENT, self._now())

    async def _ownerless(self, schedule: Schedule) -> bool:
        """Whether nobody looks after it any more, which those who read it are told."""
        left = await self._troubles.has_left(schedule.owner)
        if left != bool(schedule.owner_left):
            await self._workers.run(self._occurrences.owner, schedule, self._now() if left else None)
        return left

    async def _drawn(self, occurrence: Occurrence) -> Reply:
        """As it is to be shown now, by what people have said of its lines; that it was late stays on it."""
        digest = occurrence.digest
        assert digest is not None  # noqa: S101 - gathered before it is drawn
        marks = await self._workers.run(self._press.marks.of, occurrence.channel)
        hides = hidden(marks, figures(digest), digest.at)
        late = occurrence.late(occurrence.sent_at or self._now())
        reply = self._press.drawn(digest, hides, late_since=occurrence.due if late else None)
        said = [context(f"Why it is late: {escape(occurrence.because)}")] if late and occurrence.because else []
        asks = ownerless(occurrence.schedule) if occurrence.ownerless else []
        return replace(reply, blocks=[*said, *reply.blocks, *asks])

    def _remarked(self) -> list[str]:
        """Channels with a digest of late in which something else is said of its lines than before."""
        lately = self._occurrences.channels(self._now() - REDRAWN_FOR)
        return [each for each in lately if self._followed.get(each) != self._press.marks.of(each)]

    async def _follow(self, channel: str) -> None:
        """Bring its newest digests to what they should look like."""
        marks = await self._workers.run(self._press.marks.of, channel)
        for each in await self._workers.run(self._occurrences.newest, channel, self._now() - REDRAWN_FOR):
            if each.digest is not None:
                await self._redraw(each)
        self._followed[channel] = marks

    async def _redraw(self, occurrence: Occurrence) -> None:
        reply = await self._drawn(occurrence)
        if _look(reply) == occurrence.drawn:
            return
        posted = Posted(occurrence.channel, str(occurrence.ts))

        async def say(blocks: list[Block]) -> None:
            await self._outlet.slack.update(posted, reply.text, blocks)

        try:
            await self._outlet.pictures.said(reply, say)
        except (Gone, Denied, Invalid) as error:
            # The same again would be refused again, in every round.
            log.warning("%s is not drawn anew: %s", occurrence.name, error)
        await self._workers.run(self._occurrences.redrawn, occurrence.key, _look(reply))


def _look(reply: Reply) -> str:
    """Tells one look of a message from another."""
    charts = {name: chart.model_dump() for name, chart in reply.pictures.items()}
    shown = json.dumps([reply.text, list(reply.blocks), charts], sort_keys=True)
    return hashlib.sha256(shown.encode()).hexdigest()[:16]
