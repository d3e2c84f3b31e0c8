"""/dac create hosting: ask for a new hosting cluster; shape and fewest units follow from the model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field

from commands import _making
from commands._asked import submitted
from commands._command import Arguments, Call, Command, Group, Option, Reply, Services
from commands._making import Compartment, Name, Reason, Region, Shape, Units
from dac.cluster import ResourceKind, Space
from dac.creating import CreateClusterPlan, Wish, plan_create, sized


class CreateHosting(Arguments):
    name: Name
    model: Annotated[
        str | None, Option(asked=True), Field(max_length=300, description="What it is to host: a model, or our own one")
    ] = None
    shape: Shape = None
    units: Units = None
    region: Region = None
    compartment: Compartment = None
    because: Reason = ""


def needs(values: Mapping[str, Any]) -> tuple[str, ...]:
    """Either tells the shape."""
    return () if values.get("model") or values.get("shape") else ("model",)


def plan(args: CreateHosting, call: Call, services: Services) -> CreateClusterPlan:  # noqa: ARG001 - as every plan
    fleet = services.fleet.fleet()
    meant = _making.model_meant(args.model, services, fleet) if args.model else None
    custom = meant.custom if meant else None
    where = _making.place(
        args.region or (custom.region if custom else None),
        args.compartment or (custom.compartment_id or None if custom else None),
        services,
        fleet,
    )
    wish = Wish(
        name=args.name,
        region=where.region,
        compartment_id=where.compartment_id,
        compartment=_making.compartment_name(where.compartment_id, services),
        model=meant.entry.id if meant else None,
        custom=custom,
        shape=args.shape,
        unit_count=args.units,
    )
    return planned(wish, services)


def planned(wish: Wish, services: Services) -> CreateClusterPlan:
    """The plan of such a cluster, from what Oracle says now."""
    shape, _ = sized(wish, services.catalog)
    return plan_create(
        wish,
        there=services.fleet.resources(ResourceKind.CLUSTER, wish.region, wish.compartment_id),
        headroom=services.fleet.headroom(Space(region=wish.region, unit_shape=shape.name)),
        catalog=services.catalog,
        now=services.now(),
    )


def run(args: CreateHosting, call: Call, services: Services) -> Reply:
    return submitted(plan(args, call, services), args.because, call, services)


COMMAND = Command(
    name="create hosting",
    summary="Ask for a new hosting cluster. Nothing is made before it is approved.",
    arguments=CreateHosting,
    run=run,
    plan=plan,
    needs=needs,
    examples=("create hosting chat-eu --model command-a", "create hosting chat-eu --model command-a --units 2"),
    aliases=("create cluster",),
    menus={
        "model": _making.hostable,
        "shape": _making.shapes,
        "region": _making.regions,
        "compartment": _making.compartments,
    },
    submit="Ask for approval",
    group=Group.ASK,
    order=40,
)
