"""/dac digest schedule: have a digest come to a channel again and again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import Field

from commands._advice import typed_as
from commands._blocks import Block, actions, button, escape, section
from commands._command import Arguments, Call, Channel, Command, Group, Option, Reply, Rest, Services, Word
from commands._digest_scope import scope_meant
from commands._schedules import called, sure, told
from dac.digest import SCOPES
from dac.errors import Invalid, NotFound
from dac.naming import clip
from dac.recurrence import recurrence
from dac.schedules import Schedule

HERE = "here"
QUOTES = "\"“”„'‘’ "  # noqa: RUF001 - what a phone makes of quotation marks
ANYWHERE = ZoneInfo("UTC")
MOST = 5
"""Schedules that are offered to be removed."""


def _when(text: str) -> str:
    """Judged where it is typed; the zone, if none is named, is known later."""
    bare = text.strip(QUOTES)
    recurrence(bare, ANYWHERE)
    return bare


def _reads(text: str) -> bool:
    try:
        _when(text)
    except Invalid:
        return False
    return True


class ScheduleDigest(Arguments):
    channel: Annotated[
        str,
        Word(channel=True, unless=_reads),
        Field(
            min_length=1, max_length=100, title="#channel", description="Where it comes; this channel if you name none"
        ),
    ] = HERE
    when: Annotated[
        str,
        Rest(after=""),
        typed_as(_when),
        Field(
            min_length=1,
            max_length=300,
            title="when",
            description="Such as weekdays 09:00 Europe/Berlin, every other monday 8:30, 1st 09:00, last workday 17:00, "
            "or cron: 0 9 * * 1-5. Without a time zone it is yours",
        ),
    ]
    scope: Annotated[
        str, Option(asked=True), Field(max_length=300, title="scope", description=f"Of which clusters: {SCOPES}")
    ] = "all"


def run(args: ScheduleDigest, call: Call, services: Services) -> Reply:
    zone = services.zone_of(call.user)
    when = recurrence(args.when, zone)
    scope = scope_meant(args.scope, services)
    channel = _channel(_found(args.channel, call, services))
    made = services.schedules.add(call.user, channel.id, when, scope, delivery=call.delivery)
    notes = [f"It is for <@{call.user}>, who is told if it does not get through; anybody in the channel can pause it."]
    if zone.key == when.zone and zone.key.casefold() not in args.when.casefold():
        notes.append(f"You named no time zone, so it goes by yours: {zone.key}.")
    notes.append(
        "When clocks change: a time that is skipped comes right after the gap, one that comes twice counts once."
    )
    reply = told(f"🗓️ {called(made)}, is set up.", made, services, call.user, *notes)
    before = [each for each in services.schedules.every() if _alike(each, made)]
    return replace(reply, blocks=[*reply.blocks, *_instead_of(before)], public=channel.id == call.channel)


def _alike(one: Schedule, other: Schedule) -> bool:
    return one.id != other.id and (one.channel, one.scope) == (other.channel, other.scope)


def _instead_of(before: Sequence[Schedule]) -> list[Block]:
    """Who says another time for the same digest mostly means it in place of the one there is."""
    if not before:
        return []
    said = "; ".join(f"schedule {each.id}, {escape(each.recurrence.words)}" for each in before[:MOST])
    text = f"The same comes to this channel already by {said}. If the new one is meant instead, remove what is there."
    removals = [button(f"Remove schedule {each.id}", f"digest remove {each.id}", confirm=sure(each)) for each in before]
    return [section(text), actions(*removals[:MOST])]


def _found(word: str, call: Call, services: Services) -> Channel:
    if word.casefold() in {HERE, "this"}:
        return services.channels.find(call.channel)
    try:
        return services.channels.find(word)
    except NotFound as error:
        if word.startswith(("#", "<#")):
            raise
        raise NotFound(f"“{clip(word)}” is no day that I can read, and as a channel: {error}") from None


def _channel(found: Channel) -> Channel:
    if found.archived:
        raise Invalid(f"#{found.name} is archived; choose another channel, or have it taken out of the archive.")
    if not found.joined:
        raise Invalid(f"I am not in #{found.name}: say `/invite @dac` there, then schedule it again.")
    return found


COMMAND = Command(
    name="digest schedule",
    summary="Have a cost digest come to a channel by itself, in the rhythm you say.",
    arguments=ScheduleDigest,
    run=run,
    examples=(
        'digest schedule #ops "weekdays 09:00 Europe/Berlin"',
        "digest schedule mondays 8:30 --scope compartment:genai-prod",
        "digest schedule #ops 0 9 1 * *",
    ),
    submit="Schedule",
    group=Group.LOOK,
    order=17,
)
