"""The sum behind a figure in words: rows as quantity × unit price, exact, what was taken off, and one rounding."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC
from decimal import Decimal

from commands import _bill
from commands._advice import linked_up
from commands._answer import Answer
from commands._blocks import escape, named
from dac.catalog import Catalog
from dac.explained import Behind, Item, behind, items
from dac.figures import Money, Source, Unknown
from dac.naming import clip
from dac.pricing import UnitRate, cents, unit_rate
from dac.usage import Spend
from dac.usage_estimate import Estimate, sums

WHOLE = Decimal(100)
MICRO = Decimal("1e-6")
PRODUCT = 100
"""Characters of a product's name that are shown; Oracle's own are shorter."""

ROUNDED = "rounded once, halves away from zero"


def digits(value: Decimal) -> str:
    """Every digit that matters, however many."""
    text = f"{value:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def exact(money: Money) -> str:
    """Oracle's word for a currency is anybody's."""
    return f"{digits(money.amount)} {escape(money.currency)}"


def rounded(money: Money) -> str:
    return f"*{escape(str(cents(money)))}*"


def rows(answer: Answer, spend: Spend) -> bool:
    """Lines and sums of what was charged; whether a sheet would tell more, for lines stand for several rows."""
    read = _bill.usage_api(spend.read_at.astimezone(UTC).date())
    told = items(spend, daily=True)
    if len(told) > _bill.SHOWN:
        told = items(spend, daily=False)
    answer.lines((_line(each), (read,)) for each in told[: _bill.SHOWN])
    if len(told) > _bill.SHOWN:
        answer.small(f"{len(told) - _bill.SHOWN:,} more lines are in the sum, and only in the sheet.", read)
    answer.asides((text, (read,)) for text in _products(spend, {each.part_number for each in told[: _bill.SHOWN]}))
    for each in behind(spend):
        answer.lines((text, (read,)) for text in _sums(each))
        if each.provisional.amount:
            answer.small(f"⏳ {exact(each.provisional)} of it may still change.", read, _bill.LATE)
    if not told:
        answer.say("No row of Oracle's: *nothing* was charged, as far as it tells by now.", read)
    return len(told) > _bill.SHOWN or any(each.rows > 1 for each in told)


def _products(spend: Spend, wanted: set[str]) -> list[str]:
    """What the part numbers stand for, and what their quantities are of, in Oracle's words."""
    told = {row.part_number: (row.product, row.unit) for row in reversed(spend.rows) if row.product}
    return [
        f"{named(number)} is {escape(clip(product, PRODUCT))}{f' ({escape(clip(unit, PRODUCT))})' if unit else ''}."
        for number, (product, unit) in sorted(told.items())
        if number in wanted
    ]


def _line(of: Item) -> str:
    """As prose, as bills are."""
    head = " · ".join(filter(None, [str(of.day or ""), named(of.part_number) or "no part number"]))
    quantity = "no quantity" if of.quantity is None else digits(of.quantity)
    price = "no unit price" if of.unit_price is None else digits(of.unit_price)
    many = f" ({of.rows:,} rows)" if of.rows > 1 else ""
    late = " ⏳" if of.provisional and of.day else ""
    if of.adds_up:
        return f"{head}: {quantity} × {price} = {exact(of.money)}{many}{late}"
    return f"{head}: {exact(of.money)}, with {quantity} and {price}{many}{late}"


def _sums(of: Behind) -> list[str]:
    counted = "1 row" if of.rows == 1 else f"{of.rows:,} rows"
    told = [f"Together *{exact(of.total)}* in {counted}; {ROUNDED}: {rounded(of.total)}"]
    if of.listed is not None and of.off is not None and of.off.amount and of.listed.amount:
        share = of.off.amount / of.listed.amount * WHOLE
        told.append(
            f"At Oracle's list rates: {exact(of.listed)}; your contract took {exact(of.off)} off, {share:.1f} %"
        )
    if of.apart_rows:
        them = "1 of the rows is" if of.apart_rows == 1 else f"{of.apart_rows:,} of the rows are"
        told.append(
            f"{them} no quantity × unit price, such as a credit, a correction or mixed prices: {exact(of.apart)}"
        )
    return told


def estimates(
    answer: Answer, made: Sequence[Estimate], catalog: Catalog, read: Source, regions: Sequence[str] = ()
) -> None:
    """Units × hours × the price on file, where Oracle does not tell what it charged; `regions` were not read."""
    for each in made[: _bill.SHOWN]:
        name, rate = f"*{named(each.cluster.name)}*", unit_rate(catalog, each.cluster.unit_shape)
        if isinstance(each.cost, Unknown) or isinstance(rate, Unknown):
            settle = linked_up(each.cost.settle) if isinstance(each.cost, Unknown) else ""
            answer.say(f"{name}: not in the sum, its price is not known. {settle}", read)
        else:
            answer.say(f"{name}: {_product(each, rate)} = {exact(each.cost.money)}", read, each.cost)
    if len(made) > _bill.SHOWN:
        answer.small(f"{len(made) - _bill.SHOWN} more clusters are in the sum.", read)
    told = [rounded(each) for each in sums(made)]
    if missing := _bill.missing(made, regions):
        told = [rounded(each) for each in sums(made) if each.amount]
        least = f"at least {' and '.join(told)}" if told else "*unknown*"
        answer.say(f"Together {least}, {ROUNDED}; an estimate *without {escape(missing)}*", read)
    else:
        answer.say(f"Together {' and '.join(told) or '*unknown*'}, {ROUNDED}; an estimate", read)


def _product(made: Estimate, rate: UnitRate) -> str:
    """Such as "(2 × 24 + 4 × 3 unit-hours) × 2 AI units × 12 USD"; a cluster's hours where those are billed."""
    times = [digits(each.hours.quantize(MICRO)) for each in made.spans]
    if not rate.listed.per_cluster:
        times = [f"{each.units} × {hours}" for each, hours in zip(made.spans, times, strict=True)]
    of = "cluster hours" if rate.listed.per_cluster else "unit-hours"
    ai_units = "" if rate.factor == 1 else f" × {digits(rate.factor)} AI units"
    price = exact(Money(amount=rate.listed.amount, currency=rate.listed.currency))
    return f"({' + '.join(times) or '0'} {of}){ai_units} × {price}"
