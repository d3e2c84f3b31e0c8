"""The Monitoring query language: metrics with dimensions, grouping and statistic, joined to an alarm's condition."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias, TypeVar

from sandbox.oracle.errors import OracleError, invalid

STATISTICS = ("mean", "sum", "max", "min", "count", "rate")
PERCENTILE = re.compile(r"p(\d{1,2}(?:\.\d+)?)")
GROUPINGS = ("grouping", "groupBy")
NAME = re.compile(r"[A-Za-z][\w.$-]*")
WORD = re.compile(r"[A-Za-z][\w$-]*")
NUMBER = re.compile(r"\d*\.?\d+")
INTERVAL = re.compile(r"\d+[mhd]")
STRING = re.compile(r'"((?:[^"\\]|\\.)*)"')
OPERATOR = re.compile(r"=~|!~|!=|=")
COMPARISON = re.compile(r">=|<=|==|!=|>|<")
Read = TypeVar("Read")
SECONDS = {"m": 60, "h": 3600, "d": 86_400}
LONGEST = {"m": 60, "h": 24, "d": 1}


@dataclass(frozen=True)
class Condition:
    """What a dimension must be; with `~` the value may hold `*` and alternatives parted by `|`."""

    dimension: str
    operator: str
    value: str

    def holds(self, dimensions: dict[str, str]) -> bool:
        actual = dimensions.get(self.dimension)
        if self.operator.endswith("~"):
            fits = actual is not None and any(
                fnmatch.fnmatchcase(actual, re.sub(r"([\[?])", r"[\1]", it)) for it in self.value.split("|")
            )
        else:
            fits = actual == self.value
        return not fits if self.operator.startswith("!") else fits


@dataclass(frozen=True)
class Query:
    metric: str
    seconds: int
    conditions: tuple[Condition, ...]
    grouped_by: tuple[str, ...] | None
    """None: one stream for each set of dimensions; empty: all in one."""
    statistic: str
    quantile: float | None = None


@dataclass(frozen=True)
class Joined:
    """Two queries, or a query and a number, reckoned with each other where their dimensions are the same."""

    operator: str
    left: Term
    right: Term


Term: TypeAlias = Query | Joined | float


@dataclass(frozen=True)
class Alert:
    """What an alarm waits for: that what is measured compares so with the threshold."""

    measured: Term
    operator: str
    threshold: float

    @property
    def seconds(self) -> int:
        """The longest interval that is looked at."""
        return max(it.seconds for it in queries(self.measured))


def queries(term: Term) -> list[Query]:
    if isinstance(term, Query):
        return [term]
    return [*queries(term.left), *queries(term.right)] if isinstance(term, Joined) else []


def interval(text: str, what: str = "interval") -> int:
    """Read `1m`-`60m`, `1h`-`24h` or `1d` as seconds."""
    if INTERVAL.fullmatch(text):
        number, unit = int(text[:-1]), text[-1]
        if 1 <= number <= LONGEST[unit]:
            return number * SECONDS[unit]
    raise invalid(f"{what} must be 1m-60m, 1h-24h or 1d, not {text!r}.")


def parse(text: str) -> Query:
    parser = _Parser(text)
    return parser.whole(parser.query())


def parse_alert(text: str) -> Alert:
    """Read an alarm's query: queries joined by arithmetic, compared with a number."""
    parser = _Parser(text)
    return parser.whole(parser.alert())


class _Parser:
    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0

    def query(self) -> Query:
        metric = self._take(NAME, "a metric name")
        self._expect("[")
        seconds = interval(self._take(INTERVAL, "an interval such as 5m"))
        self._expect("]")
        conditions = self._conditions() if self._next("{") else ()
        grouped_by: tuple[str, ...] | None = None
        self._expect(".")
        word = self._take(WORD, "a statistic")
        if word in GROUPINGS:
            grouped_by = self._arguments(word)
            self._expect(".")
            word = self._take(re.compile(r"[A-Za-z][\w.]*"), "a statistic")
        statistic, quantile = self._statistic(word)
        return Query(metric, seconds, conditions, grouped_by, statistic, quantile)

    def whole(self, read: Read) -> Read:
        if self._rest():
            raise self._wrong("the end")
        return read

    def alert(self) -> Alert:
        measured = self._joined(("+", "-"), lambda: self._joined(("*", "/"), self._factor))
        if not queries(measured):
            raise self._wrong("a metric to compare")
        operator = self._take(COMPARISON, "a comparison such as >")
        return Alert(measured, operator, float(self._take(NUMBER, "a number")))

    def _joined(self, operators: tuple[str, ...], part: Callable[[], Term]) -> Term:
        term = part()
        while operator := next((it for it in operators if self._next(it)), None):
            term = Joined(operator, term, part())
        return term

    def _factor(self) -> Term:
        if self._next("("):
            term = self._joined(("+", "-"), lambda: self._joined(("*", "/"), self._factor))
            self._expect(")")
            return term
        return float(self._take(NUMBER, "a number")) if NUMBER.match(self._rest()) else self.query()

    def _conditions(self) -> tuple[Condition, ...]:
        found: list[Condition] = []
        while not self._next("}"):
            if found and not (self._next(",") or self._next("&&")):
                raise self._wrong("a comma")
            dimension = self._take(WORD, "a dimension")
            operator = self._take(OPERATOR, "=, !=, =~ or !~")
            value = self._take(STRING, "a value in double quotes")
            found.append(Condition(dimension, operator, re.sub(r"\\(.)", r"\1", value[1:-1])))
        return tuple(found)

    def _arguments(self, word: str) -> tuple[str, ...]:
        self._expect("(")
        names: list[str] = []
        while not self._next(")"):
            if names:
                self._expect(",")
            names.append(self._take(WORD, "a dimension"))
        if word == "groupBy" and not names:
            raise self._wrong("a dimension in groupBy()")
        return tuple(names)

    def _statistic(self, word: str) -> tuple[str, float | None]:
        self._expect("(")
        quantile = None
        if word == "percentile":
            quantile = float(self._take(NUMBER, "a number between 0 and 1"))
        elif found := PERCENTILE.fullmatch(word):
            quantile = float(found[1]) / 100
        elif word not in STATISTICS:
            raise invalid(f"The query is not valid: {word}() is not a statistic.")
        if quantile is not None and not 0 < quantile < 1:
            raise invalid("The query is not valid: a percentile lies between 0 and 100.")
        self._expect(")")
        return ("percentile" if quantile is not None else word), quantile

    def _rest(self) -> str:
        self._at += len(self._text) - self._at - len(self._text[self._at :].lstrip())
        return self._text[self._at :]

    def _next(self, sign: str) -> bool:
        if self._rest().startswith(sign):
            self._at += len(sign)
            return True
        return False

    def _expect(self, sign: str) -> None:
        if not self._next(sign):
            raise self._wrong(repr(sign))

    def _take(self, pattern: re.Pattern[str], what: str) -> str:
        found = pattern.match(self._rest())
        if not found:
            raise self._wrong(what)
        self._at += len(found[0])
        return found[0]

    def _wrong(self, expected: str) -> OracleError:
        return invalid(f"The query is not valid: {expected} was expected at position {self._at} of {self._text!r}.")
