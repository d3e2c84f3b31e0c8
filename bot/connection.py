"""How the bot comes to Slack: signing in, then Socket Mode or HTTP for what Slack delivers."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from http import HTTPStatus

import aiohttp
import uvicorn
from aiohttp import WSMessage
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.errors import SlackApiError
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.settings import Settings
from bot.web import Web, server
from dac.errors import Denied, Invalid

log = logging.getLogger(__name__)

Sleep = Callable[[float], Awaitable[None]]

WATCH_SECONDS = 5.0
"""How long a client may be without its socket before it has to ask for a new one."""

PING_SECONDS = 2
"""At Slack's default of ten a socket that was reset is noticed only after ten seconds; measured, this way after 1.5."""


LAST_LOOKS = 200
LAST_LOOK_SECONDS = 0.01
"""How often it is looked, before the socket closes, whether all that came has been acknowledged."""


class _Deliveries(AsyncSocketModeHandler):
    """What comes over the socket, which is closed once everything that has come is acknowledged.

    Over a closed one nothing can be, and people are told that a command failed. Slack cannot be told to send nothing
    more, so what is on its way at that very moment is lost still.
    """

    def __init__(self, app: AsyncApp, token: str) -> None:
        super().__init__(app, token, ping_interval=PING_SECONDS)
        self._unanswered = 0
        self.client.on_message_listeners.append(self._came)

    async def handle(self, client: SocketModeClient, req: SocketModeRequest) -> None:  # type: ignore[override]
        try:
            await super().handle(client, req)
        finally:
            self._unanswered -= 1

    async def end(self, sleep: Sleep) -> None:
        for _ in range(LAST_LOOKS):
            if self._unanswered <= 0:
                break
            await sleep(LAST_LOOK_SECONDS)
        await self.close_async()  # type: ignore[no-untyped-call]

    async def _came(self, message: WSMessage) -> None:
        self._unanswered += '"envelope_id"' in message.data


async def sign_in(client: AsyncWebClient, settings: Settings, sleep: Sleep) -> AuthorizeResult:
    """Who we are at Slack."""
    answer = await _accepted("DAC_SLACK_BOT_TOKEN", client.auth_test, sleep)
    return AuthorizeResult.from_auth_test_response(
        auth_test_response=answer, bot_token=settings.slack_bot_token.get_secret_value()
    )


async def _accepted(
    variable: str, ask: Callable[[], Awaitable[AsyncSlackResponse]], sleep: Sleep
) -> AsyncSlackResponse:
    """Slack's answer; waits as long as there is none, or as Slack asks, and gives up when it says no."""
    wait = 1.0
    while True:
        asked_to_wait = None
        try:
            return await ask()
        except SlackApiError as error:
            answer = error.response
            if answer.status_code == HTTPStatus.OK and isinstance(answer.data, dict):  # Slack's way of saying no
                raise Denied(f"Slack does not accept {variable} ({answer.data.get('error')}).") from None
            asked_to_wait = answer.headers.get("Retry-After") or answer.headers.get("retry-after")
            log.warning("Slack answers %s; waiting for it", answer.status_code)
        except (aiohttp.ClientError, TimeoutError) as error:
            log.warning("Slack does not answer (%s); waiting for it", type(error).__name__)
        await sleep(float(asked_to_wait) if asked_to_wait else wait)
        wait = min(wait * 2, 30.0)


async def _serve(http: uvicorn.Server, settings: Settings, port: int, stack: AsyncExitStack) -> None:
    """Serve until the stack ends; raises `Invalid` when the address cannot be had."""
    try:
        # Taken here and not by the server, which would end the whole process over it.
        held = socket.create_server((settings.http_host, port))
    except OSError as error:
        where = f"{settings.http_host}:{port}"
        raise Invalid(f"Nothing can be served at {where} (DAC_HTTP_HOST, DAC_HTTP_PORT): {error.strerror}.") from None
    stack.callback(held.close)
    serving = asyncio.create_task(http.serve(sockets=[held]))

    async def stop() -> None:
        http.should_exit = True
        await serving

    stack.push_async_callback(stop)


async def _watch(client: SocketModeClient, sleep: Sleep) -> None:
    """A ticket for a socket is good once and not for long, and the client tries the one it has until it works.

    So while it is not connected the old one is taken away, and it asks for another.
    """
    while True:
        await sleep(WATCH_SECONDS)
        if not await client.is_connected():
            client.wss_uri = None


async def take_deliveries(app: AsyncApp, settings: Settings, stack: AsyncExitStack, sleep: Sleep) -> None:
    """Begin to take deliveries."""
    handler: _Deliveries | None = None
    if settings.transport == "socket":
        assert settings.slack_app_token  # noqa: S101 - the settings have seen to it
        token = settings.slack_app_token.get_secret_value()
        # Asked here first: the socket client would ask for ever with a token that is not accepted.
        opened = await _accepted(
            "DAC_SLACK_APP_TOKEN", lambda: app.client.apps_connections_open(app_token=token), sleep
        )
        handler = _Deliveries(app, token)
        handler.client.wss_uri = str(opened["url"])
        stack.push_async_callback(handler.end, sleep)
        watching = asyncio.create_task(_watch(handler.client, sleep))
        stack.callback(watching.cancel)
        await handler.connect_async()  # type: ignore[no-untyped-call]

    async def health() -> dict[str, str]:
        there = handler is None or await handler.client.is_connected()
        return {"slack": "ok" if there else "not connected"}

    port = settings.http_port if settings.http_port is not None else 3000 if handler is None else None
    if port is not None:
        http = server(Web(app if handler is None else None, health), settings.http_host, port)
        await _serve(http, settings, port, stack)
