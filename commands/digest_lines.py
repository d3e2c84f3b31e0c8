"""/dac digest lines: every line of the last digest by its number, and what is hidden by whom."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated

from pydantic import Field

from commands._blocks import SECTION_TEXT, Block, actions, button, context, date, length, section
from commands._command import Arguments, Call, Command, Group, Option, Reply, Services
from commands._digest_marks import WORDS, gist, out_of_sight, places, shown, typed, whose
from dac.digest import Digest
from dac.errors import NotFound
from dac.marks import Mark

MOST_LINES = 20
MOST_ELSEWHERE = 10
MOST_TEXT = 6_000
"""Characters after which no further digest is listed."""

MOST_BUTTONS = 5


class Lines(Arguments):
    mine: Annotated[bool, Option(), Field(description="Of your own digests, not the channel's")] = False


def run(args: Lines, call: Call, services: Services) -> Reply:
    for place in places(call, mine=args.mine):
        told, marks = services.marks.digests(place), services.marks.of(place)
        if told or marks:
            return _listed(place, told, marks, call)
    raise NotFound("No digest has been told here yet, nor to you: `/dac digest` tells you one.")


def _listed(place: str, told: tuple[Digest, ...], marks: tuple[Mark, ...], call: Call) -> Reply:
    blocks: list[Block] = []
    away: dict[str, Mark] = {}
    for number, digest in enumerate(told):
        hiding = out_of_sight(digest, marks)
        away |= hiding
        blocks.append(section(f"*{digest.scope.words[:1].upper()}{digest.scope.words[1:]}*, as of {date(digest.at)}"))
        blocks += _sections(_lines(digest, hiding, numbered=number == 0))
        if length(blocks) > MOST_TEXT:
            break
    elsewhere = [each for each in marks if each.key not in away]
    if elsewhere:
        said = [f"• {shown(each.text, each.key)} — {_said(each)}" for each in elsewhere[:MOST_ELSEWHERE]]
        blocks += [section("*In none of these, and still out of sight if they come back*"), *_sections(iter(said))]
    undo = [
        button(f"Show {each.key}", typed("unmark", each.key, mine=place == call.user)) for each in marks[:MOST_BUTTONS]
    ]
    if undo:
        blocks.append(actions(*undo))
    blocks.append(context("`/dac digest acknowledge`, `snooze` and `unmark` take a line's number or its key."))
    hidden = f"{len(away)} of them out of sight" if away else "none of them out of sight"
    text = f"{sum(len(each.lines) for each in told)} lines in {whose(place, call)}, {hidden}."
    return Reply(text=text, blocks=[section(text), *blocks])


def _lines(digest: Digest, hiding: Mapping[str, Mark], *, numbered: bool) -> Iterator[str]:
    for number, line in enumerate(digest.lines[:MOST_LINES], start=1):
        before = f"{number}. " if numbered else "• "
        after = f" — {_said(hiding[line.key])}" if line.key in hiding else ""
        yield f"{before}{shown(gist(line), line.key)}{after}"
    if len(digest.lines) > MOST_LINES:
        yield f"and {len(digest.lines) - MOST_LINES} more"
    if not digest.lines:
        yield "It has no lines."


def _said(mark: Mark) -> str:
    until = f" until {date(mark.until)}" if mark.until else ""
    return f"{WORDS[mark.kind].lower()}{until} by <@{mark.by}>"


def _sections(lines: Iterator[str]) -> list[Block]:
    found, held = list[Block](), ""
    for each in lines:
        if held and len(held) + len(each) >= SECTION_TEXT:
            found.append(section(held))
            held = ""
        held = f"{held}\n{each}" if held else each
    return [*found, section(held)]


COMMAND = Command(
    name="digest lines",
    summary="Every line of the last digest here with its number, and which are acknowledged or put off, and by whom.",
    arguments=Lines,
    run=run,
    examples=("digest lines", "digest lines --mine"),
    group=Group.LOOK,
    order=18,
)
