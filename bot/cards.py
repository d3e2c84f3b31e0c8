"""The reconciler: brings every message of every request to what the request is now, wherever it has got lost."""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from weakref import WeakValueDictionary

from approvals.events import Event
from approvals.request import Request
from approvals.store import Store
from approvals.unreadable import Unreadable
from bot.once import Once, Place, Unseen
from bot.postings import CARD, NOTICE, WORD, Posting, Postings
from bot.slack import Posted, Slack
from bot.slack_refusals import Closed, Gone, Sealed
from bot.workers import Workers
from commands._blocks import escape
from commands._card import Message, card
from commands._notice import notice
from commands._thread import thread
from dac.errors import DacError, Denied, Invalid, Unavailable

log = logging.getLogger(__name__)

TOGETHER = 8
"""Requests drawn at the same time; within one, messages go one after the other."""

REST = timedelta(minutes=1)
"""How long a card that Slack refuses is left alone before it is tried again."""

LOOKED_AFTER = timedelta(minutes=2)
"""How long a card is believed to be there; then its messages are looked after, if it is their turn."""

A_LOOK = timedelta(seconds=3)
"""What looking after one message costs: twenty a minute of the fifty updates that Slack allows."""

NOT_SHOWN = f"{WORD}not shown"
"""What the person who asked is told where no place takes the card."""

KEPT = timedelta(days=1)
"""How long after its end a request's messages are still looked after."""


@dataclass(frozen=True)
class Seen:
    """A request as it was read, what has happened to it, and which messages there are."""

    request: Request
    events: list[Event]
    there: dict[str, Posting]

    @property
    def head(self) -> Posted | None:
        """The card, as far as it is known to be there."""
        return _posted(self.there.get(CARD))

    @property
    def link(self) -> str | None:
        row = self.there.get(CARD)
        return row.link if row else None

    def notices(self, link: str | None, card_in: str) -> dict[str, Message]:
        """What is told beside the card, by name."""
        elsewhere = sorted(self.request.rule.notify.channels - {card_in})
        return {f"{NOTICE}{channel}": notice(self.request, link) for channel in elsewhere}


