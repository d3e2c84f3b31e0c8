"""What costs money without anybody having it in mind."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from dac.checks.registry import check
from dac.checks.words import names, said
from dac.cluster import Cluster, Lifecycle, Traffic
from dac.figures import Price, at
from dac.history import total
from dac.pricing import cents
from dac.snapshot import Snapshot
from dac.thresholds import Thresholds
from dac.verdicts import Strength, Verdict, likely, ruled_out, unknown

LATELY = timedelta(days=7)
COMMITTED = 744
"""Unit-hours that Oracle bills at least for a hosting cluster."""


@check
def idle(snapshot: Snapshot, thresholds: Thresholds) -> Verdict:
    """Whether a hosting cluster has not been called for days."""
    seen_at = snapshot.fleet.taken_at
    found, unmeasured = [], []
    for cluster in snapshot.hosting:
        endpoints = snapshot.on(cluster)
        if cluster.lifecycle_state != Lifecycle.ACTIVE or not endpoints:
            continue
        days = [each for each in snapshot.days(cluster) if each.window >= thresholds.idle]
        calls = total(each.calls for each in days) if len(days) == len(endpoints) else None
        if calls is None:
            unmeasured.append(cluster.name)
        elif calls == 0:
            found.append(_idle(snapshot, cluster, days))
    if found:
        return likely(names(found), seen_at, Strength.MEASURED)
    if unmeasured or snapshot.missing("endpoints"):
        told = f"Whether {names(unmeasured) or 'a cluster'} is called was not measured"
        return unknown(told, seen_at, "ask again once Monitoring answers")
    told = f"every cluster with an endpoint was called in the last {thresholds.idle_hours} h"
    return ruled_out(told[0].upper() + told[1:], seen_at)


@check
def tuning_left_over(snapshot: Snapshot, thresholds: Thresholds) -> Verdict:  # noqa: ARG001 - every check has the same two
    """Whether a fine-tuning cluster is kept while nothing is trained on it."""
    seen_at = snapshot.fleet.taken_at
    training = {each.tuned_on for each in snapshot.trained if each.lifecycle_state == Lifecycle.CREATING}
    left = [each for each in snapshot.tuning if each.lifecycle_state == Lifecycle.ACTIVE and each.id not in training]
    if left and (gap := snapshot.missing("models")):
        return unknown(f"Whether anything is trained is not known{said(gap.because)}", seen_at, "ask again in a moment")
    if left:
        told = names(f"{each.name} trains nothing{_an_hour(snapshot, each)}" for each in left)
        return likely(told, seen_at, Strength.MEASURED)
    told = names(each.name for each in snapshot.tuning)
    return ruled_out(f"{told} is training" if told else "There is no fine-tuning cluster", seen_at)


@check
def lately_made(snapshot: Snapshot, thresholds: Thresholds) -> Verdict:  # noqa: ARG001 - every check has the same two
    """Whether a cluster was made in the last seven days."""
    seen_at = snapshot.fleet.taken_at
    new = [each for each in snapshot.clusters if snapshot.taken_at - each.time_created <= LATELY]
    if new:
        made = names(f"{each.name} on {each.time_created:%Y-%m-%d}{_an_hour(snapshot, each)}" for each in new)
        return likely(
            f"Made lately: {made}; hosting is billed for {COMMITTED} unit-hours at least", seen_at, Strength.HINT
        )
    if gap := None if snapshot.cluster else snapshot.missing("clusters"):
        return unknown(f"Clusters could not be listed{said(gap.because)}", seen_at, "ask again in a moment")
    return ruled_out("No cluster was made in the last seven days", seen_at)


def _idle(snapshot: Snapshot, cluster: Cluster, days: list[Traffic]) -> str:
    window = max(each.window for each in days)
    hours = int(window.total_seconds() // 3600)
    told = f"{cluster.name} had no call in {hours} h"
    price = snapshot.costs.get(cluster.id)
    if not isinstance(price, Price):
        return f"{told}; what that cost is not known"
    return f"{told}, which cost {cents(price.money * Decimal(hours))} {at(price.basis)}"


def _an_hour(snapshot: Snapshot, cluster: Cluster) -> str:
    price = snapshot.costs.get(cluster.id)
    if not isinstance(price, Price):
        return " (what it costs is not known)"
    return f" ({cents(price.money)} an hour {at(price.basis)})"
