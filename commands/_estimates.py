"""Estimates for spans of days: of the clusters there are, and of those that requests of ours have had deleted."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, time
from typing import NamedTuple

from commands._command import Services
from commands._resizings import deleted, done
from dac.budgets import GONE
from dac.cluster import Cluster, Fleet
from dac.month_end import Resizing
from dac.usage_estimate import Estimate, estimate


class Ran(NamedTuple):
    """Clusters that may have run since some day: those of which it is known when they were deleted, and the others."""

    clusters: tuple[Cluster, ...]
    ended: dict[str, datetime]
    resized: tuple[Resizing, ...]


def ran(fleet: Fleet, services: Services, since: date, wanted: Callable[[Cluster], bool]) -> Ran:
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


def unseen(fleet: Fleet) -> tuple[str, ...]:
    """Regions whose clusters were not listed: no sum has them."""
    return tuple(sorted({gap.region for gap in fleet.gaps if gap.what.startswith("clusters")}))


def names(clusters: Iterable[Cluster]) -> tuple[str, ...]:
    return tuple(sorted({each.name for each in clusters}))
