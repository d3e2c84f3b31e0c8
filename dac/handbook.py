"""The team's handbook: its own words, what they say in figures, and what Oracle does today instead."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Annotated, Any, get_type_hints

from pydantic import Field, TypeAdapter

from dac.catalog_file import SOURCES, Day, Text, read, tables
from dac.errors import Invalid
from dac.figures import Frozen, Source, Trust
from dac.handbook_reading import READERS
from dac.handbook_tables import (
    Alarm,
    Capabilities,
    Formula,
    Guideline,
    Issue,
    KeyMetric,
    Link,
    Preset,
    Quality,
    SelectionRow,
    Snippets,
    Statement,
    Tables,
    TrafficBand,
    TuningBand,
)
from dac.handbook_topics import Hit, Note, Topic, find, search

__all__ = [
    "Alarm",
    "Capabilities",
    "Formula",
    "Guideline",
    "Handbook",
    "Hit",
    "Issue",
    "KeyMetric",
    "Link",
    "Note",
    "Preset",
    "Quality",
    "SelectionRow",
    "Snippets",
    "Statement",
    "Topic",
    "TrafficBand",
    "TuningBand",
    "load",
    "shipped",
]

PAGES = "handbook_pages"
INDEX = "handbook.toml"

FIELDS: Mapping[str, TypeAdapter[Any]] = {
    name: TypeAdapter(kind)
    for name, kind in get_type_hints(Tables, include_extras=True).items()
    if name in Tables.model_fields
}


class Group(Frozen):
    """Topics that are listed together."""

    name: Text
    topics: Annotated[tuple[Text, ...], Field(min_length=1)]


class Index(Frozen):
    """What the handbook is called, which topics it has in which order, and the sources its notes name."""

    title: Text
    as_of: Day
    groups: Annotated[tuple[Group, ...], Field(min_length=1)]
    sources: dict[str, Source]


class Handbook(Tables):
    """All of it: `topics` have the words, the fields of `Tables` the figures that stand in them."""

    source: Source
    topics: tuple[Topic, ...]

    def topic(self, word: str) -> Topic:
        """By its name, title or alias, or the beginning of one; `NotFound` offers the nearest."""
        return find(self.topics, word)

    def search(self, words: str) -> tuple[Hit, ...]:
        """Every place that says all the words, the best first."""
        return search(self.topics, words)


@cache
def shipped() -> Handbook:
    """The handbook that comes with this package."""
    return load({})


def load(own: Mapping[str, str]) -> Handbook:
    """The handbook with a team's own edition of some files, by name; those missing come from the package.

    Raises `Invalid` with one sentence that names the file and the place in it where something is wrong.
    """
    texts = {each.name: each.read_text(encoding="utf-8") for each in (files("dac") / PAGES).iterdir()} | dict(own)
    index = _index(texts)
    topics = tuple(_topics(index, texts))
    source = Source(title=index.title, as_of=index.as_of, trust=Trust.TEAM)
    return Handbook(source=source, topics=topics, **_figures(topics))


def _index(texts: Mapping[str, str]) -> Index:
    raw = tables(texts[INDEX], INDEX)
    sources = read(SOURCES, raw.pop("sources", {}), {}, "sources", file=INDEX)
    index = read(TypeAdapter(Index), {**raw, "sources": sources}, {}, file=INDEX)
    listed = [name for group in index.groups for name in group.topics]
    for fault in _faults(listed, texts):
        raise Invalid(f"{INDEX}: groups {fault}.")
    return index


def _faults(listed: Sequence[str], texts: Mapping[str, str]) -> Iterator[str]:
    yield from (f"lists “{name}” twice" for name in listed if listed.count(name) > 1)
    yield from (f"lists “{name}”, and there is no file {name}.toml" for name in listed if f"{name}.toml" not in texts)
    yield from (f"must list “{name}”, whose figures are used" for name in READERS if name not in listed)
    strangers = sorted(texts.keys() - {INDEX, *(f"{name}.toml" for name in listed)})
    yield from (f"must list “{file.removesuffix('.toml')}”, for there is a file {file}" for file in strangers)


def _topics(index: Index, texts: Mapping[str, str]) -> Iterator[Topic]:
    owners: dict[str, str] = {}
    for group in index.groups:
        for name in group.topics:
            file = f"{name}.toml"
            raw = {**tables(texts[file], file), "name": name, "group": group.name}
            topic = read(TypeAdapter(Topic), raw, index.sources, file=file)
            for word in topic.called:
                if word in owners:
                    raise Invalid(f"{file}: “{word}” already means {owners[word]}.")
                owners[word] = name
            yield topic


def _figures(topics: Iterable[Topic]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    snippets: dict[str, str] = {}
    for topic in topics:
        try:
            raw = READERS[topic.name](topic.pieces) if topic.name in READERS else {}
        except ValueError as error:
            raise Invalid(f"{topic.name}.toml: in text: {error}.") from error
        snippets |= raw.pop("snippets", {})
        found |= {name: read(FIELDS[name], said, {}, name, file=f"{topic.name}.toml") for name, said in raw.items()}
    return {**found, "snippets": Snippets(**snippets)}
