"""Answers that take a while: one message, drawn anew as they get on, with its pictures and files at the end."""

from __future__ import annotations

import logging
import uuid
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from bot.enclosures import Enclosures
from bot.pictures import Pictures
from bot.slack import BRIEF, PATIENCE, Closed, Gone, Posted, Slack, Sleep
from bot.turns import Turns
from bot.workers import Workers
from commands._blocks import VALUE, Block, actions, awaited, button, context, escape, section
from commands._command import Call, Reply
from dac.errors import DacError, Denied, Unavailable

log = logging.getLogger(__name__)

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


class Lasting:
    """`workers` are of their own: what takes minutes must not keep quick answers waiting."""

    def __init__(
        self,
        slack: Slack,
        pictures: Pictures,
        enclosures: Enclosures,
        workers: Workers,
        now: Callable[[], datetime],
        sleep: Sleep,
    ) -> None:
        self._slack = slack
        self._pictures = pictures
        self._enclosures = enclosures
        self._workers = workers
        self._now = now
        self._sleep = sleep
        self._turns = Turns(AT_ONCE)
        self._brief_turns = Turns(BRIEF_AT_ONCE)

    async def follow(self, reply: Reply, call: Call) -> None:
        """Post it, and put in its place what comes after it; begun again after a crash, it is the same message."""
        assert reply.then is not None  # noqa: S101 - only such are given here
        posted = await self._begun(reply, call)
        turns = self._brief_turns if reply.brief else self._turns
        before = turns.before(call.user)
        if before:
            await self._show(posted, replace(reply, blocks=[*_words(reply), context(_waits(before))]))
        async with turns.turn(call.user):
            try:
                last = await self._last(reply, reply.then, posted)
            except DacError as error:
                last = Reply(text=escape(str(error)))
            except Exception:
                reference = uuid.uuid4().hex[:8]
                log.exception("Working on an answer (%s)", reference)
                last = Reply(text=f"Something went wrong on my side; it has been logged as {reference}.")
        await self._end(last, posted, call)

    async def settle(self, reply: Reply, call: Call) -> bool:
        """Put it in place of the message that a process which is gone has begun, where there is one."""
        async for channel, thread_ts in self._places(call):
            found = await self._found(channel, thread_ts, call)
            if found:
                await self._end(reply, found, call)
                return True
        return False

    async def give_up(self, line: str, call: Call) -> None:
        """Where such a message was begun, say that nothing comes of it any more, and how to ask anew."""
        text = (
            "I was away while this was being worked at, for too long to take it up again by myself. Nothing has come "
            f"of it; to have it all the same, ask anew: `{escape(line)}`"
        )
        blocks = [section(text)]
        bare = line.removeprefix("/dac ")
        if len(bare) <= VALUE:
            blocks.append(actions(button("Ask anew", bare)))
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
                    channel, reply.text, reply.blocks, thread_ts=thread_ts, name=_name(call)
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

    async def _last(self, reply: Reply, rest: Iterator[Reply], posted: Posted) -> Reply:
        shown_from = self._now()
        while True:
            reply, ended = await self._workers.run(self._some, reply, rest)
            if ended:
                return reply
            if self._now() >= shown_from and not await self._show(posted, reply):
                shown_from = self._now() + AGAIN

    async def _show(self, posted: Posted, reply: Reply) -> bool:
        """What there is by now, which can be done without and is not waited for; its end cannot. Whether it shows."""
        try:
            await self._slack.update(posted, reply.text, _words(reply), patience=BRIEF)
        except DacError as error:
            log.info("Showing what there is of an answer: %s", error)
            return False
        return True

    def _some(self, newest: Reply, rest: Iterator[Reply]) -> tuple[Reply, bool]:
        """The newest after a while of work, and whether it is the last."""
        until = self._now() + EVERY
        while self._now() < until:
            following = next(rest, None)
            if following is None:
                return newest, True
            newest = following
        return newest, False

    async def _end(self, last: Reply, posted: Posted, call: Call) -> None:
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


def _name(call: Call) -> str:
    return f"lasting:{call.delivery}"


def _waits(before: int) -> str:
    others = "another one is" if before == 1 else f"{before} others are"
    return f"⏳ Waits for its turn: {others} before it. It begins by itself."


def _words(reply: Reply) -> list[Block]:
    """All of it but its pictures, which Slack cannot show before they are drawn."""
    waiting = [awaited(name) for name in reply.pictures]
    return [each for each in reply.blocks or [section(reply.text)] if each.get("slack_file") not in waiting]
