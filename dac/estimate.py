"""What clusters cost a month under a schedule and what a fine-tune costs, with what Oracle bills at least."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from dac.catalog import Catalog, Commitment
from dac.change import units as in_units
from dac.errors import Invalid
from dac.figures import Frozen, Money, Price, Source, Unknown
from dac.pricing import doubted, together, unit_hour
from dac.shapes import Shape
from dac.sizing import shape_named

DAY, WEEK = 24, 7
LONGEST_JOB = DAY * 366
EXACT = Decimal("1e-9")
"""Hours of a schedule are seldom whole; a sum is divided once, at the end, and kept to a billionth."""


class Schedule(Frozen):
    """How long each day and on how many days a week; the rest of the time the cluster has `otherwise` units."""

    hours: Decimal = Decimal(DAY)
    days: int = WEEK
    otherwise: int = 0

    @property
    def share(self) -> Fraction:
        """Of all the hours there are."""
        return Fraction(self.hours) / DAY * Fraction(self.days, WEEK)

    @property
    def always(self) -> bool:
        return self.share == 1


class Estimate(Frozen):
    """A month of one cluster: unit-hours used, those billed at least, and what they cost.

    `cost` is of those billed. A shape that Oracle bills by the cluster's hours has cluster-hours for unit-hours.
    """

    shape: str
    units: int
    schedule: Schedule
    hours: int
    used: Decimal
    billed: Decimal
    least: Commitment
    rate: Price | Unknown
    cost: Price | Unknown

    @property
    def minimum_bites(self) -> bool:
        return self.billed > self.used

    @property
    def measure(self) -> str:
        return "cluster-hours" if _by_cluster(self.rate) else "unit-hours"


class Job(Frozen):
    """A fine-tune of so many hours on the units that Oracle presets; at least the minimum is billed."""

    shape: str
    units: int
    hours: Decimal
    billed: Decimal
    least: Commitment
    rate: Price | Unknown
    cost: Price | Unknown


def estimate(catalog: Catalog, shape_name: str, units: int, schedule: Schedule) -> Estimate:
    """A month of 744 hours; `Invalid` for what is no size or no schedule, `NotFound` for what is no shape."""
    shape = _shape(catalog, shape_name)
    _check(units, schedule)
    rate = unit_hour(catalog, shape.name)
    month, least = catalog.commitments.hosting, catalog.hosting_commitment(shape)
    hours = month.count
    on, off = _counted(units, rate), _counted(schedule.otherwise, rate)
    used = Fraction(hours) * (on * schedule.share + off * (1 - schedule.share))
    # What an imported model owes at least is an hour of the cluster, so of each of its units.
    floor = Fraction(least.count) * (on if shape.for_imported else 1)
    billed = max(used, floor)
    return Estimate(
        shape=shape.name,
        units=units,
        schedule=schedule,
        hours=hours,
        used=_decimal(used),
        billed=_decimal(billed),
        least=least,
        rate=rate,
        cost=_priced(catalog, rate, billed, f"month at {hours} hours", together(least.sources, month.sources)),
    )


def job(catalog: Catalog, shape_name: str, units: int, hours: Decimal) -> Job:
    """What a fine-tune costs; `Invalid` for what is no length, `NotFound` for what is no shape."""
    if not hours.is_finite() or not 0 < hours <= LONGEST_JOB:
        raise Invalid("A fine-tune takes some hours, and a year at most: give a number such as 6.")
    if units < 1:
        raise Invalid(f"A fine-tuning cluster has at least 1 unit; {units} is not a number of units.")
    shape = _shape(catalog, shape_name)
    rate = unit_hour(catalog, shape.name)
    least = catalog.commitments.fine_tuning
    billed = max(Fraction(hours) * _counted(units, rate), Fraction(least.count))
    return Job(
        shape=shape.name,
        units=units,
        hours=hours,
        billed=_decimal(billed),
        least=least,
        rate=rate,
        cost=_priced(catalog, rate, billed, f"fine-tune of {hours:f} hours", least.sources),
    )


def _check(units: int, schedule: Schedule) -> None:
    if units < 1:
        raise Invalid(f"A cluster has at least 1 unit; {units} is not a number of units.")
    if not schedule.hours.is_finite() or not 0 < schedule.hours <= DAY:
        raise Invalid(f"A day has 24 hours: {schedule.hours} is no part of it.")
    if not 1 <= schedule.days <= WEEK:
        raise Invalid(f"A week has 7 days: {schedule.days} is no number of them.")
    if schedule.otherwise < 0:
        raise Invalid(f"{schedule.otherwise} is not a number of units.")


def _by_cluster(rate: Price | Unknown) -> bool:
    return isinstance(rate, Price) and rate.per == "cluster hour"


def _counted(units: int, rate: Price | Unknown) -> int:
    """How many hours of so many units are billed in an hour."""
    return min(units, 1) if _by_cluster(rate) else units


def _shape(catalog: Catalog, name: str) -> Shape:
    return catalog.shapes[shape_named(catalog, name)]


def _priced(
    catalog: Catalog, rate: Price | Unknown, hours: Fraction, per: str, also: tuple[Source, ...]
) -> Price | Unknown:
    """The least that is billed is part of the sum, so the sum is no better known than that is."""
    if isinstance(rate, Unknown):
        return rate
    sources = together(rate.sources, also)
    if doubt := doubted(catalog, f"what a {per} costs", sources):
        return doubt
    exact = Fraction(rate.money.amount) * hours
    money = Money(amount=_decimal(exact), currency=rate.money.currency)
    return Price(money=money, per=per, sources=sources, basis=rate.basis)


def _decimal(exact: Fraction) -> Decimal:
    return (Decimal(exact.numerator) / Decimal(exact.denominator)).quantize(EXACT).normalize() + 0


def said(estimate: Estimate) -> str:
    """Such as "10 units LARGE_COHERE_V3, 12 h a day, 5 days a week"."""
    schedule = estimate.schedule
    words = [f"{in_units(estimate.units)} {estimate.shape}"]
    if not schedule.always:
        words.append(f"{schedule.hours:f} h a day")
        if schedule.days < WEEK:
            words.append(f"{schedule.days} {'day' if schedule.days == 1 else 'days'} a week")
        if schedule.otherwise:
            words.append(f"otherwise {schedule.otherwise}")
    return ", ".join(words)
