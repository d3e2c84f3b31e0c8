"""Pictures, menus, pickers and inputs whose fields contradict one another or their formats."""

from typing import Any

import pytest

from sandbox.slack.blockkit import validate
from tests.sandbox.slack.blockkit.sample_blocks import BLOCKS
from tests.sandbox.slack.blockkit.samples import (
    URL,
    Json,
    actions,
    asked,
    image,
    mrkdwn,
    option,
    options,
    plain,
    without,
)


def selected(**fields: Any) -> Json:
    return asked({"type": "static_select", **fields})


GROUPS = [{"label": plain(), "options": options(2)}]
ELEMENT_RULES: list[tuple[str, Json, str, str]] = [
    ("section of nothing", {"type": "section"}, "", "missing required field: text or fields"),
    ("image of nothing", without(image(), "image_url"), "", "missing required field: image_url or slack_file"),
    (
        "image of two sources",
        {**image(), "slack_file": {"url": URL}},
        "",
        "only one of image_url, slack_file may be provided",
    ),
    (
        "slack_file of two names",
        {**BLOCKS["image from a file"], "slack_file": {"id": "F0123456789", "url": URL}},
        "/slack_file",
        "only one of id, url may be provided",
    ),
    (
        "slack_file of no name",
        {**BLOCKS["image from a file"], "slack_file": {}},
        "/slack_file",
        "missing required field: id or url",
    ),
    (
        "slack_file with a short id",
        {**BLOCKS["image from a file"], "slack_file": {"id": "F1"}},
        "/slack_file/id",
        "must be a file id",
    ),
    ("select of nothing", selected(), "/element", "missing required field: options or option_groups"),
    (
        "select of options and groups",
        selected(options=options(1), option_groups=GROUPS),
        "/element",
        "only one of options, option_groups may be provided",
    ),
    (
        "initial_option not offered",
        selected(options=options(2), initial_option=option("v2")),
        "/element/initial_option",
        "`initial_option` must exactly match one of the options",
    ),
    (
        "initial_option with another text",
        selected(options=options(2), initial_option=option("v1", "Uno")),
        "/element/initial_option",
        "`initial_option` must exactly match one of the options",
    ),
    (
        "initial_options not all offered",
        asked({"type": "multi_static_select", "option_groups": GROUPS, "initial_options": options(3)}),
        "/element/initial_options/2",
        "`initial_options` must exactly match one of the options",
    ),
    (
        "select option in mrkdwn",
        selected(options=[{"text": mrkdwn(), "value": "v"}]),
        "/element/options/0/text/type",
        "unsupported type: mrkdwn",
    ),
    (
        "select option with a url",
        selected(options=[{**option(), "url": ""}]),
        "/element/options/0",
        "invalid additional property: url",
    ),
    (
        "option with a type",
        selected(options=[{**option(), "type": "option"}]),
        "/element/options/0",
        "invalid additional property: type",
    ),
    (
        "filter that filters nothing",
        actions({"type": "conversations_select", "filter": {}}),
        "/elements/0/filter",
        "missing required field: include or exclude_external_shared_channels or exclude_bot_users",
    ),
    (
        "filter of an unknown kind",
        actions({"type": "conversations_select", "filter": {"include": ["all"]}}),
        "/elements/0/filter/include/0",
        "must be a valid enum value",
    ),
    (
        "shortest above longest",
        asked({"type": "plain_text_input", "min_length": 9, "max_length": 8}),
        "/element/max_length",
        "`max_length` cannot be less than `min_length`",
    ),
    (
        "lowest above highest",
        asked({"type": "number_input", "is_decimal_allowed": False, "min_value": "9", "max_value": "8"}),
        "/element/max_value",
        "`max_value` cannot be less than `min_value`",
    ),
    (
        "first number out of range",
        asked({"type": "number_input", "is_decimal_allowed": False, "min_value": "9", "initial_value": "8"}),
        "/element/initial_value",
        "`initial_value` cannot be less than `min_value`",
    ),
    (
        "decimals where none are allowed",
        asked({"type": "number_input", "is_decimal_allowed": False, "initial_value": "1.5"}),
        "/element/initial_value",
        "`initial_value` must be a whole number",
    ),
    (
        "number in words",
        asked({"type": "number_input", "is_decimal_allowed": True, "max_value": "nan"}),
        "/element/max_value",
        "must be a number",
    ),
    (
        "number as a word",
        asked({"type": "number_input", "is_decimal_allowed": True, "min_value": "many"}),
        "/element/min_value",
        "must be a number",
    ),
    (
        "number as a number",
        asked({"type": "number_input", "is_decimal_allowed": True, "max_value": 8}),
        "/element/max_value",
        "must provide a string",
    ),
    (
        "a day that is none",
        actions({"type": "datepicker", "initial_date": "2026-02-30"}),
        "/elements/0/initial_date",
        "must be a date as YYYY-MM-DD",
    ),
    (
        "a date without zeros",
        actions({"type": "datepicker", "initial_date": "2026-2-3"}),
        "/elements/0/initial_date",
        "must be a date as YYYY-MM-DD",
    ),
    (
        "an hour that is none",
        actions({"type": "timepicker", "initial_time": "24:00"}),
        "/elements/0/initial_time",
        "must be a time as HH:mm",
    ),
    (
        "a moment in milliseconds",
        actions({"type": "datetimepicker", "initial_date_time": 1628633820000}),
        "/elements/0/initial_date_time",
        "must be less than or equal to 9999999999",
    ),
]


@pytest.mark.parametrize(
    ("block", "place", "message"), [row[1:] for row in ELEMENT_RULES], ids=[row[0] for row in ELEMENT_RULES]
)
def test_an_element_is_refused_where_it_is_wrong(block: Json, place: str, message: str) -> None:
    problems = validate("message", [block])
    assert [(problem.pointer, problem.message) for problem in problems] == [(f"/0{place}", message)]
