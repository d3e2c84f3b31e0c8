"""Estimates for spans of days: of the clusters there are, and of those that requests of ours have had deleted."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime, time
from typing import NamedTuple

from commands._command import Services
from commands._resizings import deleted, done, resizings
from dac.budgets import GONE
from dac.cluster import Cluster, Fleet
from dac.figures import Unknown
from dac.month_end import MonthEnd, Resizing, month_end
from dac.usage import Spend
from dac.usage_estimate import Estimate, estimate

Covers = Callable[[Cluster], bool]


class Ran(NamedTuple):
    """Clusters that may have run since some day: those of which it is known when they were deleted, and the others."""

    clusters: tuple[Cluster, ...]
    ended: dict[str, datetime]
    resized: tuple[Resizing, ...]


def ran(fleet: Fleet, services: Services, since: date, wanted: Covers) -> Ran:
    """What Oracle lists as it is now, and what is gone as a request of ours found it."""
    first = datetime.combine(since, time(), UTC)
    gone = {each.id: (each, ended) for each, ended in deleted(services.requests, first) if wanted(each)}
    there = {each.id: each for each in fleet.clusters if each.lifecycle_state not in GONE and wanted(each)}
    return Ran(
        clusters=(*there.values(), *(each for ocid, (each, _) in gone.items() if ocid not in there)),
        ended={ocid: ended for ocid, (_, ended) in gone.items()},
        resized=done(services.requests, first),
    )


def estimates(known: Ran, since: date, until: date, services: Services) -> list[Estimate]:
    return [
        estimate(
            services.catalog,
            each,
            since,
            until,
            services.now(),
            resized=known.resized,
            ended=known.ended.get(each.id),
        )
        for each in known.clusters
    ]


def month_ahead(
    spend: Spend | Unknown, clusters: Sequence[Cluster], fleet: Fleet, services: Services, at: datetime, covers: Covers
) -> MonthEnd:
    """The forecast, by all that requests of ours tell of this month's sizes and ends."""
    begins = at.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    known = resizings(services.requests, at, begins if isinstance(spend, Unknown) else None)
    gone = [each for each in deleted(services.requests, begins) if covers(each[0])]
    return month_end(spend, clusters, services.catalog, at, resizings=known, unseen=unseen(fleet), gone=gone)


def unseen(fleet: Fleet) -> tuple[str, ...]:
    """Regions whose clusters were not listed: no sum has them."""
    return tuple(sorted({gap.region for gap in fleet.gaps if gap.what.startswith("clusters")}))


def names(clusters: Iterable[Cluster]) -> tuple[str, ...]:
    return tuple(sorted({each.name for each in clusters}))
