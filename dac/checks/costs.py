"""What costs money without anybody having it in mind."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal

from dac.checks.registry import check
from dac.checks.words import LATELY, counted, names, said
from dac.cluster import Cluster, Lifecycle, Traffic, WorkStatus
from dac.figures import Price, Unknown, at
from dac.history import total
from dac.pricing import cents
from dac.snapshot import Snapshot
from dac.thresholds import Thresholds
from dac.verdicts import Strength, Verdict, likely, ruled_out, unknown

CHANGE = "UPDATE_DEDICATED_AI_CLUSTER"
DAY = timedelta(days=1)
MORE = Decimal("1.02")
"""Times what was used on the busiest day of the week before: less than a unit's hour more is none."""

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


@check
def lately_grown(snapshot: Snapshot, thresholds: Thresholds) -> Verdict:  # noqa: ARG001 - every check has the same two
    """Whether a cluster was given more units in the last seven days."""
    seen_at, charged = snapshot.fleet.taken_at, _charged(snapshot)
    if grown := [told for each in snapshot.clusters if (told := _grown(snapshot, each, charged.get(each.id, {})))]:
        return likely(names(grown), seen_at, Strength.MEASURED)
    if changed := [told for each in snapshot.clusters if (told := _changed(snapshot, each, charged.get(each.id, {})))]:
        return likely(names(changed), seen_at, Strength.HINT)
    if isinstance(snapshot.spend, Unknown) and (gap := snapshot.missing("work")):
        told = f"Neither what was charged nor what was changed could be read{said(gap.because)}"
        return unknown(told, seen_at, "ask again in a moment")
    return ruled_out("No cluster was given more units in the last seven days", seen_at)


def _charged(snapshot: Snapshot) -> dict[str, dict[date, Decimal]]:
    """What was used on each day, by cluster, in whatever it is counted."""
    found: dict[str, dict[date, Decimal]] = {}
    rows = () if isinstance(snapshot.spend, Unknown) else snapshot.spend.rows
    for row in rows:
        days = found.setdefault(row.resource_id, {})
        days[row.day] = days.get(row.day, Decimal(0)) + (row.quantity or 0)
    return found


def _grown(snapshot: Snapshot, cluster: Cluster, days: Mapping[date, Decimal]) -> str:
    """By the day on which most was used; the day on which it was made is no whole one."""
    since = (snapshot.taken_at - LATELY).date()
    before = [used for day, used in days.items() if cluster.time_created.date() < day < since]
    usual = max(before, default=Decimal(0)) * MORE
    more = sorted(day for day, used in days.items() if day >= since and used > usual)
    if not usual or not more:
        return ""
    most = max(days[day] for day in more)
    told = f"{most.normalize():f} unit-hours a day since {more[0]}, {max(before).normalize():f} at most before"
    return f"{cluster.name} used {told}"


def _changed(snapshot: Snapshot, cluster: Cluster, days: Mapping[date, Decimal]) -> str:
    """That it was, unless what was charged on a whole day after that is no more: then it was not in its units."""
    for work in snapshot.fleet.work:
        asked = work.time_accepted
        if (work.operation_type, work.status) != (CHANGE, WorkStatus.SUCCEEDED) or cluster.id not in work.resources:
            continue
        if snapshot.taken_at - asked <= LATELY and max(days, default=asked.date()) <= asked.date() + DAY:
            return f"{cluster.name} was changed on {asked:%Y-%m-%d} and has {counted(cluster.unit_count, 'unit')} now"
    return ""


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
