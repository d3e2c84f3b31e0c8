"""The one message of a request in the channel: what is asked, what it costs, who decides, until when, the buttons."""

from __future__ import annotations

from dataclasses import dataclass

from approvals.events import BOT
from approvals.request import Request
from approvals.states import State
from commands._blocks import Block, actions, button, clip, confirm, context, date, escape, fields, named, quote, section
from commands._standing import QUOTED, broken, size, standing
from commands._sums import money, not_known, plan_costs, price_lists
from commands._ways import way_button
from commands._when import said
from commands._words import amount, at_price, by_contract, caution, cost_name, linked, price_name, signed
from dac.budgets import BudgetEffect
from dac.cluster import Headroom
from dac.extending import ExtendPlan
from dac.figures import Price, Unknown
from dac.making import Stepwise
from dac.plans import Plan
from dac.pricing import cents
from dac.scaling import ScalePlan
from dac.steps import MakeCluster

BADGE: dict[State, str] = {
    State.PENDING: "🟡 Waiting for approval",
    State.APPROVED: "🔵 Approved, about to begin",
    State.APPLYING: "🔵 Being carried out",
    State.APPLIED: "🟢 Done",
    State.FAILED: "🔴 Failed",
    State.DENIED: "⛔ Denied",
    State.EXPIRED: "⚪ Expired",
    State.CANCELLED: "⚪ Cancelled",
    State.STALE: "🟠 Stale: the world has changed",
}

DIGEST = 12
"""Characters of the plan's digest that a button carries: enough that no other plan has them."""

WAYS = 3
"""Ways back that a card offers; the rest are in the thread."""

FACTS = 6
"""Facts of a plan that fit on a card beside the rest."""

BUDGETS = 3
"""Budgets shown one by one."""

HELD_UP = "🔵 Approved, not begun yet"
WANTS_CONSENT = "🟡 Waiting for consent"
WANTS_CONFIRMATION = "🟡 Waits for a person to confirm"
REHEARSED = "⚪ Rehearsed, nothing changed"

Pair = tuple[str, str]


@dataclass(frozen=True)
class Message:
    """One message as it should look; `text` is what a notification and a screen reader get."""

    text: str
    blocks: tuple[Block, ...]


def card(request: Request) -> Message:
    """The one message in the channel, drawn from the request alone, never read back."""
    plan = request.plan
    blocks = [
        section(f"*{escape(plan.summary)}*\n{badge(request)} · request *{request.id}*"),
        *([section(broken(request.glass))] if request.glass else []),
        section(f"{_asks(request)}\n{quote(request.reason or 'No reason given.', QUOTED)}"),
        fields(_pairs(request)),
        context(*_where_from(plan)),
        section(standing(request)),
    ]
    text = f"{escape(plan.summary)}: {badge(request)} (request {request.id})"
    return Message(text=text, blocks=(*blocks, *_row(request)))


def badge(request: Request) -> str:
    """How it stands in two words; what is held up is not said to be about to begin."""
    return f"🧪 Dry run · {_badge(request)}" if request.rehearsal else _badge(request)


def _badge(request: Request) -> str:
    if request.state is State.APPLYING and request.claim and request.claim.question:
        return WANTS_CONFIRMATION
    if request.rehearsal and request.state is State.CANCELLED and request.ended_by == BOT:
        return REHEARSED
    if request.state is State.APPROVED and (request.held or request.trouble or request.start_at):
        return HELD_UP
    if request.state is State.PENDING and not request.missing:
        return WANTS_CONSENT
    return BADGE[request.state]


def approve_button(request: Request) -> Block:
    """A yes to the very plan shown here: it asks once more, naming size and money, and for a comment if one is due."""
    line, plan = f"approve {request.id} --plan {_digest(request)}", request.plan
    where = f"{named(plan.subject.name)} in {plan.subject.region}"
    sure = confirm(f"Approve request {request.id}?", f"{_gist(plan)}: {where}.", f"Approve {size(plan)}")
    if request.rule.comment_required:
        return button("Approve …", f"{line} --comment", style="primary", confirm=sure)
    return button("Approve", line, style="primary", confirm=sure)


