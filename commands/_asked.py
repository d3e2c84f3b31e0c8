"""What a person is told once they have asked for a change: its number, who must agree, what it comes to."""

from __future__ import annotations

from commands import _terms
from commands._blocks import Block, actions, button, context, escape, section
from commands._command import Call, Reply, Services
from dac.plans import Plan


def submitted(plan: Plan, reason: str, call: Call, services: Services, *, note: str = "") -> Reply:
    """Ask for it; `note` is what is to be known of the moment it begins."""
    request = services.approvals.submit(
        plan, requester=call.user, reason=reason, channel=call.channel, delivery=call.delivery
    )
    told = [_terms.cost(plan), *_terms.budgets(plan), *_terms.timing(plan), *([escape(note)] if note else [])]
    told += _terms.obstacles(request.rule, plan, services, own=request.id)
    if request.rehearsal:
        told.append("🧪 This is a dry run: it can be approved as ever, and Oracle will be asked for nothing.")
    blocks: list[Block] = [
        section(f"*Request {request.id}* is in <#{request.channel}>: {escape(plan.summary)}."),
        section("\n".join(told)),
        context(
            _terms.wanted(request.rule, request.can_still_approve, request.expires_at),
            *_terms.cited(plan),
        ),
        actions(button("Why does it wait?", f"why {request.id}"), button("Cancel it", f"cancel {request.id}")),
    ]
    return Reply(text=escape(f"Request {request.id}: {plan.summary}"), blocks=blocks)
