"""The server: which path leads where, and what starts and ends with it."""

from __future__ import annotations

from collections.abc import AsyncIterator

from aiohttp import web

from sandbox.slack import control, file_api, outside_api, page_api, troubles
from sandbox.slack.config import Config
from sandbox.slack.core import SLACK, Slack
from sandbox.slack.webapi import dispatch

BODY_LIMIT = 64 * 2**20
_HINT = """<!doctype html><meta charset="utf-8"><title>Local Slack</title>
<p>The local Slack is running; its page is not part of this installation.
<p>Web API: <code>/api/</code>, control API: <code>/_control/state</code>
"""


def make_app(config: Config) -> web.Application:
    app = web.Application(client_max_size=BODY_LIMIT)
    app[SLACK] = Slack(config)
    app.add_routes(
        [
            web.get("/", page),
            web.get("/page/{file:.+}", page),
            web.get("/api/{method}", dispatch.handle),
            web.post("/api/{method}", dispatch.handle),
            web.get("/link/", app[SLACK].sockets.handle),
            web.post("/response/{team}/{id}/{secret}", outside_api.respond),
            *file_api.routes(),
            *control.routes(),
            *page_api.routes(),
            *troubles.routes(),
        ]
    )
    app.cleanup_ctx.append(_life)
    app.on_shutdown.append(_shutdown)
    return app


async def page(request: web.Request) -> web.StreamResponse:
    """The page's files, never cached, so that an edit shows on reload."""
    root = request.app[SLACK].config.page.resolve()
    name = request.match_info.get("file", "index.html")
    path = (root / name).resolve()
    if not path.is_relative_to(root) or not path.is_file():
        if name == "index.html":
            return web.Response(text=_HINT, content_type="text/html")
        raise web.HTTPNotFound
    return web.FileResponse(path, headers={"Cache-Control": "no-cache"})


async def _life(app: web.Application) -> AsyncIterator[None]:
    slack = app[SLACK]
    if slack.http:
        slack.background.start(slack.http.verify_url())
    yield
    await slack.close()


async def _shutdown(app: web.Application) -> None:
    """Let go of what would keep connections open for ever."""
    app[SLACK].stream.end()
    await app[SLACK].sockets.close()
