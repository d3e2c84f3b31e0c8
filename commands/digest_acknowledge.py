"""/dac digest acknowledge: a line of the digest is known, and need not be told again as it is."""

from __future__ import annotations

from commands._blocks import actions, button, context, section
from commands._command import Call, Command, Group, Reply, Services
from commands._digest_marks import AGAIN, OfLine, marked, meant, shown, typed, whose
from dac.marks import MarkKind


def run(args: OfLine, call: Call, services: Services) -> Reply:
    found = meant(args.line, call, services, mine=args.mine)
    mark = marked(found, MarkKind.ACKNOWLEDGED, call, services)
    services.marks.mark(mark)
    text = f"Acknowledged in {whose(found.place, call)}: {shown(mark.text, mark.key)}."
    undo = button("Undo", typed("unmark", mark.key, mine=found.place == call.user))
    return Reply(text=text, blocks=[section(text), context(AGAIN[mark.kind]), actions(undo)])


COMMAND = Command(
    name="digest acknowledge",
    summary="Say that a line of the digest is known: it stays away until it grows worse, or is gone and comes back.",
    arguments=OfLine,
    run=run,
    examples=("digest acknowledge idle:abc123", "digest acknowledge 2 --mine"),
    aliases=("digest ack",),
    group=Group.LOOK,
    order=18,
)
