"""What a fine-tune leaves running: its cluster, watched from the end of the request until it is gone or used again."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal

from pydantic import AwareDatetime

from approvals.claims import Claim
from approvals.states import Action
from dac.cluster import Cluster
from dac.figures import Frozen, Price, Unknown
from dac.finetuning import FineTunePlan
from dac.plans import Plan

FIRST_TOLD = timedelta(hours=1)
"""How long nothing may be trained on it before people are told."""

TOLD_AGAIN = timedelta(hours=24)
"""How often they are told again."""


class Watched(Frozen):
    """What was seen of it: idle, and people are told; busy with somebody else's training, or free of that; its end.

    `cost` is what it has cost from `since`, when training ended, to `until`; `hour` what it costs in an hour; `least`
    what Oracle bills of a training at least. `hanging` is what Oracle wants deleted before it, in words, and `ways_on`
    are command lines. `by_request` is the fine-tune that uses it now. `state` is Oracle's where that is not
    ACTIVE, with Oracle's own `details` of it.
    """

    action: Literal[Action.WATCH] = Action.WATCH
    what: Literal["idle", "busy", "free", "used", "gone"]
    since: AwareDatetime
    until: AwareDatetime
    hour: Price | Unknown
    cost: Price | Unknown
    least: str
    number: int = 0
    hanging: tuple[str, ...] = ()
    ways_on: tuple[str, ...] = ()
    by_request: int | None = None
    state: str = ""
    details: str = ""


class Watch(Frozen):
    """A cluster on which nothing has been trained `since`; `told` are the times that people were told by then.

    `busy`: somebody trains on it without a request. Open until `outcome` says what ended it.
    """

    cluster_id: str
    name: str
    region: str
    compartment_id: str
    unit_shape: str
    unit_count: int
    since: AwareDatetime
    told: int = 0
    busy: bool = False
    outcome: str = ""

    @property
    def open(self) -> bool:
        return not self.outcome

    @property
    def tell_at(self) -> datetime:
        """When people are told next if it is idle then."""
        return self.since + FIRST_TOLD + self.told * TOLD_AGAIN

    def passed(self, at: datetime) -> int:
        """How many times they should have been told by then."""
        return (at - self.since - FIRST_TOLD) // TOLD_AGAIN + 1


def begun(plan: Plan, claim: Claim | None, at: datetime) -> Watch | None:
    """For a request that ends at that moment: the fine-tuning cluster that was there for it, if one came to be."""
    if claim is None or not isinstance(plan, FineTunePlan):
        return None
    there = plan.cluster or plan.made
    assert there  # noqa: S101 - it is trained somewhere
    cluster_id = there.id if isinstance(there, Cluster) else _made(there.key, claim)
    if not cluster_id:
        return None
    return Watch(
        cluster_id=cluster_id,
        name=there.name,
        region=there.region,
        compartment_id=there.compartment_id,
        unit_shape=there.unit_shape,
        unit_count=there.unit_count,
        since=at,
    )


def _made(key: str, claim: Claim) -> str:
    """The cluster that its first step made, though it may not have come up well; empty where none was."""
    return claim.made.get(key, "") if claim.done else claim.resource_id


def seen(watch: Watch, body: Watched) -> Watch:
    """The watch after what was seen."""
    match body.what:
        case "idle":
            return watch.model_copy(update={"told": body.number})
        case "busy":
            return watch.model_copy(update={"busy": True})
        case "free":
            return watch.model_copy(update={"busy": False, "since": body.since, "told": 0})
        case _:
            return watch.model_copy(update={"outcome": body.what})
