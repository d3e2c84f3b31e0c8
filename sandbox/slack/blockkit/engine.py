"""Walks a payload along the specification and collects what Slack would refuse."""

import datetime as dt
import re
from collections.abc import Callable, Collection, Generator, Iterator, Mapping
from typing import Any

from sandbox.slack.blockkit import limits
from sandbox.slack.blockkit.blocks import BLOCKS
from sandbox.slack.blockkit.elements import ELEMENTS
from sandbox.slack.blockkit.figures import CELLS, CHARTS
from sandbox.slack.blockkit.objects import texts
from sandbox.slack.blockkit.problem import (
    Problem,
    bad_format,
    missing,
    no_schema_fits,
    not_a_choice,
    too_few,
    too_great,
    too_long,
    too_many,
    too_short,
    too_small,
    unknown_field,
    unsupported_type,
    wrong_type,
)
from sandbox.slack.blockkit.rich_text import PARTS, RICH_TEXT
from sandbox.slack.blockkit.spec import (
    Anything,
    Flag,
    Format,
    Items,
    Kind,
    Number,
    Record,
    Shape,
    String,
    Table,
    Text,
)

TABLES: Mapping[Table, Mapping[str, Record]] = {
    "blocks": BLOCKS,
    "cells": {**CELLS, "rich_text": BLOCKS["rich_text"]},
    "charts": CHARTS,
    "context_elements": {**texts(limits.TEXT), "image": ELEMENTS["image"]},
    "elements": ELEMENTS,
    "rich_text": RICH_TEXT,
    "rich_text_parts": PARTS,
}


class Engine:
    """Checks values against shapes; `blocks` are the kinds of block this surface knows at all."""

    def __init__(self, blocks: Collection[str]) -> None:
        self._blocks = blocks

    def check(self, shape: Shape, value: Any, at: str) -> Iterator[Problem]:
        match shape:
            case String():
                yield from _string(shape, value, at)
            case Number():
                yield from _number(shape, value, at)
            case Flag():
                if not isinstance(value, bool):
                    yield wrong_type(at, "a boolean")
            case Items():
                yield from self._items(shape, value, at)
            case Text():
                yield from self._text(shape, value, at)
            case Kind():
                yield from self._kind(shape, value, at)
            case Record():
                yield from self.record(shape, value, at)
            case Anything():
                pass

    def record(self, shape: Record, value: Any, at: str, *, known: Collection[str] = ()) -> Iterator[Problem]:
        """`known` are fields the caller has read already."""
        if not isinstance(value, dict):
            yield wrong_type(at, "an object")
            return
        for field in shape.required:
            if field not in value:
                yield missing(at, field)
        for field, inner in value.items():
            if field in known:
                continue
            expected = shape.required.get(field) or shape.optional.get(field)
            if expected is not None:
                yield from self.check(expected, inner, f"{at}/{field}")
            elif not shape.open:
                yield unknown_field(at, field)
        for rule in shape.rules:
            yield from rule(value, at)

    def _items(self, shape: Items, value: Any, at: str) -> Iterator[Problem]:
        if not isinstance(value, list):
            yield wrong_type(at, "an array")
            return
        if len(value) < shape.min:
            yield too_few(at, shape.min, len(value))
        if shape.max is not None and len(value) > shape.max:
            yield too_many(at, shape.max, len(value))
        for index, item in enumerate(value):
            if not (item is None and shape.gaps):
                yield from self.check(shape.of, item, f"{at}/{index}")

    def _kind(self, shape: Kind, value: Any, at: str) -> Iterator[Problem]:
        allowed = shape.allowed
        if shape.table == "blocks":
            allowed = tuple(kind for kind in allowed if kind in self._blocks)
        kind = yield from _type_of(value, at, allowed)
        if kind is not None:
            yield from self.record(TABLES[shape.table][kind], value, at, known=("type",))

    def _text(self, shape: Text, value: Any, at: str) -> Iterator[Problem]:
        kind = yield from _type_of(value, at, shape.markup)
        if kind is None:
            return
        found = list(self.record(texts(shape.max)[kind], value, at, known=("type",)))
        if any(problem.pointer == f"{at}/text" for problem in found):
            yield no_schema_fits(at)
        yield from found


def _type_of(value: Any, at: str, allowed: tuple[str, ...]) -> Generator[Problem, None, str | None]:
    """The object's `type` if it may stand here."""
    if not isinstance(value, dict):
        yield wrong_type(at, "an object")
    elif "type" not in value:
        yield missing(at, "type")
    elif not isinstance(value["type"], str):
        yield wrong_type(f"{at}/type", "a string")
    elif value["type"] not in allowed:
        yield unsupported_type(at, allowed, value["type"])
    else:
        return value["type"]
    return None


def _string(shape: String, value: Any, at: str) -> Iterator[Problem]:
    if not isinstance(value, str):
        yield wrong_type(at, "a string")
        return
    if shape.choices and value not in shape.choices:
        yield not_a_choice(at, shape.choices, value)
    if len(value) < shape.min:
        yield too_short(at, shape.min, len(value))
    elif shape.format is not None and not FORMATS[shape.format][0](value):
        yield bad_format(at, shape.format, FORMATS[shape.format][1])
    if shape.max is not None and len(value) > shape.max:
        yield too_long(at, shape.max, len(value))


def _number(shape: Number, value: Any, at: str) -> Iterator[Problem]:
    wanted = "an integer" if shape.whole else "a number"
    if isinstance(value, bool) or not isinstance(value, int if shape.whole else (int, float)):
        yield wrong_type(at, wanted)
        return
    if shape.min is not None and value < shape.min:
        yield too_small(at, shape.min, value)
    if shape.above is not None and value <= shape.above:
        yield too_small(at, shape.above, value, exclusive=True)
    if shape.max is not None and value > shape.max:
        yield too_great(at, shape.max, value)


def _is_date(value: str) -> bool:
    try:
        return dt.datetime.strptime(value, "%Y-%m-%d").date().isoformat() == value  # noqa: DTZ007
    except ValueError:
        return False


FORMATS: Mapping[Format, tuple[Callable[[str], object], str]] = {
    "uri": (re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:\S+").fullmatch, "invalid url"),
    "https": (re.compile(r"https://\S+", re.IGNORECASE).fullmatch, "invalid url"),
    "date": (_is_date, "must be a date as YYYY-MM-DD"),
    "time": (re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]").fullmatch, "must be a time as HH:mm"),
    "file": (re.compile(r"F[A-Z0-9]{8,}").fullmatch, "must be a file id"),
    "number": (re.compile(r"-?[0-9]+(\.[0-9]+)?").fullmatch, "must be a number"),
}
