"""api.*, auth.*, apps.*, blocks.*: who is calling, where to connect, is this valid."""

from __future__ import annotations

from sandbox.slack.blockkit import validate
from sandbox.slack.errors import ApiError, Json, bad_arguments
from sandbox.slack.ratelimits import Tier
from sandbox.slack.webapi.registry import Call, Token, method

_VALIDATED = {
    "blocks": ("message", "invalid_blocks"),
    "message": ("message", "invalid_message"),
    "view": ("modal", "invalid_view"),
}


@method("api.test", tier=Tier.FOUR, token=Token.NONE)
def api_test(call: Call) -> Json:
    if "error" in call.args:
        raise ApiError(call.args.text("error"), args=call.args.as_json())
    return {"args": {key: value for key, value in call.args.as_json().items() if key != "token"}}


@method("auth.test", tier=Tier.SPECIAL)
def auth_test(call: Call) -> Json:
    workspace = call.slack.workspace
    return {
        "url": f"https://{workspace.team['domain']}.slack.com/",
        "team": workspace.team["name"],
        "user": workspace.users[workspace.bot_user].name,
        "team_id": workspace.team["id"],
        "user_id": workspace.bot_user,
        "bot_id": workspace.bot_id,
        "app_id": workspace.app_id,
        "is_enterprise_install": False,
    }


@method("apps.connections.open", "connections:write", tier=Tier.ONE, token=Token.APP)
def connections_open(call: Call) -> Json:
    if not call.slack.manifest.socket_mode:
        raise ApiError("socket_mode_not_enabled")
    ticket = call.slack.sockets.ticket()
    base = call.url.replace("http", "ws", 1)
    return {"url": f"{base}/link/?ticket={ticket}&app_id={call.slack.workspace.app_id}"}


@method("blocks.validate", tier=Tier.SPECIAL, token=Token.NONE)
def blocks_validate(call: Call) -> Json:
    given = [name for name in _VALIDATED if name in call.args]
    if len(given) != 1:
        raise bad_arguments("exactly one of blocks, message, view must be given")
    name = given[0]
    surface, error = _VALIDATED[name]
    payload = call.args.data(name, error)
    root = ""
    if name == "message":
        if not isinstance(payload, dict):
            raise ApiError(error, errors=[_wrong_type()])
        payload, root = payload.get("blocks", []), "/blocks"
    if name == "view" and isinstance(payload, dict) and payload.get("type") == "home":
        surface = "home"
    problems = validate(surface, payload)  # type: ignore[arg-type] # one of the three surfaces
    if problems:
        errors = [problem.as_json() for problem in problems]
        raise ApiError(error, errors=[each | {"pointer": root + each["pointer"]} for each in errors])
    return {}


def _wrong_type() -> Json:
    return {"pointer": "", "code": "invalid_type", "message": "must be an object"}
