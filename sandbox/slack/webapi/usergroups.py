"""usergroups.*: groups of people, and who is in them."""

from __future__ import annotations

from sandbox.slack.errors import ApiError, Json
from sandbox.slack.ratelimits import Tier
from sandbox.slack.webapi.registry import Call, method
from sandbox.slack.workspace import UserGroup


@method("usergroups.list", "usergroups:read", tier=Tier.TWO)
def usergroups_list(call: Call) -> Json:
    with_users = call.args.flag("include_users")
    groups = [
        group
        for group in call.slack.workspace.usergroups.values()
        if call.args.flag("include_disabled") or not group.disabled
    ]
    return {"usergroups": [call.slack.workspace.usergroup_json(group, users=with_users) for group in groups]}


@method("usergroups.users.list", "usergroups:read", tier=Tier.TWO)
def usergroups_users_list(call: Call) -> Json:
    group = _group(call)
    if group.disabled and not call.args.flag("include_disabled"):
        raise ApiError("subteam_disabled")
    return {"users": list(group.members)}


@method("usergroups.users.update", "usergroups:write", tier=Tier.TWO)
def usergroups_users_update(call: Call) -> Json:
    group = _group(call)
    users = list(dict.fromkeys(call.args.names("users")))
    if not users:
        raise ApiError("no_users_provided")
    if any(user not in call.slack.workspace.users for user in users):
        raise ApiError("invalid_users")
    before = set(group.members)
    group.members = users
    group.updated = int(call.slack.clock.now().timestamp())
    call.slack.events.emit(
        {
            "type": "subteam_members_changed",
            "subteam_id": group.id,
            "team_id": call.slack.workspace.team["id"],
            "date_update": group.updated,
            "added_users": sorted(set(users) - before),
            "removed_users": sorted(before - set(users)),
        }
    )
    return _shown(call, group)


@method("usergroups.create", "usergroups:write", tier=Tier.TWO)
def usergroups_create(call: Call) -> Json:
    name = call.args.need("name")
    handle = call.args.text("handle") or name.lower().replace(" ", "-")
    groups = call.slack.workspace.usergroups
    if any(group.handle == handle for group in groups.values()):
        raise ApiError("handle_already_exists")
    if any(group.name == name for group in groups.values()):
        raise ApiError("name_already_exists")
    group = UserGroup(call.slack.ids.new("S"), handle, name, [], call.args.text("description"))
    groups[group.id] = group
    return _changed(call, group)


@method("usergroups.update", "usergroups:write", tier=Tier.TWO)
def usergroups_update(call: Call) -> Json:
    group = _group(call)
    group.name = call.args.text("name", group.name)
    group.handle = call.args.text("handle", group.handle)
    group.description = call.args.text("description", group.description)
    return _changed(call, group)


@method("usergroups.disable", "usergroups:write", tier=Tier.TWO)
def usergroups_disable(call: Call) -> Json:
    group = _group(call)
    group.disabled = True
    return _changed(call, group)


@method("usergroups.enable", "usergroups:write", tier=Tier.TWO)
def usergroups_enable(call: Call) -> Json:
    group = _group(call)
    group.disabled = False
    return _changed(call, group)


def _group(call: Call) -> UserGroup:
    group = call.slack.workspace.usergroups.get(call.args.need("usergroup"))
    if not group:
        raise ApiError("no_such_subteam")
    return group


def _changed(call: Call, group: UserGroup) -> Json:
    group.updated = int(call.slack.clock.now().timestamp())
    shown = _shown(call, group)
    call.slack.events.emit({"type": "subteam_updated", "subteam": shown["usergroup"]})
    return shown


def _shown(call: Call, group: UserGroup) -> Json:
    return {"usergroup": call.slack.workspace.usergroup_json(group, users=True)}
