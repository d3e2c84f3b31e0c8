"""Numbers as people type them: digits, thousands as k or M, seconds or milliseconds; nothing else gets through."""

from __future__ import annotations

import re
from decimal import Decimal

from dac.errors import Invalid
from dac.naming import clip

NUMBER = re.compile(r"(?P<digits>\d{1,12}(?:,\d{3})*(?:\.\d{1,6})?)\s*(?P<size>k|m)?", re.IGNORECASE | re.ASCII)
TIME = re.compile(
    r"(?:p95\s*)?(?:<=?\s*)?(?P<number>\d{1,6}(?:\.\d{1,6})?)\s*(?P<unit>ms|s|sec|seconds?)?", re.IGNORECASE | re.ASCII
)
POINT_AND_THREE = re.compile(r"\d{1,3}(?:\.\d{3})+", re.ASCII)
"""In many countries that is thousands, so where a whole number is meant it may be either."""

SIZES = {"": 1, "k": 1_000, "m": 1_000_000}
PER_SECOND = re.compile(r"\s*(?:/\s*s|per second|rps|req/s|requests/s|tok/s|tokens/s)$", re.IGNORECASE | re.ASCII)

MOST_RATE = Decimal(1_000_000)
"""Requests a second beyond which it is a slip of the finger and no load."""

MOST_TOKENS = 2_000_000
"""Tokens of one request beyond which no model of the catalogue could take it."""

LONGEST = Decimal(3600)


def rate(text: str, what: str = "requests a second") -> Decimal:
    """A load such as "12", "0.5", "1.5k" or "12/s"; above 0 and within reason. `Invalid`."""
    value = _number(PER_SECOND.sub("", text.strip()), f"a number of {what}, such as 12 or 0.5")
    if not 0 < value <= MOST_RATE:
        raise Invalid(f"“{clip(text)}” is no load to size for: give {what} above 0 and up to {MOST_RATE:,}.")
    return value


def tokens(text: str) -> Decimal:
    """Tokens of one request, such as "480" or "1.5k"; 1 at least. `Invalid`."""
    value = _whole(text.strip(), "a number of tokens, such as 480")
    if not 1 <= value <= MOST_TOKENS:
        raise Invalid(f"“{clip(text)}” is no number of tokens of one request: give 1 to {MOST_TOKENS:,}.")
    return value


def seconds(text: str) -> Decimal:
    """A time such as "5", "5s", "5000 ms" or "p95 5s", in seconds; above 0. `Invalid`."""
    match = TIME.fullmatch(text.strip())
    if not match:
        raise Invalid(f"“{clip(text)}” is no time: give seconds such as 5s, or 800ms.")
    value = Decimal(match["number"]) / (1000 if (match["unit"] or "").casefold() == "ms" else 1)
    if not 0 < value <= LONGEST:
        raise Invalid(f"“{clip(text)}” is no time that a request may take: give more than 0 and up to an hour.")
    return value


def count(text: str, what: str, most: int) -> int:
    """A whole number such as "10000", "10,000" or "10k"; 1 at least. `Invalid`."""
    value = _whole(text.strip(), f"a number of {what}, such as 500 or 10k")
    if value != value.to_integral_value() or not 1 <= value <= most:
        raise Invalid(f"“{clip(text)}” is no number of {what}: give a whole one from 1 to {most:,}.")
    return int(value)


def _whole(text: str, wanted: str) -> Decimal:
    if POINT_AND_THREE.fullmatch(text):
        raise Invalid(f"“{clip(text)}” can be read in two ways: write thousands as {text.replace('.', '')}.")
    return _number(text, wanted)


def _number(text: str, wanted: str) -> Decimal:
    match = NUMBER.fullmatch(text)
    if not match or (match["digits"].count(",") and not re.fullmatch(r"\d{1,3}(,\d{3})+(\.\d+)?", match["digits"])):
        raise Invalid(f"“{clip(text)}” is not {wanted}.")
    return Decimal(match["digits"].replace(",", "")) * SIZES[(match["size"] or "").casefold()]