def agree_button(request: Request) -> Block:
    """Green where it is all that lacks: beside Approve it is for one person only."""
    style = None if request.missing else "primary"
    return button(f"Agree to {size(request.plan)}", f"agree {request.id} --plan {_digest(request)}", style=style)


def deny_button(request: Request) -> Block:
    return button("Deny …", f"deny {request.id} --plan {_digest(request)}", style="danger")


def break_glass_button(request: Request) -> Block:
    return button("Break glass …", f"break-glass {request.id} --plan {_digest(request)}", style="danger")


def anew_button(request: Request) -> Block:
    """It says once more for what: a size that was to be more may be less by now."""
    plan = request.plan
    what = f"{said(plan.by)} longer" if isinstance(plan, ExtendPlan) else size(plan)
    about = f"{named(plan.subject.name)} as it is now is asked to have {size(plan)}. Everybody decides over that anew."
    if isinstance(plan, Stepwise):
        about = f"{escape(plan.summary)}, as things are now. Everybody decides over that anew."
    if isinstance(plan, ExtendPlan):
        about = (
            f"{named(plan.cluster.name)} is asked to keep {size(plan)} for {what}. Everybody decides over that anew."
        )
    return button("Ask anew", command_line(request), confirm=confirm("Ask anew?", about, f"Ask for {what}"))


def command_line(request: Request) -> str:
    """What to type to ask for the same again."""
    plan, reason = request.plan, " ".join(request.reason.split())
    because = f" because {reason}" if reason else ""
    if isinstance(plan, ExtendPlan):
        return clip(f"extend {plan.leased} {_typed(plan)}{because}", 1900)
    if isinstance(plan, Stepwise):
        return clip(plan.command + because, 1900)
    # The OCID: a name may meet a namesake, or hold what a command line would take apart.
    line = f"scale {plan.cluster.id} {plan.to_units}"
    if plan.lease:
        line += f" --for {_typed(plan)}"
    if plan.start_at and request.ended_at and plan.start_at > request.ended_at:
        line += f" --at {plan.start_at:%Y-%m-%dT%H:%M:%SZ}"
    return clip(line + because, 1900)


def _asks(request: Request) -> str:
    if request.returns is not None:
        return f"By itself, as <@{request.requester}> was allowed with request {request.returns}:"
    again = f" again, instead of request {request.replaces}" if request.replaces is not None else ""
    if not request.consented:
        return f"<@{request.requester}> asks{again}, and <@{request.amended_by}> proposes {size(request.plan)} instead:"
    return f"<@{request.requester}> asks{again}:"


def _pairs(request: Request) -> list[Pair]:
    plan = request.plan
    if isinstance(plan, ExtendPlan):
        return _extended(plan)
    return _scaled(request, plan) if isinstance(plan, ScalePlan) else _stepwise(plan)


def _stepwise(plan: Stepwise) -> list[Pair]:
    """Whatever is made or removed: what its own plan says of it, beside the cost."""
    steps, once = len(plan.doing), plan.once
    label = f"{cost_name(*plan_costs(plan))} a month{f', if {once.kept} is kept' if once else ''}"
    return [
        *((each.label, named(each.said, 300)) for each in plan.facts[:FACTS]),
        (label, _before_after(plan.cost_before, plan.cost_after, plan.cost_change)),
        (plan.subject.what, f"{named(plan.subject.name)}\n{plan.subject.region}"),
        *((("Service limit", _headroom(plan.headroom)),) if _takes_room(plan) else ()),
        *((("Steps", f"{steps}, told one by one in the thread"),) if steps > 1 else ()),
    ]


def _takes_room(plan: Stepwise) -> bool:
    return any(isinstance(each, MakeCluster) for each in plan.doing)


def _scaled(request: Request, plan: ScalePlan) -> list[Pair]:
    pairs = [
        ("Units", f"{plan.from_units} → *{plan.to_units}* × {named(plan.cluster.unit_shape)}"),
        (f"{cost_name(*plan_costs(plan))} a month", _before_after(plan.cost_before, plan.cost_after, plan.cost_change)),
        (price_name(plan.unit_price), _unit_price(plan.unit_price)),
    ]
    if plan.lease:
        pairs.append(("For a while", _for_a_while(request, plan)))
    if plan.start_at:
        pairs.append(("Begins", date(plan.start_at)))
    forecast = plan.forecast
    label = forecast.after.per if isinstance(forecast.after, Price) else "rest of this month"
    pairs.append((f"{label[:1].upper()}{label[1:]}", _before_after(*forecast_sums(plan))))
    return [
        *pairs,
        ("Cluster", f"{named(plan.cluster.name)}\n{plan.cluster.region}"),
        ("Service limit", _headroom(plan.headroom)),
        *_budgets(plan),
    ]


