"""What people do besides interacting with the app's own things: they type messages and react."""

from __future__ import annotations

import re
from collections.abc import Sequence

from sandbox.slack.core import Slack
from sandbox.slack.errors import ApiError
from sandbox.slack.messages import Message
from sandbox.slack.workspace import Channel, User, Workspace

_URL = re.compile(r"https?://[^\s<>|]+[^\s<>|.,;:!?)\]}'\"]")
_NAMED = re.compile(r"(?<![\w@#])([@#])([\w.-]*\w)")
_SPECIAL = frozenset({"here", "channel", "everyone"})
_TOKEN = re.compile(r"<(?:[@#][UWC][A-Z0-9]+(?:\|[^<>]*)?|(?:https?|mailto|tel):[^<>]+)>")


def say(
    slack: Slack, channel: Channel, user: User, text: str, thread_ts: str | None = None, files: Sequence[str] = ()
) -> Message:
    """`files` are those that this person has uploaded before."""
    inside(channel, user)
    if channel.archived:
        raise ApiError("is_archived")
    root = slack.messages.root(channel.id, thread_ts) if thread_ts else None
    brought = [slack.files.brought_by(user.id, each) for each in files]
    for file in brought:
        file.channels.append(channel.id)
    return slack.board.post(
        Message(
            slack.ids.ts(),
            channel.id,
            user.id,
            typed(slack.workspace, text),
            thread_ts=root,
            files=[file.id for file in brought],
        )
    )


def edit(slack: Slack, channel: Channel, user: User, ts: str, text: str) -> None:
    message = slack.messages.find(channel.id, ts)
    if message.user != user.id:
        raise ApiError("cant_update_message")
    before = slack.messages.as_json(message)
    message.text = typed(slack.workspace, text)
    message.edited = {"user": user.id, "ts": slack.ids.ts()}
    slack.board.changed(message, before)


def react(slack: Slack, channel: Channel, user: User, ts: str, name: str, *, remove: bool) -> None:
    inside(channel, user)
    message = slack.messages.find(channel.id, ts)
    (slack.board.unreact if remove else slack.board.react)(message, user.id, name.strip(":"))


def inside(channel: Channel, user: User) -> None:
    """People only reach what they are a member of."""
    if user.id not in channel.members:
        raise ApiError("not_in_channel")


def typed(workspace: Workspace, text: str) -> str:
    """What a person's keystrokes become: mentions and links in angle brackets, the rest escaped."""
    parts: list[str] = []
    at = 0
    for token in _TOKEN.finditer(text):
        parts += [_plain(workspace, text[at : token.start()]), token.group()]
        at = token.end()
    return "".join([*parts, _plain(workspace, text[at:])])


def escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def with_ids(workspace: Workspace, text: str) -> str:
    """A command's text where the manifest asks for `should_escape`: names become ids, with the name kept."""

    def named(match: re.Match[str]) -> str:
        sign, name = match.groups()
        try:
            if sign == "@":
                user = workspace.user(name)
                return f"<@{user.id}|{user.name}>"
            channel = workspace.channel("#" + name)
        except ApiError:
            return match.group()
        return match.group() if channel.is_im else f"<#{channel.id}|{channel.name}>"

    return _NAMED.sub(named, _URL.sub(lambda url: f"<{url.group()}>", escaped(text)))


def _plain(workspace: Workspace, text: str) -> str:
    def named(match: re.Match[str]) -> str:
        sign, name = match.groups()
        if sign == "@" and name in _SPECIAL:
            return f"<!{name}>"
        return _mention(workspace, sign, name) or match.group()

    linked: list[str] = []
    at = 0
    for url in _URL.finditer(text):
        linked += [_NAMED.sub(named, escaped(text[at : url.start()])), f"<{escaped(url.group())}>"]
        at = url.end()
    return "".join([*linked, _NAMED.sub(named, escaped(text[at:]))])


def _mention(workspace: Workspace, sign: str, name: str) -> str | None:
    if sign == "#":
        for channel in workspace.channels.values():
            if channel.name == name and not channel.is_im:
                return f"<#{channel.id}|{channel.name}>"
        return None
    if name.lower() in {"dac", workspace.users[workspace.bot_user].name}:
        return f"<@{workspace.bot_user}>"
    for user in workspace.users.values():
        if user.name == name.lower():
            return f"<@{user.id}>"
    for group in workspace.usergroups.values():
        if group.handle == name.lower():
            return f"<!subteam^{group.id}|@{group.handle}>"
    return None
