"""Making a cluster, an endpoint or a model: by the tags it carries it is found again, so none is made twice."""

from __future__ import annotations

from approvals.confirming import TAG
from approvals.events import Sent
from approvals.hands import REMOVED, Tools
from approvals.request import Request
from approvals.states import State
from approvals.steps import claim_of
from approvals.workrequests import (
    UNSTARTED,
    creating,
    failure,
    has_failed,
    is_under_way,
    work_of,
    work_requests,
)
from dac.cluster import ClusterType, Lifecycle, Model, Resource
from dac.errors import Conflict, Denied, Invalid, NotFound
from dac.steps import MakeCluster, MakeEndpoint, MakeModel
from dac.still import check_dataset

STEP_TAG = "dac-step"
"""Freeform tag that tells which of the request's steps made a thing."""

_MAKING = frozenset({Lifecycle.CREATING, Lifecycle.UPDATING})


class MakingHand:
    """`approvals.hands.Hand` for whatever is made.

    Oracle takes a retry token with these calls, which is the same for every try of a step: within a day it acts once,
    and after that the tags tell.
    """

    def __init__(self, tools: Tools) -> None:
        self._tools = tools

    def act(self, request: Request, *, called: str) -> Request:  # noqa: ARG002 - as Hand says
        step, steps = _step(request), self._tools.steps
        if found := self._found(request, step):
            return steps.write(request, State.APPLYING, Sent(resource_id=found.id))
        if stopped := self._tools.stopped(request, ""):
            return stopped
        try:
            if isinstance(step, MakeModel):
                # Much may have been held up since the step was claimed, and Oracle trains on whatever is there.
                check_dataset(step, self._tools.reader)
            taken = self._tools.writer.create(step, tags=_tags(request, step), token=f"{request.tag}-{step.key}")
        except (Conflict, Invalid, Denied, NotFound) as no:
            if found := self._found(request, step):
                return steps.write(request, State.APPLYING, Sent(resource_id=found.id))
            return steps.fail(request, f"{no} No {step.makes} {step.name} was made.")
        sent = Sent(work_request_id=taken.work_request_id, resource_id=taken.resource_id)
        return steps.write(request, State.APPLYING, sent)

    def confirm(self, request: Request) -> Request:
        claim, step, steps = claim_of(request), _step(request), self._tools.steps
        try:
            made = self._tools.reader.resource(step.makes, step.region, claim.resource_id)
        except NotFound as gone:
            if self._tools.now() - (claim.sent_at or claim.since) <= UNSTARTED:
                raise
            because = f"{gone} What became of the {step.makes} {step.name} cannot be seen any more."
            return steps.fail(request, because, lost=True)
        work = work_of(claim, work_requests(self._tools.reader, made), creating(step.makes))
        if work and has_failed(work):
            return steps.fail(request, f"Oracle ended the making of {step.name} {failure(work)}; it is {_how(made)}.")
        if is_under_way(work) or made.lifecycle_state in _MAKING:
            return steps.progress(request, work)
        if made.lifecycle_state != Lifecycle.ACTIVE:
            lost = made.lifecycle_state in REMOVED
            return steps.fail(request, f"The {step.makes} {step.name} is {_how(made)}.", lost=lost)
        return steps.done(request, _said(step, made), resource_id=made.id, ways_on=_ways_on(step, made))

    def _found(self, request: Request, step: MakeCluster | MakeEndpoint | MakeModel) -> Resource | None:
        """What an earlier call made, though nobody has seen its answer."""
        there = self._tools.reader.resources(step.makes, step.region, step.compartment_id)
        wanted = _tags(request, step).items()
        return next((each for each in there if wanted <= each.freeform_tags.items()), None)


def _step(request: Request) -> MakeCluster | MakeEndpoint | MakeModel:
    step = request.step
    assert isinstance(step, MakeCluster | MakeEndpoint | MakeModel)  # noqa: S101 - this hand is for no other
    return step.resolved(claim_of(request).made)


def _tags(request: Request, step: MakeCluster | MakeEndpoint | MakeModel) -> dict[str, str]:
    return {TAG: request.tag, STEP_TAG: step.key}


def _how(made: Resource) -> str:
    return f"{made.lifecycle_state}: {made.lifecycle_details}" if made.lifecycle_details else made.lifecycle_state


def _said(step: MakeCluster | MakeEndpoint | MakeModel, made: Resource) -> str:
    match step:
        case MakeEndpoint():
            return f"The endpoint {step.name} is ACTIVE; point clients at its OCID, {made.id}."
        case MakeModel():
            return f"The model {step.name} is ACTIVE ({made.id}): {_quality(made)}."
        case _:
            return f"The cluster {step.name} is ACTIVE ({made.id})."


def _quality(made: Resource) -> str:
    """What Oracle measured at the end of the training."""
    if not isinstance(made, Model) or made.accuracy is None or made.loss is None:
        return "Oracle gives no accuracy and loss for it"
    return f"final accuracy {made.accuracy.normalize():f}, final loss {made.loss.normalize():f}"


def _ways_on(step: MakeCluster | MakeEndpoint | MakeModel, made: Resource) -> tuple[str, ...]:
    """What people may want next, as commands: a model needs a cluster that hosts it, and that an endpoint."""
    match step:
        case MakeModel():
            return (f"create hosting --model {made.id}",)
        case MakeCluster(type=ClusterType.HOSTING) if step.serves:
            return (f"endpoint create {made.id} --model {step.serves}",)
        case _:
            return ()
