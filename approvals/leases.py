"""Giving back what was leased: at the end of a lease a request of its own undoes the change, however long it takes."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from approvals.events import BOT, Approved, Body, Closed, Escalated, Extended, Returning, Submitted
from approvals.request import Lease, Request
from approvals.states import SAID, State
from approvals.steps import Steps
from approvals.store import Store
from dac.catalog import Catalog
from dac.change import units
from dac.cluster import Cluster, Lifecycle
from dac.errors import Conflict, DacError, NotFound
from dac.gateway import FleetReader
from dac.scaling import ScalePlan, plan_scale

PAUSE = timedelta(seconds=30)
"""How long one try after another is apart when Oracle does not answer."""

AGAIN = timedelta(minutes=10)
"""How long after a return that has failed the next one is asked for; twice as long after each further one."""

LONGEST_PAUSE = timedelta(hours=1)

NEVER = timedelta(days=366)
"""A return waits for nobody, so the time it would wait for people is of no account."""


class Leases:
    """Whatever happens, an open lease is looked at again until its size is given back or somebody else has changed it.

    Safe to run in two processes: the return is a request with a delivery of its own, so it is made once.
    """

    def __init__(self, store: Store, reader: FleetReader, catalog: Catalog, now: Callable[[], datetime]) -> None:
        self._store = store
        self._reader = reader
        self._catalog = catalog
        self._now = now
        self._steps = Steps(store, now)
        self._rest: dict[int, datetime] = {}

    def tend(self) -> bool:
        """Bring every lease that has ended one step further; whether anything has changed."""
        at = self._now()
        open_ = self._store.leased()
        self._rest = {each.id: self._rest[each.id] for each in open_ if self._rest.get(each.id, at) > at}
        ended = [each for each in open_ if each.lease and each.lease.ends_at <= at and each.id not in self._rest]
        changed = [self._step(each, each.lease, open_) for each in ended if each.lease]
        return any(changed)

    def _step(self, leased: Request, lease: Lease, open_: Sequence[Request]) -> bool:
        try:
            after = self._follow(leased, lease, open_)
        except DacError as trouble:
            self._pause(leased)
            after = self._steps.trouble(leased.id, trouble, State.APPLIED)
        return after.version != leased.version

    def _follow(self, leased: Request, lease: Lease, open_: Sequence[Request]) -> Request:
        """See what has become of the request that gives it back, if there is one, and then of the cluster."""
        back = self._store.get(lease.returning) if lease.returning is not None else None
        if back and back.state is State.APPLIED:
            return self._close(leased, f"Given back by request {back.id}: {back.outcome}")
        if back and not back.final:
            return leased
        plan = _scaled(leased)
        for other in self._store.in_states(State.APPLYING):
            if plan.cluster.id in other.touches:
                # What it makes of the cluster is not known yet, and may be for good.
                raise Conflict(f"Request {other.id} is changing {plan.cluster.name}; the lease is seen to after that.")
        try:
            cluster = self._reader.cluster(plan.cluster.region, plan.cluster.id)
        except NotFound as gone:
            if lease.ends_at + AGAIN > self._now() or not self._is_gone(plan):
                raise
            return self._close(leased, f"There is nothing to give back any more: {gone}")
        on_top = next((each for each in open_ if _is_later(each, lease) and _made(each, cluster)), None)
        if on_top and on_top.lease:
            return self._wait_for(leased, on_top.lease.ends_at, on_top.id)
        if cluster.lifecycle_state == Lifecycle.DELETED or cluster.unit_count != plan.to_units:
            return self._close(leased, _changed_meanwhile(plan, cluster))
        if back and self._now() < _again_at(lease, back):
            return self._failed(leased, back)
        return self._give_back(leased, lease, cluster)

    def _give_back(self, leased: Request, lease: Lease, cluster: Cluster) -> Request:
        back = plan_scale(
            cluster,
            _scaled(leased).from_units,
            catalog=self._catalog,
            headroom=self._reader.headroom(cluster),
            now=self._now(),
        )
        made = self._ask(leased, lease, back)

        def decide(now: Request) -> Body | None:
            # Extended or closed in between, nothing is given back; the request just made finds itself not wanted.
            wanted = now.lease is not None and now.lease.open and now.lease.ends_at == lease.ends_at
            known = now.lease is not None and made.id in now.lease.returned_by
            return Returning(by_request=made.id) if wanted and not known else None

        return self._change(leased, decide)

    def _is_gone(self, plan: ScalePlan) -> bool:
        """Oracle says the same of what is deleted and of what one may not see; a list without gaps tells them apart."""
        fleet = self._reader.fleet()
        seen = {each.id for each in fleet.clusters}
        unread = {gap.region for gap in fleet.gaps if gap.what.startswith("clusters")}
        return plan.cluster.id not in seen and plan.cluster.region not in unread

    def _wait_for(self, leased: Request, until: datetime, by_request: int) -> Request:
        """What stands on this size is given back first, down to this size; then comes the turn of this one."""

        def decide(now: Request) -> Body | None:
            later = now.lease is not None and now.lease.ends_at < until
            return Extended(until=until, by_request=by_request) if later else None

        self._pause(leased)
        return self._change(leased, decide)

    def _ask(self, leased: Request, lease: Lease, back: ScalePlan) -> Request:
        """The request that undoes it, agreed to by whoever agreed to the lease."""
        at = self._now()
        body = Submitted(
            plan=back,
            digest=back.digest,
            reason=f"The lease of request {leased.id} has ended.",
            rule=leased.rule,
            rule_digest=leased.rule_digest,
            eligible=leased.eligible,
            channel=leased.channel,
            asked_in=leased.asked_in,
            nonce=secrets.token_hex(4),
            expires_at=at + NEVER,
            returns=leased.id,
        )
        # By the end of the lease as well: an extension is followed by a return of its own.
        delivery = f"lease:{leased.id}:{len(lease.returned_by)}:{int(lease.ends_at.timestamp())}"
        agreed = Approved(by="lease", begin_by=None)
        return self._store.submit(body, actor=leased.requester, at=at, delivery=delivery, then=agreed)

    def _close(self, leased: Request, outcome: str) -> Request:
        def decide(now: Request) -> Body | None:
            return Closed(outcome=outcome) if now.lease and now.lease.open else None

        return self._change(leased, decide)

    def _failed(self, leased: Request, back: Request) -> Request:
        """Told once for each that fails; another one is asked for after a while."""
        escalated = Escalated(
            sentence=f"Request {back.id}, which was to give the size back, {SAID[back.state]}: {back.outcome}"
        )

        def decide(now: Request) -> Body | None:
            told = now.escalated_at is not None and now.escalated_at >= back.changed_at
            return None if told else escalated

        self._pause(leased)
        return self._change(leased, decide)

    def _change(self, leased: Request, decide: Callable[[Request], Body | None]) -> Request:
        return self._store.change(leased.id, decide, actor=BOT, at=self._now())

    def _pause(self, leased: Request) -> None:
        self._rest[leased.id] = self._now() + PAUSE


def _is_later(other: Request, lease: Lease) -> bool:
    return other.lease is not None and other.lease.began_at > lease.began_at


def _made(leased: Request, cluster: Cluster) -> bool:
    """Whether the cluster is what that lease has made of it."""
    plan = _scaled(leased)
    return plan.cluster.id == cluster.id and plan.to_units == cluster.unit_count


def _again_at(lease: Lease, back: Request) -> datetime:
    """When another return is asked for after that one."""
    doubled: timedelta = AGAIN * 2 ** (len(lease.returned_by) - 1)
    return back.changed_at + min(doubled, LONGEST_PAUSE)


def _changed_meanwhile(plan: ScalePlan, cluster: Cluster) -> str:
    if cluster.lifecycle_state == Lifecycle.DELETED:
        return f"There is nothing to give back any more: {cluster.name} is DELETED."
    if cluster.unit_count == plan.from_units:
        return f"{cluster.name} has {units(plan.from_units)} again already."
    return (
        f"{cluster.name} was changed meanwhile and has {units(cluster.unit_count)} instead of {plan.to_units}; "
        f"it was left as it is. It had {units(plan.from_units)} before the lease."
    )


def _scaled(leased: Request) -> ScalePlan:
    assert isinstance(leased.plan, ScalePlan)  # noqa: S101 - only a scaling has a lease
    return leased.plan
