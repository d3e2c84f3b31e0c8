"""/dac deny: say no to somebody's request, and why."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from approvals.service import REASON_LENGTH
from commands._command import Call, Command, Reply, Rest, Services
from commands._decide import OfRequest, done, number


class Deny(OfRequest):
    because: Annotated[
        str,
        Rest(),
        Field(min_length=1, max_length=REASON_LENGTH, title="reason", description="Why; the person who asked reads it"),
    ]


def run(args: Deny, call: Call, services: Services) -> Reply:
    return done(services.approvals.deny(number(args.request), call.user, because=args.because), "You denied")


COMMAND = Command(
    name="deny",
    summary="Say no to somebody's request, if you are one of its approvers.",
    arguments=Deny,
    run=run,
    examples=("deny 12 because we are over budget this month",),
    order=40,
)
