"""Carrying out an extension: a lease is moved in the approvals' own record, and nothing is asked of Oracle."""

from __future__ import annotations

from approvals.events import BOT, Body, Extended, Succeeded
from approvals.hands import Tools
from approvals.request import Request
from approvals.states import State
from dac.extending import ExtendPlan


class Lengthening:
    """`approvals.hands.Hand` for `dac.steps.MovingLease`."""

    def __init__(self, tools: Tools) -> None:
        self._tools = tools

    def act(self, request: Request, *, called: str) -> Request:  # noqa: ARG002 - as Hand says
        """Once, and that is all: no return can have begun since this was claimed, for it would have waited."""
        plan, store, steps = _extended(request), self._tools.store, self._tools.steps

        def decide(leased: Request) -> Body | None:
            lease = leased.lease
            if lease is None or request.id in lease.extended_by or lease.ends_at != plan.ends_at or not lease.open:
                return None
            return Extended(until=plan.until, by_request=request.id)

        leased = store.change(plan.leased, decide, actor=BOT, at=self._tools.now())
        if leased.lease is None or request.id not in leased.lease.extended_by:
            return steps.fail(request, f"The lease of request {plan.leased} has ended meanwhile; nothing was changed.")
        outcome = f"The lease of request {plan.leased} on {plan.cluster.name} has been extended."
        return steps.write(request, State.APPLYING, Succeeded(outcome=outcome))

    def confirm(self, request: Request) -> Request:
        """Nothing was sent, so there is nothing to wait for."""
        return request  # pragma: no cover - the executor confirms only what was sent


def _extended(request: Request) -> ExtendPlan:
    assert isinstance(request.plan, ExtendPlan)  # noqa: S101 - no other plan has this step
    return request.plan
