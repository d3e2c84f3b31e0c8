"""/dac stop: end a request there that waits for a person between two of its steps."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from approvals.words import REASON_LENGTH
from commands._command import Call, Command, Group, Reply, Rest, Services
from commands._decide import OfRequest, done, number


class Stop(OfRequest):
    because: Annotated[str, Rest(), Field(max_length=REASON_LENGTH, description="Why, for the record")] = ""


def run(args: Stop, call: Call, services: Services) -> Reply:
    stopped = services.approvals.stop(number(args.request), call.user, because=args.because, delivery=call.delivery)
    return done(stopped, "You stopped", services, "What has been made stays: its card offers the way back.")


COMMAND = Command(
    name="stop",
    summary="End a request here that waits for a person. What has been made by then stays until it is deleted.",
    arguments=Stop,
    run=run,
    examples=("stop 12", "stop 12 because the clients are not ready"),
    group=Group.DECIDE,
    order=38,
)
