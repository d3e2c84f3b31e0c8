"""What units of a shape cost by Oracle's list, with the sum and its sources, or what is not known about it."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Context, Decimal
from typing import NamedTuple

from dac.catalog import Catalog, PriceEntry
from dac.errors import Invalid
from dac.figures import Money, Price, Source, Trust, Unknown

_WIDE = Context(prec=200)
"""Bills may be of any size, and Decimal refuses to round what has more digits than its context."""
_TIMES = " \N{MULTIPLICATION SIGN} "


class UnitRate(NamedTuple):
    """What an hour of one unit is billed as: so many times a line of the price list."""

    listed: PriceEntry
    factor: Decimal
    sources: tuple[Source, ...]

    @property
    def hourly(self) -> Money:
        return Money(amount=self.listed.amount, currency=self.listed.currency) * self.factor

    def billed(self, units: int) -> int:
        """How many times the hourly rate is billed for that many units."""
        return 1 if self.listed.per_cluster else units


def unit_rate(catalog: Catalog, shape_name: str, also: tuple[Source, ...] = ()) -> UnitRate | Unknown:
    """By which line of the price list a unit is billed, and how often; `also` are sources that a sum rests on too.

    A sum is no better than its worst source: what rests on an unconfirmed one is not shown as a price.
    """
    shape = catalog.shape(shape_name)
    if shape is None:
        return _unknown(catalog, shape_name, f"{shape_name} is not among the unit shapes we hold")
    if shape.billing is None:
        return _unknown(catalog, shape.name, str(shape.billing_unknown))
    listed = catalog.price(shape.billing.sku)
    if listed is None:
        return _unknown(catalog, shape.name, f"no price of {shape.billing.sku} in {catalog.currency} is on file")
    sources = together(listed.sources, shape.billing.sources, also)
    return doubted(catalog, f"the price of {shape.name}", sources) or UnitRate(listed, shape.billing.units, sources)


def unit_hour(catalog: Catalog, shape_name: str) -> Price | Unknown:
    """What one unit costs in an hour; `per` is "cluster hour" where Oracle bills the cluster and not its units."""
    rate = unit_rate(catalog, shape_name)
    if isinstance(rate, Unknown):
        return rate
    per = "cluster hour" if rate.listed.per_cluster else "unit-hour"
    return Price(money=rate.hourly, per=per, sources=rate.sources, basis=rate.listed.basis)


def cluster_hour(catalog: Catalog, shape_name: str, units: int) -> Price | Unknown:
    """What a cluster of that many units costs in an hour."""
    rate = unit_rate(catalog, shape_name)
    if isinstance(rate, Unknown):
        return rate
    return Price(money=rate.hourly * rate.billed(units), per="hour", sources=rate.sources, basis=rate.listed.basis)


def monthly(catalog: Catalog, shape_name: str, units: int) -> Price | Unknown:
    """What a cluster of that many units costs in a month of 744 hours, the length that Oracle's own minimum assumes.

    A shape billed by the cluster hour costs the same whatever its units; `working` says so.
    """
    rate = _month_rate(catalog, shape_name, units)
    if isinstance(rate, Unknown):
        return rate
    hours = catalog.commitments.hosting.count
    money = rate.hourly * rate.billed(units) * hours
    return Price(money=money, per=f"month at {hours} hours", sources=rate.sources, basis=rate.listed.basis)


def working(catalog: Catalog, shape_name: str, units: int) -> str | Unknown:
    """The sum behind `monthly` in words: units, AI units of one, list price, hours, and what Oracle sells it as."""
    rate = _month_rate(catalog, shape_name, units)
    if isinstance(rate, Unknown):
        return rate
    price = Money(amount=rate.listed.amount, currency=rate.listed.currency)
    hours = f"{catalog.commitments.hosting.count} hours"
    product = f"({rate.listed.product}, {rate.listed.sku})"
    if rate.listed.per_cluster:
        return f"{_TIMES.join((f'{price} per cluster hour', hours))}, whatever the number of units {product}"
    counted = f"{units:,} {'unit' if units == 1 else 'units'}"
    ai_units = f"{rate.factor.normalize():f} AI {'unit' if rate.factor == 1 else 'units'}"
    return f"{_TIMES.join((counted, ai_units, f'{price} per hour', hours))} {product}"


def difference(before: Price | Unknown, after: Price | Unknown) -> Price | Unknown:
    """How much more `after` costs, negative where it costs less; unknown as soon as one of the two is."""
    if isinstance(before, Unknown) or isinstance(after, Unknown):
        unknown = [each.settle for each in (before, after) if isinstance(each, Unknown)]
        return Unknown(what="the difference in cost", settle="; ".join(dict.fromkeys(unknown)))
    if before.per != after.per:
        raise ValueError(f"a price per {before.per} and one per {after.per} do not compare")
    return Price(
        money=after.money - before.money,
        per=after.per,
        sources=together(before.sources, after.sources),
        basis="contract" if "contract" in {before.basis, after.basis} else "list",
    )


def cents(money: Money) -> Money:
    """For showing: to the cent, or to what else its currency is paid in; a half goes up, below zero down.

    Sums are kept exact and rounded here alone, once, at the end.
    """
    least = Decimal(1).scaleb(-money.places)
    return Money(amount=money.amount.quantize(least, ROUND_HALF_UP, _WIDE), currency=money.currency)


def _month_rate(catalog: Catalog, shape_name: str, units: int) -> UnitRate | Unknown:
    if units < 1:
        raise Invalid(f"A cluster has at least 1 unit; {units} is not a number of units.")
    return unit_rate(catalog, shape_name, catalog.commitments.hosting.sources)


def doubted(catalog: Catalog, what: str, sources: tuple[Source, ...]) -> Unknown | None:
    """None where all of them are; else that the figure which rests on them is not known."""
    rumours = [str(source) for source in sources if source.trust is Trust.UNVERIFIED]
    if not rumours:
        return None
    because = f"what we hold of it is not confirmed ({'; '.join(rumours)})"
    return Unknown(what=what, settle=f"{because}; read Oracle's pricing page, {catalog.pricing_page}")


def _unknown(catalog: Catalog, name: str, because: str) -> Unknown:
    settle = f"{because}; read Oracle's pricing page, {catalog.pricing_page}"
    return Unknown(what=f"the price of {name}", settle=settle)


def together(*groups: tuple[Source, ...]) -> tuple[Source, ...]:
    """Each source once, in the order of the sum."""
    return tuple(dict.fromkeys(source for group in groups for source in group))
