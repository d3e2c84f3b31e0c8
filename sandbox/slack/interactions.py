"""A person presses, chooses or opens something: the payload the app is sent and what its answer changes."""

from __future__ import annotations

from typing import Any

from sandbox.slack import notices
from sandbox.slack.core import Slack
from sandbox.slack.delivery import VERIFICATION_TOKEN, Receipt
from sandbox.slack.elements import Element, Values, chosen, find, initial_values
from sandbox.slack.errors import ApiError, Json
from sandbox.slack.messages import Message
from sandbox.slack.people import inside
from sandbox.slack.views import View
from sandbox.slack.workspace import Channel, User

_ACTION_KEYS = ("action_id", "block_id", "text", "value", "style", "placeholder", "confirm", "url")


async def press(
    slack: Slack,
    channel: Channel,
    ts: str,
    user: User,
    action: str,
    *,
    value: str | None = None,
    selected: Any = None,
    state: Any = None,
) -> Json:
    """Something in a message; a confirmation dialog counts as confirmed."""
    inside(channel, user)
    message = slack.messages.seen(channel.id, ts, user.id)
    element = find(blocks_of(message), action, value)
    values = message_state(message, user)
    _merge(values, state)
    acted = _act(slack, element, values, user, value, selected)
    message.inputs[user.id] = values
    shown = slack.messages.as_json(message)
    payload = basis(slack, user, "block_actions", channel=channel.id) | {
        "container": _message_container(message),
        "channel": _channel_part(channel),
        "message": shown,
        "state": {"values": values},
        "response_url": slack.responses.issue(user.id, channel.id, message.ts),
        "actions": [acted],
    }
    receipt = await slack.deliveries.once("interactive", payload, user.id)
    return _told(slack, user, channel, receipt)


async def act_in_view(
    slack: Slack, user: User, view: View, action: str, *, value: str | None = None, selected: Any = None
) -> Json:
    element = find(view.blocks, action, value)
    acted = _act(slack, element, view.values, user, value, selected)
    slack.views.changed(view)
    payload = basis(slack, user, "block_actions", view=view) | {
        "container": {"type": "view", "view_id": view.id},
        "view": slack.views.as_json(view),
        "actions": [acted],
    }
    receipt = await slack.deliveries.once("interactive", payload, user.id)
    return _told(slack, user, None, receipt)


async def load_options(slack: Slack, user: User, element: Element, typed: str, context: Json) -> Json:
    """What the app offers in an external select for what has been typed so far."""
    payload = basis(slack, user, "block_suggestion") | {
        "action_id": element.action_id,
        "block_id": element.block_id,
        "value": typed,
        **context,
    }
    del payload["trigger_id"]
    receipt = await slack.deliveries.once("interactive", payload, user.id)
    answer = receipt.payload if isinstance(receipt.payload, dict) else {}
    options = answer.get("options") or []
    groups = answer.get("option_groups") or []
    slack.offered[user.id, element.action_id] = [
        *options,
        *(option for group in groups for option in group.get("options", [])),
    ]
    return _told(slack, user, None, receipt) | {"options": options, "option_groups": groups}


async def options_in_message(slack: Slack, channel: Channel, ts: str, user: User, action: str, typed: str) -> Json:
    inside(channel, user)
    message = slack.messages.seen(channel.id, ts, user.id)
    return await load_options(
        slack,
        user,
        find(blocks_of(message), action),
        typed,
        {
            "container": _message_container(message),
            "channel": _channel_part(channel),
            "message": slack.messages.as_json(message),
        },
    )


async def options_in_view(slack: Slack, user: User, view: View, action: str, typed: str) -> Json:
    context = {
        "container": {"type": "view", "view_id": view.id},
        "view": slack.views.as_json(view),
    }
    return await load_options(slack, user, find(view.blocks, action), typed, context)


async def use_shortcut(
    slack: Slack, user: User, callback_id: str, *, channel: Channel | None = None, ts: str | None = None
) -> Json:
    """A global shortcut, or a message shortcut where a message is named."""
    declared = slack.manifest.shortcut(callback_id)
    wanted = "message" if ts else "global"
    if not declared or declared.type != wanted:
        raise ApiError("shortcut_not_found")
    payload = basis(slack, user, "message_action" if ts else "shortcut")
    payload |= {"callback_id": callback_id, "action_ts": slack.ids.ts()}
    del payload["container"]
    if channel and ts:
        inside(channel, user)
        message = slack.messages.seen(channel.id, ts, user.id)
        payload |= {
            "channel": _channel_part(channel),
            "message_ts": ts,
            "message": slack.messages.as_json(message),
            "response_url": slack.responses.issue(user.id, channel.id, ts),
        }
    receipt = await slack.deliveries.once("interactive", payload, user.id)
    return _told(slack, user, channel, receipt)


