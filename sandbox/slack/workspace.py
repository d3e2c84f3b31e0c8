"""Who and what the workspace holds: people, channels, direct messages, user groups."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from sandbox.clock import Clock
from sandbox.slack.errors import ApiError, Json
from sandbox.slack.manifest import Manifest


@dataclass
class User:
    id: str
    name: str
    real_name: str
    title: str = ""
    tz: str = "UTC"
    is_bot: bool = False
    is_restricted: bool = False
    is_ultra_restricted: bool = False
    deleted: bool = False

    @property
    def email(self) -> str:
        return f"{self.name}@sandbox.example"


@dataclass
class Channel:
    id: str
    name: str
    topic: str = ""
    purpose: str = ""
    is_private: bool = False
    is_im: bool = False
    is_mpim: bool = False
    members: list[str] = field(default_factory=list)
    archived: bool = False
    creator: str = ""
    created: int = 0

    @property
    def kind(self) -> str:
        """The word Slack uses for it in `channel_type`, in scopes (with an s) and in `message.*` events."""
        if self.is_im:
            return "im"
        if self.is_mpim:
            return "mpim"
        return "group" if self.is_private else "channel"

    def scope(self, action: str) -> str:
        return f"{self.kind if self.is_im or self.is_mpim else self.kind + 's'}:{action}"

    @property
    def person(self) -> str:
        """Of a direct message with the app: the human in it."""
        return self.members[0]


@dataclass
class UserGroup:
    id: str
    handle: str
    name: str
    members: list[str]
    description: str = ""
    disabled: bool = False
    updated: int = 0


class Workspace:
    def __init__(self, path: Path, manifest: Manifest, clock: Clock) -> None:
        self._path = path
        self._manifest = manifest
        self._clock = clock
        self.load()

    def load(self) -> None:
        raw = tomllib.loads(self._path.read_text(encoding="utf-8"))
        created = int(self._clock.now().timestamp())
        self.team: dict[str, str] = raw["team"]
        self.edit_window: int | None = raw.get("settings", {}).get("edit_window")
        """Seconds for which a message may be edited; without it, for ever."""
        self.bot_user: str = raw["bot"]["user"]
        self.bot_id: str = raw["bot"]["bot"]
        self.app_id: str = raw["bot"]["app"]
        name = self._manifest.bot_name
        bot = User(self.bot_user, name.lower().replace(" ", "-"), name, is_bot=True)
        people = [User(**each) for each in raw.get("user", [])]
        self.users = {user.id: user for user in [*people, bot]}
        self.channels = {
            each["id"]: Channel(**each, creator=people[0].id if people else "", created=created)
            for each in raw.get("channel", [])
        }
        self.usergroups = {each["id"]: UserGroup(**each, updated=created) for each in raw.get("usergroup", [])}
        self.bookmarks: dict[str, dict[str, Json]] = {}
        """By channel, then by id."""
        for person in people:
            self.dm(person.id)

    def dm(self, user: str) -> Channel:
        """The app's direct message with this person; its id follows from theirs."""
        id_ = "D" + user[1:]
        if id_ not in self.channels:
            created = int(self._clock.now().timestamp())
            self.channels[id_] = Channel(id_, "app", is_im=True, members=[user, self.bot_user], created=created)
        return self.channels[id_]

    def user(self, reference: str) -> User:
        """By id, name or @name."""
        wanted = reference.removeprefix("@")
        found = self.users.get(wanted) or next((user for user in self.users.values() if user.name == wanted), None)
        if not found:
            raise ApiError("user_not_found")
        return found

    def channel(self, reference: str, viewer: str | None = None) -> Channel:
        """By id, name or #name; `app` or a person is the app's direct message with the viewer or that person."""
        wanted = reference.removeprefix("#")
        if wanted in self.channels:
            return self.channels[wanted]
        for channel in self.channels.values():
            if channel.name == wanted and not channel.is_im:
                return channel
        if wanted == "app" and viewer:
            return self.dm(viewer)
        try:
            user = self.user(wanted)
        except ApiError:
            raise ApiError("channel_not_found") from None
        if user.is_bot:
            raise ApiError("channel_not_found")
        return self.dm(user.id)

    def seen_by(self, user: str) -> list[Channel]:
        return [channel for channel in self.channels.values() if user in channel.members]

    def has_bot(self, channel: Channel) -> bool:
        return self.bot_user in channel.members

    def user_json(self, user: User, *, email: bool = True) -> Json:
        now = self._clock.now()
        profile: Json = {
            "real_name": user.real_name,
            "real_name_normalized": user.real_name,
            "display_name": user.name,
            "display_name_normalized": user.name,
            "title": user.title,
            "phone": "",
            "skype": "",
            "status_text": "",
            "status_emoji": "",
            "team": self.team["id"],
        }
        if email and not user.is_bot:
            profile["email"] = user.email
        if user.is_bot:
            profile |= {"bot_id": self.bot_id, "api_app_id": self.app_id}
        zone = ZoneInfo(user.tz)
        offset = now.astimezone(zone).utcoffset()
        return {
            "id": user.id,
            "team_id": self.team["id"],
            "name": user.name,
            "deleted": user.deleted,
            "real_name": user.real_name,
            "tz": user.tz,
            "tz_label": _zone_label(zone, now),
            "tz_offset": int(offset.total_seconds()) if offset else 0,
            "profile": profile,
            "is_admin": False,
            "is_owner": False,
            "is_primary_owner": False,
            "is_restricted": user.is_restricted,
            "is_ultra_restricted": user.is_ultra_restricted,
            "is_bot": user.is_bot,
            "is_app_user": False,
            "updated": int(now.timestamp()),
        }

    def channel_json(self, channel: Channel) -> Json:
        shared: Json = {
            "id": channel.id,
            "created": channel.created,
            "is_archived": channel.archived,
            "is_im": channel.is_im,
            "is_mpim": channel.is_mpim,
            "is_org_shared": False,
            "context_team_id": self.team["id"],
            "updated": channel.created * 1000,
        }
        if channel.is_im:
            return shared | {"user": channel.person, "is_user_deleted": False, "priority": 0}
        return shared | {
            "name": channel.name,
            "name_normalized": channel.name,
            "is_channel": channel.kind == "channel",
            "is_group": channel.kind == "group",
            "is_general": channel.name == "general",
            "is_private": channel.is_private or channel.is_mpim,
            "is_member": self.has_bot(channel),
            "is_shared": False,
            "is_ext_shared": False,
            "is_pending_ext_shared": False,
            "unlinked": 0,
            "creator": channel.creator,
            "num_members": len(channel.members),
            "topic": {"value": channel.topic, "creator": channel.creator, "last_set": channel.created},
            "purpose": {"value": channel.purpose, "creator": channel.creator, "last_set": channel.created},
        }

    def usergroup_json(self, group: UserGroup, *, users: bool = False) -> Json:
        shown: Json = {
            "id": group.id,
            "team_id": self.team["id"],
            "is_usergroup": True,
            "is_subteam": True,
            "name": group.name,
            "description": group.description,
            "handle": group.handle,
            "is_external": False,
            "date_create": group.updated,
            "date_update": group.updated,
            "date_delete": group.updated if group.disabled else 0,
            "auto_type": None,
            "created_by": self.bot_user,
            "updated_by": self.bot_user,
            "prefs": {"channels": [], "groups": []},
            "user_count": len(group.members),
        }
        return shown | ({"users": list(group.members)} if users else {})

    def user_shown(self, user: User) -> Json:
        """As the page and the control API show it; the others alike."""
        return {
            "id": user.id,
            "name": user.name,
            "real_name": user.real_name,
            "title": user.title,
            "tz": user.tz,
            "is_bot": user.is_bot,
            "is_restricted": user.is_restricted,
        }

    def channel_shown(self, channel: Channel) -> Json:
        return {
            "id": channel.id,
            "name": channel.name,
            "topic": channel.topic,
            "is_private": channel.is_private,
            "is_im": channel.is_im,
            "members": list(channel.members),
            "archived": channel.archived,
        }

    def usergroup_shown(self, group: UserGroup) -> Json:
        return {"id": group.id, "handle": group.handle, "name": group.name, "members": list(group.members)}


def _zone_label(zone: ZoneInfo, now: datetime) -> str:
    return now.astimezone(zone).tzname() or "UTC"
