"""Endpoints: names under which a hosting cluster serves one model."""

from __future__ import annotations

from typing import Any

from sandbox.oracle import ids, limits
from sandbox.oracle.calls import (
    NAMES,
    TAGS,
    Answer,
    Call,
    Field,
    check_etag,
    check_fields,
    collection,
    earlier,
    ordered,
    read_body,
    remember,
    struct,
    text,
)
from sandbox.oracle.clusters import check_deletable, generated_name, matches, move
from sandbox.oracle.errors import incorrect_state, invalid, limit_exceeded, not_found
from sandbox.oracle.models import base_of, retired
from sandbox.oracle.world import Json, Resource, Work, World

STATES = ("ACTIVE", "CREATING", "UPDATING", "DELETING", "DELETED", "FAILED")
GUARDRAILS = ("contentModerationConfig", "promptInjectionConfig", "piiDetectionConfig")
GUARDRAIL = {
    "isEnabled": Field(lambda value: isinstance(value, bool), "true or false", required=True),
    "mode": Field(lambda value: value in {"INFORM", "BLOCK"}, "INFORM or BLOCK"),
    "modelId": text(),
}
CHANGEABLE = NAMES | TAGS | {"generativeAiPrivateEndpointId": text()} | dict.fromkeys(GUARDRAILS, struct())
CREATION = CHANGEABLE | {
    "compartmentId": text(required=True),
    "modelId": text(required=True),
    "dedicatedAiClusterId": text(required=True),
}
FIXED = ("id", "modelId", "dedicatedAiClusterId", "compartmentId", "lifecycleState")


def list_(world: World, call: Call) -> Answer:
    wanted = {
        "compartmentId": world.known_compartment(call.needed("compartmentId")),
        "lifecycleState": call.choice("lifecycleState", STATES),
        "displayName": call.one("displayName"),
        "id": call.one("id"),
        "generativeAiPrivateEndpointId": call.one("generativeAiPrivateEndpointId"),
    }
    rows = [it.body for it in world.of_kind(ids.ENDPOINT, call.region) if matches(it, wanted)]
    return collection(call, ordered(call, rows, ("timeCreated", "displayName")))


def get(world: World, call: Call) -> Answer:
    endpoint = _find(world, call)
    return Answer(endpoint.body, {"etag": endpoint.etag})


def create(world: World, call: Call) -> Answer:
    told = read_body(call, CREATION)
    if receipt := earlier(world, call):
        endpoint = world.find(ids.ENDPOINT, call.region, receipt.resource)
        return Answer(endpoint.body, {"etag": endpoint.etag, "opc-work-request-id": str(receipt.work)})
    world.known_compartment(told["compartmentId"])
    _check_guardrails(told)
    cluster = world.find(ids.CLUSTER, call.region, told["dedicatedAiClusterId"])
    model = world.find(ids.MODEL, call.region, told["modelId"])
    check_fits(world, cluster, model)
    now = world.now()
    body = {
        "id": ids.ocid(ids.ENDPOINT, call.region),
        "displayName": generated_name("generativeaiendpoint", now),
        "freeformTags": {},
        "definedTags": {},
        "systemTags": {},
        **told,
        "timeCreated": now,
        "timeUpdated": now,
        "lifecycleState": "CREATING",
    }
    endpoint = world.add(Resource(ids.ENDPOINT, call.region, body))
    work = world.begin(
        endpoint,
        "CREATE_ENDPOINT",
        world.scenario.durations.create_endpoint,
        done={"lifecycleState": "ACTIVE"},
        undone={"lifecycleState": "FAILED"},
    )
    remember(world, call, endpoint, work)
    return _answer(endpoint, work)


def check_fits(world: World, cluster: Resource, model: Resource) -> None:
    """A hosting cluster serves one model, which its shape must fit, under a limited number of names."""
    if cluster.body["type"] != "HOSTING":
        raise invalid("dedicatedAiClusterId: an endpoint needs a cluster of type HOSTING.")
    if cluster.state != "ACTIVE":
        raise incorrect_state(f"The dedicated AI cluster is {cluster.state}; it must be ACTIVE.")
    if model.state != "ACTIVE":
        raise incorrect_state(f"The model is {model.state}; it must be ACTIVE.")
    served = {it.body["modelId"] for it in world.endpoints_on(cluster.ocid)}
    if served and served != {model.ocid}:
        raise invalid("modelId: all endpoints of a dedicated AI cluster must have the same model.")
    shape, shapes = cluster.body["unitShape"], base_of(world, model).traits["shapes"]
    if shape not in shapes:
        raise invalid(
            f"modelId: the model {model.body['displayName']} cannot be hosted on unitShape {shape}. "
            f"It needs {' or '.join(shapes) or 'no dedicated AI cluster: it is offered on demand only'}."
        )
    if model.body["type"] == "BASE" and not served and retired(world, model):
        raise invalid(f"modelId: the model {model.body['displayName']} is retired for dedicated serving.")
    most = limits.value(world, cluster.region, limits.ENDPOINTS)
    if len(world.endpoints_on(cluster.ocid)) >= most:
        raise limit_exceeded(
            f"The following service limits were exceeded: {limits.ENDPOINTS.name}. The cluster has {most} endpoints."
        )


def update(world: World, call: Call) -> Answer:
    endpoint = _find(world, call)
    told = read_body(call, CHANGEABLE, fixed=FIXED)
    check_etag(call, endpoint)
    _check_guardrails(told)
    if endpoint.state != "ACTIVE":
        raise incorrect_state(f"The endpoint is {endpoint.state}; it can be updated while it is ACTIVE.")
    world.touch(endpoint, told | {"lifecycleState": "UPDATING"})
    active = {"lifecycleState": "ACTIVE"}
    work = world.begin(endpoint, "UPDATE_ENDPOINT", world.scenario.durations.update_endpoint, active, active)
    return _answer(endpoint, work)


def delete(world: World, call: Call) -> Answer:
    endpoint = _find(world, call)
    check_etag(call, endpoint)
    check_deletable(endpoint, ("ACTIVE", "FAILED"))
    world.touch(endpoint, {"lifecycleState": "DELETING"})
    work = world.begin(
        endpoint,
        "DELETE_ENDPOINT",
        world.scenario.durations.delete_endpoint,
        done={"lifecycleState": "DELETED"},
        undone={"lifecycleState": "FAILED"},
    )
    return Answer(headers={"opc-work-request-id": work.ocid}, status=204)


def change_compartment(world: World, call: Call) -> Answer:
    return move(world, call, _find(world, call), "MOVE_ENDPOINT")


def _find(world: World, call: Call) -> Resource:
    return world.find(ids.ENDPOINT, call.region, call.path["endpointId"])


def _answer(endpoint: Resource, work: Work) -> Answer:
    return Answer(endpoint.body, {"etag": endpoint.etag, "opc-work-request-id": work.ocid})


def _check_guardrails(told: Json) -> None:
    for name in GUARDRAILS:
        if name in told:
            check_fields(_without_nulls(told[name]), GUARDRAIL, where=f"{name}.")
    if "generativeAiPrivateEndpointId" in told:
        raise not_found("Authorization failed or the private endpoint was not found.")


def _without_nulls(value: dict[str, Any]) -> Json:
    return {name: it for name, it in value.items() if it is not None}
