"""What clusters will have cost by their units and the hours of a period, where Oracle does not tell."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from pydantic import AwareDatetime

from dac.budgets import GONE
from dac.catalog import Catalog
from dac.cluster import Cluster
from dac.figures import Frozen, Money, Price, Unknown
from dac.month_end import Resizing
from dac.pricing import unit_rate

_TICK = timedelta(microseconds=1)
_TICKS = Decimal(3_600_000_000)


class Sized(Frozen):
    """A span of time in which a cluster had one number of units."""

    since: AwareDatetime
    until: AwareDatetime
    units: int

    @property
    def hours(self) -> Decimal:
        return Decimal((self.until - self.since) // _TICK) / _TICKS


class Estimate(Frozen):
    """A cluster's sizes in a period, and what they come to.

    `disputed`: a request left it with other units than it was found with later, so somebody else has changed it since,
    and nobody here knows when.
    """

    cluster: Cluster
    spans: tuple[Sized, ...]
    cost: Price | Unknown
    disputed: bool = False

    @property
    def hours(self) -> Decimal:
        return sum((each.hours for each in self.spans), Decimal(0))


def estimate(
    catalog: Catalog,
    cluster: Cluster,
    since: date,
    until: date,
    now: datetime,
    *,
    resized: Iterable[Resizing] = (),
    ended: datetime | None = None,
) -> Estimate:
    """None of what is to come; the least that Oracle bills, and sizes that others set, are not part of it.

    `resized` are changes of units that are known, of whichever clusters; `ended` is when the cluster was deleted,
    where that is known: without it, one that is gone has cost nothing.
    """
    start = max(_midnight(since), cluster.time_created)
    end = min(_midnight(until), now, ended or now)
    if ended is None and cluster.lifecycle_state in GONE:
        end = start
    changes = [each for each in resized if each.cluster_id == cluster.id and each.at <= now]
    known = tuple(_sizes(cluster, changes))
    spans = tuple(_within(known, start, end))
    return Estimate(
        cluster=cluster, spans=spans, cost=_cost(catalog, cluster, spans), disputed=_is_disputed(cluster, changes)
    )


def sums(made: Iterable[Estimate]) -> tuple[Money, ...]:
    """Of those that have a price, one sum for each currency."""
    found: dict[str, Decimal] = {}
    for each in made:
        if isinstance(each.cost, Price):
            money = each.cost.money
            found[money.currency] = found.get(money.currency, Decimal(0)) + money.amount
    return tuple(Money(amount=found[currency], currency=currency) for currency in sorted(found))


def unpriced(made: Iterable[Estimate]) -> tuple[Estimate, ...]:
    """Those that ran and have no price: sums without them are the least that was spent."""
    return tuple(each for each in made if isinstance(each.cost, Unknown) and each.spans)


def _sizes(cluster: Cluster, changes: Iterable[Resizing]) -> Iterator[Sized]:
    """From the units it has now back to those it had before the first change that is known, the newest first."""
    units, until = cluster.unit_count, datetime.max.replace(tzinfo=UTC)
    for each in sorted(changes, key=lambda change: change.at, reverse=True):
        yield Sized(since=each.at, until=until, units=units)
        units, until = each.before, each.at
    yield Sized(since=datetime.min.replace(tzinfo=UTC), until=until, units=units)


def _is_disputed(cluster: Cluster, changes: Iterable[Resizing]) -> bool:
    in_order = sorted(changes, key=lambda change: change.at)
    found_later = [*(each.before for each in in_order[1:]), cluster.unit_count]
    return any(each.after != units for each, units in zip(in_order, found_later, strict=False))


def _within(known: tuple[Sized, ...], start: datetime, end: datetime) -> Iterator[Sized]:
    for each in reversed(known):
        since, until = max(each.since, start), min(each.until, end)
        if since < until:
            yield Sized(since=since, until=until, units=each.units)


def _cost(catalog: Catalog, cluster: Cluster, spans: tuple[Sized, ...]) -> Price | Unknown:
    rate = unit_rate(catalog, cluster.unit_shape)
    if isinstance(rate, Unknown):
        return rate
    hours = sum((rate.billed(each.units) * each.hours for each in spans), Decimal(0))
    return Price(money=rate.hourly * hours, per="period", sources=rate.sources, basis=rate.listed.basis)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
