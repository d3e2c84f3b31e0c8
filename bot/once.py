"""The way of every message that the bot posts by itself: claimed, looked for where it may be there, posted in time."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from bot.claims import Claims, Try
from bot.pace import Busy, Now
from bot.slack import Posted, Slack
from bot.workers import Workers
from commands._card import Message
from dac.errors import Denied, Invalid, NotFound

log = logging.getLogger(__name__)

SKEW = timedelta(seconds=60)
"""How far Slack's clock and ours may be apart when a message is looked for by time."""


class Unseen(StrEnum):
    """What is better where a posting's fate is unknown and Slack does not let us look."""

    AGAIN = "again"
    """Twice: what depends on it would not happen without it."""

    LEAVE = "leave"
    """Perhaps not at all: it can be read elsewhere, and to be told twice is a nuisance."""


class Place(NamedTuple):
    channel: str
    thread_ts: str | None = None


@dataclass(frozen=True)
class Said:
    """Where it is, and whether it was `found` there: then it may look as it was to look before."""

    posted: Posted
    found: bool


class Once:
    """Two processes, a lost answer, a crash or a long wait make a message late and not double."""

    def __init__(self, claims: Claims, slack: Slack, workers: Workers, now: Now) -> None:
        self._claims = claims
        self._slack = slack
        self._workers = workers
        self._now = now

    async def post(
        self, number: int, name: str, named: str, message: Message, place: Place, *, unseen: Unseen = Unseen.AGAIN
    ) -> Said | None:
        """`named` is what it is known by in Slack; None where another process sees to it, or it is better left.

        Who calls has to put down what has come of it. Raises what `Slack.post` does.
        """
        self._slack.pace.expect(place.channel, self._now() + self._claims.patience)
        before = await self._workers.run(self._claims.claim, number, name, place.channel, self._now())
        if before is None:
            return None
        if before.at is not None:
            try:
                found = await self._found(named, Place(before.channel, place.thread_ts), before.at)
            except (Denied, Invalid, NotFound) as error:
                log.warning("Whether “%s” is in %s cannot be seen: %s", named, before.channel, error)
                if unseen is Unseen.LEAVE:
                    return None
            else:
                if found:
                    return Said(found, found=True)
                before = Try(before.channel, None)
        at = self._now()
        # To look for it may have taken longer than the claim lasted.
        if not await self._workers.run(self._claims.begin, number, name, place.channel, at):
            return None
        until = at + self._claims.patience
        try:
            posted = await self._slack.post(
                place.channel, message.text, message.blocks, thread_ts=place.thread_ts, name=named, until=until
            )
        except (Busy, Denied, Invalid, NotFound):
            await self._workers.run(self._claims.refused, number, name, before)
            raise
        return Said(posted, found=False)

    async def _found(self, named: str, place: Place, tried_at: datetime) -> Posted | None:
        patience = self._claims.patience
        last = tried_at + 2 * patience + SKEW
        return await self._slack.search(place.channel, named, (tried_at - SKEW, last), place.thread_ts, patience)
