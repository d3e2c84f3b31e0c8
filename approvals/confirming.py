"""From Oracle's yes to the end: done is what Oracle says is done, by its record of the work and by the cluster."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from approvals.events import BOT, Body, Closed, Progressed, Sent, Succeeded
from approvals.request import Claim, Request
from approvals.states import State
from approvals.steps import Steps
from approvals.store import Store
from dac.change import units
from dac.cluster import Cluster, Lifecycle, WorkRequest, WorkStatus
from dac.errors import Denied, NotFound
from dac.gateway import FleetReader
from dac.scaling import ScalePlan

TAG = "dac-request"
"""Freeform tag that carries the request into Oracle: after a crash it tells whether the call got through."""

SCALING = "UPDATE_DEDICATED_AI_CLUSTER"
"""`operationType` of the work request that scaling makes (SDK `WorkRequest.operation_type`)."""

UNSTARTED = timedelta(minutes=10)
"""How long Oracle may show no trace of a change it has accepted before that is called a failure."""

SKEW = timedelta(seconds=60)
"""How far Oracle's clock and ours may be apart when a work request is told by its time."""


class Confirming:
    def __init__(self, store: Store, reader: FleetReader, now: Callable[[], datetime]) -> None:
        self._store = store
        self._reader = reader
        self._now = now
        self._steps = Steps(store, now)

    def got_through(self, request: Request, plan: ScalePlan, cluster: Cluster) -> Sent | None:
        """What tells that Oracle has taken this change on, though nobody has seen its answer."""
        if carries(cluster, request):
            return Sent()
        claim = claim_of(request)
        if cluster.etag == claim.etag:
            return None
        # Somebody may have replaced the tags since; then Oracle's record of the work still tells.
        work = _work_of(claim, self._work_requests(cluster))
        if work and (cluster.unit_count == plan.to_units or work.time_finished is None):
            return Sent(work_request_id=work.id)
        return None

    def confirm(self, request: Request, plan: ScalePlan) -> Request:
        claim = claim_of(request)
        since = claim.sent_at or claim.started_at
        try:
            cluster = self._reader.cluster(plan.cluster.region, plan.cluster.id)
        except NotFound as gone:
            if self._now() - since <= UNSTARTED:
                raise
            return self._steps.fail(request, f"{gone} What became of the change cannot be seen any more.")
        work = _work_of(claim, self._work_requests(cluster))
        if work and work.status in {WorkStatus.FAILED, WorkStatus.CANCELED}:
            return self._end_badly(request, plan, cluster, _oracle_failed(work, cluster))
        if work and work.status != WorkStatus.SUCCEEDED:
            return self._progress(request, work)
        if cluster.lifecycle_state == Lifecycle.ACTIVE and cluster.unit_count == plan.to_units:
            return self._succeed(request, plan, cluster, work)
        if cluster.lifecycle_state in {Lifecycle.FAILED, Lifecycle.NEEDS_ATTENTION}:
            why = f": {cluster.lifecycle_details}" if cluster.lifecycle_details else ""
            return self._end_badly(request, plan, cluster, f"{cluster.name} is {standing(cluster)}{why}.")
        if work and work.time_finished:
            since = max(since, work.time_finished)
        if cluster.lifecycle_state == Lifecycle.ACTIVE and self._now() - since > UNSTARTED:
            return self._steps.fail(
                request,
                f"Oracle accepted the change but {cluster.name} still has {units(cluster.unit_count)} after "
                f"{UNSTARTED.total_seconds() / 60:.0f} minutes and no work is under way.",
            )
        return self._progress(request, work)

    def _succeed(self, request: Request, plan: ScalePlan, cluster: Cluster, work: WorkRequest | None) -> Request:
        if plan.lease is None and request.returns is None:
            # First, for it can be done twice: after the end nobody would come back to it.
            self._close_leases(request, plan)
        named = f" (work request {work.id})" if work else ""
        outcome = f"{cluster.name} is {standing(cluster)}{named}."
        return self._steps.write(request, State.APPLYING, Succeeded(outcome=outcome))

    def _end_badly(self, request: Request, plan: ScalePlan, cluster: Cluster, said: str) -> Request:
        """It has failed; but what has the leased size all the same must give it back, so then its lease begins."""
        if plan.lease and cluster.unit_count == plan.to_units:
            return self._steps.write(request, State.APPLYING, Succeeded(outcome=said))
        return self._steps.fail(request, said)

    def _close_leases(self, request: Request, plan: ScalePlan) -> None:
        """A size that was agreed to for good ends the leases before it: giving them back would undo it."""
        outcome = (
            f"Request {request.id} has set {plan.cluster.name} to {units(plan.to_units)} for good; "
            "nothing is given back."
        )

        def decide(leased: Request) -> Body | None:
            return Closed(outcome=outcome) if leased.lease and leased.lease.open else None

        for leased in self._store.leased():
            if leased.plan.cluster.id == plan.cluster.id:
                self._store.change(leased.id, decide, actor=BOT, at=self._now())

    def _work_requests(self, cluster: Cluster) -> tuple[WorkRequest, ...]:
        try:
            return self._reader.work_requests(cluster)
        except (Denied, NotFound):
            # An identity that may not see work requests still sees the cluster, and that decides.
            return ()

    def _progress(self, request: Request, work: WorkRequest | None) -> Request:
        percent = int(work.percent_complete) if work else 0

        def decide(now: Request) -> Body | None:
            claim = claim_of(now)
            named = claim.work_request_id or not work
            if now.state is not State.APPLYING or (claim.percent >= percent and named and not now.trouble):
                return None
            return Progressed(percent=max(percent, claim.percent), work_request_id=work.id if work else None)

        return self._store.change(request.id, decide, actor=BOT, at=self._now())


def claim_of(request: Request) -> Claim:
    assert request.claim  # noqa: S101 - the table of states gives every APPLYING request one
    return request.claim


def carries(cluster: Cluster, request: Request) -> bool:
    return cluster.freeform_tags.get(TAG) == request.tag


def standing(cluster: Cluster) -> str:
    return f"{cluster.lifecycle_state} with {units(cluster.unit_count)}"


def _work_of(claim: Claim, found: tuple[WorkRequest, ...]) -> WorkRequest | None:
    """Oracle's record of this change: by its id, else the newest of its kind since the claim."""
    if claim.work_request_id:
        return next((each for each in found if each.id == claim.work_request_id), None)
    since = claim.started_at - SKEW
    return next((each for each in found if each.operation_type == SCALING and each.time_accepted >= since), None)


def _oracle_failed(work: WorkRequest, cluster: Cluster) -> str:
    said = "; ".join(work.errors) or "no reason given"
    return (
        f"Oracle ended the change {work.status} ({said}). {cluster.name} is {standing(cluster)} "
        f"(work request {work.id})."
    )
