"""Dedicated or on demand: from which load on a dedicated unit costs less, against the most it is known to carry."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum

from dac.catalog import Catalog
from dac.figures import Frozen, Money, Price, Source, Unknown
from dac.models import ModelEntry
from dac.on_demand import OnDemandPrice, on_demand
from dac.pricing import together, unit_hour
from dac.sizing import Fit, Load, most

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

    `tokens` counts those in and out. `most` is the published row that carries most of such requests, None without one.
    """

    model: str
    shape: str
    load: Load
    unit_hour: Price
    on_demand: OnDemandPrice
    requests_per_second: Decimal
    most: Fit | None

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


def break_even(catalog: Catalog, model: ModelEntry, shape: str, load: Load) -> BreakEven | Unknown:
    """For one unit of that shape; unknown as soon as one of the two prices is."""
    dedicated, other = unit_hour(catalog, shape), on_demand(catalog, model)
    unknown = [each.settle for each in (dedicated, other) if isinstance(each, Unknown)]
    if isinstance(dedicated, Unknown) or isinstance(other, Unknown):
        return Unknown(what=f"where {model.name} breaks even on {shape}", settle="; ".join(dict.fromkeys(unknown)))
    request = other.request(load.prompt_tokens, load.response_tokens)
    return BreakEven(
        model=model.id,
        shape=shape,
        load=load,
        unit_hour=dedicated,
        on_demand=other,
        requests_per_second=dedicated.money.amount / (HOUR * request.amount),
        most=most(catalog, model.id, shape, load),
    )


def on_demand_month(catalog: Catalog, price: OnDemandPrice, load: Load) -> Price | Unknown:
    """What that load costs on demand if it comes round the clock for a month of 744 hours."""
    if load.rate is None:
        return Unknown(what="the on-demand cost", settle="how many requests come a second, on average over the month")
    hours = catalog.commitments.hosting.count
    request = price.request(load.prompt_tokens, load.response_tokens)
    money = Money(amount=request.amount * load.rate * HOUR * hours, currency=price.currency)
    return Price(money=money, per=f"month at {hours} hours", sources=price.sources, basis=price.basis)