def forecast_sums(plan: ScalePlan) -> tuple[Price | Unknown, Price | Unknown, Price | Unknown]:
    return plan.forecast.before, plan.forecast.after, plan.forecast.difference


def _extended(plan: ExtendPlan) -> list[Pair]:
    cost = f"*{signed(plan.lease_cost)}* in all" if isinstance(plan.lease_cost, Price) else "unknown"
    return [
        ("Units", f"*{plan.to_units}* × {named(plan.cluster.unit_shape)} for longer, then {plan.from_units}"),
        (f"{cost_name(*plan_costs(plan))} of that", cost),
        (
            f"Lease of request {plan.leased}",
            f"{date(plan.ends_at)} → *{date(plan.until)}*\nthen given back by itself",
        ),
        (
            f"{cost_name(*plan_costs(plan))} a month",
            f"*{amount(plan.cost_after)}* while it lasts, then {amount(plan.cost_before)}",
        ),
        ("Cluster", f"{named(plan.cluster.name)}\n{plan.cluster.region}"),
    ]


def _before_after(before: Price | Unknown, after: Price | Unknown, change: Price | Unknown) -> str:
    both = f"{amount(before)} → *{amount(after)}*"
    return f"{both}\n{signed(change)}" if isinstance(change, Price) else both


def _unit_price(price: Price | Unknown) -> str:
    """To the last digit of the list, which need not be a whole cent."""
    return f"{price.money} a {price.per}" if isinstance(price, Price) else "unknown"


def _for_a_while(request: Request, plan: ScalePlan) -> str:
    assert plan.lease  # noqa: S101 - asked for only where there is one
    until = f"until *{date(request.lease.ends_at)}*" if request.lease else f"*{said(plan.lease)}* from when it is done"
    cost = f"{signed(plan.lease_cost)} in all" if isinstance(plan.lease_cost, Price) else "cost of it unknown"
    if request.lease and request.lease.extended_by:
        cost = f"{cost} for the {said(plan.lease)} first agreed, more since"
    return f"{until}, then given back by itself\n{cost}"


def _headroom(headroom: Headroom | Unknown) -> str:
    if isinstance(headroom, Unknown):
        return f"unknown: {escape(headroom.settle)}"
    return f"{headroom.available} free of {headroom.available + headroom.used}\nread {date(headroom.read_at)}"


def _budgets(plan: ScalePlan) -> list[Pair]:
    """What a month of it would come to; where it does not stay for a month, that is said."""
    budgets, how_long = plan.budgets, "while it lasts" if plan.lease else "with this"
    pairs = [(f"Budget “{named(each.name)}”", _budget(each, how_long)) for each in budgets[:BUDGETS]]
    if len(budgets) > BUDGETS:
        over = sum(_is_over(each) for each in budgets[BUDGETS:])
        pairs.append(("Further budgets", f"{len(budgets) - BUDGETS}, {over} of them overrun"))
    return pairs


def _budget(effect: BudgetEffect, how_long: str) -> str:
    if isinstance(effect.after, Unknown):
        return clip(f"unknown: {escape(effect.after.settle)}", 300)
    used = f"{cents(effect.after)} of {cents(effect.limit)} a month {how_long}"
    left = effect.limit - effect.after
    return f"⚠️ {used}\n{cents(left * -1)} over" if _is_over(effect) else f"{used}\n{cents(left)} left"


def _is_over(effect: BudgetEffect) -> bool:
    return not isinstance(effect.left, Unknown) and effect.left.amount < 0


