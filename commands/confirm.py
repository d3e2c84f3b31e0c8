"""/dac confirm: let a request go on that waits for a person between two of its steps."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from approvals.words import REASON_LENGTH
from commands._command import Call, Command, Group, Reply, Rest, Services
from commands._decide import OfRequest, done, number


class Confirm(OfRequest):
    because: Annotated[
        str,
        Rest(),
        Field(max_length=REASON_LENGTH, title="comment", description="What has been seen to, for everybody"),
    ] = ""


def run(args: Confirm, call: Call, services: Services) -> Reply:
    went_on = services.approvals.confirm(number(args.request), call.user, comment=args.because, delivery=call.delivery)
    return done(went_on, "You let go on", services)


COMMAND = Command(
    name="confirm",
    summary="Let a request go on that waits for a person, such as for clients to be switched.",
    arguments=Confirm,
    run=run,
    examples=("confirm 12", "confirm 12 because all clients use the new endpoint"),
    group=Group.DECIDE,
    order=37,
)
