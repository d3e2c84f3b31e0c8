"""Dedicated AI clusters: who may be created, scaled, moved and deleted, and how long that takes."""

from __future__ import annotations

from sandbox.oracle import ids, limits
from sandbox.oracle.calls import (
    EMPTY,
    NAMES,
    TAGS,
    Answer,
    Call,
    check_etag,
    collection,
    earlier,
    ordered,
    read_body,
    remember,
    text,
    whole,
)
from sandbox.oracle.errors import conflict, incorrect_state, invalid
from sandbox.oracle.scenario import FineTune
from sandbox.oracle.world import Json, Resource, World

WORK = "opc-work-request-id"

STATES = ("CREATING", "ACTIVE", "UPDATING", "DELETING", "DELETED", "FAILED", "NEEDS_ATTENTION")
TYPES = ("HOSTING", "FINE_TUNING")
CHANGEABLE = NAMES | TAGS | {"unitCount": whole()}
CREATION = CHANGEABLE | {
    "type": text(required=True),
    "compartmentId": text(required=True),
    "unitCount": whole(required=True),
    "unitShape": text(required=True),
    "capacityReservationId": text(),
}
FIXED = ("id", "type", "unitShape", "compartmentId", "lifecycleState", "capacityReservationId", "capacity")


def shown(world: World, cluster: Resource) -> Json:
    """Give the cluster as Oracle shows it: its capacity counts endpoints, not load."""
    if cluster.body["type"] != "HOSTING":
        return cluster.body
    capacity = {
        "capacityType": "HOSTING_CAPACITY",
        "totalEndpointCapacity": limits.value(world, cluster.region, limits.ENDPOINTS),
        "usedEndpointCapacity": len(world.endpoints_on(cluster.ocid)),
    }
    return cluster.body | {"capacity": capacity}


def list_(world: World, call: Call) -> Answer:
    compartment = world.known_compartment(call.needed("compartmentId"))
    wanted = {
        "compartmentId": compartment,
        "lifecycleState": call.choice("lifecycleState", STATES),
        "displayName": call.one("displayName"),
        "id": call.one("id"),
        "capacityReservationId": call.one("capacityReservationId"),
    }
    rows = [it for it in world.of_kind(ids.CLUSTER, call.region) if matches(it, wanted)]
    by = ordered(call, [it.body for it in rows], ("timeCreated", "displayName", "lifecycleState"))
    return collection(call, [shown(world, world.resources[body["id"]]) for body in by])


def matches(resource: Resource, wanted: dict[str, str | None]) -> bool:
    return all(value is None or resource.body.get(name) == value for name, value in wanted.items())


def get(world: World, call: Call) -> Answer:
    return _answer(world, _find(world, call))


def create(world: World, call: Call) -> Answer:
    told = read_body(call, CREATION)
    if receipt := earlier(world, call):
        return _answer(world, world.find(ids.CLUSTER, call.region, receipt.resource), receipt.work)
    world.known_compartment(told["compartmentId"])
    if told["type"] not in TYPES:
        raise invalid(f"type must be one of {', '.join(TYPES)}.")
    units, shape = _units(told), told["unitShape"]
    limits.limit_of(world, shape)
    if told["type"] == "FINE_TUNING":
        _check_preset(world, shape, units)
    if told.get("capacityReservationId"):
        raise invalid("capacityReservationId: there is no such capacity reservation.")
    limits.check_room(world, call.region, shape, units)
    now = world.now()
    ocid = ids.ocid(ids.CLUSTER, call.region)
    body = {
        "id": ocid,
        "displayName": generated_name("generativeaidedicatedaicluster", now),
        "freeformTags": {},
        "definedTags": {},
        "systemTags": {},
        **told,
        "unitCount": units,
        "timeCreated": now,
        "timeUpdated": now,
        "lifecycleState": "CREATING",
    }
    cluster = world.add(Resource(ids.CLUSTER, call.region, body, units=[(now, units)]))
    work = world.begin(
        cluster,
        "CREATE_DEDICATED_AI_CLUSTER",
        world.scenario.durations.create_cluster,
        done={"lifecycleState": "ACTIVE"},
        undone={"lifecycleState": "FAILED"},
    )
    remember(world, call, cluster, work)
    return _answer(world, cluster, work.ocid)


