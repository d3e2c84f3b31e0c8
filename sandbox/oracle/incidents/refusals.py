"""Incidents of Oracle's answers themselves: refused, too many, limited, or none at all."""

from __future__ import annotations

from sandbox.oracle import ids, limits
from sandbox.oracle.incidents.scene import Act, Scene
from sandbox.oracle.world import Resource

UPDATE = "UPDATE_DEDICATED_AI_CLUSTER"
AI = "generative-ai"


def unauthenticated(scene: Scene) -> None:
    """The identity's key is no longer known to Oracle."""
    scene.strikes(service=AI, region=scene.region, status=401, message="The key was not accepted.")


def unauthorised(scene: Scene) -> None:
    """No policy lets the identity see Generative AI in the region; Oracle does not say so."""
    said = "Authorization failed or requested resource not found."
    scene.strikes(service=AI, region=scene.region, status=404, message=said)


def throttled(scene: Scene) -> None:
    """Oracle takes no more questions for now."""
    said = "Too many requests for the tenants."
    scene.strikes(operation="GET *", service=AI, region=scene.region, status=429, message=said)


def limit_used_up(scene: Scene) -> None:
    """All units of the limit are taken, and growing was refused."""
    limit = limits.limit_of(scene.world, scene.cluster.body["unitShape"])
    scene.world.limits.setdefault(scene.region, {})[limit.name] = limits.used(scene.world, scene.region, limit)
    said = f"The following service limits were exceeded: {limit.name}."
    scene.work(scene.cluster, UPDATE, scene.since, failed=("LimitExceeded", said))


def quota_exceeded(scene: Scene) -> None:
    """A quota policy of the tenancy holds the compartment back, though the service limit has room."""
    said = "The following quotas were exceeded in the compartment: dedicated AI cluster units."
    scene.work(scene.cluster, UPDATE, scene.since, failed=("QuotaExceeded", said))
    for operation in ("CreateDedicatedAiCluster", "UpdateDedicatedAiCluster"):
        scene.strikes(operation=operation, region=scene.region, status=400, code="QuotaExceeded", message=said)


def limit_refused(scene: Scene) -> None:
    """Growing was refused by a service limit that has been raised since."""
    limit = limits.limit_of(scene.world, scene.cluster.body["unitShape"])
    said = f"The following service limits were exceeded: {limit.name}."
    scene.work(scene.cluster, UPDATE, scene.since, failed=("LimitExceeded", said))


def limit_never_raised(scene: Scene) -> None:
    """The region is new to the tenancy: its service limits are 0, and there is no cluster."""
    scene.world.limits[scene.region] = {}
    for cluster in list(scene.world.of_kind(ids.CLUSTER, scene.region)):
        for endpoint in scene.world.by_cluster.pop(cluster.ocid, []):
            del scene.world.resources[endpoint.ocid]
        del scene.world.resources[cluster.ocid]


def endpoints_full(scene: Scene) -> None:
    """The cluster has as many endpoints as it can; the new ones were never called."""
    most = limits.value(scene.world, scene.region, limits.ENDPOINTS)
    for number in range(most - len(scene.endpoints)):
        name = f"{scene.endpoint.body['displayName']}-{number:02}"
        told = {"id": ids.ocid(ids.ENDPOINT, scene.region, name), "displayName": name, "timeCreated": scene.since}
        scene.world.add(Resource(ids.ENDPOINT, scene.region, scene.endpoint.body | told))


def partly_unauthorised(scene: Scene) -> None:
    """A policy lets the identity see clusters and endpoints in the region, and not what Oracle was asked to do."""
    said = "Authorization failed or requested resource not found."
    scene.strikes(operation="ListWorkRequests", region=scene.region, status=404, message=said)


def monitoring_down(scene: Scene) -> None:
    """Monitoring answers nobody: nothing that is measured is known."""
    scene.strikes(service="monitoring", status=503, message="Monitoring is not available.")


def limits_down(scene: Scene) -> None:
    """The Limits service answers nobody: what is left of a limit is not known."""
    scene.strikes(service="limits", status=503, message="Limits is not available.")


def usage_down(scene: Scene) -> None:
    """The Usage API answers nobody: what was charged is not known."""
    scene.strikes(service="usage", status=503, message="Usage is not available.")


def region_without_service(scene: Scene) -> None:
    """Generative AI is not offered in the region: all is refused there, and other regions do not tell of it."""
    for model in scene.world.of_kind(ids.MODEL, scene.region):
        model.traits["withdrawn"] = True
    unauthorised(scene)


def region_silent(scene: Scene) -> None:
    """The region does not answer."""
    scene.strikes("timeout", service=AI, region=scene.region)


def region_without_models(scene: Scene) -> None:
    """The region offers no model but those that are in use there."""
    resources = scene.world.resources
    used = {it.body["modelId"] for it in scene.world.of_kind(ids.ENDPOINT, scene.region)}
    used |= {str(resources[each].body.get("baseModelId")) for each in used}
    for model in list(scene.world.of_kind(ids.MODEL, scene.region)):
        if model.body["type"] == "BASE" and model.ocid not in used:
            del resources[model.ocid]


INCIDENTS: dict[str, Act] = {
    "unauthenticated": unauthenticated,
    "unauthorised": unauthorised,
    "throttled": throttled,
    "limit-used-up": limit_used_up,
    "quota-exceeded": quota_exceeded,
    "limit-refused": limit_refused,
    "limit-never-raised": limit_never_raised,
    "endpoints-full": endpoints_full,
    "partly-unauthorised": partly_unauthorised,
    "monitoring-down": monitoring_down,
    "limits-down": limits_down,
    "usage-down": usage_down,
    "region-without-service": region_without_service,
    "region-silent": region_silent,
    "region-without-models": region_without_models,
}
