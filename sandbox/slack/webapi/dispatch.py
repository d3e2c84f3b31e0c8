"""One call of the Web API: read it, check who calls and how often, answer it, record it."""

from __future__ import annotations

import asyncio
from typing import Any

from aiohttp import web

from sandbox.slack import notices
from sandbox.slack.args import Args, read
from sandbox.slack.core import SLACK, ApiCall, Slack
from sandbox.slack.errors import ApiError, Json, RateLimited
from sandbox.slack.faults import Fault
from sandbox.slack.ids import secret
from sandbox.slack.webapi.registry import METHODS, Call, Method, Token


async def handle(request: web.Request) -> web.StreamResponse:
    """GET or POST /api/<method>."""
    slack = request.app[SLACK]
    name = request.match_info["method"]
    if slack.faults.outage:
        return web.json_response({"ok": False, "error": "service_unavailable"}, status=503)
    slack.files.base_url = f"{request.scheme}://{request.host}"
    args = Args({})
    fault = None
    headers: dict[str, str] = {}
    try:
        args = await read(request)
        fault = slack.faults.of_call(name, args.optional("channel") if "channel" in args else None)
        if fault and (cut := await before(request, fault)):
            return cut
        method = METHODS.get(name)
        if not method:
            raise ApiError("unknown_method", req_method=name)  # noqa: TRY301 - answered like any refusal
        body = _answer(slack, method, args, request)
        headers["x-accepted-oauth-scopes"] = ",".join(method.scopes)
        status = 200
    except RateLimited as error:
        body, status = error.as_json(), 429
        headers["Retry-After"] = str(error.retry_after)
    except ApiError as error:
        body, status = error.as_json(), 200
        if "response_metadata" not in body and error.error == "invalid_arguments":
            body["response_metadata"] = {"messages": []}
        notices.refused(slack, name, error)
    record(slack, name, args.as_json(), body, status)
    if fault and fault.kind == "drop_after":
        return drop(request)
    headers |= {"x-oauth-scopes": ",".join(slack.manifest.scopes), "x-slack-req-id": secret()}
    return web.json_response(body, status=status, headers=headers)


async def before(request: web.Request, fault: Fault) -> web.StreamResponse | None:
    """What an ordered trouble does to a call before it acts; an answer here ends it."""
    if fault.kind == "ratelimited":
        raise RateLimited(fault.retry_after)
    if fault.kind == "slow":
        # the caller's own time-outs run on the machine's time, so this does too
        await asyncio.sleep(1.0 if fault.seconds is None else fault.seconds)
    if fault.kind == "http_500":
        return web.Response(status=500, text="Internal Server Error")
    if fault.kind == "drop":
        return drop(request)
    return None


def drop(request: web.Request) -> web.StreamResponse:
    """Cut the connection; whatever is returned never arrives."""
    if request.transport:
        request.transport.abort()
    return web.Response(status=500)


def record(slack: Slack, name: str, args: Json, body: Any, status: int) -> None:
    ok = bool(body.get("ok")) if isinstance(body, dict) else status == web.HTTPOk.status_code
    error = body.get("error") if isinstance(body, dict) else None
    slack.calls.append(ApiCall(name, ok, error, slack.clock.now().isoformat()))
    slack.stream.traffic("to_slack", "api", name, request=args, response=body, status=status, ok=ok, error=error)


def refused(slack: Slack, name: str, args: Json, error: ApiError, status: int) -> None:
    notices.refused(slack, name, error)
    record(slack, name, args, error.as_json(), status)


def _answer(slack: Slack, method: Method, args: Args, request: web.Request) -> Json:
    header = request.headers.get("Authorization", "")
    given = header.removeprefix("Bearer ").strip() if header.startswith("Bearer ") else ""
    if not given and method.token is not Token.APP:
        given = args.text("token")
    _check_token(slack, method, given)
    call = Call(slack, args, f"{request.scheme}://{request.host}")
    if method.token is Token.BOT:
        call.require(*method.scopes)
    slack.limits.method(method.name, method.tier)
    return {"ok": True, **method.handler(call)}


def _check_token(slack: Slack, method: Method, given: str) -> None:
    if method.token is Token.NONE:
        return
    if not given:
        raise ApiError("not_authed")
    kinds = {slack.config.bot_token: Token.BOT, slack.config.app_token: Token.APP}
    kind = kinds.get(given)
    if kind is None:
        raise ApiError("invalid_auth")
    if kind is not method.token:
        raise ApiError("not_allowed_token_type")
