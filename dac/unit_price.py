"""What an hour of one unit of a cluster costs from now on: as Oracle last charged it, else by the price on file."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal, localcontext
from typing import Literal

from dac.catalog import Catalog
from dac.cluster import Cluster
from dac.figures import Frozen, Source, Unknown
from dac.pricing import unit_rate
from dac.usage import DIGITS, UsageRow

_GRID = Decimal("1e-9")


class Rate(Frozen):
    """What an hour of one unit costs: `ai_units` × `amount`, or `amount` for the whole cluster where `per_cluster`.

    `charged` is Oracle's own unit price on `as_of`, with the contract's discount; the others are the price on file.
    """

    amount: Decimal
    currency: str
    ai_units: Decimal
    per_cluster: bool
    part_number: str
    basis: Literal["charged", "list", "contract"]
    as_of: date | None = None
    sources: tuple[Source, ...] = ()


def unit_price(cluster: Cluster, rows: Sequence[UsageRow], catalog: Catalog) -> Rate | Unknown:
    """What Oracle last charged a unit of this cluster, else of its part number if at one price, else on file."""
    billed = unit_rate(catalog, cluster.unit_shape)
    if isinstance(billed, Unknown):
        return billed
    listed = billed.listed
    on_file = Rate(
        amount=listed.amount,
        currency=listed.currency,
        ai_units=billed.factor,
        per_cluster=listed.per_cluster,
        part_number=listed.sku,
        basis=listed.basis,
        sources=billed.sources,
    )
    told = [row for row in rows if row.part_number == listed.sku and row.unit_price and (row.quantity or 0) > 0]
    own = _newest([row for row in told if row.resource_id == cluster.id])
    others = _newest(told)
    alike = others if len({(row.unit_price, row.currency) for row in others}) == 1 else []
    if not (last := own or alike):
        return on_file
    amount, currency = _price(last)
    charged = {"amount": amount, "currency": currency, "basis": "charged", "as_of": last[0].day}
    return on_file.model_copy(update=charged)


def _newest(rows: Sequence[UsageRow]) -> list[UsageRow]:
    """Those that begin last: of a day, or of an hour where Oracle tells hours."""
    last = max((row.since for row in rows), default=None)
    return [row for row in rows if row.since == last]


def _price(rows: Sequence[UsageRow]) -> tuple[Decimal, str]:
    """In the currency that most was used in; several prices count by how much was used at each."""
    used: dict[str, Decimal] = {}
    with localcontext(prec=DIGITS):
        for row in rows:
            used[row.currency] = used.get(row.currency, Decimal(0)) + (row.quantity or Decimal(0))
        currency = min(used, key=lambda name: (-used[name], name))
        found = [row for row in rows if row.currency == currency]
        prices = {row.unit_price or Decimal(0) for row in found}
        if len(prices) == 1:
            return prices.pop(), currency
        paid = sum(((row.unit_price or Decimal(0)) * (row.quantity or Decimal(0)) for row in found), Decimal(0))
        return (paid / used[currency]).quantize(_GRID), currency
