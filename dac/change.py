"""What every kind of change has in common: what it is about, what it does, what it costs, and its digest."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self

from pydantic import AwareDatetime, Field

from dac.catalog import Catalog
from dac.cluster import Cluster, Headroom
from dac.figures import Frozen, Price, Unknown
from dac.gateway import FleetReader
from dac.pricing import difference
from dac.steps import AnyStep

FARTHEST = timedelta(days=366)
"""Nobody can agree today to what begins, or ends, later than this."""


class Subject(Frozen):
    """What a change is about, as a policy's rule matches it: a cluster that is, or that is to be.

    `what` it is, where it is none.
    """

    name: str
    region: str
    compartment_id: str
    freeform_tags: dict[str, str] = Field(default_factory=dict)
    defined_tags: dict[str, str] = Field(default_factory=dict)
    id: str = ""
    what: str = "Cluster"


@dataclass(frozen=True)
class Look:
    """What a plan is made again from: Oracle as it is now."""

    reader: FleetReader
    catalog: Catalog
    now: datetime


class Once(Frozen):
    """What a piece of work costs, from the least to the most, where its monthly cost need not come true.

    `what` it is, such as "the training"; the month is of what it needs, `kept` says what that is.
    """

    what: str
    kept: str
    least: Price | Unknown
    most: Price | Unknown


class Change(Frozen):
    """A change of the service. Approval binds to `digest`, which covers `matters` and nothing else.

    A kind of change says here what it is; whatever asks, agrees, carries out and shows knows no kinds.
    """

    cost_before: Price | Unknown
    cost_after: Price | Unknown
    headroom: Headroom | Unknown
    planned_at: AwareDatetime

    @property
    def kind(self) -> str:
        """Such as "scale"; what a policy's `actions` name."""
        raise NotImplementedError

    @property
    def subject(self) -> Subject:
        raise NotImplementedError

    @property
    def touches(self) -> tuple[str, ...]:
        """What nobody else may change meanwhile: clusters by their OCIDs, and names that are to be given."""
        raise NotImplementedError

    @property
    def summary(self) -> str:
        raise NotImplementedError

    @property
    def goal(self) -> str:
        """What is agreed to, in two words, such as "4 units"."""
        raise NotImplementedError

    @property
    def doing(self) -> tuple[AnyStep, ...]:
        """What is done at Oracle, one after the other."""
        raise NotImplementedError

    @property
    def steps(self) -> tuple[str, ...]:
        """The same in words, for who decides."""
        raise NotImplementedError

    @property
    def more_units(self) -> int:
        """How many units more there are with it than without, negative where there are fewer."""
        raise NotImplementedError

    @property
    def matters(self) -> dict[str, str]:
        """What an approval is given for, in words for a difference."""
        raise NotImplementedError

    @property
    def etag(self) -> str:
        """Of what the first step changes, as it was read; empty where that is not there yet."""
        return ""

    @property
    def begins(self) -> datetime | None:
        """Before this moment it is not begun."""
        return None

    @property
    def lasts(self) -> timedelta | None:
        """How long it is kept before it is undone; None is for good."""
        return None

    @property
    def span(self) -> timedelta | None:
        """How long what it asks for lasts, for `span_cost`; None is for good."""
        return self.lasts

    @property
    def span_cost(self) -> Price | Unknown | None:
        """What it adds to the list cost in all, where it is for a while."""
        return None

    @property
    def once(self) -> Once | None:
        """What it costs by itself, where what it leaves behind may be removed once it is done."""
        return None

    def again(self, look: Look) -> Self:
        """The plan that would be made now; raises `Invalid`, `Conflict`, `NotFound` where none can be made."""
        raise NotImplementedError

    @property
    def digest(self) -> str:
        text = json.dumps({"action": self.kind, **self.matters}, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()

    @property
    def cost_change(self) -> Price | Unknown:
        """By how much the monthly list cost changes, or what is not known of it."""
        return difference(self.cost_before, self.cost_after)


def differences(approved: Change, now: Change) -> tuple[str, ...]:
    """What matters and is no longer as it was approved, one sentence each."""
    after = now.matters
    return tuple(
        f"{what} was {was} and is now {after.get(what, 'not there')}"
        for what, was in approved.matters.items()
        if after.get(what, "not there") != was
    )


def about(cluster: Cluster) -> Subject:
    """A change of a cluster that is."""
    return Subject(
        name=cluster.name,
        region=cluster.region,
        compartment_id=cluster.compartment_id,
        freeform_tags=cluster.freeform_tags,
        defined_tags=cluster.defined_tags,
        id=cluster.id,
    )


def units(count: int) -> str:
    return f"{count} unit" if count == 1 else f"{count} units"


def amount(cost: Price | Unknown) -> str:
    return f"{cost.money} a {cost.per}" if isinstance(cost, Price) else str(cost)
