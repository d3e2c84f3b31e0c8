"""The sum behind what was charged: rows as quantity × unit price, and what in them is no such product."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal, localcontext

from dac.figures import Frozen, Money
from dac.usage import DIGITS, Spend, UsageRow, totals

_CLOSE = Decimal("1e-6")
"""Share by which an amount may differ from its product: Oracle's amounts come from binary fractions."""

_NOTHING = Decimal(0)


class Item(Frozen):
    """Rows of one part number at one unit price in one currency, of one day or, without `day`, of all.

    `quantity` is None where Oracle tells none; `provisional` as soon as one of the rows is.
    """

    day: date | None
    part_number: str
    unit_price: Decimal | None
    list_rate: Decimal | None
    quantity: Decimal | None
    money: Money
    rows: int
    provisional: bool

    @property
    def product(self) -> Decimal | None:
        """Quantity × unit price, to every digit."""
        return None if self.quantity is None or self.unit_price is None else _times(self.quantity, self.unit_price)

    @property
    def adds_up(self) -> bool:
        return self.product is not None and _alike(self.money.amount, self.product)


class Behind(Frozen):
    """Everything behind the sum of one currency, exact.

    `listed` is what its quantities come to at Oracle's list rates, None where one of them is not told. `apart` is what
    of it is no quantity × unit price, such as a credit or a correction, in so many rows.
    """

    total: Money
    rows: int
    listed: Money | None
    apart: Money
    apart_rows: int
    provisional: Money

    @property
    def off(self) -> Money | None:
        """How much less than by the list rates was charged, what is apart left out."""
        return None if self.listed is None else self.listed - (self.total - self.apart)


def items(spend: Spend, *, daily: bool) -> tuple[Item, ...]:
    """In the order of currencies, days, part numbers and prices."""
    late = {id(row) for row in spend.provisional}
    groups: dict[tuple[object, ...], list[UsageRow]] = {}
    for row in spend.rows:
        told = row.quantity is not None
        key = (row.currency, row.day if daily else None, row.part_number, row.unit_price, row.list_rate, told)
        groups.setdefault(key, []).append(row)
    found = [_item(rows, daily=daily, provisional=any(id(row) in late for row in rows)) for rows in groups.values()]
    return tuple(sorted(found, key=_order))


def behind(spend: Spend) -> tuple[Behind, ...]:
    """One for each currency, in the order of their names."""
    found = []
    for total in spend.totals:
        rows = [row for row in spend.rows if row.currency == total.currency]
        apart = [row for row in rows if not _adds_up(row)]
        late = [row for row in spend.provisional if row.currency == total.currency]
        found.append(
            Behind(
                total=total,
                rows=len(rows),
                listed=_listed([row for row in rows if _adds_up(row)], total.currency),
                apart=_sum(apart, total.currency),
                apart_rows=len(apart),
                provisional=_sum(late, total.currency),
            )
        )
    return tuple(found)


def _item(rows: Sequence[UsageRow], *, daily: bool, provisional: bool) -> Item:
    first = rows[0]
    quantities = [row.quantity for row in rows if row.quantity is not None]
    return Item(
        day=first.day if daily else None,
        part_number=first.part_number,
        unit_price=first.unit_price,
        list_rate=first.list_rate,
        quantity=_added(quantities) if quantities else None,
        money=_sum(rows, first.currency),
        rows=len(rows),
        provisional=provisional,
    )


def _order(item: Item) -> tuple[str, date, str, Decimal, Decimal, bool]:
    return (
        item.money.currency,
        item.day or date.min,
        item.part_number,
        item.unit_price or _NOTHING,
        item.list_rate or _NOTHING,
        item.quantity is None,
    )


def _adds_up(row: UsageRow) -> bool:
    if row.quantity is None or row.unit_price is None:
        return False
    return _alike(row.amount, _times(row.quantity, row.unit_price))


def _listed(rows: Sequence[UsageRow], currency: str) -> Money | None:
    products = []
    for row in rows:
        if row.quantity is None or row.list_rate is None:
            return None
        products.append(_times(row.quantity, row.list_rate))
    return Money(amount=_added(products), currency=currency)


def _sum(rows: Iterable[UsageRow], currency: str) -> Money:
    return next(iter(totals(rows)), Money(amount=_NOTHING, currency=currency))


def _added(values: Iterable[Decimal]) -> Decimal:
    with localcontext(prec=DIGITS):
        return sum(values, _NOTHING)


def _times(one: Decimal, other: Decimal) -> Decimal:
    with localcontext(prec=DIGITS):
        return one * other


def _alike(one: Decimal, other: Decimal) -> bool:
    with localcontext(prec=DIGITS):
        return abs(one - other) <= _CLOSE * max(abs(one), abs(other))
