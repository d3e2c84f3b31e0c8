"""What answers about scheduled digests have in common: a schedule in words, its next times, and its troubles."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import Field

from approvals.events import BOT
from commands._advice import typed_as
from commands._blocks import Block, actions, button, confirm, context, date, escape, section
from commands._command import Arguments, Reply, Services, Word
from dac.errors import Invalid
from dac.naming import clip
from dac.schedules import COUNTED, Schedule

NEXT = 5
"""Times that are shown beforehand."""


def number(word: str) -> int:
    """A schedule's number as people write it: 3 or #3."""
    digits = word.strip().removeprefix("#")
    # str.isdigit() also takes digits int() does not know; a number this long is no schedule of ours.
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 9):  # noqa: PLR2004 - below 64 bits
        raise Invalid(f"“{clip(word)}” is not the number of a schedule: `/dac digest schedules` shows it, such as 3.")
    return int(digits)


class OfSchedule(Arguments):
    schedule: Annotated[int, Word(fixed=True), typed_as(number), Field(title="id", description="The schedule's number")]


def called(schedule: Schedule) -> str:
    """Such as "Schedule 3, weekdays 09:00 Europe/Berlin to #ops"."""
    of = "" if schedule.scope.by == "all" else f", for {escape(schedule.scope.words)}"
    return f"Schedule {schedule.id}, {escape(schedule.recurrence.words)} to <#{schedule.channel}>{of}"


def times(schedule: Schedule, after: datetime, reader: ZoneInfo, count: int = NEXT) -> str:
    """The next times, a line each, on the clocks of the schedule and, where they differ, of who reads it."""
    zone = ZoneInfo(schedule.recurrence.zone)
    lines = []
    for each in schedule.recurrence.preview(after, count):
        there = each.astimezone(zone)
        here = "" if _alike(each, zone, reader) else f" — for you {date(each)}"
        lines.append(f"• {there:%a} {there.day} {there:%b %Y %H:%M} {zone.key}{here}")
    return "\n".join(lines)


def state(schedule: Schedule) -> str:
    """What keeps it from being told, if anything does; empty where all is well."""
    if schedule.paused:
        whom = "me" if schedule.paused.by == BOT else f"<@{schedule.paused.by}>"
        why = f": {escape(schedule.paused.because)}" if schedule.paused.because else ""
        return f"⏸️ Paused by {whom} {date(schedule.paused.at)}{why}."
    if schedule.trouble:
        return f"⚠️ Not taken by its channel since {date(schedule.trouble.since)}: {escape(schedule.trouble.said)}."
    return ""


def buttons(schedule: Schedule) -> Block:
    sure = confirm(
        f"Remove schedule {schedule.id}?",
        f"{escape(schedule.recurrence.words)}: no digest comes by it any more.",
        "Remove it",
        "Keep it",
    )
    turn = ("Resume", "resume") if schedule.paused else ("Pause", "pause")
    return actions(
        button("Run now", f"digest run {schedule.id}"),
        button(turn[0], f"digest {turn[1]} {schedule.id}"),
        button("Remove", f"digest remove {schedule.id}", confirm=sure),
    )


def told(text: str, schedule: Schedule, services: Services, user: str, *notes: str) -> Reply:
    """A short word on what has been done, and when it comes next."""
    blocks: list[Block] = [section(text)]
    if not schedule.paused and not schedule.removed:
        blocks.append(section(f"*Next*\n{times(schedule, services.now(), services.zone_of(user))}"))
    if notes:
        blocks.append(context(*notes))
    return Reply(text=text, blocks=blocks if schedule.removed else [*blocks, buttons(schedule)])


def skipped(count: int) -> str:
    if not count:
        return "Nothing was left out."
    many = (
        f"More than {COUNTED:,} digests were"
        if count >= COUNTED
        else f"{count} digest{' was' if count == 1 else 's were'}"
    )
    return f"{many} left out while it was paused, and will not come afterwards."


def trouble_told(schedule: Schedule) -> Reply:
    """To the owner, once: why no digest comes, and what to do."""
    trouble = schedule.trouble
    assert trouble is not None  # noqa: S101 - only such are told
    why = f"{escape(trouble.said)}."
    if schedule.paused:
        text = f"⏸️ {called(schedule)}, is paused by me: nothing could be said there since {date(trouble.since)}. {why}"
        then = f"Once that is mended, `/dac digest resume {schedule.id}` goes on with what comes after."
    else:
        text = f"⚠️ {called(schedule)}, did not get through: {why}"
        then = (
            "I go on by myself once it is possible: each digest is tried for a day. You are told this once; after a "
            "week of it I pause the schedule."
        )
    return Reply(text=text, blocks=[section(text), context(then), buttons(schedule)])


def listed(schedules: Sequence[Schedule]) -> str:
    return f"{len(schedules)} scheduled {'digest' if len(schedules) == 1 else 'digests'}"


def _alike(moment: datetime, one: ZoneInfo, other: ZoneInfo) -> bool:
    return moment.astimezone(one).utcoffset() == moment.astimezone(other).utcoffset()
