"""The Budgets API, as far as it tells what budgets there are and how much of them is spent."""

from __future__ import annotations

from sandbox.oracle import ids
from sandbox.oracle.calls import Answer, Call, listed, ordered
from sandbox.oracle.errors import not_allowed, not_found
from sandbox.oracle.scenario import BudgetPlan
from sandbox.oracle.times import stamp
from sandbox.oracle.world import Json, World

CREATED = "2025-01-15T09:00:00.000Z"
TARGETS = ("ALL", "COMPARTMENT", "TAG")


def list_(world: World, call: Call) -> Answer:
    """List those of the tenancy: there are none in compartments, and tags are targets only for who asks for them."""
    at_home(world, call)
    compartment = world.known_compartment(call.needed("compartmentId"))
    target = call.choice("targetType", TARGETS) or "COMPARTMENT"
    state, name = call.choice("lifecycleState", ("ACTIVE", "INACTIVE")), call.one("displayName")
    rows = [
        row
        for row in (_shown(world, it) for it in world.scenario.budget)
        if row["compartmentId"] == compartment
        and target in {"ALL", row["targetType"]}
        and state in {None, row["lifecycleState"]}
        and name in {None, row["displayName"]}
    ]
    page, headers = listed(call, ordered(call, rows, ("timeCreated", "displayName")))
    return Answer(page, headers)


def get(world: World, call: Call) -> Answer:
    at_home(world, call)
    for each in world.scenario.budget:
        if (shown := _shown(world, each))["id"] == call.path["budgetId"]:
            return Answer(shown, {"etag": ids.unique(each.name)})
    raise not_found()


def at_home(world: World, call: Call) -> None:
    if call.region != world.scenario.home:
        raise not_allowed(f"Please go to your home region {world.scenario.home} to execute this operation.")


def _shown(world: World, plan: BudgetPlan) -> Json:
    target = world.compartments[plan.compartment] if plan.compartment else plan.tag
    return {
        "id": ids.ocid("budget", seed=f"{world.scenario.tenancy}/{plan.name}"),
        "compartmentId": world.tenancy,
        "targetCompartmentId": target if plan.compartment else None,
        "displayName": plan.name,
        "description": plan.description,
        "amount": plan.amount,
        "resetPeriod": "MONTHLY",
        "budgetProcessingPeriodStartOffset": 1,
        "processingPeriodType": "MONTH",
        "targetType": "COMPARTMENT" if plan.compartment else "TAG",
        "targets": [target],
        "lifecycleState": "ACTIVE",
        "alertRuleCount": 0,
        "version": 1,
        "actualSpend": plan.actual_spend,
        "forecastedSpend": plan.forecasted_spend,
        "timeSpendComputed": stamp(world.clock.now()),
        "timeCreated": CREATED,
        "timeUpdated": CREATED,
        "freeformTags": {},
        "definedTags": {},
    }
