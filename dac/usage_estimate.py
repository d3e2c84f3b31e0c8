"""What clusters will have cost by the units they have now and the hours of a period, where Oracle does not tell."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from dac.budgets import GONE
from dac.catalog import Catalog
from dac.cluster import Cluster
from dac.figures import Frozen, Money, Price, Unknown
from dac.pricing import cluster_hour

_TICK = timedelta(microseconds=1)
_TICKS = Decimal(3_600_000_000)


class Estimate(Frozen):
    """A cluster's hours in a period, and what they come to if it had the units it has now all the time."""

    cluster: Cluster
    hours: Decimal
    cost: Price | Unknown


def estimate(catalog: Catalog, cluster: Cluster, since: date, until: date, now: datetime) -> Estimate:
    """None of what is to come; the least that Oracle bills, and what units there were before, are not part of it."""
    start = max(_midnight(since), cluster.time_created)
    end = start if cluster.lifecycle_state in GONE else min(_midnight(until), now)
    hours = Decimal(max(end - start, timedelta()) // _TICK) / _TICKS
    rate = cluster_hour(catalog, cluster.unit_shape, cluster.unit_count)
    if isinstance(rate, Unknown):
        return Estimate(cluster=cluster, hours=hours, cost=rate)
    money = Money(amount=rate.money.amount * hours, currency=rate.money.currency)
    return Estimate(cluster=cluster, hours=hours, cost=rate.model_copy(update={"money": money, "per": "period"}))


def sums(made: Iterable[Estimate]) -> tuple[Money, ...]:
    """Of those that have a price, one sum for each currency."""
    found: dict[str, Decimal] = {}
    for each in made:
        if isinstance(each.cost, Price):
            money = each.cost.money
            found[money.currency] = found.get(money.currency, Decimal(0)) + money.amount
    return tuple(Money(amount=found[currency], currency=currency) for currency in sorted(found))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