def open_home(slack: Slack, user: User) -> Json:
    if not slack.manifest.home_enabled:
        raise ApiError("not_enabled")
    view = slack.views.home_json(user.id)
    slack.events.emit(
        {
            "type": "app_home_opened",
            "user": user.id,
            "channel": slack.workspace.dm(user.id).id,
            "tab": "home",
            **({"view": view} if view else {}),
        }
    )
    return {"ok": True, "view": view}


def basis(slack: Slack, user: User, type_: str, *, view: View | None = None, channel: str | None = None) -> Json:
    """What every interactive payload carries."""
    if not slack.manifest.interactivity:
        raise ApiError("interactivity_not_enabled")
    team = slack.workspace.team
    return {
        "type": type_,
        "team": {"id": team["id"], "domain": team["domain"]},
        "user": {
            "id": user.id,
            "username": user.name,
            "name": user.name,
            "team_id": team["id"],
        },
        "api_app_id": slack.workspace.app_id,
        "token": VERIFICATION_TOKEN,
        "container": {},
        "trigger_id": slack.triggers.issue(user.id, view=view.id if view else None, channel=channel),
        "enterprise": None,
        "is_enterprise_install": False,
    }


def blocks_of(message: Message) -> list[Json]:
    attached = [block for each in message.attachments or [] for block in each.get("blocks", [])]
    return [*(message.blocks or []), *attached]


def message_state(message: Message, user: User) -> Values:
    return initial_values(blocks_of(message), message.inputs.get(user.id))


def resolve(slack: Slack, kind: str, reference: str) -> str:
    """A person or channel as a test names it, as the id Slack reports."""
    if kind == "user":
        return slack.workspace.user(reference).id
    return slack.workspace.channel(reference).id


def _act(slack: Slack, element: Element, values: Values, user: User, value: str | None, selected: Any) -> Json:
    """Change the state as the person did, and say so as Slack does in `actions`."""
    acted = {key: element.raw[key] for key in _ACTION_KEYS if key in element.raw}
    acted |= {"type": element.type, "block_id": element.block_id, "action_ts": slack.ids.ts()}
    kind = element.kind
    if element.type in {"button", "icon_button", "workflow_button"}:
        return acted
    if element.type == "feedback_buttons":
        return acted | _feedback(element, selected if selected is not None else value)
    given = selected if selected is not None else value
    offered: list[Any] = list(slack.offered.get((user.id, element.action_id), []))
    state = chosen(element, given, lambda what, name: resolve(slack, what, name), offered)
    if kind.stateful:
        values.setdefault(element.block_id, {})[element.action_id] = state
    return acted | state


def _feedback(element: Element, given: Any) -> Json:
    sides = [element.raw.get("positive_button", {}), element.raw.get("negative_button", {})]
    chosen_side = next((each for each in sides if each.get("value") == given), sides[0])
    return {"value": chosen_side.get("value"), "text": chosen_side.get("text")}


def _merge(values: Values, state: Any) -> None:
    """Take over what the page reports of the other inputs, as `state.values` or its inside."""
    given = state.get("values", state) if isinstance(state, dict) else {}
    for block_id, actions in given.items():
        for action_id, entry in actions.items():
            if action_id in values.get(block_id, {}):
                values[block_id][action_id] |= entry


def _message_container(message: Message) -> Json:
    container: Json = {
        "type": "message",
        "message_ts": message.ts,
        "channel_id": message.channel,
        "is_ephemeral": bool(message.ephemeral_user),
    }
    return container | ({"thread_ts": message.thread_ts} if message.thread_ts else {})


def _channel_part(channel: Channel) -> Json:
    return {"id": channel.id, "name": "directmessage" if channel.is_im else channel.name}


def _told(slack: Slack, user: User, channel: Channel | None, receipt: Receipt) -> Json:
    if receipt.ack != "acked":
        notices.failed_interaction(slack, user, channel, receipt.ack)
    return {"ok": receipt.ack == "acked", "ack": receipt.ack, "ack_ms": receipt.ack_ms}
