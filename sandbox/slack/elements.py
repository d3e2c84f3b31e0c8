"""The things in blocks that people press, choose and fill in, and how Slack reports what they did."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from sandbox.slack.errors import ApiError, Json
from sandbox.slack.ids import short

Values = dict[str, dict[str, Json]]
"""block_id -> action_id -> state, as in `view.state.values`."""


@dataclass(frozen=True)
class _Kind:
    key: str
    """Where the state is kept."""
    many: bool = False
    stateful: bool = True

    @property
    def empty(self) -> Any:
        return [] if self.many else None


FILES = 10
LARGEST_FILE = 10 * 2**20
"""Files of a file input where it says nothing else, and the most bytes of each: docs.slack.dev, file input element."""

_OPTION, _OPTIONS = _Kind("selected_option"), _Kind("selected_options", many=True)
KINDS: dict[str, _Kind] = {
    "button": _Kind("value", stateful=False),
    "workflow_button": _Kind("value", stateful=False),
    "icon_button": _Kind("value", stateful=False),
    "feedback_buttons": _Kind("value", stateful=False),
    "overflow": _Kind("selected_option", stateful=False),
    "plain_text_input": _Kind("value"),
    "email_text_input": _Kind("value"),
    "url_text_input": _Kind("value"),
    "number_input": _Kind("value"),
    "rich_text_input": _Kind("rich_text_value"),
    "static_select": _OPTION,
    "external_select": _OPTION,
    "radio_buttons": _OPTION,
    "checkboxes": _OPTIONS,
    "multi_static_select": _OPTIONS,
    "multi_external_select": _OPTIONS,
    "users_select": _Kind("selected_user"),
    "multi_users_select": _Kind("selected_users", many=True),
    "conversations_select": _Kind("selected_conversation"),
    "multi_conversations_select": _Kind("selected_conversations", many=True),
    "channels_select": _Kind("selected_channel"),
    "multi_channels_select": _Kind("selected_channels", many=True),
    "datepicker": _Kind("selected_date"),
    "timepicker": _Kind("selected_time"),
    "datetimepicker": _Kind("selected_date_time"),
    "file_input": _Kind("files", many=True),
}


@dataclass(frozen=True)
class Element:
    block: Json
    raw: Json

    @property
    def kind(self) -> _Kind:
        return KINDS[self.raw["type"]]

    @property
    def type(self) -> str:
        return str(self.raw["type"])

    @property
    def action_id(self) -> str:
        return str(self.raw["action_id"])

    @property
    def block_id(self) -> str:
        return str(self.block["block_id"])

    @property
    def options(self) -> list[Json]:
        groups = self.raw.get("option_groups") or []
        return [*self.raw.get("options", []), *(each for group in groups for each in group["options"])]

    def initial(self) -> Json:
        kind = self.kind
        start = self.raw.get(kind.key.replace("selected", "initial"))
        if kind.key in {"value", "rich_text_value"}:
            start = self.raw.get("initial_value")
        return {"type": self.type, kind.key: kind.empty if start is None else start}


def elements(value: Any, block: Json | None = None) -> Iterator[Element]:
    """Everything with an action_id, wherever a block holds it."""
    if isinstance(value, list):
        for part in value:
            yield from elements(part, block)
    elif isinstance(value, dict):
        if value.get("type") in KINDS:
            if block is not None:
                yield Element(block, value)
            return
        inner = value if "block_id" in value else block
        for part in value.values():
            if isinstance(part, dict | list):
                yield from elements(part, inner)


def fill_ids(blocks: list[Json]) -> None:
    """Give every block and element the id its author left out, as Slack does."""
    for block in blocks:
        block.setdefault("block_id", short())
        fill_ids(_inner_blocks(block))
    for element in elements(blocks):
        element.raw.setdefault("action_id", short())


def _inner_blocks(block: Json) -> list[Json]:
    if block["type"] == "container":
        return list(block["child_blocks"])
    if block["type"] == "carousel":
        return list(block["elements"])
    if block["type"] == "layout":
        cells = [cell for row in block["rows"] for cell in row["items"]]
        return [*(inner for cell in cells for inner in cell["blocks"]), *block.get("fallback", [])]
    return []


def find(blocks: list[Json], action: str, value: str | None = None) -> Element:
    """The element with this action_id, or the button that carries this value, or the one that shows these words.

    Of several with one action_id, in blocks of their own, it is the one that carries the value or offers it.
    """
    every = list(elements(blocks))
    named = [each for each in every if each.action_id == action]
    if value is not None:
        named = [each for each in named if _carries(each, value)] or named
    if not named:
        named = [each for each in every if each.raw.get("value") == action]
    if not named:
        named = [each for each in every if _shown(each.raw) == action.strip(" .…").casefold()]
    if not named:
        raise ApiError("action_not_found")
    return named[0]


def _carries(element: Element, value: str) -> bool:
    return value in [element.raw.get("value"), *(option.get("value") for option in element.options)]


def _shown(element: Json) -> str | None:
    text = element.get("text")
    return str(text.get("text", "")).strip(" .…").casefold() if isinstance(text, dict) else None


def initial_values(blocks: list[Json], kept: Values | None = None, *, channel: str | None = None) -> Values:
    """The state of every input, starting from what is kept of an earlier version of the same blocks.

    `channel` is the current conversation, for inputs that default to it.
    """
    values: Values = {}
    for element in elements(blocks):
        if element.kind.stateful:
            state = (kept or {}).get(element.block_id, {}).get(element.action_id)
            if not state or state["type"] != element.type:
                state = element.initial()
                if channel and element.raw.get("default_to_current_conversation"):
                    state[element.kind.key] = [channel] if element.kind.many else channel
            values.setdefault(element.block_id, {})[element.action_id] = state
    return values


def chosen(element: Element, given: Any, resolve: Callable[[str, str], str], offered: list[Json]) -> Json:
    """The state after a person gave this to the element; `offered` are options loaded from the app."""
    kind = element.kind
    if given is None or given == []:
        return {"type": element.type, kind.key: kind.empty}
    if kind.many:
        given = given if isinstance(given, list) else [given]
        return {"type": element.type, kind.key: [_one(element, each, resolve, offered) for each in given]}
    given = given[0] if isinstance(given, list) else given
    return {"type": element.type, kind.key: _one(element, given, resolve, offered)}


def _one(element: Element, given: Any, resolve: Callable[[str, str], str], offered: list[Json]) -> Any:
    key = element.kind.key
    if key in {"selected_option", "selected_options"}:
        return _option(element, given, offered)
    if key.startswith("selected_user"):
        return resolve("user", str(given))
    if key.startswith(("selected_conversation", "selected_channel")):
        return resolve("channel", str(given))
    if key == "selected_date_time":
        return int(given)
    if key == "rich_text_value" and isinstance(given, str):
        text = [{"type": "rich_text_section", "elements": [{"type": "text", "text": given}]}]
        return {"type": "rich_text", "elements": text}
    if key == "rich_text_value":
        return given
    return str(given)


def _option(element: Element, given: Any, offered: list[Json]) -> Json:
    if isinstance(given, dict):
        given = given.get("value")
    for option in [*element.options, *offered]:
        if given in {option.get("value"), option["text"]["text"]}:
            return {key: part for key, part in option.items() if key in {"text", "value", "description", "url"}}
    if element.type.endswith("external_select"):
        text = {"type": "plain_text", "text": str(given), "emoji": True}
        return {"text": text, "value": str(given)}
    raise ApiError("option_not_found")


def unfilled(blocks: list[Json], values: Values) -> dict[str, str]:
    """What a Slack client itself refuses to submit: block_id -> what it says below the input."""
    problems: dict[str, str] = {}
    for block in blocks:
        if block.get("type") != "input":
            continue
        element = Element(block, block["element"])
        value = values[element.block_id][element.action_id][element.kind.key]
        if value in (None, "", []):
            if not block.get("optional"):
                problems[element.block_id] = "Please complete this required field."
        elif problem := _client_side(element.raw, value):
            problems[element.block_id] = problem
    return problems


def _client_side(raw: Json, value: Any) -> str | None:
    if raw["type"] == "plain_text_input":
        if len(value) < raw.get("min_length", 0):
            return f"This field must be at least {raw['min_length']} characters."
        if len(value) > raw.get("max_length", 3000):
            return f"This field must be at most {raw.get('max_length', 3000)} characters."
    if raw["type"] == "number_input":
        return _number(raw, value)
    if raw["type"] == "file_input":
        return _files(raw, value)
    if raw["type"] == "email_text_input" and "@" not in value.strip("@"):
        return "Please enter a valid email address."
    if raw["type"] == "url_text_input" and "://" not in value:
        return "Please enter a valid URL."
    if "max_selected_items" in raw and len(value) > raw["max_selected_items"]:
        return f"Please choose at most {raw['max_selected_items']}."
    return None


def _files(raw: Json, files: list[Json]) -> str | None:
    if len(files) > raw.get("max_files", FILES):
        return f"Please choose at most {raw.get('max_files', FILES)}."
    for file in files:
        if raw.get("filetypes") and file["filetype"] not in raw["filetypes"]:
            return f"“{file['name']}” is none of these types: {', '.join(raw['filetypes'])}."
        if file["size"] > LARGEST_FILE:
            return f"“{file['name']}” is larger than 10 MB, which is the most a form takes."
    return None


def _number(raw: Json, value: str) -> str | None:
    try:
        number = float(value)
    except ValueError:
        return "Please enter a number."
    if not raw.get("is_decimal_allowed") and not number.is_integer():
        return "Please enter a whole number."
    if "min_value" in raw and number < float(raw["min_value"]):
        return f"Please enter a number of at least {raw['min_value']}."
    if "max_value" in raw and number > float(raw["max_value"]):
        return f"Please enter a number of at most {raw['max_value']}."
    return None
