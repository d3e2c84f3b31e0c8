"""Work requests: how far each change has come, and what was logged on the way."""

from __future__ import annotations

from sandbox.oracle import ids
from sandbox.oracle.calls import Answer, Call, collection, ordered
from sandbox.oracle.errors import not_found
from sandbox.oracle.times import later, seconds_between
from sandbox.oracle.world import Json, Work, World

STATUSES = ("ACCEPTED", "IN_PROGRESS", "WAITING", "FAILED", "SUCCEEDED", "CANCELING", "CANCELED")
COLLECTIONS = {ids.CLUSTER: "dedicatedAiClusters", ids.ENDPOINT: "endpoints", ids.MODEL: "models"}
ENTITIES = {ids.CLUSTER: "dedicatedAiCluster", ids.ENDPOINT: "endpoint", ids.MODEL: "model"}
STEPS = {
    "CREATE_DEDICATED_AI_CLUSTER": ("Reserving capacity", "Provisioning units", "Verifying cluster health"),
    "UPDATE_DEDICATED_AI_CLUSTER": ("Validating the update", "Adjusting units", "Verifying cluster health"),
    "DELETE_DEDICATED_AI_CLUSTER": ("Draining the cluster", "Releasing units"),
    "CREATE_ENDPOINT": ("Loading the model", "Routing traffic to the endpoint"),
    "UPDATE_ENDPOINT": ("Applying the update",),
    "DELETE_ENDPOINT": ("Draining the endpoint",),
    "DELETE_MODEL": ("Deleting the model",),
}
ACTIONS = {"CREATE": "CREATED", "UPDATE": "UPDATED", "DELETE": "DELETED", "MOVE": "UPDATED"}


def shown(world: World, work: Work) -> Json:
    now = world.now()
    status = work.status(now)
    action = ACTIONS[work.operation.split("_", 1)[0]] if work.finished else "IN_PROGRESS"
    body: Json = {
        "id": work.ocid,
        "operationType": work.operation,
        "status": status,
        "compartmentId": work.compartment,
        "percentComplete": work.percent(now),
        "resources": [
            {
                "entityType": ENTITIES[work.entity],
                "actionType": "FAILED" if status == "FAILED" else action,
                "identifier": work.resource,
                "entityUri": f"/20231130/{COLLECTIONS[work.entity]}/{work.resource}",
            }
        ],
        "timeAccepted": work.accepted,
    }
    if status != "ACCEPTED":
        body["timeStarted"] = work.starts
    if work.finished:
        body["timeFinished"] = work.ends
    return body


def list_(world: World, call: Call) -> Answer:
    compartment = world.known_compartment(call.needed("compartmentId"))
    status = call.choice("status", STATUSES)
    resource, ocid = call.one("resourceId"), call.one("workRequestId")
    rows = [
        shown(world, work)
        for work in world.work.values()
        if work.region == call.region
        and work.compartment == compartment
        and resource in {None, work.resource}
        and ocid in {None, work.ocid}
    ]
    rows = [row for row in rows if status in {None, row["status"]}]
    return collection(call, ordered(call, rows, ("timeAccepted",)))


def get(world: World, call: Call) -> Answer:
    return Answer(shown(world, _find(world, call)))


def list_errors(world: World, call: Call) -> Answer:
    work = _find(world, call)
    rows: list[Json] = []
    if work.finished and work.failure:
        rows.append({"code": work.code, "message": work.failure, "timestamp": work.ends})
    return collection(call, ordered(call, rows, ("timestamp",)))


def list_logs(world: World, call: Call) -> Answer:
    return collection(call, ordered(call, _log(world, _find(world, call)), ("timestamp",)))


def _log(world: World, work: Work) -> list[Json]:
    """Give what the work logged of itself, or else its steps evenly over its time, and say how it ended."""
    steps = STEPS.get(work.operation, ())
    between = seconds_between(work.starts, work.ends) / (len(steps) or 1)
    lines = [(work.accepted, "Work request accepted.")]
    lines += [(at, message) for at, message in work.log]
    if not work.log:
        lines += [(later(work.starts, number * between), f"{step}.") for number, step in enumerate(steps)]
    if work.finished:
        lines.append((work.ends, f"Failed: {work.failure}" if work.failure else "Completed."))
    now = world.now()
    return [{"message": message, "timestamp": at} for at, message in lines if at <= now]


def _find(world: World, call: Call) -> Work:
    work = world.work.get(call.path["workRequestId"])
    if work is None or work.region != call.region:
        raise not_found()
    return work
