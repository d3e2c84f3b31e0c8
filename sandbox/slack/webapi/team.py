"""team.* and emoji.*: the workspace itself."""

from __future__ import annotations

from sandbox.slack.errors import ApiError, Json
from sandbox.slack.ratelimits import Tier
from sandbox.slack.webapi.registry import Call, method


@method("team.info", "team:read")
def team_info(call: Call) -> Json:
    team = call.slack.workspace.team
    if call.args.text("team", team["id"]) != team["id"]:
        raise ApiError("team_not_found")
    return {
        "team": {
            "id": team["id"],
            "name": team["name"],
            "url": f"https://{team['domain']}.slack.com/",
            "domain": team["domain"],
            "email_domain": "sandbox.example",
            "icon": {"image_default": True},
        }
    }


@method("emoji.list", "emoji:read", tier=Tier.TWO)
def emoji_list(call: Call) -> Json:
    return {"emoji": {}, "cache_ts": str(call.slack.clock.now().timestamp())}
