"""/dac agree: accept what an approver has made of one's own request."""

from __future__ import annotations

from commands._command import Call, Command, Group, Reply, Services
from commands._decide import OfRequest, ShownPlan, done, number


class Agree(OfRequest):
    plan: ShownPlan = None


def run(args: Agree, call: Call, services: Services) -> Reply:
    request = services.approvals.agree(number(args.request), call.user, digest=args.plan, delivery=call.delivery)
    return done(request, "You agreed to", services)


COMMAND = Command(
    name="agree",
    summary="Accept what an approver has made of your request.",
    arguments=Agree,
    run=run,
    examples=("agree 12",),
    group=Group.ASK,
    order=26,
)
