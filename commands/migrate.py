"""/dac migrate: ask to serve from a new cluster of another model or shape, for neither changes in place."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, Field

from commands import _making
from commands._advice import typed_as
from commands._asked import submitted
from commands._command import Arguments, Call, Command, Group, Option, Reply, Services
from commands._making import MOST_UNITS, Named, Reason, is_name
from commands._pick import clusters
from commands.endpoint_create import served
from dac.cluster import ResourceKind, Space
from dac.creating import Wish, sized
from dac.making import NAME_LENGTH
from dac.migrating import MigratePlan, plan_migrate
from dac.quantities import count


class Migrate(Arguments):
    cluster: Named
    model: Annotated[
        str | None,
        Option(asked=True),
        Field(max_length=300, description="What the new one is to serve; left out, what this one serves"),
    ] = None
    shape: Annotated[
        str | None,
        Option(asked=True),
        Field(max_length=100, description="Its unit shape; left out, what the model needs"),
    ] = None
    name: Annotated[
        str | None,
        AfterValidator(is_name),
        Option(asked=True),
        Field(max_length=NAME_LENGTH, description="What the new one is to be called; left out, after the old one"),
    ] = None
    units: Annotated[
        int | None,
        typed_as(lambda text: count(text, "units", MOST_UNITS)),
        Option(asked=True),
        Field(title="n", description="How many; left out, as many as now"),
    ] = None
    because: Reason = ""


def needs(values: Mapping[str, Any]) -> tuple[str, ...]:
    return () if values.get("model") or values.get("shape") else ("model",)


def plan(args: Migrate, call: Call, services: Services) -> MigratePlan:  # noqa: ARG001 - as every plan
    fleet, catalog = services.fleet.fleet(), services.catalog
    cluster = _making.read_cluster(args.cluster, services, fleet)
    place = (cluster.region, cluster.compartment_id)
    endpoints = _making.on_cluster(cluster, services, fleet)
    there = services.fleet.resources(ResourceKind.CLUSTER, *place)
    if args.model:
        models = services.fleet.resources(ResourceKind.MODEL, *place)
        model = _making.model_there(args.model, cluster.region, services, models)
    else:
        model = served(cluster, endpoints, services)
    entry = _making.entry_of(model, fleet, catalog)
    wish = Wish(
        name=args.name or _making.free_name(cluster.name, there),
        region=cluster.region,
        compartment_id=cluster.compartment_id,
        model=entry.id if entry else None,
        shape=args.shape,
        unit_count=args.units or cluster.unit_count,
        freeform_tags={name: value for name, value in cluster.freeform_tags.items() if not name.startswith("dac-")},
    )
    shape, _ = sized(wish, catalog)
    return plan_migrate(
        cluster,
        wish,
        model=model,
        endpoints=endpoints,
        there=there,
        headroom=services.fleet.headroom(Space(region=cluster.region, unit_shape=shape.name)),
        catalog=catalog,
        now=services.now(),
    )


def run(args: Migrate, call: Call, services: Services) -> Reply:
    return submitted(plan(args, call, services), args.because, call, services)


COMMAND = Command(
    name="migrate",
    summary="Ask for another model or shape: a new cluster is made, a person confirms the switch, the old one goes.",
    arguments=Migrate,
    run=run,
    plan=plan,
    needs=needs,
    examples=("migrate chat --model command-a-reasoning", "migrate gpt --shape OAI_H100_X2 --name gpt-fast --units 1"),
    menus={"cluster": clusters, "model": _making.hostable, "shape": _making.shapes},
    submit="Ask for approval",
    group=Group.ASK,
    order=46,
)
