"""/dac help: what can be asked, and one command in detail."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

from pydantic import Field

from commands._blocks import SECTION_TEXT, Block, actions, button, context, divider, escape, section
from commands._command import (
    AnyCommand,
    Arguments,
    Call,
    Command,
    Group,
    Option,
    Reply,
    Rest,
    Services,
    Word,
    described,
)
from commands._parse import unknown
from dac.errors import NotFound


class Help(Arguments):
    command: Annotated[str | None, Rest(after=""), Field(max_length=50, description="A command to tell more about")] = (
        None
    )


def run(args: Help, call: Call, services: Services) -> Reply:  # noqa: ARG001 - every command runs with the same three
    # The list of commands is made from the files, this one among them, so it is looked at when asked.
    from commands import COMMANDS  # noqa: PLC0415

    if args.command is None:
        return _all(COMMANDS)
    wanted = " ".join(args.command.casefold().strip('"“”„ ').removeprefix("/dac").split())
    several = [each for each in COMMANDS.values() if wanted in {each.name, *each.aliases}]
    several = several or [each for each in COMMANDS.values() if each.name.startswith(f"{wanted} ")]
    if not several:
        raise NotFound(unknown(wanted, list(COMMANDS)))
    return _one(several[0]) if len(several) == 1 else _some(several)


def _all(commands: dict[str, AnyCommand]) -> Reply:
    blocks: list[Block] = [
        section(
            "*I run your dedicated AI clusters with you.* Nothing changes before your colleagues have approved it."
        ),
        *(section(each) for group in Group for each in _headed(group, commands.values())),
        divider(),
        context(escape("Words in <angle brackets> are needed, those in [square brackets] are not; the rest is asked.")),
        actions(
            button("Status of all clusters", "status", style="primary"),
            button("Scale a cluster …", "scale"),
            button("What waits for me", "requests"),
        ),
    ]
    return Reply(text="What I understand: " + ", ".join(f"/dac {name}" for name in commands), blocks=blocks)


def _headed(group: Group, commands: Iterable[AnyCommand]) -> list[str]:
    """What stands under a heading, in as many sections as that takes."""
    parts = [f"*{group.value}*"]
    for each in commands:
        if each.group is group:
            line = f"`{escape(each.usage)}`\n{each.summary}"
            if len(parts[-1]) + len(line) < SECTION_TEXT:
                parts[-1] += f"\n{line}"
            else:
                parts.append(line)
    return parts


def _some(commands: list[AnyCommand]) -> Reply:
    """Those of two words that begin alike."""
    names = ", ".join(f"/dac {each.name}" for each in commands)
    return Reply(
        text=names,
        blocks=[
            *(section(f"`{escape(each.usage)}`\n{each.summary}") for each in commands),
            actions(*(button(f"More about {each.name}", f"help {each.name}") for each in commands[:5])),
        ],
    )


def _one(command: AnyCommand) -> Reply:
    blocks: list[Block] = [section(f"`{escape(command.usage)}`\n{command.summary}")]
    lines = [f"• *{_typed(name, kind)}*: {described(info)}" for name, (kind, info) in command.arguments.kinds().items()]
    if lines:
        blocks.append(section("\n".join(lines)))
    if command.examples:
        blocks.append(section("*For example*\n" + "\n".join(f"`/dac {each}`" for each in command.examples)))
    return Reply(text=escape(f"{command.usage}: {command.summary}"), blocks=blocks)


def _typed(name: str, kind: Word | Rest | Option) -> str:
    match kind:
        case Option():
            return f"--{name}"
        case Rest():
            return kind.after or name
        case Word():
            return name


COMMAND = Command(
    name="help",
    summary="What can be asked, or one command in detail.",
    arguments=Help,
    run=run,
    examples=("help", "help scale"),
    group=Group.HELP,
    order=90,
)
