"""The world on its first day: the scenario's models, clusters and endpoints as resources."""

from __future__ import annotations

import re
import uuid
from datetime import UTC, date, datetime, time, timedelta

from sandbox.clock import Clock
from sandbox.oracle import anomalies, buckets, ids, prices
from sandbox.oracle.buckets import Bucket, Stored
from sandbox.oracle.scenario import (
    AlarmPlan,
    BaseModelPlan,
    BucketPlan,
    ClusterPlan,
    CustomModelPlan,
    EndpointPlan,
    ObjectPlan,
    Scenario,
)
from sandbox.oracle.times import stamp
from sandbox.oracle.world import Json, Resource, World


def build(scenario: Scenario, clock: Clock) -> World:
    world = World(scenario, clock)
    world.limits = {region: dict(values) for region, values in scenario.limits.items()}
    for region in scenario.regions:
        for model in scenario.model:
            if model.regions is None or region in model.regions:
                world.add(_base_model(world, region, model))
    for custom in scenario.custom_model:
        world.add(_custom_model(world, custom))
    for cluster in scenario.cluster:
        world.add(_cluster(world, cluster))
        for endpoint in cluster.endpoint:
            world.add(_endpoint(world, cluster, endpoint))
    for bucket in scenario.bucket:
        world.buckets[buckets.key(bucket.region, bucket.name)] = _bucket(world, bucket)
    world.alarms = {it["id"]: it for it in (_alarm(world, plan) for plan in scenario.alarm)}
    for anomaly in scenario.anomaly:
        anomalies.put(world, anomaly)
    prices.stock(world)
    return world


def _ago(world: World, days: float) -> str:
    return stamp(world.clock.now() - timedelta(days=days))


def _named(kind: str, region: str, name: str) -> str:
    return ids.ocid(kind, region, name)


def _common(world: World, compartment: str, created_days_ago: float, tags: dict[str, str]) -> Json:
    created = _ago(world, created_days_ago)
    return {
        "compartmentId": compartment,
        "timeCreated": created,
        "timeUpdated": created,
        "lifecycleState": "ACTIVE",
        "freeformTags": dict(tags),
        "definedTags": {},
        "systemTags": {},
    }


def _cluster(world: World, plan: ClusterPlan) -> Resource:
    body = _common(world, world.compartments[plan.compartment], plan.created_days_ago, plan.tags) | {
        "id": _named(ids.CLUSTER, plan.region, plan.name),
        "displayName": plan.name,
        "description": plan.description,
        "type": plan.type,
        "unitCount": plan.units,
        "unitShape": plan.shape,
        "lifecycleState": plan.state,
    }
    if plan.details:
        body["lifecycleDetails"] = plan.details
    units = [(body["timeCreated"], plan.units)]
    return Resource(ids.CLUSTER, plan.region, body, units=units, traits={"rps_per_unit": plan.rps_per_unit})


def _endpoint(world: World, cluster: ClusterPlan, plan: EndpointPlan) -> Resource:
    body = _common(world, world.compartments[cluster.compartment], plan.created_days_ago, plan.tags) | {
        "id": _named(ids.ENDPOINT, cluster.region, plan.name),
        "displayName": plan.name,
        "modelId": _named(ids.MODEL, cluster.region, plan.model),
        "dedicatedAiClusterId": _named(ids.CLUSTER, cluster.region, cluster.name),
    }
    if plan.moderation:
        body["contentModerationConfig"] = {"isEnabled": True, "mode": plan.moderation}
    traits = {}
    if plan.traffic:
        last = _ago(world, plan.traffic.last_call_days_ago) if plan.traffic.last_call_days_ago else None
        traits = {"traffic": plan.traffic.model_dump(), "last_call": last}
    return Resource(ids.ENDPOINT, cluster.region, body, traits=traits)


def _base_model(world: World, region: str, plan: BaseModelPlan) -> Resource:
    released = stamp(datetime.combine(plan.released, time(), UTC))
    body: Json = {
        "id": _named(ids.MODEL, region, plan.name),
        "compartmentId": world.tenancy,
        "displayName": plan.name,
        "vendor": plan.vendor,
        "version": plan.version,
        "type": "BASE",
        "capabilities": list(plan.capabilities),
        "isLongTermSupported": plan.long_term_support,
        "lifecycleState": "ACTIVE",
        "timeCreated": released,
        "freeformTags": {},
        "definedTags": {},
        "systemTags": {},
    }
    dates = {
        "timeDeprecated": _date(world, plan.deprecated, plan.deprecated_in_days),
        "timeOnDemandRetired": _date(world, plan.on_demand_retired, plan.on_demand_retired_in_days),
        "timeDedicatedRetired": _date(world, plan.dedicated_retired, plan.dedicated_retired_in_days),
    }
    traits = {
        "shapes": list(plan.shapes),
        "fine_tune": plan.fine_tune.model_dump() if plan.fine_tune else None,
        "on_demand": plan.on_demand,
        "access": plan.access,
        "replacements": list(plan.replacements),
    }
    body |= {name: at for name, at in dates.items() if at}
    return Resource(ids.MODEL, region, body, traits=traits)


