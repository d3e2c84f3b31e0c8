"""What a digest tells, gathered from Oracle and our requests: what fails takes its own lines with it, no others."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from commands._advice import seen_at
from commands._command import Services
from dac import digest_sums
from dac.budgets import GONE
from dac.cluster import Cluster, Fleet
from dac.digest import Digest, Scope
from dac.errors import DacError
from dac.figures import Money, Price, Source, Unknown
from dac.usage import Spend
from dac.usage_estimate import Estimate, estimate, sums

FLEET = "which clusters there are"
CHARGED = "what Oracle charged"


def told(services: Services, scope: Scope, at: datetime, zone: ZoneInfo) -> Digest:
    """The digest that is due at that moment; read now, and of the full days before it."""
    fleet = _fleet(services)
    seen = () if isinstance(fleet, Unknown) else tuple(each for each in fleet.clusters if scope.covers(each))
    spend, unattributed = _spend(services, scope, fleet, at)
    found: dict[str, object] = {"at": at, "zone": zone.key, "scope": scope}
    if isinstance(fleet, Unknown):
        found["unknown"] = (fleet,)
    else:
        found |= {
            "clusters": sum(each.lifecycle_state not in GONE for each in seen),
            "sources": (seen_at(fleet),),
        }
    if isinstance(spend, Unknown):
        found |= _estimated(services, fleet, seen, spend, at)
    else:
        totals = digest_sums.told(spend, digest_sums.day_of(at))
        found |= {"read_at": spend.read_at, "totals": totals, "unattributed": unattributed}
    return Digest.model_validate(found)


def _fleet(services: Services) -> Fleet | Unknown:
    try:
        return services.fleet.fleet()
    except DacError as error:
        return Unknown(what=FLEET, settle=str(error))


def _spend(
    services: Services, scope: Scope, fleet: Fleet | Unknown, at: datetime
) -> tuple[Spend | Unknown, tuple[Money, ...]]:
    """What was charged for the scope, and sums of which it is not known whether they were."""
    today = digest_sums.day_of(at)
    if isinstance(fleet, Unknown) and scope.by != "all":
        return Unknown(what=CHARGED, settle=fleet.settle), ()
    try:
        spend = services.fleet.spend(digest_sums.since(today), today)
    except DacError as error:
        return Unknown(what=CHARGED, settle=str(error)), ()
    if isinstance(spend, Unknown):
        return spend, ()
    ours, open_ = digest_sums.parted(spend, fleet if isinstance(fleet, Fleet) else Fleet(taken_at=at), scope)
    return ours, open_.totals


def _estimated(
    services: Services, fleet: Fleet | Unknown, clusters: Sequence[Cluster], why: Unknown, at: datetime
) -> dict[str, object]:
    """By units and hours, where Oracle's own figures are not to be had; without either, nothing is known."""
    if isinstance(fleet, Unknown):
        return {"estimated": why.settle, "unknown": (fleet, why)}
    made: list[Estimate] = []

    def sum_of(since: date, until: date) -> tuple[Money, ...]:
        made[:] = [estimate(services.catalog, each, since, until, at) for each in clusters]
        return sums(made)

    totals = digest_sums.estimated(sum_of, digest_sums.day_of(at))
    unpriced = [each.cost for each in made if isinstance(each.cost, Unknown)]
    sources: dict[Source, None] = dict.fromkeys(
        source for each in made if isinstance(each.cost, Price) for source in each.cost.sources
    )
    return {
        "estimated": why.settle,
        "totals": totals,
        "unknown": tuple(dict.fromkeys(unpriced)),
        "sources": (seen_at(fleet), *sources),
    }
