"""Clusters, endpoints and models one by one and in lists, as they are now, for who changes them."""

from __future__ import annotations

from bot.oracle import answers
from bot.oracle.calls import Calls
from bot.oracle.clients import Clients
from bot.oracle.errors import understood
from dac.cluster import Resource, ResourceKind
from dac.naming import short

_METHODS = {
    ResourceKind.CLUSTER: ("get_dedicated_ai_cluster", "list_dedicated_ai_clusters"),
    ResourceKind.ENDPOINT: ("get_endpoint", "list_endpoints"),
    ResourceKind.MODEL: ("get_model", "list_models"),
}


def read(kind: ResourceKind, raw: answers.Json, region: str, etag: str | None = None) -> Resource:
    match kind:
        case ResourceKind.CLUSTER:
            return answers.cluster(raw, region, etag)
        case ResourceKind.ENDPOINT:
            return answers.endpoint(raw, region, etag)
        case ResourceKind.MODEL:
            return answers.model(raw, region, etag)


def one(clients: Clients, calls: Calls, kind: ResourceKind, region: str, resource_id: str) -> Resource:
    call = getattr(clients.generative_ai(region), _METHODS[kind][0])
    doing = f"Reading {kind} {short(resource_id)} in {region}"
    response = calls.read(doing, lambda: call(resource_id))
    with understood(doing):
        return read(kind, response.data, region, response.headers["etag"])


def listed(
    clients: Clients, calls: Calls, kind: ResourceKind, region: str, compartment_id: str
) -> tuple[Resource, ...]:
    """Deleted ones too, for as long as Oracle lists them."""
    call = getattr(clients.generative_ai(region), _METHODS[kind][1])
    doing = f"Listing {kind}s in {region}, compartment {short(compartment_id)}"
    found: list[Resource] = []
    for page in calls.pages(doing, call, compartment_id=compartment_id):
        with understood(doing):
            found += [read(kind, raw, region) for raw in page.data["items"]]
    return tuple(found)
