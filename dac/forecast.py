"""What a change does to this month's list cost and to the least that Oracle bills for a cluster."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import ROUND_CEILING, Decimal

from pydantic import AwareDatetime

from dac.catalog import Catalog
from dac.cluster import Cluster, ClusterType, Lifecycle
from dac.errors import Invalid
from dac.figures import Frozen, Money, Price, Source, Trust, Unknown, at
from dac.pricing import cents, difference, unit_hour

_HOUR = timedelta(hours=1)
_TICK = timedelta(microseconds=1)
_GRID = Decimal("1e-9")
_TENTH = Decimal("0.1")


class Forecast(Frozen):
    """List cost of the rest of a month if nothing is done, with the change, and how much more that is.

    What is due under Oracle's minimum is not part of it; that is `commitment`.
    """

    before: Price | Unknown
    after: Price | Unknown
    difference: Price | Unknown


class CommitmentStatus(Frozen):
    """How far a cluster has come at `at` with the least that Oracle bills, as far as its age alone can tell.

    A cluster has at least one unit all the time, counted from its creation, so what is said here holds "at most" and
    "at the latest": how several units or a change of units count is not published in what we hold.
    """

    least: int
    measure: str
    met_at_latest: AwareDatetime
    remaining_at_most: Decimal
    cost_at_most: Price | Unknown
    at: AwareDatetime
    sources: tuple[Source, ...]

    @property
    def met(self) -> bool:
        return self.remaining_at_most == 0

    @property
    def text(self) -> str:
        minimum, day = f"{self.least:,} {self.measure} minimum", self._day
        if self.met:
            return f"{minimum}: met since {day}"
        owed = f"up to {_plain(self.remaining_at_most.quantize(_TENTH, rounding=ROUND_CEILING))} still owed"
        if isinstance(self.cost_at_most, Unknown):
            return f"{minimum}: {owed}, list price {self.cost_at_most}, met by {day} at the latest"
        cost = f"{cents(self.cost_at_most.money)} {at(self.cost_at_most.basis)}"
        return f"{minimum}: {owed} ({cost}), met by {day} at the latest"

    @property
    def _day(self) -> str:
        """As Oracle's days go, in UTC; the year only where it is another."""
        day = self.met_at_latest.astimezone(UTC)
        return f"{day.day} {day:%b}" if day.year == self.at.astimezone(UTC).year else f"{day.day} {day:%b %Y}"


