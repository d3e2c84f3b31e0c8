"""conversations.*: opening, joining, naming and closing channels."""

from __future__ import annotations

import re

from sandbox.slack.errors import ApiError, Json
from sandbox.slack.ratelimits import Tier
from sandbox.slack.webapi.registry import Call, method
from sandbox.slack.workspace import Channel

MANAGE = ("channels:manage", "groups:write", "im:write", "mpim:write")
_NAME = re.compile(r"[^\W_A-Z][^\WA-Z]*(?:[-_][^\WA-Z]*)*", re.ASCII)
_NAME_LIMIT = 80
_TOPIC_LIMIT = 250


@method("conversations.open", "im:write", "mpim:write")
def conversations_open(call: Call) -> Json:
    if "channel" in call.args:
        channel = call.channel()
        return _opened(call, channel, already=True)
    users = [user for user in call.args.names("users") if user != call.bot]
    if not users:
        raise ApiError("users_list_not_supplied")
    workspace = call.slack.workspace
    if any(user not in workspace.users for user in users):
        raise ApiError("user_not_found")
    if len(users) == 1:
        call.require("im:write")
        already = "D" + users[0][1:] in workspace.channels
        return _opened(call, workspace.dm(users[0]), already=already)
    call.require("mpim:write")
    members = sorted({*users, call.bot})
    for channel in workspace.channels.values():
        if channel.is_mpim and sorted(channel.members) == members:
            return _opened(call, channel, already=True)
    names = "--".join(workspace.users[user].name for user in users)
    channel = _added(call, f"mpdm-{names}-1", members=members)
    channel.is_mpim = True
    call.slack.board.channels_changed()
    return _opened(call, channel, already=False)


@method("conversations.join", "channels:join")
def conversations_join(call: Call) -> Json:
    channel = call.channel()
    if channel.kind != "channel":
        raise ApiError("method_not_supported_for_channel_type")
    if channel.archived:
        raise ApiError("is_archived")
    if call.slack.workspace.has_bot(channel):
        return _channel(call, channel) | {"warning": "already_in_channel"}
    call.slack.board.join(channel, call.bot)
    return _channel(call, channel)


@method("conversations.leave", *MANAGE)
def conversations_leave(call: Call) -> Json:
    channel = call.channel()
    if not call.slack.workspace.has_bot(channel):
        return {"not_in_channel": True}
    call.slack.board.leave(channel, call.bot)
    return {}


@method("conversations.create", *MANAGE, tier=Tier.TWO)
def conversations_create(call: Call) -> Json:
    name = call.args.text("name")
    _check_name(call, name)
    private = call.args.flag("is_private")
    call.require("groups:write" if private else "channels:manage")
    channel = _added(call, name, members=[call.bot])
    channel.is_private = private
    call.slack.board.channels_changed()
    call.slack.events.emit(
        {
            "type": "channel_created",
            "channel": {
                "id": channel.id,
                "name": name,
                "created": channel.created,
                "creator": call.bot,
            },
        }
    )
    return _channel(call, channel)


@method("conversations.rename", *MANAGE, tier=Tier.TWO)
def conversations_rename(call: Call) -> Json:
    channel = _managed(call)
    name = call.args.text("name")
    _check_name(call, name)
    channel.name = name
    call.slack.board.channels_changed()
    call.slack.events.emit(
        {"type": "channel_rename", "channel": {"id": channel.id, "name": name, "created": channel.created}},
        channel=channel,
    )
    return _channel(call, channel)


@method("conversations.invite", *MANAGE, "channels:write.invites", "groups:write.invites")
def conversations_invite(call: Call) -> Json:
    channel = _managed(call)
    users = call.args.names("users")
    if not users:
        raise ApiError("no_user")
    for user in users:
        if user not in call.slack.workspace.users:
            raise ApiError("user_not_found")
        if user == call.bot:
            raise ApiError("cant_invite_self")
        if user in channel.members:
            raise ApiError("already_in_channel")
    for user in users:
        call.slack.board.join(channel, user, inviter=call.bot)
    return _channel(call, channel)


@method("conversations.kick", *MANAGE)
def conversations_kick(call: Call) -> Json:
    channel = _managed(call)
    user = call.user()
    if user.id == call.bot:
        raise ApiError("cant_kick_self")
    if user.id not in channel.members:
        raise ApiError("not_in_channel")
    call.slack.board.leave(channel, user.id)
    return {}


@method("conversations.archive", *MANAGE, tier=Tier.TWO)
def conversations_archive(call: Call) -> Json:
    channel = _managed(call, "already_archived")
    if channel.name == "general":
        raise ApiError("cant_archive_general")
    call.slack.board.archive(channel, call.bot, archived=True)
    return {}


@method("conversations.unarchive", *MANAGE, tier=Tier.TWO)
def conversations_unarchive(call: Call) -> Json:
    channel = call.channel()
    call.require(_write_scope(channel))
    if not channel.archived:
        raise ApiError("not_archived")
    call.slack.board.archive(channel, call.bot, archived=False)
    return {}


@method("conversations.setTopic", *MANAGE, "channels:write.topic", "groups:write.topic", tier=Tier.TWO)
def conversations_set_topic(call: Call) -> Json:
    channel = _managed(call)
    channel.topic = _worded(call, "topic")
    call.slack.board.channels_changed()
    return _channel(call, channel)


@method("conversations.setPurpose", *MANAGE, "channels:write.topic", "groups:write.topic", tier=Tier.TWO)
def conversations_set_purpose(call: Call) -> Json:
    channel = _managed(call)
    channel.purpose = _worded(call, "purpose")
    call.slack.board.channels_changed()
    return _channel(call, channel)


@method("conversations.close", "im:write", "mpim:write", tier=Tier.TWO)
def conversations_close(call: Call) -> Json:
    channel = call.channel()
    if not (channel.is_im or channel.is_mpim):
        raise ApiError("method_not_supported_for_channel_type")
    return {}


def _managed(call: Call, archived: str = "is_archived") -> Channel:
    channel = call.joined()
    if channel.is_im:
        raise ApiError("method_not_supported_for_channel_type")
    if channel.archived:
        raise ApiError(archived)
    return channel


def _write_scope(channel: Channel) -> str:
    return "groups:write" if channel.is_private else "channels:manage"


def _worded(call: Call, name: str) -> str:
    text = call.args.text(name)
    if len(text) > _TOPIC_LIMIT:
        raise ApiError("too_long")
    return text


def _check_name(call: Call, name: str) -> None:
    if not name:
        raise ApiError("invalid_name_required")
    if len(name) > _NAME_LIMIT:
        raise ApiError("invalid_name_maxlength")
    if not _NAME.fullmatch(name):
        raise ApiError("invalid_name_specials")
    if any(each.name == name for each in call.slack.workspace.channels.values()):
        raise ApiError("name_taken")


def _added(call: Call, name: str, *, members: list[str]) -> Channel:
    channel = Channel(
        call.slack.ids.new("C"),
        name,
        members=members,
        creator=call.bot,
        created=int(call.slack.clock.now().timestamp()),
    )
    call.slack.workspace.channels[channel.id] = channel
    return channel


def _channel(call: Call, channel: Channel) -> Json:
    return {"channel": call.slack.workspace.channel_json(channel)}


def _opened(call: Call, channel: Channel, *, already: bool) -> Json:
    whole = call.args.flag("return_im")
    answer: Json = _channel(call, channel) if whole else {"channel": {"id": channel.id}}
    return answer | ({"no_op": True, "already_open": True} if already else {})
