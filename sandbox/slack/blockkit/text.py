"""How much text a payload carries, counted as Slack's refusals suggest it counts."""

from collections.abc import Iterator
from typing import Any

# The strings a reader sees; `text` covers text objects, rich text parts, cells and markdown.
SHOWN = frozenset({"text", "title", "label", "caption", "author_name", "provider_name"})


def text_length(blocks: Any) -> int:
    """Characters of all text in the blocks, for `msg_blocks_too_long`.

    The cells of a data_table have a budget of their own, larger than a whole message's, so they cannot count here.
    """
    return characters(blocks, skip_type="data_table")


def characters(value: Any, *, skip_type: str | None = None) -> int:
    return sum(map(len, _strings(value, skip_type)))


def _strings(value: Any, skip_type: str | None) -> Iterator[str]:
    # A stack, not recursion: payloads arrive unchecked and may be nested as deep as the JSON reader allows.
    waiting = [value]
    while waiting:
        found = waiting.pop()
        if isinstance(found, list):
            waiting.extend(found)
        elif isinstance(found, dict) and (skip_type is None or found.get("type") != skip_type):
            for key, inner in found.items():
                if isinstance(inner, str):
                    if key in SHOWN:
                        yield inner
                else:
                    waiting.append(inner)
