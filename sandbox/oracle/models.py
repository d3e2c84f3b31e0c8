"""Models: Oracle's base models, which only Oracle changes, and the custom models fine-tuned from them."""

from __future__ import annotations

from sandbox.oracle import ids, jobs
from sandbox.oracle.calls import (
    NAMES,
    TAGS,
    Answer,
    Call,
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
from sandbox.oracle.errors import conflict, incorrect_state, invalid, not_found
from sandbox.oracle.training import check_training
from sandbox.oracle.world import Json, Resource, World

STATES = ("ACTIVE", "CREATING", "DELETING", "DELETED", "FAILED")
CAPABILITIES = (
    "TEXT_GENERATION",
    "TEXT_SUMMARIZATION",
    "TEXT_EMBEDDINGS",
    "FINE_TUNE",
    "CHAT",
    "TEXT_RERANK",
    "TEXT_TO_IMAGE",
    "IMAGE_TEXT_TO_IMAGE",
    "IMAGE_TEXT_TO_TEXT",
    "IMAGE_TEXT_TO_VIDEO",
    "IMAGE_TO_IMAGE",
    "REALTIME",
    "AUDIO_TO_AUDIO",
    "AUDIO_TO_TEXT",
    "TEXT_TO_AUDIO",
    "TEXT_TO_VIDEO",
    "AUDIO_TEXT_TO_TEXT",
    "AUDIO_TRANSLATION",
    "VIDEO_TEXT_TO_TEXT",
)
CHANGEABLE = NAMES | TAGS | {"vendor": text(), "version": text()}
CREATION = CHANGEABLE | {
    "compartmentId": text(required=True),
    "baseModelId": text(required=True),
    "fineTuneDetails": struct(required=True),
}
FINE_TUNE = {
    "trainingDataset": struct(required=True),
    "dedicatedAiClusterId": text(required=True),
    "trainingConfig": struct(),
}
FIXED = ("id", "baseModelId", "fineTuneDetails", "compartmentId", "lifecycleState", "type", "capabilities")


def list_(world: World, call: Call) -> Answer:
    """List the compartment's custom models and all base models; retired ones stay in the list, as ACTIVE."""
    compartment = world.known_compartment(call.needed("compartmentId"))
    capabilities = call.choices("capability", CAPABILITIES)
    wanted = {
        "vendor": call.one("vendor"),
        "lifecycleState": call.choice("lifecycleState", STATES),
        "displayName": call.one("displayName"),
        "id": call.one("id"),
    }
    rows = [
        it.body
        for it in world.of_kind(ids.MODEL, call.region)
        if matches(it, wanted)
        and (it.body["type"] == "BASE" or it.body["compartmentId"] == compartment)
        and (not capabilities or capabilities & set(it.body["capabilities"]))
    ]
    return collection(call, ordered(call, rows, ("timeCreated", "displayName", "lifecycleState")))


def get(world: World, call: Call) -> Answer:
    return _answer(_find(world, call))


def base_of(world: World, model: Resource) -> Resource:
    """Give the base model a custom model was made from, or the base model itself."""
    return world.resources[model.body.get("baseModelId", model.ocid)]


def retired(world: World, model: Resource) -> bool:
    return str(model.body.get("timeDedicatedRetired", "9999")) <= world.now()


def create(world: World, call: Call) -> Answer:
    """Start a fine-tuning job: there is no separate job object, the model is CREATING until it ends."""
    told = read_body(call, CREATION)
    if receipt := earlier(world, call):
        model = world.find(ids.MODEL, call.region, receipt.resource)
        return Answer(model.body, {"etag": model.etag, "opc-work-request-id": str(receipt.work)})
    world.known_compartment(told["compartmentId"])
    base = world.find(ids.MODEL, call.region, told["baseModelId"])
    details = told["fineTuneDetails"]
    _check_job(world, call.region, base, details)
    data = jobs.training_data(world, call.region, details["trainingDataset"])
    now = world.now()
    ocid = ids.ocid(ids.MODEL, call.region)
    job = jobs.plan(world, ocid, details, _method(world, base, details), data)
    body = {
        "id": ocid,
        "displayName": generated_name("generativeaimodel", now),
        "vendor": base.body["vendor"],
        "version": "1",
        "freeformTags": {},
        "definedTags": {},
        "systemTags": {},
        **told,
        "type": "CUSTOM",
        "capabilities": [it for it in base.body["capabilities"] if it != "FINE_TUNE"],
        "isLongTermSupported": False,
        "timeCreated": now,
        "timeUpdated": now,
        "lifecycleState": "CREATING",
    }
    model = world.add(Resource(ids.MODEL, call.region, body))
    work = world.begin(
        model,
        "CREATE_MODEL",
        job.seconds,
        done={"lifecycleState": "ACTIVE", "modelMetrics": job.metrics},
        undone={"lifecycleState": "FAILED"},
    )
    work.failure = work.failure or job.failure
    work.log = jobs.timed(job, work.starts, work.ends)
    remember(world, call, model, work)
    return Answer(model.body, {"etag": model.etag, "opc-work-request-id": work.ocid})


def update(world: World, call: Call) -> Answer:
    """Change names and tags; a model has no UPDATING state, so the change is there at once."""
    model = _find(world, call)
    told = read_body(call, CHANGEABLE, fixed=FIXED)
    _check_custom(model)
    check_etag(call, model)
    if model.state != "ACTIVE":
        raise incorrect_state(f"The model is {model.state}; it can be updated while it is ACTIVE.")
    world.touch(model, told)
    return _answer(model)


def delete(world: World, call: Call) -> Answer:
    model = _find(world, call)
    _check_custom(model)
    check_etag(call, model)
    check_deletable(model, ("ACTIVE", "FAILED"))
    if any(it.body["modelId"] == model.ocid and not it.gone for it in world.of_kind(ids.ENDPOINT, call.region)):
        raise conflict("The model is used by endpoints. Delete them before you delete the model.")
    world.touch(model, {"lifecycleState": "DELETING"})
    work = world.begin(
        model,
        "DELETE_MODEL",
        world.scenario.durations.delete_model,
        done={"lifecycleState": "DELETED"},
        undone={"lifecycleState": "FAILED"},
    )
    return Answer(headers={"opc-work-request-id": work.ocid}, status=204)


def change_compartment(world: World, call: Call) -> Answer:
    model = _find(world, call)
    _check_custom(model)
    return move(world, call, model, "MOVE_MODEL")


def _check_job(world: World, region: str, base: Resource, details: Json) -> None:
    check_fields(details, FINE_TUNE, where="fineTuneDetails.")
    fine_tune = base_of(world, base).traits.get("fine_tune")
    if fine_tune is None:
        raise invalid(f"baseModelId: the model {base.body['displayName']} does not support fine-tuning.")
    if base.body["type"] == "BASE" and retired(world, base):
        raise invalid(f"baseModelId: the model {base.body['displayName']} is retired.")
    check_training(details, fine_tune["methods"])
    cluster = world.find(ids.CLUSTER, region, details["dedicatedAiClusterId"])
    if cluster.body["type"] != "FINE_TUNING":
        raise invalid("fineTuneDetails.dedicatedAiClusterId: a fine-tuning job needs a cluster of type FINE_TUNING.")
    if cluster.state != "ACTIVE":
        raise incorrect_state(f"The dedicated AI cluster is {cluster.state}; it must be ACTIVE.")
    if cluster.body["unitShape"] != fine_tune["shape"]:
        raise invalid(
            f"fineTuneDetails.dedicatedAiClusterId: {base.body['displayName']} is fine-tuned on unitShape "
            f"{fine_tune['shape']}, not {cluster.body['unitShape']}."
        )


def _method(world: World, base: Resource, details: Json) -> str:
    told = (details.get("trainingConfig") or {}).get("trainingConfigType")
    return str(told or base_of(world, base).traits["fine_tune"]["methods"][0]).removesuffix("_TRAINING_CONFIG")


def _check_custom(model: Resource) -> None:
    if model.body["type"] == "BASE":
        raise not_found()


def _find(world: World, call: Call) -> Resource:
    return world.find(ids.MODEL, call.region, call.path["modelId"])


def _answer(model: Resource) -> Answer:
    return Answer(model.body, {"etag": model.etag})
