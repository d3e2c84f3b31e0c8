"""Socket Mode: tickets, connections, and payloads that each go to one of them."""

from __future__ import annotations

import asyncio
import json
import random
from dataclasses import dataclass
from typing import Any

from aiohttp import WSCloseCode, WSMsgType, web

from sandbox.clock import Clock
from sandbox.slack.background import Background, within
from sandbox.slack.delivery import ACK_SECONDS, Answer, Envelope
from sandbox.slack.errors import Json
from sandbox.slack.faults import Faults
from sandbox.slack.ids import secret
from sandbox.slack.stream import Stream

MOST_SOCKETS = 10
GRACE_SECONDS = 10.0
"""Between telling a client to reconnect and closing its connection."""
PING_SECONDS = 10.0


@dataclass(eq=False)
class _Socket:
    connection: web.WebSocketResponse
    request: web.Request
    leaving: bool = False


class Sockets:
    def __init__(self, app_id: str, clock: Clock, faults: Faults, stream: Stream, background: Background) -> None:
        self._app_id = app_id
        self._clock = clock
        self._faults = faults
        self._stream = stream
        self._background = background
        self._tickets: set[str] = set()
        self._open: list[_Socket] = []
        self._waiting: dict[str, asyncio.Future[Any]] = {}

    @property
    def count(self) -> int:
        return len(self._open)

    @property
    def connected(self) -> bool:
        return bool(self._open)

    def ticket(self) -> str:
        ticket = secret()
        self._tickets.add(ticket)
        return ticket

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """GET /link/: one client's connection, for as long as it lasts."""
        ticket = request.query.get("ticket", "")
        if self._faults.outage:
            return web.json_response({"ok": False, "error": "service_unavailable"}, status=503)
        if ticket not in self._tickets:
            return web.json_response({"ok": False, "error": "invalid_ticket"}, status=403)
        self._tickets.remove(ticket)
        connection = web.WebSocketResponse(heartbeat=PING_SECONDS)
        await connection.prepare(request)
        if len(self._open) >= MOST_SOCKETS:
            await connection.send_json(self._disconnect_message("too_many_websockets"))
            await connection.close(code=WSCloseCode.TRY_AGAIN_LATER)
            return connection
        socket = _Socket(connection, request)
        self._open.append(socket)
        try:
            await connection.send_json(
                {
                    "type": "hello",
                    "num_connections": len(self._open),
                    "connection_info": {"app_id": self._app_id},
                    "debug_info": self._debug_info() | {"build_number": 1},
                }
            )
            self._tell_pages()
            async for message in connection:
                if message.type is WSMsgType.TEXT:
                    self._received(message.data)
        except ConnectionError:
            # the client went away in the middle of a frame; it counts as closed
            pass
        finally:
            self._open.remove(socket)
            self._tell_pages()
        return connection

    async def deliver(self, envelope: Envelope, *, copies: int) -> Answer:
        acked: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._waiting[envelope.id] = acked
        try:
            sent = [await self._send(envelope) for _ in range(copies)]
            if not any(sent):
                return Answer("no_app", reason="connection_failed")
            if await within(self._clock, ACK_SECONDS, acked):
                return Answer("acked", acked.result())
            return Answer("operation_timeout", reason="timeout")
        finally:
            del self._waiting[envelope.id]

    async def disconnect(self, reason: str) -> None:
        """Ask every client to come back on a new connection; the old one closes a little later."""
        for socket in list(self._open):
            socket.leaving = reason != "warning"
            await socket.connection.send_json(self._disconnect_message(reason))
            if reason == "link_disabled":
                await socket.connection.close(code=WSCloseCode.OK)
            else:
                self._background.start(self._close_later(socket))

    def cut(self) -> None:
        """Break every connection without a word, as a network does."""
        for socket in self._open:
            if socket.request.transport:
                socket.request.transport.abort()

    async def close(self) -> None:
        for socket in list(self._open):
            await socket.connection.close(code=WSCloseCode.GOING_AWAY)

    async def _close_later(self, socket: _Socket) -> None:
        await self._clock.sleep(GRACE_SECONDS)
        await socket.connection.close(code=WSCloseCode.OK)

    async def _send(self, envelope: Envelope) -> bool:
        """To one connection, no matter which; those told to leave only when there is no other."""
        frame = json.dumps(_frame(envelope))
        candidates = [each for each in self._open if not each.leaving] or list(self._open)
        random.shuffle(candidates)
        for socket in candidates:
            try:
                await socket.connection.send_str(frame)
            except ConnectionError:
                continue
            return True
        return False

    def _received(self, text: str) -> None:
        try:
            message = json.loads(text)
        except ValueError:
            return
        envelope_id = message.get("envelope_id") if isinstance(message, dict) else None
        acked = self._waiting.get(envelope_id or "")
        if not acked or acked.done() or self._faults.of_delivery("lost_ack"):
            return
        acked.set_result(message.get("payload"))

    def _disconnect_message(self, reason: str) -> Json:
        return {"type": "disconnect", "reason": reason, "debug_info": self._debug_info()}

    def _debug_info(self) -> Json:
        return {"host": "sandbox", "approximate_connection_time": 18060}

    def _tell_pages(self) -> None:
        self._stream.publish({"type": "connected", "connected": self.connected})


def _frame(envelope: Envelope) -> Json:
    frame: Json = {
        "envelope_id": envelope.id,
        "type": envelope.type,
        "payload": envelope.payload,
        "accepts_response_payload": envelope.accepts_response_payload,
    }
    if envelope.type == "events_api":
        frame |= {"retry_attempt": envelope.retry_attempt, "retry_reason": envelope.retry_reason}
    return frame
