"""views.*: opening, stacking and changing modals, and publishing App Home."""

from __future__ import annotations

from typing import Any

from sandbox.slack.errors import ApiError, Json, bad_arguments
from sandbox.slack.ratelimits import Tier
from sandbox.slack.triggers import Trigger
from sandbox.slack.views import View
from sandbox.slack.webapi.registry import Call, method


@method("views.open", tier=Tier.FOUR)
def views_open(call: Call) -> Json:
    trigger, view = _asked(call)
    views = call.slack.views
    views.checked(view, "modal", None)
    stacked = trigger.view is not None and any(each.id == trigger.view for each in views.stack(trigger.user))
    opened = (
        views.push(trigger.user, view, trigger.channel) if stacked else views.open(trigger.user, view, trigger.channel)
    )
    trigger.exchanged = True
    return _shown(call, opened)


@method("views.push", tier=Tier.FOUR)
def views_push(call: Call) -> Json:
    trigger, view = _asked(call)
    if not call.slack.views.stack(trigger.user):
        raise ApiError("not_found")
    pushed = call.slack.views.push(trigger.user, view, trigger.channel)
    trigger.exchanged = True
    return _shown(call, pushed)


@method("views.update", tier=Tier.FOUR)
def views_update(call: Call) -> Json:
    if "view_id" not in call.args and "external_id" not in call.args:
        raise bad_arguments("missing required field: view_id or external_id")
    view = call.slack.views.find(view_id=call.args.optional("view_id"), external_id=call.args.optional("external_id"))
    raw = call.args.data("view")
    return _shown(call, call.slack.views.update(view, raw, call.args.optional("hash")))


@method("views.publish", tier=Tier.FOUR)
def views_publish(call: Call) -> Json:
    if not call.slack.manifest.home_enabled:
        raise ApiError("not_enabled")
    user = call.slack.workspace.users.get(call.args.need("user_id"))
    if not user or user.is_bot:
        raise bad_arguments("invalid user_id")
    view = call.slack.views.publish(user.id, call.args.data("view"), call.args.optional("hash"))
    return _shown(call, view)


def _asked(call: Call) -> tuple[Trigger, Any]:
    """The trigger is looked at first and used up last: a refused view leaves it for another try."""
    name = "trigger_id" if "trigger_id" in call.args else "interactivity_pointer"
    trigger = call.slack.triggers.look(call.args.need(name) if name in call.args else None)
    return trigger, call.args.data("view")


def _shown(call: Call, view: View) -> Json:
    return {"view": call.slack.views.as_json(view)}
