"""/dac digest pause: have a scheduled digest stay away until somebody resumes it."""

from __future__ import annotations

from commands._command import Call, Command, Group, Reply, Services
from commands._schedules import OfSchedule, called, changed


def run(args: OfSchedule, call: Call, services: Services) -> Reply:
    paused = services.schedules.pause(call.user, args.schedule, delivery=call.delivery)
    note = "What falls due meanwhile is left out, and does not come afterwards; “Run now” still has one come."
    return changed(f"⏸️ {called(paused)}, is paused.", paused, services, call, note)


COMMAND = Command(
    name="digest pause",
    summary="Have a scheduled digest stay away until somebody resumes it.",
    arguments=OfSchedule,
    run=run,
    examples=("digest pause 3",),
    group=Group.LOOK,
    order=17,
)
