"""users.*, bots.*, dnd.*: who is here."""

from __future__ import annotations

from sandbox.slack.args import page
from sandbox.slack.errors import ApiError, Json
from sandbox.slack.ratelimits import Tier
from sandbox.slack.webapi.registry import Call, method
from sandbox.slack.workspace import User


@method("users.list", "users:read", tier=Tier.TWO)
def users_list(call: Call) -> Json:
    users, metadata = page(list(call.slack.workspace.users.values()), call.args, default=200, most=1000)
    return {
        "members": [_user(call, user) for user in users],
        "cache_ts": int(call.slack.clock.now().timestamp()),
        "response_metadata": metadata,
    }


@method("users.info", "users:read", tier=Tier.FOUR)
def users_info(call: Call) -> Json:
    return {"user": _user(call, call.user())}


@method("users.lookupByEmail", "users:read.email")
def users_lookup_by_email(call: Call) -> Json:
    email = call.args.need("email").lower()
    for user in call.slack.workspace.users.values():
        if user.email == email and not user.is_bot:
            return {"user": _user(call, user)}
    raise ApiError("users_not_found")


@method("users.profile.get", "users.profile:read", tier=Tier.FOUR)
def users_profile_get(call: Call) -> Json:
    user = call.user() if "user" in call.args else call.slack.workspace.users[call.bot]
    return {"profile": _user(call, user)["profile"]}


@method("users.getPresence", "users:read")
def users_get_presence(call: Call) -> Json:
    call.user()
    return {"presence": "active"}


@method("bots.info", "users:read")
def bots_info(call: Call) -> Json:
    workspace = call.slack.workspace
    if call.args.text("bot", workspace.bot_id) != workspace.bot_id:
        raise ApiError("bot_not_found")
    return {
        "bot": {
            "id": workspace.bot_id,
            "deleted": False,
            "name": workspace.users[workspace.bot_user].real_name,
            "updated": 0,
            "app_id": workspace.app_id,
            "user_id": workspace.bot_user,
            "icons": {},
        }
    }


@method("dnd.info", "dnd:read")
def dnd_info(call: Call) -> Json:
    if "user" in call.args:
        call.user()
    return {"dnd_enabled": False, "next_dnd_start_ts": 1, "next_dnd_end_ts": 1, "snooze_enabled": False}


def _user(call: Call, user: User) -> Json:
    email = "users:read.email" in call.slack.manifest.scopes
    return call.slack.workspace.user_json(user, email=email)
