"""What the web page calls: its state, its event stream, and what its user does."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable

from aiohttp import web

from sandbox.slack.args import Args
from sandbox.slack.control import handler
from sandbox.slack.core import SLACK, Slack
from sandbox.slack.doing import DEEDS
from sandbox.slack.errors import ApiError, Json

KEEP_ALIVE_SECONDS = 15.0


def routes() -> list[web.RouteDef]:
    deeds = [web.post(f"/_page/{path}", _deed(path)) for path in DEEDS]
    return [
        *deeds,
        web.get("/_page/state", handler(state)),
        web.get("/_page/traffic", handler(traffic)),
        web.get("/_page/events", events),
    ]


def _deed(path: str) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def do(slack: Slack, _request: web.Request, args: Args) -> Json:
        return await DEEDS[path](slack, args)

    return handler(do)


async def state(slack: Slack, _request: web.Request, args: Args) -> Json:
    workspace, manifest = slack.workspace, slack.manifest
    me = workspace.user(args.need("user"))
    return {
        "me": workspace.user_shown(me),
        "team": workspace.team,
        "users": [workspace.user_shown(user) for user in workspace.users.values()],
        "usergroups": [workspace.usergroup_shown(group) for group in workspace.usergroups.values()],
        "channels": [
            shown | {"messages": [slack.messages.shown(each) for each in slack.messages.all(shown["id"], user=me.id)]}
            for shown in slack.board.channels(me.id)
        ],
        "commands": [
            {
                "command": each.command,
                "description": each.description,
                "usage_hint": each.usage_hint,
            }
            for each in manifest.commands
        ],
        "shortcuts": [
            {"name": each.name, "callback_id": each.callback_id, "type": each.type} for each in manifest.shortcuts
        ],
        "app": {
            "id": workspace.app_id,
            "name": manifest.name,
            "bot_user": workspace.bot_user,
            "home_enabled": manifest.home_enabled,
        },
        "views": slack.views.stack_json(me.id),
        "home": slack.views.home_json(me.id),
        "connected": slack.transport.connected,
        "now": slack.clock.now().isoformat(),
    }


async def traffic(slack: Slack, _request: web.Request, _args: Args) -> Json:
    return {"entries": slack.stream.recent_traffic()}


async def events(request: web.Request) -> web.StreamResponse:
    """GET /_page/events: Server-Sent Events for one user, until they close the page."""
    slack = request.app[SLACK]
    try:
        user = slack.workspace.user(request.query.get("user", ""))
    except ApiError as error:
        return web.json_response(error.as_json(), status=404)
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"})
    with slack.stream.reader(user.id) as queue:
        await response.prepare(request)
        connected = {"type": "connected", "connected": slack.transport.connected}
        try:
            await response.write(_event(connected))
            while True:
                try:
                    event = await asyncio.wait_for(queue.get(), KEEP_ALIVE_SECONDS)
                except TimeoutError:
                    await response.write(b": still here\n\n")
                    continue
                if event is None:
                    break
                await response.write(_event(event))
        except ConnectionError:
            # the page was closed
            pass
    return response


def _event(event: Json) -> bytes:
    return f"data: {json.dumps(event)}\n\n".encode()
