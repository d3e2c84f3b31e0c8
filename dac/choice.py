"""Dedicated or on demand: from which load on a dedicated unit costs less, against the most it is known to carry."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum

from dac.catalog import Catalog
from dac.figures import Frozen, Money, Price, Source, Unknown
from dac.models import Kind, ModelEntry
from dac.on_demand import OnDemandPrice, on_demand
from dac.pricing import difference, doubted, monthly, together, unit_hour
from dac.sizing import DEFAULT_MIX, Fit, Load, Sized, Targets, most, size

HOUR = 3600
SATURATED = Decimal("0.9")
"""Share of the published maximum above which a break-even is reached only by a unit that is never idle: nobody's is."""


class Verdict(StrEnum):
    PAYS = "pays"
    SATURATED = "only at saturation"
    NEVER = "never on price"
    UNKNOWN = "not known"


class BreakEven(Frozen):
    """From so many requests a second, round the clock, one unit costs less than the same requests on demand.

    Tokens are those in and out. `most` is the published row that carries most of such requests, None without one;
    `as_measured` whether the requests are those it was measured with, so that it says what a unit really carries.
    """

    model: str
    shape: str
    load: Load
    unit_hour: Price
    on_demand: OnDemandPrice
    requests_per_second: Decimal
    most: Fit | None
    as_measured: bool

    @property
    def tokens_per_second(self) -> Decimal:
        return self.requests_per_second * (self.load.prompt_tokens + self.load.response_tokens)

    @property
    def most_tokens_per_second(self) -> Decimal | None:
        return None if self.most is None else self.most.rate * (self.load.prompt_tokens + self.load.response_tokens)

    @property
    def share(self) -> Decimal | None:
        """Of what a unit is published to carry at the most."""
        return None if self.most is None else self.requests_per_second / self.most.rate

    @property
    def verdict(self) -> Verdict:
        share = self.share
        if share is None:
            return Verdict.UNKNOWN
        if share > 1:
            return Verdict.NEVER
        return Verdict.SATURATED if share > SATURATED else Verdict.PAYS

    @property
    def sources(self) -> tuple[Source, ...]:
        return together(self.unit_hour.sources, self.on_demand.sources)


class Month(Frozen):
    """A load that comes evenly, day and night, for a month: on demand, and on so many units of its own.

    `units` is None where no published figure says how many it takes; then `dedicated` is the cost of one.
    """

    on_demand: Price | Unknown
    units: int | None
    dedicated: Price | Unknown

    @property
    def difference(self) -> Price | Unknown:
        """How much more dedicated costs, negative where it costs less; unknown where one of them is."""
        one, other = self.on_demand, self.dedicated
        if isinstance(one, Price) and isinstance(other, Price) and one.money.currency != other.money.currency:
            in_two = f"{one.money.currency} and {other.money.currency}"
            return Unknown(what="the difference in cost", settle=f"prices are on file in {in_two}; none is converted")
        return difference(one, other)


def usual(catalog: Catalog, model: ModelEntry) -> Load:
    """Requests as Oracle measured every model with; an embedding answers with no tokens."""
    mix = catalog.mixes[DEFAULT_MIX]
    return _load(model, Load(prompt_tokens=mix.prompt_tokens, response_tokens=mix.response_tokens))


def break_even(catalog: Catalog, model: ModelEntry, shape: str, load: Load) -> BreakEven | Unknown:
    """For one unit of that shape; unknown as soon as one of the two prices is, or where they do not compare."""
    what = f"where {model.name} breaks even on {shape}"
    dedicated, other = unit_hour(catalog, shape), on_demand(catalog, model)
    unknown = [each.settle for each in (dedicated, other) if isinstance(each, Unknown)]
    if isinstance(dedicated, Unknown) or isinstance(other, Unknown):
        return Unknown(what=what, settle="; ".join(dict.fromkeys(unknown)))
    billed = _load(model, load)
    request = other.request(billed.prompt_tokens, billed.response_tokens)
    if request.currency != dedicated.money.currency:
        in_two = f"{dedicated.money.currency} and {request.currency}"
        return Unknown(what=what, settle=f"its prices are on file in {in_two}, and nothing is converted here")
    if not request.amount:
        return Unknown(what=what, settle="nothing is charged for it on demand, by the price on file")
    found = most(catalog, model.id, shape, billed)
    return BreakEven(
        model=model.id,
        shape=shape,
        load=billed,
        unit_hour=dedicated,
        on_demand=other,
        requests_per_second=dedicated.money.amount / (HOUR * request.amount),
        most=found,
        as_measured=found is not None and _as_measured(catalog, found, billed),
    )


def month(catalog: Catalog, model: ModelEntry, shape: str, load: Load) -> Month:
    """That load both ways; on demand it is unknown where it is not given as requests a second."""
    sized = size(catalog, model.id, shape, load, Targets())
    units = sized.units if isinstance(sized, Sized) else None
    price = on_demand(catalog, model)
    there = price if isinstance(price, Unknown) else on_demand_month(catalog, price, load)
    return Month(on_demand=there, units=units, dedicated=monthly(catalog, shape, units or 1))


def on_demand_month(catalog: Catalog, price: OnDemandPrice, load: Load) -> Price | Unknown:
    """What that load costs on demand if it comes round the clock for a month of 744 hours."""
    if load.rate is None:
        return Unknown(what="the on-demand cost", settle="how many requests come a second, on average over the month")
    hours = catalog.commitments.hosting
    sources = together(price.sources, hours.sources)
    request = price.request(load.prompt_tokens, load.response_tokens)
    money = Money(amount=request.amount * load.rate * HOUR * hours.count, currency=price.currency)
    per = f"month at {hours.count} hours"
    return doubted(catalog, f"what a {per} costs", sources) or Price(
        money=money, per=per, sources=sources, basis=price.basis
    )


def _load(model: ModelEntry, load: Load) -> Load:
    return load.model_copy(update={"response_tokens": Decimal(0)}) if model.kind is Kind.EMBED else load


def _as_measured(catalog: Catalog, found: Fit, load: Load) -> bool:
    mix = catalog.mixes[found.benchmark.mix]
    return (load.prompt_tokens, load.response_tokens) == (mix.prompt_tokens, mix.response_tokens)
