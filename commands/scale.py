"""/dac scale: ask for another number of units, now or later, for good or for a while; nothing happens unapproved."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated

from pydantic import Field, field_validator

from approvals.words import REASON_LENGTH
from commands._asked import submitted
from commands._command import Arguments, Call, Command, Group, Option, Reply, Rest, Services, Word
from commands._pick import clusters
from commands._when import Moment, is_moment, is_span, moment, span
from dac.budgets import budget_effects
from dac.cluster import Cluster, Fleet
from dac.errors import Conflict, Invalid
from dac.naming import find_cluster
from dac.scaling import ScalePlan, plan_scale, target_units

Units = Annotated[
    str,
    Word(),
    Field(min_length=1, max_length=20, title="units|+n|-n", description="The new size such as 8, or a change: +2, -1"),
]


class Scale(Arguments):
    cluster: Annotated[str, Word(), Field(min_length=1, max_length=300, description="Its name, or the beginning of it")]
    units: Units
    lease: Annotated[
        str | None,
        Option(asked=True, reads=is_span),
        Field(
            alias="for",
            max_length=80,
            title="8h",
            description="How long it is kept before it is given back, such as 8h or 2d 4h; left out, for good",
        ),
    ] = None
    at: Annotated[
        str | None,
        Option(asked=True, reads=is_moment),
        Field(
            max_length=80,
            title="18:00",
            description="When it begins: 18:00, tomorrow 9am, in 2h; in your time zone unless you name one",
        ),
    ] = None
    because: Annotated[
        str,
        Rest(),
        Field(max_length=REASON_LENGTH, title="reason", description="Why; the people who approve read this"),
    ] = ""

    @field_validator("units")
    @classmethod
    def _is_a_size(cls, units: str) -> str:
        return size(units)

    @field_validator("lease")
    @classmethod
    def _is_a_length(cls, lease: str | None) -> str | None:
        if lease:
            try:
                span(lease)
            except Invalid as error:
                raise ValueError(str(error)) from None
        return lease


def size(units: str) -> str:
    """What can be a size, for a validator."""
    try:
        target_units(units, 1)
    except Invalid as error:
        raise ValueError(str(error)) from None
    return units.strip()


def plan(args: Scale, call: Call, services: Services) -> ScalePlan:
    return _planned(args, services, _begins(args, call, services))


def run(args: Scale, call: Call, services: Services) -> Reply:
    begins = _begins(args, call, services)
    made = _planned(args, services, begins)
    return submitted(made, args.because, call, services, note=begins.note if begins else "")


def _begins(args: Scale, call: Call, services: Services) -> Moment | None:
    return moment(args.at, zone=services.zone_of(call.user), now=services.now()) if args.at else None


def _planned(args: Scale, services: Services, begins: Moment | None) -> ScalePlan:
    fleet = services.fleet.fleet()
    named = find_cluster(fleet, args.cluster)
    return resized(
        services.fleet.cluster(named.region, named.id),
        args.units,
        services,
        fleet,
        start_at=begins.at if begins else None,
        lease=span(args.lease) if args.lease else None,
    )


def resized(
    cluster: Cluster,
    units: str,
    services: Services,
    fleet: Fleet,
    *,
    start_at: datetime | None,
    lease: timedelta | None,
) -> ScalePlan:
    """The plan to give a cluster, as read a moment ago, the size meant by these words."""
    to_units = target_units(units, cluster.unit_count)
    budgets = services.approvals.policy.budgets
    try:
        return plan_scale(
            cluster,
            to_units,
            catalog=services.catalog,
            headroom=services.fleet.headroom(cluster),
            now=services.now(),
            start_at=start_at,
            lease=lease,
            budgets=budget_effects(budgets, fleet, cluster, to_units, services.catalog),
        )
    except Conflict as busy:
        holders = [each for each in services.requests.holding() if cluster.id in each.touches]
        if not holders:
            raise
        raise Conflict(f"{busy} Request {holders[0].id} is changing it: {holders[0].plan.summary}.") from None


COMMAND = Command(
    name="scale",
    summary="Ask for another number of units, for good or for a while. Nothing changes before it is approved.",
    arguments=Scale,
    run=run,
    plan=plan,
    examples=(
        "scale chat-prod 4 because launch week",
        "scale chat-prod +2 --for 8h",
        'scale chat-prod 8 --at "tomorrow 9am" --for 2d because load test',
    ),
    menus={"cluster": clusters},
    submit="Ask for approval",
    group=Group.ASK,
    order=20,
)
