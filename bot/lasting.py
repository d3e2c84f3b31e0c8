"""Answers that take a while: one message, drawn anew as they get on, with its pictures and files at the end."""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from bot.charts import Charts
from bot.slack import Closed, Gone, Posted, Slack
from bot.slack_files import SlackFiles
from bot.workers import Workers
from commands._blocks import Block, awaited, context, escape, section
from commands._command import Call, Reply
from dac.errors import DacError, Denied

log = logging.getLogger(__name__)

EVERY = timedelta(seconds=3)
"""How often the message is drawn anew: Slack lets one be updated about fifty times a minute."""

AT_ONCE = 1
"""How many are worked at; the others wait their turn. So memory does not grow with those who ask: a check has a
process of its own, of 50 MB."""

LOOKED_BACK = timedelta(minutes=30)
"""How old the message may be that a process which is gone has begun; after that its delivery is given up as well."""


class Lasting:
    """`workers` are of their own: what takes minutes must not keep quick answers waiting."""

    def __init__(
        self, slack: Slack, files: SlackFiles, charts: Charts, workers: Workers, now: Callable[[], datetime]
    ) -> None:
        self._slack = slack
        self._files = files
        self._charts = charts
        self._workers = workers
        self._now = now
        self._turns = asyncio.Semaphore(AT_ONCE)

    async def follow(self, reply: Reply, call: Call) -> None:
        """Post it, and put in its place what comes after it; begun again after a crash, it is the same message."""
        assert reply.then is not None  # noqa: S101 - only such are given here
        posted = await self._placed(reply, call)
        if self._turns.locked():
            waits = context("Another one is being worked at; this one begins as soon as that is done.")
            await self._show(posted, replace(reply, blocks=[*_words(reply), waits]))
        async with self._turns:
            try:
                last = await self._last(reply, reply.then, posted)
            except DacError as error:
                last = Reply(text=escape(str(error)))
            except Exception:
                reference = uuid.uuid4().hex[:8]
                log.exception("Working on an answer (%s)", reference)
                last = Reply(text=f"Something went wrong on my side; it has been logged as {reference}.")
        await self._end(last, posted, call)

    async def _placed(self, reply: Reply, call: Call) -> Posted:
        """In the channel it was asked in, or where nothing can be said there, as a direct message."""
        name = f"lasting:{call.delivery}"
        since = self._now() - LOOKED_BACK
        if call.channel != call.user:
            try:
                found = await self._slack.find(call.channel, name, since, call.thread_ts)
                return found or await self._slack.post(
                    call.channel, reply.text, reply.blocks, thread_ts=call.thread_ts, name=name
                )
            except (Closed, Denied):
                log.info("Answering directly, for nothing can be said in %s", call.channel)
        direct = await self._slack.direct(call.user)
        found = await self._slack.find(direct, name, since, None)
        return found or await self._slack.post(direct, reply.text, reply.blocks, name=name)

    async def _last(self, reply: Reply, rest: Iterator[Reply], posted: Posted) -> Reply:
        while True:
            reply, ended = await self._workers.run(self._some, reply, rest)
            if ended:
                return reply
            await self._show(posted, reply)

    async def _show(self, posted: Posted, reply: Reply) -> None:
        """How far it is, which can be done without; what comes of it cannot."""
        try:
            await self._slack.update(posted, reply.text, _words(reply))
        except DacError as error:
            log.info("Showing how far an answer is: %s", error)

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
        blocks = await self._with_pictures(last)
        try:
            await self._slack.update(posted, last.text, blocks)
        except Gone as gone:
            log.info("Answering directly, for the message is not there to be drawn anew: %s", gone)
            direct = await self._slack.direct(call.user)
            posted = await self._slack.post(direct, last.text, blocks, name=f"lasting:{call.delivery}")
        thread = call.thread_ts if posted.channel == call.channel and call.thread_ts else posted.ts
        for file in last.files:
            try:
                await self._files.upload(
                    file.name, file.content, title=file.title, channel=posted.channel, thread_ts=thread
                )
            except DacError as error:
                log.warning("Giving the file with an answer: %s", error)
                said = f"The file {escape(file.name)} could not be given: {escape(str(error))}"
                await self._slack.post(posted.channel, said, [section(said)], thread_ts=thread)

    async def _with_pictures(self, reply: Reply) -> list[Block]:
        """Each picture in the place that waits for it; one that cannot be had leaves the words alone."""
        blocks = list(reply.blocks) or [section(reply.text)]
        for name, chart in reply.pictures.items():
            try:
                drawn = await self._workers.run(self._charts.draw, chart)
                known = {"id": await self._files.upload(f"{name}.png", drawn, title=chart.title, alt_text=chart.alt)}
            except DacError as error:
                log.warning("Giving the picture with an answer: %s", error)
                blocks = [each for each in blocks if each.get("slack_file") != awaited(name)]
            else:
                blocks = [
                    each | {"slack_file": known} if each.get("slack_file") == awaited(name) else each for each in blocks
                ]
        return blocks


def _words(reply: Reply) -> list[Block]:
    """All of it but its pictures, which Slack cannot show before they are drawn."""
    waiting = [awaited(name) for name in reply.pictures]
    return [each for each in reply.blocks or [section(reply.text)] if each.get("slack_file") not in waiting]
