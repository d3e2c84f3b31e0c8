"""/dac unfreeze: let everything go on."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from approvals.states import State
from approvals.words import REASON_LENGTH
from commands._blocks import Block, context, date, quote, section
from commands._command import Arguments, Call, Command, Group, Option, Reply, Rest, Services
from commands._freezing import since
from commands._words import age
from dac.errors import Conflict


class Unfreeze(Arguments):
    because: Annotated[
        str, Rest(), Field(max_length=REASON_LENGTH, title="reason", description="Why; the whole channel reads it")
    ] = ""
    since: Annotated[
        int | None, Option(by_button=True), Field(ge=0, title="moment", description="Only the freeze that was shown")
    ] = None


def run(args: Unfreeze, call: Call, services: Services) -> Reply:
    now = services.freezer.current()
    if now and args.since not in {None, since(now)} and services.freezer.may(call.user):
        raise Conflict(
            f"The freeze that was shown is over; <@{now.by}> has frozen everything anew. "
            "`/dac unfreeze` lifts that one."
        )
    ended = services.freezer.unfreeze(call.user, because=args.because, delivery=call.delivery)
    waiting = sum(each.state is State.APPROVED for each in services.requests.open())
    text = f"🟢 <@{call.user}> has lifted the freeze: changes are begun again."
    blocks: list[Block] = [section(text)]
    if args.because.strip():
        blocks.append(section(quote(args.because.strip())))
    lasted = age(services.now() - ended.since)
    approved = {0: "No approved request was waiting.", 1: "One approved request can begin now."}
    said = [f"It was frozen by <@{ended.by}> {date(ended.since)}, for {lasted}."]
    said.append(approved.get(waiting, f"{waiting} approved requests can begin now."))
    return Reply(text=text, blocks=[*blocks, context("\n".join(said))], public=True)


COMMAND = Command(
    name="unfreeze",
    summary="Lift the freeze, so that approved changes are begun again.",
    arguments=Unfreeze,
    run=run,
    examples=("unfreeze", "unfreeze because the incident is over"),
    group=Group.EMERGENCY,
    order=44,
)
