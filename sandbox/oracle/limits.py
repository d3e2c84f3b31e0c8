"""Service limits: what the clusters of a region use of them, and the Limits API."""

from __future__ import annotations

from sandbox.oracle import ids
from sandbox.oracle.calls import Answer, Call, listed, ordered
from sandbox.oracle.errors import invalid, limit_exceeded, not_found
from sandbox.oracle.scenario import Limit
from sandbox.oracle.world import Json, Resource, World

SERVICE = "ai-generative"
ENDPOINTS = Limit(name="endpoint-per-dedicated-unit-count", description="Number of endpoints per dedicated AI cluster")


def limit_of(world: World, shape: str) -> Limit:
    for limit in world.scenario.limit:
        if shape in limit.shapes:
            return limit
    raise invalid(f"unitShape {shape!r} is not a valid dedicated AI cluster unit shape.")


def value(world: World, region: str, limit: Limit) -> int:
    default = world.scenario.endpoints_per_cluster if limit.name == ENDPOINTS.name else 0
    return world.limits.get(region, {}).get(limit.name, default)


def used(world: World, region: str, limit: Limit, compartment: str | None = None) -> int:
    """Count the units held: those asked for count from the moment they are granted, as do those being deleted."""
    return sum(
        held_units(it) * limit.units(it.body["unitShape"])
        for it in world.of_kind(ids.CLUSTER, region)
        if it.body["unitShape"] in limit.shapes and compartment in {None, it.body["compartmentId"]}
    )


def held_units(cluster: Resource) -> int:
    if cluster.state in {"DELETED", "FAILED"}:
        return 0
    return max(int(cluster.body["unitCount"]), int(cluster.traits.get("growing_to", 0)))


def check_room(world: World, region: str, shape: str, more: int) -> None:
    """Refuse units the limit has no room for."""
    limit = limit_of(world, shape)
    asked = more * limit.units(shape)
    available = value(world, region, limit) - used(world, region, limit)
    if asked > available:
        raise limit_exceeded(
            f"The following service limits were exceeded: {limit.name}. Request a service limit increase from the "
            f"service limits page in the console. Requested {asked}, available {max(available, 0)} of "
            f"{value(world, region, limit)} in {region}."
        )


# ----------------------------------------------------------------------------------------------------- the API


def list_services(world: World, call: Call) -> Answer:
    world.known_compartment(call.needed("compartmentId"))
    rows = [{"name": SERVICE, "description": "Generative AI", "supportedSubscriptions": ["GLOBAL"]}]
    return _page(call, ordered(call, rows, ("name", "description")))


def list_definitions(world: World, call: Call) -> Answer:
    world.known_compartment(call.needed("compartmentId"))
    rows: list[Json] = [
        {
            "name": limit.name,
            "serviceName": SERVICE,
            "description": limit.description,
            "scopeType": "REGION",
            "areQuotasSupported": True,
            "isResourceAvailabilitySupported": limit.name != ENDPOINTS.name,
            "isDeprecated": False,
            "isEligibleForLimitIncrease": True,
            "isDynamic": False,
        }
        for limit in _asked_for(world, call)
    ]
    return _page(call, ordered(call, rows, ("name", "description")))


def list_values(world: World, call: Call) -> Answer:
    world.known_compartment(call.needed("compartmentId"))
    call.needed("serviceName")
    if call.choice("scopeType", ("GLOBAL", "REGION", "AD")) in {"GLOBAL", "AD"}:
        return _page(call, [])
    rows: list[Json] = [
        {"name": limit.name, "scopeType": "REGION", "value": value(world, call.region, limit)}
        for limit in _asked_for(world, call)
    ]
    return _page(call, ordered(call, rows, ("name",)))


def get_availability(world: World, call: Call) -> Answer:
    """Tell what the compartment uses of a limit, and what the whole tenancy has left of it."""
    compartment = world.known_compartment(call.needed("compartmentId"))
    if call.path["serviceName"] != SERVICE:
        raise not_found()
    if call.one("availabilityDomain"):
        raise invalid("availabilityDomain must be omitted: the scope of this limit is REGION.")
    limit = next((it for it in world.scenario.limit if it.name == call.path["limitName"]), None)
    if limit is None:
        raise not_found("Resource availability is not supported for this limit.")
    mine = used(world, call.region, limit, None if compartment == world.tenancy else compartment)
    left = max(value(world, call.region, limit) - used(world, call.region, limit), 0)
    return Answer(
        {"used": mine, "available": left, "fractionalUsage": float(mine), "fractionalAvailability": float(left)}
    )


def _asked_for(world: World, call: Call) -> list[Limit]:
    if call.one("serviceName") not in {None, SERVICE}:
        return []
    name = call.one("name")
    return [it for it in (*world.scenario.limit, ENDPOINTS) if name in {None, it.name}]


def _page(call: Call, rows: list[Json]) -> Answer:
    page, headers = listed(call, rows)
    return Answer(page, headers)
