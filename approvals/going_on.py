"""From one step of a request to the next: what matters for it is read again, and a pause waits for a person."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from approvals.beginning import Beginning
from approvals.request import Request
from approvals.states import State
from approvals.step_events import Paused, Resumed
from approvals.steps import Steps, claim_of, frozen
from approvals.store import FrozenNow
from dac.errors import Conflict, Invalid, NotFound
from dac.gateway import FleetReader
from dac.steps import MakeEndpoint, Pause, Removing
from dac.still import check_alone, check_made, etag_of


class GoingOn:
    """`holder` and `lease` are those of the claims it takes."""

    def __init__(
        self,
        reader: FleetReader,
        now: Callable[[], datetime],
        steps: Steps,
        beginning: Beginning,
        *,
        holder: str,
        lease: timedelta,
    ) -> None:
        self._reader = reader
        self._now = now
        self._steps = steps
        self._beginning = beginning
        self._holder = holder
        self._lease = lease

    def go_on(self, request: Request) -> Request:
        """Claim the next step, or ask a person; it ends here where the world is not what the step is for any more."""
        claim = claim_of(request)
        step = request.step
        if isinstance(step, Pause):
            endpoints = {each.key for each in request.plan.doing if isinstance(each, MakeEndpoint)}
            told = [step.question, *(each.said for each in claim.done if each.key in endpoints)]
            return self._steps.write(request, State.APPLYING, Paused(key=step.key, question=" ".join(told)))
        if held := self._beginning.held_by(request):
            return self._steps.hold(request, held)
        try:
            if isinstance(step, Removing):
                check_made(request.plan.doing, claim.made, self._reader)
                check_alone(request.plan.doing, self._reader)
            etag = etag_of(step.resolved(claim.made), self._reader)
        except (Invalid, Conflict, NotFound) as no:
            place = f"step {len(claim.done) + 1} of {len(request.plan.doing)}"
            return self._steps.fail(request, f"It stopped before {place} ({step.words}): {no}")
        resumed = Resumed(key=step.key, etag=etag, holder=self._holder, until=self._now() + self._lease)
        try:
            return self._steps.write(request, State.APPLYING, resumed)
        except FrozenNow as now:
            return self._steps.hold(request, frozen(now.freeze))
