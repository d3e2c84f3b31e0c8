"""Which line of which digest somebody means: by its key or its number, of the channel's digests or of their own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, NamedTuple

from pydantic import Field

from commands._blocks import escape, named
from commands._command import Arguments, Call, Option, Services, Word
from dac.advice import word
from dac.digest import Digest, Kind, Line
from dac.errors import NotFound
from dac.marks import Mark, MarkKind, figures, hidden
from dac.naming import clip, nearest

WORDS = {MarkKind.ACKNOWLEDGED: "Acknowledged", MarkKind.SNOOZED: "Put off"}
SUMS = frozenset({Kind.BUDGET, Kind.IDLE, Kind.OVERSIZED, Kind.MOVER})
"""Lines with a sum behind them."""

SHORT = 120
"""Characters of a line where it is only named."""

AGAIN = {
    MarkKind.ACKNOWLEDGED: "It stays out of later digests here until its figure has grown by a fifth, or it is gone "
    "for a digest and comes back. No sum changes.",
    MarkKind.SNOOZED: "It stays out of digests here until then. No sum changes.",
}


class OfLine(Arguments):
    line: Annotated[
        str,
        Word(fixed=True),
        Field(
            min_length=1,
            max_length=200,
            title="line",
            description="What stands behind the line, such as idle:abc123, or its number in /dac digest lines",
        ),
    ]
    mine: Annotated[bool, Option(), Field(description="Of your own digests, not the channel's")] = False


class Meant(NamedTuple):
    place: str
    digest: Digest
    line: Line


def places(call: Call, *, mine: bool) -> tuple[str, ...]:
    """Whose digests are meant, the first that has the line: the channel's, else one's own."""
    return (call.user,) if mine or call.channel == call.user else (call.channel, call.user)


def meant(line: str, call: Call, services: Services, *, mine: bool) -> Meant:
    """`NotFound` with the nearest where no digest told there has it."""
    seen: list[str] = []
    for place in places(call, mine=mine):
        told = services.marks.digests(place)
        if told and line.isascii() and line.isdigit():
            return _numbered(int(line), place, told[0])
        for digest in told:
            if found := digest.line(line.strip("`")):
                return Meant(place, digest, found)
            seen += [each.key for each in digest.lines]
    if not seen:
        raise NotFound("No digest has been told here yet, nor to you: `/dac digest` tells you one.")
    near = nearest(line, seen)
    hint = f"Did you mean `{near[0]}`?" if near else "`/dac digest lines` lists them."
    raise NotFound(f"No line of the last digest here is called “{clip(line)}”. {hint}")


def _numbered(number: int, place: str, digest: Digest) -> Meant:
    if not 1 <= number <= len(digest.lines):
        raise NotFound(f"The last digest here has {len(digest.lines)} lines; `/dac digest lines` lists them.")
    return Meant(place, digest, digest.lines[number - 1])


def marked(found: Meant, kind: MarkKind, call: Call, services: Services) -> Mark:
    """The mark that somebody gives a line now; not kept yet."""
    return Mark(
        place=found.place,
        scope=str(found.digest.scope),
        key=found.line.key,
        kind=kind,
        by=call.user,
        at=services.now(),
        figure=found.line.figure,
        text=gist(found.line),
    )


def gist(line: Line) -> str:
    """Plain, in one line."""
    return clip(f"{line.name}: {line.text}" if line.name else line.text, SHORT)


def shown(text: str, key: str) -> str:
    """A line where it is named: what it says, and what to type for it."""
    return f"{named(text, SHORT)} (`{escape(key)}`)"


def typed(verb: str, key: str, *, mine: bool, more: str = "") -> str:
    """The command line of a button beside a line."""
    return " ".join(filter(None, ["digest", verb, word(key), more, "--mine" if mine else ""]))


def explaining(key: str, *, mine: bool) -> str:
    """The command line of the button that shows the sum behind a line or a total."""
    return " ".join(filter(None, ["cost explain", key, "--mine" if mine else ""]))


def whose(place: str, call: Call) -> str:
    """After "in"."""
    return "your own digests" if place == call.user else "this channel's digests"


def out_of_sight(digest: Digest, marks: tuple[Mark, ...]) -> Mapping[str, Mark]:
    """The marks that hide lines of a digest, by the lines' keys."""
    return hidden(marks, figures(digest), digest.at)
