"""The Budgets API, as far as it tells what budgets there are and how much of them is spent."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from sandbox.oracle import ids, usage
from sandbox.oracle.calls import Answer, Call, listed, ordered
from sandbox.oracle.errors import not_allowed, not_found
from sandbox.oracle.scenario import BudgetPlan
from sandbox.oracle.times import stamp
from sandbox.oracle.world import Json, World

CREATED = "2025-01-15T09:00:00.000Z"
CURRENCY = "USD"
"""Of the tenancy's rate card: what is charged in another is in no budget."""

RECKONED_EVERY = 6
"""Hours; Oracle says every 24 for alerts, and tells of each budget when it was."""

HOUR = timedelta(hours=1)
CENT = Decimal("0.01")
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
    at = _reckoned_at(world.clock.now())
    actual, forecast = _spend(world, plan, at)
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
        "actualSpend": actual,
        "forecastedSpend": forecast,
        "timeSpendComputed": stamp(at),
        "timeCreated": CREATED,
        "timeUpdated": CREATED,
        "freeformTags": {},
        "definedTags": {},
    }


def _reckoned_at(now: datetime) -> datetime:
    return now.replace(hour=now.hour - now.hour % RECKONED_EVERY, minute=0, second=0, microsecond=0)


def _spend(world: World, plan: BudgetPlan, at: datetime) -> tuple[Decimal, Decimal]:
    """What the month has cost by the ledger, and what it comes to if the rest of it goes on as it went so far."""
    first = at.replace(day=1, hour=0)
    following = datetime(first.year + first.month // 12, first.month % 12 + 1, 1, tzinfo=UTC)
    actual = usage.spent(world, first, at, CURRENCY, _on_target(world, plan)) if at > first else Decimal(0)
    share = Decimal((at - first) // HOUR) / Decimal((following - first) // HOUR)
    forecast = actual / share if share else Decimal(0)
    return actual.quantize(CENT), forecast.quantize(CENT)


def _on_target(world: World, plan: BudgetPlan) -> usage.Fits:
    if plan.compartment:
        compartment = world.compartments[plan.compartment]
        return lambda row: bool(row.get("compartmentId") == compartment)
    _, key, value = str(plan.tag).split(".")
    return lambda row: any(each["key"] == key and each["value"] == value for each in row["tags"])
