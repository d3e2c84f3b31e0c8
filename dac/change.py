"""What every kind of change has in common: a frozen description of what is and what will be, and its digest."""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta

from pydantic import AwareDatetime

from dac.cluster import Cluster, Headroom
from dac.figures import Frozen, Price, Unknown
from dac.pricing import difference

FARTHEST = timedelta(days=366)
"""Nobody can agree today to what begins, or ends, later than this."""


class Change(Frozen):
    """A change of one cluster. Approval binds to `digest`, which covers `matters` and nothing else."""

    cluster: Cluster
    cost_before: Price | Unknown
    cost_after: Price | Unknown
    headroom: Headroom | Unknown
    planned_at: AwareDatetime

    @property
    def kind(self) -> str:
        """Such as "scale"; what a policy's `actions` name."""
        raise NotImplementedError

    @property
    def summary(self) -> str:
        raise NotImplementedError

    @property
    def steps(self) -> tuple[str, ...]:
        raise NotImplementedError

    @property
    def more_units(self) -> int:
        """How many units more the cluster has with it than without, negative where it has fewer."""
        raise NotImplementedError

    @property
    def matters(self) -> dict[str, str]:
        """What an approval is given for, in words for a difference."""
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
        f"{what} was {was} and is now {after[what]}" for what, was in approved.matters.items() if after[what] != was
    )


def units(count: int) -> str:
    return f"{count} unit" if count == 1 else f"{count} units"


def amount(cost: Price | Unknown) -> str:
    return f"{cost.money} a {cost.per}" if isinstance(cost, Price) else str(cost)
