"""Whose cost has moved most from some days to as many others."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal

from dac.figures import Frozen, Money
from dac.pricing import cents
from dac.usage import Spend

LEAST = Decimal("0.1")
"""Share by which a cost has to move: rows that come late, of the last 48 h, make less of a difference in a week."""

_WHOLE = Decimal(100)


class Mover(Frozen):
    """One resource in one currency, exact. `resource_id` is empty where Oracle names none."""

    resource_id: str
    before: Money
    after: Money

    @property
    def change(self) -> Money:
        return self.after - self.before

    @property
    def percent(self) -> Decimal | None:
        """None where there was nothing to grow from, or credits are more than what was charged."""
        if self.before.amount <= 0 or self.after.amount < 0:
            return None
        return self.change.amount / self.before.amount * _WHOLE


def movers(after: Spend, before: Spend) -> tuple[Mover, ...]:
    """The largest change first, whichever way it went; of several currencies the first of each before the second."""
    was, now = _sums(before), _sums(after)
    of_currency: defaultdict[str, list[Mover]] = defaultdict(list)
    for resource, currency in was.keys() | now.keys():
        mover = Mover(
            resource_id=resource,
            before=Money(amount=was.get((resource, currency), Decimal(0)), currency=currency),
            after=Money(amount=now.get((resource, currency), Decimal(0)), currency=currency),
        )
        # What reads the same before and after has not moved.
        if cents(mover.before) != cents(mover.after) and abs(mover.change.amount) > LEAST * max(
            abs(mover.before.amount), abs(mover.after.amount)
        ):
            of_currency[currency].append(mover)
    found = [
        (place, currency, mover)
        for currency, each in of_currency.items()
        for place, mover in enumerate(sorted(each, key=lambda one: (-abs(one.change.amount), one.resource_id)))
    ]
    return tuple(mover for _, _, mover in sorted(found, key=lambda each: each[:2]))


def _sums(spend: Spend) -> dict[tuple[str, str], Decimal]:
    return {
        (resource, total.currency): total.amount
        for resource, part in spend.by_resource().items()
        for total in part.totals
    }
