"""The messages of every channel: kept in order, threaded, and shown as Slack's JSON."""

from __future__ import annotations

import copy
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from sandbox.slack.errors import ApiError, Json
from sandbox.slack.files import Files
from sandbox.slack.workspace import Workspace


@dataclass
class Message:
    ts: str
    channel: str
    user: str
    text: str = ""
    bot_id: str | None = None
    blocks: list[Json] | None = None
    attachments: list[Json] | None = None
    thread_ts: str | None = None
    reply_broadcast: bool = False
    subtype: str | None = None
    edited: Json | None = None
    metadata: Json | None = None
    files: list[str] = field(default_factory=list)
    reactions: dict[str, list[str]] = field(default_factory=dict)
    ephemeral_user: str | None = None
    look: Json = field(default_factory=dict)
    """username and icons, where the app chose its own."""
    inputs: dict[str, dict[str, Json]] = field(default_factory=dict)
    """What each user has put into the inputs of this message, as `state.values`."""
    streaming: bool = False
    pinned: bool = False
    unfurls: Json = field(default_factory=dict)

    @property
    def is_reply(self) -> bool:
        return self.thread_ts is not None and self.thread_ts != self.ts


class Messages:
    def __init__(self, workspace: Workspace, files: Files) -> None:
        self._workspace = workspace
        self._files = files
        self._channels: dict[str, dict[str, Message]] = {}
        self._replies: dict[tuple[str, str], list[Message]] = {}

    def clear(self) -> None:
        self._channels.clear()
        self._replies.clear()

    def add(self, message: Message) -> None:
        self._channels.setdefault(message.channel, {})[message.ts] = message
        if message.is_reply and message.thread_ts and not message.ephemeral_user:
            self._replies.setdefault((message.channel, message.thread_ts), []).append(message)

    def find(self, channel: str, ts: str | None, error: str = "message_not_found") -> Message:
        """A message that is really there; ephemeral ones and tombstones are not."""
        message = self._channels.get(channel, {}).get(ts or "")
        if not message or message.ephemeral_user or message.subtype == "tombstone":
            raise ApiError(error)
        return message

    def seen(self, channel: str, ts: str | None, user: str) -> Message:
        """A message this user has in front of them, ephemeral ones included."""
        message = self._channels.get(channel, {}).get(ts or "")
        if not message or message.ephemeral_user not in {None, user}:
            raise ApiError("message_not_found")
        return message

    def remove(self, message: Message) -> bool:
        """Take it away; True where a tombstone stays behind because replies hang on it."""
        if self.replies(message):
            message.text, message.blocks, message.attachments = "This message was deleted.", None, None
            message.subtype, message.user, message.bot_id = "tombstone", "USLACKBOT", None
            message.reactions, message.files, message.pinned = {}, [], False
            return True
        del self._channels[message.channel][message.ts]
        siblings = self._replies.get((message.channel, message.thread_ts or ""))
        if siblings and message in siblings:
            siblings.remove(message)
        return False

    def replies(self, parent: Message) -> list[Message]:
        return self._replies.get((parent.channel, parent.ts), [])

    def parent(self, reply: Message) -> Message | None:
        if not reply.is_reply:
            return None
        return self._channels.get(reply.channel, {}).get(reply.thread_ts or "")

    def root(self, channel: str, thread_ts: str) -> str:
        """The ts of the thread to join: a reply stands for the message it answers."""
        found = self._channels.get(channel, {}).get(thread_ts)
        if not found or found.ephemeral_user:
            raise ApiError("thread_not_found")
        return found.thread_ts or found.ts

    def history(self, channel: str) -> list[Message]:
        """What stands in the channel itself, oldest first: no replies unless broadcast, nothing ephemeral."""
        return [
            message
            for message in self._channels.get(channel, {}).values()
            if not message.ephemeral_user and (not message.is_reply or message.reply_broadcast)
        ]

    def all(self, channel: str, *, user: str | None = None) -> list[Message]:
        """Everything, replies and ephemerals too; with a user, as they see it."""
        return [
            message
            for message in self._channels.get(channel, {}).values()
            if user is None or message.ephemeral_user in {None, user}
        ]

    def everywhere(self) -> Iterable[Message]:
        for channel in self._channels.values():
            yield from channel.values()

    def as_json(self, message: Message, *, metadata: bool = True) -> Json:
        shown: Json = {
            "type": "message",
            "ts": message.ts,
            "user": message.user,
            "text": message.text,
            "team": self._workspace.team["id"],
        }
        if message.bot_id:
            shown |= {
                "bot_id": message.bot_id,
                "app_id": self._workspace.app_id,
                "bot_profile": self._bot_profile(),
                **message.look,
            }
        if message.look:
            shown["subtype"] = "bot_message"
        optional: dict[str, Any] = {
            "subtype": message.subtype,
            "blocks": message.blocks,
            "attachments": self._attachments(message),
            "edited": message.edited,
            "metadata": message.metadata if metadata else None,
            "thread_ts": message.thread_ts,
            "files": [self._files.as_json(self._files.find(each)) for each in message.files],
            "reactions": [
                {"name": name, "users": list(users), "count": len(users)} for name, users in message.reactions.items()
            ],
            "pinned_to": [message.channel] if message.pinned else None,
        }
        shown |= {key: copy.deepcopy(value) for key, value in optional.items() if value}
        if message.is_reply:
            parent = self.parent(message)
            shown |= {"parent_user_id": parent.user} if parent else {}
            if message.reply_broadcast:
                shown["subtype"] = "thread_broadcast"
        else:
            shown |= self._thread(message)
        return shown

    def shown(self, message: Message) -> Json:
        """As the page and the control API show it."""
        shown = self.as_json(message) | {"channel": message.channel}
        if message.ephemeral_user:
            shown |= {"is_ephemeral": True, "ephemeral_user": message.ephemeral_user}
        if message.streaming:
            shown["streaming"] = True
        return shown

    def _thread(self, message: Message) -> Json:
        replies = self.replies(message)
        if not replies:
            return {}
        users = list(dict.fromkeys(reply.user for reply in replies))
        return {
            "thread_ts": message.ts,
            "reply_count": len(replies),
            "reply_users": users[:5],
            "reply_users_count": len(users),
            "latest_reply": replies[-1].ts,
            "is_locked": False,
            "subscribed": message.user == self._workspace.bot_user,
        }

    def _attachments(self, message: Message) -> list[Json]:
        unfurled = [
            attachment | {"from_url": url, "app_unfurl_url": url, "is_app_unfurl": True}
            for url, attachment in message.unfurls.items()
        ]
        return (message.attachments or []) + unfurled

    def _bot_profile(self) -> Json:
        bot = self._workspace.users[self._workspace.bot_user]
        return {
            "id": self._workspace.bot_id,
            "app_id": self._workspace.app_id,
            "user_id": bot.id,
            "name": bot.real_name,
            "deleted": False,
            "updated": 0,
            "team_id": self._workspace.team["id"],
            "icons": {},
        }
