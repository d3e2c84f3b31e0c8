"""/dac digest run: have a scheduled digest told now, out of turn."""

from __future__ import annotations

from commands._command import Call, Command, Group, Reply, Services
from commands._schedules import OfSchedule, called, told


def run(args: OfSchedule, call: Call, services: Services) -> Reply:
    schedule = services.schedules.run(call.user, args.schedule, delivery=call.delivery)
    text = f"📨 {called(schedule)}: one is on its way, out of turn."
    return told(text, schedule, services, call.user, "Its other times stay as they are.")


COMMAND = Command(
    name="digest run",
    summary="Have a scheduled digest told now, out of turn.",
    arguments=OfSchedule,
    run=run,
    examples=("digest run 3",),
    group=Group.LOOK,
    order=17,
)
