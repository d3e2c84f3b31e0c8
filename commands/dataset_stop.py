"""/dac dataset stop: end a check of a data set before it is done."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from commands._blocks import section
from commands._command import Arguments, Call, Command, Group, Option, Reply, Services


class StopCheck(Arguments):
    answer: Annotated[
        str, Option(by_button=True), Field(max_length=200, description="Which; left out, the one you asked for last")
    ] = ""


def run(args: StopCheck, call: Call, services: Services) -> Reply:
    services.under_way.stop(args.answer, call.user)
    text = "It is being stopped; its message says how far it was."
    return Reply(text=text, blocks=[section(text)])


COMMAND = Command(
    name="dataset stop",
    summary="End a check of a data set that you asked for before it is done; nothing comes of it.",
    arguments=StopCheck,
    run=run,
    examples=("dataset stop",),
    aliases=("stop check",),
    group=Group.ADVISE,
    order=29,
)
