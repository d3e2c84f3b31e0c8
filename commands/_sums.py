"""What a change comes to in few words, and the lists that its prices were read from."""

from __future__ import annotations

from commands._blocks import clip, escape
from commands._when import said
from commands._words import amount, linked, signed
from dac.change import Change, Once
from dac.extending import ExtendPlan
from dac.figures import Price, Unknown
from dac.plans import Plan


def money(plan: Plan) -> str:
    """What saying yes comes to; its source is named wherever this is shown."""
    if isinstance(plan, ExtendPlan):
        return f"{signed(plan.lease_cost)} in all" if isinstance(plan.lease_cost, Price) else "cost unknown"
    change = plan.cost_change
    monthly = f"{signed(change)} a month" if isinstance(change, Price) else "cost unknown"
    if plan.once:
        return f"{ranged(plan.once)} for {plan.once.what}, {monthly} if {plan.once.kept} is kept"
    if isinstance(plan.span_cost, Price) and plan.span:
        return f"{signed(plan.span_cost)} for {said(plan.span)}, {monthly}"
    return monthly


def ranged(once: Once) -> str:
    """From the least to the most."""
    if isinstance(once.least, Unknown) or isinstance(once.most, Unknown):
        return "cost unknown"
    return f"{amount(once.least)} to {amount(once.most)}"


def not_known(cost: Unknown) -> str:
    """Ends without a full stop, which would stick to the address it names."""
    return clip(f"{cost.what[:1].upper()}{escape(cost.what[1:])} is not known: {escape(cost.settle)}", 900)


def price_lists(plan: Plan) -> list[str]:
    """The lists that the plan's prices were read from."""
    return list(dict.fromkeys(linked(cost.sources[0]) for cost in plan_costs(plan) if isinstance(cost, Price)))


def plan_costs(plan: Change) -> tuple[Price | Unknown | None, ...]:
    once = (plan.once.least, plan.once.most) if plan.once else ()
    return plan.cost_before, plan.cost_after, plan.span_cost, *once
