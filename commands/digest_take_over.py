"""/dac digest take-over: look after a scheduled digest from now on."""

from __future__ import annotations

from dataclasses import replace

from commands._command import Call, Command, Group, Reply, Services
from commands._schedules import OfSchedule, called, told


def run(args: OfSchedule, call: Call, services: Services) -> Reply:
    before, taken = services.schedules.take_over(call.user, args.schedule, delivery=call.delivery)
    text = f"👤 {called(taken)}, is looked after by <@{call.user}> now."
    was = "" if before == call.user else f" Until now <@{before}> was."
    reply = told(text, taken, services, call.user, f"You are told if it does not get through.{was}")
    return replace(reply, public=taken.channel == call.channel)


COMMAND = Command(
    name="digest take-over",
    summary="Look after a scheduled digest from now on, such as one whose owner has left.",
    arguments=OfSchedule,
    run=run,
    examples=("digest take-over 3",),
    group=Group.LOOK,
    order=17,
)
