"""A sample of a training data set, and its habits: how rows begin and end, in which language, with which words."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from dac.dataset_alike import Alike
from dac.dataset_faults import Kind, Ledger, Place
from dac.dataset_language import UNKNOWN, language_of
from dac.dataset_lines import Block
from dac.dataset_pick import pick, picks

MOST = 2_048
"""Rows that are kept: more than the handbook recommends to train on, so that most files are looked at whole."""

READ = 400
"""Characters of each text that are kept, from its beginning."""

EDGE = 16
"""Characters at an end of a text in which something that marks it is looked for."""

OPENING = 3
"""Words a prompt is taken to open with."""

FEWEST = 20
"""Rows that make a habit."""

TONGUES = 20
"""Of the rows whose language can be told, one in so many must be in another: fewer may be mistakes of the telling."""

SIGNS = 10
"""Of all rows, one in so many must end with another sort of sign: a question among statements is nothing odd."""

_WORD = re.compile(r"\w+")
_SENTENCE = frozenset(".!?…。！？।؟\"'”’»)]")  # noqa: RUF001 - full-width signs end sentences too


class Row(NamedTuple):
    place: Place
    prompt: str
    prompt_end: str
    completion: str
    completion_end: str
    repeats: bool


@dataclass(frozen=True)
class Share:
    """So many of the sampled rows."""

    name: str
    rows: int


@dataclass(frozen=True)
class Sampled:
    """What the sample shows.

    The beginnings and endings are what most rows have in common there, such as "the same 4 characters": which these
    are is training data, and is not told. None is nothing in common.
    """

    rows: int
    one_in: int
    prompt_languages: tuple[Share, ...]
    completion_languages: tuple[Share, ...]
    prompt_beginning: Share | None
    prompt_ending: Share | None
    completion_beginning: Share | None
    completion_ending: Share | None
    openings: int
    commonest_opening: int
    words: int
    different_words: int


class Sample:
    """Keeps one row of each group; when they become too many, the groups double."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._rows = 0
        self._group = 1
        self._kept: list[tuple[int, Row]] = []

    def take(self, block: Block, repeats: set[int]) -> None:
        """`repeats` are the rows that are already known to say again what others say."""
        first, end = self._rows, self._rows + len(block.prompts)
        while self._rows < end:
            # Some groups at a time, so that not many more are kept than will be.
            count = min(end - self._rows, MOST * self._group // 4)
            for number in picks(self._rows, count, self._group):
                self._kept.append((number, _row(block, number - first, repeats=number - first in repeats)))
            self._rows += count
            if len(self._kept) > MOST:
                self._thin()

    def _thin(self) -> None:
        self._group *= 2
        self._kept = [each for each in self._kept if each[0] == pick(each[0] // self._group, self._group)]

    def sampled(self) -> Sampled:
        """Looks at what was kept, and puts the places of what is unlike the rest into the ledger."""
        rows = [row for _, row in self._kept]
        alike = Alike()
        self._note(Kind.ALIKE, [row for row in rows if not row.repeats and alike.add(f"{row.prompt} {row.completion}")])
        openings = Counter(tuple(_words(row.prompt)[:OPENING]) for row in rows)
        words, different = 0, set()
        for row in rows:
            said = _words(row.prompt) + _words(row.completion)
            words += len(said)
            different.update(said)
        return Sampled(
            rows=len(rows),
            one_in=self._group,
            prompt_languages=self._languages(Kind.PROMPT_LANGUAGE, rows, lambda row: row.prompt),
            completion_languages=self._languages(Kind.COMPLETION_LANGUAGE, rows, lambda row: row.completion),
            prompt_beginning=self._marker(Kind.PROMPT_BEGINNING, rows, lambda row: row.prompt[:EDGE]),
            prompt_ending=self._marker(Kind.PROMPT_ENDING, rows, lambda row: row.prompt_end[::-1]),
            completion_beginning=self._marker(Kind.COMPLETION_BEGINNING, rows, lambda row: row.completion[:EDGE])
            or self._sort(Kind.COMPLETION_BEGINNING, rows, _begins, len(rows)),
            completion_ending=self._marker(Kind.COMPLETION_ENDING, rows, lambda row: row.completion_end[::-1])
            or self._sort(Kind.COMPLETION_ENDING, rows, _ends, SIGNS),
            openings=len(openings),
            commonest_opening=max(openings.values(), default=0),
            words=words,
            different_words=len(different),
        )

    def _note(self, kind: Kind, rows: Iterable[Row]) -> None:
        for row in rows:
            self._ledger.add(kind, row.place)

    def _languages(self, kind: Kind, rows: Sequence[Row], text: Callable[[Row], str]) -> tuple[Share, ...]:
        spoken = [language_of(text(row)) for row in rows]
        counts = Counter(spoken)
        known = [(row, language) for row, language in zip(rows, spoken, strict=True) if language != UNKNOWN]
        main = max(counts, key=lambda name: (name != UNKNOWN, counts[name]), default=UNKNOWN)
        odd = [row for row, language in known if language != main]
        if len(known) >= FEWEST and len(odd) * TONGUES >= len(known):
            self._note(kind, odd)
        return tuple(Share(name=name, rows=count) for name, count in counts.most_common())

    def _marker(self, kind: Kind, rows: Sequence[Row], edge: Callable[[Row], str]) -> Share | None:
        if len(rows) < FEWEST:
            return None
        edges = [edge(row) for row in rows]
        marker, count = marker_of(edges)
        if not marker:
            return None
        self._note(kind, [row for row, text in zip(rows, edges, strict=True) if not text.startswith(marker)])
        return Share(name=f"the same {len(marker)} characters", rows=count)

    def _sort(self, kind: Kind, rows: Sequence[Row], sort: Callable[[Row], str], one_in: int) -> Share | None:
        """How most of them begin or end; the others are noted where there is one of them in so many."""
        if len(rows) < FEWEST:
            return None
        ((name, count),) = Counter(map(sort, rows)).most_common(1)
        if (len(rows) - count) * one_in >= len(rows):
            self._note(kind, [row for row in rows if sort(row) != name])
        return Share(name=name, rows=count)


def marker_of(edges: Sequence[str]) -> tuple[str, int]:
    """What at least half of these texts begin with and how many do; empty where it is nothing of two characters.

    It ends with a sign or a line end, for that two texts begin with the same letters marks nothing. Of those it could
    be, it is the longest that loses at most a tenth of the texts that have the commonest.
    """
    commonest = (Counter(edge[:size] for edge in edges).most_common(1)[0] for size in range(EDGE, 1, -1))
    found = [
        (marker, count)
        for marker, count in commonest
        if len(marker) > 1 and 2 * count >= len(edges) and not (marker[-1].isalnum() or marker[-1] == " ")
    ]
    most = max((count for _, count in found), default=0)
    return next(((marker, count) for marker, count in found if 10 * count >= 9 * most), ("", 0))


def _row(block: Block, index: int, *, repeats: bool) -> Row:
    prompt, completion = block.prompts[index], block.completions[index]
    return Row(block.place(index), prompt[:READ], prompt[-EDGE:], completion[:READ], completion[-EDGE:], repeats)


def _words(text: str) -> list[str]:
    return _WORD.findall(text.lower())


def _begins(row: Row) -> str:
    # What is blank altogether is a fault of its own.
    return "a space or line end" if row.completion[:1].isspace() and row.completion.strip() else "no space"


def _ends(row: Row) -> str:
    last = row.completion_end[-1:]
    if last in _SENTENCE:
        return "the end of a sentence"
    if last.isalnum():
        return "a letter or digit"
    return "a space or line end" if last.isspace() else "another sign"
