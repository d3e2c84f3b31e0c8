"""manifest.yml is a manifest Slack takes, and asks for just what the bot uses."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field

ROOT = Path(__file__).resolve().parent.parent


class Strict(BaseModel):
    """Slack's manifest schema, version 2, as far as this app goes; an unknown field is a mistake."""

    model_config = ConfigDict(extra="forbid")


class Display(Strict):
    name: Annotated[str, Field(max_length=35)]
    description: Annotated[str, Field(max_length=140)]
    background_color: Annotated[str, Field(pattern=r"^#[0-9a-f]{6}$")]


class Home(Strict):
    home_tab_enabled: bool
    messages_tab_enabled: bool
    messages_tab_read_only_enabled: bool


class BotUser(Strict):
    display_name: Annotated[str, Field(max_length=80, pattern=r"^[a-z0-9._-]+$")]
    always_online: bool


class SlashCommand(Strict):
    command: Annotated[str, Field(pattern=r"^/[a-z0-9_-]{1,31}$")]
    description: Annotated[str, Field(max_length=2000)]
    usage_hint: Annotated[str, Field(max_length=1000)]
    should_escape: bool


class Features(Strict):
    app_home: Home
    bot_user: BotUser
    slash_commands: Annotated[list[SlashCommand], Field(max_length=50)]


class Scopes(Strict):
    bot: list[str]


class OAuth(Strict):
    scopes: Scopes


class Events(Strict):
    bot_events: Annotated[list[str], Field(max_length=100)]


class Interactivity(Strict):
    is_enabled: Literal[True]


class AppSettings(Strict):
    event_subscriptions: Events
    interactivity: Interactivity
    org_deploy_enabled: bool
    socket_mode_enabled: bool
    token_rotation_enabled: bool


class Metadata(Strict):
    major_version: Literal[2]
    minor_version: int


class Manifest(Strict):
    metadata: Annotated[Metadata, Field(alias="_metadata")]
    display_information: Display
    features: Features
    oauth_config: OAuth
    settings: AppSettings


# The scope each method of Slack's Web API wants (its reference pages), for those that want one.
SCOPES_OF_METHODS = {
    "chat_getPermalink": set(),
    "chat_postMessage": {"chat:write"},
    "chat_postEphemeral": {"chat:write"},
    "chat_update": {"chat:write"},
    "conversations_history": {"channels:history", "groups:history", "im:history"},
    "conversations_info": {"channels:read", "groups:read"},
    "conversations_list": {"channels:read", "groups:read"},
    "conversations_members": {"channels:read", "groups:read"},
    "conversations_open": {"im:write"},
    "conversations_replies": {"channels:history", "groups:history", "im:history"},
    "files_completeUploadExternal": {"files:write"},
    "files_getUploadURLExternal": {"files:write"},
    "files_info": {"files:read"},
    "usergroups_users_list": {"usergroups:read"},
    "users_conversations": {"channels:read", "groups:read"},
    "users_info": {"users:read"},
    "views_open": set(),
    "views_publish": set(),
    "auth_test": set(),
    "apps_connections_open": set(),
}
SCOPES_OF_EVENTS = {"app_mention": {"app_mentions:read"}, "message.im": {"im:history"}, "app_home_opened": set()}


def manifest() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((ROOT / "manifest.yml").read_text(encoding="utf-8"))
    return loaded


def test_slack_takes_the_manifest() -> None:
    Manifest.model_validate(manifest())


def test_it_asks_for_the_scopes_the_bot_uses_and_for_no_others() -> None:
    source = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "bot").glob("*.py"))
    families = "auth|apps|chat|conversations|files|reactions|usergroups|users|views|pins|team"
    called = set(re.findall(rf"_?client\.((?:{families})_\w+)", source))
    assert called == set(SCOPES_OF_METHODS)
    events = manifest()["settings"]["event_subscriptions"]["bot_events"]
    needed = {"commands", "chat:write.public"}
    needed |= {scope for method in called for scope in SCOPES_OF_METHODS[method]}
    needed |= {scope for event in events for scope in SCOPES_OF_EVENTS[event]}
    assert set(manifest()["oauth_config"]["scopes"]["bot"]) == needed


def test_every_event_it_subscribes_to_has_its_listener() -> None:
    listeners = (ROOT / "bot" / "listeners.py").read_text(encoding="utf-8")
    for event in manifest()["settings"]["event_subscriptions"]["bot_events"]:
        assert f'app.event("{event.split(".", maxsplit=1)[0]}")' in listeners
