"""Which block stands on which surface, and what a view needs around its blocks."""

from typing import Any

import pytest

from sandbox.slack.blockkit import Problem, Surface, validate
from tests.sandbox.slack.blockkit.sample_blocks import BLOCKS
from tests.sandbox.slack.blockkit.samples import (
    ELEMENTS,
    Json,
    actions,
    asked,
    button,
    changed,
    home,
    layout,
    modal,
    on,
    plain,
    section,
    without,
)

EVERYWHERE = {
    *("section", "section of fields", "header", "divider", "image", "image from a file", "context", "actions"),
    *("input", "rich_text", "video", "card", "layout", "auth_provider"),
}
MESSAGE_AND_HOME = {
    *("table", "data_table", "pie", "bar", "area", "line", "container", "container with a rich title", "carousel"),
}
ACCEPTED: dict[Surface, set[str]] = {
    "message": EVERYWHERE | MESSAGE_AND_HOME | {"markdown", "plan", "task_card", "context_actions", "file", "call"},
    "modal": EVERYWHERE | {"alert"},
    "home": EVERYWHERE | MESSAGE_AND_HOME,
}
ROOT: dict[Surface, str] = {"message": "", "modal": "/blocks", "home": "/blocks"}


def messages(problems: list[Problem]) -> list[tuple[str, str]]:
    return [(problem.pointer, problem.message) for problem in problems]


@pytest.mark.parametrize("surface", ["message", "modal", "home"])
@pytest.mark.parametrize("name", BLOCKS)
def test_every_block_stands_on_its_surfaces_and_on_no_other(surface: Surface, name: str) -> None:
    problems = validate(surface, on(surface, BLOCKS[name]))
    if name in ACCEPTED[surface]:
        assert problems == []
    else:
        kind = BLOCKS[name]["type"]
        assert messages(problems) == [(f"{ROOT[surface]}/0/type", f"unsupported type: {kind}")]


def test_every_sample_is_named_for_some_surface() -> None:
    assert set(BLOCKS) == set.union(*ACCEPTED.values())


IN_ACTIONS = {
    *("button", "workflow_button", "overflow", "checkboxes", "radio_buttons", "static_select", "external_select"),
    *("users_select", "conversations_select", "channels_select", "multi_static_select", "multi_external_select"),
    *("multi_users_select", "multi_conversations_select", "multi_channels_select", "datepicker", "timepicker"),
    *("datetimepicker", "rich_text_input"),
}
IN_SECTION = (IN_ACTIONS | {"image"}) - {"datetimepicker", "rich_text_input"}
IN_INPUT = (IN_ACTIONS - {"button", "workflow_button", "overflow"}) | {
    *("plain_text_input", "number_input", "email_text_input", "url_text_input", "file_input"),
}
HOLDERS: list[tuple[str, str, set[str]]] = [
    ("actions", "/elements/0", IN_ACTIONS),
    ("section", "/accessory", IN_SECTION),
    ("input", "/element", IN_INPUT),
    ("context_actions", "/elements/0", {"feedback_buttons", "icon_button"}),
    ("context", "/elements/0", {"image"}),
    ("card", "/actions/0", {"button"}),
]


def held(holder: str, element: Json) -> Json:
    match holder:
        case "section":
            return section(accessory=element)
        case "input":
            return asked(element)
        case "card":
            return {"type": "card", "actions": [element]}
        case _:
            return {"type": holder, "elements": [element]}


@pytest.mark.parametrize(("holder", "place", "fitting"), HOLDERS, ids=[row[0] for row in HOLDERS])
@pytest.mark.parametrize("name", ELEMENTS)
def test_every_element_stands_in_its_blocks_and_in_no_other(
    holder: str, place: str, fitting: set[str], name: str
) -> None:
    problems = validate("message", [held(holder, ELEMENTS[name])])
    if name in fitting:
        assert problems == []
    else:
        assert messages(problems) == [(f"/0{place}/type", f"unsupported type: {name}")]


FORBIDDEN_CHILDREN = ["container", "card", "markdown", "carousel", "data_table", "pie", "plan", "task_card"]


@pytest.mark.parametrize("name", FORBIDDEN_CHILDREN)
def test_a_container_holds_no_wrappers_and_no_markdown(name: str) -> None:
    container = {"type": "container", "title": plain(), "child_blocks": [BLOCKS[name]]}
    assert messages(validate("message", [container])) == [
        ("/0/child_blocks/0/type", f"unsupported type: {BLOCKS[name]['type']}")
    ]


def test_a_layout_holds_only_what_its_surface_holds() -> None:
    where = "/rows/0/items/0/blocks/0/type"
    assert validate("modal", modal(layout(BLOCKS["alert"]))) == []
    assert messages(validate("message", [layout(BLOCKS["alert"])])) == [(f"/0{where}", "unsupported type: alert")]
    assert messages(validate("home", home(layout(BLOCKS["markdown"])))) == [
        (f"/blocks/0{where}", "unsupported type: markdown")
    ]


def test_an_unsupported_block_is_answered_with_the_types_that_are() -> None:
    (problem,) = validate("modal", modal(BLOCKS["markdown"]))
    assert problem.constraint is not None
    assert problem.constraint["got"] == "markdown"
    assert "alert" in problem.constraint["expected"]
    assert "table" not in problem.constraint["expected"]


