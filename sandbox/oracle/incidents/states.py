"""Incidents of what becomes of clusters, endpoints and models: they show in lifecycle states and work requests."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sandbox.oracle import ids
from sandbox.oracle.incidents.scene import DAY, HOUR, Act, Scene
from sandbox.oracle.models import base_of
from sandbox.oracle.times import moment, stamp
from sandbox.oracle.world import Resource

UPDATE, CREATE_ENDPOINT = "UPDATE_DEDICATED_AI_CLUSTER", "CREATE_ENDPOINT"
CREATE_CLUSTER, CREATE_MODEL = "CREATE_DEDICATED_AI_CLUSTER", "CREATE_MODEL"
RETIRES_IN_DAYS = 25.0


def endpoint_creating(scene: Scene) -> None:
    """An endpoint was asked for hours ago and is still being created; it was never called."""
    endpoint = scene.endpoint
    endpoint.traits.pop("traffic", None)
    endpoint.body["timeCreated"] = scene.since
    scene.becomes(endpoint, "CREATING")
    scene.work(endpoint, CREATE_ENDPOINT, scene.since)


def endpoint_failed(scene: Scene) -> None:
    """The model could not be loaded: the endpoint is there and answers nobody."""
    endpoint, said = scene.endpoint, "The model could not be loaded on the dedicated AI cluster."
    endpoint.traits.pop("traffic", None)
    endpoint.body["timeCreated"] = scene.since
    scene.becomes(endpoint, "FAILED", said)
    scene.work(endpoint, CREATE_ENDPOINT, scene.since, failed=("InternalServerError", said))


def endpoint_deleted(scene: Scene) -> None:
    """Somebody has deleted an endpoint that was called until then."""
    endpoint = scene.endpoint
    scene.stop_calls(endpoint, scene.since)
    scene.becomes(endpoint, "DELETED")
    scene.work(endpoint, "DELETE_ENDPOINT", scene.since, done=True)
    scene.world.bury(endpoint, scene.now)


def endpoint_deleting(scene: Scene) -> None:
    """Somebody is deleting an endpoint that was called until then."""
    endpoint = scene.endpoint
    scene.stop_calls(endpoint, scene.since)
    scene.becomes(endpoint, "DELETING")
    scene.work(endpoint, "DELETE_ENDPOINT", scene.ago(300))


def no_endpoint(scene: Scene) -> None:
    """The cluster serves nothing: it has no endpoint."""
    for endpoint in scene.endpoints:
        scene.forget(endpoint)


def cluster_updating(scene: Scene) -> None:
    """The cluster is being changed, which takes a while."""
    scene.becomes(scene.cluster, "UPDATING")
    scene.work(scene.cluster, UPDATE, scene.ago(300))


def stuck_work(scene: Scene) -> None:
    """The cluster's change has been under way for six hours."""
    scene.becomes(scene.cluster, "UPDATING")
    scene.work(scene.cluster, UPDATE, scene.ago(6 * HOUR))


def work_failed(scene: Scene) -> None:
    """The cluster was to be changed; that failed, and it runs on as it was."""
    scene.work(scene.cluster, UPDATE, scene.since, failed=("InternalServerError", "The update could not be completed."))


def no_capacity(scene: Scene) -> None:
    """Oracle had no such hardware left for the units that were asked for."""
    scene.work(scene.cluster, UPDATE, scene.since, failed=("InternalError", "Out of host capacity."))


def needs_attention(scene: Scene) -> None:
    """A replica is not healthy: what is left of the cluster serves more slowly, and some calls fail."""
    said = "1 replica is not healthy. Requests are served by the remaining replicas."
    scene.becomes(scene.cluster, "NEEDS_ATTENTION", said)
    scene.call_all_differently(lambda told: {"latency_ms": told["latency_ms"] * 2, "server_errors": 0.03})


def cluster_failed(scene: Scene) -> None:
    """The cluster is lost: nothing on it has answered since."""
    scene.becomes(scene.cluster, "FAILED", "The dedicated AI cluster failed and cannot be recovered.")
    for endpoint in scene.endpoints:
        scene.stop_calls(endpoint, scene.since)


def fine_tune_format(scene: Scene) -> None:
    """A line of the training data is no JSON."""
    _fine_tune(scene, "InvalidParameter", "The training dataset cannot be used: line 17 is not JSON.")


def fine_tune_few(scene: Scene) -> None:
    """The training data holds fewer pairs than Oracle needs."""
    wrong = "it has 20 pairs of prompt and completion, and at least 32 are needed"
    _fine_tune(scene, "InvalidParameter", f"The training dataset cannot be used: {wrong}.")


def fine_tune_limit(scene: Scene) -> None:
    """The job found no units to run on."""
    _fine_tune(scene, "LimitExceeded", "The following service limits were exceeded: dedicated-unit-llama2-70-count.")


def fine_tune_quota(scene: Scene) -> None:
    """A quota policy of the tenancy holds the job back."""
    _fine_tune(scene, "QuotaExceeded", "The following quotas were exceeded: dedicated-unit-llama2-70-count.")


def fine_tune_capacity(scene: Scene) -> None:
    """Oracle had no hardware for the job."""
    _fine_tune(scene, "InternalError", "Out of host capacity.")


def fine_tune_otherwise(scene: Scene) -> None:
    """The job failed for a reason of its own."""
    _fine_tune(scene, "InternalServerError", "The training did not converge.")


def fine_tune_waits(scene: Scene) -> None:
    """The cluster to train on is still being created."""
    making = {"type": "FINE_TUNING", "unitCount": 2, "lifecycleState": "CREATING"}
    made = _cluster_beside(scene, "finetune", scene.ago(600), making)
    scene.work(made, CREATE_CLUSTER, scene.ago(600))


