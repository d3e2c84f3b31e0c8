"""Carrying out what was agreed, once, however often and wherever this is called: claim, act, confirm."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from approvals.beginning import Beginning
from approvals.confirming import TAG, UNSTARTED, Confirming, carries, claim_of, standing
from approvals.events import BOT, Body, Extended, Reclaimed, Sent, Succeeded
from approvals.policy import Policy
from approvals.request import Request
from approvals.states import State
from approvals.steps import Steps
from approvals.store import Store
from dac.catalog import Catalog
from dac.errors import Conflict, DacError, Denied, Invalid, NotFound
from dac.extending import ExtendPlan
from dac.gateway import ClusterWriter, FleetReader
from dac.scaling import ScalePlan


class Executor:
    """Moves requests from APPROVED to their end, one step at a time.

    `holder` names this process in claims; `lease` is how long a claim keeps others away and must be longer than
    one call to Oracle can take. Safety does not rest on the lease: Oracle's etag lets only one call through. In a
    `dry_run` nothing is begun. By the `policy`, what has come under another rule since it was asked goes stale.
    """

    def __init__(  # noqa: PLR0913 - its parts, by name
        self,
        store: Store,
        reader: FleetReader,
        writer: ClusterWriter,
        catalog: Catalog,
        now: Callable[[], datetime],
        *,
        holder: str,
        lease: timedelta,
        dry_run: bool = False,
        policy: Callable[[], Policy] | None = None,
    ) -> None:
        self._store = store
        self._reader = reader
        self._writer = writer
        self._now = now
        self._holder = holder
        self._lease = lease
        self._steps = Steps(store, now)
        self._beginning = Beginning(
            store, reader, catalog, now, holder=holder, lease=lease, dry_run=dry_run, policy=policy
        )
        self._confirming = Confirming(store, reader, now)
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
                return self._steps.trouble(request_id, trouble, State.APPROVED, State.APPLYING)

    def _step(self, request: Request) -> Request:
        if request.state is State.APPROVED:
            request = self._beginning.begin(request)
            if request.state is State.APPLYING:
                # What this very step has claimed, nobody can have called for yet.
                return self._act(request, called="this request changed nothing")
        if request.state is not State.APPLYING:
            return request
        claim = claim_of(request)
        if claim.sent_at is not None:
            return self._confirming.confirm(request, _scaled(request))
        if claim.holder != self._holder and (self._now() < claim.until or self._waits(request)):
            return request
        return self._act(self._take_over(request), called="whether its own call got through is not known")

    def _waits(self, request: Request) -> bool:
        """Whether its holder has it wait, so that nothing would be won by taking it over."""
        now = self._beginning.held_by(request)
        return now is not None and request.held is not None and now.why is request.held.why

    def _take_over(self, request: Request) -> Request:
        if claim_of(request).holder == self._holder:
            return request
        reclaimed = Reclaimed(holder=self._holder, until=self._now() + self._lease)
        return self._steps.write(request, State.APPLYING, reclaimed)

    def _act(self, request: Request, *, called: str) -> Request:
        """Look whether the call got through already; if not, make it with the etag of the claim.

        `called` is what can be said of this request's own call, should somebody else have changed the cluster.
        """
        claim = claim_of(request)
        if claim.holder != self._holder:
            return request
        plan = request.plan
        if isinstance(plan, ExtendPlan):
            return self._extend(request, plan)
        try:
            cluster = self._reader.cluster(plan.cluster.region, plan.cluster.id)
        except NotFound as gone:
            if self._now() - claim.started_at <= UNSTARTED:
                raise
            return self._steps.fail(request, f"{gone} This request has nothing left to change.")
        if sent := self._confirming.got_through(request, plan, cluster):
            return self._steps.write(request, State.APPLYING, sent)
        if cluster.etag != claim.etag:
            return self._steps.fail(
                request,
                f"{cluster.name} was changed by someone else at the last moment; {called}. It is {standing(cluster)}.",
            )
        if request.begin_by and self._now() > max(request.begin_by, claim.started_at + UNSTARTED):
            # A freeze, or Oracle away, may have come between claim and call, and people count on this not to begin now.
            because = "It was claimed in time, but could not be asked of Oracle before it was to be begun"
            return self._steps.fail(request, f"{because}; nothing was changed: {cluster.name} is {standing(cluster)}.")
        # The last thing before the call: what was claimed before a freeze or a window is not called for during it.
        if held := self._beginning.held_by(request):
            return self._steps.hold(request, held)
        try:
            work_request = self._writer.scale(cluster, plan.to_units, tags={TAG: request.tag})
        except (Conflict, Invalid, Denied, NotFound) as no:
            return self._refused(request, no)
        return self._steps.write(request, State.APPLYING, Sent(work_request_id=work_request))

    def _extend(self, request: Request, plan: ExtendPlan) -> Request:
        """Nothing is asked of Oracle: the lease is moved, once, and that is all.

        No return can have begun since this was claimed, for it would have waited.
        """

        def decide(leased: Request) -> Body | None:
            lease = leased.lease
            if lease is None or request.id in lease.extended_by or lease.ends_at != plan.ends_at or not lease.open:
                return None
            return Extended(until=plan.until, by_request=request.id)

        leased = self._store.change(plan.leased, decide, actor=BOT, at=self._now())
        if leased.lease is None or request.id not in leased.lease.extended_by:
            because = f"The lease of request {plan.leased} has ended meanwhile; nothing was changed."
            return self._steps.fail(request, because)
        outcome = f"The lease of request {plan.leased} on {plan.cluster.name} has been extended."
        return self._steps.write(request, State.APPLYING, Succeeded(outcome=outcome))

    def _refused(self, request: Request, no: DacError) -> Request:
        """Oracle said no; unless that is because an earlier call of this same request got through."""
        cluster = self._reader.cluster(request.plan.cluster.region, request.plan.cluster.id)
        if carries(cluster, request):
            return self._steps.write(request, State.APPLYING, Sent())
        because = f"{no} This request changed nothing: {cluster.name} is {standing(cluster)}."
        return self._steps.fail(request, because)

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


def _scaled(request: Request) -> ScalePlan:
    assert isinstance(request.plan, ScalePlan)  # noqa: S101 - an extension asks Oracle for nothing to be confirmed
    return request.plan
