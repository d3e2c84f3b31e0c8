"""From Oracle's yes to the end: done is what Oracle says is done, by its record of the work and by the cluster."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from approvals.events import BOT, Body, Closed, Sent, Succeeded
from approvals.request import Request
from approvals.states import State
from approvals.steps import Steps, claim_of
from approvals.store import Store
from approvals.workrequests import SCALING, UNSTARTED, failure, has_failed, is_under_way, work_of, work_requests
from dac.change import units
from dac.cluster import Cluster, Lifecycle, WorkRequest
from dac.errors import NotFound
from dac.gateway import FleetReader
from dac.scaling import ScalePlan

TAG = "dac-request"
"""Freeform tag that carries the request into Oracle: after a crash it tells whether the call got through."""


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
        work = work_of(claim, work_requests(self._reader, cluster), SCALING)
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
        work = work_of(claim, work_requests(self._reader, cluster), SCALING)
        if work and has_failed(work):
            return self._end_badly(request, plan, cluster, _oracle_failed(work, cluster))
        if is_under_way(work):
            return self._steps.progress(request, work)
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
        return self._steps.progress(request, work)

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
            if plan.cluster.id in leased.plan.touches:
                self._store.change(leased.id, decide, actor=BOT, at=self._now())


def carries(cluster: Cluster, request: Request) -> bool:
    return cluster.freeform_tags.get(TAG) == request.tag


def standing(cluster: Cluster) -> str:
    return f"{cluster.lifecycle_state} with {units(cluster.unit_count)}"


def _oracle_failed(work: WorkRequest, cluster: Cluster) -> str:
    return f"Oracle ended the change {failure(work)}. {cluster.name} is {standing(cluster)} (work request {work.id})."