def _fine_tune(scene: Scene, code: str, said: str) -> None:
    """A model that was to be trained on the cluster, or on one of its own where that one is for hosting."""
    cluster = scene.cluster
    if cluster.body["type"] != "FINE_TUNING":
        cluster = _cluster_beside(scene, "finetune", scene.since, {"type": "FINE_TUNING", "unitCount": 2})
    base = next(it for it in scene.world.of_kind(ids.MODEL, scene.region) if it.traits.get("fine_tune"))
    body = {
        "id": ids.ocid(ids.MODEL, scene.region),
        "displayName": "tickets-next",
        "compartmentId": cluster.body["compartmentId"],
        "vendor": base.body["vendor"],
        "version": "1",
        "type": "CUSTOM",
        "baseModelId": base.ocid,
        "capabilities": ["CHAT"],
        "isLongTermSupported": False,
        "fineTuneDetails": {"dedicatedAiClusterId": cluster.ocid},
        "timeCreated": scene.since,
        "freeformTags": {},
        "definedTags": {},
        "systemTags": {},
    }
    model = scene.world.add(Resource(ids.MODEL, scene.region, body))
    scene.becomes(model, "FAILED", said)
    scene.work(model, CREATE_MODEL, scene.since, failed=(code, said))


def model_retiring(scene: Scene) -> None:
    """Oracle retires the model the cluster serves, in `days` from now."""
    _retires(scene, RETIRES_IN_DAYS if scene.days is None else scene.days)


def model_retired(scene: Scene) -> None:
    """The model the cluster serves was retired ten days ago; the cluster runs on."""
    _retires(scene, -10 if scene.days is None else scene.days)


def _retires(scene: Scene, days: float) -> None:
    at = stamp(moment(scene.now) + timedelta(days=days))
    serving = base_of(scene.world, scene.world.resources[scene.endpoint.body["modelId"]])
    for region in scene.world.scenario.regions:
        for model in scene.world.of_kind(ids.MODEL, region):
            if model.body["displayName"] == serving.body["displayName"]:
                scene.world.touch(model, {"timeDeprecated": scene.ago(100 * DAY), "timeDedicatedRetired": at})


def scaled_up(scene: Scene) -> None:
    """Three days ago somebody doubled the cluster."""
    cluster, at = scene.cluster, scene.ago((scene.days or 3) * DAY)
    units = int(cluster.body["unitCount"]) * 2
    cluster.units.append((at, units))
    scene.world.touch(cluster, {"unitCount": units}, at)
    scene.work(cluster, UPDATE, at, done=True)


def second_cluster(scene: Scene) -> None:
    """Four days ago somebody made another cluster of the same kind, on which there is nothing."""
    at = scene.ago((scene.days or 4) * DAY)
    made = _cluster_beside(scene, "second", at, {})
    scene.work(made, CREATE_CLUSTER, at, done=True)


def cluster_made_lately(scene: Scene) -> None:
    """Four days ago somebody made another cluster of the same kind, which is called like the first."""
    at = scene.ago((scene.days or 4) * DAY)
    made = _cluster_beside(scene, "second", at, {})
    scene.work(made, CREATE_CLUSTER, at, done=True)
    name = f"{made.body['displayName']}-endpoint"
    named = {"id": ids.ocid(ids.ENDPOINT, scene.region, name), "displayName": name, "timeCreated": at}
    body = scene.endpoint.body | named | {"dedicatedAiClusterId": made.ocid}
    scene.world.add(Resource(ids.ENDPOINT, scene.region, body, traits={"traffic": scene.endpoint.traits["traffic"]}))


def model_withdrawn(scene: Scene) -> None:
    """Oracle no longer lists the model that the cluster serves."""
    model = scene.world.resources[scene.endpoint.body["modelId"]]
    scene.becomes(model, "DELETED")
    scene.world.bury(model, scene.now)


def _cluster_beside(scene: Scene, ending: str, at: str, changes: dict[str, Any]) -> Resource:
    name = f"{scene.cluster.body['displayName']}-{ending}"
    named = {"id": ids.ocid(ids.CLUSTER, scene.region, name), "displayName": name, "lifecycleState": "ACTIVE"}
    body = scene.cluster.body | named | {"timeCreated": at, "timeUpdated": at} | changes
    body.pop("lifecycleDetails", None)
    return scene.world.add(Resource(ids.CLUSTER, scene.region, body, units=[(at, body["unitCount"])]))


INCIDENTS: dict[str, Act] = {
    "endpoint-creating": endpoint_creating,
    "endpoint-failed": endpoint_failed,
    "endpoint-deleted": endpoint_deleted,
    "endpoint-deleting": endpoint_deleting,
    "no-endpoint": no_endpoint,
    "cluster-updating": cluster_updating,
    "stuck-work": stuck_work,
    "work-failed": work_failed,
    "no-capacity": no_capacity,
    "needs-attention": needs_attention,
    "cluster-failed": cluster_failed,
    "fine-tune-format": fine_tune_format,
    "fine-tune-few": fine_tune_few,
    "fine-tune-limit": fine_tune_limit,
    "fine-tune-quota": fine_tune_quota,
    "fine-tune-capacity": fine_tune_capacity,
    "fine-tune-otherwise": fine_tune_otherwise,
    "fine-tune-waits": fine_tune_waits,
    "model-retiring": model_retiring,
    "model-retired": model_retired,
    "model-withdrawn": model_withdrawn,
    "scaled-up": scaled_up,
    "second-cluster": second_cluster,
    "cluster-made-lately": cluster_made_lately,
}
