from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from playwright.sync_api import Page

from sandbox.clock import Clock
from sandbox.serving import running
from sandbox.slack import Config, make_app
from tests.browser import PageFor, browser, page_for
from tests.sandbox.page.bot import Bot, running_bot

__all__ = ["browser", "page_for"]

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
MANIFEST = {
    "display_information": {"name": "DAC Ops"},
    "features": {
        "app_home": {"home_tab_enabled": True, "messages_tab_enabled": True},
        "bot_user": {"display_name": "DAC"},
        "slash_commands": [{"command": "/dac", "description": "Clusters", "usage_hint": "status | modal"}],
    },
    "oauth_config": {
        "scopes": {
            "bot": [
                *("app_mentions:read", "channels:history", "channels:read", "chat:write", "commands"),
                *("files:read", "files:write", "im:history", "im:write", "reactions:write", "users:read"),
            ]
        }
    },
    "settings": {
        "event_subscriptions": {"bot_events": ["app_home_opened", "app_mention"]},
        "interactivity": {"is_enabled": True},
        "socket_mode_enabled": True,
    },
}

Open = Callable[..., Page]


def write_manifest(folder: Path) -> Path:
    path = folder / "manifest.yml"
    path.write_text(yaml.safe_dump(MANIFEST), encoding="utf-8")
    return path


@pytest.fixture
def slack(tmp_path: Path) -> Iterator[str]:
    """A local Slack whose clock stands at noon UTC; gives its address."""
    manifest = write_manifest(tmp_path)
    # the clock belongs to the server's event loop, so it is made there
    with running(
        lambda: make_app(Config(manifest=manifest, limits_enforced=False, clock=Clock(NOON, frozen=True)))
    ) as url:
        yield url


@pytest.fixture
def bot(slack: str) -> Iterator[Bot]:
    with running_bot(slack) as bot:
        yield bot


@pytest.fixture
def open_as(slack: str, page_for: PageFor) -> Open:
    """Open #dac-ops as somebody; keywords as `page_for`."""

    def open_as(user: str, **more: Any) -> Page:
        return page_for(slack, user, **({"channel": "C01OPS"} | more))

    return open_as
