"""A server that answers as another one did, after a set time, so that what is measured is who asks."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from contextlib import contextmanager

from aiohttp import ClientSession, ClientTimeout, web

from sandbox.serving import running

TIMES = ("startTime", "endTime")
"""What of a question may differ and yet be answered alike: it is the present, told to the millisecond."""

OWN = ("Content-Length", "Transfer-Encoding", "Date", "Server")
"""Headers that are each server's own."""

LONGEST = 1 << 24
Known = tuple[int, dict[str, str], bytes]


@contextmanager
def replayed(address: str, seconds: float) -> Iterator[str]:
    """The address of a server that asks the one at `address` each question once, and then knows the answer."""
    known: dict[tuple[str, str, str], Known] = {}

    async def answer(request: web.Request) -> web.Response:
        began = asyncio.get_running_loop().time()
        body = await request.read()
        key = (request.method, request.path_qs, _timeless(body))
        if key not in known:
            known[key] = await _asked(address, request, body)
        status, headers, content = known[key]
        await asyncio.sleep(max(began + seconds - asyncio.get_running_loop().time(), 0))
        return web.Response(status=status, headers=headers, body=content)

    def make() -> web.Application:
        app = web.Application(client_max_size=LONGEST)
        app.router.add_route("*", "/{path:.*}", answer)
        return app

    with running(make) as here:
        yield here


async def _asked(address: str, request: web.Request, body: bytes) -> Known:
    async with (
        ClientSession(timeout=ClientTimeout(total=60), auto_decompress=False) as session,
        session.request(request.method, address + request.path_qs, data=body, headers=request.headers) as answer,
    ):
        headers = {name: value for name, value in answer.headers.items() if name not in OWN}
        return answer.status, headers, await answer.read()


def _timeless(body: bytes) -> str:
    told = json.loads(body) if body else {}
    return json.dumps({name: value for name, value in told.items() if name not in TIMES}, sort_keys=True)
