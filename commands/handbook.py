"""/dac handbook: the team's handbook to the letter with what Oracle does today, or where in it something is said."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated

from pydantic import Field

from commands import _handbook
from commands._blocks import Block, actions, button, clip, context, escape, section
from commands._command import Arguments, Call, Command, Group, Option, Reply, Rest, Services, Word
from commands._parse import understood
from commands._words import linked
from dac import naming
from dac.errors import Invalid, NotFound
from dac.handbook import Handbook, Hit, Topic
from dac.handbook_topics import plain

LINE = 300
"""Characters of a place that is found."""

FALLBACK = 3000

OFFERS: Mapping[str, str] = {
    "size hosting": "Size a hosting cluster …",
    "size fine-tuning": "Size a fine-tune …",
    "finetune": "Ask for a fine-tune …",
    "dataset check": "Check a data set …",
    "model": "Models of today …",
    "cost": "What it costs …",
    "playbook": "Playbooks …",
    "status": "Status of all clusters",
    "scale": "Scale a cluster …",
    "policy": "Who must approve what",
}
"""What can be done next, and what its button says."""

NEXT: Mapping[str, Sequence[str]] = {
    "sizing": ("size hosting", "cost", "scale"),
    "models": ("model", "size hosting"),
    "dedicated": ("size hosting", "cost"),
    "fine-tuning": ("size fine-tuning", "finetune", "cost"),
    "data": ("dataset check",),
    "quality": ("dataset check",),
    "hyperparameters": ("finetune",),
    "cost": ("cost", "size hosting"),
    "strategies": ("cost", "status"),
    "troubleshooting": ("playbook", "status"),
    "metrics": ("status", "playbook"),
    "alarms": ("status", "playbook"),
    "iam": ("policy",),
}
"""Which of these fit a topic."""


class Question(Arguments):
    topic: Annotated[
        str, Word(), Field(max_length=100, description="A topic, or its beginning; a word that is none is looked for")
    ] = ""
    page: Annotated[int, Option(), Field(ge=1, title="n", description="A further page of a long answer")] = 1
    share: Annotated[bool, Option(), Field(description="Show the answer to the whole channel")] = False
    words: Annotated[str, Rest(after=""), Field(max_length=300, description="More words to look for, all at once")] = ""


def run(args: Question, call: Call, services: Services) -> Reply:  # noqa: ARG001 - every command runs with the same three
    handbook, asked = services.handbook, f"{args.topic} {args.words}".strip()
    if not asked:
        return _answer([*_contents(handbook)], args, handbook, "", _main(handbook), "The team's handbook")
    try:
        topic = handbook.topic(asked)
    except NotFound:
        hits = handbook.search(asked)
        if not hits:
            raise
        return _found(hits, asked, args, handbook)
    blocks = [*_handbook.drawn(topic.pieces), *_handbook.today(topic.notes)]
    buttons = [*_next(topic), button("All topics", "handbook")]
    return _answer(blocks, args, handbook, topic.name, buttons, f"{topic.title}: {topic.gist}")


def _answer(
    blocks: Sequence[Block], args: Question, handbook: Handbook, asked: str, buttons: Sequence[Block], text: str
) -> Reply:
    """The page that was asked for, where it comes from, and what can be done next."""
    made = _handbook.pages(blocks)
    if args.page > len(made):
        raise NotFound(f"There is no page {args.page}: this fits on {len(made)}.")
    place = f"Page {args.page} of {len(made)} · " if len(made) > 1 else ""
    shown = [*made[args.page - 1], context(f"{place}{linked(handbook.source)}")]
    text = clip(escape(text), FALLBACK)
    if args.share:
        return Reply(text=text, blocks=shown, public=True)
    row = list(buttons)
    if args.page < len(made):
        row.insert(0, button("Next page", f"handbook --page {args.page + 1} {asked}".strip()))
    page = f"--page {args.page} " if args.page > 1 else ""
    row.append(button("Share to channel", f"handbook {page}--share {asked}".strip()))
    return Reply(text=text, blocks=[*shown, actions(*row)])


def _contents(handbook: Handbook) -> Iterator[Block]:
    yield section(
        "*The team's handbook*, to the letter, and what Oracle does today instead. "
        "Any other words are looked for: `/dac handbook high latency`"
    )
    for group in dict.fromkeys(topic.group for topic in handbook.topics):
        lines = [f"`{topic.name}` · {escape(topic.gist)}" for topic in handbook.topics if topic.group == group]
        yield from _handbook.packed([f"*{escape(group)}*", *lines])


def _main(handbook: Handbook) -> list[Block]:
    """A button for the first topic of each group."""
    first = {topic.group: topic for topic in reversed(handbook.topics)}
    return [button(topic.name.capitalize(), f"handbook {topic.name}") for topic in reversed(first.values())][:5]


def _next(topic: Topic) -> list[Block]:
    return [button(OFFERS[line], line) for line in NEXT.get(topic.name, ()) if _is_command(line)]


def _is_command(line: str) -> bool:
    # The list of commands is made from the files, this one among them, so it is looked at when asked.
    from commands import COMMANDS  # noqa: PLC0415

    try:
        understood(COMMANDS, line)
    except Invalid:
        return False
    return True


def _found(hits: Sequence[Hit], asked: str, args: Question, handbook: Handbook) -> Reply:
    said = f"{len(hits)} {'place' if len(hits) == 1 else 'places'} in the handbook with “{naming.clip(asked)}”"
    by_topic: dict[str, list[Hit]] = {}
    for hit in hits:
        by_topic.setdefault(hit.topic, []).append(hit)
    blocks = [section(f"*{escape(said)}*")]
    for name, found in by_topic.items():
        heading = f"`{name}` · {escape(handbook.topic(name).title)}"
        first, *rest = _handbook.packed([heading, *map(_hit, found)])
        blocks += [first | {"accessory": button("Open", f"handbook {name}")}, *rest]
    return _answer(blocks, args, handbook, plain(asked), [button("All topics", "handbook")], said)


def _hit(hit: Hit) -> str:
    return f"• Today: {_handbook.told(hit.note)}" if hit.note else f"• {_handbook.line(hit.line, LINE)}"


COMMAND = Command(
    name="handbook",
    summary="The team's handbook to the letter, with what Oracle does today; or where in it something is said.",
    arguments=Question,
    run=run,
    examples=("handbook", "handbook sizing", "handbook high latency"),
    group=Group.LOOK,
    order=19,
)
