"""The vocabulary in which the Block Kit rules are written down: shapes of JSON and rules between fields."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from sandbox.slack.blockkit.problem import Problem

Format: TypeAlias = Literal["uri", "https", "date", "time", "number", "file"]
Table: TypeAlias = Literal["blocks", "elements", "rich_text", "rich_text_parts", "cells", "charts", "context_elements"]
Rule: TypeAlias = Callable[[Mapping[str, Any], str], Iterable[Problem]]


@dataclass(frozen=True)
class String:
    min: int = 0
    max: int | None = None
    choices: tuple[str, ...] = ()
    format: Format | None = None


@dataclass(frozen=True)
class Flag:
    """True or false."""


@dataclass(frozen=True)
class Number:
    min: float | None = None
    max: float | None = None
    above: float | None = None  # exclusive minimum
    whole: bool = False


@dataclass(frozen=True)
class Anything:
    """JSON that Slack passes through unread."""


@dataclass(frozen=True)
class Items:
    """An array; with `gaps`, null stands for an item left at its default."""

    of: "Shape"
    min: int = 0
    max: int | None = None
    gaps: bool = False


@dataclass(frozen=True)
class Kind:
    """An object whose `type` picks its record out of a table, among the kinds allowed here."""

    table: Table
    allowed: tuple[str, ...]


@dataclass(frozen=True)
class Text:
    """A text object: its markup may be restricted, and so may its length."""

    max: int
    markup: tuple[str, ...] = ("plain_text", "mrkdwn")


@dataclass(frozen=True)
class Record:
    """An object: `required` and `optional` fields, nothing else unless `open`, and rules between them."""

    required: Mapping[str, "Shape"] = field(default_factory=dict)
    optional: Mapping[str, "Shape"] = field(default_factory=dict)
    rules: tuple[Rule, ...] = ()
    open: bool = False


Shape: TypeAlias = String | Flag | Number | Anything | Items | Kind | Text | Record


def plain(limit: int) -> Text:
    return Text(limit, ("plain_text",))


FLAG = Flag()
