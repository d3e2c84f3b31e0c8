"""What the product needs from Oracle's service, in its own words; `bot/oracle` answers with the real SDK."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from dac.cluster import Cluster, Fleet, Headroom, WorkRequest
from dac.discovery import Discovery
from dac.figures import Unknown
from dac.history import History


class FleetReader(Protocol):
    """Reading, with the everyday identity. Each method raises `DacError` with a sentence for a person."""

    def fleet(self) -> Fleet:
        """All configured regions and compartments, at most seconds old; parts that fail become gaps."""
        ...

    def cluster(self, region: str, cluster_id: str) -> Cluster:
        """One cluster, read now, with its etag. `NotFound`, `Denied`, `Unavailable`."""
        ...

    def work_requests(self, cluster: Cluster) -> tuple[WorkRequest, ...]:
        """Of this cluster, newest first, the errors of failed ones included. `Denied`, `Unavailable`."""
        ...

    def headroom(self, cluster: Cluster) -> Headroom | Unknown:
        """How much of the service limit that its shape counts against is left, or why that is not known."""
        ...

    def history(self, cluster: Cluster, *, days: int = 7) -> History:
        """Its load in the full hours of the last days, though none before it was made; minutes old at the most.

        `Invalid` for days that Monitoring does not keep, `Denied`, `NotFound`, `Unavailable`.
        """
        ...

    def discover(self) -> Discovery:
        """What Oracle says of its models in all configured regions, minutes old at the most; failures become gaps."""
        ...


class ClusterWriter(Protocol):
    """Changing, with the executor's identity; used by `approvals.executor` alone."""

    def scale(self, cluster: Cluster, unit_count: int, *, tags: Mapping[str, str]) -> str | None:
        """Ask Oracle for that many units, adding the tags, only if the cluster still has its etag.

        Gives the work request's id where Oracle names it. `Conflict` when the cluster has changed since it was
        read, or is busy; `Invalid`, `Denied`, `NotFound` when Oracle refuses; `Unavailable` when it is not known
        whether the call got through.
        """
        ...
