"""What happens when something is said, changed or taken away: it is kept, pages show it, the app hears of it."""

from __future__ import annotations

from sandbox.slack.errors import ApiError, Json
from sandbox.slack.events import Events
from sandbox.slack.ids import Ids
from sandbox.slack.messages import Message, Messages
from sandbox.slack.stream import Stream
from sandbox.slack.workspace import Channel, Workspace


class Board:
    def __init__(self, workspace: Workspace, messages: Messages, events: Events, stream: Stream, ids: Ids) -> None:
        self._workspace = workspace
        self._messages = messages
        self._events = events
        self._stream = stream
        self._ids = ids

    def post(self, message: Message) -> Message:
        self._messages.add(message)
        self._show("message", message)
        if message.ephemeral_user:
            return message
        if parent := self._messages.parent(message):
            self._show("message_changed", parent)
        channel = self._workspace.channels[message.channel]
        said = self._messages.as_json(message)
        if message.files:
            said |= {"upload": False, "display_as_bot": False}
        # Only events call it so: in a history such a message has no subtype.
        self._events.message(channel, said | ({"subtype": "file_share"} if message.files else {}))
        mentioned = f"<@{self._workspace.bot_user}" in message.text
        if mentioned and not message.bot_id and not channel.is_im:
            self._events.emit(
                said | {"type": "app_mention", "channel": channel.id, "event_ts": message.ts},
                channel=channel,
            )
        for file in message.files:
            shared = {"file_id": file, "user_id": message.user, "file": {"id": file}, "channel_id": channel.id}
            self._events.emit({"type": "file_shared", **shared}, channel=channel)
        return message

    def changed(self, message: Message, before: Json) -> None:
        self._show("message_changed", message)
        if not message.ephemeral_user:
            after = self._messages.as_json(message)
            self._hidden_event(message, "message_changed", {"message": after, "previous_message": before})

    def redraw(self, message: Message) -> None:
        """Show on pages what the app is not told of as a change, such as a reaction."""
        self._show("message_changed", message)

    def delete(self, message: Message) -> None:
        before = self._messages.as_json(message)
        parent = self._messages.parent(message)
        if self._messages.remove(message):
            self._show("message_changed", message)
        else:
            self._stream.publish(
                {"type": "message_deleted", "channel": message.channel, "ts": message.ts},
                self._audience(message),
            )
        if message.ephemeral_user:
            return
        if parent:
            self._show("message_changed", parent)
        self._hidden_event(message, "message_deleted", {"deleted_ts": before["ts"], "previous_message": before})

    def react(self, message: Message, user: str, name: str) -> None:
        users = message.reactions.setdefault(name, [])
        if user in users:
            raise ApiError("already_reacted")
        users.append(user)
        self._reaction_event("reaction_added", message, user, name)

    def unreact(self, message: Message, user: str, name: str) -> None:
        users = message.reactions.get(name, [])
        if user not in users:
            raise ApiError("no_reaction")
        users.remove(user)
        if not users:
            del message.reactions[name]
        self._reaction_event("reaction_removed", message, user, name)

    def join(self, channel: Channel, user: str, inviter: str | None = None) -> None:
        channel.members.append(user)
        invited = {"inviter": inviter} if inviter else {}
        self._membership_event("member_joined_channel", channel, user, **invited)
        self.channels_changed()

    def leave(self, channel: Channel, user: str) -> None:
        # the app hears of its own leaving, so it is told first
        self._membership_event("member_left_channel", channel, user)
        if user == self._workspace.bot_user:
            left = "group_left" if channel.is_private else "channel_left"
            self._events.emit({"type": left, "channel": channel.id}, channel=channel)
        channel.members.remove(user)
        self.channels_changed()

    def archive(self, channel: Channel, by: str, *, archived: bool) -> None:
        channel.archived = archived
        name = "channel_archive" if archived else "channel_unarchive"
        self._events.emit({"type": name, "channel": channel.id, "user": by}, channel=channel)
        self.channels_changed()

    def channels_changed(self) -> None:
        for user in self._workspace.users:
            self._stream.publish({"type": "channels", "channels": self.channels(user)}, {user})

    def channels(self, user: str) -> list[Json]:
        """The channels this user sees, without their messages."""
        return [self._workspace.channel_shown(channel) for channel in self._workspace.seen_by(user)]

    def _show(self, kind: str, message: Message) -> None:
        self._stream.publish(
            {"type": kind, "channel": message.channel, "message": self._messages.shown(message)},
            self._audience(message),
        )

    def _audience(self, message: Message) -> list[str]:
        if message.ephemeral_user:
            return [message.ephemeral_user]
        return self._workspace.channels[message.channel].members

    def _hidden_event(self, message: Message, subtype: str, details: Json) -> None:
        self._events.message(
            self._workspace.channels[message.channel],
            {"type": "message", "subtype": subtype, "hidden": True, "ts": self._ids.ts(), **details},
        )

    def _reaction_event(self, type_: str, message: Message, user: str, name: str) -> None:
        self.redraw(message)
        self._events.emit(
            {
                "type": type_,
                "user": user,
                "reaction": name,
                "item": {"type": "message", "channel": message.channel, "ts": message.ts},
                "item_user": message.user,
            },
            channel=self._workspace.channels[message.channel],
        )

    def _membership_event(self, type_: str, channel: Channel, user: str, **details: str) -> None:
        self._events.emit(
            {
                "type": type_,
                "user": user,
                "channel": channel.id,
                "channel_type": "G" if channel.is_private else "C",
                "team": self._workspace.team["id"],
                **details,
            },
            channel=channel,
        )
