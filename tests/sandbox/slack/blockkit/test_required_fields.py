"""What every block and element must have."""

import pytest

from sandbox.slack.blockkit import validate
from tests.sandbox.slack.blockkit.sample_blocks import BLOCKS
from tests.sandbox.slack.blockkit.samples import (
    ELEMENTS,
    asked,
    without,
)

REQUIRED = [
    ("header", "text"),
    ("image", "alt_text"),
    ("context", "elements"),
    ("actions", "elements"),
    ("input", "label"),
    ("input", "element"),
    ("rich_text", "elements"),
    ("video", "title"),
    ("video", "video_url"),
    ("video", "thumbnail_url"),
    ("video", "alt_text"),
    ("layout", "label"),
    ("layout", "rows"),
    ("table", "rows"),
    ("data_table", "rows"),
    ("data_table", "caption"),
    ("pie", "title"),
    ("pie", "chart"),
    ("container", "child_blocks"),
    ("carousel", "elements"),
    ("markdown", "text"),
    ("plan", "title"),
    ("plan", "tasks"),
    ("task_card", "task_id"),
    ("task_card", "title"),
    ("task_card", "status"),
    ("context_actions", "elements"),
    ("file", "external_id"),
    ("file", "source"),
    ("call", "call_id"),
    ("auth_provider", "is_connected"),
]


@pytest.mark.parametrize(("name", "field"), REQUIRED)
def test_a_block_without_a_required_field_is_refused(name: str, field: str) -> None:
    (problem,) = validate("message", [without(BLOCKS[name], field)])
    assert (problem.pointer, problem.code, problem.field) == ("/0", "missing_field", field)


REQUIRED_OF_ELEMENTS = [
    ("button", "text"),
    ("workflow_button", "text"),
    ("workflow_button", "workflow"),
    ("workflow_button", "action_id"),
    ("overflow", "options"),
    ("checkboxes", "options"),
    ("radio_buttons", "options"),
    ("number_input", "is_decimal_allowed"),
    ("feedback_buttons", "positive_button"),
    ("feedback_buttons", "negative_button"),
    ("icon_button", "icon"),
    ("icon_button", "text"),
]


@pytest.mark.parametrize(("name", "field"), REQUIRED_OF_ELEMENTS)
def test_an_element_without_a_required_field_is_refused(name: str, field: str) -> None:
    block, at = (
        (asked(without(ELEMENTS[name], field)), "/0/element")
        if name == "number_input"
        else ({"type": "actions", "elements": [without(ELEMENTS[name], field)]}, "/0/elements/0")
    )
    if name in {"feedback_buttons", "icon_button"}:
        block["type"] = "context_actions"
    assert (at, field) in [(problem.pointer, problem.field) for problem in validate("message", [block])]
