"""pins.*: messages pinned to a channel."""

from __future__ import annotations

from sandbox.slack.errors import ApiError, Json
from sandbox.slack.messages import Message
from sandbox.slack.ratelimits import Tier
from sandbox.slack.webapi.registry import Call, method

MOST_PINS = 100


@method("pins.add", "pins:write", tier=Tier.TWO)
def pins_add(call: Call) -> Json:
    message = _message(call)
    if message.pinned:
        raise ApiError("already_pinned")
    if sum(each.pinned for each in call.slack.messages.all(message.channel)) >= MOST_PINS:
        raise ApiError("too_many_pins")
    _pin(call, message, pinned=True)
    return {}


@method("pins.remove", "pins:write", tier=Tier.TWO)
def pins_remove(call: Call) -> Json:
    message = _message(call)
    if not message.pinned:
        raise ApiError("no_pin")
    _pin(call, message, pinned=False)
    return {}


@method("pins.list", "pins:read", tier=Tier.TWO)
def pins_list(call: Call) -> Json:
    channel = call.joined()
    return {"items": [_item(call, each) for each in call.slack.messages.all(channel.id) if each.pinned]}


def _message(call: Call) -> Message:
    channel = call.joined()
    if "timestamp" not in call.args:
        raise ApiError("no_item_specified")
    return call.slack.messages.find(channel.id, call.args.text("timestamp"))


def _pin(call: Call, message: Message, *, pinned: bool) -> None:
    message.pinned = pinned
    call.slack.board.redraw(message)
    channel = call.slack.workspace.channels[message.channel]
    call.slack.events.emit(
        {
            "type": "pin_added" if pinned else "pin_removed",
            "user": call.bot,
            "channel_id": channel.id,
            "item": _item(call, message),
        },
        channel=channel,
    )


def _item(call: Call, message: Message) -> Json:
    return {
        "type": "message",
        "channel": message.channel,
        "message": call.slack.messages.as_json(message),
    }
