"""The URLs Slack hands out with commands and actions to be answered by: response_url."""

from __future__ import annotations

from aiohttp import web

from sandbox.slack.args import Args
from sandbox.slack.core import SLACK
from sandbox.slack.errors import ApiError, RateLimited
from sandbox.slack.webapi import dispatch


async def respond(request: web.Request) -> web.StreamResponse:
    """POST /response/<team>/<id>/<secret>: a response_url."""
    slack = request.app[SLACK]
    if slack.faults.outage:
        return web.json_response({"ok": False, "error": "service_unavailable"}, status=503)
    fault = slack.faults.of_call("response_url", None)
    try:
        if fault and (cut := await dispatch.before(request, fault)):
            return cut
        url = slack.responses.find(request.match_info["id"], request.match_info["secret"])
    except RateLimited as error:
        dispatch.record(slack, "response_url", {}, error.as_json(), 429)
        headers = {"Retry-After": str(error.retry_after)}
        return web.json_response(error.as_json(), status=429, headers=headers)
    except ApiError as error:
        dispatch.record(slack, "response_url", {}, error.as_json(), 404)
        return web.json_response(error.as_json(), status=404)
    args = Args({})
    try:
        args = await _args(request)
        slack.responses.respond(url, args)
    except ApiError as error:
        dispatch.refused(slack, "response_url", args.as_json(), error, 400)
        return web.json_response(error.as_json(), status=400)
    dispatch.record(slack, "response_url", args.as_json(), {"ok": True}, 200)
    if fault and fault.kind == "drop_after":
        return dispatch.drop(request)
    return web.Response(text="ok")


async def _args(request: web.Request) -> Args:
    """JSON whatever the content type claims, or a form with `payload`."""
    text = await request.text()
    if text.startswith("{"):
        values = Args({"body": text}).data("body", "invalid_payload")
    else:
        values = Args(dict(await request.post())).data("payload", "invalid_payload")
    if not isinstance(values, dict):
        raise ApiError("invalid_payload")
    return Args(values)
