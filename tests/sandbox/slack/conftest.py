from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from sandbox.clock import Clock
from sandbox.serving import running
from sandbox.slack import Config, make_app
from sandbox.slack.config import WORKSPACE
from tests.sandbox.slack.world import APP_TOKEN, BOT_TOKEN, SECRET, App, World, connected, write_manifest

Start = Callable[..., World]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Start a local Slack; keywords are Config's or the manifest's."""
    with ExitStack() as stack:

        def start(
            *,
            frozen: bool = False,
            events_url: str | None = None,
            limits: bool = True,
            workspace: Path = WORKSPACE,
            **changes: Any,
        ) -> World:
            config = Config(
                workspace=workspace,
                manifest=write_manifest(tmp_path, **changes),
                bot_token=BOT_TOKEN,
                app_token=APP_TOKEN,
                signing_secret=SECRET,
                events_url=events_url,
                limits_enforced=limits,
                clock=Clock(frozen=frozen),
            )
            world = World(stack.enter_context(running(lambda: make_app(config))))
            stack.callback(world.close)
            return world

        yield start


@pytest.fixture
def slack(start: Start) -> World:
    """Everything allowed, rate limits off."""
    return start(limits=False)


@pytest.fixture
def app(slack: World) -> Iterator[App]:
    with connected(slack) as app:
        yield app
