"""The reconciler: brings every message of every request to what the request is now."""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
from collections import defaultdict
from collections.abc import Callable
from datetime import datetime, timedelta

from approvals.request import Event, Request
from approvals.store import Store
from bot.postings import CARD, Posting, Postings
from bot.slack import Gone, Posted, Slack
from bot.workers import Workers
from commands._card import Message, card, thread
from dac.errors import DacError, Denied, Invalid, Unavailable

log = logging.getLogger(__name__)

TOGETHER = 8
"""Requests drawn at the same time; within one, messages go one after the other."""

REST = timedelta(minutes=1)
"""How long a card that Slack refuses is left alone before it is tried again."""

SKEW = timedelta(seconds=60)
"""How far Slack's clock and ours may be apart when a message is looked for by time."""


class Cards:
    """Safe to call at any time and from two processes: what is right already is left alone."""

    def __init__(
        self, store: Store, postings: Postings, slack: Slack, workers: Workers, now: Callable[[], datetime]
    ) -> None:
        self._store = store
        self._postings = postings
        self._slack = slack
        self._workers = workers
        self._now = now
        self._retry_at: dict[int, datetime] = {}
        self._turns: defaultdict[int, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def reconcile(self) -> None:
        """Draw what has changed. What cannot be drawn now is left for the next time."""
        now = self._now()
        behind = [
            each for each in await self._workers.run(self._postings.behind) if self._retry_at.get(each, now) <= now
        ]
        gate = asyncio.Semaphore(TOGETHER)

        async def one(request_id: int) -> None:
            # Two rounds at once must not both post what neither has found posted.
            async with gate, self._turns[request_id]:
                try:
                    await self._draw(request_id)
                except Unavailable as error:
                    log.warning("Drawing request %s: %s", request_id, error)
                except DacError as error:
                    await self._cannot(request_id, error)

        await asyncio.gather(*(one(request_id) for request_id in behind))

    async def _draw(self, request_id: int) -> None:
        request, events, there = await self._workers.run(self._read, request_id)
        head = await self._bring(request, CARD, card(request), there.get(CARD), None)
        if head is None:
            return
        complete = True
        for name, message in thread(request, events).items():
            try:
                complete = await self._bring(request, name, message, there.get(name), head) is not None and complete
            except Gone:
                # Without its card a thread takes no replies: all of it is posted anew.
                await self._workers.run(self._postings.lost, request_id, CARD)
                raise Unavailable("The card has gone; it is posted anew.") from None
        if complete:
            await self._workers.run(self._postings.drawn, request_id, request.version)
            self._retry_at.pop(request_id, None)

    def _read(self, request_id: int) -> tuple[Request, list[Event], dict[str, Posting]]:
        # Events first: what happens in between makes the request newer than they are, and so is drawn next time.
        there = self._postings.of(request_id)
        request = self._store.get(request_id)
        events = [each for each in self._store.events(request_id) if each.seq <= request.version]
        return request, events, there

    async def _bring(
        self, request: Request, name: str, message: Message, there: Posting | None, head: Posted | None
    ) -> Posted | None:
        """The message as it should be, wherever it has to come from; None while another process posts it."""
        digest = _digest(message)
        if there is None or there.ts is None:
            return await self._post(request, name, message, digest, head)
        posted = Posted(there.channel, there.ts)
        if there.digest == digest:
            return posted
        try:
            await self._slack.update(posted, message.text, message.blocks)
        except Gone:
            await self._workers.run(self._postings.lost, request.id, name)
            raise Unavailable(f"The message “{name}” has gone; it is posted anew.") from None
        await self._workers.run(self._postings.posted, request.id, name, posted.channel, posted.ts, digest)
        return posted

    async def _post(
        self, request: Request, name: str, message: Message, digest: str, head: Posted | None
    ) -> Posted | None:
        channel = head.channel if head else request.channel
        claimed = await self._workers.run(self._postings.claim, request.id, name, channel, self._now())
        if claimed is None:
            return None
        named = f"{request.tag}/{name}"
        posted = None
        if claimed.tried_at is not None:
            posted = await self._slack.find(channel, named, claimed.tried_at - SKEW, head.ts if head else None)
            # Found again, it may have been drawn from an older version: the empty digest has it updated.
            digest = "" if posted else digest
        if posted is None:
            try:
                posted = await self._slack.post(
                    channel, message.text, message.blocks, thread_ts=head.ts if head else None, name=named
                )
            except (Gone, Denied, Invalid):
                await self._workers.run(self._postings.unclaim, request.id, name)
                raise
        await self._workers.run(self._postings.posted, request.id, name, posted.channel, posted.ts, digest)
        if not digest:
            raise Unavailable(f"The message “{name}” was found again; it is brought up to date.")
        return posted

    async def _cannot(self, request_id: int, error: DacError) -> None:
        """Where a card cannot be shown, the person who asked is told once; it is tried again all the same."""
        log.error("Drawing request %s: %s", request_id, error)
        told = request_id in self._retry_at
        self._retry_at[request_id] = self._now() + REST
        if told:
            return
        request = await self._workers.run(self._store.get, request_id)
        text = (
            f"Request {request_id} ({request.plan.summary}) is recorded, but I cannot show it in "
            f"<#{request.channel}>: {error} Invite me there; I keep trying."
        )
        try:
            await self._slack.tell(request.requester, text, ())
        except DacError as silent:
            log.error("Telling the requester of %s: %s", request_id, silent)  # noqa: TRY400 - its sentence says it all


def _digest(message: Message) -> str:
    return hashlib.sha256(json.dumps([message.text, message.blocks], sort_keys=True).encode()).hexdigest()[:16]
