"""/dac deny: say no to somebody's request, and why."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from approvals.states import State
from approvals.words import REASON_LENGTH
from commands._command import Call, Command, Group, Reply, Rest, Services
from commands._decide import OfRequest, ShownPlan, done, number


class Deny(OfRequest):
    because: Annotated[
        str,
        Rest(),
        Field(min_length=1, max_length=REASON_LENGTH, title="reason", description="Why; the person who asked reads it"),
    ]
    plan: ShownPlan = None


def run(args: Deny, call: Call, services: Services) -> Reply:
    request = services.approvals.deny(
        number(args.request), call.user, because=args.because, digest=args.plan, delivery=call.delivery
    )
    if request.state is State.PENDING:
        more = request.rule.denials - len(request.objections)
        return done(request, "You denied", services, f"{more} more {'denial ends' if more == 1 else 'denials end'} it.")
    return done(request, "You denied", services)


COMMAND = Command(
    name="deny",
    summary="Say no to somebody's request, if you are one of its approvers.",
    arguments=Deny,
    run=run,
    examples=("deny 12 because we are over budget this month",),
    group=Group.DECIDE,
    order=32,
)