class Cards:
    """Safe to call at any time and from two processes: what is right already is left alone."""

    def __init__(
        self, store: Store, postings: Postings, slack: Slack, workers: Workers, now: Callable[[], datetime]
    ) -> None:
        self._store = store
        self._postings = postings
        self._slack = slack
        self._once = Once(postings, slack, workers, now)
        self._workers = workers
        self._now = now
        self._retry_at: dict[int, datetime] = {}
        self._look_again = now()
        self._turns: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()

    async def reconcile(self) -> None:
        """Draw what has changed. What cannot be drawn now is left for the next time."""
        now = self._now()
        unseen = [each for each in await self._workers.run(self._store.unseen) if self._retry_at.get(each, now) <= now]
        gate = asyncio.Semaphore(TOGETHER)

        async def one(request_id: int) -> None:
            # Two rounds at once must not both post what neither has found posted.
            async with gate, self._turn(request_id):
                try:
                    await self._draw(request_id)
                except Unavailable as error:
                    log.warning("Drawing request %s: %s", request_id, error)
                except Unreadable as error:
                    # Not even whom to tell is known.
                    log.error("%s", error)  # noqa: TRY400 - its sentence says it all
                    self._retry_at[request_id] = self._now() + REST
                except DacError as error:
                    await self._cannot(request_id, error)

        await asyncio.gather(*(one(request_id) for request_id in unseen))

    async def repair(self) -> None:
        """Look after the messages of one request, if it is time: what people have deleted is shown again."""
        now = self._now()
        if now < self._look_again:
            return
        request_id = await self._workers.run(self._postings.look, now - LOOKED_AFTER, now)
        if request_id is None:
            return
        # Nobody else begins to look before this look is over.
        self._look_again, looks = now + LOOKED_AFTER, 1
        try:
            async with self._turn(request_id):
                looks = await self._look_after(request_id)
        finally:
            self._look_again = now + A_LOOK * looks

    def _turn(self, request_id: int) -> asyncio.Lock:
        return self._turns.setdefault(request_id, asyncio.Lock())

    async def _draw(self, request_id: int) -> None:
        seen = await self._workers.run(self._read, request_id)
        request = seen.request
        head = await self._bring_card(seen)
        if head is None:
            return
        complete = True
        for name, message in thread(request, seen.events).items():
            try:
                there = await self._bring(request, name, message, seen.there.get(name), (head.channel, head.ts))
            except Gone:
                # Without its card a thread takes no replies: all of it is posted anew.
                await self._workers.run(self._postings.lost, request_id, CARD, head.ts)
                raise Unavailable("The card has gone; it is posted anew.") from None
            complete = complete and there is not None
        link = seen.link if seen.head == head else None
        complete = await self._tell_others(seen, head, link or await self._find_link(request_id, head)) and complete
        word = seen.there.get(NOT_SHOWN)
        if word and word.ts:
            # It is shown, so where it cannot be shown another time that is news.
            await self._workers.run(self._postings.lost, request_id, NOT_SHOWN, word.ts)
        if complete:
            await self._workers.run(self._drawn, request)
            self._retry_at.pop(request_id, None)

    def _read(self, request_id: int) -> Seen:
        # The messages first: what happens in between makes the request newer than they are, and so is drawn next time.
        there = self._postings.of(request_id)
        request = self._store.get(request_id)
        events = [each for each in self._store.events(request_id) if each.seq <= request.version]
        return Seen(request, events, there)

    def _drawn(self, request: Request) -> None:
        self._store.seen(request.id, request.version)
        if self._store.get(request.id).version != request.version:
            # Another process may have drawn what is newer already, and this one have painted over it.
            self._store.show_again(request.id)

    async def _bring_card(self, seen: Seen) -> Posted | None:
        """The card where it is; else in the first place that takes it."""
        request, there = seen.request, seen.there.get(CARD)
        message, closed = card(request), list[str]()
        places = _places(request, there)
        for place in places:
            try:
                head = await self._bring(request, CARD, message, there, (place, None))
            except Closed as error:
                if place == places[-1]:
                    raise
                log.warning("Request %s cannot be shown in %s: %s", request.id, place, error)
                closed.append(f"<#{place}> ({error})")
            else:
                if closed and head and place != request.channel:
                    await self._tell_moved(request, closed[0], head)
                return head
        return None

    async def _bring(
        self, request: Request, name: str, message: Message, there: Posting | None, place: tuple[str, str | None]
    ) -> Posted | None:
        """The message as it should be, wherever it has to come from; None while another process posts it."""
        digest, posted = _digest(message), _posted(there)
        if there is None or posted is None:
            return await self._post(request, name, message, digest, place)
        if there.digest == digest:
            return posted
        if not await self._update(request, name, message, posted):
            raise Unavailable(f"The message “{name}” has gone; it is posted anew.")
        return posted

    async def _update(self, request: Request, name: str, message: Message, posted: Posted, *, new: bool = True) -> bool:
        """Whether it is still there to be updated, or is there with nothing new to say."""
        try:
            await self._slack.update(posted, message.text, message.blocks)
        except Gone as error:
            if isinstance(error, Sealed) and not new:
                # Posted anew at every look, it would never end.
                return True
            await self._workers.run(self._postings.lost, request.id, name, posted.ts)
            return False
        await self._workers.run(
            self._postings.posted, request.id, name, posted.channel, posted.ts, _digest(message), self._now()
        )
        return True

    async def _post(
        self, request: Request, name: str, message: Message, digest: str, place: tuple[str, str | None]
    ) -> Posted | None:
        said = await self._once.post(request.id, name, f"{request.tag}/{name}", message, Place(*place))
        if said is None:
            return None
        posted = said.posted
        # Found again, it may have been drawn from an older version: the empty digest has it updated.
        digest = "" if said.found else digest
        await self._workers.run(self._postings.posted, request.id, name, posted.channel, posted.ts, digest, self._now())
        if said.found:
            raise Unavailable(f"The message “{name}” was found again; it is brought up to date.")
        return posted

    async def _find_link(self, request_id: int, head: Posted) -> str | None:
        """The card's address, asked for once; whoever needs it can do without."""
        try:
            link = await self._slack.permalink(head)
        except DacError as error:
            log.info("The link of request %s: %s", request_id, error)
            return None
        await self._workers.run(self._postings.linked, request_id, link)
        return link

    async def _tell_others(self, seen: Seen, head: Posted, link: str | None) -> bool:
        """A word in every channel that the rule names; one that cannot be reached keeps nobody waiting."""
        complete = True
        for name, message in seen.notices(link, head.channel).items():
            place = (name.removeprefix(NOTICE), None)
            try:
                there = await self._bring(seen.request, name, message, seen.there.get(name), place)
            except (Gone, Denied, Invalid) as error:
                log.error("Telling %s of request %s: %s", place[0], seen.request.id, error)  # noqa: TRY400
            else:
                complete = complete and there is not None
        return complete

    async def _look_after(self, request_id: int) -> int:
        """See that every message is there by saying it again as it is; how many were looked at."""
        seen = await self._workers.run(self._read, request_id)
        if _over(seen.request, self._now()):
            await self._workers.run(self._postings.leave, request_id)
            return 0
        looks = 0
        for name, message, posted in self._wanted(seen):
            looks += 1
            if posted is None or not await self._update(seen.request, name, message, posted, new=False):
                log.info("The message “%s” of request %s has got lost", name, request_id)
                await self._workers.run(self._store.show_again, request_id)
                return looks
        await self._workers.run(self._drawn, seen.request)
        return looks

    @staticmethod
    def _wanted(seen: Seen) -> Iterator[tuple[str, Message, Posted | None]]:
        wanted = {CARD: card(seen.request)} | thread(seen.request, seen.events)
        if seen.head:
            wanted |= seen.notices(seen.link, seen.head.channel)
        for name, message in wanted.items():
            yield name, message, _posted(seen.there.get(name))

    async def _tell_moved(self, request: Request, place: str, head: Posted) -> None:
        where = f"in <#{head.channel}>" if head.channel.startswith(("C", "G")) else "here"
        text = (
            f"Request {request.id} ({escape(request.plan.summary)}) cannot be shown in {place}, so its card is {where}."
        )
        await self._tell(request, f"{WORD}moved:{head.ts}", text)

    async def _cannot(self, request_id: int, error: DacError) -> None:
        """Where a card cannot be shown, the person who asked is told once; it is tried again all the same."""
        log.error("Drawing request %s: %s", request_id, error)
        self._retry_at[request_id] = self._now() + REST
        request = await self._workers.run(self._store.get, request_id)
        text = (
            f"Request {request_id} ({escape(request.plan.summary)}) is recorded, but I cannot show it in "
            f"<#{request.channel}>: {error} Invite me there; I keep trying."
        )
        await self._tell(request, NOT_SHOWN, text)

    async def _tell(self, request: Request, name: str, text: str) -> None:
        """Once, whichever process finds it out; that the request is there can be read in `/dac requests`, too."""
        there = await self._workers.run(self._postings.of, request.id)
        if _posted(there.get(name)):
            return
        try:
            direct = Place(await self._slack.direct(request.requester))
            said = await self._once.post(
                request.id, name, f"{request.tag}/{name}", Message(text, ()), direct, unseen=Unseen.LEAVE
            )
            if said:
                at = said.posted
                await self._workers.run(self._postings.posted, request.id, name, at.channel, at.ts, "", self._now())
        except DacError as silent:
            log.error("Telling the requester of %s: %s", request.id, silent)  # noqa: TRY400 - its sentence says it all


def _places(request: Request, there: Posting | None) -> list[str]:
    """Where the card may be, best first: where it was last, where the rule wants it, where it was asked."""
    last = [there.channel] if there else []
    return list(dict.fromkeys([*last, request.channel, request.asked_in]))


def _over(request: Request, now: datetime) -> bool:
    """Whether nothing more comes of it and nobody looks at it any more."""
    leased = request.lease is not None and request.lease.open
    owed = request.glass is not None and request.glass.owed
    return request.final and not leased and not owed and request.changed_at + KEPT < now


def _posted(row: Posting | None) -> Posted | None:
    return Posted(row.channel, row.ts) if row and row.ts else None


def _digest(message: Message) -> str:
    return hashlib.sha256(json.dumps([message.text, message.blocks], sort_keys=True).encode()).hexdigest()[:16]
