"""Bills as text: lines for a message, a file of every row, the names in both, and where they were read."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal

from commands._blocks import clip, escape, named
from commands._command import Enclosed
from dac.cluster import Cluster, Fleet
from dac.figures import Money, Source, Trust
from dac.naming import short
from dac.pricing import cents
from dac.usage import Spend, quantities
from dac.usage_estimate import Estimate, unpriced

NAME = 24
"""Characters of a name beside figures."""

MOST_MISSING = 3
"""Names beside a sum that they are not in."""

SHOWN = 15
"""Lines of a bill in a message; a longer one comes as a file as well."""

NOBODY = "no resource named"
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""How a cell begins that spreadsheets would take for a formula."""

COLUMNS = (
    "day",
    "cluster",
    "resource_id",
    "part_number",
    "product",
    "quantity",
    "unit",
    "list_rate",
    "unit_price",
    "amount",
    "currency",
    "provisional",
)


LATE = Source(
    title="PowerCraft.OCI's notes on the Usage API: a third party's word, not Oracle's",
    as_of=date(2026, 11, 23),
    trust=Trust.MIRROR,
)


def usage_api(day: date) -> Source:
    """What was charged, as read on that day."""
    return Source(title="Oracle, RequestSummarizedUsages", as_of=day, trust=Trust.LIVE)


def names(fleet: Fleet) -> dict[str, str]:
    """By OCID; namesakes are told apart by their regions."""
    said = [each.name for each in fleet.clusters]
    return {each.id: each.name if said.count(each.name) == 1 else each.address for each in fleet.clusters}


def missing(made: Iterable[Estimate], regions: Iterable[str] = ()) -> str:
    """What ran and is in no sum of an estimate, as part of a sentence; `regions` could not be read."""
    found = sorted({each.cluster.name for each in unpriced(made)})
    return without([*found, *(f"clusters in {each}" for each in regions)])


def without(names: Sequence[str]) -> str:
    """Some names, and how many there are beside."""
    shown = [clip(each, NAME) for each in names[:MOST_MISSING]]
    rest = len(names) - len(shown)
    return " and ".join([*shown, *([f"{rest} more"] if rest else [])])


def deleted(cluster: Cluster) -> str:
    """How one goes that our own record still knows."""
    return f"{cluster.name} (deleted)"


def called(resource_id: str, known: Mapping[str, str]) -> str:
    """One that is not there any more goes by the end of its OCID."""
    return known.get(resource_id) or (short(resource_id) if resource_id else NOBODY)


def whom(cluster: Cluster | None) -> str:
    return f"*{named(cluster.name)}*" if cluster else "all dedicated AI clusters I look after"


def lines(spend: Spend, known: Mapping[str, str]) -> list[str]:
    """Cluster, part number, quantity, amount and discount, the dearest first; each currency is a line of its own."""
    found = []
    for (resource_id, part), line in spend.by_line().items():
        for total in line.totals:
            rows = tuple(row for row in line.rows if row.currency == total.currency)
            used = ", ".join(f"quantity {amount:,.1f}" for _, amount in quantities(rows))
            off = discounts(line.model_copy(update={"rows": rows}))
            said = row(
                called(resource_id, known),
                named(part) if part else "no part number",
                used,
                f"*{escape(str(cents(total)))}*",
                off and f"{off} off list",
            )
            found.append((total, said))
    return [said for _, said in sorted(found, key=lambda each: (each[0].currency, -each[0].amount, each[1]))]


def discounts(spend: Spend) -> str:
    """Such as "25 %", or "0 to 25 %" where units were sold at several; empty where Oracle does not tell.

    Units of several prices in one row have none that Oracle tells, so that of the others is partly theirs alone.
    """
    found = spend.discounts
    if not found:
        return ""
    least, most = (f"{each.normalize():f}" for each in (found[0], found[-1]))
    part = "partly " if any(row.quantity and row.amount > 0 and row.discount is None for row in spend.rows) else ""
    return f"{part}{most} %" if least == most else f"{part}{least} to {most} %"


def row(name: str, *cells: str) -> str:
    """A line of a bill, for columns would be wider than a phone; what is empty is left out, and `cells` are safe."""
    return " · ".join([f"*{named(name, NAME)}*", *filter(None, cells)])


def said(totals: Sequence[Money]) -> str:
    """All sums, which do not add up over currencies; what Oracle calls these is escaped."""
    return " and ".join(f"*{escape(str(cents(each)))}*" for each in totals) or "*nothing*"


def plain(totals: Sequence[Money]) -> str:
    """The same for an answer's text, which is escaped as a whole."""
    return " and ".join(str(cents(each)) for each in totals) or "nothing"


def bill(spend: Spend, known: Mapping[str, str], name: str) -> Enclosed:
    """Every row with every digit."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    provisional = {id(row) for row in spend.provisional}
    for row in sorted(spend.rows, key=lambda row: (row.day, row.resource_id, row.part_number, row.currency)):
        texts = (called(row.resource_id, known), row.resource_id, row.part_number, row.product)
        writer.writerow(
            [
                row.day,
                *map(cell, texts),
                _digits(row.quantity),
                cell(row.unit),
                _digits(row.list_rate),
                _digits(row.unit_price),
                _digits(row.amount),
                cell(row.currency),
                "yes" if id(row) in provisional else "no",
            ]
        )
    return Enclosed(name=f"{name}.csv", title=f"What Oracle charged, {name}", content=text.getvalue().encode())


def cell(text: str) -> str:
    """Of a sheet; none that a spreadsheet would reckon with."""
    return f"'{text}" if text.startswith(FORMULA) else text


def _digits(value: Decimal | None) -> str:
    return "" if value is None else f"{value:f}"
