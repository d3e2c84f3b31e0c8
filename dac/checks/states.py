"""What Oracle says of the cluster and its endpoints themselves."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from dac.checks.registry import check
from dac.checks.words import LATELY, counted, names, said
from dac.cluster import Cluster, Endpoint, Lifecycle, WorkStatus
from dac.snapshot import Snapshot
from dac.thresholds import Thresholds
from dac.verdicts import Strength, Verdict, likely, ruled_out, unknown

MAKING = {Lifecycle.CREATING, Lifecycle.UPDATING}
CHANGING = {*MAKING, Lifecycle.DELETING}
WELL = {Lifecycle.ACTIVE, *CHANGING}
STANDING = {Lifecycle.ACTIVE, Lifecycle.UPDATING, Lifecycle.NEEDS_ATTENTION}
"""States in which a cluster is there to be called, and costs."""

DELETION = "DELETE_ENDPOINT"


@check
def endpoint_in_the_making(snapshot: Snapshot, thresholds: Thresholds) -> Verdict:  # noqa: ARG001 - every check has the same two
    """Whether an endpoint is still being created or changed."""
    return _endpoints(snapshot, [each for each in snapshot.endpoints if each.lifecycle_state in MAKING])


@check
def endpoint_broken(snapshot: Snapshot, thresholds: Thresholds) -> Verdict:  # noqa: ARG001 - every check has the same two
    """Whether an endpoint has failed, or is being deleted."""
    sound = {Lifecycle.ACTIVE, Lifecycle.DELETED, *MAKING}
    return _endpoints(snapshot, [each for each in snapshot.endpoints if each.lifecycle_state not in sound])


@check
def endpoint_deleted(snapshot: Snapshot, thresholds: Thresholds) -> Verdict:
    """Whether an endpoint that callers may still name was deleted lately."""
    at, now = snapshot.fleet.taken_at, snapshot.taken_at
    gone = [(each, each.time_updated or each.time_created) for each in _deleted(snapshot)]
    lately = [(each, when) for each, when in gone if now - when <= LATELY]
    if lately:
        told = names(f"{each.name} was deleted on {when:%Y-%m-%d %H:%M} UTC" for each, when in lately)
        fresh = any(now - when <= timedelta(hours=thresholds.failed_hours) for _, when in lately)
        return likely(told, at, Strength.SAID if fresh else Strength.HINT)
    if gap := snapshot.missing("endpoints"):
        return unknown(f"Endpoints could not be listed{said(gap.because)}", at, "ask again in a moment")
    if removed := list(_removed(snapshot, thresholds)):
        told = (
            f"An endpoint was deleted there on {removed[0]:%Y-%m-%d %H:%M} UTC; Oracle no longer says of which cluster"
        )
        return unknown(told, at, "compare the OCID that the callers name with that of the endpoint: /dac status")
    return ruled_out(f"No endpoint of it was deleted in the last {LATELY.days} days", at)


@check
def no_endpoint(snapshot: Snapshot, thresholds: Thresholds) -> Verdict:  # noqa: ARG001 - every check has the same two
    """Whether a hosting cluster has no endpoint by which it could be called."""
    at = snapshot.fleet.taken_at
    if gap := snapshot.missing("endpoints"):
        return unknown(f"Endpoints could not be listed{said(gap.because)}", at, "ask again in a moment")
    bare = [each.name for each in snapshot.hosting if each.lifecycle_state in STANDING and not snapshot.on(each)]
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


def _deleted(snapshot: Snapshot) -> Iterator[Endpoint]:
    """Of those clusters; where one endpoint is looked into, those that had its name, which stands for another OCID."""
    ours = {each.id for each in snapshot.clusters}
    for each in snapshot.fleet.deleted:
        if each.cluster_id in ours and (snapshot.endpoint is None or each.name == snapshot.endpoint.name):
            yield each


def _removed(snapshot: Snapshot, thresholds: Thresholds) -> Iterator[datetime]:
    """When endpoints were deleted in those regions that are not listed any more."""
    known = {each.id for each in (*snapshot.fleet.endpoints, *snapshot.fleet.deleted)}
    regions = {each.region for each in snapshot.clusters}
    for work in snapshot.fleet.work:
        if work.operation_type != DELETION or work.status != WorkStatus.SUCCEEDED:
            continue
        # An OCID tells its region, though not its cluster.
        strange = [each for each in work.resources if each not in known and regions & set(each.split("."))]
        if strange and snapshot.taken_at - work.time_accepted <= timedelta(hours=thresholds.failed_hours):
            yield work.time_finished or work.time_accepted


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
