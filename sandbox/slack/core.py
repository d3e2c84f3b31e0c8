"""The local Slack put together: one object that holds its parts, and the way back to an empty workspace."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from aiohttp import web

from sandbox.slack.background import Background
from sandbox.slack.board import Board
from sandbox.slack.config import Config
from sandbox.slack.delivery import Deliveries, Transport
from sandbox.slack.events import Events
from sandbox.slack.faults import Faults
from sandbox.slack.files import Files
from sandbox.slack.http_delivery import HttpDelivery
from sandbox.slack.ids import Ids
from sandbox.slack.manifest import Manifest
from sandbox.slack.messages import Messages
from sandbox.slack.ratelimits import RateLimits
from sandbox.slack.responses import Responses
from sandbox.slack.schedule import Schedule
from sandbox.slack.sockets import Sockets
from sandbox.slack.stream import Stream
from sandbox.slack.triggers import Triggers
from sandbox.slack.views import Views
from sandbox.slack.workspace import Workspace

_CALLS_KEPT = 5000


@dataclass(frozen=True)
class ApiCall:
    method: str
    ok: bool
    error: str | None
    at: str


class Slack:
    def __init__(self, config: Config) -> None:
        self.config = config
        self.clock = config.clock
        self.manifest = Manifest.read(config.manifest)
        self.ids = Ids(self.clock)
        self.background = Background()
        self.retries = Background()
        """Event deliveries, which a reset ends."""
        self.faults = Faults(self.clock)
        self.limits = RateLimits(self.clock, enforced=config.limits_enforced)
        self.stream = Stream(self.clock, (config.bot_token, config.app_token, config.signing_secret))
        self.workspace = Workspace(config.workspace, self.manifest, self.clock)
        self.sockets = Sockets(self.workspace.app_id, self.clock, self.faults, self.stream, self.background)
        self.http = (
            HttpDelivery(config.events_url, config.signing_secret, self.clock, self.faults, self.background)
            if config.events_url
            else None
        )
        self.deliveries = Deliveries(self.transport, self.clock, self.ids, self.faults, self.stream, self.retries)
        self.files = Files(self.clock, self.ids, self.workspace)
        self.messages = Messages(self.workspace, self.files)
        self.events = Events(self.workspace, self.manifest, self.deliveries, self.ids, self.clock)
        self.board = Board(self.workspace, self.messages, self.events, self.stream, self.ids)
        self.triggers = Triggers(self.clock, self.ids)
        self.views = Views(self.workspace, self.stream, self.ids)
        self.without = set(config.without_blocks)
        """Kinds of block that are refused, until a reset those of the configuration."""
        self.responses = Responses(
            self.workspace, self.messages, self.board, self.files, self.clock, self.ids, self.without
        )
        self.schedule = Schedule(self.clock, self.ids, self.board, self.workspace)
        self.offered: dict[tuple[str, str], list[dict[str, object]]] = {}
        """The options last loaded for (user, action_id), so that a choice gives back the whole option."""
        self.calls: deque[ApiCall] = deque(maxlen=_CALLS_KEPT)

    @property
    def transport(self) -> Transport:
        return self.http or self.sockets

    def reset(self) -> None:
        """Back to workspace.toml; connections and the clock stay as they are."""
        self.retries.cancel()
        self.workspace.load()
        for part in (
            self.messages,
            self.views,
            self.files,
            self.faults,
            self.triggers,
            self.responses,
            self.schedule,
            self.deliveries,
            self.stream,
        ):
            part.clear()
        self.limits.reset()
        self.without.clear()
        self.without.update(self.config.without_blocks)
        self.offered.clear()
        self.calls.clear()
        self.stream.publish({"type": "reset"})

    async def close(self) -> None:
        await self.retries.close()
        self.schedule.clear()
        self.files.clear()
        await self.sockets.close()
        await self.background.close()
        if self.http:
            await self.http.close()


SLACK = web.AppKey("slack", Slack)
