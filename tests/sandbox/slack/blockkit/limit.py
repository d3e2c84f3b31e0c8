"""A figure of Slack's as a test tries it: at the limit accepted, beyond it refused at its place."""

from collections.abc import Callable
from typing import Any, NamedTuple

from sandbox.slack.blockkit import Surface, validate
from tests.sandbox.slack.blockkit.sample_blocks import BLOCKS
from tests.sandbox.slack.blockkit.samples import (
    ELEMENTS,
    URL,
    Json,
    actions,
    asked,
    bars,
    button,
    card,
    changed,
    options,
    plain,
    section,
)


class Limit(NamedTuple):
    name: str
    at: int
    payload: Callable[[int], Any]
    place: str
    message: str
    surface: Surface = "message"
    step: int = 1


def url(length: int) -> str:
    return URL + "x" * (length - len(URL))


def chars(name: str, limit: int, block: Callable[[str], Json], place: str) -> Limit:
    """A length, probed with an emoji outside the basic plane: Slack counts code points."""
    return Limit(
        name,
        limit,
        lambda n: [block("\N{GRINNING FACE}" * n)],
        f"/0{place}",
        f"must be less than {limit + 1} characters",
    )


def items(name: str, limit: int, block: Callable[[int], Json], place: str) -> Limit:
    return Limit(name, limit, lambda n: [block(n)], f"/0{place}", f"no more than {limit} items allowed")


def top(name: str, limit: int, block: Callable[[int], Json], place: str) -> Limit:
    message = f"must be less than or equal to {limit}"
    return Limit(name, limit, lambda n: [block(n)], f"/0{place}", message)


def floor(name: str, limit: int, block: Callable[[int], Json], place: str) -> Limit:
    message = f"must be greater than or equal to {limit}"
    return Limit(name, limit, lambda n: [block(n)], f"/0{place}", message, step=-1)


def pressed(**more: Any) -> Json:
    return actions({**button(), **more})


def in_confirm(field: str, value: Any) -> Json:
    return pressed(confirm=changed(ELEMENTS["button"]["confirm"], field, value))


def selected(**more: Any) -> Json:
    return asked({"type": "static_select", "options": options(1), **more})


def menu(kind: str, count: int) -> Json:
    return actions({"type": kind, "options": options(count)})


def typed(kind: str, **more: Any) -> Json:
    return asked({**ELEMENTS[kind], **more})


def feedback(**more: Any) -> Json:
    return {"type": "context_actions", "elements": [changed(ELEMENTS["feedback_buttons"], "positive_button", more)]}


def icon(**more: Any) -> Json:
    return {"type": "context_actions", "elements": [{**ELEMENTS["icon_button"], **more}]}


def video(**more: Any) -> Json:
    return {**BLOCKS["video"], **more}


def auth(**more: Any) -> Json:
    return {**BLOCKS["auth_provider"], **more}


def carded(**more: Any) -> Json:
    return {**card(), **more}


def contained(**more: Any) -> Json:
    return {"type": "container", "title": plain(), "child_blocks": [section()], **more}


def listed(**more: Any) -> Json:
    return {
        "type": "rich_text",
        "elements": [{"type": "rich_text_list", "style": "bullet", "elements": [], **more}],
    }


def charted(path: str, value: Any) -> Json:
    return changed(bars(), path, value)


def labelled(name: str) -> Json:
    block = changed(bars(), "chart/axis_config/categories/0", name)
    return changed(block, "chart/series/0/data/0/label", name)


def assert_limit(limit: Limit) -> None:
    assert validate(limit.surface, limit.payload(limit.at)) == []
    beyond = validate(limit.surface, limit.payload(limit.at + limit.step))
    assert (limit.place, limit.message) in [(problem.pointer, problem.message) for problem in beyond]
