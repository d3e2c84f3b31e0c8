"""Oracle's own record of the work it has taken on: which one is that of a request's step, and how it stands."""

from __future__ import annotations

from datetime import timedelta

from approvals.claims import Claim
from dac.cluster import Resource, ResourceKind, WorkRequest, WorkStatus
from dac.errors import Denied, NotFound
from dac.gateway import FleetReader

SKEW = timedelta(seconds=60)
"""How far Oracle's clock and ours may be apart when a work request is told by its time."""

UNSTARTED = timedelta(minutes=10)
"""How long Oracle may show no trace of a change it has accepted before that is called a failure."""

SCALING = "UPDATE_DEDICATED_AI_CLUSTER"
"""`operationType` of the work request that scaling makes (SDK `WorkRequest.operation_type`)."""

_NOUNS = {
    ResourceKind.CLUSTER: "DEDICATED_AI_CLUSTER",
    ResourceKind.ENDPOINT: "ENDPOINT",
    ResourceKind.MODEL: "MODEL",
}


def creating(kind: ResourceKind) -> str:
    """`operationType` of making one (SDK `WorkRequest.operation_type`)."""
    return f"CREATE_{_NOUNS[kind]}"


def deleting(kind: ResourceKind) -> str:
    return f"DELETE_{_NOUNS[kind]}"


def work_requests(reader: FleetReader, of: Resource) -> tuple[WorkRequest, ...]:
    try:
        return reader.work_requests(of)
    except (Denied, NotFound):
        # An identity that may not see work requests still sees the resource, and that decides.
        return ()


def work_of(claim: Claim, found: tuple[WorkRequest, ...], operation: str) -> WorkRequest | None:
    """Oracle's record of this step: by its id, else the newest of its kind since the claim."""
    if claim.work_request_id:
        return next((each for each in found if each.id == claim.work_request_id), None)
    since = claim.since - SKEW
    return next((each for each in found if each.operation_type == operation and each.time_accepted >= since), None)


def has_failed(work: WorkRequest | None) -> bool:
    return work is not None and work.status in {WorkStatus.FAILED, WorkStatus.CANCELED}


def is_under_way(work: WorkRequest | None) -> bool:
    return work is not None and not has_failed(work) and work.status != WorkStatus.SUCCEEDED


def failure(work: WorkRequest) -> str:
    """What Oracle said, without a full stop."""
    return f"{work.status} ({'; '.join(work.errors) or 'no reason given'})"
