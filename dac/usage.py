"""What Oracle charged: the rows of its Usage API with every digit, and sums over them that keep currencies apart."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from decimal import Context, Decimal, localcontext
from typing import TypeVar

from pydantic import AwareDatetime

from dac.figures import Frozen, Money

MOST_DAYS = 90
"""Longer windows are refused by Oracle where rows are asked for by the day."""

SETTLES_AFTER = timedelta(hours=48)
"""How long the rows of a day may still change after its end; a third party's reading, not confirmed by Oracle."""

DIGITS = 200
"""Of a sum: no row that Oracle may send is cut, nor is what rows add up to."""

SERVICE = "generative ai"

_WHOLE = Decimal(100)
_TENTH = Decimal("0.1")

Key = TypeVar("Key", str, date, tuple[str, str])


class UsageRow(Frozen):
    """What one resource was charged for one part number in one span of time.

    Numbers are Oracle's own, digit by digit; None is what Oracle left empty. A credit or a correction is negative.
    """

    since: AwareDatetime
    until: AwareDatetime
    currency: str
    amount: Decimal
    part_number: str = ""
    product: str = ""
    resource_id: str = ""
    quantity: Decimal | None = None
    unit: str = ""
    list_rate: Decimal | None = None
    unit_price: Decimal | None = None

    @property
    def day(self) -> date:
        """In UTC, in which Oracle bills."""
        return self.since.astimezone(UTC).date()

    @property
    def discount(self) -> Decimal | None:
        """How much less than the list rate a unit cost, in percent; None where Oracle does not tell both."""
        if self.list_rate is None or self.unit_price is None or self.list_rate <= 0:
            return None
        with localcontext() as context:
            context.prec = DIGITS
            return (1 - self.unit_price / self.list_rate) * _WHOLE


class Spend(Frozen):
    """Every row of a span of days, as read at one moment; `until` is the first day that is not in it any more."""

    since: date
    until: date
    rows: tuple[UsageRow, ...]
    read_at: AwareDatetime

    @property
    def settled_until(self) -> date:
        """The first day whose rows may still change."""
        return (self.read_at.astimezone(UTC) - SETTLES_AFTER).date()

    @property
    def provisional(self) -> tuple[UsageRow, ...]:
        return tuple(row for row in self.rows if row.until > self.read_at - SETTLES_AFTER)

    @property
    def credited(self) -> tuple[Money, ...]:
        """The sums of the rows that take off, which are credits, refunds and corrections."""
        return totals(row for row in self.rows if row.amount < 0)

    @property
    def complete(self) -> bool:
        """Whether nothing of these days can change any more, the days without rows included."""
        return _midnight(self.until) <= self.read_at - SETTLES_AFTER

    def of(self, resource_id: str) -> Spend:
        """The same for one resource."""
        return self.model_copy(update={"rows": tuple(row for row in self.rows if row.resource_id == resource_id)})

    def by_resource(self) -> dict[str, Spend]:
        return self._by(lambda row: row.resource_id)

    def by_day(self) -> dict[date, Spend]:
        return self._by(lambda row: row.day)

    def by_line(self) -> dict[tuple[str, str], Spend]:
        """By resource and part number, as a bill has its lines."""
        return self._by(lambda row: (row.resource_id, row.part_number))

    @property
    def totals(self) -> tuple[Money, ...]:
        """Exact sums, one for each currency."""
        return totals(self.rows)

    @property
    def discounts(self) -> tuple[Decimal, ...]:
        """The discounts that units were sold at, in percent to a tenth, the least first."""
        wide = Context(prec=DIGITS)
        found = {row.discount.quantize(_TENTH, context=wide) for row in self.rows if row.discount is not None}
        return tuple(sorted(found))

    def _by(self, key: Callable[[UsageRow], Key]) -> dict[Key, Spend]:
        found: dict[Key, list[UsageRow]] = {}
        for row in self.rows:
            found.setdefault(key(row), []).append(row)
        return {each: self.model_copy(update={"rows": tuple(found[each])}) for each in sorted(found)}


class Budget(Frozen):
    """A budget as Oracle keeps it.

    Oracle names no currency with it: it is that of the tenancy's rate card. Spend is None where Oracle has not reckoned
    it yet, and was reckoned at `computed_at`, some times a day. `processing` is INVOICE or SINGLE_USE where its time is
    no calendar month.
    """

    id: str
    name: str
    amount: Decimal
    actual: Decimal | None = None
    forecast: Decimal | None = None
    computed_at: AwareDatetime | None = None
    target_type: str
    targets: tuple[str, ...] = ()
    reset_period: str = "MONTHLY"
    processing: str = "MONTH"

    @property
    def used(self) -> Decimal | None:
        """The share of it that is spent, in percent."""
        return None if self.actual is None or self.amount <= 0 else self.actual / self.amount * _WHOLE


class Budgets(Frozen):
    """All of the tenancy's, as read at one moment."""

    found: tuple[Budget, ...]
    read_at: AwareDatetime


def is_generative_ai(*names: str) -> bool:
    """By what services and products are called: Oracle's word for the service in a bill is not known to the letter."""
    return any(SERVICE in name.casefold().replace("_", " ") for name in names)


def totals(rows: Iterable[UsageRow]) -> tuple[Money, ...]:
    """Exact sums in the order of the currencies' names; there is no sum over currencies."""
    sums: dict[str, Decimal] = {}
    with localcontext() as context:
        context.prec = DIGITS
        for row in rows:
            sums[row.currency] = sums.get(row.currency, Decimal(0)) + row.amount
    return tuple(Money(amount=sums[currency], currency=currency) for currency in sorted(sums))


def quantities(rows: Iterable[UsageRow]) -> tuple[tuple[str, Decimal], ...]:
    """What was used by its unit, where Oracle tells how much."""
    sums: dict[str, Decimal] = {}
    with localcontext() as context:
        context.prec = DIGITS
        for row in rows:
            if row.quantity is not None:
                sums[row.unit] = sums.get(row.unit, Decimal(0)) + row.quantity
    return tuple(sorted(sums.items()))


def windows(since: date, until: date, most: int = MOST_DAYS) -> Iterator[tuple[date, date]]:
    """The same days in spans that Oracle answers for, each of `most` days but the last; `until` is not included."""
    while since < until:
        end = min(since + timedelta(days=most), until)
        yield since, end
        since = end


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
