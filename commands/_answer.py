"""An answer in which every figure says where it comes from: lines with footnotes, and the footnotes at its end."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from commands._blocks import (
    SECTION_TEXT,
    Block,
    actions,
    clip,
    context,
    divider,
    escape,
    fields,
    header,
    section,
)
from commands._command import Reply
from commands._words import linked
from dac.figures import Figure, Price, Source, Trust, Unknown

SUPERSCRIPT = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
BETWEEN = "\N{NARROW NO-BREAK SPACE}"
"""Between two marks: ¹ ² is not ¹²."""

ASKED = "You asked: "
"""How a line begins that repeats a person's own figures, which have no other source."""

Cited = Source | Price | Figure | Unknown
"""What a line can rest on; an unknown names no source, it says in words what would settle it."""

Line = tuple[str, Sequence[Cited]]


class Answer:
    """Built line by line, in mrkdwn whose text from elsewhere is escaped already; `reply` ends it with its sources.

    A source that nobody has confirmed is refused: what rests on it is not shown as a fact.
    """

    def __init__(self, text: str) -> None:
        """`text` is the whole answer in a sentence, for notifications and screen readers; escaped here."""
        self._text = text
        self._blocks: list[Block] = []
        self._sources: dict[Source, int] = {}

    def header(self, text: str) -> None:
        self._blocks.append(header(text))

    def asked(self, text: str) -> None:
        """What the person gave, in small print."""
        self._blocks.append(context(f"{ASKED}{text}"))

    def say(self, text: str, *cited: Cited) -> None:
        """A paragraph; the marks stand at its end."""
        self._blocks.append(section(self.marked(text, cited)))

    def lines(self, lines: Iterable[Line], beside: Block | None = None) -> None:
        """Several lines, each with its own marks, in as few sections as they fit; a menu may stand beside the last."""
        held = ""
        for text, cited in lines:
            line = self.marked(text, cited)
            if held and len(held) + len(line) >= SECTION_TEXT:
                self._blocks.append(section(held))
                held = ""
            held = f"{held}\n{line}" if held else line
        if held:
            self._blocks.append(section(held, beside))

    def table(self, pairs: Iterable[tuple[str, str, Sequence[Cited]]]) -> None:
        """Up to ten labelled values, two in a row."""
        self._blocks.append(fields([(label, self.marked(value, cited)) for label, value, cited in pairs]))

    def small(self, text: str, *cited: Cited) -> None:
        """An aside in small print."""
        self._blocks.append(context(self.marked(text, cited)))

    def asides(self, texts: Iterable[Line]) -> None:
        """Several of them, one below the other, in as few blocks as they fit."""
        self._blocks += _small(self.marked(text, cited) for text, cited in texts)

    def rule(self) -> None:
        self._blocks.append(divider())

    def block(self, block: Block) -> None:
        """Something without figures of its own, such as a picture."""
        self._blocks.append(block)

    def marked(self, text: str, cited: Iterable[Cited]) -> str:
        """The text with its marks, for a place that this class has no method for."""
        marks = dict.fromkeys(self._mark(source) for each in cited for source in _sources(each))
        return f"{text} {BETWEEN.join(marks)}" if marks else text

    def reply(self, *buttons: Block, public: bool = False) -> Reply:
        blocks = list(self._blocks)
        if buttons:
            blocks.append(actions(*buttons))
        blocks += self._footnotes()
        return Reply(text=clip(escape(self._text), SECTION_TEXT), blocks=blocks, public=public)

    def _mark(self, source: Source) -> str:
        if source.trust is Trust.UNVERIFIED:
            raise ValueError(f"{source} is not confirmed, and nothing that rests on it is a fact")
        return str(self._sources.setdefault(source, len(self._sources) + 1)).translate(SUPERSCRIPT)

    def _footnotes(self) -> list[Block]:
        return _small(f"{self._mark(each)} {linked(each)}" for each in self._sources)


FOOTNOTES = 1900
"""Characters of footnotes in one block: a context's text holds 2,000."""


def _small(notes: Iterable[str]) -> list[Block]:
    """In as few blocks as they fit."""
    blocks: list[Block] = []
    held = ""
    for note in notes:
        if held and len(held) + len(note) > FOOTNOTES:
            blocks.append(context(held))
            held = ""
        held = f"{held}\n{note}" if held else note
    return [*blocks, context(held)] if held else blocks


def _sources(cited: Cited) -> tuple[Source, ...]:
    if isinstance(cited, Source):
        return (cited,)
    return () if isinstance(cited, Unknown) else cited.sources
