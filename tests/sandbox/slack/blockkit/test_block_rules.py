"""Blocks with fields of the wrong type, and fields that exclude or need one another."""

from typing import Any

import pytest

from sandbox.slack.blockkit import validate
from tests.sandbox.slack.blockkit.sample_blocks import BLOCKS
from tests.sandbox.slack.blockkit.samples import (
    ELEMENTS,
    Json,
    actions,
    asked,
    bars,
    button,
    card,
    changed,
    confirm,
    data_table,
    image,
    layout,
    mrkdwn,
    pie,
    plain,
    raw,
    rich_text,
    section,
    table,
    task,
    without,
)

BLOCK_RULES: list[tuple[str, Json, str, str]] = [
    ("video over http", {**BLOCKS["video"], "video_url": "http://example.com"}, "/video_url", "invalid url"),
    ("link without a scheme", {**image(), "image_url": "example.com/a.png"}, "/image_url", "invalid url"),
    (
        "card of nothing",
        {"type": "card", "subtitle": mrkdwn()},
        "",
        "missing required field: title or body or hero_image or actions",
    ),
    (
        "card with two icons",
        {**card(), "icon": image(), "slack_icon": {"type": "icon", "name": "key"}},
        "",
        "only one of icon, slack_icon may be provided",
    ),
    (
        "icon nobody drew",
        {**card(), "slack_icon": {"type": "icon", "name": "dragon"}},
        "/slack_icon/name",
        "must be a valid enum value",
    ),
    (
        "container without a title",
        {"type": "container", "child_blocks": [section()]},
        "",
        "missing required field: title or rich_text_title",
    ),
    (
        "container collapsed for good",
        {**BLOCKS["container"], "is_collapsible": False},
        "/default_collapsed",
        "`default_collapsed` requires `is_collapsible` to be true",
    ),
    (
        "container with a line it cannot show",
        {**BLOCKS["container"], "has_header_divider": True},
        "/has_header_divider",
        "`has_header_divider` cannot be set when `is_collapsible` is true",
    ),
    (
        "two tasks of one name",
        {"type": "plan", "title": "p", "tasks": [task("t"), task("t")]},
        "/tasks/1/task_id",
        '`task_id` "t" already exists',
    ),
    (
        "another block as a task",
        {"type": "plan", "title": "p", "tasks": [{**task(), "type": "card"}]},
        "/tasks/0/type",
        "must be a valid enum value",
    ),
    ("a lone task not begun", task(status="pending"), "/status", "must be a valid enum value"),
    ("a task of unknown state", task(status="done"), "/status", "must be a valid enum value"),
    (
        "rows of different length",
        {**data_table(), "rows": [[raw()], [raw(), raw()]]},
        "/rows/1",
        "all rows must have the same number of cells",
    ),
    (
        "rich text in the header",
        {**data_table(), "rows": [[rich_text()], [rich_text()]]},
        "/rows/0/0/type",
        "unsupported type: rich_text",
    ),
    (
        "header column that is none",
        {**data_table(2, 2), "row_header_column_index": 2},
        "/row_header_column_index",
        "must be less than or equal to 1",
    ),
    ("an empty cell", table(1, 1, ""), "/rows/0/0/text", "must be more than 0 characters"),
    (
        "two series of one name",
        changed(bars(2), "chart/series/1/name", "s0"),
        "/chart/series/1/name",
        '`name` "s0" already exists',
    ),
    (
        "a point of no category",
        changed(bars(1, 2), "chart/series/0/data/1/label", "p9"),
        "/chart/series/0/data",
        "must have exactly one point for each category",
    ),
    (
        "a category without a point",
        changed(bars(1, 1), "chart/axis_config/categories", ["p0", "p1"]),
        "/chart/series/0/data",
        "must have exactly one point for each category",
    ),
    (
        "a slice of nothing",
        changed(pie(), "chart/segments/0/value", 0),
        "/chart/segments/0/value",
        "must be greater than 0",
    ),
    (
        "a chart of an unknown kind",
        changed(pie(), "chart/type", "donut"),
        "/chart/type",
        "unsupported type: donut",
    ),
    (
        "a layout row with more than items",
        changed(layout(section()), "rows/0/align", "center"),
        "/rows/0",
        "invalid additional property: align",
    ),
    (
        "a layout in a layout",
        layout(layout(section())),
        "/rows/0/items/0/blocks/0/type",
        "unsupported type: layout",
    ),
    (
        "mrkdwn with emoji",
        section(text={**mrkdwn(), "emoji": True}),
        "/text",
        "invalid additional property: emoji",
    ),
    (
        "markdown as a text object",
        section(text={"type": "markdown", "text": "a"}),
        "/text/type",
        "unsupported type: markdown",
    ),
    ("text without a type", section(text={"text": "a"}), "/text", "missing required field: type"),
    ("text as a string", section(text="a"), "/text", "must provide an object"),
    ("text of null", section(text=None), "/text", "must provide an object"),
    ("flag as a word", section(expand="yes"), "/expand", "must provide a boolean"),
    ("number as a flag", {**BLOCKS["header"], "level": True}, "/level", "must provide an integer"),
    ("fraction as a count", {**data_table(), "page_size": 1.5}, "/page_size", "must provide an integer"),
    (
        "number in quotes",
        changed(pie(), "chart/segments/0/value", "1"),
        "/chart/segments/0/value",
        "must provide a number",
    ),
    ("elements as an object", {"type": "actions", "elements": button()}, "/elements", "must provide an array"),
    ("type of null", {"type": None}, "/type", "must provide a string"),
    ("type as a list", {"type": ["section"]}, "/type", "must provide a string"),
    ("block without a type", {"text": plain()}, "", "missing required field: type"),
    (
        "confirm without a button",
        actions({**button(), "confirm": without(confirm(), "deny")}),
        "/elements/0/confirm",
        "missing required field: deny",
    ),
    (
        "file that is not remote",
        {**BLOCKS["file"], "source": "local"},
        "/source",
        "must be a valid enum value",
    ),
    (
        "list style nobody knows",
        changed(BLOCKS["rich_text"], "elements/1/style", "dashes"),
        "/elements/1/style",
        "must be a valid enum value",
    ),
    (
        "emoji in preformatted text",
        changed(BLOCKS["rich_text"], "elements/3/elements/0/type", "emoji"),
        "/elements/3/elements/0/type",
        "unsupported type: emoji",
    ),
    (
        "rich text input filled with plain text",
        asked({**ELEMENTS["rich_text_input"], "initial_value": plain()}),
        "/element/initial_value/type",
        "unsupported type: plain_text",
    ),
]


