"""Charts in messages: as Slack's own blocks where the workspace takes them, else drawn and put in as pictures."""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TypeVar

from bot.charts import Charts
from bot.slack_files import SlackFiles
from bot.slack_refusals import BadBlocks
from bot.workers import Workers
from commands._blocks import Block, awaited, section
from commands._chart import Chart
from commands._command import Reply
from commands._native_chart import native
from dac.errors import DacError

log = logging.getLogger(__name__)

T = TypeVar("T")

MOST_NATIVE = 2
"""Charts of its own that Slack takes in one message."""

AGAIN = timedelta(days=1)
"""How long a workspace that did not take them is not asked again; they reach one workspace after the other."""

KEPT, KEPT_FOR = 64, timedelta(minutes=10)
"""Pictures that are there already: a hundred digests of one morning show the same. Not for long, as people may delete
a file."""


class Pictures:
    def __init__(self, charts: Charts, files: SlackFiles, workers: Workers, now: Callable[[], datetime]) -> None:
        self._charts = charts
        self._files = files
        self._workers = workers
        self._now = now
        self._drawn_until: datetime | None = None
        self._known: OrderedDict[str, tuple[str, datetime]] = OrderedDict()
        self._turns: dict[str, asyncio.Lock] = {}

    def to_draw(self, reply: Reply) -> bool:
        """Whether saying it takes the seconds of drawing, as far as is known before."""
        return len(reply.pictures) > len(self._natives(reply.pictures))

    async def said(self, reply: Reply, say: Callable[[list[Block]], Awaitable[T]]) -> T:
        """Say it with its charts. Where Slack does not take its own kind of them, say it again with pictures.

        It is their fault only if it works without: what is refused either way is refused for something else.
        """
        own = self._natives(reply.pictures)
        if own:
            try:
                return await say(await self._filled(reply, own))
            except BadBlocks as error:
                log.info("Drawing charts, for Slack did not take its own: %s", error)
        result = await say(await self._filled(reply, {}))
        if own:
            self._drawn_until = self._now() + AGAIN
        return result

    def _natives(self, pictures: Mapping[str, Chart]) -> dict[str, tuple[Block, ...]]:
        """The first that Slack takes in one message; some are more than one block."""
        found: dict[str, tuple[Block, ...]] = {}
        if self._drawn_until and self._now() < self._drawn_until:
            return found
        for name, chart in pictures.items():
            blocks = native(chart)
            if blocks and sum(map(len, found.values())) + len(blocks) <= MOST_NATIVE:
                found[name] = blocks
        return found

    async def _filled(self, reply: Reply, own: Mapping[str, Sequence[Block]]) -> list[Block]:
        """Each chart in the place that waits for it; one that cannot be had leaves the words alone."""
        blocks = list(reply.blocks) or [section(reply.text)]
        for name, chart in reply.pictures.items():
            instead: Sequence[Block] = own.get(name, ())
            if not instead:
                try:
                    known = {"id": await self._uploaded(name, chart)}
                    instead = [each | {"slack_file": known} for each in blocks if _awaits(each, name)]
                except DacError as error:
                    log.warning("Giving the picture with an answer: %s", error)
            blocks = [part for each in blocks for part in (instead if _awaits(each, name) else (each,))]
        return blocks

    async def _uploaded(self, name: str, chart: Chart) -> str:
        """Its file in Slack; one that several want at once is drawn once."""
        key = hashlib.sha256(chart.model_dump_json().encode()).hexdigest()
        async with self._turns.setdefault(key, asyncio.Lock()):
            there = self._known.get(key)
            if there and self._now() < there[1] + KEPT_FOR:
                return there[0]
            drawn = await self._workers.run(self._charts.draw, chart)
            file = await self._files.upload(f"{name}.png", drawn, title=chart.title, alt_text=chart.alt)
            self._known[key] = file, self._now()
            if len(self._known) > KEPT:
                self._turns.pop(self._known.popitem(last=False)[0], None)
            return file


def _awaits(block: Block, name: str) -> bool:
    return bool(block.get("slack_file") == awaited(name))
