"""/dac endpoint delete: ask for the end of an endpoint; whether anybody still calls it is on the card."""

from __future__ import annotations

from commands import _making
from commands._asked import submitted
from commands._command import Arguments, Call, Command, Group, Reply, Services
from commands._making import Named, Reason
from dac.cluster import ResourceKind
from dac.endpoints import DeleteEndpointPlan, endpoint_of, plan_delete_endpoint


class EndpointDelete(Arguments):
    endpoint: Named
    because: Reason = ""


def plan(args: EndpointDelete, call: Call, services: Services) -> DeleteEndpointPlan:  # noqa: ARG001 - as every plan
    fleet = services.fleet.fleet()
    named = _making.find_endpoint(args.endpoint, fleet)
    held = endpoint_of(services.fleet.resource(ResourceKind.ENDPOINT, named.region, named.id))
    cluster = services.fleet.cluster(held.region, held.cluster_id)
    return plan_delete_endpoint(held, cluster, fleet=fleet, catalog=services.catalog, now=services.now())


def run(args: EndpointDelete, call: Call, services: Services) -> Reply:
    return submitted(plan(args, call, services), args.because, call, services)


COMMAND = Command(
    name="endpoint delete",
    summary="Ask for the end of an endpoint, for good: who calls it then gets errors.",
    arguments=EndpointDelete,
    run=run,
    plan=plan,
    examples=("endpoint delete chat-api because its clients use chat-public",),
    aliases=("delete endpoint",),
    menus={"endpoint": _making.endpoints},
    submit="Ask for approval",
    group=Group.ASK,
    order=44,
)
