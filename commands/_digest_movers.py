"""Lines of a digest on what moved most in a week, each with the request of ours that explains it, where one does."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, time, timedelta

from approvals.request import Request
from commands._bill import NOBODY, usage_api
from commands._digest_look import Look, slug
from dac.digest import Kind, Line, Press
from dac.digest_sums import WEEK, final_weeks, within
from dac.movers import Mover, movers
from dac.naming import short
from dac.pricing import cents
from dac.usage import Spend

MOST = 10
"""Movers that are told of at all; a message shows the first few."""

MOST_REQUESTS = 2
ONE_DAY = timedelta(days=1)
USUAL = "USD"
"""The currency that a key leaves out."""


def moved(look: Look, spend: Spend) -> Iterator[Line]:
    """The last 7 final days against the 7 before: hours that are still to come in would make everything move."""
    first, middle, last = final_weeks(look.at)
    found = movers(within(spend, middle, last), within(spend, first, middle))
    since, until = (datetime.combine(day, time(), UTC) for day in (first, last))
    done = [each for each in look.services.requests.applied(since) if each.ended_at and each.ended_at < until]
    days = f"{first}..{last - ONE_DAY}"
    for each in found[:MOST]:
        touching = [request for request in done if each.resource_id in request.touches]
        yield _line(look, each, sorted(touching, key=lambda request: -request.id), spend, days)


def key(look: Look, resource_id: str, currency: str) -> str:
    """One resource may be charged in several currencies, each of which moves by itself."""
    found = look.key(Kind.MOVER, resource_id)
    return found if currency == USUAL else f"{found}-{slug(currency)}"


def _line(look: Look, mover: Mover, requests: Sequence[Request], spend: Spend, days: str) -> Line:
    cluster = look.by_id.get(mover.resource_id)
    last = requests[0] if requests else None
    change = "" if mover.percent is None else f" ({mover.percent:+,.0f} %)"
    presses = []
    if last:
        presses.append(Press(label="Details", line=f"request {last.id}"))
    if cluster:
        presses.append(Press(label="Its bill", line=f"cost actual {look.word(cluster)} {days}"))
    return Line(
        key=key(look, mover.resource_id, mover.change.currency),
        kind=Kind.MOVER,
        name=cluster.name if cluster else short(mover.resource_id) if mover.resource_id else NOBODY,
        text=f"{cents(mover.before)} → {cents(mover.after)}{change}. {_reason(look, mover, requests)}",
        figure=abs(mover.change.amount),
        worth=mover.change,
        request=last.id if last else None,
        link=look.services.link(last.id) if last else None,
        presses=tuple(presses),
        sources=(usage_api(spend.read_at.astimezone(UTC).date()),),
    )


def _reason(look: Look, mover: Mover, requests: Sequence[Request]) -> str:
    """As far as our own requests tell; what somebody does in Oracle's Console is in none of them."""
    told = [f"{each.plan.summary}, {_day(each.ended_at)}" for each in requests[:MOST_REQUESTS] if each.ended_at]
    if told:
        more = len(requests) - len(told)
        return "; before that: ".join(told) + (f"; and {more} more" if more else "")
    cluster = look.by_id.get(mover.resource_id)
    if not mover.resource_id:
        return "Oracle does not tell what it is for"
    if cluster is None:
        return "Not listed any more; no request of ours explains it"
    if not mover.before.amount and cluster.time_created > look.at - WEEK - WEEK - ONE_DAY:
        return f"Made {_day(cluster.time_created)}; no request of ours explains it"
    return "No request of ours explains it"


def _day(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%-d %b}"
