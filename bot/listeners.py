"""Slack's deliveries translated into calls: kept, acknowledged without any work, then handed over to the desk."""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
import re
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from slack_bolt.app.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck

from bot.desk import Desk, Way
from bot.errands import Errands
from bot.inbox import Delivery, Inbox
from bot.pace import Sleep
from bot.postings import Postings
from bot.workers import Workers
from commands import COMMANDS
from commands._blocks import PREFIX, meant_by
from commands._command import Attachment, Call
from commands._form import BLOCK, CALLBACK, Filled, errors, read
from dac.errors import DacError

log = logging.getLogger(__name__)

Body = Mapping[str, Any]

ANYTHING = re.compile(".*", re.DOTALL)
OURS = re.compile(re.escape(PREFIX) + ".*", re.DOTALL)
MENTION = re.compile(r"<@[UW][A-Z0-9]+>")
SAID = {None, "file_share"}
"""What a message is where somebody says something; other subtypes tell of what became of one."""

HOME_BUTTON = "home"

KEEP_SECONDS = 0.5
"""How long an acknowledgement waits for the delivery to be on disk; that takes milliseconds, and Slack gives three
seconds."""

YOUNG_SECONDS = 60.0
"""How old a thread is that may be of a card just posted, of which nobody has noted yet where it is."""

LOOKS, LOOK_SECONDS = 10, 0.2
"""How often such a thread is looked up, and how long after one another."""

LONGEST = timedelta(minutes=30)
"""After that nobody waits for an answer any more, and what was meant then may not be meant now."""


@dataclass(frozen=True)
class Asked:
    """What somebody asks for, a command line or a form that has come back."""

    what: str | Filled
    call: Call


class Reception:
    """Takes deliveries in: kept first, then acknowledged, then carried out, and so carried out whatever happens."""

    def __init__(
        self,
        desk: Desk,
        inbox: Inbox,
        postings: Postings,
        quick: Workers,
        errands: Errands,
        now: Callable[[], datetime],
        sleep: Sleep,
    ) -> None:
        self._desk = desk
        self._inbox = inbox
        self._postings = postings
        self._quick = quick
        self._errands = errands
        self._now = now
        self._sleep = sleep
        self._to_keep: list[tuple[Delivery, asyncio.Future[None]]] = []
        self._done: list[str] = []
        self._writing: asyncio.Task[None] | None = None

    def register(self, app: AsyncApp) -> None:
        """Connect every kind of delivery; what nobody knows is acknowledged all the same, or people see an error."""
        app.command(ANYTHING)(self._taking("command"))
        app.action(OURS)(self._taking("action"))
        app.view(CALLBACK)(self._check)
        app.options(ANYTHING)(_menu(self._desk))
        app.event("app_mention")(self._taking("mention"))
        app.event("message")(self._taking("direct"))
        app.event("app_home_opened")(self._home)
        for known_to_nobody in (app.action, app.view, app.shortcut, app.view_closed, app.event):
            known_to_nobody(ANYTHING)(_nothing)

    async def finish(self) -> None:
        """Write what there is to write, once the last errand has ended."""
        if self._writing:
            await self._writing

    async def recover(self) -> None:
        """Carry out what a process that is gone has been thanked for."""
        for delivery in await self._quick.run(self._inbox.left_behind, self._now()):
            log.info("Carrying out a %s that another process has left behind", delivery.kind)
            self._errands.start(self._carry_out(delivery))

    def _taking(self, kind: str) -> Any:
        async def listener(ack: AsyncAck, body: Body) -> None:
            await self._take(kind, ack, body)

        return listener

    async def _take(self, kind: str, ack: AsyncAck, body: Body) -> None:
        delivery = Delivery(_name(kind, body), kind, body)
        kept = asyncio.get_running_loop().create_future()
        self._to_keep.append((delivery, kept))
        self._write_soon()
        try:
            await asyncio.wait_for(kept, KEEP_SECONDS)
        except (DacError, TimeoutError) as error:
            # A person who waits too long presses again; better to carry this out without a net.
            log.warning("Keeping a %s: %s", kind, str(error) or "the disk is slow")
        await ack()
        self._errands.start(self._carry_out(delivery))

    async def _carry_out(self, delivery: Delivery) -> None:
        try:
            asked = await self._asked(delivery)
            if asked:
                await self._hand_over(asked, delivery)
        except Exception:
            # It would fail again at every start: told once, it is done with.
            log.exception("Carrying out a %s", delivery.kind)
        self._done.append(delivery.name)
        self._write_soon()

    async def _hand_over(self, asked: Asked, delivery: Delivery) -> None:
        if delivery.since and self._now() - delivery.since >= LONGEST:
            log.info("A %s is too old to be carried out", delivery.kind)
            await self._desk.given_up(asked.what, asked.call)
        elif isinstance(asked.what, Filled):
            await self._desk.filled(asked.what, asked.call)
        else:
            await self._desk.line(asked.what, asked.call, _way(delivery))

    def _write_soon(self) -> None:
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write())

    async def _write(self) -> None:
        """Put all that has come together on disk at once: thirty deliveries at a time cost what one does."""
        while self._to_keep or self._done:
            batch, self._to_keep = self._to_keep, []
            done, self._done = self._done, []
            try:
                await self._quick.run(self._inbox.write, [each for each, _ in batch], done, self._now())
            except DacError as error:
                _tell(batch, error)
            else:
                _tell(batch, None)

    async def _check(self, ack: AsyncAck, body: Body) -> None:
        """A form's values are checked here, so that what is wrong shows at its field and nothing is lost."""
        filled = read(body["view"])
        try:
            wrong = errors(COMMANDS[filled.verb], filled)
        except Exception:
            # Whatever it is, the person gets their form back within three seconds and not a time-out.
            log.exception("Checking a form of %s", filled.verb)
            wrong = {f"{BLOCK}{name}": "I could not check this; it has been logged." for name in filled.values}
        if wrong:
            await ack(response_action="errors", errors=wrong)
        else:
            await self._take("form", ack, body)

    async def _asked(self, delivery: Delivery) -> Asked | None:
        """What somebody asks for with it, None for nothing."""
        body = delivery.body
        match delivery.kind:
            case "command":
                return Asked(str(body.get("text") or ""), self._call(delivery, body["user_id"], body["channel_id"]))
            case "form":
                filled = read(body["view"])
                call = self._call(delivery, body["user"]["id"], filled.channel, filled.thread_ts)
                return Asked(filled, call)
            case "action":
                return await self._pressed(delivery)
            case _:
                return await self._said(delivery)

    async def _pressed(self, delivery: Delivery) -> Asked | None:
        body = delivery.body
        line = meant_by(body["actions"][0])
        user = body["user"]["id"]
        if line == HOME_BUTTON:
            await self._desk.home(user)
            return None
        channel = body.get("channel", {}).get("id") or user
        thread_ts = body.get("container", {}).get("thread_ts")
        call = self._call(delivery, user, channel, thread_ts)
        return Asked(line, replace(call, request_id=await self._request_of(channel, thread_ts)))

    async def _said(self, delivery: Delivery) -> Asked | None:
        event, direct = delivery.body["event"], delivery.kind == "direct"
        if _is_of_no_person(event) or (
            direct and (event.get("channel_type") != "im" or event.get("subtype") not in SAID)
        ):
            return None
        thread_ts = event.get("thread_ts")
        call = replace(
            self._call(delivery, event["user"], event["channel"], thread_ts),
            request_id=await self._request_of(event["channel"], thread_ts),
            files=_attached(event),
        )
        text = _said(event)
        return Asked(text.removeprefix("/dac").strip() if direct else text, call)

    def _call(self, delivery: Delivery, user: str, channel: str, thread_ts: str | None = None) -> Call:
        return Call(user=user, channel=channel, delivery=delivery.name, thread_ts=thread_ts, since=delivery.since)

    async def _home(self, ack: AsyncAck, body: Body) -> None:
        await ack()
        event = body["event"]
        if event.get("tab", HOME_BUTTON) == HOME_BUTTON:
            self._errands.start(self._desk.home(event["user"]))

    async def _request_of(self, channel: str, thread_ts: str | None) -> int | None:
        """The request in whose thread something was said: one answered at once is looked for a moment longer."""
        if thread_ts is None:
            return None
        young = thread_ts.partition(".")[0].isdigit() and self._now().timestamp() - float(thread_ts) < YOUNG_SECONDS
        for look in range(LOOKS if young else 1):
            if look:
                await self._sleep(LOOK_SECONDS)
            found = await self._quick.run(self._postings.request_of, channel, thread_ts)
            if found is not None:
                return found
        return None


