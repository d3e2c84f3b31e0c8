"""/dac digest schedules: which digests come round, when next, and what is wrong with them."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from commands._blocks import Block, context, date, section
from commands._command import Arguments, Call, Command, Group, Option, Reply, Services
from commands._schedules import buttons, called, listed, state, times
from dac.errors import NotFound
from dac.schedules import Schedule

PAGE = 12
SOON = 2
"""Times of each that are shown; `/dac digest preview` shows more."""


class ScheduleList(Arguments):
    page: Annotated[int, Option(), Field(ge=1, le=100, title="n", description="A further page")] = 1


def run(args: ScheduleList, call: Call, services: Services) -> Reply:
    every = services.schedules.every()
    shown = every[(args.page - 1) * PAGE : args.page * PAGE]
    if not shown and args.page > 1:
        raise NotFound(f"There is no page {args.page} of the schedules.")
    if not every:
        text = 'No digest is scheduled; `/dac digest schedule here "weekdays 09:00"` has one come to this channel.'
        return Reply(text=text, blocks=[section(text)])
    text = listed(every)
    blocks: list[Block] = [section(f"*{text}*")]
    for each in shown:
        blocks += [section(_said(each, call, services)), buttons(each)]
    if len(every) > args.page * PAGE:
        blocks.append(context(f"`/dac digest schedules --page {args.page + 1}` for more"))
    return Reply(text=text, blocks=blocks)


def _said(schedule: Schedule, call: Call, services: Services) -> str:
    lines = [f"*{called(schedule)}*, for <@{schedule.owner}>"]
    if wrong := state(schedule):
        lines.append(wrong)
    if not schedule.paused:
        lines.append(times(schedule, services.now(), services.zone_of(call.user), SOON))
    last = services.schedules.last(schedule.id)
    lines.append(f"Last sent {date(last.sent_at)}" if last and last.sent_at else "None sent so far")
    return "\n".join(lines)


COMMAND = Command(
    name="digest schedules",
    summary="Which digests come by themselves, when next, and what is wrong; pause, run or remove them.",
    arguments=ScheduleList,
    run=run,
    examples=("digest schedules",),
    group=Group.LOOK,
    order=17,
)
