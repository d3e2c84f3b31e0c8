"""Messages, modals and Home tabs: which blocks each takes, its own fields, and the rules over all its blocks."""

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from sandbox.slack.blockkit import limits
from sandbox.slack.blockkit.blocks import BLOCKS
from sandbox.slack.blockkit.engine import Engine
from sandbox.slack.blockkit.problem import (
    Problem,
    already_exists,
    broken_rule,
    missing,
    too_long,
    too_many,
    unsupported_type,
    wrong_type,
)
from sandbox.slack.blockkit.rules import objects
from sandbox.slack.blockkit.spec import FLAG, Items, Kind, Record, String, plain
from sandbox.slack.blockkit.text import characters

Surface: TypeAlias = Literal["message", "modal", "home"]

FORBIDDEN: Mapping[Surface, frozenset[str]] = {
    "message": frozenset({"alert"}),
    "modal": frozenset(
        {
            *("call", "carousel", "container", "context_actions", "data_table", "data_visualization", "file"),
            *("markdown", "plan", "table", "task_card"),
        }
    ),
    # Older pages also keep table, data_table and data_visualization off the Home tab.
    "home": frozenset({"alert", "call", "context_actions", "file", "markdown", "plan", "task_card"}),
}
ALLOWED: Mapping[Surface, tuple[str, ...]] = {
    surface: tuple(kind for kind in BLOCKS if kind not in forbidden) for surface, forbidden in FORBIDDEN.items()
}

_MESSAGE_BLOCKS = Items(Kind("blocks", tuple(BLOCKS)))  # no blocks at all is a message of text
_VIEW_BLOCKS = Items(Kind("blocks", tuple(BLOCKS)), 1)
_VIEW_IDS = {
    "private_metadata": String(max=limits.PRIVATE_METADATA),
    "callback_id": String(max=limits.ID),
    "external_id": String(max=limits.ID),
}
VIEWS: Mapping[Surface, Record] = {
    "modal": Record(
        {"title": plain(limits.VIEW_TITLE), "blocks": _VIEW_BLOCKS},
        {
            **_VIEW_IDS,
            "submit": plain(limits.VIEW_SUBMIT),
            "close": plain(limits.VIEW_CLOSE),
            "clear_on_close": FLAG,
            "notify_on_close": FLAG,
        },
    ),
    "home": Record({"blocks": _VIEW_BLOCKS}, {**_VIEW_IDS, "title": plain(limits.VIEW_TITLE)}),
}

# Where blocks hold blocks, and where they hold what a person can press.
_CHILDREN = {"container": "child_blocks", "carousel": "elements", "plan": "tasks"}
_PRESSED = ("accessory", "element", "elements", "actions")
_DEEPEST = 3  # a card in a layout in a container; what is nested deeper has been refused for its type


@dataclass(frozen=True)
class Placed:
    """A block and where it stands; it is `counted` if it uses up one of the blocks its surface allows."""

    at: str
    block: Mapping[str, Any]
    counted: bool

    @property
    def kind(self) -> str:
        kind = self.block.get("type")
        return kind if isinstance(kind, str) else ""


def validate(surface: Surface, payload: Any, without: Collection[str] = ()) -> list[Problem]:
    """Everything Slack would refuse: `payload` is the list of blocks of a message, or a view.

    `without` are kinds of block that the workspace does not know: Slack names them as it does any other stranger.
    """
    engine = Engine([kind for kind in ALLOWED[surface] if kind not in without])
    if surface == "message":
        return [*engine.check(_MESSAGE_BLOCKS, payload, ""), *_over_message(payload)]
    return [*_view(engine, surface, payload), *_over_view(surface, payload)]


def _view(engine: Engine, surface: Surface, view: Any) -> Iterator[Problem]:
    if isinstance(view, dict):
        kind = view.get("type")
        if "type" not in view:
            yield missing("", "type")
        elif not isinstance(kind, str):
            yield wrong_type("/type", "a string")
        elif kind != surface:
            yield unsupported_type("", (surface,), kind)
    yield from engine.record(VIEWS[surface], view, "", known=("type",))


def _over_message(payload: Any) -> Iterator[Problem]:
    placed = list(_walk(payload, ""))
    yield from _block_count(placed, "", limits.MESSAGE_BLOCKS)
    yield from _at_most(placed, "table", limits.TABLES_PER_MESSAGE, "only_one_table_allowed")
    charts = limits.CHARTS_PER_MESSAGE
    yield from _at_most(placed, "data_visualization", charts, f"no more than {charts} data_visualization blocks")
    yield from _shared_text(placed, "markdown", "text", limits.MARKDOWN_TOTAL)
    yield from _over_blocks(placed)


