"""What a month will have cost at its end: what is final as charged, and the units of now for every hour after it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import ROUND_HALF_EVEN, Decimal, localcontext
from itertools import pairwise

from pydantic import AwareDatetime

from dac import forecast
from dac.budgets import GONE
from dac.catalog import Catalog
from dac.cluster import Cluster, Lifecycle
from dac.figures import Frozen, Money, Unknown
from dac.unit_price import Rate, unit_price
from dac.usage import DIGITS, Spend, UsageRow, totals

METHOD = (
    "days that are final as Oracle charged them, and for every hour after them the units there are now × what a unit "
    "was last charged (by quantity, if at several prices), with the changes known ahead; what was charged beyond that, "
    "such as credits, is in it"
)
ESTIMATED = "for every hour of the month the units there are now × the price on file, with the changes known ahead"
PLAIN = "what is final, and the average of the last 7 final days for each day after it"
WEEK = 7

_APART = Decimal("0.1")
_GRID = Decimal("1e-9")
_HOUR = timedelta(hours=1)
_TICK = timedelta(microseconds=1)
_DAY = timedelta(days=1)


class Resizing(Frozen):
    """A change of units that is known, past or ahead: a lease that ends, what is scheduled, an end (`after` 0)."""

    cluster_id: str
    at: AwareDatetime
    before: int
    after: int


class Charged(Frozen):
    """Rows of a span of days as Oracle charged them; those that are `provisional` may still change.

    They are of clusters that are gone, or `beyond` what is reckoned for clusters that are there: credits, other part
    numbers, and what units were charged more.
    """

    since: date
    until: date
    money: Money
    rows: int
    provisional: bool = False
    beyond: bool = False


class Ahead(Frozen):
    """A cluster with one number of units for a span of hours; `hours` is rounded, `money` is of the whole span."""

    cluster_id: str
    name: str
    since: AwareDatetime
    until: AwareDatetime
    units: int
    hours: Decimal
    rate: Rate
    money: Money


class MonthEnd(Frozen):
    """The forecast of a month with its parts; `until` begins the next one, `reckoned_from` what is not final.

    `sums` are of the parts, one for each currency, and Unknown as soon as one part is. `plain` is the same by another
    method, empty where there are no 7 final days to go by.
    """

    since: date
    until: date
    reckoned_from: date
    at: AwareDatetime
    method: str
    charged: tuple[Charged, ...] = ()
    ahead: tuple[Ahead, ...] = ()
    missing: tuple[Unknown, ...] = ()
    sums: tuple[Money, ...] | Unknown
    plain: tuple[Money, ...] = ()

    @property
    def estimated(self) -> bool:
        """Without a word of Oracle's on what was charged."""
        return self.method == ESTIMATED

    @property
    def final(self) -> bool:
        """Nothing of it is foreseen any more."""
        return self.reckoned_from == self.until

    @property
    def apart(self) -> bool:
        """Whether the two methods differ by more than a tenth in some currency, so that both should be shown."""
        if isinstance(self.sums, Unknown) or not self.plain:
            return False
        first, second = ({each.currency: each.amount for each in sums} for sums in (self.sums, self.plain))
        pairs = [(first.get(name, Decimal(0)), second.get(name, Decimal(0))) for name in first.keys() | second.keys()]
        return any(abs(one - other) > abs(one) * _APART for one, other in pairs)


