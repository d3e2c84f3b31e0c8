"""/dac digest preview: the next times of a scheduled digest."""

from __future__ import annotations

from commands._blocks import section
from commands._command import Call, Command, Group, Reply, Services
from commands._schedules import OfSchedule, buttons, called, state, times


def run(args: OfSchedule, call: Call, services: Services) -> Reply:
    schedule = services.schedules.get(args.schedule)
    text = called(schedule)
    when = "Its times, were it not paused" if schedule.paused else "Next"
    said = [f"*{text}*", state(schedule), f"*{when}*", times(schedule, services.now(), services.zone_of(call.user))]
    return Reply(text=text, blocks=[section("\n".join(filter(None, said))), buttons(schedule)])


COMMAND = Command(
    name="digest preview",
    summary="The next five times of a scheduled digest, on its clocks and on yours.",
    arguments=OfSchedule,
    run=run,
    examples=("digest preview 3",),
    group=Group.LOOK,
    order=17,
)
