"""How the handbook's Markdown is read: headings, fenced blocks, lists and tables drawn with lines."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from enum import StrEnum

from dac.figures import Frozen

FENCE = "```"
MATTER = "---"
HEADING = re.compile(r"#{1,6} +(\S.*)")
NUMBERED = re.compile(r"\d+\. +")
BULLET = re.compile(r" *[-*] +")
CELLS, FRAME = "│", "┌├└"


class Kind(StrEnum):
    HEADING = "heading"
    CODE = "code"
    TABLE = "table"
    LINES = "lines"


class Piece(Frozen):
    """A part of a text: of a heading its words alone, of a fenced block what stands between the fences."""

    kind: Kind
    text: str
    language: str = ""


def pieces(text: str) -> tuple[Piece, ...]:
    """The text in its parts, blank lines between them left out; a fence nobody closed reaches to the end."""
    return tuple(_pieces(text.splitlines()))


def _pieces(lines: Sequence[str]) -> Iterator[Piece]:
    held: list[str] = []
    at = 0
    while at < len(lines):
        line = lines[at]
        heading = HEADING.fullmatch(line)
        matter = at == 0 and line == MATTER
        if not (heading or matter or line.startswith(FENCE)):
            held.append(line)
            at += 1
            continue
        yield from _plain(held)
        held = []
        if heading:
            yield Piece(kind=Kind.HEADING, text=heading[1])
            at += 1
            continue
        end = next((place for place in range(at + 1, len(lines)) if lines[place] == line[:3]), len(lines))
        inside = "\n".join(lines[at + 1 : end])
        drawn = inside.startswith(tuple(FRAME))
        language = "yaml" if matter else line.removeprefix(FENCE)
        yield Piece(kind=Kind.TABLE if drawn else Kind.CODE, text=inside, language=language)
        at = end + 1
    yield from _plain(held)


def _plain(lines: Sequence[str]) -> Iterator[Piece]:
    text = "\n".join(lines).strip("\n")
    if text:
        yield Piece(kind=Kind.LINES, text=text)


def rows(table: str) -> list[list[str]]:
    """The cells of a table drawn with lines, row by row; its frame is left out."""
    drawn = [line.strip() for line in table.splitlines() if line.strip().startswith(CELLS)]
    return [[cell.strip() for cell in line.strip(CELLS).split(CELLS)] for line in drawn]


def items(text: str) -> tuple[str, ...]:
    """What is listed, without its bullets."""
    return tuple(line[bullet.end() :].strip() for line in text.splitlines() if (bullet := BULLET.match(line)))


def groups(text: str) -> list[tuple[str, tuple[str, ...]]]:
    """Paragraphs that are lists: what each is called, such as "Causes:" or "1. QUANTITY", and its items."""
    parted = (paragraph.partition("\n") for paragraph in paragraphs(text))
    return [(NUMBERED.sub("", first, count=1).removesuffix(":"), items(rest)) for first, _, rest in parted]


def paragraphs(text: str) -> list[str]:
    """What blank lines part."""
    return [each.strip("\n") for each in re.split(r"\n[ \t]*\n", text) if each.strip()]
