"""A person submits or closes a modal: the state the app is sent, and what its response_action does."""

from __future__ import annotations

from typing import Any

from sandbox.slack import notices
from sandbox.slack.core import Slack
from sandbox.slack.elements import Element, chosen, elements, unfilled
from sandbox.slack.errors import ApiError, Json
from sandbox.slack.interactions import basis, resolve
from sandbox.slack.views import View
from sandbox.slack.workspace import User

TROUBLE = "We had some trouble connecting. Try again?"


def fill(slack: Slack, user: User, view: View, values: Json) -> None:
    """Put what a person entered into the view's state; a key is a block_id or an action_id."""
    inputs = [each for each in elements(view.blocks) if each.kind.stateful]
    for key, given in values.items():
        element = next((each for each in inputs if key in {each.block_id, each.action_id}), None)
        if not element:
            raise ApiError("input_not_found", input=key)
        view.values[element.block_id][element.action_id] = _state(slack, user, element, given)
    if values:
        slack.views.changed(view)


async def submit(slack: Slack, user: User, view: View) -> Json:
    if view.type != "modal":
        raise ApiError("view_not_found")
    problems = unfilled(view.blocks, view.values)
    if problems:
        # a Slack client keeps this to itself: the app never hears of it
        return _outcome(ok=False, ack="not_sent", action="errors", errors=problems)
    payload = basis(slack, user, "view_submission", view=view) | {
        "view": slack.views.as_json(view),
        "response_urls": _response_urls(slack, user, view),
    }
    del payload["container"]
    receipt = await slack.deliveries.once("interactive", payload, user.id)
    if receipt.ack != "acked":
        notices.tell(slack, user, None, receipt.ack, TROUBLE)
        return _outcome(ok=False, ack=receipt.ack)
    answer = receipt.payload if isinstance(receipt.payload, dict) else {}
    try:
        action, errors = _apply(slack, view, answer)
    except ApiError as error:
        notices.refused(slack, "view_submission (ack)", error)
        notices.tell(slack, user, None, "rejected", TROUBLE)
        return _outcome(ok=False, ack="acked", action=answer.get("response_action")) | {"error": error.error}
    return _outcome(ok=not errors, ack="acked", action=action, errors=errors)


async def close(slack: Slack, user: User, view: View, *, clear: bool = False) -> Json:
    """The Close button takes away one modal, the cross in the corner all of them."""
    gone = slack.views.stack(user.id)[::-1] if clear else [view]
    told = [slack.views.as_json(each) for each in gone if each.raw.get("notify_on_close")]
    if clear:
        slack.views.close_all(user.id)
    else:
        slack.views.close(view)
    answer: Json = {"ok": True, "ack": None}
    for shown in told:
        payload = basis(slack, user, "view_closed") | {"view": shown, "is_cleared": clear}
        del payload["container"], payload["trigger_id"]
        receipt = await slack.deliveries.once("interactive", payload, user.id)
        answer = {"ok": receipt.ack == "acked", "ack": receipt.ack, "ack_ms": receipt.ack_ms}
    return answer


def _apply(slack: Slack, view: View, answer: Json) -> tuple[str | None, dict[str, str]]:
    action = answer.get("response_action")
    views = slack.views
    if action is None:
        views.close(view)
    elif action == "clear":
        views.close_all(view.user)
    elif action == "update":
        views.update(view, answer.get("view"))
    elif action == "push":
        views.push(view.user, answer.get("view"))
    elif action == "errors":
        return action, _checked_errors(view, answer.get("errors"))
    else:
        raise ApiError("invalid_response_action")
    return action, {}


def _checked_errors(view: View, errors: Any) -> dict[str, str]:
    """Errors may only name input blocks of the view; anything else Slack does not show."""
    inputs = {block["block_id"] for block in view.blocks if block.get("type") == "input"}
    if not isinstance(errors, dict) or not errors or set(errors) - inputs:
        raise ApiError(
            "invalid_errors",
            errors=[
                {"pointer": f"/errors/{key}", "code": "unknown_block", "message": "no such input block"}
                for key in (errors if isinstance(errors, dict) else {})
                if key not in inputs
            ],
        )
    return {str(key): str(text) for key, text in errors.items()}


def _response_urls(slack: Slack, user: User, view: View) -> list[Json]:
    """One for each conversation input that asks for it and has a channel chosen."""
    urls: list[Json] = []
    for element in elements(view.blocks):
        if element.raw.get("response_url_enabled"):
            channel = view.values[element.block_id][element.action_id].get(element.kind.key)
            if channel:
                urls.append(
                    {
                        "response_url": slack.responses.issue(user.id, channel),
                        "block_id": element.block_id,
                        "action_id": element.action_id,
                        "channel_id": channel,
                    }
                )
    return urls


def _state(slack: Slack, user: User, element: Element, given: Any) -> Json:
    if element.type == "file_input":
        return {"type": element.type, "files": [_entered(slack, user, each) for each in given or []]}
    if isinstance(given, dict) and element.kind.key in given:
        return {"type": element.type, element.kind.key: given[element.kind.key]}
    offered: list[Any] = list(slack.offered.get((user.id, element.action_id), []))
    return chosen(element, given, lambda kind, name: resolve(slack, kind, name), offered)


def _entered(slack: Slack, user: User, id_: str) -> Json:
    """A file this person has uploaded into a form, which the app sees from then on."""
    file = slack.files.brought_by(user.id, id_)
    file.entered = True
    return slack.files.as_json(file)


def _outcome(*, ok: bool, ack: str, action: str | None = None, errors: dict[str, str] | None = None) -> Json:
    return {"ok": ok, "ack": ack, "response_action": action, "errors": errors or {}}
