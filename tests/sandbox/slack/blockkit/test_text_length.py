"""How the text of a message is counted for msg_blocks_too_long."""

from typing import Any

import pytest

from sandbox.slack.blockkit import text_length
from tests.sandbox.slack.blockkit.samples import (
    actions,
    bars,
    button,
    data_table,
    mrkdwn,
    plain,
    rich_text,
    section,
    table,
)

COUNTED: list[tuple[str, Any, int]] = [
    ("nothing", [], 0),
    ("a section's text and fields", [section(text=mrkdwn("abc"), fields=[plain("de"), plain("f")])], 6),
    ("a header", [{"type": "header", "text": plain("abcd")}], 4),
    ("a button's label, not its value", [actions({**button(), "text": plain("ab"), "value": "hidden"})], 2),
    ("markdown", [{"type": "markdown", "text": "**bold**"}], 8),
    ("rich text", [rich_text("abc"), rich_text("de")], 5),
    ("table cells", [table(2, 3, "ab")], 12),
    ("data_table cells have a budget of their own", [data_table(9, 9, "ab")], 0),
    ("plain strings a reader sees", [{"type": "task_card", "title": "abc", "task_id": "hidden"}], 3),
    ("a chart's title and labels", [bars(1, 1)], len("Units") + len("p0")),
    ("code points", [section(text=plain("\N{GRINNING FACE}" * 7))], 7),
    (
        "what is inside wrappers",
        [{"type": "container", "title": plain("ab"), "child_blocks": [section(text=plain("cd"))]}],
        4,
    ),
    ("junk", [3, None, "text", {"text": 7, "title": ["x"]}, [[{"text": "ab"}]]], 2),
    ("no blocks", None, 0),
]


@pytest.mark.parametrize(("blocks", "length"), [row[1:] for row in COUNTED], ids=[row[0] for row in COUNTED])
def test_text_is_counted_as_a_reader_sees_it(blocks: Any, length: int) -> None:
    assert text_length(blocks) == length


def test_text_nested_deeper_than_the_stack_is_counted() -> None:
    nested: Any = {"text": "ab"}
    for _ in range(100_000):
        nested = [nested]
    assert text_length(nested) == 2
    # Taken apart step by step: freeing it at once would recurse.
    while isinstance(nested, list):
        (nested,) = nested
