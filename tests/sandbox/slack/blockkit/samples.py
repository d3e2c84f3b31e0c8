"""One valid example of every element and the parts of blocks, written from Slack's pages."""

import copy
from collections.abc import Mapping
from typing import Any, TypeAlias

Json: TypeAlias = dict[str, Any]

URL = "https://example.com/a"


def plain(text: str = "a") -> Json:
    return {"type": "plain_text", "text": text}


def mrkdwn(text: str = "a") -> Json:
    return {"type": "mrkdwn", "text": text}


def option(value: str = "one", text: str = "One") -> Json:
    return {"text": plain(text), "value": value}


def options(count: int) -> list[Json]:
    return [option(f"v{number}") for number in range(count)]


def confirm() -> Json:
    return {"title": plain(), "text": mrkdwn(), "confirm": plain(), "deny": plain(), "style": "danger"}


def image() -> Json:
    return {"type": "image", "image_url": URL, "alt_text": "a picture"}


def button(action_id: str = "press") -> Json:
    return {"type": "button", "text": plain("Press"), "action_id": action_id}


def rich_text(text: str = "a") -> Json:
    return {
        "type": "rich_text",
        "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": text}]}],
    }


def raw(text: str = "a") -> Json:
    return {"type": "raw_text", "text": text}


def table(rows: int, columns: int = 1, text: str = "a") -> Json:
    return {"type": "table", "rows": [[raw(text)] * columns for _ in range(rows)]}


def data_table(rows: int = 2, columns: int = 1, text: str = "a") -> Json:
    return {**table(rows, columns, text), "type": "data_table", "caption": "Clusters"}


def bars(series: int = 1, points: int = 1) -> Json:
    labels = [f"p{point}" for point in range(points)]
    return {
        "type": "data_visualization",
        "title": "Units",
        "chart": {
            "type": "bar",
            "series": [
                {"name": f"s{one}", "data": [{"label": label, "value": 1} for label in labels]} for one in range(series)
            ],
            "axis_config": {"categories": labels, "x_label": "Day", "y_label": "Units"},
        },
    }


def pie(segments: int = 1) -> Json:
    return {
        "type": "data_visualization",
        "title": "Share",
        "chart": {"type": "pie", "segments": [{"label": f"p{one}", "value": 1} for one in range(segments)]},
    }


def card() -> Json:
    return {"type": "card", "title": mrkdwn("Chat"), "actions": [button()]}


def task(task_id: str = "t1", status: str = "complete") -> Json:
    return {"type": "task_card", "task_id": task_id, "title": "Read the cluster", "status": status}


def layout(*blocks: Json) -> Json:
    return {
        "type": "layout",
        "label": "Two columns",
        "rows": [{"items": [{"width": "narrow", "blocks": list(blocks)}]}],
    }


def section(**more: Any) -> Json:
    return {"type": "section", "text": mrkdwn(), **more}


def actions(*elements: Json) -> Json:
    return {"type": "actions", "elements": list(elements)}


def asked(element: Json) -> Json:
    """An input block around an element."""
    return {"type": "input", "label": plain("Name"), "element": element}


def modal(*blocks: Json, **more: Any) -> Json:
    return {
        "type": "modal",
        "title": plain("Scale"),
        "submit": plain("Scale"),
        "blocks": list(blocks) or [section()],
        **more,
    }


def home(*blocks: Json, **more: Any) -> Json:
    return {"type": "home", "blocks": list(blocks) or [section()], **more}


def on(surface: str, *blocks: Json) -> Any:
    """The payload that puts the blocks on a surface."""
    if surface == "message":
        return list(blocks)
    return modal(*blocks) if surface == "modal" else home(*blocks)


_PICK = {"action_id": "pick", "placeholder": plain("Choose"), "confirm": confirm(), "focus_on_load": True}

