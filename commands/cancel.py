"""/dac cancel: withdraw one's own request."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from approvals.service import REASON_LENGTH
from commands._command import Call, Command, Reply, Rest, Services
from commands._decide import OfRequest, done, number


class Cancel(OfRequest):
    because: Annotated[str, Rest(), Field(max_length=REASON_LENGTH, description="Why, for the record")] = ""


def run(args: Cancel, call: Call, services: Services) -> Reply:
    return done(services.approvals.cancel(number(args.request), call.user, because=args.because), "You cancelled")


COMMAND = Command(
    name="cancel",
    summary="Withdraw your own request, as long as nothing has been begun.",
    arguments=Cancel,
    run=run,
    examples=("cancel 12",),
    order=50,
)
