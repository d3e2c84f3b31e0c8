"""Spend day by day beside the days before: what a chart of a month's spend is drawn from."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

from dac.figures import Frozen
from dac.usage import Spend

FEW = 7
"""Below so many full days a month is too young to be looked at by itself."""

LATELY = 14
"""Days that are looked at then."""

_DAY = timedelta(days=1)


class DaySpend(Frozen):
    """One UTC day; `amount` is None as long as Oracle tells no row of a day that may still get some.

    `before` is what the day before it in the other period cost, None where there is no such day or it is not known.
    """

    day: date
    amount: Decimal | None
    before: Decimal | None
    provisional: bool


class Daily(Frozen):
    """One currency's days, of a period and of the one that it is compared with, by their names."""

    currency: str
    name: str
    before_name: str
    days: tuple[DaySpend, ...]


def daily(spend: Spend, today: date) -> tuple[Daily, ...]:
    """Of the month's full days, one for each currency that anything of them was charged in; `today` is in UTC.

    In a month's first week of the last two weeks instead. Days that spend does not reach back to are not known.
    """
    first = today.replace(day=1)
    if (today - first).days >= FEW:
        last_month = first - _DAY
        name, before_name = f"{first:%B %Y}", f"{last_month:%B %Y}"
        return _both(spend, (first, today), _same_day_of(last_month), name, before_name)
    names = f"the last {LATELY} days", f"the {LATELY} days before"
    return _both(spend, (today - LATELY * _DAY, today), lambda day: day - LATELY * _DAY, *names)


def _both(
    spend: Spend, span: tuple[date, date], other: Callable[[date], date | None], name: str, before_name: str
) -> tuple[Daily, ...]:
    since, until = span
    days = [since + number * _DAY for number in range((until - since).days)]
    charged = {day: {each.currency: each.amount for each in part.totals} for day, part in spend.by_day().items()}
    found = {currency for day in days for currency in charged.get(day, {})}
    return tuple(
        Daily(
            currency=currency,
            name=name,
            before_name=before_name,
            days=tuple(_day(spend, day, other(day), currency, charged) for day in days),
        )
        for currency in sorted(found)
    )


def _day(
    spend: Spend, day: date, before: date | None, currency: str, charged: dict[date, dict[str, Decimal]]
) -> DaySpend:
    return DaySpend(
        day=day,
        amount=_amount(spend, day, currency, charged),
        before=None if before is None else _amount(spend, before, currency, charged),
        provisional=day >= spend.settled_until,
    )


def _amount(spend: Spend, day: date, currency: str, charged: dict[date, dict[str, Decimal]]) -> Decimal | None:
    """Nothing is a figure only where it is final."""
    if day in charged:
        return charged[day].get(currency, Decimal(0))
    return Decimal(0) if spend.since <= day < min(spend.settled_until, spend.until) else None


def _same_day_of(month: date) -> Callable[[date], date | None]:
    last = monthrange(month.year, month.month)[1]
    return lambda day: month.replace(day=day.day) if day.day <= last else None
