"""The small parts blocks are made of, as an app writes them."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]


def text(words: str) -> Json:
    return {"type": "mrkdwn", "text": words}


def plain(words: str) -> Json:
    return {"type": "plain_text", "text": words, "emoji": True}


def option(label: str, value: str, description: str = "") -> Json:
    return {"text": plain(label), "value": value} | ({"description": plain(description)} if description else {})


def button(label: str, action: str, value: str = "go", **more: Any) -> Json:
    return {"type": "button", "text": plain(label), "action_id": action, "value": value, **more}


def rich(*elements: Json) -> Json:
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": list(elements)}]}


def cell(words: str) -> Json:
    return {"type": "raw_text", "text": words}


def number(value: float, words: str) -> Json:
    return {"type": "raw_number", "value": value, "text": words}
