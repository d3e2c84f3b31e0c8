"""Where every command line ends up, however it came: it is understood, carried out in a worker, and answered."""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from bot.lasting import Lasting
from bot.pictures import Pictures
from bot.slack import Slack
from bot.slack_refusals import Gone
from bot.workers import Workers
from commands import COMMANDS
from commands._blocks import Block, clip, context, escape, section
from commands._command import AnyCommand, Call, Reply, Services, Word
from commands._decide import number
from commands._form import Filled, by_ocid, form, options
from commands._heard import heard, offer
from commands._home import home
from commands._notice import gist
from commands._parse import Parsed, arguments, attached, lacking, typed, understood
from commands._sums import plan_costs, price_lists
from commands._words import at_price
from dac.cluster import Fleet, Resource
from dac.errors import DacError

log = logging.getLogger(__name__)

REMEMBERED = 10_000
"""Deliveries remembered so that Slack's second copy of one does nothing."""

MENU_SECONDS = 2.0
"""Slack gives up at three."""


@dataclass(frozen=True)
class Way:
    """How an answer gets back: by response_url if there is one, else as a whisper in the call's channel."""

    response_url: str | None = None
    trigger_id: str | None = None


class Desk:
    """`changed` is called after every command, for it may have given the executor and the cards something to do.

    `menu_seconds` is how long a menu's options are waited for.
    """

    def __init__(
        self,
        services: Services,
        slack: Slack,
        workers: Workers,
        changed: Callable[[], None],
        lasting: Lasting,
        pictures: Pictures,
        *,
        menu_seconds: float = MENU_SECONDS,
    ) -> None:
        self._services = services
        self._slack = slack
        self._workers = workers
        self._changed = changed
        self._menu_seconds = menu_seconds
        self._lasting = lasting
        self._pictures = pictures
        self._seen: OrderedDict[str, None] = OrderedDict()

    async def line(self, text: str, call: Call, way: Way) -> None:
        """Carry out a command line, or open the form for what it lacks."""
        if self._is_copy(call.delivery):
            return
        try:
            command, parsed = understood(COMMANDS, text, call.request_id)
            parsed = attached(command, parsed, call.files)
            if parsed.missing:
                await self._ask(command, parsed, call, way)
                return
        except DacError as error:
            await self._answer(await self._offered(text, error), call, way)
            return
        await self._carry_out(command, parsed.values, call, way)

    async def filled(self, filled: Filled, call: Call) -> None:
        """Carry out a form that has come back; its values have been checked at the acknowledgement."""
        if self._is_copy(call.delivery):
            return
        await self._carry_out(COMMANDS[filled.verb], filled.values, call, Way(), entered=filled)

    async def given_up(self, asked: str | Filled, call: Call) -> None:
        """Nobody waits any more for what this is; only what was begun in everybody's sight is put an end to."""
        try:
            if isinstance(asked, Filled):
                line = typed(COMMANDS[asked.verb], asked.values)
            else:
                command, parsed = understood(COMMANDS, asked, call.request_id)
                line = typed(command, attached(command, parsed, call.files).values)
        except DacError:
            return
        await self._lasting.give_up(line, call)

    async def menu(self, verb: str, field: str, query: str) -> list[Block]:
        """Options for a menu, or none when they do not come in time."""
        choices = COMMANDS[verb].menus[field]
        try:
            async with asyncio.timeout(self._menu_seconds):
                found = await self._workers.run(choices, self._services)
        except (DacError, TimeoutError) as error:
            log.warning("Offering %s of %s: %s", field, verb, str(error) or "no answer in time")
            return []
        return options(list(found), query)

    async def home(self, user: str) -> None:
        try:
            view = await self._workers.run(home, self._services, user)
            await self._slack.publish_home(user, view)
        except DacError as error:
            log.warning("Showing the App Home: %s", error)

    async def _ask(self, command: AnyCommand, parsed: Parsed, call: Call, way: Way) -> None:
        if way.trigger_id is None:
            raise lacking(command, parsed)
        about = await self._workers.run(self._about, command, parsed)
        offered = command.offers(self._services) if command.offers else None
        called = await self._called(by_ocid(command, parsed))
        view = form(command, parsed, call, about=about, offered=offered, called=called)
        await self._slack.open_view(way.trigger_id, view)

    async def _offered(self, text: str, error: DacError) -> Reply:
        """What is to be said of a line that is no command: the sentence, or the playbook that it sounds like."""
        playbook = heard(text, self._services.playbooks)
        if playbook is None:
            return _sorry(error)
        return offer(playbook, text, await self._fleet("Naming what a playbook is about"), error)

    async def _fleet(self, doing: str) -> Fleet | None:
        """As far as it comes in time: a person waits, and can do without."""
        try:
            async with asyncio.timeout(self._menu_seconds):
                return await self._workers.run(self._services.fleet.fleet)
        except (DacError, TimeoutError) as error:
            log.warning("%s: %s", doing, str(error) or "no answer in time")
            return None

    async def _called(self, ocids: frozenset[str]) -> dict[str, str]:
        """How people know these, as far as it comes in time: a form must open within three seconds."""
        fleet = await self._fleet("Naming what a form is about") if ocids else None
        if fleet is None:
            return {}
        things: list[Resource] = [*fleet.clusters, *fleet.endpoints, *fleet.models]
        return {each.id: each.name for each in things if each.id in ocids}

    def _about(self, command: AnyCommand, parsed: Parsed) -> str:
        """What the request is that a form is for; raises `NotFound` where there is none."""
        kind, _ = command.arguments.kinds().get("request", (None, None))
        if not isinstance(kind, Word) or "request" not in parsed.values:
            return ""
        plan = self._services.requests.get(number(parsed.values["request"])).plan
        lists = price_lists(plan)
        return gist(plan) + (f" {at_price(*plan_costs(plan))} ({' · '.join(lists)})" if lists else "")

    async def _carry_out(
        self, command: AnyCommand, values: dict[str, Any], call: Call, way: Way, entered: Filled | None = None
    ) -> None:
        try:
            args = arguments(command, values)
            reply = await self._workers.run(command.run, args, call, self._services)
        except DacError as error:
            reply = _sorry(error, entered)
        except Exception:
            reference = uuid.uuid4().hex[:8]
            log.exception("Carrying out %s (%s)", command.name, reference)
            reply = Reply(text=f"Something went wrong on my side; it has been logged as {reference}.")
        self._changed()
        if reply.then is not None:
            await self._lasting.follow(reply, call, typed(command, values))
        elif not (call.since and await self._lasting.settle(reply, call)):
            await self._answer(reply, call, way)
        if call.channel == call.user:
            # It was said on the Home tab, which would go on showing what was there before.
            await self.home(call.user)

    async def _answer(self, reply: Reply, call: Call, way: Way) -> None:
        async def say(blocks: list[Block]) -> None:
            if way.response_url:
                try:
                    await self._slack.respond(way.response_url, reply.text, blocks, public=reply.public)
                except Gone:
                    # A response_url answers five times within half an hour; after that there is the channel.
                    log.info("A response_url has run out")
                else:
                    return
            if reply.public:
                await self._slack.post(call.channel, reply.text, blocks, thread_ts=call.thread_ts)
            else:
                await self._slack.whisper(call.channel, call.user, reply.text, blocks, call.thread_ts)

        try:
            await self._pictures.said(reply, say)
        except DacError as error:
            log.error("Answering <%s>: %s", call.user, error)  # noqa: TRY400 - its sentence says it all

    def _is_copy(self, delivery: str) -> bool:
        copy = delivery in self._seen
        self._seen[delivery] = None
        if len(self._seen) > REMEMBERED:
            self._seen.popitem(last=False)
        return copy


def _sorry(error: DacError, entered: Filled | None = None) -> Reply:
    """The sentence, and what was entered in a form, which would be lost otherwise."""
    blocks: Sequence[Block] = [section(escape(str(error)))]
    if entered:
        blocks = [*blocks, context(f"You entered: {escape(clip(typed(COMMANDS[entered.verb], entered.values), 1500))}")]
    return Reply(text=escape(str(error)), blocks=blocks)
