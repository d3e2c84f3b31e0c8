"""/dac endpoint move: ask to serve the same model on another cluster: make the new one, switch, delete the old one."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field

from commands import _making
from commands._asked import submitted
from commands._command import Arguments, Call, Command, Group, Option, Reply, Services, Word
from commands._making import Named, Reason, is_name
from commands._pick import clusters
from dac.cluster import ResourceKind
from dac.endpoints import MoveEndpointPlan, endpoint_of, model_of, plan_move_endpoint
from dac.fitting import base_of
from dac.making import NAME_LENGTH


class EndpointMove(Arguments):
    endpoint: Named
    cluster: Annotated[str, Word(), Field(min_length=1, max_length=300, description="The cluster it is to move to")]
    name: Annotated[
        str | None,
        AfterValidator(is_name),
        Option(asked=True),
        Field(max_length=NAME_LENGTH, description="What the new one is to be called; left out, after the old one"),
    ] = None
    because: Reason = ""


def plan(args: EndpointMove, call: Call, services: Services) -> MoveEndpointPlan:  # noqa: ARG001 - as every plan
    fleet = services.fleet.fleet()
    named = _making.find_endpoint(args.endpoint, fleet)
    target = _making.read_cluster(args.cluster, services, fleet)
    held = endpoint_of(services.fleet.resource(ResourceKind.ENDPOINT, named.region, named.id))
    there = _making.on_cluster(target, services, fleet)
    model = model_of(services.fleet.resource(ResourceKind.MODEL, held.region, held.model_id))
    return plan_move_endpoint(
        held,
        services.fleet.cluster(held.region, held.cluster_id),
        target,
        args.name or _making.free_name(held.name, there),
        model=model,
        base=base_of(model, services.fleet),
        there=there,
        catalog=services.catalog,
        now=services.now(),
    )


def run(args: EndpointMove, call: Call, services: Services) -> Reply:
    return submitted(plan(args, call, services), args.because, call, services)


COMMAND = Command(
    name="endpoint move",
    summary="Ask to move an endpoint to another cluster: a new one, a person confirms the switch, the old one goes.",
    arguments=EndpointMove,
    run=run,
    plan=plan,
    examples=("endpoint move chat-api chat-eu", "endpoint move chat-api chat-eu --name chat-api-eu"),
    aliases=("move endpoint",),
    menus={"endpoint": _making.endpoints, "cluster": clusters},
    submit="Ask for approval",
    group=Group.ASK,
    order=45,
)
