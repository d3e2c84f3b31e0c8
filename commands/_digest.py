"""What a digest tells, gathered from Oracle and our requests: what fails takes its own lines with it, no others."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from commands import _digest_asked, _digest_clusters, _digest_movers, _digest_oracle
from commands._advice import seen_at
from commands._command import Services
from commands._digest_look import Look
from commands._digest_scope import still_looked_after
from commands._estimates import estimates, names, ran, unseen
from commands._estimates import month_ahead as foreseen
from dac import digest_sums
from dac.cluster import Fleet
from dac.daily import Daily, daily
from dac.digest import Digest, Foreseen, Line, Scope, Total
from dac.errors import DacError
from dac.figures import Money, Price, Source, Unknown
from dac.month_end import PLAIN
from dac.restated import Charges, charges, restated
from dac.usage import Spend
from dac.usage_estimate import Estimate, sums, unpriced

MONTH = "total:month"
FLEET = "which clusters there are"
CHARGED = "what Oracle charged"
PERIOD = timedelta(days=7)
"""How far back emergencies are told of, where it is not said since when."""

Part = Callable[[], Iterator[Line]]


def told(
    services: Services,
    scope: Scope,
    at: datetime,
    zone: ZoneInfo,
    *,
    since: datetime | None = None,
    before: Charges | None = None,
) -> Digest:
    """The digest that is due at that moment; read now, and of the full days before it.

    `since` is when the one before it was due, whose `charges` are `before`: what has happened by then has been told.
    `NotFound` where the scope is a place that is not looked after any more.
    """
    still_looked_after(scope, services)
    fleet = _fleet(services)
    look = Look(services, scope, at, zone, fleet if isinstance(fleet, Fleet) else Fleet(taken_at=at))
    spend, unattributed = _spend(look, fleet)
    if isinstance(spend, Unknown):
        # What was told last is compared with the next that can be read.
        found = {**_estimated(look, fleet, spend), "charges": before}
    else:
        found = {**_charged(look, spend), **_restated(spend, before)}
    month = next((each for each in found.get("totals", ()) if each.key == MONTH), None)
    lines, unknown = _lines(_parts(look, fleet, spend, month, since or at - PERIOD))
    return Digest(
        at=at,
        zone=zone.key,
        scope=scope,
        clusters=len(look.clusters) if isinstance(fleet, Fleet) else None,
        lines=lines,
        foreseen=_foreseen(look, fleet, spend),
        unattributed=unattributed,
        unknown=tuple(dict.fromkeys((*found.pop("unknown", ()), *_gaps(fleet), *unknown))),
        sources=found.pop("sources", (seen_at(look.fleet),)),
        **found,
    )


def _fleet(services: Services) -> Fleet | Unknown:
    try:
        return services.fleet.fleet()
    except DacError as error:
        return Unknown(what=FLEET, settle=str(error))


def _gaps(fleet: Fleet | Unknown) -> Iterator[Unknown]:
    """Regions whose clusters were not listed: what is told of clusters leaves these out."""
    if isinstance(fleet, Unknown):
        yield fleet
    elif regions := unseen(fleet):
        yield Unknown(what=f"{FLEET} in {' and '.join(regions)}", settle="Oracle did not answer; ask again in a moment")


def _spend(look: Look, fleet: Fleet | Unknown) -> tuple[Spend | Unknown, tuple[Money, ...]]:
    """What was charged for the scope, and sums of which it is not known whether they were."""
    today = digest_sums.day_of(look.at)
    if isinstance(fleet, Unknown) and look.scope.by != "all":
        return Unknown(what=CHARGED, settle=fleet.settle), ()
    try:
        spend = look.services.fleet.spend(digest_sums.since(today), today)
    except DacError as error:
        return Unknown(what=CHARGED, settle=str(error)), ()
    if isinstance(spend, Unknown):
        return spend, ()
    ours, open_ = digest_sums.parted(spend, look.fleet, look.scope)
    return ours, open_.totals


def _charged(look: Look, spend: Spend) -> dict[str, Any]:
    today = digest_sums.day_of(look.at)
    totals = digest_sums.told(spend, today)
    beside = _uncounted(look, next(each for each in totals if each.key == MONTH))
    return {
        "read_at": spend.read_at,
        "totals": totals,
        "daily": _daily(spend, today),
        "uncounted": () if isinstance(beside, Unknown) else beside,
        "unknown": (beside,) if isinstance(beside, Unknown) else (),
    }


def _restated(spend: Spend, before: Charges | None) -> dict[str, Any]:
    now = charges(spend)
    return {"charges": now, "restated": restated(before, now) if before else ()}


def _uncounted(look: Look, month: Total) -> tuple[Money, ...] | Unknown:
    """Of the whole bill alone: whose such a row is, is not told."""
    if look.scope.by != "all":
        return ()
    try:
        found = look.services.fleet.uncounted(month.since, month.until)
    except DacError as error:
        return Unknown(what="what else is on the bill", settle=str(error))
    return found if isinstance(found, Unknown) else found.dedicated.totals


def _daily(spend: Spend, today: date) -> tuple[Daily, ...]:
    """First the currency that most days were charged in."""
    return tuple(sorted(daily(spend, today), key=lambda each: -sum(bool(day.amount) for day in each.days)))


def _estimated(look: Look, fleet: Fleet | Unknown, why: Unknown) -> dict[str, Any]:
    """By units and hours, where Oracle's own figures are not to be had; without either, nothing is known."""
    if isinstance(fleet, Unknown):
        return {"estimated": why.settle}
    made: list[Estimate] = []
    today = digest_sums.day_of(look.at)
    known = ran(fleet, look.services, digest_sums.since(today), look.scope.covers)
    regions = tuple(f"clusters in {each}" for each in unseen(fleet))

    def sum_of(since: date, until: date) -> tuple[tuple[Money, ...], tuple[str, ...]]:
        found = estimates(known, since, until, look.services)
        made.extend(found)
        return sums(found), (*names(each.cluster for each in unpriced(found)), *regions)

    totals = digest_sums.estimated(sum_of, today)
    sources: dict[Source, None] = dict.fromkeys(
        source for each in made if isinstance(each.cost, Price) for source in each.cost.sources
    )
    return {
        "estimated": why.settle,
        "totals": totals,
        "unknown": tuple(each.cost for each in made if isinstance(each.cost, Unknown)),
        "sources": (seen_at(fleet), *sources),
    }


