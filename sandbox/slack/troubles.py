"""What the page asks of the local Oracle: which incidents there are, another one, and to have all well again."""

from __future__ import annotations

import aiohttp
from aiohttp import web

from sandbox.slack.args import Args
from sandbox.slack.control import handler
from sandbox.slack.core import Slack
from sandbox.slack.errors import ApiError, Json

SECONDS = aiohttp.ClientTimeout(total=10)
_WRONG = 400


def routes() -> list[web.RouteDef]:
    path, asked = "/_page/incidents", handler(incidents)
    return [web.get(path, asked), web.post(path, asked), web.delete(path, asked)]


async def incidents(slack: Slack, request: web.Request, args: Args) -> Json:
    """Passed on as it is, and the answer too; `there` is whether there is an Oracle to ask."""
    oracle = slack.config.oracle
    if oracle is None:
        return {"there": False}
    try:
        async with (
            aiohttp.ClientSession(timeout=SECONDS) as session,
            session.request(request.method, f"{oracle}/_control/incidents", json=args.as_json()) as answer,
        ):
            found: Json = await answer.json()
    except (aiohttp.ClientError, TimeoutError) as error:
        raise ApiError("oracle_unreachable") from error
    if answer.status >= _WRONG:
        raise ApiError("oracle_refused", detail=found.get("error"))
    return {"there": True} | found