def _date(world: World, day: date | None, in_days: float | None) -> str | None:
    if day is None and in_days is None:
        return None
    day = day or (world.clock.now() + timedelta(days=in_days or 0)).date()
    return stamp(datetime.combine(day, time(), UTC))


def _custom_model(world: World, plan: CustomModelPlan) -> Resource:
    base = next(it for it in world.scenario.model if it.name == plan.base)
    body = _common(world, world.compartments[plan.compartment], plan.created_days_ago, plan.tags) | {
        "id": _named(ids.MODEL, plan.region, plan.name),
        "displayName": plan.name,
        "vendor": base.vendor,
        "version": plan.version,
        "type": "CUSTOM",
        "baseModelId": _named(ids.MODEL, plan.region, plan.base),
        "capabilities": [it for it in base.capabilities if it != "FINE_TUNE"],
        "isLongTermSupported": False,
        "fineTuneDetails": {
            "dedicatedAiClusterId": _named(ids.CLUSTER, plan.region, plan.cluster),
            "trainingConfig": dict(plan.training),
            "trainingDataset": {
                "datasetType": "OBJECT_STORAGE",
                "namespaceName": plan.dataset["namespace"],
                "bucketName": plan.dataset["bucket"],
                "objectName": plan.dataset["object"],
            },
        },
        "modelMetrics": {
            "modelMetricsType": "CHAT_MODEL_METRICS",
            "finalAccuracy": plan.accuracy,
            "finalLoss": plan.loss,
        },
    }
    return Resource(ids.MODEL, plan.region, body)


def _alarm(world: World, plan: AlarmPlan) -> Json:
    def ocid(name: re.Match[str]) -> str:
        return _named(ids.ENDPOINT, plan.region, name[1])

    compartment = world.compartments[plan.compartment]
    return {
        "id": _named("alarm", plan.region, plan.name),
        "region": plan.region,
        "displayName": plan.name,
        "compartmentId": compartment,
        "metricCompartmentId": compartment,
        "namespace": plan.namespace,
        "query": re.sub(r"\$([\w-]+)", ocid, plan.query),
        "severity": plan.severity,
        "destinations": [_named("onstopic", plan.region, "operations")],
        "isEnabled": True,
        "lifecycleState": "ACTIVE",
        "alarmSummary": plan.summary,
        "freeformTags": {},
        "definedTags": {},
        "suspended": plan.suspended,
        "timeCreated": _ago(world, plan.created_days_ago),
    }


def _bucket(world: World, plan: BucketPlan) -> Bucket:
    body = {
        "namespace": world.scenario.namespace,
        "name": plan.name,
        "id": _named("bucket", plan.region, plan.name),
        "compartmentId": world.compartments[plan.compartment],
        "metadata": {},
        "createdBy": ids.ocid("user", seed=f"{world.scenario.tenancy}/{world.scenario.users['EXECUTOR']}"),
        "timeCreated": _ago(world, plan.created_days_ago),
        "etag": ids.unique(plan.name),
        "publicAccessType": "NoPublicAccess",
        "storageTier": "Standard",
        "objectEventsEnabled": False,
        "freeformTags": dict(plan.tags),
        "definedTags": {},
        "replicationEnabled": False,
        "isReadOnly": False,
        "versioning": "Disabled",
    }
    return Bucket(plan.region, body, {it.name: stored(world, it) for it in plan.object})


def stored(world: World, plan: ObjectPlan) -> Stored:
    """Put a planned object into storage; a data set is only made when it is read."""
    made = plan.dataset.model_dump() if plan.dataset else None
    etag = str(uuid.uuid5(uuid.NAMESPACE_OID, plan.model_dump_json()))
    return Stored(
        plan.name,
        _ago(world, plan.created_days_ago),
        etag,
        content_encoding=plan.content_encoding,
        generated=made,
        text=plan.text,
    )
