"""Events the app subscribed to in its manifest, told when it may know of them."""

from __future__ import annotations

from sandbox.clock import Clock
from sandbox.slack.delivery import VERIFICATION_TOKEN, Deliveries
from sandbox.slack.errors import Json
from sandbox.slack.ids import Ids
from sandbox.slack.manifest import Manifest
from sandbox.slack.workspace import Channel, Workspace

SCOPES: dict[str, tuple[str, ...]] = {
    "app_mention": ("app_mentions:read",),
    "message.channels": ("channels:history",),
    "message.groups": ("groups:history",),
    "message.im": ("im:history",),
    "message.mpim": ("mpim:history",),
    "reaction_added": ("reactions:read",),
    "reaction_removed": ("reactions:read",),
    "member_joined_channel": ("channels:read", "groups:read"),
    "member_left_channel": ("channels:read", "groups:read"),
    "channel_archive": ("channels:read",),
    "channel_unarchive": ("channels:read",),
    "channel_created": ("channels:read",),
    "channel_rename": ("channels:read",),
    "channel_left": ("channels:read",),
    "group_left": ("groups:read",),
    "pin_added": ("pins:read",),
    "pin_removed": ("pins:read",),
    "file_shared": ("files:read",),
    "file_deleted": ("files:read",),
    "subteam_members_changed": ("usergroups:read",),
    "subteam_updated": ("usergroups:read",),
}
"""Any one of these lets the app hear the event; what is not listed needs none."""


class Events:
    def __init__(
        self, workspace: Workspace, manifest: Manifest, deliveries: Deliveries, ids: Ids, clock: Clock
    ) -> None:
        self._workspace = workspace
        self._manifest = manifest
        self._deliveries = deliveries
        self._ids = ids
        self._clock = clock

    def message(self, channel: Channel, event: Json) -> None:
        subscription = "message." + (channel.kind if channel.is_im or channel.is_mpim else channel.kind + "s")
        event = event | {"channel": channel.id, "channel_type": channel.kind}
        self.emit(event, subscription=subscription, channel=channel)

    def emit(self, event: Json, *, subscription: str | None = None, channel: Channel | None = None) -> None:
        """Tell the app, if it subscribed, holds the scope, and is in the channel the event is about."""
        name = subscription or event["type"]
        needed = SCOPES.get(name)
        if name not in self._manifest.bot_events:
            return
        if needed and not set(needed) & set(self._manifest.scopes):
            return
        if channel and not self._workspace.has_bot(channel):
            return
        team = self._workspace.team["id"]
        user = event.get("user")
        self._deliveries.event(
            {
                "token": VERIFICATION_TOKEN,
                "team_id": team,
                "context_team_id": team,
                "context_enterprise_id": None,
                "api_app_id": self._workspace.app_id,
                "event": {"event_ts": event.get("ts") or self._ids.ts()} | event,
                "type": "event_callback",
                "event_id": self._ids.new("Ev"),
                "event_time": int(self._clock.now().timestamp()),
                "authorizations": [
                    {
                        "enterprise_id": None,
                        "team_id": team,
                        "user_id": self._workspace.bot_user,
                        "is_bot": True,
                        "is_enterprise_install": False,
                    }
                ],
                "is_ext_shared_channel": False,
                "event_context": self._ids.new("4-"),
            },
            user if isinstance(user, str) else None,
        )
