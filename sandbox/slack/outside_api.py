"""The URLs Slack hands out next to its Web API: upload, download, response_url."""

from __future__ import annotations

from aiohttp import web

from sandbox.slack.args import Args
from sandbox.slack.core import SLACK, Slack
from sandbox.slack.errors import ApiError, RateLimited
from sandbox.slack.webapi import dispatch


async def upload(request: web.Request) -> web.StreamResponse:
    """POST /upload/<id>: the bytes themselves, whatever content type the client claims, or a form with a file."""
    slack = request.app[SLACK]
    if slack.faults.outage:
        return web.Response(status=503, text="service_unavailable")
    fault = slack.faults.of_call("upload", None)
    try:
        if fault and (cut := await dispatch.before(request, fault)):
            return cut
        file = slack.files.promised(request.match_info["id"])
    except RateLimited as error:
        headers = {"Retry-After": str(error.retry_after)}
        return web.Response(status=429, text=error.error, headers=headers)
    except ApiError as error:
        return web.Response(status=404, text=error.error)
    data = await _bytes(request)
    if file.completed or len(data) != file.length:
        return web.Response(status=400, text=f"expected {file.length} bytes, not {len(data)}")
    file.content = data
    dispatch.record(slack, "upload", {"file": file.id, "bytes": len(data)}, "OK", 200)
    if fault and fault.kind == "drop_after":
        return dispatch.drop(request)
    return web.Response(text=f"OK - {len(data)}")


async def download(request: web.Request) -> web.StreamResponse:
    """GET /files/<id>/<name>: for the app, which shows its token."""
    slack = request.app[SLACK]
    if request.headers.get("Authorization") != f"Bearer {slack.config.bot_token}":
        return web.Response(status=403, text="a bot token is needed")
    if "files:read" not in slack.manifest.scopes:
        return web.Response(status=403, text="missing_scope")
    return content(slack, request.match_info["id"])


def content(slack: Slack, id_: str) -> web.Response:
    try:
        file = slack.files.find(id_)
    except ApiError:
        return web.Response(status=404, text="file_not_found")
    return web.Response(body=file.content, content_type=file.mimetype)


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


async def _bytes(request: web.Request) -> bytes:
    if request.content_type == "multipart/form-data":
        form = await request.post()
        for value in form.values():
            if isinstance(value, web.FileField):
                return value.file.read()
        return b""
    return await request.read()


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
