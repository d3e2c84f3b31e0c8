"""What can be wrong or odd with lines of a training data set, and the record of where, which never holds the data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from enum import StrEnum
from itertools import islice
from typing import NamedTuple

KEPT = 200
"""Lines that are remembered of each kind; all are counted."""


class Kind(StrEnum):
    """What a line is recorded for."""

    NOT_UTF8 = "not UTF-8"
    NOT_JSON = "not JSON"
    NOT_OBJECT = "not a JSON object"
    NO_PROMPT = "no prompt"
    NO_COMPLETION = "no completion"
    EXTRA_KEY = "another key"
    PROMPT_NOT_TEXT = "prompt not text"
    COMPLETION_NOT_TEXT = "completion not text"

    TOO_LONG = "too long to be read"
    BLANK = "blank line"
    BOM = "byte order mark"
    REPEATED_KEY = "key twice"
    EMPTY_PROMPT = "empty prompt"
    EMPTY_COMPLETION = "empty completion"
    BROKEN_CHARACTER = "half a character"
    CRLF = "Windows line end"

    REPEATED = "repeats an earlier row"
    CONFLICTING = "earlier prompt, other completion"
    NEARLY_REPEATED = "nearly repeats an earlier row"
    ALIKE = "much the same words as another row"
    LONG_PROMPT = "prompt unusually long"
    SHORT_PROMPT = "prompt unusually short"
    LONG_COMPLETION = "completion unusually long"
    SHORT_COMPLETION = "completion unusually short"
    PROMPT_LANGUAGE = "prompt in another language"
    COMPLETION_LANGUAGE = "completion in another language"
    PROMPT_BEGINNING = "prompt begins unlike the others"
    PROMPT_ENDING = "prompt ends unlike the others"
    COMPLETION_BEGINNING = "completion begins unlike the others"
    COMPLETION_ENDING = "completion ends unlike the others"

    EMAIL = "e-mail address"
    PHONE = "phone number"
    IBAN = "bank account (IBAN)"
    CARD = "payment card number"
    IPV4 = "IP address"
    NATIONAL_ID = "national identity number"


UNUSABLE = frozenset(
    {
        Kind.NOT_UTF8,
        Kind.NOT_JSON,
        Kind.NOT_OBJECT,
        Kind.NO_PROMPT,
        Kind.NO_COMPLETION,
        Kind.EXTRA_KEY,
        Kind.PROMPT_NOT_TEXT,
        Kind.COMPLETION_NOT_TEXT,
        Kind.TOO_LONG,
        Kind.BLANK,
    }
)
"""A line of one of these is no pair; one of the others is, with something to be said about it."""


class Place(NamedTuple):
    """A line, where it begins in the file, and how long it and its fields are: bytes, then characters.

    A field is None where the line has no such text.
    """

    line: int
    offset: int
    size: int
    prompt: int | None = None
    completion: int | None = None


class Ledger:
    """Counts every line of each kind exactly, and keeps the places of the first `KEPT`."""

    def __init__(self) -> None:
        self._counts: Counter[Kind] = Counter()
        self._places: dict[Kind, list[Place]] = {}

    def add(self, kind: Kind, place: Place) -> None:
        self._counts[kind] += 1
        places = self._places.setdefault(kind, [])
        if len(places) < KEPT:
            places.append(place)

    def add_many(self, kind: Kind, count: int, places: Iterable[Place] = ()) -> None:
        """So many lines at once; `places` are the first of them that are to be kept."""
        self._counts[kind] += count
        kept = self._places.setdefault(kind, [])
        kept.extend(islice(places, KEPT - len(kept)))

    def has_room(self, kind: Kind) -> bool:
        return len(self._places.get(kind, ())) < KEPT

    @property
    def counts(self) -> dict[Kind, int]:
        return {kind: self._counts[kind] for kind in Kind if self._counts[kind]}

    @property
    def places(self) -> dict[Kind, tuple[Place, ...]]:
        return {kind: tuple(self._places[kind]) for kind in self.counts}
