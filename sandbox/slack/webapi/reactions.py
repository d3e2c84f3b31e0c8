"""reactions.*: emoji on messages."""

from __future__ import annotations

import re

from sandbox.slack.args import page
from sandbox.slack.errors import ApiError, Json
from sandbox.slack.messages import Message
from sandbox.slack.ratelimits import Tier
from sandbox.slack.webapi.registry import Call, method

_NAME = re.compile(r"[a-z0-9_+'-]+(?:::skin-tone-[2-6])?")


@method("reactions.add", "reactions:write")
def reactions_add(call: Call) -> Json:
    message = _message(call)
    call.slack.board.react(message, call.bot, _name(call))
    return {}


@method("reactions.remove", "reactions:write", tier=Tier.TWO)
def reactions_remove(call: Call) -> Json:
    message = _message(call)
    call.slack.board.unreact(message, call.bot, _name(call))
    return {}


@method("reactions.get", "reactions:read")
def reactions_get(call: Call) -> Json:
    return _item(call, _message(call))


@method("reactions.list", "reactions:read", tier=Tier.TWO)
def reactions_list(call: Call) -> Json:
    user = call.args.text("user", call.bot)
    reacted = [
        message
        for message in call.slack.messages.everywhere()
        if any(user in users for users in message.reactions.values())
    ]
    shown, metadata = page(reacted, call.args, default=100, most=1000)
    return {"items": [_item(call, message) for message in shown], "response_metadata": metadata}


def _message(call: Call) -> Message:
    if "channel" not in call.args or "timestamp" not in call.args:
        raise ApiError("no_item_specified")
    channel = call.joined()
    if channel.archived:
        raise ApiError("is_archived")
    return call.slack.messages.find(channel.id, call.args.text("timestamp"))


def _name(call: Call) -> str:
    name = call.args.text("name").strip(":")
    if not _NAME.fullmatch(name):
        raise ApiError("invalid_name")
    return name


def _item(call: Call, message: Message) -> Json:
    return {
        "type": "message",
        "channel": message.channel,
        "message": call.slack.messages.as_json(message),
    }