def _parts(
    look: Look, fleet: Fleet | Unknown, spend: Spend | Unknown, month: Total | None, since: datetime
) -> Mapping[str, Part]:
    """By what is not known where one of them fails, in the order of the lines' kinds."""
    today = digest_sums.day_of(look.at)
    charged = spend if isinstance(spend, Spend) else None
    parts: dict[str, Part] = {
        "what budgets say": lambda: _digest_oracle.budgets(look, month, charged),
        "which cost anomalies Oracle found": lambda: _digest_oracle.anomalies(look, today),
        "which requests wait": lambda: _digest_asked.waiting(look),
        "which reviews are owed": lambda: _digest_asked.reviews(look),
        "which emergencies there were (break-glass)": lambda: _digest_asked.emergencies(look, since),
        "which leases end": lambda: _digest_asked.leases(look),
    }
    if isinstance(fleet, Fleet):
        parts |= {
            "which models retire": lambda: _digest_clusters.retirements(look),
            "which clusters are idle": lambda: _digest_clusters.idle(look),
            "which clusters are larger than needed": lambda: _digest_clusters.oversized(look),
            "which minimums are met soon": lambda: _digest_clusters.commitments(look),
        }
    if charged:
        parts["what moved most"] = lambda: _digest_movers.moved(look, charged)
    return parts


def _lines(parts: Mapping[str, Part]) -> tuple[tuple[Line, ...], Sequence[Unknown]]:
    """What a part had found before it failed is told all the same."""
    lines, unknown = list[Line](), list[Unknown]()
    for what, part in parts.items():
        try:
            for line in part():
                lines.append(line)
        except DacError as error:
            unknown.append(Unknown(what=what, settle=str(error)))
    return tuple(lines), unknown


def _foreseen(look: Look, fleet: Fleet | Unknown, spend: Spend | Unknown) -> Foreseen | None:
    if isinstance(fleet, Unknown):
        return None
    made = foreseen(spend, look.clusters, look.fleet, look.services, look.at, look.scope.covers)
    plain = {"plain": made.plain, "plain_method": PLAIN} if made.apart else {}
    return Foreseen(until=made.until, sums=made.sums, method=made.method, **plain)
