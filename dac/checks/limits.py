"""Whether there is room: for units under Oracle's service limit, and for endpoints on a cluster."""

from __future__ import annotations

from collections.abc import Callable

from dac.checks.registry import check
from dac.checks.words import names
from dac.cluster import Headroom
from dac.figures import Unknown
from dac.snapshot import Snapshot
from dac.thresholds import Thresholds
from dac.verdicts import Strength, Verdict, likely, ruled_out, unknown, unread

ENDPOINTS = 50
"""By default (Oracle's page on hosting models); a cluster may say otherwise."""


@check
def limit_reached(snapshot: Snapshot, thresholds: Thresholds) -> Verdict:  # noqa: ARG001 - every check has the same two
    """Whether nothing is left of the service limit that the cluster counts against."""
    return _limits(snapshot, lambda each: each.available <= 0 < each.used)


@check
def limit_never_raised(snapshot: Snapshot, thresholds: Thresholds) -> Verdict:  # noqa: ARG001 - every check has the same two
    """Whether the service limit is still 0, as it is in every region at first."""
    new = () if isinstance(snapshot.unused, Unknown) else snapshot.unused
    raised = {each.region for each in new if each.available > 0}
    if cold := sorted({each.region for each in new} - raised):
        told = f"Every service limit of dedicated units is 0 in {names(cold)}"
        return likely(told, min(each.read_at for each in new), Strength.SAID)
    if isinstance(snapshot.unused, Unknown):
        return unread(snapshot.unused, snapshot.taken_at)
    return _limits(snapshot, lambda each: each.available <= 0 and each.used == 0)


@check
def endpoints_full(snapshot: Snapshot, thresholds: Thresholds) -> Verdict:  # noqa: ARG001 - every check has the same two
    """Whether a cluster has as many endpoints as it can."""
    at = snapshot.fleet.taken_at
    held = [(each, len(snapshot.on(each)), each.endpoint_capacity or ENDPOINTS) for each in snapshot.hosting]
    full = [f"{each.name} has {on} of {most} endpoints" for each, on, most in held if on >= most]
    if full:
        return likely(names(full), at, Strength.MEASURED)
    if gap := snapshot.missing("endpoints"):
        return unknown(f"Endpoints could not be listed: {gap.because}", at, "ask again in a moment")
    told = names(f"{each.name} has {on} of {most}" for each, on, most in sorted(held, key=lambda all_: -all_[1]))
    return ruled_out(f"Endpoints: {told}" if told else "There is no hosting cluster", at)


def _limits(snapshot: Snapshot, wrong: Callable[[Headroom], bool]) -> Verdict:
    """Of the cluster's limit, or of all that clusters count against where none is looked into."""
    left = snapshot.headroom
    if snapshot.cluster and isinstance(left, Unknown):
        return unread(left, snapshot.taken_at)
    found = (left,) if isinstance(left, Headroom) else snapshot.fleet.headrooms
    if not found:
        return unknown("No service limit could be read", snapshot.taken_at, "name a cluster, or look in the Console")
    odd = [each for each in found if wrong(each)]
    told = names(
        f"{each.limit_name} in {each.region}: {each.used} used, {max(each.available, 0)} left" for each in odd or found
    )
    at = min(each.read_at for each in found)
    return likely(told, at, Strength.SAID) if odd else ruled_out(told, at)
