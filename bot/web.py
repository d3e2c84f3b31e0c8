"""What the bot serves over HTTP: whether it is well, and Slack's deliveries where they come that way."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from contextlib import contextmanager
from typing import Any

import uvicorn
from slack_bolt.adapter.asgi.async_handler import AsyncSlackRequestHandler
from slack_bolt.app.async_app import AsyncApp

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Health = Callable[[], Awaitable[dict[str, str]]]
"""Each part by name with "ok" or what is wrong with it."""

EVENTS = "/slack/events"
HEALTH = "/healthz"


class Web:
    """An ASGI application. Without `app` it serves only its health."""

    def __init__(self, app: AsyncApp | None, health: Health) -> None:
        self._slack = AsyncSlackRequestHandler(app, path=EVENTS) if app else None
        self._health = health

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"] == HEALTH:
            parts = await self._health()
            well = all(each == "ok" for each in parts.values())
            await _answer(send, 200 if well else 503, parts)
        elif self._slack and (scope["type"] != "http" or scope["path"] == EVENTS):
            await self._slack(scope, receive, send)
        elif scope["type"] == "http":
            await _answer(send, 404, {"error": "not found"})


def server(web: Web, host: str, port: int) -> uvicorn.Server:
    """A server to be run in the bot's own event loop; signals are the bot's business."""
    config = uvicorn.Config(web, host=host, port=port, log_config=None, access_log=False, lifespan="off")
    return _Quiet(config)


class _Quiet(uvicorn.Server):
    """Leaves SIGINT and SIGTERM to the process it runs in."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def _answer(send: Send, status: int, body: dict[str, str]) -> None:
    headers = [(b"content-type", b"application/json")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": json.dumps(body).encode()})
