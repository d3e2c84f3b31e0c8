"""What the product needs from Oracle's service, in its own words; `bot/oracle` answers with the real SDK."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Protocol

from dac.anomalies import Anomalies
from dac.cluster import Cluster, Endpoint, Fleet, Headroom, Resource, ResourceKind, Space, WorkRequest
from dac.discovery import Discovery
from dac.figures import Frozen, Unknown
from dac.history import History
from dac.snapshot import Snapshot
from dac.steps import Dataset, MakeCluster, MakeEndpoint, MakeModel
from dac.uncounted import Uncounted
from dac.usage import Budgets, Spend


class Taken(Frozen):
    """What Oracle has taken on: the OCID of what it makes, and the work request where it names one."""

    resource_id: str
    work_request_id: str | None = None


class Stored(Frozen):
    """An object in Object Storage as it was seen: `size` in bytes, and an etag that is another once its content is.

    `encoding` is what it is said to be compressed by (Content-Encoding), empty where nothing is said.
    """

    size: int
    etag: str
    encoding: str = ""


Choose = Callable[[Fleet], tuple[Cluster | None, Endpoint | None]]
"""What of a fleet is meant: a cluster, with one of its endpoints or without, or all of it. It may raise `DacError`."""


class FleetReader(Protocol):
    """Reading, with the everyday identity. Each method raises `DacError` with a sentence for a person."""

    def fleet(self, *, soon: bool = False) -> Fleet:
        """All configured regions and compartments, at most seconds old; parts that fail become gaps.

        `soon`: somebody would rather have it in a few seconds, with gaps for what Oracle has not told by then.
        """
        ...

    def known(self) -> Fleet | None:
        """The last reading of the fleet, however old, without asking Oracle; None where we have changed it since."""
        ...

    def cluster(self, region: str, cluster_id: str) -> Cluster:
        """One cluster, read now, with its etag. `NotFound`, `Denied`, `Unavailable`."""
        ...

    def resource(self, kind: ResourceKind, region: str, resource_id: str) -> Resource:
        """One cluster, endpoint or model, read now, with its etag. `NotFound`, `Denied`, `Unavailable`."""
        ...

    def resources(self, kind: ResourceKind, region: str, compartment_id: str) -> tuple[Resource, ...]:
        """All of a kind there that Oracle lists now, deleted ones too, without etags. `Denied`, `Unavailable`."""
        ...

    def work_requests(self, of: Resource) -> tuple[WorkRequest, ...]:
        """Of this resource, newest first, the errors of failed ones included. `Denied`, `Unavailable`."""
        ...

    def headroom(self, of: Cluster | Space) -> Headroom | Unknown:
        """How much of the service limit that its shape counts against is left, or why that is not known."""
        ...

    def history(self, cluster: Cluster, *, days: int = 7, seconds: float | None = None) -> History:
        """Its load in the full hours of the last days, though none before it was made; minutes old at the most.

        `seconds` is how long the person who asks would wait for it, where that is not long.

        `Invalid` for days that Monitoring does not keep, `Denied`, `NotFound`, `Unavailable`.
        """
        ...

    def examine(self, choose: Choose) -> Iterator[Snapshot]:
        """All that tells what is wrong with what is chosen of the fleet; each is more complete than the last.

        What is read, the fleet first, goes on at the same time and ends within ten seconds; what fails or does not come
        until then is `Unknown` in it. Only what `choose` raises is raised, and `Unavailable` or `Denied` for a fleet
        that cannot be read at all.
        """
        ...

    def discover(self) -> Discovery:
        """What Oracle says of its models in all configured regions, minutes old at the most; failures become gaps."""
        ...

    def compartments(self) -> Mapping[str, str]:
        """The names of the configured compartments by their OCIDs, in their order, minutes old at the most.

        One that cannot be read is the end of its OCID (`dac.naming.short`); nothing is raised.
        """
        ...

    def namespace(self, region: str) -> str:
        """The tenancy's namespace in Object Storage. `Denied`, `Unavailable`."""
        ...

    def stored(self, region: str, dataset: Dataset) -> Stored:
        """The object as it is now.

        `NotFound` where the bucket does not hold it, `Denied` where the bucket is not there or may not be read, which
        Oracle does not tell apart; `Unavailable`.
        """
        ...

    def content(self, region: str, dataset: Dataset, stored: Stored) -> Iterator[bytes]:
        """The bytes of the object as it was seen, a few megabytes at a time.

        Raises as `stored` while it is read, and `Conflict` once somebody has put another in its place.
        """
        ...

    def spend(self, since: date, until: date) -> Spend | Unknown:
        """What Oracle charged for those days, minutes old at the most, `until` not included; or what would settle it.

        Of what dedicated clusters are sold by, in the configured compartments.
        """
        ...

    def uncounted(self, since: date, until: date, resource_id: str = "") -> Uncounted | Unknown:
        """What of those days' bill is in no `spend`: Generative AI's other part numbers, or all those of a resource."""
        ...

    def budgets(self) -> Budgets | Unknown:
        """The tenancy's budgets in Oracle, minutes old at the most, or what would settle it."""
        ...

    def anomalies(self) -> Anomalies | Unknown:
        """Cost anomalies of this month and the last, of all services, minutes old, or what would settle it."""
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

    def create(self, step: MakeCluster | MakeEndpoint | MakeModel, *, tags: Mapping[str, str], token: str) -> Taken:
        """Ask Oracle to make it, references resolved; the same token never makes a second one. Raises as `scale`."""
        ...

    def delete(self, resource: Resource) -> str | None:
        """Ask Oracle to remove it, only if it still has its etag. Gives and raises as `scale`."""
        ...
