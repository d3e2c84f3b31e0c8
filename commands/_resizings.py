"""Changes of size that our requests tell of, done lately or known ahead, for what a month will have cost."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from approvals.requests import Requests
from approvals.states import State
from dac.cluster import Cluster
from dac.deleting import DeleteClusterPlan
from dac.month_end import Resizing
from dac.scaling import ScalePlan

LATELY = timedelta(days=4)
"""Days that are not final yet, and one more: before them Oracle's own rows tell what there was."""


def resizings(requests: Requests, at: datetime, since: datetime | None = None) -> tuple[Resizing, ...]:
    """`since` is from when on those that are done count, where Oracle's rows do not tell what there was."""
    return (*done(requests, since or at - LATELY), *_leased(requests, at), *_agreed(requests, at))


def done(requests: Requests, since: datetime) -> tuple[Resizing, ...]:
    """Those that Oracle has carried out since then."""
    return tuple(
        _resizing(each.plan, each.ended_at, back=False)
        for each in requests.applied(since)
        if isinstance(each.plan, ScalePlan) and each.ended_at and not each.rehearsal
    )


def deleted(requests: Requests, since: datetime) -> tuple[tuple[Cluster, datetime], ...]:
    """Clusters that requests have had deleted since then, and when that was done."""
    return tuple(
        (each.plan.cluster, each.ended_at)
        for each in requests.applied(since)
        if isinstance(each.plan, DeleteClusterPlan) and each.ended_at and not each.rehearsal
    )


def _leased(requests: Requests, at: datetime) -> Iterator[Resizing]:
    for each in requests.leased():
        if isinstance(each.plan, ScalePlan) and each.lease and each.lease.open and each.lease.ends_at > at:
            yield _resizing(each.plan, each.lease.ends_at, back=True)


def _agreed(requests: Requests, at: datetime) -> Iterator[Resizing]:
    """What is approved and begins later; its lease, where it has one, ends as long after that."""
    for each in requests.open():
        plan, begins = each.plan, each.start_at
        if each.state is State.APPROVED and isinstance(plan, ScalePlan) and begins and begins > at:
            yield _resizing(plan, begins, back=False)
            if plan.lasts:
                yield _resizing(plan, begins + plan.lasts, back=True)


def _resizing(plan: ScalePlan, at: datetime, *, back: bool) -> Resizing:
    before, after = (plan.to_units, plan.from_units) if back else (plan.from_units, plan.to_units)
    return Resizing(cluster_id=plan.cluster.id, at=at, before=before, after=after)