def month_end(
    spend: Spend | Unknown,
    clusters: Iterable[Cluster],
    catalog: Catalog,
    at: datetime,
    *,
    resizings: Sequence[Resizing] = (),
    unseen: Sequence[str] = (),
    gone: Sequence[tuple[Cluster, datetime]] = (),
) -> MonthEnd:
    """The month of `at` in UTC, for clusters as they are then; `unseen` are regions whose clusters could not be read.

    Spend begins with the month or earlier: days before it serve the rates and the average alone. Where it is Unknown,
    all is estimated, with clusters that are `gone` until they were deleted: else rows tell of these. Past resizings
    tell what units there were on days that are not final.
    """
    now = at.astimezone(UTC)
    since, until = now.date().replace(day=1), forecast.month_end(now).date()
    rows: tuple[UsageRow, ...] = ()
    reckoned_from = since
    if isinstance(spend, Spend):
        if spend.since > since:
            raise ValueError(f"spend since {spend.since} does not hold the month from {since}")
        rows = spend.rows
        reckoned_from = max(since, min(spend.settled_until, spend.until, until))
    alive = [each for each in clusters if each.lifecycle_state not in GONE]
    final = [row for row in rows if since <= row.day < reckoned_from]
    late = _of_the_gone(alive, [row for row in rows if reckoned_from <= row.day < until])
    ended: dict[str, datetime] = {}
    if isinstance(spend, Unknown):
        ended = {each.id: at_end for each, at_end in gone}
        alive += [each for each, _ in gone if each.id not in {other.id for other in alive}]
    ahead, missing = _ahead(alive, rows, catalog, (reckoned_from, until, now), resizings, ended)
    charged = (
        *_charged(since, reckoned_from, final),
        *_charged(reckoned_from, until, late, provisional=True),
        *_beyond(alive, [row for row in rows if reckoned_from <= row.day < until], ahead, (reckoned_from, until)),
    )
    if unseen and reckoned_from < until:
        read = f"{' and '.join(unseen)} could not be read; ask again in a moment"
        missing.append(Unknown(what="the units there are", settle=read))
    if since < reckoned_from and not final and (ran := _ran(alive, reckoned_from)):
        told = f"Oracle tells no charge of {since} to {reckoned_from - _DAY}, though {ran} ran; see `/dac cost actual`"
        missing.append(Unknown(what="what these days cost", settle=told))
    return MonthEnd(
        since=since,
        until=until,
        reckoned_from=reckoned_from,
        at=now,
        method=ESTIMATED if isinstance(spend, Unknown) else METHOD,
        charged=charged,
        ahead=tuple(ahead),
        missing=tuple(missing),
        sums=_sums(charged, ahead, missing),
        plain=() if isinstance(spend, Unknown) else _plain(spend, final, reckoned_from, until),
    )


def _sums(
    charged: Sequence[Charged], ahead: Sequence[Ahead], missing: Sequence[Unknown]
) -> tuple[Money, ...] | Unknown:
    if missing:
        because = "; ".join(dict.fromkeys(f"{each.what}: {each.settle}" for each in missing))
        return Unknown(what="what the month will have cost", settle=because)
    return _added([*(each.money for each in charged), *(each.money for each in ahead)])


def _added(parts: Iterable[Money]) -> tuple[Money, ...]:
    found: dict[str, Decimal] = {}
    with localcontext(prec=DIGITS):
        for each in parts:
            found[each.currency] = found.get(each.currency, Decimal(0)) + each.amount
    return tuple(Money(amount=found[currency], currency=currency) for currency in sorted(found))


def _charged(since: date, until: date, rows: Sequence[UsageRow], *, provisional: bool = False) -> Iterator[Charged]:
    for money in totals(rows):
        count = sum(row.currency == money.currency for row in rows)
        yield Charged(since=since, until=until, money=money, rows=count, provisional=provisional)


def _of_the_gone(alive: Sequence[Cluster], late: Sequence[UsageRow]) -> list[UsageRow]:
    """Rows of days that are not final, of what is not there any more: all that is known of those hours.

    Where no row names a cluster of ours, rows do not go by clusters at all, and these hours are in the reckoning.
    """
    ours = {each.id for each in alive}
    named = any(row.resource_id in ours for row in late)
    return [row for row in late if row.resource_id not in ours] if named or not ours else []


def _beyond(
    alive: Sequence[Cluster], rows: Sequence[UsageRow], ahead: Sequence[Ahead], span: tuple[date, date]
) -> Iterator[Charged]:
    """What days that are not final were charged above the hours that are reckoned for them, so that none is lost."""
    ours = {each.id for each in alive}
    named = any(row.resource_id in ours for row in rows)
    more: dict[str, Decimal] = {}
    with localcontext(prec=DIGITS):
        for ocid in sorted(ours) if named else [""] * bool(ours):
            parts = [each for each in ahead if ocid in {"", each.cluster_id}]
            units = {(each.rate.part_number, each.rate.currency) for each in parts}
            used: dict[tuple[date, str], Decimal] = {}
            for row in rows:
                if named and row.resource_id != ocid:
                    continue
                if (row.part_number, row.currency) in units and row.amount > 0 and (row.quantity or 0) > 0:
                    used[row.day, row.currency] = used.get((row.day, row.currency), Decimal(0)) + row.amount
                else:
                    more[row.currency] = more.get(row.currency, Decimal(0)) + row.amount
            for (day, currency), amount in used.items():
                above = (amount - _reckoned(parts, day, currency)).quantize(_GRID)
                more[currency] = more.get(currency, Decimal(0)) + max(above, Decimal(0))
    for currency in sorted(more):
        if more[currency]:
            money = Money(amount=more[currency], currency=currency)
            count = sum(row.currency == currency for row in rows)
            yield Charged(since=span[0], until=span[1], money=money, rows=count, provisional=True, beyond=True)


