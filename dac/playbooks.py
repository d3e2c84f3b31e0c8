"""Playbooks: for what people complain of its possible causes, how each is looked for, and what helps."""

from __future__ import annotations

import string
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, cached_property
from importlib.resources import files
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints, TypeAdapter, field_validator
from rapidfuzz import fuzz

from dac.catalog_file import Text, read, tables
from dac.checks import CHECKS
from dac.errors import Invalid, NotFound
from dac.figures import Frozen
from dac.handbook_topics import plain
from dac.naming import clip, nearest
from dac.thresholds import Thresholds

FOLDER = "playbook_files"
THRESHOLDS = "thresholds.toml"
"""The file in a team's folder that is no playbook but says what counts as slow, idle, and so on."""

PLACEHOLDERS = ("cluster", "endpoint", "units", "region")
"""What may stand in braces in a command line, and is filled in from what is looked into."""

ALIKE = 85
"""How much of a word must be as it is written in a playbook, of 100."""

SHORT = 4
"""Letters of a word up to which it must be written as it is: “404” is not “403”."""

About = Literal["hosting", "fine-tuning", "cluster", "fleet"]
"""What is looked into: a cluster of a type, any cluster, or all there is where no cluster is named."""


def _placeholders(line: str) -> str:
    try:
        named = [name for _, name, _, _ in string.Formatter().parse(line) if name is not None]
    except ValueError as error:
        raise ValueError(f"is no command line: {error}") from None
    for name in named:
        if name not in PLACEHOLDERS:
            raise ValueError(f"holds {{{name}}}, which is none of {', '.join(PLACEHOLDERS)}")
    if line.startswith(("{", "/")):
        raise ValueError("must begin with a command, such as “scale {cluster} {units}”, without /dac")
    return line


def _https(url: str) -> str:
    if not url.startswith("https://") or any(letter in url for letter in " <>|"):
        raise ValueError("must be an address that begins with https://")
    return url


class Remedy(Frozen):
    """What helps, in words; with a `link` to read, or a `command` line that a button called `label` means."""

    text: Annotated[Text, Field(max_length=300)]
    link: Annotated[Text, AfterValidator(_https), Field(max_length=500)] | None = None
    command: Annotated[Text, AfterValidator(_placeholders), Field(max_length=500)] | None = None
    label: Annotated[Text, Field(max_length=60)] | None = None


class Cause(Frozen):
    """`note` is what Oracle does today where the handbook says otherwise. Any one of the checks can find it."""

    text: Annotated[Text, Field(max_length=200)]
    checks: Annotated[tuple[str, ...], Field(min_length=1)]
    note: Annotated[Text, Field(max_length=300)] | None = None
    remedies: Annotated[tuple[Remedy, ...], Field(min_length=1, max_length=5)]

    @field_validator("checks")
    @classmethod
    def _known(cls, checks: tuple[str, ...]) -> tuple[str, ...]:
        for name in checks:
            if name not in CHECKS:
                near = nearest(name, list(CHECKS))
                raise ValueError(
                    f"names “{clip(name)}”, which is no check{f'; did you mean {near[0]}?' if near else ''}"
                )
        return checks


class Playbook(Frozen):
    """`name` is its file's; `order` is its place in the list, the smallest first."""

    name: Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=40)]
    title: Annotated[Text, Field(max_length=80)]
    about: About
    gist: Annotated[Text, Field(max_length=150)]
    words: Annotated[tuple[Text, ...], Field(min_length=1)]
    order: int = 100
    causes: Annotated[tuple[Cause, ...], Field(min_length=1, max_length=12)]

    @cached_property
    def called(self) -> tuple[str, ...]:
        """Everything it answers to: its name first."""
        return tuple(dict.fromkeys(map(plain, (self.name, self.title, *self.words))))

    def fits(self, kind: str) -> bool:
        """Whether it is about clusters of that type, such as "HOSTING"."""
        return self.about in {"cluster", "fleet"} or self.about == kind.casefold().replace("_", "-")


class Playbooks(Frozen):
    """All of them in order, and the thresholds their checks go by."""

    playbooks: tuple[Playbook, ...]
    thresholds: Thresholds = Thresholds()

    def find(self, words: str) -> Playbook:
        """The one that is called so, begins so, or is meant by the words; `NotFound` offers the nearest."""
        wanted = plain(words)
        for each in self.playbooks:
            if wanted in each.called:
                return each
        begins = [each for each in self.playbooks if wanted and any(name.startswith(wanted) for name in each.called)]
        if len(begins) == 1:
            return begins[0]
        if heard := self.heard(words):
            return heard
        named = {name: each.name for each in self.playbooks for name in each.called}
        near = list(dict.fromkeys(named[name] for name in nearest(wanted, list(named))))
        meant = f"Did you mean {' or '.join(near)}?" if near else "`/dac playbook` lists them."
        raise NotFound(f"There is no playbook for “{clip(words)}”. {meant}")

    def heard(self, text: str, *, least: int = 1) -> Playbook | None:
        """The one of whose words most are in a text, all of a phrase; none for phrases of fewer than `least` words."""
        said = plain(text).split()
        found = [
            (len(phrase.split()), len(phrase), -place, each)
            for place, each in enumerate(self.playbooks)
            for phrase in each.called
            if len(phrase.split()) >= least and _in(phrase.split(), said)
        ]
        return max(found, key=lambda ranked: ranked[:3])[3] if found else None


@cache
def shipped() -> Playbooks:
    """Those that come with this package."""
    return load({})


def load(own: Mapping[str, str]) -> Playbooks:
    """The playbooks with a team's own files beside them, or in place of those of the same name, by file name.

    Raises `Invalid` with one sentence that names the file and the place in it where something is wrong.
    """
    texts = {each.name: each.read_text(encoding="utf-8") for each in (files("dac") / FOLDER).iterdir()} | dict(own)
    said = tables(texts.pop(THRESHOLDS, ""), THRESHOLDS)
    thresholds = read(TypeAdapter(Thresholds), said, {}, file=THRESHOLDS)
    found = [_playbook(file, text) for file, text in sorted(texts.items())]
    found.sort(key=lambda each: each.order)
    for fault in _twice(found):
        raise Invalid(fault)
    return Playbooks(playbooks=tuple(found), thresholds=thresholds)


def _playbook(file: str, text: str) -> Playbook:
    raw = tables(text, file)
    if "name" in raw:
        raise Invalid(f"{file}: name is the file's: leave it out.")
    return read(TypeAdapter(Playbook), {**raw, "name": file.removesuffix(".toml")}, {}, file=file)


def _twice(found: Sequence[Playbook]) -> Iterator[str]:
    owners: dict[str, str] = {}
    for each in found:
        for word in each.called:
            if word in owners:
                yield f"{each.name}.toml: in words: “{word}” already means {owners[word]}."
            owners[word] = each.name


def _in(phrase: Sequence[str], said: Sequence[str]) -> bool:
    return bool(phrase) and all(any(_alike(word, other) for other in said) for word in phrase)


def _alike(word: str, other: str) -> bool:
    if len(word) <= SHORT or len(other) <= SHORT:
        return word == other
    return fuzz.ratio(word, other) >= ALIKE
