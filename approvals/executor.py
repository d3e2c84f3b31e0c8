"""Carrying out what was agreed, once, however often and wherever this is called: claim, act, confirm."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from approvals.request import (
    BOT,
    Body,
    Claim,
    Failed,
    Outdated,
    Progressed,
    Reclaimed,
    Request,
    Sent,
    Started,
    Succeeded,
    Troubled,
)
from approvals.states import State
from approvals.store import Store
from dac.catalog import Catalog
from dac.cluster import Cluster, Lifecycle, WorkRequest, WorkStatus
from dac.errors import Conflict, DacError, Denied, Invalid, NotFound
from dac.gateway import ClusterWriter, FleetReader
from dac.plans import Plan, differences, plan_scale, units

TAG = "dac-request"
"""Freeform tag that carries the request into Oracle: after a crash it tells whether the call got through."""

SCALING = "UPDATE_DEDICATED_AI_CLUSTER"
"""`operationType` of the work request that scaling makes (SDK `WorkRequest.operation_type`)."""

UNSTARTED = timedelta(minutes=10)
"""How long Oracle may show no trace of a change it has accepted before that is called a failure."""

SKEW = timedelta(seconds=60)
"""How far Oracle's clock and ours may be apart when a work request is told by its time."""


class Executor:
    """Moves requests from APPROVED to their end, one step at a time.

    `holder` names this process in claims; `lease` is how long a claim keeps others away and must be longer than
    one call to Oracle can take. Safety does not rest on the lease: Oracle's etag lets only one call through.
    """

    def __init__(
        self,
        store: Store,
        reader: FleetReader,
        writer: ClusterWriter,
        catalog: Catalog,
        now: Callable[[], datetime],
        *,
        holder: str,
        lease: timedelta,
    ) -> None:
        self._store = store
        self._reader = reader
        self._writer = writer
        self._catalog = catalog
        self._now = now
        self._holder = holder
        self._lease = lease
        self._busy: set[int] = set()
        self._guard = threading.Lock()

    def due(self) -> dict[int, int]:
        """Requests that have a next step and their versions, oldest first."""
        return {each.id: each.version for each in self._store.in_states(State.APPROVED, State.APPLYING)}

    def advance(self, request_id: int) -> Request:
        """Take the next step of one request, if there is one and nobody else is taking it."""
        with self._alone(request_id) as alone:
            request = self._store.get(request_id)
            if not alone:
                return request
            try:
                return self._step(request)
            except DacError as trouble:
                # Before the claim nothing has been asked of Oracle, and after it only Oracle can say what became of
                # it: either way the request stays as it is, says so, and is tried again.
                return self._troubled(request_id, trouble)

    def _step(self, request: Request) -> Request:
        if request.state is State.APPROVED:
            request = self._claim(request)
            if request.state is State.APPLYING:
                # What this very step has claimed, nobody can have called for yet.
                return self._act(request, called="this request changed nothing")
        if request.state is not State.APPLYING:
            return request
        claim = _claim_of(request)
        if claim.sent_at is not None:
            return self._confirm(request)
        if claim.holder != self._holder and self._now() < claim.until:
            return request
        return self._act(self._take_over(request), called="whether its own call got through is not known")

    def _claim(self, request: Request) -> Request:
        """Plan again from the live world; take the claim if what was approved is still what would be done."""
        try:
            cluster = self._reader.cluster(request.plan.cluster.region, request.plan.cluster.id)
            plan = self._plan_again(request.plan, cluster)
            changed = differences(request.plan, plan)
        except (Invalid, Conflict, NotFound) as no:
            changed = (str(no),)
        if changed:
            return self._write(request, State.APPROVED, Outdated(differences=changed))
        at = self._now()
        started = Started(etag=cluster.etag or "", holder=self._holder, until=at + self._lease)

        def decide(now: Request) -> Body | None:
            # Reading Oracle takes time: what has expired meanwhile is not begun any more.
            return started if now.state is State.APPROVED and at < now.expires_at else None

        return self._store.change(request.id, decide, actor=BOT, at=at)

    def _plan_again(self, plan: Plan, cluster: Cluster) -> Plan:
        return plan_scale(
            cluster,
            plan.to_units,
            catalog=self._catalog,
            headroom=self._reader.headroom(cluster),
            now=self._now(),
        )

    def _take_over(self, request: Request) -> Request:
        if _claim_of(request).holder == self._holder:
            return request
        return self._write(request, State.APPLYING, Reclaimed(holder=self._holder, until=self._now() + self._lease))

    def _act(self, request: Request, *, called: str) -> Request:
        """Look whether the call got through already; if not, make it with the etag of the claim.

        `called` is what can be said of this request's own call, should somebody else have changed the cluster.
        """
        claim = _claim_of(request)
        if claim.holder != self._holder:
            return request
        try:
            cluster = self._reader.cluster(request.plan.cluster.region, request.plan.cluster.id)
        except NotFound as gone:
            if self._now() - claim.started_at <= UNSTARTED:
                raise
            return self._fail(request, f"{gone} This request has nothing left to change.")
        if _carries(cluster, request):
            return self._write(request, State.APPLYING, Sent())
        if cluster.etag != claim.etag:
            # Somebody may have replaced the tags since; then Oracle's record of the work still tells.
            work = _work_of(claim, self._work_requests(cluster))
            if work and (cluster.unit_count == request.plan.to_units or work.time_finished is None):
                return self._write(request, State.APPLYING, Sent(work_request_id=work.id))
            return self._fail(
                request,
                f"{cluster.name} was changed by someone else at the last moment; {called}. It is {_standing(cluster)}.",
            )
        try:
            work_request = self._writer.scale(cluster, request.plan.to_units, tags={TAG: request.tag})
        except (Conflict, Invalid, Denied, NotFound) as no:
            return self._refused(request, no)
        return self._write(request, State.APPLYING, Sent(work_request_id=work_request))

    def _refused(self, request: Request, no: DacError) -> Request:
        """Oracle said no; unless that is because an earlier call of this same request got through."""
        cluster = self._reader.cluster(request.plan.cluster.region, request.plan.cluster.id)
        if _carries(cluster, request):
            return self._write(request, State.APPLYING, Sent())
        return self._fail(request, f"{no} This request changed nothing: {cluster.name} is {_standing(cluster)}.")

    def _confirm(self, request: Request) -> Request:
        """Done is what Oracle says is done."""
        claim, plan = _claim_of(request), request.plan
        since = claim.sent_at or claim.started_at
        try:
            cluster = self._reader.cluster(plan.cluster.region, plan.cluster.id)
        except NotFound as gone:
            if self._now() - since <= UNSTARTED:
                raise
            return self._fail(request, f"{gone} What became of the change cannot be seen any more.")
        work = _work_of(claim, self._work_requests(cluster))
        if work and work.status in {WorkStatus.FAILED, WorkStatus.CANCELED}:
            return self._fail(request, _oracle_failed(work, cluster))
        if work and work.status != WorkStatus.SUCCEEDED:
            return self._progress(request, work)
        if cluster.lifecycle_state == Lifecycle.ACTIVE and cluster.unit_count == plan.to_units:
            named = f" (work request {work.id})" if work else ""
            outcome = f"{cluster.name} is {_standing(cluster)}{named}."
            return self._write(request, State.APPLYING, Succeeded(outcome=outcome))
        if cluster.lifecycle_state in {Lifecycle.FAILED, Lifecycle.NEEDS_ATTENTION}:
            why = f": {cluster.lifecycle_details}" if cluster.lifecycle_details else ""
            return self._fail(request, f"{cluster.name} is {_standing(cluster)}{why}.")
        if work and work.time_finished:
            since = max(since, work.time_finished)
        if cluster.lifecycle_state == Lifecycle.ACTIVE and self._now() - since > UNSTARTED:
            return self._fail(
                request,
                f"Oracle accepted the change but {cluster.name} still has {units(cluster.unit_count)} after "
                f"{UNSTARTED.total_seconds() / 60:.0f} minutes and no work is under way.",
            )
        return self._progress(request, work)

    def _work_requests(self, cluster: Cluster) -> tuple[WorkRequest, ...]:
        try:
            return self._reader.work_requests(cluster)
        except (Denied, NotFound):
            # An identity that may not see work requests still sees the cluster, and that decides.
            return ()

    def _progress(self, request: Request, work: WorkRequest | None) -> Request:
        percent = int(work.percent_complete) if work else 0

        def decide(now: Request) -> Body | None:
            claim = _claim_of(now)
            named = claim.work_request_id or not work
            if now.state is not State.APPLYING or (claim.percent >= percent and named and not now.trouble):
                return None
            return Progressed(percent=max(percent, claim.percent), work_request_id=work.id if work else None)

        return self._store.change(request.id, decide, actor=BOT, at=self._now())

    def _fail(self, request: Request, because: str) -> Request:
        return self._write(request, State.APPLYING, Failed(because=because))

    def _write(self, request: Request, state: State, body: Body) -> Request:
        """Record a step, unless somebody else has recorded one since the request was read."""

        def decide(now: Request) -> Body | None:
            return body if now.state is state and now.claim == request.claim else None

        return self._store.change(request.id, decide, actor=BOT, at=self._now())

    def _troubled(self, request_id: int, trouble: DacError) -> Request:
        def decide(now: Request) -> Body | None:
            if now.state not in {State.APPROVED, State.APPLYING} or _gist(now.trouble) == _gist(str(trouble)):
                return None
            return Troubled(sentence=str(trouble))

        return self._store.change(request_id, decide, actor=BOT, at=self._now())

    @contextmanager
    def _alone(self, request_id: int) -> Iterator[bool]:
        with self._guard:
            alone = request_id not in self._busy
            self._busy.add(request_id)
        try:
            yield alone
        finally:
            if alone:
                with self._guard:
                    self._busy.discard(request_id)


def _claim_of(request: Request) -> Claim:
    assert request.claim  # noqa: S101 - the table of states gives every APPLYING request one
    return request.claim


def _carries(cluster: Cluster, request: Request) -> bool:
    return cluster.freeform_tags.get(TAG) == request.tag


def _work_of(claim: Claim, found: tuple[WorkRequest, ...]) -> WorkRequest | None:
    """Oracle's record of this change: by its id, else the newest of its kind since the claim."""
    if claim.work_request_id:
        return next((each for each in found if each.id == claim.work_request_id), None)
    since = claim.started_at - SKEW
    return next((each for each in found if each.operation_type == SCALING and each.time_accepted >= since), None)


def _standing(cluster: Cluster) -> str:
    return f"{cluster.lifecycle_state} with {units(cluster.unit_count)}"


def _oracle_failed(work: WorkRequest, cluster: Cluster) -> str:
    said = "; ".join(work.errors) or "no reason given"
    return (
        f"Oracle ended the change {work.status} ({said}). {cluster.name} is {_standing(cluster)} "
        f"(work request {work.id})."
    )


def _gist(sentence: str) -> str:
    """Without what differs from one try to the next, such as Oracle's request id."""
    return re.sub(r"\([^)]*\)|\d+", "", sentence)
