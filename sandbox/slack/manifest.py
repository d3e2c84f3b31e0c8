"""What the app's manifest.yml says it may do: scopes, commands, events, surfaces."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml


@dataclass(frozen=True)
class Command:
    command: str
    description: str
    usage_hint: str
    should_escape: bool


@dataclass(frozen=True)
class Shortcut:
    name: str
    callback_id: str
    type: str


@dataclass(frozen=True)
class Manifest:
    name: str
    bot_name: str
    scopes: tuple[str, ...]
    commands: tuple[Command, ...]
    shortcuts: tuple[Shortcut, ...]
    bot_events: frozenset[str]
    interactivity: bool
    socket_mode: bool
    home_enabled: bool
    messages_enabled: bool

    @classmethod
    def read(cls, path: Path) -> Manifest:
        raw = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
        features, settings = _part(raw, "features"), _part(raw, "settings")
        home = _part(features, "app_home")
        name = str(_part(raw, "display_information").get("name", "app"))
        scopes = _part(_part(raw, "oauth_config"), "scopes")
        return cls(
            name=name,
            bot_name=str(_part(features, "bot_user").get("display_name", name)),
            scopes=(*scopes.get("bot", []), *scopes.get("bot_optional", [])),
            commands=tuple(
                Command(
                    command=each["command"],
                    description=each.get("description", ""),
                    usage_hint=each.get("usage_hint", ""),
                    should_escape=bool(each.get("should_escape", False)),
                )
                for each in features.get("slash_commands") or []
            ),
            shortcuts=tuple(
                Shortcut(name=each["name"], callback_id=each["callback_id"], type=each.get("type", "global"))
                for each in features.get("shortcuts") or []
            ),
            bot_events=frozenset(_part(settings, "event_subscriptions").get("bot_events") or []),
            interactivity=bool(_part(settings, "interactivity").get("is_enabled", False)),
            socket_mode=bool(settings.get("socket_mode_enabled", False)),
            home_enabled=bool(home.get("home_tab_enabled", False)),
            messages_enabled=bool(home.get("messages_tab_enabled", True)),
        )

    def command(self, name: str) -> Command | None:
        return next((each for each in self.commands if each.command == name), None)

    def shortcut(self, callback_id: str) -> Shortcut | None:
        return next((each for each in self.shortcuts if each.callback_id == callback_id), None)


def _part(raw: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    part = raw.get(key) or {}
    if not isinstance(part, Mapping):
        raise TypeError(f"manifest: {key} must be a mapping")
    return part
