"""/dac digest remove: take a scheduled digest away for good."""

from __future__ import annotations

from commands._command import Call, Command, Group, Reply, Services
from commands._schedules import OfSchedule, called, changed


def run(args: OfSchedule, call: Call, services: Services) -> Reply:
    removed = services.schedules.remove(call.user, args.schedule, delivery=call.delivery)
    return changed(f"🗑️ {called(removed)}, is removed.", removed, services, call, "What it has sent stays.")


COMMAND = Command(
    name="digest remove",
    summary="Take a scheduled digest away for good.",
    arguments=OfSchedule,
    run=run,
    examples=("digest remove 3",),
    group=Group.LOOK,
    order=17,
)