def _is_of_no_person(event: Body) -> bool:
    """What another app says is nobody's wish, and nobody could be held to it."""
    return "bot_id" in event or not event.get("user")


def _tell(batch: list[tuple[Delivery, asyncio.Future[None]]], error: DacError | None) -> None:
    for _, kept in batch:
        if not kept.done():
            kept.set_exception(error) if error else kept.set_result(None)


async def _nothing(ack: AsyncAck, body: Body) -> None:
    await ack()
    log.info("Nobody here knows what to do with a %s", body.get("type"))


def _menu(desk: Desk) -> Any:
    async def offer(ack: AsyncAck, body: Body) -> None:
        _, verb, field = [*str(body.get("action_id", "")).split(":"), "", ""][:3]
        known = verb in COMMANDS and field in COMMANDS[verb].menus
        await ack(options=await desk.menu(verb, field, str(body.get("value") or "")) if known else [])

    return offer


def _said(event: Body) -> str:
    """A message's text without the mention it begins with."""
    return MENTION.sub(" ", str(event.get("text", "")), count=1).strip()


def _attached(event: Body) -> tuple[Attachment, ...]:
    """Of a file shared from another workspace Slack tells no more than the id."""
    return tuple(
        Attachment(str(each["id"]), str(each.get("name") or ""), int(each.get("size") or 0))
        for each in event.get("files") or ()
    )


def _name(kind: str, body: Body) -> str:
    """The same for every copy of one delivery, and for nothing else.

    Slack's ids alone would do; what was said and by whom is added, for a workspace that starts counting anew.
    """
    view, event = body.get("view") or {}, body.get("event") or {}
    actions = [meant_by(each) for each in body.get("actions") or ()]
    number = body.get("event_id") or view.get("id") or body.get("trigger_id") or uuid.uuid4().hex
    user = body.get("user_id") or (body.get("user") or {}).get("id") or event.get("user")
    said = [user, body.get("text"), actions, view.get("state"), event.get("ts"), event.get("text")]
    digest = hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:16]
    return f"{kind}:{number}:{digest}"


def _way(delivery: Delivery) -> Way:
    body = delivery.body
    return Way(response_url=body.get("response_url") or None, trigger_id=body.get("trigger_id") or None)
