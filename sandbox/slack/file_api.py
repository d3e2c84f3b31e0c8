"""The bytes of files over HTTP: what the app uploads and downloads, and what people bring along."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from urllib.parse import quote

from aiohttp import web

from sandbox.slack.args import Args
from sandbox.slack.core import SLACK, Slack
from sandbox.slack.doing import status_of
from sandbox.slack.errors import ApiError, RateLimited
from sandbox.slack.files import File
from sandbox.slack.webapi import dispatch

LARGEST = 2**30
"""Bytes of one file, in Slack as well as here."""

_PIECE = 2**20

_SIGN_IN = """<!DOCTYPE html><html lang="en"><meta charset="utf-8"><title>Sign in | local Slack</title>
<p>Sign in to see this file.
"""


def routes() -> list[web.RouteDef]:
    return [
        web.post("/upload/{id}", upload),
        web.get("/files/{id}/{name}", download),
        web.get("/sign_in", sign_in),
        web.post("/_page/upload", bring),
        web.post("/_control/upload", bring),
        web.get("/_page/file/{id}", shown),
    ]


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
        return _limited(error)
    except ApiError as error:
        return web.Response(status=404, text=error.error)
    data = await _bytes(request)
    if file.completed or len(data) != file.length:
        return web.Response(status=400, text=f"expected {file.length} bytes, not {len(data)}")
    with slack.files.writing(file) as out:
        out.write(data)
    dispatch.record(slack, "upload", {"file": file.id, "bytes": len(data)}, "OK", 200)
    if fault and fault.kind == "drop_after":
        return dispatch.drop(request)
    return web.Response(text=f"OK - {len(data)}")


async def download(request: web.Request) -> web.StreamResponse:
    """GET /files/<id>/<name>: for the app, which shows its token; everybody else is sent to sign in, as Slack does."""
    slack = request.app[SLACK]
    if slack.faults.outage:
        return web.Response(status=503, text="service_unavailable")
    fault = slack.faults.of_call("download", None)
    try:
        if fault and (cut := await dispatch.before(request, fault)):
            return cut
        if request.headers.get("Authorization") != f"Bearer {slack.config.bot_token}":
            raise ApiError("not_authed")  # noqa: TRY301 - answered like any refusal
        if "files:read" not in slack.manifest.scopes:
            raise ApiError("missing_scope")  # noqa: TRY301 - answered like any refusal
        file = slack.files.seen_by_app(request.match_info["id"])
    except RateLimited as error:
        return _limited(error)
    except ApiError as error:
        dispatch.record(slack, "download", {"file": request.match_info["id"]}, error.as_json(), 302)
        return web.Response(status=302, headers={"Location": f"/sign_in?redir={quote(request.path, safe='')}"})
    asked = request.headers.get("Range")
    dispatch.record(slack, "download", {"file": file.id, "range": asked}, "OK", 206 if asked else 200)
    if fault and fault.kind == "drop_after":
        return await _half(request, file)
    return _content(file)


async def sign_in(_request: web.Request) -> web.StreamResponse:
    return web.Response(text=_SIGN_IN, content_type="text/html")


async def bring(request: web.Request) -> web.StreamResponse:
    """POST /_page/upload?user=…&name=…: what a person attaches, as its bytes; `message` or a form then names its id."""
    slack = request.app[SLACK]
    slack.files.base_url = slack.files.base_url or f"{request.scheme}://{request.host}"
    try:
        file = _promised(slack, Args(dict(request.query)), request.content_length or 0)
    except ApiError as error:
        return web.json_response(error.as_json(), status=status_of(error))
    with slack.files.writing(file) as out:
        async for piece in request.content.iter_any():
            out.write(piece)
    return web.json_response({"ok": True, "file": slack.files.as_json(file)})


def _promised(slack: Slack, args: Args, length: int) -> File:
    user, name = slack.workspace.user(args.need("user")), PurePosixPath(args.need("name")).name
    if not length:
        raise ApiError("file_empty", message=f"“{name}” is empty, or does not say how long it is.")
    if length > LARGEST:
        raise ApiError("file_too_large", message=f"“{name}” is larger than 1 GB; Slack takes nothing larger.")
    return slack.files.promise(name, length, user=user.id)


async def shown(request: web.Request) -> web.StreamResponse:
    """GET /_page/file/<id>: for the page, which shows no token."""
    slack = request.app[SLACK]
    try:
        return _content(slack.files.find(request.match_info["id"]))
    except ApiError as error:
        return web.Response(status=404, text=error.error)


def _content(file: File) -> web.StreamResponse:
    """All of it, or the range that was asked for."""
    return web.FileResponse(_path(file), headers={"Content-Type": file.mimetype})


async def _half(request: web.Request, file: File) -> web.StreamResponse:
    """Half of what is left to send, and then the connection is cut."""
    start = request.http_range.start or 0
    left = file.length - start
    response = web.StreamResponse(status=206 if start else 200, headers={"Content-Type": file.mimetype})
    response.content_length = left
    if start:
        response.headers["Content-Range"] = f"bytes {start}-{file.length - 1}/{file.length}"
    await response.prepare(request)
    for piece in _pieces(file, start, left // 2):
        await response.write(piece)
    if request.transport:
        # Closed and not aborted: what has been written still arrives.
        request.transport.close()
    return response


def _pieces(file: File, start: int, length: int) -> Iterator[bytes]:
    with _path(file).open("rb") as held:
        held.seek(start)
        while piece := held.read(min(length, _PIECE)):
            length -= len(piece)
            yield piece


def _path(file: File) -> Path:
    assert file.path  # noqa: S101 - a completed file has its bytes
    return file.path


def _limited(error: RateLimited) -> web.Response:
    return web.Response(status=429, text=error.error, headers={"Retry-After": str(error.retry_after)})


async def _bytes(request: web.Request) -> bytes:
    if request.content_type == "multipart/form-data":
        form = await request.post()
        for value in form.values():
            if isinstance(value, web.FileField):
                return value.file.read()
        return b""
    return await request.read()