@pytest.mark.parametrize(
    ("block", "place", "message"), [row[1:] for row in BLOCK_RULES], ids=[row[0] for row in BLOCK_RULES]
)
def test_a_block_is_refused_where_it_is_wrong(block: Json, place: str, message: str) -> None:
    problems = validate("message", [block])
    assert [(problem.pointer, problem.message) for problem in problems] == [(f"/0{place}", message)]


@pytest.mark.parametrize("field", ["page_size", "row_header_column_index"])
def test_a_number_beyond_every_float_is_refused(field: str) -> None:
    (problem,) = validate("message", [{**data_table(), field: 10**400}])
    assert problem.pointer == f"/0/{field}"


def test_lengths_beyond_every_float_are_refused_without_being_compared() -> None:
    block = asked({"type": "plain_text_input", "min_length": 2, "max_length": 10**400})
    assert [problem.pointer for problem in validate("message", [block])] == ["/0/element/max_length"]


@pytest.mark.parametrize("block", [None, "section", 3, [], [section()]])
def test_a_block_that_is_no_object_is_refused(block: Any) -> None:
    (problem,) = validate("message", [section(), block])
    assert (problem.pointer, problem.message) == ("/1", "must provide an object")


def test_the_empty_alt_text_slack_accepts_is_accepted() -> None:
    assert validate("message", [{**image(), "alt_text": ""}]) == []


def test_the_items_of_a_layout_may_carry_fields_not_known_here() -> None:
    assert validate("message", [changed(layout(section()), "rows/0/items/0/vertical_align", "top")]) == []