def _over_view(surface: Surface, view: Any) -> Iterator[Problem]:
    if not isinstance(view, dict):
        return
    placed = list(_walk(view.get("blocks"), "/blocks"))
    yield from _block_count(placed, "/blocks", limits.VIEW_BLOCKS)
    size = _size(view)
    if size > limits.VIEW_BYTES:
        constraint = {"type": "max_length", "expected": limits.VIEW_BYTES, "got": size}
        yield Problem("", "failed_constraint", "view must be no larger than 250 kB", constraint=constraint)
    if surface == "modal" and "submit" not in view and any(one.kind == "input" for one in placed):
        yield missing("", "submit")
    yield from _one_focus(placed)
    yield from _over_blocks(placed)


def _over_blocks(placed: list[Placed]) -> Iterator[Problem]:
    yield from _shared_text(placed, "data_table", "rows", limits.DATA_TABLE_TEXT)
    block_ids: set[str] = set()
    for one in placed:
        name = one.block.get("block_id")
        # An empty block_id is replaced by a generated one.
        if isinstance(name, str) and name:
            if name in block_ids:
                yield already_exists(f"{one.at}/block_id", "block_id", name)
            block_ids.add(name)
        action_ids: set[str] = set()
        for at, element in _pressed(one):
            action = element.get("action_id")
            if isinstance(action, str) and action:
                if action in action_ids:
                    yield already_exists(f"{at}/action_id", "action_id", action)
                action_ids.add(action)


def _block_count(placed: list[Placed], at: str, limit: int) -> Iterator[Problem]:
    count = sum(one.counted for one in placed)
    if count > limit:
        yield too_many(at, limit, count)


def _at_most(placed: list[Placed], kind: str, limit: int, message: str) -> Iterator[Problem]:
    for extra in [one for one in placed if one.kind == kind][limit:]:
        yield broken_rule(f"{extra.at}/type", message, field="type")


def _shared_text(placed: list[Placed], kind: str, field: str, limit: int) -> Iterator[Problem]:
    """The blocks of this kind share one budget of text; one that exceeds it alone is refused on its own."""
    total = 0
    for one in placed:
        if one.kind != kind:
            continue
        text = one.block.get(field)
        length = len(text) if isinstance(text, str) else characters(text)
        if length > limit:
            return
        total += length
        if total > limit:
            yield too_long(f"{one.at}/{field}", limit, total)
            return


def _one_focus(placed: list[Placed]) -> Iterator[Problem]:
    focused = [at for one in placed for at, element in _pressed(one) if element.get("focus_on_load") is True]
    for at in focused[1:]:
        yield broken_rule(f"{at}/focus_on_load", "only one element may set `focus_on_load`", field="focus_on_load")


def _walk(blocks: Any, at: str, depth: int = 0, *, counted: bool = True) -> Iterator[Placed]:
    """Every block, those within blocks included, as far as the payload can be read.

    A layout uses up its surface's blocks with every block inside it, as its page says; other wrappers count as one.
    """
    if depth > _DEEPEST:
        return
    for index, block in enumerate(objects(blocks)):
        one = Placed(f"{at}/{index}", block, counted)
        yield one
        if one.kind in _CHILDREN:
            children = _CHILDREN[one.kind]
            yield from _walk(block.get(children), f"{one.at}/{children}", depth + 1, counted=False)
        elif one.kind == "layout":
            for row, held in enumerate(objects(block.get("rows"))):
                for column, item in enumerate(objects(held.get("items"))):
                    inside = f"{one.at}/rows/{row}/items/{column}/blocks"
                    yield from _walk(item.get("blocks"), inside, depth + 1, counted=counted)


def _pressed(placed: Placed) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for field in _PRESSED:
        held = placed.block.get(field)
        if isinstance(held, dict):
            yield f"{placed.at}/{field}", held
        elif field != _CHILDREN.get(placed.kind):
            for index, element in enumerate(objects(held)):
                yield f"{placed.at}/{field}/{index}", element


def _size(view: Mapping[str, Any]) -> int:
    try:
        written = json.dumps(view, ensure_ascii=False, separators=(",", ":"))
    except RecursionError:  # nested deeper than any JSON reader of Slack's goes
        return limits.VIEW_BYTES + 1
    # A lone surrogate is legal in JSON and in str but not in UTF-8; it must count, not raise.
    return len(written.encode(errors="surrogatepass"))
