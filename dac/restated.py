"""Days that were told as another sum before: rows that come late change what people have read, and they should know."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from dac.figures import Frozen, Money
from dac.usage import Spend

SHRUNK = Decimal("0.01")
"""The share by which a day that was not final has to have become less: that it grows is what is expected of it."""


class DayCharge(Frozen):
    """All of one UTC day in one currency."""

    day: date
    charged: Money


class Charges(Frozen):
    """What was known of some days: one without a sum had no row by then. From `settled_until` on they may change."""

    since: date
    until: date
    settled_until: date
    sums: tuple[DayCharge, ...]


class Restated(Frozen):
    """A day that is another sum than was told; `final` is that it was told as one that does not change any more."""

    day: date
    then: Money
    now: Money
    final: bool


def charges(spend: Spend) -> Charges:
    """What is kept of a reading, to be compared with the next."""
    sums = tuple(DayCharge(day=day, charged=money) for day, part in spend.by_day().items() for money in part.totals)
    return Charges(since=spend.since, until=spend.until, settled_until=spend.settled_until, sums=sums)


def restated(then: Charges, now: Charges) -> tuple[Restated, ...]:
    """Of the days that both know the surprises, the latest first: final ones that changed, others that became less."""
    was, is_now = _by_day(then), _by_day(now)
    found = []
    for day, currency in sorted(was.keys() | is_now.keys(), key=lambda each: (-each[0].toordinal(), each[1])):
        if not max(then.since, now.since) <= day < min(then.until, now.until):
            continue
        before, after = (
            Money(amount=known.get((day, currency), Decimal(0)), currency=currency) for known in (was, is_now)
        )
        each = Restated(day=day, then=before, now=after, final=day < then.settled_until)
        if _tells(each):
            found.append(each)
    return tuple(found)


def _tells(day: Restated) -> bool:
    """What differs by less than its currency is paid in would be shown as the same sum."""
    change = (day.now - day.then).amount
    cent = Decimal(1).scaleb(-day.now.places)
    return abs(change) >= cent and (day.final or -change > abs(day.then.amount) * SHRUNK)


def _by_day(known: Charges) -> dict[tuple[date, str], Decimal]:
    return {(each.day, each.charged.currency): each.charged.amount for each in known.sums}