def _where_from(plan: Plan) -> list[str]:
    """The list the price was read from, and the least that is billed; the whole sum stands in the thread.

    Then whatever else its facts were read from.
    """
    lists = price_lists(plan)
    lines = [f"{caution(*plan_costs(plan))}: {' · '.join(lists)}. The sum is in the thread."] if lists else []
    costs = (plan.cost_before, plan.cost_after)
    lines += dict.fromkeys(not_known(cost) for cost in costs if isinstance(cost, Unknown))
    owed = plan.commitment if isinstance(plan, ScalePlan) else None
    if isinstance(plan, Stepwise):
        lines += [f"⚠️ {escape(each)}" for each in plan.warnings]
    if isinstance(owed, Unknown):
        lines.append(not_known(owed))
    elif owed:
        lines.append(f"{escape(owed.text)} ({'; '.join(map(linked, owed.sources))})")
    if isinstance(plan, ScalePlan) and plan.budgets:
        rates = "your contract's rates" if by_contract(*plan_costs(plan)) else "list prices"
        lines.append(f"Budgets: the team's policy file, against {rates}.")
    rest = plan.sources if isinstance(plan, Stepwise) else ()
    return ["\n".join(lines), *([f"All other figures: {' · '.join(map(linked, rest))}"] if rest else [])]


def _typed(plan: Plan) -> str:
    """How long, as one word."""
    span = plan.span
    assert span  # noqa: S101 - asked for only where there is one
    return said(span).replace(" ", "")


def _gist(plan: Plan) -> str:
    """Size and money first: a long name is cut, they are not."""
    if isinstance(plan, ExtendPlan):
        return f"{said(plan.by)} longer with {size(plan)}, {money(plan)} {at_price(*plan_costs(plan))}"
    if isinstance(plan, Stepwise):
        comma = "," if plan.once else ""
        return f"{plan.goal[:1].upper()}{plan.goal[1:]}, {money(plan)}{comma} {at_price(*plan_costs(plan))}"
    lasting = f" for {said(plan.lease)}" if plan.lease else ""
    return f"From {plan.from_units} to {size(plan)}{lasting}, {money(plan)} {at_price(*plan_costs(plan))}"


def _digest(request: Request) -> str:
    return request.digest[:DIGEST]


def _row(request: Request) -> list[Block]:
    row = _buttons(request)
    return [actions(*row)] if row else []


def _buttons(request: Request) -> list[Block]:
    again = {State.STALE, State.EXPIRED, State.FAILED}
    row = []
    if request.state is State.PENDING:
        row = _deciding(request)
    elif request.state is State.APPLIED and request.lease and request.lease.open and request.lease.returning is None:
        row = [extend_button(request)]
    elif request.state is State.APPLYING and request.claim and request.claim.question:
        row = [confirm_button(request), stop_button(request)]
    elif request.state in again and request.returns is None:
        row = [anew_button(request)]
    row += [way_button(each, request) for each in request.ways[:WAYS]]
    if request.glass and request.glass.owed:
        row.append(review_button(request))
    return row


def _deciding(request: Request) -> list[Block]:
    row = [] if request.consented else [agree_button(request)]
    row += [approve_button(request)] if request.missing else []
    row.append(deny_button(request))
    if isinstance(request.plan, ScalePlan):
        row.append(button("Other size …", f"edit {request.id}"))
    if isinstance(request.plan, Stepwise):
        row += [button(each.label, each.command) for each in request.plan.offers]
    return row


def confirm_button(request: Request) -> Block:
    sure = confirm(f"Go on with request {request.id}?", escape(request.step.words), "Go on")
    return button("Confirm, go on", f"confirm {request.id}", style="primary", confirm=sure)


def stop_button(request: Request) -> Block:
    """What exists by then stays; the way back is offered afterwards."""
    sure = confirm(f"Stop request {request.id} here?", "What has been made stays until somebody deletes it.", "Stop")
    return button("Stop here …", f"stop {request.id}", style="danger", confirm=sure)


def extend_button(request: Request) -> Block:
    return button("Extend …", f"extend {request.id}")


def cancel_button(request: Request) -> Block:
    sure = confirm(f"Cancel request {request.id}?", f"{escape(request.plan.summary)}.", "Cancel the request", "Keep it")
    return button("Cancel", f"cancel {request.id}", confirm=sure)


def review_button(request: Request) -> Block:
    return button("Review …", f"review {request.id}")
