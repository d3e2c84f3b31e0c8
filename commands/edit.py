"""/dac edit: make another size of a request that waits; an approver proposes it, the person who asked changes it."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, field_validator

from approvals.standing import EDIT
from approvals.words import REASON_LENGTH
from commands import _terms
from commands._command import Call, Command, Group, Reply, Rest, Services
from commands._decide import OfRequest, done, number
from commands.scale import Units, resized, size
from dac.scaling import ScalePlan


class Edit(OfRequest):
    units: Units
    because: Annotated[
        str, Rest(), Field(max_length=REASON_LENGTH, title="reason", description="Why this size; everybody reads it")
    ] = ""

    @field_validator("units")
    @classmethod
    def _is_a_size(cls, units: str) -> str:
        return size(units)


def run(args: Edit, call: Call, services: Services) -> Reply:
    before = services.requests.get(number(args.request))
    refused = dict(services.approvals.possible(before, call.user))[EDIT]
    # What is refused anyway is refused, and on record, before Oracle is asked what else would be wrong with it.
    old = before.plan
    made = old if refused or not isinstance(old, ScalePlan) else _planned(old, args.units, services)
    request = services.approvals.edit(before.id, call.user, made, because=args.because, delivery=call.delivery)
    told = [_terms.cost(request.plan), *_terms.budgets(request.plan), *_terms.cited(request.plan)]
    if before.approvals:
        told.insert(0, "Whoever had approved it approves anew.")
    return done(request, "You changed", services, *told)


def _planned(plan: ScalePlan, units: str, services: Services) -> ScalePlan:
    """The same change of the cluster as it is now, with another size: its start and its lease stay."""
    fleet, cluster = services.fleet.fleet(), services.fleet.cluster(plan.cluster.region, plan.cluster.id)
    return resized(cluster, units, services, fleet, start_at=plan.start_at, lease=plan.lease)


COMMAND = Command(
    name="edit",
    summary="Propose another size for a request that waits. Everybody agrees anew, and so does the person who asked.",
    arguments=Edit,
    run=run,
    examples=("edit 12 3", "edit 12 3 because the limit allows no more"),
    submit="Propose it",
    group=Group.DECIDE,
    order=34,
)