def update(world: World, call: Call) -> Answer:
    """Name and tags change at once, units when the work is done; until then the cluster shows the old count."""
    cluster = _find(world, call)
    told = read_body(call, CHANGEABLE, fixed=FIXED)
    check_etag(call, cluster)
    if cluster.state != "ACTIVE":
        raise incorrect_state(f"The dedicated AI cluster is {cluster.state}; it can be updated while it is ACTIVE.")
    durations, before = world.scenario.durations, int(cluster.body["unitCount"])
    units = _units(told) if "unitCount" in told else before
    if units != before and cluster.body["type"] == "FINE_TUNING":
        raise invalid("unitCount of a fine-tuning cluster is preset and cannot be changed.")
    if units > before:
        limits.check_room(world, call.region, cluster.body["unitShape"], units - before)
    cluster.traits["growing_to"] = units
    told.pop("unitCount", None)
    world.touch(cluster, told | {"lifecycleState": "UPDATING"})
    cluster.body.pop("lifecycleDetails", None)
    work = world.begin(
        cluster,
        "UPDATE_DEDICATED_AI_CLUSTER",
        durations.rename_cluster if units == before else durations.update_cluster,
        done={"lifecycleState": "ACTIVE", "unitCount": units},
        undone={"lifecycleState": "ACTIVE"},
    )
    return _answer(world, cluster, work.ocid)


def delete(world: World, call: Call) -> Answer:
    """Nothing may be attached; the documented word for that is in no error table, so Conflict stands here."""
    cluster = _find(world, call)
    check_etag(call, cluster)
    check_deletable(cluster, ("ACTIVE", "FAILED", "NEEDS_ATTENTION"))
    if world.endpoints_on(cluster.ocid):
        raise conflict("The dedicated AI cluster has endpoints. Delete its endpoints before you delete the cluster.")
    if _models_of(world, cluster):
        raise conflict("The dedicated AI cluster has custom models. Delete them before you delete the cluster.")
    world.touch(cluster, {"lifecycleState": "DELETING"})
    work = world.begin(
        cluster,
        "DELETE_DEDICATED_AI_CLUSTER",
        world.scenario.durations.delete_cluster,
        done={"lifecycleState": "DELETED"},
        undone={"lifecycleState": "NEEDS_ATTENTION"},
    )
    return Answer(headers={WORK: work.ocid}, status=204)


def check_deletable(resource: Resource, states: tuple[str, ...]) -> None:
    if resource.state not in states:
        raise incorrect_state(f"The resource is {resource.state} and cannot be deleted now.")


def change_compartment(world: World, call: Call) -> Answer:
    return move(world, call, _find(world, call), "MOVE_DEDICATED_AI_CLUSTER")


def move(world: World, call: Call, resource: Resource, operation: str) -> Answer:
    """Move any resource to another compartment; only its owner changes, so it is done at once."""
    told = read_body(call, {"compartmentId": text(required=True)})
    if earlier(world, call):
        return EMPTY
    check_etag(call, resource)
    if resource.state not in {"ACTIVE", "NEEDS_ATTENTION"}:
        raise incorrect_state(f"The resource is {resource.state} and cannot be moved now.")
    world.known_compartment(told["compartmentId"])
    before = {"compartmentId": resource.body["compartmentId"]}
    world.touch(resource, told)
    work = world.begin(resource, operation, 0, done={}, undone=before)
    remember(world, call, resource, work)
    return EMPTY


def _find(world: World, call: Call) -> Resource:
    return world.find(ids.CLUSTER, call.region, call.path["dedicatedAiClusterId"])


def _answer(world: World, cluster: Resource, work: str | None = None) -> Answer:
    """Oracle does not promise the work request here, but the waiting operations of its own SDK and CLI rely on it."""
    named = {WORK: work} if work else {}
    return Answer(shown(world, cluster), {"etag": cluster.etag} | named)


def _units(told: Json) -> int:
    units = int(told["unitCount"])
    if units < 1:
        raise invalid("unitCount must be at least 1.")
    return units


def _check_preset(world: World, shape: str, units: int) -> None:
    """Fine-tuning clusters come in one size per shape."""
    presets = {it.fine_tune.shape: it.fine_tune for it in world.scenario.model if it.fine_tune}
    preset: FineTune | None = presets.get(shape)
    if preset is None:
        raise invalid(f"unitShape {shape} does not support fine-tuning.")
    if units != preset.units:
        raise invalid(f"unitCount of a fine-tuning cluster with unitShape {shape} must be {preset.units}.")


def _models_of(world: World, cluster: Resource) -> list[Resource]:
    return [
        it
        for it in world.of_kind(ids.MODEL, cluster.region)
        if not it.gone and it.body.get("fineTuneDetails", {}).get("dedicatedAiClusterId") == cluster.ocid
    ]


def generated_name(kind: str, now: str) -> str:
    return kind + "".join(filter(str.isdigit, now))
