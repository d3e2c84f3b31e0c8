"""The handbook's text in Slack's blocks: its own words to the letter, tables row by row, cut into pages."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import zip_longest

from commands._blocks import (
    MESSAGE_BLOCKS,
    MESSAGE_TEXT,
    PIECE,
    SECTION_TEXT,
    Block,
    clip,
    escape,
    length,
    section,
)
from commands._words import linked
from dac.handbook import Note
from dac.handbook_text import Kind, Piece, rows

FENCE = "```"
BOLD = re.compile(r"\*\*(.+?)\*\*")
LINK = re.compile(r"\[([^\]]+)\]\((https://[^)\s|]+)\)")

PAGE_BLOCKS = MESSAGE_BLOCKS - 10
PAGE_TEXT = MESSAGE_TEXT - 2000
"""What a page leaves to the buttons and the small print below it."""


def drawn(pieces: Iterable[Piece]) -> list[Block]:
    """A topic's text; headings stand with what follows them."""
    parts: list[list[str]] = [[]]
    before = Kind.HEADING
    for piece in pieces:
        if piece.kind is Kind.HEADING and before is not Kind.HEADING:
            parts.append([])
        parts[-1] += _texts(piece)
        before = piece.kind
    return [block for texts in parts for block in packed(texts)]


def line(text: str, most: int) -> str:
    """A line of it by itself."""
    return _formatted(escape(clip(text, most)))


def today(notes: Iterable[Note]) -> list[Block]:
    """What Oracle does today instead."""
    lines = [f"• {told(note)}" for note in notes]
    return packed(["*Today*", *lines]) if lines else []


def packed(texts: Iterable[str]) -> list[Block]:
    """Texts, each at most a section long, in as few sections as hold them."""
    blocks, held = [], ""
    for text in texts:
        if held and len(held) + len(text) >= SECTION_TEXT:
            blocks.append(section(held))
            held = ""
        held = f"{held}\n{text}" if held else text
    return [*blocks, section(held)] if held else blocks


def pages(blocks: Iterable[Block]) -> list[list[Block]]:
    """As many blocks a message as Slack takes; at least one message."""
    made: list[list[Block]] = [[]]
    for block in blocks:
        if len(made[-1]) >= PAGE_BLOCKS or length([*made[-1], block]) > PAGE_TEXT:
            made.append([])
        made[-1].append(block)
    return made


def told(note: Note) -> str:
    """With its sources; what nobody has confirmed says so first."""
    said = escape(note.text) if note.confirmed else f"_Not confirmed:_ {escape(note.text)}"
    return f"{said} ({'; '.join(map(linked, note.sources))})"


def _texts(piece: Piece) -> Iterator[str]:
    match piece.kind:
        case Kind.HEADING:
            yield from (f"*{part}*" for part in _parts(piece.text))
        case Kind.CODE:
            yield from (f"{FENCE}\n{part}\n{FENCE}" for part in _parts(piece.text))
        case Kind.TABLE:
            yield from (part for row in _rows(rows(piece.text)) for part in _parts(row))
        case _:
            yield from map(_formatted, _parts(piece.text))


def _formatted(escaped: str) -> str:
    """Markdown's bold and links as Slack writes them."""
    return LINK.sub(r"<\2|\1>", BOLD.sub(r"*\1*", escaped))


def _rows(table: Sequence[Sequence[str]]) -> Iterator[str]:
    """A row as a paragraph, for a phone is narrow: its first cell, then each other one after its column's heading."""
    heads: Sequence[str] = ()
    for place, (first, *cells) in enumerate(table, 1):
        if not cells:
            yield f"*{first}*"
        elif heads:
            told = (f"{head}: {cell}" for head, cell in zip_longest(heads[1:], cells, fillvalue="-"))
            yield f"{heads[0]}: *{first}*\n{' · '.join(told)}"
        elif place < len(table):
            heads = (first, *cells)
        else:
            yield f"*{first}*\n{' · '.join(cells)}"


def _parts(text: str) -> Iterator[str]:
    """Escaped, in parts that a section holds."""
    held = ""
    cut = (whole[at : at + PIECE] for whole in text.splitlines() for at in range(0, len(whole) or 1, PIECE))
    for part in map(escape, cut):
        if held and len(held) + len(part) > SECTION_TEXT - 100:
            yield held
            held = part
        else:
            held = f"{held}\n{part}" if held else part
    yield held
