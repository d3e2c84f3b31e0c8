"""Cost anomalies, as far as the Cost Anomaly Detection API tells which days cost more or less than Oracle foresaw."""

from __future__ import annotations

from datetime import timedelta

from sandbox.oracle import ids
from sandbox.oracle.budgets import at_home
from sandbox.oracle.calls import Answer, Call, collection, ordered
from sandbox.oracle.errors import invalid, not_found
from sandbox.oracle.scenario import AnomalyPlan
from sandbox.oracle.times import moment, stamp
from sandbox.oracle.world import Json, World

HIDDEN = ("region", "tenantId")
"""What an event is filtered by and does not show of itself."""

ONLY_ALONE = ("feedbackResponse", "timeCreated", "timeUpdated")
"""What a list leaves out."""

ORDERS = ("timeAnomalyEventDate", "costAnomalyName", "id")


def list_(world: World, call: Call) -> Answer:
    """List events of the tenancy: there are none in compartments."""
    at_home(world, call)
    compartment = world.known_compartment(call.needed("compartmentId"))
    since, until = _time(call, "timeAnomalyEventStartDate"), _time(call, "timeAnomalyEventEndDate")
    monitor, name = call.one("costAnomalyMonitorId"), call.one("name")
    regions, tenants = _several(call, "region"), _several(call, "targetTenantId")
    impact, share = _number(call, "costImpact"), _number(call, "costImpactPercentage")
    rows = [
        each
        for each in world.anomalies.values()
        if each["compartmentId"] == compartment
        and (since or "") <= each["timeAnomalyEventDate"] <= (until or "9")
        and monitor in {None, each["costMonitorId"]}
        and name in {None, each["costAnomalyName"]}
        and (not regions or each["region"] in regions)
        and (not tenants or each["tenantId"] in tenants)
        and (impact is None or abs(each["costImpact"]) >= impact)
        and (share is None or abs(each["costVariancePercentage"] or 0) >= share)
    ]
    hidden = {*HIDDEN, *ONLY_ALONE}
    return collection(call, [_without(each, hidden) for each in ordered(call, rows, ORDERS)])


def get(world: World, call: Call) -> Answer:
    at_home(world, call)
    found = world.anomalies.get(call.path["costAnomalyEventId"])
    if found is None:
        raise not_found()
    return Answer(_without(found, set(HIDDEN)), {"etag": ids.unique(found["timeUpdated"])})


def put(world: World, plan: AnomalyPlan) -> Json:
    """Let Oracle have found it, on the day that was so many days ago, as its default monitor of a service does."""
    day = (world.clock.now() - timedelta(days=plan.days_ago)).replace(hour=0, minute=0, second=0, microsecond=0)
    region = plan.region or world.scenario.home
    name = plan.monitor or plan.service
    monitor = ids.ocid("costanomalymonitor", seed=f"{world.scenario.tenancy}/{name}/{region}")
    dimensions = {"service": plan.service, "region": region} | plan.dimensions
    found: Json = {
        "id": ids.ocid("costanomalyevent", seed=f"{monitor}/{stamp(day)}/{len(world.anomalies)}"),
        "costAnomalyName": f"{name}: {day:%Y-%m-%d}",
        "compartmentId": world.tenancy,
        "costMonitorId": monitor,
        "costMonitorName": name,
        "costMonitorType": "CUSTOM" if plan.monitor else "DEFAULT",
        "lifecycleState": plan.state,
        "targetResourceFilter": {
            "operator": "AND",
            "dimensions": [{"key": key, "value": value} for key, value in dimensions.items()],
            "tags": [],
            "filters": [],
        },
        "rootCauseDetail": {"value": plan.root_cause},
        "timeAnomalyEventDate": stamp(day),
        "costImpact": plan.impact,
        "costVariancePercentage": plan.variance,
        "feedbackResponse": None,
        "timeCreated": stamp(day + timedelta(days=1)),
        "timeUpdated": stamp(day + timedelta(days=1)),
        "definedTags": {},
        "freeformTags": {},
        "systemTags": {},
        "region": region,
        "tenantId": world.tenancy,
    }
    world.anomalies[found["id"]] = found
    world.changed = True
    return found


def _without(found: Json, names: set[str]) -> Json:
    return {name: value for name, value in found.items() if name not in names}


def _time(call: Call, name: str) -> str | None:
    told = call.one(name)
    try:
        return stamp(moment(told)) if told else None
    except ValueError as error:
        raise invalid(f"{name} must be a time such as 2026-11-23T00:00:00.000Z.") from error


def _several(call: Call, name: str) -> set[str]:
    return set((call.one(name) or "").split(",")) - {""}


def _number(call: Call, name: str) -> float | None:
    told = call.one(name)
    try:
        return float(told) if told else None
    except ValueError as error:
        raise invalid(f"{name} must be a number.") from error
