"""What a change comes to, in words: when it begins and ends, what it costs, who must agree, what stands in its way."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from approvals.policy import Rule
from approvals.states import SAID, State
from approvals.windows import frozen_until
from commands._blocks import date, named, people
from commands._command import Services
from commands._sums import money
from commands._waits import one_of
from commands._when import said
from commands._words import by, cost_name, linked, price_name, signed
from dac.budgets import BudgetEffect
from dac.extending import ExtendPlan
from dac.figures import Price, Unknown
from dac.making import Stepwise
from dac.plans import Plan
from dac.pricing import cents
from dac.scaling import ScalePlan

OTHERS = 3
"""Requests for the same cluster that are told one by one."""


def timing(plan: Plan) -> list[str]:
    """When it begins, and when it is given back."""
    if isinstance(plan, ExtendPlan):
        return [f"The lease of request {plan.leased} ends {date(plan.until)} instead of {date(plan.ends_at)}."]
    told: list[str] = []
    if not isinstance(plan, ScalePlan):
        return told
    if plan.start_at:
        told.append(f"It begins {date(plan.start_at)}, or as soon after that as it is approved.")
    if plan.lease:
        begins = f": {date(plan.start_at + plan.lease)} at the earliest" if plan.start_at else ""
        told.append(
            f"It is given back by itself {said(plan.lease)} after Oracle has made the change{begins}; "
            "nobody has to approve that again."
        )
    return told


def cost(plan: Plan) -> str:
    """At list price; what is not known says what would settle it."""
    change = plan.cost_change
    if isinstance(change, Unknown):
        return f"{named(change.what[:1].upper() + change.what[1:], 200)} is not known: {named(change.settle, 300)}"
    monthly = f"{cost_name(change)}: {signed(change)} a month"
    if plan.once:
        return f"{cost_name(change)}: {money(plan)}"
    if plan.span and isinstance(plan.span_cost, Price):
        return f"{monthly} while it lasts, {signed(plan.span_cost)} in all for the {said(plan.span)}"
    return monthly


def budgets(plan: Plan) -> list[str]:
    """What is left of each budget with it."""
    if not isinstance(plan, ScalePlan):
        return []
    return [_budget(each, "while it lasts" if plan.lease else "with this") for each in plan.budgets]


def cited(plan: Plan) -> list[str]:
    """Where the price was read, and whatever else is told of it."""
    change, rest = plan.cost_change, plan.sources if isinstance(plan, Stepwise) else ()
    lists = [f"{price_name(change)}: {linked(change.sources[0])}"] if isinstance(change, Price) else []
    return [*lists, *([f"All other figures: {' · '.join(map(linked, rest))}"] if rest else [])]


def wanted(rule: Rule, eligible: Sequence[str], until: datetime) -> str:
    """Who must agree, and by when."""
    whose = people(eligible)
    needed = "1 approval" if rule.approvals == 1 else f"{rule.approvals} approvals"
    told = [f"It needs {needed} by {date(until)}, from {whose}."]
    if rule.different_groups:
        told.append("Each must be of another group.")
    if rule.must_include:
        who = one_of(rule.must_include)
        told.append(f"{who[:1].upper()}{who[1:]} must be among them.")
    return " ".join(told)


def obstacles(rule: Rule, plan: Plan, services: Services, *, own: int | None = None) -> list[str]:
    """What would keep it from being begun, should it be approved at once; `own` is the request it is in already."""
    now = services.now()
    begins = max(now, plan.begins) if plan.begins else now
    told = [*frozen(services), *_neighbours(plan, services, own)]
    if covered := frozen_until(rule.freeze, begins):
        window, until = covered
        told.append(
            f"⚠️ A freeze window covers its start: “{named(window.reason, 200)}”. It begins after {date(until)}."
        )
        if begins + rule.begin_within <= until:
            told.append(
                f"⚠️ Approved now, it would expire before that, {date(begins + rule.begin_within)}: "
                "ask for a start after the window with --at."
            )
    return told


def _neighbours(plan: Plan, services: Services, own: int | None) -> list[str]:
    """What else is going on with the cluster."""
    told = []
    here = [each for each in services.requests.open() if set(each.touches) & set(plan.touches) and each.id != own]
    for each in here[:OTHERS]:
        if each.state is State.APPLYING:
            told.append(f"⏳ Request {each.id} is changing the cluster now; this one waits for it.")
        else:
            told.append(f"Request {each.id} for the same cluster {SAID[each.state]}: {named(each.plan.summary, 150)}.")
    if isinstance(plan, ScalePlan) and not plan.lease:
        told += [
            f"With this nothing is given back any more of what request {each.id} has leased."
            for each in services.requests.leased()
            if set(each.touches) & set(plan.touches)
        ][:OTHERS]
    return told


def frozen(services: Services) -> list[str]:
    """That everything is stopped, if it is."""
    freeze = services.freezer.current()
    if freeze is None:
        return []
    because = f": {named(freeze.because, 300)}" if freeze.because else ""
    since = f"since {date(freeze.since)}{because}"
    begins = "What is approved begins once somebody has said `/dac unfreeze`."
    return [f"⚠️ Everything is frozen by <@{freeze.by}> {since}. {begins}"]


def _budget(effect: BudgetEffect, how_long: str) -> str:
    budget = f"Budget “{named(effect.name)}”"
    after, left = effect.after, effect.left
    if isinstance(after, Unknown) or isinstance(left, Unknown):
        why = f": {named(after.settle, 300)}" if isinstance(after, Unknown) else ""
        return f"{budget}: what is left of {cents(effect.limit)} a month is not known{why}"
    used = f"{cents(after)} of {cents(effect.limit)} a month {by(effect.basis)} {how_long}"
    if left.amount < 0:
        return f"⚠️ {budget}: {used}; {cents(left * -1)} over"
    return f"{budget}: {used}; {cents(left)} left"
