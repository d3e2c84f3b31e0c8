"""A change as data: what is, what will be, what it costs and how it is done; "no" is an outcome of planning."""

from __future__ import annotations

import hashlib
import json
import re
from datetime import datetime
from typing import Literal, TypeAlias

from pydantic import AwareDatetime

from dac.catalog import Catalog
from dac.cluster import Cluster, ClusterType, Headroom, Lifecycle
from dac.errors import Conflict, Invalid
from dac.figures import Frozen, Price, Source, Unknown
from dac.naming import clip
from dac.pricing import difference, monthly, working

CHANGE = re.compile(r"(?P<sign>[+-])?(?P<number>\d{1,6})")


class Note(Frozen):
    """Something to know before saying yes, with where it can be read."""

    text: str
    sources: tuple[Source, ...]


class ScalePlan(Frozen):
    """Change the number of units of a hosting cluster.

    Approval binds to `digest`, which covers what matters to the person who says yes: the cluster, its size before
    and after, its shape and the monthly cost. The etag is not part of it: editing a description makes a new etag
    but not another decision.
    """

    action: Literal["scale"] = "scale"
    cluster: Cluster
    to_units: int
    cost_before: Price | Unknown
    cost_after: Price | Unknown
    cost_working: tuple[str, str] | None = None
    commitment: Note | None = None
    headroom: Headroom | Unknown
    planned_at: AwareDatetime

    @property
    def from_units(self) -> int:
        return self.cluster.unit_count

    @property
    def summary(self) -> str:
        return f"Scale {clip(self.cluster.name)} from {self.from_units} to {units(self.to_units)}"

    @property
    def steps(self) -> tuple[str, ...]:
        return (
            f"Ask Oracle to set {self.cluster.name} to {units(self.to_units)}, if it is still as read",
            f"Wait until Oracle reports it ACTIVE with {units(self.to_units)}",
        )

    @property
    def matters(self) -> dict[str, str]:
        """What an approval is given for, in words for a difference."""
        return {
            "region": self.cluster.region,
            "cluster": self.cluster.id,
            "name": self.cluster.name,
            "shape": self.cluster.unit_shape,
            "units": str(self.from_units),
            "units asked for": str(self.to_units),
            "monthly cost before": _amount(self.cost_before),
            "monthly cost after": _amount(self.cost_after),
        }

    @property
    def digest(self) -> str:
        text = json.dumps({"action": self.action, **self.matters}, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()


Plan: TypeAlias = ScalePlan
"""Every kind of plan; a further kind joins here, told apart by `action`."""


def plan_scale(
    cluster: Cluster, to_units: int, *, catalog: Catalog, headroom: Headroom | Unknown, now: datetime
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
    _within_limit(cluster, to_units - cluster.unit_count, catalog, headroom)
    shape, sizes = cluster.unit_shape, (cluster.unit_count, to_units)
    workings = [working(catalog, shape, size) for size in sizes]
    known = [each for each in workings if isinstance(each, str)]
    return ScalePlan(
        cluster=cluster,
        to_units=to_units,
        cost_before=monthly(catalog, shape, cluster.unit_count),
        cost_after=monthly(catalog, shape, to_units),
        cost_working=(known[0], known[1]) if len(known) == len(sizes) else None,
        commitment=_commitment(cluster, catalog) if to_units > cluster.unit_count else None,
        headroom=headroom,
        planned_at=now,
    )


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


def _commitment(cluster: Cluster, catalog: Catalog) -> Note | None:
    shape = catalog.shape(cluster.unit_shape)
    if shape is None:
        return None
    least = catalog.hosting_commitment(shape)
    return Note(text=f"Oracle bills at least {least}.", sources=least.sources)


def target_units(change: str, current: int) -> int:
    """Units meant by "8", "+2" or "-1"; raises `Invalid`."""
    match = CHANGE.fullmatch(change.strip())
    if not match:
        raise Invalid(f"“{change[:40]}” is not a number of units: give the new size such as 8, or a change such as +2.")
    number = int(match["number"])
    return {"+": current + number, "-": current - number}.get(match["sign"] or "", number)


def differences(approved: Plan, now: Plan) -> tuple[str, ...]:
    """What matters and is no longer as it was approved, one sentence each."""
    after = now.matters
    return tuple(
        f"{what} was {was} and is now {after[what]}" for what, was in approved.matters.items() if after[what] != was
    )


def units(count: int) -> str:
    return f"{count} unit" if count == 1 else f"{count} units"


def cost_change(plan: Plan) -> Price | Unknown:
    """By how much the monthly list cost changes, or what is not known of it."""
    return difference(plan.cost_before, plan.cost_after)


def _amount(cost: Price | Unknown) -> str:
    return f"{cost.money} a {cost.per}" if isinstance(cost, Price) else str(cost)
