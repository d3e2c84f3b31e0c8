"""What answers about scheduled digests have in common: a schedule in words, its next times, and its troubles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import Field

from approvals.events import BOT
from commands._advice import typed_as
from commands._blocks import Block, actions, button, confirm, context, date, escape, section
from commands._command import Arguments, Call, Reply, Services, Word
from dac.errors import Invalid
from dac.naming import clip
from dac.schedules import COUNTED, TROUBLE_PAUSES, Occurrence, Schedule

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
    """The next times, a line each, on its clocks and, where they differ, the reader's; or why none is known."""
    try:
        found = schedule.recurrence.preview(after, count)
    except Invalid as error:
        # Where the machine knows its zone no more, the others are listed all the same.
        return f"⚠️ {escape(str(error))}"
    zone = ZoneInfo(schedule.recurrence.zone)
    lines = []
    for each in found:
        there = each.astimezone(zone)
        here = "" if _alike(each, zone, reader) else f" — for you {date(each)}"
        lines.append(f"• {there:%a} {there.day} {there:%b %Y %H:%M} {zone.key}{here}")
    return "\n".join(lines)


def state(schedule: Schedule) -> str:
    """What keeps it from being told, and whether nobody looks after it; empty where all is well."""
    said = []
    if schedule.paused:
        whom = "me" if schedule.paused.by == BOT else f"<@{schedule.paused.by}>"
        why = f": {escape(schedule.paused.because)}" if schedule.paused.because else ""
        said.append(f"⏸️ Paused by {whom} {date(schedule.paused.at)}{why}{_end(why)}")
    if (trouble := schedule.trouble) and not schedule.paused:
        what = "I cannot send it" if trouble.ours else "Not taken by its channel"
        told = f"Told {and_(trouble.told_to)}" if trouble.told_to else "Nobody could be told of it"
        said.append(
            f"⚠️ {what} since {date(trouble.since)}: {escape(trouble.said)}{_end(trouble.said)}"
            + (f" {told}." if trouble.told else "")
        )
    if schedule.owner_left:
        said.append(f"👤 Its owner has left; `/dac digest take-over {schedule.id}` makes it yours.")
    return "\n".join(said)


def and_(people: Sequence[str]) -> str:
    return " and ".join(f"<@{each}>" for each in people)


def _end(sentence: str) -> str:
    """The full stop that is not there yet."""
    return "" if sentence.endswith(".") else "."


def ownerless(number: int) -> list[Block]:
    """Below a digest that nobody looks after any more."""
    return [
        context(
            f"👤 Whoever scheduled this (schedule {number}) has left. It goes on coming, but nobody here is "
            "told if something is wrong with it. Anybody in this channel can take it over."
        ),
        actions(button("Take it over", f"digest take-over {number}")),
    ]


def sure(schedule: Schedule) -> Block:
    """What is asked before one is removed."""
    return confirm(
        f"Remove schedule {schedule.id}?",
        f"{escape(schedule.recurrence.words)}: no digest comes by it any more.",
        "Remove it",
        "Keep it",
    )


def buttons(schedule: Schedule) -> Block:
    turn = ("Resume", "resume") if schedule.paused else ("Pause", "pause")
    return actions(
        button("Run now", f"digest run {schedule.id}"),
        button(turn[0], f"digest {turn[1]} {schedule.id}"),
        button("Remove", f"digest remove {schedule.id}", confirm=sure(schedule)),
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


def trouble_told(schedule: Schedule, *, heir: bool = False) -> Reply:
    """Once, to its owner or to an heir: why no digest comes, and what to do."""
    trouble = schedule.trouble
    assert trouble is not None  # noqa: S101 - only such are told
    why = f"{escape(trouble.said)}{_end(trouble.said)}"
    if schedule.paused and trouble.ours:
        text = f"⏸️ {called(schedule)}, is paused by me, which is not its channel's fault: {why}"
        then = (
            "Whoever runs me can mend it. Until then you can remove this one and schedule another; after that, "
            f"`/dac digest resume {schedule.id}` goes on with what comes after."
        )
    elif schedule.paused:
        text = (
            f"⏸️ {called(schedule)}, is paused by me: on {trouble.days} days since {date(trouble.since)} nothing could "
            f"be said there. {why}"
        )
        then = f"Once that is mended, `/dac digest resume {schedule.id}` goes on with what comes after."
    elif trouble.ours:
        text = f"⚠️ {called(schedule)}, could not be sent, which is not its channel's fault: {why}"
        then = "Whoever runs me can mend it; I try each digest for a day, and go on by myself. You are told this once."
    else:
        text = f"⚠️ {called(schedule)}, did not get through: {why}"
        then = (
            "I go on by myself once it is possible: each digest is tried for a day. You are told this once; once "
            f"the channel has refused on {TROUBLE_PAUSES} days, I pause the schedule."
        )
    notes = [then]
    if heir:
        notes.append(
            f"You are told since <@{schedule.owner}>, who scheduled it, cannot be any more, and you may freeze. "
            f"`/dac digest take-over {schedule.id}` makes it yours."
        )
    return Reply(text=text, blocks=[section(text), context(*notes), buttons(schedule)])


def not_sent(schedule: Schedule, occurrence: Occurrence) -> Reply:
    """To who asked for one out of turn, and does not get it."""
    why = "the schedule has been removed" if schedule.removed else occurrence.why or "it could not be for a day"
    asked = f"{called(schedule)}: the one that you asked for {date(occurrence.due)}"
    text = f"⚠️ {asked} is not sent: {escape(why)}{_end(why)}"
    return Reply(text=text, blocks=[section(text)] if schedule.removed else [section(text), buttons(schedule)])


def listed(schedules: Sequence[Schedule]) -> str:
    return f"{len(schedules)} scheduled {'digest' if len(schedules) == 1 else 'digests'}"


def _alike(moment: datetime, one: ZoneInfo, other: ZoneInfo) -> bool:
    return moment.astimezone(one).utcoffset() == moment.astimezone(other).utcoffset()


def changed(text: str, schedule: Schedule, services: Services, call: Call, *notes: str) -> Reply:
    """What all see where it is said in its channel, and who looks after it if that is somebody else."""
    whose = [] if schedule.owner == call.user else [f"By <@{call.user}>; <@{schedule.owner}> looks after it."]
    reply = told(text, schedule, services, call.user, *notes, *whose)
    return replace(reply, public=schedule.channel == call.channel)
