"""The sentences and shapes Slack answers with, as people who were refused have published them."""

from typing import Any

import pytest

from sandbox.slack.blockkit import Problem, Surface, validate
from tests.sandbox.slack.blockkit.samples import actions, asked, button, modal, mrkdwn, option, plain, section

MANY = [option(str(number)) for number in range(101)]
SEEN: list[tuple[Surface, Any, list[str]]] = [
    (
        "message",
        [section(text=mrkdwn("x" * 3001))],
        [
            "failed to match all allowed schemas [json-pointer:/0/text]",
            "must be less than 3001 characters [json-pointer:/0/text/text]",
        ],
    ),
    (
        "message",
        [section(fields=[mrkdwn("x" * 2001)])],
        [
            "failed to match all allowed schemas [json-pointer:/0/fields/0]",
            "must be less than 2001 characters [json-pointer:/0/fields/0/text]",
        ],
    ),
    (
        "modal",
        modal(asked({"type": "static_select", "options": [option("v", "")]})),
        [
            "failed to match all allowed schemas [json-pointer:/blocks/0/element/options/0/text]",
            "must be more than 0 characters [json-pointer:/blocks/0/element/options/0/text/text]",
        ],
    ),
    (
        "modal",
        modal(title=plain("x" * 25)),
        [
            "failed to match all allowed schemas [json-pointer:/title]",
            "must be less than 25 characters [json-pointer:/title/text]",
        ],
    ),
    ("message", [section()] * 51, ["no more than 50 items allowed [json-pointer:]"]),
    (
        "message",
        [section(), actions(*[button(str(number)) for number in range(26)])],
        ["no more than 25 items allowed [json-pointer:/1/elements]"],
    ),
    (
        "modal",
        modal(asked({"type": "static_select", "options": MANY})),
        ["no more than 100 items allowed [json-pointer:/blocks/0/element/options]"],
    ),
    (
        "modal",
        modal(section(accessory={"type": "static_select", "options": []})),
        ["must provide at least 1 items [json-pointer:/blocks/0/accessory/options]"],
    ),
    (
        "modal",
        modal(asked({"type": "static_select", "options": MANY[:1], "initial_option": None})),
        ["must provide an object [json-pointer:/blocks/0/element/initial_option]"],
    ),
    (
        "modal",
        modal(submit_disabled=True),
        ["invalid additional property: submit_disabled [json-pointer:]"],
    ),
    (
        "modal",
        modal(section(), section(accessory={**button(), "url": "#"})),
        ["invalid url [json-pointer:/blocks/1/accessory/url]"],
    ),
    (
        "message",
        [actions(button("select"), button("select"))],
        ['`action_id` "select" already exists [json-pointer:/0/elements/1/action_id]'],
    ),
    (
        "message",
        [
            {
                "type": "data_table",
                "caption": "c",
                "rows": [[{"type": "raw_text", "text": "a"}], [{"type": "raw_number", "text": "1"}]],
            }
        ],
        ["missing required field: value [json-pointer:/0/rows/1/0]"],
    ),
]


@pytest.mark.parametrize(("surface", "payload", "lines"), SEEN, ids=[row[2][-1] for row in SEEN])
def test_a_refusal_reads_as_slack_was_seen_to_write_it(surface: Surface, payload: Any, lines: list[str]) -> None:
    problems = validate(surface, payload)
    assert [f"{problem.message} [json-pointer:{problem.pointer}]" for problem in problems] == lines


SHAPES: list[tuple[str, Any, dict[str, Any]]] = [
    (
        "the example of the method's page",
        [{"type": "section", "text": {"type": "invalid", "text": "a"}}],
        {
            "code": "failed_constraint",
            "message": "unsupported type: invalid",
            "pointer": "/0/text/type",
            "constraint": {"type": "enum", "expected": ["plain_text", "mrkdwn"], "got": "invalid"},
        },
    ),
    (
        "a missing field",
        [{"type": "input", "label": plain()}],
        {
            "code": "missing_field",
            "message": "missing required field: element",
            "pointer": "/0",
            "field": "element",
        },
    ),
    (
        "a wrong type",
        [{"type": "divider", "block_id": 7}],
        {"code": "invalid_type", "message": "must provide a string", "pointer": "/0/block_id"},
    ),
    (
        "a field nobody knows",
        [{"type": "divider", "color": "red"}],
        {
            "code": "failed_constraint",
            "message": "invalid additional property: color",
            "pointer": "/0",
            "constraint": {"type": "additional_properties", "got": "color"},
        },
    ),
    (
        "a value outside its choices",
        [actions({**button(), "style": "warning"})],
        {
            "code": "failed_constraint",
            "message": "must be a valid enum value",
            "pointer": "/0/elements/0/style",
            "constraint": {"type": "enum", "expected": ["primary", "danger"], "got": "warning"},
        },
    ),
    (
        "a value too long",
        [actions({**button(), "value": "x" * 2001})],
        {
            "code": "failed_constraint",
            "message": "must be less than 2001 characters",
            "pointer": "/0/elements/0/value",
            "constraint": {"type": "max_length", "expected": 2000, "got": 2001},
        },
    ),
]


@pytest.mark.parametrize(("payload", "entry"), [row[1:] for row in SHAPES], ids=[row[0] for row in SHAPES])
def test_a_problem_becomes_an_entry_of_blocks_validate(payload: Any, entry: dict[str, Any]) -> None:
    assert [problem.as_json() for problem in validate("message", payload)] == [entry]


def test_a_problem_without_field_and_constraint_says_only_where_and_what() -> None:
    problem = Problem("/0", "invalid_type", "must provide an object")
    assert problem.as_json() == {"pointer": "/0", "code": "invalid_type", "message": "must provide an object"}
