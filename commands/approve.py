"""/dac approve: say yes to somebody's request."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from approvals.states import State
from approvals.words import REASON_LENGTH
from commands._command import Call, Command, Group, Option, Reply, Rest, Services
from commands._decide import OfRequest, ShownPlan, done, number


class Approve(OfRequest):
    because: Annotated[str, Rest(), Field(max_length=REASON_LENGTH, description="A comment for the record")] = ""
    plan: ShownPlan = None
    comment: Annotated[
        bool, Option(by_button=True, wants="because"), Field(description="Where the rule wants a comment: asks for it")
    ] = False


def run(args: Approve, call: Call, services: Services) -> Reply:
    request = services.approvals.approve(
        number(args.request), call.user, comment=args.because.strip(), digest=args.plan, delivery=call.delivery
    )
    if request.state is State.PENDING and request.missing:
        return done(request, f"You approved; {request.missing} more needed for", services)
    return done(request, "You approved", services)


COMMAND = Command(
    name="approve",
    summary="Say yes to somebody's request, if you are one of its approvers.",
    arguments=Approve,
    run=run,
    examples=("approve 12", "approve 12 because the launch is on Monday"),
    group=Group.DECIDE,
    order=30,
)
