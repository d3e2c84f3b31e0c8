"""/dac extend: ask to keep a leased size for longer."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, field_validator

from approvals.request import Request
from approvals.states import SAID, State
from approvals.words import REASON_LENGTH
from commands._asked import submitted
from commands._command import Call, Command, Group, Reply, Rest, Services, Word
from commands._decide import OfRequest, number
from commands._when import said, span
from dac.errors import Conflict, Invalid
from dac.extending import ExtendPlan, plan_extend
from dac.scaling import ScalePlan


class Extend(OfRequest):
    by: Annotated[
        str,
        Word(),
        Field(min_length=1, max_length=80, title="4h", description="How much longer than agreed, such as 4h or 1d 12h"),
    ]
    because: Annotated[
        str,
        Rest(),
        Field(max_length=REASON_LENGTH, title="reason", description="Why; the people who approve read this"),
    ] = ""

    @field_validator("by")
    @classmethod
    def _is_a_length(cls, by: str) -> str:
        try:
            span(by)
        except Invalid as error:
            raise ValueError(str(error)) from None
        return by


def plan(args: Extend, call: Call, services: Services) -> ExtendPlan:  # noqa: ARG001 - as Command.plan says
    leased, by = _leased(services.requests.get(number(args.request)), services), span(args.by)
    lease, now = leased.lease, services.now()
    if lease is None or not isinstance(leased.plan, ScalePlan):
        raise Conflict(f"Request {leased.id} has no lease to extend: it {SAID[leased.state]}.")
    if not lease.open:
        raise Conflict(f"The lease of request {leased.id} is over: {lease.outcome} Ask for the size anew.")
    if lease.returning is not None and services.requests.get(lease.returning).state is State.APPLYING:
        raise Conflict(
            f"The lease of request {leased.id} has ended, and request {lease.returning} is giving the size back. "
            "Ask for the size anew."
        )
    if lease.ends_at + by <= now:
        raise Invalid(f"The lease of request {leased.id} ended {said(now - lease.ends_at)} ago; extend it by more.")
    return plan_extend(leased.id, leased.plan, lease.ends_at, by, catalog=services.catalog, now=now)


def run(args: Extend, call: Call, services: Services) -> Reply:
    return submitted(plan(args, call, services), args.because, call, services)


def _leased(request: Request, services: Services) -> Request:
    """The request that has the lease: the one named, or the one that this one extends or gives back."""
    if isinstance(request.plan, ExtendPlan):
        return services.requests.get(request.plan.leased)
    return request if request.returns is None else services.requests.get(request.returns)


COMMAND = Command(
    name="extend",
    summary="Ask to keep a leased size for longer. The lease ends as agreed unless this is approved before.",
    arguments=Extend,
    run=run,
    plan=plan,
    examples=("extend 12 4h", "extend 12 1d because the load test goes on"),
    submit="Ask for approval",
    group=Group.ASK,
    order=22,
)
