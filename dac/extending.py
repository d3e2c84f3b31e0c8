"""Keeping a leased size for longer than was agreed."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal

from pydantic import AwareDatetime

from dac.catalog import Catalog
from dac.change import FARTHEST, Change, Subject, about, units
from dac.cluster import Cluster
from dac.errors import Invalid
from dac.figures import Price, Unknown
from dac.forecast import lease_cost
from dac.naming import clip
from dac.scaling import ScalePlan
from dac.steps import AnyStep, MovingLease


class ExtendPlan(Change):
    """Let the lease of an earlier request end later.

    `leased` is that request's number; `cost_before` is what the cluster costs a month once it is given back,
    `cost_after` what it costs as long as it is not.
    """

    action: Literal["extend"] = "extend"
    cluster: Cluster
    leased: int
    from_units: int
    to_units: int
    ends_at: AwareDatetime
    by: timedelta
    lease_cost: Price | Unknown

    @property
    def kind(self) -> str:
        return self.action

    @property
    def until(self) -> datetime:
        return self.ends_at + self.by

    @property
    def more_units(self) -> int:
        return self.to_units - self.from_units

    @property
    def summary(self) -> str:
        return f"Keep {clip(self.cluster.name)} at {units(self.to_units)} for {said(self.by)} longer"

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
        return (MovingLease(),)

    @property
    def span(self) -> timedelta | None:
        return self.by

    @property
    def span_cost(self) -> Price | Unknown | None:
        return self.lease_cost

    @property
    def steps(self) -> tuple[str, ...]:
        return (f"Move the end of the lease of request {self.leased}; nothing is asked of Oracle before that",)

    @property
    def matters(self) -> dict[str, str]:
        return {
            "cluster": self.cluster.id,
            "leased by request": str(self.leased),
            "units while it lasts": str(self.to_units),
            "units after it": str(self.from_units),
            "end of the lease": self.ends_at.isoformat(),
            "new end of the lease": self.until.isoformat(),
        }


def plan_extend(
    leased: int, plan: ScalePlan, ends_at: datetime, by: timedelta, *, catalog: Catalog, now: datetime
) -> ExtendPlan:
    """Plan it, or raise `Invalid` with the sentence that says why not."""
    if by <= timedelta():
        raise Invalid("A lease is extended by some time, such as 4h; to end it earlier, ask for the old size.")
    if by > FARTHEST or ends_at + by - now > FARTHEST:
        raise Invalid("A lease ends within a year at the latest; it can be extended again before it ends.")
    return ExtendPlan(
        cluster=plan.cluster,
        cost_before=plan.cost_before,
        cost_after=plan.cost_after,
        headroom=plan.headroom,
        planned_at=now,
        leased=leased,
        from_units=plan.from_units,
        to_units=plan.to_units,
        ends_at=ends_at,
        by=by,
        lease_cost=lease_cost(catalog, plan.cluster.unit_shape, plan.from_units, plan.to_units, by),
    )


def said(span: timedelta) -> str:
    """A span in days, hours and minutes, whole."""
    hours, minutes = divmod(int(span.total_seconds()) // 60, 60)
    days, hours = divmod(hours, 24)
    parts = [(days, "day" if days == 1 else "days"), (hours, "h"), (minutes, "min")]
    return " ".join(f"{count} {unit}" for count, unit in parts if count) or "0 min"
