"""Answers that take a while: one message, drawn anew as they get on, with its pictures and files at the end."""

from __future__ import annotations

import asyncio
import logging
import threading
import uuid
from collections.abc import AsyncIterator, Callable, Generator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import ParamSpec, TypeVar

from bot.enclosures import Enclosures
from bot.pace import Sleep
from bot.pictures import Pictures
from bot.slack import BRIEF, PATIENCE, Posted, Slack
from bot.slack_refusals import Closed, Gone
from bot.turns import Turns
from bot.under_way import UnderWay
from bot.workers import Workers
from commands._blocks import VALUE, Block, actions, awaited, button, clip, context, escape, section
from commands._command import Call, Reply
from dac.errors import DacError, Denied, Unavailable

log = logging.getLogger(__name__)

P = ParamSpec("P")
T = TypeVar("T")

EVERY = timedelta(seconds=3)
"""How often the message is drawn anew: Slack lets one be updated about fifty times a minute."""

AT_ONCE = 1
"""How many are worked at; the others wait their turn. So memory does not grow with those who ask, and to compute two at
once in one process would end no sooner."""

BRIEF_AT_ONCE = 4
"""The same for what takes seconds: it must not wait for what takes minutes."""

LOOKED_BACK = timedelta(minutes=30)
"""How long before now, or around the time that it was asked for, a message may have been posted that is looked for."""

AGAIN = timedelta(seconds=30)
"""How long nothing is shown of how far an answer is after Slack would not have it: it may be asked too often."""

LAST = timedelta(days=1)
"""How long the end of an answer is tried to be shown: no other message would tell of it."""

PAUSE_SECONDS = 5.0

LONG = timedelta(minutes=1)
"""Who waits longer than that does something else meanwhile."""

MOST_SAID = 300
"""Characters of its end that are said to who is called back; the rest stands above."""


