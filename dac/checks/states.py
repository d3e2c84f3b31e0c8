"""What Oracle says of the cluster and its endpoints themselves."""

from __future__ import annotations

from collections.abc import Iterable

from dac.checks.registry import check
from dac.checks.words import counted, names, said
from dac.cluster import Cluster, Endpoint, Lifecycle
from dac.snapshot import Snapshot
from dac.thresholds import Thresholds
from dac.verdicts import Strength, Verdict, likely, ruled_out, unknown

MAKING = {Lifecycle.CREATING, Lifecycle.UPDATING}
CHANGING = {*MAKING, Lifecycle.DELETING}
WELL = {Lifecycle.ACTIVE, *CHANGING}


@check
def endpoint_in_the_making(snapshot: Snapshot, thresholds: Thresholds) -> Verdict:  # noqa: ARG001 - every check has the same two
    """Whether an endpoint is still being created or changed."""
    return _endpoints(snapshot, [each for each in snapshot.endpoints if each.lifecycle_state in MAKING])


@check
def endpoint_broken(snapshot: Snapshot, thresholds: Thresholds) -> Verdict:  # noqa: ARG001 - every check has the same two
    """Whether an endpoint has failed, or is being deleted."""
    sound = {Lifecycle.ACTIVE, *MAKING}
    return _endpoints(snapshot, [each for each in snapshot.endpoints if each.lifecycle_state not in sound])


@check
def no_endpoint(snapshot: Snapshot, thresholds: Thresholds) -> Verdict:  # noqa: ARG001 - every check has the same two
    """Whether a hosting cluster has no endpoint by which it could be called."""
    at = snapshot.fleet.taken_at
    if gap := snapshot.missing("endpoints"):
        return unknown(f"Endpoints could not be listed{said(gap.because)}", at, "ask again in a moment")
    bare = [
        each.name for each in snapshot.hosting if each.lifecycle_state == Lifecycle.ACTIVE and not snapshot.on(each)
    ]
    if bare:
        return likely(f"{names(bare)} has no endpoint", at, Strength.SAID)
    on = len(snapshot.endpoints)
    return ruled_out(f"{counted(on, 'endpoint')} on {counted(len(snapshot.hosting), 'hosting cluster')}", at)


@check
def cluster_not_well(snapshot: Snapshot, thresholds: Thresholds) -> Verdict:  # noqa: ARG001 - every check has the same two
    """Whether Oracle reports NEEDS_ATTENTION or FAILED, and what it says of that."""
    return _clusters(snapshot, [each for each in snapshot.clusters if each.lifecycle_state not in WELL])


@check
def cluster_changing(snapshot: Snapshot, thresholds: Thresholds) -> Verdict:  # noqa: ARG001 - every check has the same two
    """Whether the cluster is just being created, changed or deleted."""
    return _clusters(snapshot, [each for each in snapshot.clusters if each.lifecycle_state in CHANGING])


def _endpoints(snapshot: Snapshot, found: Iterable[Endpoint]) -> Verdict:
    at = snapshot.fleet.taken_at
    odd = [f"{each.name} is {each.lifecycle_state}{said(each.lifecycle_details)}" for each in found]
    if odd:
        return likely(names(odd), at, Strength.SAID)
    if gap := snapshot.missing("endpoints"):
        return unknown(f"Endpoints could not be listed{said(gap.because)}", at, "ask again in a moment")
    return ruled_out(_states(snapshot.endpoints, "endpoint"), at)


def _clusters(snapshot: Snapshot, found: Iterable[Cluster]) -> Verdict:
    at = snapshot.fleet.taken_at
    odd = [f"{each.name} is {each.lifecycle_state}{said(each.lifecycle_details)}" for each in found]
    if odd:
        return likely(names(odd), at, Strength.SAID)
    if gap := snapshot.missing("clusters") if not snapshot.cluster else None:
        return unknown(f"Clusters could not be listed{said(gap.because)}", at, "ask again in a moment")
    return ruled_out(_states(snapshot.clusters, "cluster"), at)


def _states(things: Iterable[Cluster | Endpoint], what: str) -> str:
    states = [each.lifecycle_state for each in things]
    told = [f"{counted(states.count(state), what)} {state}" for state in dict.fromkeys(states)]
    return ", ".join(told) or f"There is no {what}"
