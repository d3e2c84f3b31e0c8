"""Slack's deliveries translated into calls: acknowledge without any work, then hand over to the desk."""

from __future__ import annotations

import logging
import re
import uuid
from collections.abc import Callable, Coroutine, Mapping
from typing import Any

from slack_bolt.app.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck

from bot.desk import Desk, Way
from bot.errands import Errands
from bot.postings import Postings
from bot.workers import Workers
from commands import COMMANDS
from commands._blocks import PREFIX
from commands._command import Call
from commands._form import BLOCK, CALLBACK, errors, read

log = logging.getLogger(__name__)

Body = Mapping[str, Any]
Work = Callable[[Body], Coroutine[Any, Any, None]]

ANYTHING = re.compile(".*", re.DOTALL)
MENTION = re.compile(r"<@[UW][A-Z0-9]+>")
HOME_BUTTON = "home"


def register(app: AsyncApp, desk: Desk, postings: Postings, background: Workers, errands: Errands) -> None:
    """Connect every kind of delivery; what nobody here knows is acknowledged all the same, or people see an error."""

    def after_ack(work: Work) -> Any:
        async def listener(ack: AsyncAck, body: Body) -> None:
            await ack()
            errands.start(work(body))

        return listener

    async def check(ack: AsyncAck, body: Body) -> None:
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
            await ack()
            errands.start(_submit(desk, body))

    ours = re.compile(re.escape(PREFIX) + ".*", re.DOTALL)
    app.command(ANYTHING)(after_ack(_command(desk)))
    app.action(ours)(after_ack(_button(desk, postings, background)))
    app.view(CALLBACK)(check)
    app.options(ANYTHING)(_menu(desk))
    app.event("app_mention")(after_ack(_mention(desk, postings, background)))
    app.event("message")(after_ack(_direct(desk)))
    app.event("app_home_opened")(after_ack(_home(desk)))
    for known_to_nobody in (app.action, app.view, app.shortcut, app.view_closed, app.event):
        known_to_nobody(ANYTHING)(after_ack(_nothing))


async def _nothing(body: Body) -> None:
    log.info("Nobody here knows what to do with a %s", body.get("type"))


def _command(desk: Desk) -> Work:
    async def carry_out(body: Body) -> None:
        call = Call(user=body["user_id"], channel=body["channel_id"], delivery=_delivery("command", body))
        await desk.line(str(body.get("text") or ""), call, _way(body))

    return carry_out


def _button(desk: Desk, postings: Postings, background: Workers) -> Work:
    async def press(body: Body) -> None:
        action = body["actions"][0]
        line = str(action.get("value") or "")
        user, place = body["user"]["id"], body.get("container", {})
        if line == HOME_BUTTON:
            await desk.home(user)
            return
        channel = body.get("channel", {}).get("id") or user
        thread_ts = place.get("thread_ts")
        call = Call(
            user=user,
            channel=channel,
            delivery=_delivery("action", body),
            thread_ts=thread_ts,
            request_id=await background.run(postings.request_of, channel, thread_ts) if thread_ts else None,
        )
        await desk.line(line, call, _way(body))

    return press


async def _submit(desk: Desk, body: Body) -> None:
    view, filled = body["view"], read(body["view"])
    call = Call(
        user=body["user"]["id"], channel=filled.channel, delivery=f"view:{view['id']}", thread_ts=filled.thread_ts
    )
    await desk.filled(filled, call)


def _menu(desk: Desk) -> Any:
    async def offer(ack: AsyncAck, body: Body) -> None:
        _, verb, field = [*str(body.get("action_id", "")).split(":"), "", ""][:3]
        known = verb in COMMANDS and field in COMMANDS[verb].menus
        await ack(options=await desk.menu(verb, field, str(body.get("value") or "")) if known else [])

    return offer


def _mention(desk: Desk, postings: Postings, background: Workers) -> Work:
    async def hear(body: Body) -> None:
        event = body["event"]
        thread_ts = event.get("thread_ts")
        request_id = await background.run(postings.request_of, event["channel"], str(thread_ts)) if thread_ts else None
        call = Call(
            user=event["user"],
            channel=event["channel"],
            delivery=f"event:{body['event_id']}",
            thread_ts=thread_ts,
            request_id=request_id,
        )
        await desk.line(MENTION.sub(" ", str(event.get("text", "")), count=1).strip(), call, Way())

    return hear


def _direct(desk: Desk) -> Work:
    async def hear(body: Body) -> None:
        event = body["event"]
        if event.get("channel_type") != "im" or event.get("subtype") or event.get("bot_id"):
            return
        call = Call(
            user=event["user"],
            channel=event["channel"],
            delivery=f"event:{body['event_id']}",
            thread_ts=event.get("thread_ts"),
        )
        text = MENTION.sub(" ", str(event.get("text", "")), count=1).strip()
        await desk.line(text.removeprefix("/dac").strip(), call, Way())

    return hear


def _home(desk: Desk) -> Work:
    async def open_home(body: Body) -> None:
        event = body["event"]
        if event.get("tab", HOME_BUTTON) == HOME_BUTTON:
            await desk.home(event["user"])

    return open_home


def _delivery(kind: str, body: Body) -> str:
    """The same for every copy of one click or command: Slack makes a trigger for each."""
    return f"{kind}:{body.get('trigger_id') or uuid.uuid4().hex}"


def _way(body: Body) -> Way:
    return Way(response_url=body.get("response_url") or None, trigger_id=body.get("trigger_id") or None)
