"""/dac cancel: withdraw one's own request."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from approvals.words import REASON_LENGTH
from commands._command import Call, Command, Group, Reply, Rest, Services
from commands._decide import OfRequest, done, number


class Cancel(OfRequest):
    because: Annotated[str, Rest(), Field(max_length=REASON_LENGTH, description="Why, for the record")] = ""


def run(args: Cancel, call: Call, services: Services) -> Reply:
    cancelled = services.approvals.cancel(number(args.request), call.user, because=args.because, delivery=call.delivery)
    return done(cancelled, "You cancelled", services)


COMMAND = Command(
    name="cancel",
    summary="Withdraw your own request, as long as nothing has been begun.",
    arguments=Cancel,
    run=run,
    examples=("cancel 12", "cancel 12 because the launch has been put off"),
    group=Group.ASK,
    order=24,
)
