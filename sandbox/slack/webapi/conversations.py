"""conversations.*: finding channels and reading what was said in them."""

from __future__ import annotations

from typing import Any

from sandbox.slack.args import page
from sandbox.slack.errors import ApiError, Json
from sandbox.slack.messages import Message
from sandbox.slack.ratelimits import Tier
from sandbox.slack.webapi.registry import Call, method
from sandbox.slack.workspace import Channel

READ = ("channels:read", "groups:read", "im:read", "mpim:read")
HISTORY = ("channels:history", "groups:history", "im:history", "mpim:history")
_KINDS = {"public_channel": "channel", "private_channel": "group", "im": "im", "mpim": "mpim"}
_SCOPES = dict(zip(_KINDS, READ, strict=True))


@method("conversations.list", *READ, tier=Tier.TWO)
def conversations_list(call: Call) -> Json:
    kinds = _kinds(call)
    found = [
        channel for channel in call.slack.workspace.channels.values() if channel.kind in kinds and call.visible(channel)
    ]
    return _listed(call, found)


@method("users.conversations", *READ)
def users_conversations(call: Call) -> Json:
    kinds = _kinds(call)
    user = call.user() if "user" in call.args else call.slack.workspace.users[call.bot]
    found = [
        channel for channel in call.slack.workspace.seen_by(user.id) if channel.kind in kinds and call.visible(channel)
    ]
    return _listed(call, found)


@method("conversations.info", *READ)
def conversations_info(call: Call) -> Json:
    channel = call.channel()
    call.require(channel.scope("read"))
    shown = call.slack.workspace.channel_json(channel)
    if not call.args.flag("include_num_members"):
        shown.pop("num_members", None)
    return {"channel": shown}


@method("conversations.members", *READ, tier=Tier.FOUR)
def conversations_members(call: Call) -> Json:
    channel = call.channel()
    call.require(channel.scope("read"))
    members, metadata = page(channel.members, call.args, default=100, most=1000)
    return {"members": members, "response_metadata": metadata}


@method("conversations.history", *HISTORY)
def conversations_history(call: Call) -> Json:
    channel = call.joined()
    call.require(channel.scope("history"))
    within = _between(call, call.slack.messages.history(channel.id))
    shown, metadata = page(within[::-1], call.args, default=100, most=999)
    return _messages(call, shown, metadata) | {"pin_count": 0}


@method("conversations.replies", *HISTORY)
def conversations_replies(call: Call) -> Json:
    channel = call.joined()
    call.require(channel.scope("history"))
    messages = call.slack.messages
    # a tombstone still leads its thread, so this is not `find`
    parent = messages.seen(channel.id, messages.root(channel.id, call.args.need("ts")), call.bot)
    replies = _between(call, messages.replies(parent))
    shown, metadata = page([parent, *replies], call.args, default=1000, most=1000)
    return _messages(call, shown, metadata)


@method("conversations.mark", "channels:manage", "groups:write", "im:write", "mpim:write")
def conversations_mark(call: Call) -> Json:
    channel = call.joined()
    call.slack.messages.find(channel.id, call.args.need("ts"), "invalid_timestamp")
    return {}


def _kinds(call: Call) -> set[str]:
    types = call.args.names("types") or ["public_channel"]
    if set(types) - set(_KINDS):
        raise ApiError("invalid_types")
    for type_ in types:
        call.require(_SCOPES[type_])
    return {_KINDS[type_] for type_ in types}


def _listed(call: Call, found: list[Channel]) -> Json:
    if call.args.flag("exclude_archived"):
        found = [channel for channel in found if not channel.archived]
    shown, metadata = page(found, call.args, default=100, most=1000)
    workspace = call.slack.workspace
    return {
        "channels": [workspace.channel_json(channel) for channel in shown],
        "response_metadata": metadata,
    }


def _between(call: Call, messages: list[Message]) -> list[Message]:
    oldest, latest = call.args.text("oldest", "0"), call.args.text("latest", "9" * 12)
    inclusive = call.args.flag("inclusive")
    try:
        low, high = float(oldest), float(latest)
    except ValueError:
        raise ApiError("invalid_ts_oldest") from None
    return [
        message
        for message in messages
        if low < float(message.ts) < high or (inclusive and message.ts in {oldest, latest})
    ]


def _messages(call: Call, shown: list[Message], metadata: Json) -> Json:
    everything = call.args.flag("include_all_metadata")
    answer: dict[str, Any] = {
        "messages": [call.slack.messages.as_json(each, metadata=everything) for each in shown],
        "has_more": bool(metadata["next_cursor"]),
    }
    return answer | ({"response_metadata": metadata} if metadata["next_cursor"] else {})
