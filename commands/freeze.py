"""/dac freeze: stop everything at once."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from approvals.words import REASON_LENGTH
from commands._blocks import Block, actions, context, quote, section
from commands._command import Arguments, Call, Command, Group, Reply, Rest, Services
from commands._freezing import unfreeze_button
from commands._waits import called

SHOWN = 10


class Freeze(Arguments):
    because: Annotated[
        str, Rest(), Field(max_length=REASON_LENGTH, title="reason", description="Why; the whole channel reads it")
    ] = ""


def run(args: Freeze, call: Call, services: Services) -> Reply:
    freeze = services.freezer.freeze(call.user, because=args.because, delivery=call.delivery)
    going = [each.id for each in services.requests.holding()]
    text = f"🧊 <@{freeze.by}> has frozen everything: no change is begun on any cluster."
    said = ["Requests can be made and approved, and begin once somebody has said `/dac unfreeze`."]
    if going:
        numbers = ", ".join(map(str, going[:SHOWN])) + (f" and {len(going) - SHOWN} more" if len(going) > SHOWN else "")
        said.append(f"What Oracle has been asked already goes on: request {numbers}.")
    said.append(f"It can be lifted by {called(services.approvals.policy.freezers)}.")
    blocks: list[Block] = [section(text)]
    if freeze.because:
        blocks.append(section(quote(freeze.because)))
    blocks += [context("\n".join(said)), actions(unfreeze_button(freeze))]
    return Reply(text=text, blocks=blocks, public=True)


COMMAND = Command(
    name="freeze",
    summary="Emergency: stop everything. Nothing is begun on any cluster before somebody unfreezes.",
    arguments=Freeze,
    run=run,
    examples=("freeze", "freeze because Oracle has an incident in Frankfurt"),
    group=Group.EMERGENCY,
    order=42,
)
