"""The handbook's topics, and which of them a person means by a word or by several."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property, lru_cache
from typing import Annotated

from pydantic import Field, StringConstraints

from dac.catalog_file import Sources, Text
from dac.errors import Invalid, NotFound
from dac.figures import Frozen, Trust
from dac.handbook_text import Kind, Piece, paragraphs, pieces, rows
from dac.naming import clip, nearest

ODD = re.compile(r"[^\w.%]+")
"""What neither a word nor a number is made of; a hyphen parts words, as a space does."""

SPACED = " · "


class Note(Frozen):
    """What Oracle does today instead of what the handbook says, and where that can be read."""

    text: Annotated[Text, Field(max_length=500)]
    sources: Sources

    @property
    def confirmed(self) -> bool:
        """Whether it may be told as a fact."""
        return all(source.trust is not Trust.UNVERIFIED for source in self.sources)


class Topic(Frozen):
    """A part of the handbook to the letter, by the short word that people type."""

    name: Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
    group: Text
    title: Annotated[Text, Field(max_length=100)]
    gist: Annotated[Text, Field(max_length=150)]
    aliases: tuple[Text, ...] = ()
    text: Annotated[str, StringConstraints(min_length=1, strip_whitespace=True), Field(repr=False)]
    notes: tuple[Note, ...] = ()

    @cached_property
    def pieces(self) -> tuple[Piece, ...]:
        return pieces(self.text)

    @cached_property
    def called(self) -> tuple[str, ...]:
        """Everything it answers to: its name first."""
        return tuple(dict.fromkeys(map(plain, (self.name, self.title, *self.aliases))))

    @cached_property
    def lines(self) -> tuple[tuple[str, str], ...]:
        """Every line, each with the headings it stands under; a table's row is a line."""
        return tuple(_lines(self.pieces))


class Hit(Frozen):
    """A line that says what was looked for; where it is one of the notes, that with its sources."""

    topic: str
    line: str
    note: Note | None = None


@lru_cache(maxsize=4096)
def plain(text: str) -> str:
    """As it is compared: neither case nor punctuation counts."""
    return ODD.sub(" ", text.casefold()).strip()


def find(topics: Sequence[Topic], word: str) -> Topic:
    """The one topic of that name, title or alias, or of which that is the beginning.

    `Invalid` lists them where it could be several, `NotFound` offers the nearest.
    """
    wanted = plain(word)
    rules = (
        lambda topic: wanted in topic.called,
        lambda topic: topic.called[0].startswith(wanted),
        lambda topic: any(name.startswith(wanted) for name in topic.called),
    )
    for rule in rules if wanted else ():
        matches = [topic.name for topic in topics if rule(topic)]
        if len(matches) > 1:
            raise Invalid(f"“{clip(word)}” could be {', '.join(matches[:-1])} or {matches[-1]}: which one?")
        if matches:
            return next(topic for topic in topics if topic.name == matches[0])
    names = {name: topic.name for topic in topics for name in topic.called}
    near = list(dict.fromkeys(names[each] for each in nearest(wanted, list(names))))
    meant = f"Did you mean {' or '.join(near)}?" if near else "`/dac handbook` lists its topics."
    raise NotFound(f"The handbook does not say “{clip(word)}”. {meant}")


def search(topics: Iterable[Topic], words: str) -> tuple[Hit, ...]:
    """Every place that says all the words, the best first.

    That is a topic's name or title, then a line, then a line with the headings over it, then a topic as a whole.
    """
    wanted = plain(words).split()
    found = [ranked for topic in topics for ranked in _hits(topic, wanted)] if wanted else []
    return tuple(hit for _, hit in sorted(found, key=lambda ranked: ranked[0]))


def _hits(topic: Topic, wanted: Sequence[str]) -> Iterator[tuple[int, Hit]]:
    said: list[tuple[str, str, Note | None]] = [(line, above, None) for line, above in topic.lines]
    said += [(note.text, topic.title, note) for note in topic.notes]
    found = [(rank, line, note) for line, above, note in said if (rank := _rank(line, above, wanted)) is not None]
    if _all(wanted, " ".join(topic.called)):
        yield 0, Hit(topic=topic.name, line=topic.title)
    elif not found and _all(wanted, " ".join((*topic.called, *(line for line, _, _ in said)))):
        yield 3, Hit(topic=topic.name, line=topic.title)
    yield from (
        (rank, Hit(topic=topic.name, line=line, note=note)) for rank, line, note in found if line != topic.title
    )


def _rank(line: str, above: str, wanted: Sequence[str]) -> int | None:
    if _all(wanted, line):
        return 1
    beside = any(word in plain(line) for word in wanted)
    return 2 if beside and _all(wanted, f"{above} {line}") else None


def _all(wanted: Iterable[str], text: str) -> bool:
    compared = plain(text)
    return all(word in compared for word in wanted)


def _lines(parts: Iterable[Piece]) -> Iterator[tuple[str, str]]:
    heading = ""
    for piece in parts:
        if piece.kind is Kind.HEADING:
            heading = piece.text
            yield piece.text, ""
        elif piece.kind is Kind.TABLE:
            yield from ((SPACED.join(row), heading) for row in rows(piece.text))
        else:
            for paragraph in paragraphs(piece.text):
                first = paragraph.partition("\n")[0]
                yield from ((line.strip(), f"{heading} {first}") for line in paragraph.splitlines())
                if piece.kind is Kind.LINES:
                    heading = first
