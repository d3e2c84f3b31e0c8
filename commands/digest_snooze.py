"""/dac digest snooze: a line of the digest is not to be told for a while."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from commands._advice import typed_as
from commands._blocks import actions, button, context, date, section
from commands._command import Call, Command, Group, Reply, Rest, Services
from commands._digest_marks import AGAIN, OfLine, marked, meant, shown, typed, whose
from commands._when import span
from dac.marks import MarkKind

WEEK = "7d"
QUOTES = '"“”„'


def _length(text: str) -> str:
    """People quote what has several words, and a phone does so with its own quotes."""
    bare = text.strip(QUOTES)
    span(bare)
    return bare


class Snooze(OfLine):
    time: Annotated[
        str,
        Rest(after=""),
        typed_as(_length),
        Field(min_length=1, max_length=80, title="7d", description="For how long, such as 7d or 2 weeks"),
    ] = WEEK


def run(args: Snooze, call: Call, services: Services) -> Reply:
    found = meant(args.line, call, services, mine=args.mine)
    until = services.now() + span(args.time)
    mark = marked(found, MarkKind.SNOOZED, call, services).model_copy(update={"until": until})
    services.marks.mark(mark)
    text = f"Put off in {whose(found.place, call)} until {date(until)}: {shown(mark.text, mark.key)}."
    undo = button("Undo", typed("unmark", mark.key, mine=found.place == call.user))
    return Reply(text=text, blocks=[section(text), context(AGAIN[mark.kind]), actions(undo)])


COMMAND = Command(
    name="digest snooze",
    summary="Put a line of the digest off for a while, a week if you do not say how long; then it comes back.",
    arguments=Snooze,
    run=run,
    examples=("digest snooze idle:abc123", "digest snooze lease:12 2 weeks"),
    group=Group.LOOK,
    order=18,
)
