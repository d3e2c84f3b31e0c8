"""An answer on its way to the client: whole, piece by piece, slowly, or broken off in its midst."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass

from aiohttp import web

from sandbox.oracle import exactly
from sandbox.oracle.calls import Answer, Content
from sandbox.oracle.datasets import CHUNK
from sandbox.oracle.faults import SLOW_SECONDS, Fault

SLOW_PARTS = 20
WITHOUT_BODY = {204, 304}


@dataclass(frozen=True)
class Reply:
    """An answer as bytes: what the world becomes while the reply is on its way does not show in it."""

    status: int
    headers: dict[str, str]
    body: bytes | None
    content: Content | None = None

    @classmethod
    def of(cls, answer: Answer, request_id: str) -> Reply:
        headers = answer.headers | {"opc-request-id": request_id}
        if answer.content is not None:
            return cls(answer.status, headers, None, answer.content)
        if answer.body is None or answer.status in WITHOUT_BODY:
            return cls(answer.status, headers, None)
        body = exactly.dumps(answer.body).encode()
        return cls(answer.status, headers | {"content-type": "application/json"}, body)


async def send(request: web.Request, reply: Reply, fault: Fault | None) -> web.StreamResponse:
    """Send a reply; connections on which a body was promised and never read are closed after it."""
    content = reply.content
    if content is None and fault and fault.kind in {"slow_body", "drop_body"} and reply.body:
        body = reply.body
        content = Content(len(body), lambda: iter([body]))
    if content is None:
        response: web.StreamResponse = web.Response(status=reply.status, headers=reply.headers, body=reply.body)
        _close_if_unread(request, response)
        return response
    response = web.StreamResponse(status=reply.status, headers=reply.headers)
    response.content_length = content.length
    await response.prepare(request)
    if request.method != "HEAD":
        await _pour(request, response, content, fault)
    return response


def _close_if_unread(request: web.Request, response: web.StreamResponse) -> None:
    if request.can_read_body and not request.content.at_eof():
        response.force_close()


async def _pour(request: web.Request, response: web.StreamResponse, content: Content, fault: Fault | None) -> None:
    kind = fault.kind if fault else None
    most = -(-content.length // SLOW_PARTS) if kind == "slow_body" else CHUNK
    cut = content.length
    if fault and kind == "drop_body":
        cut = content.length // 2 if fault.bytes is None else min(fault.bytes, content.length)
    sent = 0
    for piece in _pieces(content, max(min(most, CHUNK), 1)):
        if fault and kind == "slow_body":
            whole = SLOW_SECONDS if fault.seconds is None else fault.seconds
            await asyncio.sleep(whole * len(piece) / content.length)
        await response.write(piece[: cut - sent])
        sent += len(piece)
        if kind == "drop_body" and sent >= cut:
            break
    if kind == "drop_body" and request.transport is not None:
        request.transport.close()


def _pieces(content: Content, most: int) -> Iterator[bytes]:
    for chunk in content.read():
        for start in range(0, len(chunk), most):
            yield chunk[start : start + most]