def month_end(at: datetime) -> datetime:
    """The first moment of the next month in UTC, in which Oracle bills."""
    day = _utc(at)
    return datetime(day.year + day.month // 12, day.month % 12 + 1, 1, tzinfo=UTC)


def to_month_end(
    catalog: Catalog, shape: str, units: int, at: datetime, *, until: datetime | None = None
) -> Price | Unknown:
    """List cost of that many units from `at` to the end of its month, or to `until` where that is earlier.

    No units are no cluster and cost nothing, so that a cluster's creation and its end are changes like others.
    """
    start, end = _utc(at), month_end(at)
    stop = end if until is None else min(_utc(until), end)
    per = _rest(start) if stop == end else f"{_rest(start)} until {stop.day} {stop:%b %H:%M} UTC"
    return _cost(catalog, shape, ((units, stop - start),), per)


def change_to_month_end(
    catalog: Catalog,
    shape: str,
    before_units: int,
    after_units: int,
    start: datetime,
    *,
    lease: timedelta | None,
    at: datetime,
) -> Forecast:
    """The rest of the month of `at` without the change and with it, made at `start` and undone when a lease is over.

    Only what lies between `at` and the end of the month counts, so a lease that runs on counts in part.
    """
    now, end = _utc(at), month_end(at)
    made = min(max(_utc(start), now), end)
    undone = end if lease is None or _length(lease) >= end - _utc(start) else max(_utc(start) + lease, made)
    before = _cost(catalog, shape, ((before_units, end - now),), _rest(now))
    spans = ((before_units, made - now), (after_units, undone - made), (before_units, end - undone))
    after = _cost(catalog, shape, spans, _rest(now))
    return Forecast(before=before, after=after, difference=difference(before, after))


def lease_cost(catalog: Catalog, shape: str, before_units: int, after_units: int, lease: timedelta) -> Price | Unknown:
    """What the whole lease adds to the list cost, negative where it saves, whichever months it lies in."""
    span = _length(lease)
    per = f"lease of {_words(span)}"
    return difference(
        _cost(catalog, shape, ((before_units, span),), per), _cost(catalog, shape, ((after_units, span),), per)
    )


def commitment(cluster: Cluster, catalog: Catalog, at: datetime) -> CommitmentStatus | Unknown | None:
    """What is still due at most of the least that Oracle bills for a hosting cluster; None for any other."""
    if cluster.type != ClusterType.HOSTING:
        return None
    what = f"the least that Oracle bills for {cluster.name}"
    shape = catalog.shape(cluster.unit_shape)
    if shape is None:
        missing = f"{cluster.unit_shape} is not among the unit shapes we hold"
        return Unknown(what=what, settle=f"{missing}; read Oracle's pricing page, {catalog.pricing_page}")
    if cluster.lifecycle_state in {Lifecycle.DELETED, Lifecycle.FAILED}:
        stopped = f"how long a cluster that is {cluster.lifecycle_state} has been billed cannot be told from its age"
        return Unknown(what=what, settle=f"{stopped}; read its lines in Oracle's cost report")
    least = catalog.hosting_commitment(shape)
    rumours = [str(source) for source in least.sources if source.trust is Trust.UNVERIFIED]
    if rumours:
        unconfirmed = f"what we hold of it is not confirmed ({'; '.join(rumours)})"
        return Unknown(what=what, settle=f"{unconfirmed}; read Oracle's pricing page, {catalog.pricing_page}")
    now, whole = _utc(at), least.count * _HOUR
    met = _utc(cluster.time_created) + whole
    left = min(max(met - now, timedelta()), whole)
    # The floor of an imported model is an hour of the cluster, so of the units it has; any other counts hours of units.
    units = cluster.unit_count if shape.for_imported else 1
    return CommitmentStatus(
        least=least.count,
        measure=least.measure,
        met_at_latest=met,
        remaining_at_most=Decimal(left // _TICK) / Decimal(_HOUR // _TICK),
        cost_at_most=_cost(catalog, shape.name, ((units, left),), f"rest of {least.count:,} {least.measure}"),
        at=now,
        sources=least.sources,
    )


def _cost(catalog: Catalog, shape: str, spans: tuple[tuple[int, timedelta], ...], per: str) -> Price | Unknown:
    """Units over spans of time at list price; a span that ends before it begins is none.

    Few hours are whole, and a third of a dollar has no last digit: the sum is divided once, at the end, to a billionth,
    so that differences between sums stay exact.
    """
    rate = unit_hour(catalog, shape)
    if isinstance(rate, Unknown):
        return rate
    ticks = sum(_billed(units, rate) * max(span // _TICK, 0) for units, span in spans)
    amount = (rate.money.amount * ticks / (_HOUR // _TICK)).quantize(_GRID)
    return Price(
        money=Money(amount=amount, currency=rate.money.currency), per=per, sources=rate.sources, basis=rate.basis
    )


def _billed(units: int, rate: Price) -> int:
    if units < 0:
        raise Invalid(f"{units} is not a number of units.")
    return min(units, 1) if rate.per == "cluster hour" else units


def _length(lease: timedelta) -> timedelta:
    if lease <= timedelta():
        raise Invalid("A lease lasts for some time: give a length such as 8h.")
    return lease


def _utc(moment: datetime) -> datetime:
    """Sums over a change of clocks are right in UTC alone: Python subtracts two times of one zone by the wall."""
    if moment.utcoffset() is None:
        raise ValueError(f"{moment} names no moment: it has no time zone")
    return moment.astimezone(UTC)


def _rest(now: datetime) -> str:
    return f"rest of {now:%B %Y}"


def _words(span: timedelta) -> str:
    """Such as "8 hours", "1 hour 30 minutes"; what is left below a second is not said."""
    hours, rest = divmod(int(span.total_seconds()), 3600)
    minutes, seconds = divmod(rest, 60)
    parts = ((hours, "hour"), (minutes, "minute"), (seconds, "second"))
    said = [f"{count:,} {word}{'' if count == 1 else 's'}" for count, word in parts if count]
    return " ".join(said) or "less than a second"


def _plain(number: Decimal) -> str:
    return f"{number:f}".removesuffix(".0")
