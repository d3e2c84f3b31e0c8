"""/dac approve: say yes to somebody's request."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from approvals.service import REASON_LENGTH
from approvals.states import State
from commands._command import Call, Command, Option, Reply, Rest, Services
from commands._decide import OfRequest, done, number


class Approve(OfRequest):
    because: Annotated[str, Rest(), Field(max_length=REASON_LENGTH, description="A comment for the record")] = ""
    plan: Annotated[
        str | None,
        Option(by_button=True),
        Field(min_length=8, max_length=64, title="digest", description="Only for the plan that was shown"),
    ] = None


def run(args: Approve, call: Call, services: Services) -> Reply:
    request = services.approvals.approve(
        number(args.request), call.user, comment=args.because.strip(), digest=args.plan
    )
    if request.state is State.PENDING:
        return done(request, f"You approved; {request.missing} more needed for")
    return done(request, "You approved")


COMMAND = Command(
    name="approve",
    summary="Say yes to somebody's request, if you are one of its approvers.",
    arguments=Approve,
    run=run,
    examples=("approve 12", "approve 12 because the launch is on Monday"),
    order=30,
)
