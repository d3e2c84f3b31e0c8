"""/dac break-glass: act alone in an emergency, before everybody's eyes, and answer for it afterwards."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from approvals.words import REASON_LENGTH
from commands import _terms
from commands._blocks import context, date, escape, people, section
from commands._command import Call, Command, Group, Reply, Rest, Services, Word
from commands._decide import OfRequest, ShownPlan, number


class BreakGlass(OfRequest):
    cluster: Annotated[
        str,
        Word(),
        Field(
            min_length=1,
            max_length=300,
            title="cluster name",
            description="The whole name of the request's cluster, typed once more: this is your confirmation",
        ),
    ]
    because: Annotated[
        str,
        Rest(),
        Field(
            min_length=1,
            max_length=REASON_LENGTH,
            title="reason",
            description="Why this cannot wait for an approval; everybody will read it",
        ),
    ]
    plan: ShownPlan = None


def run(args: BreakGlass, call: Call, services: Services) -> Reply:
    request = services.approvals.break_glass(
        number(args.request),
        call.user,
        because=args.because,
        confirmed=args.cluster,
        digest=args.plan,
        delivery=call.delivery,
    )
    text = escape(f"You broke the glass for request {request.id}: {request.plan.summary}.")
    told = ["It is begun without an approval, freeze windows or not, and everybody concerned is told."]
    if glass := request.glass:
        who = people(glass.reviewers) or "one of its approvers"
        told.append(f"It is owed a review by {who}, by {date(glass.review_by)}: `/dac review {request.id}`.")
    told += _terms.frozen(services)
    return Reply(text=text, blocks=[section(f"🚨 {text}"), context("\n".join(told))])


COMMAND = Command(
    name="break-glass",
    summary="Emergency: have a request carried out at once, on your word alone. Everybody is told, a review is owed.",
    arguments=BreakGlass,
    run=run,
    examples=("break-glass 12 chat-prod because production is down and nobody answers",),
    submit="Break the glass",
    group=Group.EMERGENCY,
    order=40,
)
