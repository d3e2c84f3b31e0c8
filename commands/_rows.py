"""Requests in a list: each a few lines with what it is, how it stands, how old it is and what it waits for."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from approvals.request import Request
from commands._blocks import Block, button, clip, context, escape, quote, section
from commands._card import badge
from commands._sums import money, plan_costs, price_lists
from commands._waits import waits
from commands._words import age, caution

REASON = 300
"""Characters of the reason in a row."""


def row(request: Request, now: datetime, link: str | None, *, reason: bool = False) -> Block:
    """One request; its number leads to its card. The money wants `priced` below the list.

    With the reason where somebody may decide over it right there.
    """
    number = f"<{escape(link)}|Request {request.id}>" if link else f"Request {request.id}"
    said = [f"*{number}* · {escape(request.plan.summary)} · {money(request.plan)}"]
    said.append(f"{badge(request)} · <@{request.requester}>, {age(now - request.asked_at)} ago")
    if reason:
        said += _why(request)
    waiting = waits(request, now)
    if waiting:
        said.append(f"→ waits for {waiting[0]}")
    return section(clip("\n".join(said), 1500), button("Details", f"request {request.id}"))


def _why(request: Request) -> list[str]:
    """What the person who decides must know: why it was asked, or why somebody did not wait for them."""
    glass = request.glass
    told = [f"🚨 <@{glass.by}> broke the glass:"] if glass else []
    words = glass.because if glass else request.reason
    return [*told, quote(" ".join(words.split()), REASON)] if words else told


def priced(requests: Iterable[Request]) -> list[Block]:
    """The lists that the prices in rows were read from."""
    plans = [request.plan for request in requests]
    lists = dict.fromkeys(each for plan in plans for each in price_lists(plan))
    costs = [cost for plan in plans for cost in plan_costs(plan)]
    return [context(f"{caution(*costs)}: {' · '.join(lists)}")] if lists else []
