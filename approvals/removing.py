"""Removing a cluster, an endpoint or a model: a delete carries no tag, but what is gone need not be deleted twice."""

from __future__ import annotations

from approvals.events import Sent
from approvals.hands import REMOVED, Tools
from approvals.request import Request
from approvals.states import State
from approvals.steps import claim_of
from approvals.workrequests import (
    UNSTARTED,
    deleting,
    failure,
    has_failed,
    is_under_way,
    work_of,
    work_requests,
)
from dac.cluster import Lifecycle, Resource
from dac.errors import Conflict, DacError, Denied, Invalid, NotFound
from dac.steps import Removing
from dac.still import check_made, found

_BROKEN = frozenset({Lifecycle.FAILED, Lifecycle.NEEDS_ATTENTION})


class RemovingHand:
    """`approvals.hands.Hand` for whatever is removed.

    The call carries the etag of the claim. Whoever else deletes the same thing meanwhile does what was agreed to.
    """

    def __init__(self, tools: Tools) -> None:
        self._tools = tools

    def act(self, request: Request, *, called: str) -> Request:
        claim, step, steps = claim_of(request), _step(request), self._tools.steps
        there = self._there(step)
        if there is None or there.lifecycle_state in REMOVED:
            return steps.write(request, State.APPLYING, Sent())
        if there.etag != claim.etag:
            because = f"{step.name} was changed by someone else at the last moment; {called}"
            return steps.fail(request, f"{because}. It is {there.lifecycle_state}.")
        if stopped := self._tools.stopped(request, f": {step.name} is {there.lifecycle_state}"):
            return stopped
        try:
            # Much may have been held up since the step was claimed.
            check_made(request.plan.doing, claim.made, self._tools.reader)
            work_request = self._tools.writer.delete(there)
        except (Conflict, Invalid, Denied, NotFound) as no:
            return self._refused(request, step, no)
        return steps.write(request, State.APPLYING, Sent(work_request_id=work_request))

    def confirm(self, request: Request) -> Request:
        claim, step, steps = claim_of(request), _step(request), self._tools.steps
        there = self._there(step)
        if there is None or there.lifecycle_state == Lifecycle.DELETED:
            if there or claim.etag:
                return steps.done(request, f"The {step.removes} {step.name} is deleted.")
            return steps.done(
                request, f"The {step.removes} {step.name} is gone: somebody else deleted it, or moved it out of sight."
            )
        work = work_of(claim, work_requests(self._tools.reader, there), deleting(step.removes))
        if work and has_failed(work):
            because = f"Oracle ended the deletion of {step.name} {failure(work)}"
            return steps.fail(request, f"{because}; it is {there.lifecycle_state}.")
        if is_under_way(work) or there.lifecycle_state == Lifecycle.DELETING:
            return steps.progress(request, work)
        since = claim.sent_at or claim.since
        # What was broken before is not broken by the deletion: as long as it has the etag of the claim, none has begun.
        broken = there.lifecycle_state in _BROKEN and there.etag != claim.etag
        if broken or self._tools.now() - since > UNSTARTED:
            why = f": {there.lifecycle_details}" if there.lifecycle_details else ""
            because = f"Oracle accepted the deletion, but {step.name} is {there.lifecycle_state}"
            return steps.fail(request, f"{because}{why}, and no work is under way.")
        return steps.progress(request, work)

    def _there(self, step: Removing) -> Resource | None:
        return found(step.removes, step.region, step.compartment_id, step.id, self._tools.reader)

    def _refused(self, request: Request, step: Removing, no: DacError) -> Request:
        """Oracle said no; unless that is because it is being deleted already."""
        there = self._there(step)
        if there is None or there.lifecycle_state in REMOVED:
            return self._tools.steps.write(request, State.APPLYING, Sent())
        return self._tools.steps.fail(request, f"{no} {step.name} was not deleted: it is {there.lifecycle_state}.")


def _step(request: Request) -> Removing:
    step = request.step
    assert isinstance(step, Removing)  # noqa: S101 - this hand is for no other
    return step
