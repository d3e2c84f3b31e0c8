"""/dac digest resume: have a paused digest come again, from now on."""

from __future__ import annotations

from commands._command import Call, Command, Group, Reply, Services
from commands._schedules import OfSchedule, called, changed, skipped


def run(args: OfSchedule, call: Call, services: Services) -> Reply:
    resumed, count = services.schedules.resume(call.user, args.schedule, delivery=call.delivery)
    return changed(f"▶️ {called(resumed)}, comes again.", resumed, services, call, skipped(count))


COMMAND = Command(
    name="digest resume",
    summary="Have a paused digest come again, from now on.",
    arguments=OfSchedule,
    run=run,
    examples=("digest resume 3",),
    group=Group.LOOK,
    order=17,
)