class Lasting:
    """`workers` are of their own: what takes minutes must not keep quick answers waiting."""

    def __init__(
        self,
        slack: Slack,
        pictures: Pictures,
        enclosures: Enclosures,
        workers: Workers,
        under_way: UnderWay,
        now: Callable[[], datetime],
        sleep: Sleep,
    ) -> None:
        self._slack = slack
        self._pictures = pictures
        self._enclosures = enclosures
        self._workers = workers
        self._under_way = under_way
        self._now = now
        self._sleep = sleep
        self._turns = Turns(AT_ONCE)
        self._brief_turns = Turns(BRIEF_AT_ONCE)

    async def follow(self, reply: Reply, call: Call, line: str) -> None:
        """Post it, and put in its place what comes after it; begun again after a crash, it is the same message.

        `line` is what asks for the same.
        """
        assert reply.then is not None  # noqa: S101 - only such are given here
        work = _Work(reply, reply.then, call, call.since or self._now())
        if work.stoppable:
            await self._note(self._under_way.begin, _name(call), call.user, work.stop)
        posted = await self._begun(work.shown, call)
        turns = self._brief_turns if reply.brief else self._turns
        if before := turns.before(call.user):
            waits = context(_waits(before))
            await self._show(posted, replace(work.shown, blocks=[*_words(work.shown), waits]))
        async with _turn(turns, call.user, work) as come:
            try:
                last = await self._last(work, posted) if come else None
            except DacError as error:
                last = Reply(text=escape(str(error)))
            except Exception:
                reference = uuid.uuid4().hex[:8]
                log.exception("Working on an answer (%s)", reference)
                last = Reply(text=f"Something went wrong on my side; it has been logged as {reference}.")
        if last is None:
            await self._end(_stopped(work, line), posted, call)
        else:
            await self._end(last, posted, call, began=work.began)
        if work.stoppable:
            await self._note(self._under_way.end, _name(call))

    async def settle(self, reply: Reply, call: Call) -> bool:
        """Put it in place of the message that a process which is gone has begun, where there is one."""
        async for channel, thread_ts in self._places(call):
            found = await self._found(channel, thread_ts, call)
            if found:
                await self._end(reply, found, call, began=call.since)
                await self._note(self._under_way.end, _name(call))
                return True
        return False

    async def give_up(self, line: str, call: Call) -> None:
        """Where such a message was begun, say that nothing comes of it any more, and how to ask anew."""
        text = (
            "I was away while this was being worked at, for too long to take it up again by myself. Nothing has come "
            f"of it; to have it all the same, ask anew: `{escape(line)}`"
        )
        blocks = [section(text), *_anew(line)]
        if await self.settle(Reply(text=text, blocks=blocks), call):
            log.info("An answer that was begun is given up")

    async def _begun(self, reply: Reply, call: Call) -> Posted:
        """Posted; where Slack did not answer it may be there nevertheless, and is looked for before it is repeated."""
        until = self._now() + PATIENCE
        while True:
            try:
                return await self._placed(reply, call)
            except Unavailable as error:
                if self._now() >= until:
                    raise
                log.info("Beginning an answer: %s", error)
            await self._sleep(PAUSE_SECONDS)

    async def _placed(self, reply: Reply, call: Call) -> Posted:
        """In the channel it was asked in, or where nothing can be said there, as a direct message."""
        async for channel, thread_ts in self._places(call):
            try:
                return await self._found(channel, thread_ts, call) or await self._slack.post(
                    channel, reply.text, _words(reply), thread_ts=thread_ts, name=_name(call)
                )
            except (Closed, Denied) as error:
                log.info("Answering directly, for nothing can be said in %s", channel)
                refused = error
        raise refused

    async def _places(self, call: Call) -> AsyncIterator[tuple[str, str | None]]:
        """Channels and threads in which it may be said, the best first."""
        if call.channel != call.user:
            yield call.channel, call.thread_ts
        yield await self._slack.direct(call.user), None

    async def _found(self, channel: str, thread_ts: str | None, call: Call) -> Posted | None:
        since, until = (call.since or self._now()) - LOOKED_BACK, call.since and call.since + LOOKED_BACK
        return await self._slack.find(channel, _name(call), since, thread_ts, until)

    async def _last(self, work: _Work, posted: Posted) -> Reply | None:
        """Its end; None where it was stopped before."""
        shown_from = self._now()
        while True:
            if await self._is_stopped(work):
                await self._workers.run(work.give_up)
                return None
            if await self._workers.run(self._some, work):
                return work.newest
            if self._now() >= shown_from and not await self._show(posted, work.shown):
                shown_from = self._now() + AGAIN

    async def _is_stopped(self, work: _Work) -> bool:
        if not work.stoppable:
            return False
        return work.stopped.is_set() or bool(await self._note(self._under_way.stopped, _name(work.call)))

    async def _note(self, do: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T | None:
        """What can be done without: where our file cannot be used an answer is still given."""
        try:
            return await self._workers.run(do, *args, **kwargs)
        except DacError as error:
            log.warning("Noting what is under way: %s", error)
            return None

    async def _show(self, posted: Posted, reply: Reply) -> bool:
        """What there is by now, which can be done without and is not waited for; its end cannot. Whether it shows."""
        try:
            await self._slack.update(posted, reply.text, _words(reply), patience=BRIEF)
        except DacError as error:
            log.info("Showing what there is of an answer: %s", error)
            return False
        return True

    def _some(self, work: _Work) -> bool:
        """Go on for a while; whether that was all."""
        until = self._now() + EVERY
        while self._now() < until and not work.halted.is_set():
            following = next(work.rest, None)
            if following is None:
                return True
            work.newest = following
        return False

    async def _end(self, last: Reply, posted: Posted, call: Call, *, began: datetime | None = None) -> None:
        """Show its end; where it `began` long ago call back who asked, as Slack tells nobody that a message changed."""
        if self._pictures.to_draw(last):
            # To draw takes seconds, in which the words can be read.
            await self._show(posted, last)

        async def say(blocks: list[Block]) -> Posted:
            try:
                await self._slack.update(posted, last.text, blocks, patience=LAST)
            except Gone as gone:
                log.info("Answering directly, for the message is not there to be drawn anew: %s", gone)
                direct = await self._slack.direct(call.user)
                return await self._slack.post(direct, last.text, blocks, name=_name(call))
            return posted

        said = await self._pictures.said(last, say)
        thread = call.thread_ts if said.channel == call.channel and call.thread_ts else said.ts
        await self._enclosures.give(last.files, said.channel, thread)

        if began and self._now() - began > LONG and said == posted:
            await self._call_back(last, said.channel, thread, call)

    async def _call_back(self, last: Reply, channel: str, thread_ts: str, call: Call) -> None:
        name = f"{_name(call)}/end"
        words = f"<@{call.user}> {clip(last.text, MOST_SAID)}"
        try:
            # After a crash it may have been said already; where that cannot be seen, it is better not said twice.
            if call.since and await self._slack.search(
                channel, name, (call.since - LOOKED_BACK, None), thread_ts, PATIENCE
            ):
                return
            await self._slack.post(channel, words, [section(words)], thread_ts=thread_ts, name=name)
        except DacError as error:
            log.warning("Calling back who asked: %s", error)


class _Work:
    """One answer while it is worked at; `newest` is how far it is, and `began` when it was asked for."""

    def __init__(self, reply: Reply, rest: Iterator[Reply], call: Call, began: datetime) -> None:
        self.newest, self.rest, self.call, self.began = reply, rest, call, began
        self.stoppable = reply.stoppable
        self.stopped, self.halted = asyncio.Event(), threading.Event()
        self._loop = asyncio.get_running_loop()

    @property
    def shown(self) -> Reply:
        """How far it is, with the button that stops it."""
        if not self.stoppable:
            return self.newest
        row = actions(button("Stop", f"dataset stop --answer {_name(self.call)}"))
        return replace(self.newest, blocks=[*(self.newest.blocks or [section(self.newest.text)]), row])

    def stop(self) -> None:
        """May be called from any thread."""
        self.halted.set()
        self._loop.call_soon_threadsafe(self.stopped.set)

    def give_up(self) -> None:
        """End what it takes, such as a process that computes."""
        if isinstance(self.rest, Generator):
            self.rest.close()


@asynccontextmanager
async def _turn(turns: Turns, user: str, work: _Work) -> AsyncIterator[bool]:
    """Wait for a turn; False where it was stopped before that came."""
    async with AsyncExitStack() as stack:
        coming = asyncio.create_task(stack.enter_async_context(turns.turn(user)))
        stopped = asyncio.create_task(work.stopped.wait())
        try:
            await asyncio.wait({coming, stopped}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            stopped.cancel()
            # Does nothing to one that has come.
            coming.cancel()
        yield coming.done()


def _stopped(work: _Work, line: str) -> Reply:
    """By whom, how far it was, and the way to ask anew."""
    text = f"Stopped by <@{work.call.user}>: {work.newest.text}"
    by = section(f"⏹️ *Stopped* by <@{work.call.user}> when it was so far. Nothing has come of it.")
    return Reply(text=text, blocks=[by, *work.newest.blocks, *_anew(line)])


def _anew(line: str) -> list[Block]:
    bare = line.removeprefix("/dac ")
    return [actions(button("Ask anew", bare))] if len(bare) <= VALUE else []


def _name(call: Call) -> str:
    return f"lasting:{call.delivery}"


def _waits(before: int) -> str:
    others = "another one is" if before == 1 else f"{before} others are"
    return f"⏳ Waits for its turn: {others} before it. It begins by itself."


def _words(reply: Reply) -> list[Block]:
    """All of it but its pictures, which Slack cannot show before they are drawn."""
    waiting = [awaited(name) for name in reply.pictures]
    return [each for each in reply.blocks or [section(reply.text)] if each.get("slack_file") not in waiting]