def _reckoned(parts: Sequence[Ahead], day: date, currency: str) -> Decimal:
    """What of some parts is of one day."""
    found = Decimal(0)
    for each in parts:
        since, until = max(each.since, _midnight(day)), min(each.until, _midnight(day) + _DAY)
        if each.rate.currency == currency and since < until:
            found += each.money.amount * ((until - since) // _TICK) / ((each.until - each.since) // _TICK)
    return found


def _ran(alive: Sequence[Cluster], until: date) -> str:
    names = [each.name for each in alive if each.time_created <= _midnight(until) - _HOUR]
    return " and ".join(sorted(names))


def _ahead(
    alive: Sequence[Cluster],
    rows: Sequence[UsageRow],
    catalog: Catalog,
    span: tuple[date, date, datetime],
    resizings: Sequence[Resizing],
    ended: Mapping[str, datetime],
) -> tuple[list[Ahead], list[Unknown]]:
    found: list[Ahead] = []
    missing: list[Unknown] = []
    reckoned_from, until, now = span
    for cluster in sorted(alive, key=lambda each: (each.name, each.region, each.id)):
        start = max(_midnight(reckoned_from), cluster.time_created.astimezone(UTC))
        # One that Oracle is deleting is charged for no longer, as far as can be told.
        end = min(now, _midnight(until)) if cluster.lifecycle_state == Lifecycle.DELETING else _midnight(until)
        end = min(end, ended.get(cluster.id, end))
        spans = list(_spans(cluster, start, end, now, [each for each in resizings if each.cluster_id == cluster.id]))
        if not spans:
            continue
        rate = unit_price(cluster, rows, catalog)
        if isinstance(rate, Unknown):
            missing.append(rate)
            continue
        found += [_part(cluster, rate, *each) for each in spans]
    return found, missing


def _spans(
    cluster: Cluster, start: datetime, end: datetime, now: datetime, resizings: Sequence[Resizing]
) -> Iterator[tuple[datetime, datetime, int]]:
    """From change to change; without units there is no cluster, and nothing to pay."""
    known = sorted(resizings, key=lambda each: each.at)
    marks = [start, *(each.at.astimezone(UTC) for each in known if start < each.at < end), end]
    for since, until in pairwise(marks):
        units = _units(cluster, since, now, known)
        if since < until and units:
            yield since, until, units


def _units(cluster: Cluster, moment: datetime, now: datetime, known: Sequence[Resizing]) -> int:
    """At that moment: what it has now, but for the changes between now and then."""
    if moment < now:
        return next((each.before for each in known if moment < each.at <= now), cluster.unit_count)
    return next((each.after for each in reversed(known) if now < each.at <= moment), cluster.unit_count)


def _part(cluster: Cluster, rate: Rate, since: datetime, until: datetime, units: int) -> Ahead:
    ticks = (until - since) // _TICK
    billed = 1 if rate.per_cluster else units
    with localcontext(prec=DIGITS, rounding=ROUND_HALF_EVEN):
        # Divided once, at the end: a third of an hour has no last digit.
        amount = (rate.amount * rate.ai_units * billed * ticks / (_HOUR // _TICK)).quantize(_GRID)
        hours = (Decimal(ticks) / (_HOUR // _TICK)).quantize(_GRID)
    return Ahead(
        cluster_id=cluster.id,
        name=cluster.name,
        since=since,
        until=until,
        units=units,
        hours=hours,
        rate=rate,
        money=Money(amount=amount, currency=rate.currency),
    )


def _plain(spend: Spend, final: Sequence[UsageRow], reckoned_from: date, until: date) -> tuple[Money, ...]:
    """Empty where spend does not hold the last 7 final days, or holds no row of them."""
    week = min(spend.settled_until, spend.until) - WEEK * _DAY
    rows = [row for row in spend.rows if week <= row.day < week + WEEK * _DAY]
    if week < spend.since or not rows:
        return ()
    days = (until - reckoned_from).days
    with localcontext(prec=DIGITS):
        to_come = [
            Money(amount=(each.amount * days / WEEK).quantize(_GRID), currency=each.currency) for each in totals(rows)
        ]
    return _added([*totals(final), *to_come])


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
