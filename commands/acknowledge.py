"""/dac acknowledge: tell the channel that one sees to an alert."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from approvals.words import REASON_LENGTH
from commands._alerts import number, title
from commands._blocks import context
from commands._blocks import section as words
from commands._command import Arguments, Call, Command, Group, Reply, Rest, Services, Word
from commands._watch import watch


class Acknowledge(Arguments):
    alert: Annotated[str, Word(fixed=True), Field(min_length=1, max_length=20, description="The alert's number")]
    because: Annotated[
        str,
        Rest(),
        Field(max_length=REASON_LENGTH, title="comment", description="What you do about it, for everybody to read"),
    ] = ""


def run(args: Acknowledge, call: Call, services: Services) -> Reply:
    incident = watch(services).acknowledge(number(args.alert), call.user, args.because)
    text = f"You see to alert {incident.number}: {title(incident)}."
    return Reply(text=text, blocks=[words(text), context("Its message says so. What grows worse is told again.")])


COMMAND = Command(
    name="acknowledge",
    summary="Tell the channel that you see to an alert of the watch; nothing else changes.",
    arguments=Acknowledge,
    run=run,
    examples=("acknowledge 3", "acknowledge 3 because I am on the phone with Oracle"),
    aliases=("ack",),
    group=Group.LOOK,
    order=14,
)