ELEMENTS: Mapping[str, Json] = {
    "button": {
        **button(),
        "value": "cluster 1",
        "url": URL,
        "style": "primary",
        "confirm": confirm(),
        "accessibility_label": "Press it",
        "agent_prompt": "Press",
    },
    "workflow_button": {
        "type": "workflow_button",
        "action_id": "run",
        "text": plain("Run"),
        "style": "danger",
        "workflow": {"trigger": {"url": URL, "customizable_input_parameters": [{"name": "who", "value": "me"}]}},
    },
    "overflow": {
        "type": "overflow",
        "action_id": "more",
        "confirm": confirm(),
        "options": [{**option(), "url": URL, "description": plain("longer")}],
    },
    "checkboxes": {
        "type": "checkboxes",
        "action_id": "tick",
        "options": [{"text": mrkdwn("*One*"), "value": "one", "description": mrkdwn("_first_")}, option("two")],
        "initial_options": [option("two")],
    },
    "radio_buttons": {
        "type": "radio_buttons",
        "action_id": "choose",
        "options": options(2),
        "initial_option": option("v1"),
    },
    "static_select": {"type": "static_select", **_PICK, "options": options(2), "initial_option": option("v0")},
    "external_select": {"type": "external_select", **_PICK, "min_query_length": 3, "initial_option": option()},
    "users_select": {"type": "users_select", **_PICK, "initial_user": "U1"},
    "conversations_select": {
        "type": "conversations_select",
        **_PICK,
        "default_to_current_conversation": True,
        "response_url_enabled": True,
        "filter": {"include": ["im", "public"], "exclude_bot_users": True},
    },
    "channels_select": {"type": "channels_select", **_PICK, "initial_channel": "C1"},
    "multi_static_select": {
        "type": "multi_static_select",
        **_PICK,
        "option_groups": [{"label": plain("Small"), "options": options(3)}],
        "initial_options": [option("v2"), option("v0")],
        "max_selected_items": 2,
    },
    "multi_external_select": {"type": "multi_external_select", **_PICK, "min_query_length": 0},
    "multi_users_select": {"type": "multi_users_select", **_PICK, "initial_users": ["U1", "U2"]},
    "multi_conversations_select": {"type": "multi_conversations_select", **_PICK, "initial_conversations": []},
    "multi_channels_select": {"type": "multi_channels_select", **_PICK, "initial_channels": ["C1"]},
    "datepicker": {"type": "datepicker", **_PICK, "initial_date": "2026-02-28"},
    "timepicker": {"type": "timepicker", **_PICK, "initial_time": "23:59", "timezone": "Europe/Berlin"},
    "datetimepicker": {"type": "datetimepicker", "action_id": "when", "initial_date_time": 1628633820},
    "plain_text_input": {
        "type": "plain_text_input",
        "action_id": "type",
        "multiline": True,
        "min_length": 1,
        "max_length": 80,
        "initial_value": "",
        "placeholder": plain("Why?"),
        "dispatch_action_config": {"trigger_actions_on": ["on_enter_pressed", "on_character_entered"]},
    },
    "number_input": {
        "type": "number_input",
        "is_decimal_allowed": True,
        "min_value": "0.5",
        "initial_value": "2",
        "max_value": "64",
    },
    "email_text_input": {"type": "email_text_input", "initial_value": "a@example.com"},
    "url_text_input": {"type": "url_text_input", "placeholder": plain("Link")},
    "rich_text_input": {
        "type": "rich_text_input",
        "initial_value": rich_text(),
        "min_lines": 1,
        "max_lines": 9,
    },
    "file_input": {"type": "file_input", "filetypes": ["jsonl"], "max_files": 10},
    "image": image(),
    "feedback_buttons": {
        "type": "feedback_buttons",
        "action_id": "feedback",
        "positive_button": {"text": plain("Good"), "value": "yes", "accessibility_label": "Good answer"},
        "negative_button": {"text": plain("Bad"), "value": "no"},
    },
    "icon_button": {
        "type": "icon_button",
        "icon": "trash",
        "text": plain("Delete"),
        "value": "1",
        "visible_to_user_ids": ["U1"],
        "confirm": confirm(),
    },
}


def changed(value: Json, path: str, to: Any) -> Json:
    """A copy with the field at `path` ("elements/0/text/text") set."""
    copied = copy.deepcopy(value)
    *parents, last = path.split("/")
    place: Any = copied
    for key in parents:
        place = place[int(key)] if isinstance(place, list) else place[key]
    place[int(last) if isinstance(place, list) else last] = to
    return copied


def without(value: Json, field: str) -> Json:
    return {key: inner for key, inner in value.items() if key != field}
