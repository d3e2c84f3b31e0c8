"""Another number of units for a hosting cluster, for good or for a while; "no" is an outcome of planning."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Literal

from pydantic import AwareDatetime

from dac.budgets import BudgetEffect
from dac.catalog import Catalog
from dac.change import FARTHEST, Change, Look, Subject, about, amount, units
from dac.cluster import Cluster, ClusterType, Headroom, Lifecycle
from dac.errors import Conflict, Invalid
from dac.figures import Price, Unknown
from dac.forecast import CommitmentStatus, Forecast, change_to_month_end, commitment, lease_cost
from dac.naming import clip
from dac.pricing import monthly, unit_hour, working
from dac.steps import AnyStep, Scaling

CHANGE = re.compile(r"(?P<sign>[+-])?(?P<number>\d{1,6})")


class ScalePlan(Change):
    """Change the number of units of a hosting cluster.

    What matters to the person who says yes: the cluster, its size before and after, its shape, the monthly cost,
    when it begins and when it is undone. The etag is not part of it: editing a description makes a new etag but not
    another decision. `lease` is how long the cluster keeps the new size, from when Oracle says it has it; None is
    for good.
    """

    action: Literal["scale"] = "scale"
    cluster: Cluster
    to_units: int
    start_at: AwareDatetime | None = None
    lease: timedelta | None = None
    unit_price: Price | Unknown
    cost_working: tuple[str, str] | None = None
    commitment: CommitmentStatus | Unknown | None
    forecast: Forecast
    lease_cost: Price | Unknown | None = None
    budgets: tuple[BudgetEffect, ...] = ()

    @property
    def kind(self) -> str:
        return self.action

    @property
    def from_units(self) -> int:
        return self.cluster.unit_count

    @property
    def more_units(self) -> int:
        return self.to_units - self.from_units

    @property
    def summary(self) -> str:
        return f"Scale {clip(self.cluster.name)} from {self.from_units} to {units(self.to_units)}"

    @property
    def subject(self) -> Subject:
        return about(self.cluster)

    @property
    def touches(self) -> tuple[str, ...]:
        return (self.cluster.id,)

    @property
    def goal(self) -> str:
        return units(self.to_units)

    @property
    def doing(self) -> tuple[AnyStep, ...]:
        return (Scaling(),)

    @property
    def etag(self) -> str:
        return self.cluster.etag or ""

    @property
    def begins(self) -> datetime | None:
        return self.start_at

    @property
    def lasts(self) -> timedelta | None:
        return self.lease

    @property
    def span_cost(self) -> Price | Unknown | None:
        return self.lease_cost

    def again(self, look: Look) -> ScalePlan:
        cluster = look.reader.cluster(self.cluster.region, self.cluster.id)
        return plan_scale(
            cluster,
            self.to_units,
            catalog=look.catalog,
            headroom=look.reader.headroom(cluster),
            now=look.now,
            start_at=self.start_at,
            lease=self.lease,
        )

    @property
    def steps(self) -> tuple[str, ...]:
        steps = [
            f"Ask Oracle to set {self.cluster.name} to {units(self.to_units)}, if it is still as read",
            f"Wait until Oracle reports it ACTIVE with {units(self.to_units)}",
        ]
        if self.lease:
            steps.append(
                f"When the lease ends, announce it and set {self.cluster.name} back to {units(self.from_units)}"
            )
        return tuple(steps)

    @property
    def matters(self) -> dict[str, str]:
        return {
            "region": self.cluster.region,
            "cluster": self.cluster.id,
            "name": self.cluster.name,
            "shape": self.cluster.unit_shape,
            "units": str(self.from_units),
            "units asked for": str(self.to_units),
            "monthly cost before": amount(self.cost_before),
            "monthly cost after": amount(self.cost_after),
            "begins": self.start_at.isoformat() if self.start_at else "at once",
            "is undone": f"after {self.lease}" if self.lease else "never",
        }


def plan_scale(
    cluster: Cluster,
    to_units: int,
    *,
    catalog: Catalog,
    headroom: Headroom | Unknown,
    now: datetime,
    start_at: datetime | None = None,
    lease: timedelta | None = None,
    budgets: tuple[BudgetEffect, ...] = (),
) -> ScalePlan:
    """Plan the change, or raise the sentence that says why it cannot be done: `Invalid`, `Conflict`."""
    if cluster.type != ClusterType.HOSTING:
        raise Invalid(f"{cluster.name} is a fine-tuning cluster: Oracle presets its units and they cannot be changed.")
    if cluster.lifecycle_state != Lifecycle.ACTIVE:
        raise Conflict(f"{cluster.name} is {cluster.lifecycle_state}; only an ACTIVE cluster can be scaled.")
    if to_units < 1:
        raise Invalid(
            f"{cluster.name} cannot have {units(to_units)}: a cluster has at least 1. To be rid of it, delete it."
        )
    if to_units == cluster.unit_count:
        raise Invalid(f"{cluster.name} already has {units(to_units)}; there is nothing to change.")
    _within_reach(now, start_at, lease)
    _within_limit(cluster, to_units - cluster.unit_count, catalog, headroom)
    shape, sizes = cluster.unit_shape, (cluster.unit_count, to_units)
    workings = [working(catalog, shape, size) for size in sizes]
    known = [each for each in workings if isinstance(each, str)]
    return ScalePlan(
        cluster=cluster,
        to_units=to_units,
        start_at=start_at,
        lease=lease,
        unit_price=unit_hour(catalog, shape),
        cost_before=monthly(catalog, shape, cluster.unit_count),
        cost_after=monthly(catalog, shape, to_units),
        cost_working=(known[0], known[1]) if len(known) == len(sizes) else None,
        commitment=commitment(cluster, catalog, now),
        forecast=change_to_month_end(catalog, shape, *sizes, start_at or now, lease=lease, at=now),
        lease_cost=lease_cost(catalog, shape, *sizes, lease) if lease else None,
        budgets=budgets,
        headroom=headroom,
        planned_at=now,
    )


def _within_reach(now: datetime, start_at: datetime | None, lease: timedelta | None) -> None:
    if start_at is not None and start_at - now > FARTHEST:
        raise Invalid("A change begins within a year; ask for it nearer the time.")
    if lease is not None and not timedelta() < lease <= FARTHEST:
        raise Invalid("A lease is for some time, such as 8h, and a year at most; for good, ask without --for.")


def _within_limit(cluster: Cluster, more: int, catalog: Catalog, headroom: Headroom | Unknown) -> None:
    if more <= 0:
        return
    shape = catalog.shape(cluster.unit_shape)
    # Where the weight of a unit is not known it is at least 1, so a refusal here is right and a pass is Oracle's call.
    needed = more * ((shape.limit.units if shape and shape.limit else None) or 1)
    if isinstance(headroom, Headroom) and needed > headroom.available:
        raise Invalid(
            f"{cluster.name} cannot grow by {units(more)}: that needs {needed} more of the service limit "
            f"{headroom.limit_name} in {headroom.region} and {max(headroom.available, 0)} are available. "
            "Ask Oracle to raise the limit (Console: Governance, Limits, Quotas and Usage), then ask again."
        )


def target_units(change: str, current: int) -> int:
    """Units meant by "8", "+2" or "-1"; raises `Invalid`."""
    match = CHANGE.fullmatch(change.strip())
    if not match:
        raise Invalid(f"“{change[:40]}” is not a number of units: give the new size such as 8, or a change such as +2.")
    number = int(match["number"])
    return {"+": current + number, "-": current - number}.get(match["sign"] or "", number)