VIEWS: list[tuple[str, Surface, Any, list[tuple[str, str]]]] = [
    ("no title", "modal", without(modal(), "title"), [("", "missing required field: title")]),
    ("no blocks", "modal", without(modal(), "blocks"), [("", "missing required field: blocks")]),
    ("empty blocks", "modal", modal(blocks=[]), [("/blocks", "must provide at least 1 items")]),
    ("empty home", "home", home(blocks=[]), [("/blocks", "must provide at least 1 items")]),
    ("no type", "modal", without(modal(), "type"), [("", "missing required field: type")]),
    ("other type", "modal", home(title=plain()), [("/type", "unsupported type: home")]),
    ("type no string", "home", home(type=None), [("/type", "must provide a string")]),
    ("not a view", "modal", [], [("", "must provide an object")]),
    ("text as title", "modal", modal(title="Scale"), [("/title", "must provide an object")]),
    (
        "mrkdwn title",
        "modal",
        modal(title={"type": "mrkdwn", "text": "a"}),
        [("/title/type", "unsupported type: mrkdwn")],
    ),
    ("submit_disabled", "modal", modal(submit_disabled=True), [("", "invalid additional property: submit_disabled")]),
    ("home with submit", "home", home(submit=plain()), [("", "invalid additional property: submit")]),
    ("home with close", "home", home(close=plain()), [("", "invalid additional property: close")]),
    (
        "input without submit",
        "modal",
        without(modal(BLOCKS["input"]), "submit"),
        [("", "missing required field: submit")],
    ),
    (
        "input in a layout without submit",
        "modal",
        without(modal(layout(BLOCKS["input"])), "submit"),
        [("", "missing required field: submit")],
    ),
    ("null external_id", "modal", modal(external_id=None), [("/external_id", "must provide a string")]),
    ("clear_on_close", "modal", modal(clear_on_close=1), [("/clear_on_close", "must provide a boolean")]),
]


@pytest.mark.parametrize(("surface", "view", "expected"), [row[1:] for row in VIEWS], ids=[row[0] for row in VIEWS])
def test_a_view_is_refused_for_what_it_lacks_or_has_too_much(
    surface: Surface, view: Any, expected: list[tuple[str, str]]
) -> None:
    assert messages(validate(surface, view)) == expected


def test_a_view_without_input_needs_no_submit() -> None:
    assert validate("modal", without(modal(), "submit")) == []
    assert validate("home", home(BLOCKS["input"], callback_id="c", external_id="e", private_metadata="{}")) == []


def test_one_element_of_a_view_may_take_the_focus() -> None:
    focused = [asked({"type": kind, "action_id": kind, "focus_on_load": True}) for kind in ("datepicker", "timepicker")]
    assert validate("modal", modal(focused[0])) == []
    (problem,) = validate("modal", modal(*focused))
    assert problem.pointer == "/blocks/1/element/focus_on_load"


DUPLICATES: list[tuple[str, Surface, Any, tuple[str, str] | None]] = [
    (
        "block_id",
        "message",
        [section(block_id="b"), section(block_id="b")],
        ("/1/block_id", '`block_id` "b" already exists'),
    ),
    (
        "block_id of a view",
        "home",
        home(section(block_id="b"), section(block_id="b")),
        ("/blocks/1/block_id", '`block_id` "b" already exists'),
    ),
    (
        "block_id in a layout",
        "message",
        [section(block_id="b"), layout(section(block_id="b"))],
        ("/1/rows/0/items/0/blocks/0/block_id", '`block_id` "b" already exists'),
    ),
    (
        "action_id in a block",
        "message",
        [actions(button("a"), button("a"))],
        ("/0/elements/1/action_id", '`action_id` "a" already exists'),
    ),
    (
        "action_id in a card of a carousel",
        "message",
        [{"type": "carousel", "elements": [{"type": "card", "actions": [button("a"), button("a")]}]}],
        ("/0/elements/0/actions/1/action_id", '`action_id` "a" already exists'),
    ),
    ("action_id in two blocks", "message", [actions(button("a")), actions(button("a"))], None),
    ("empty block_ids", "message", [section(block_id=""), section(block_id="")], None),
    ("empty action_ids", "message", [actions(button(""), button(""))], None),
]


@pytest.mark.parametrize(
    ("surface", "payload", "expected"), [row[1:] for row in DUPLICATES], ids=[row[0] for row in DUPLICATES]
)
def test_ids_are_unique_where_slack_wants_them_so(
    surface: Surface, payload: Any, expected: tuple[str, str] | None
) -> None:
    assert messages(validate(surface, payload)) == ([] if expected is None else [expected])


def test_a_message_without_blocks_is_a_message_of_text() -> None:
    assert validate("message", []) == []


@pytest.mark.parametrize("payload", [None, {}, "[]", 3, True])
def test_blocks_of_a_message_are_a_list(payload: Any) -> None:
    assert messages(validate("message", payload)) == [("", "must provide an array")]


def test_every_wrong_block_is_reported_not_only_the_first() -> None:
    wrong = [changed(BLOCKS["header"], "text/type", "mrkdwn"), {"type": "callout"}, section()]
    assert [problem.pointer for problem in validate("message", wrong)] == ["/0/text/type", "/1/type"]
