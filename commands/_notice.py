"""What a channel is told that need not decide over a request: a line or two, and where to find the card."""

from __future__ import annotations

from approvals.request import Request
from commands._blocks import clip, context, escape, named, section
from commands._card import Message, badge
from commands._sums import money, plan_costs, price_lists
from commands._words import caution
from dac.plans import Plan

EMERGENCY_SHOWN = 300
"""Characters of an emergency's reason; the whole of it stands on the card."""


def notice(request: Request, link: str | None) -> Message:
    """One message, brought up to date as the request goes on."""
    name = f"<{link}|Request {request.id}>" if link else f"Request {request.id}"
    lines = [
        f"{name}: {gist(request.plan)}",
        f"{badge(request)} · asked by <@{request.requester}>",
    ]
    if request.glass:
        because = clip(escape(request.glass.because), EMERGENCY_SHOWN)
        lines.append(f"🚨 Done without approval by <@{request.glass.by}>: {because}")
    lists = price_lists(request.plan)
    source = [context(f"{caution(*plan_costs(request.plan))}: {' · '.join(lists)}")] if lists else []
    return Message(
        text=f"{escape(request.plan.summary)}: {badge(request)} (for your information, request {request.id})",
        blocks=(section("\n".join(lines)), *source),
    )


def gist(plan: Plan) -> str:
    """The change and what it comes to; where the price is from has to be named beside it."""
    return f"*{named(plan.summary, 200)}* · {money(plan)}"
