"""/dac digest unmark: a line that was acknowledged or put off is told again."""

from __future__ import annotations

from commands._command import Call, Command, Group, Reply, Services
from commands._digest_marks import OfLine, places, shown, whose
from commands._digest_marks import meant as meant_line
from dac.errors import NotFound
from dac.marks import Mark


def run(args: OfLine, call: Call, services: Services) -> Reply:
    key = args.line.strip("`")
    if key.isascii() and key.isdigit():
        key = meant_line(key, call, services, mine=args.mine).line.key
    mark = _taken_back(key, args, call, services)
    return Reply(text=f"Told again in {whose(mark.place, call)}, from now on: {shown(mark.text, mark.key)}.")


def _taken_back(key: str, args: OfLine, call: Call, services: Services) -> Mark:
    """The channel's, else one's own; a line need not be in the last digest for that."""
    *first, last = places(call, mine=args.mine)
    for place in first:
        try:
            return services.marks.unmark(place, key)
        except NotFound:
            continue
    return services.marks.unmark(last, key)


COMMAND = Command(
    name="digest unmark",
    summary="Have a line told again that was acknowledged or put off.",
    arguments=OfLine,
    run=run,
    examples=("digest unmark idle:abc123",),
    aliases=("digest undo",),
    group=Group.LOOK,
    order=18,
)
