"""Everything that was read to find out what is wrong, as it was at one moment."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cached_property

from pydantic import AwareDatetime, Field

from dac.alarms import Alarm
from dac.catalog import Catalog
from dac.cluster import Cluster, ClusterType, Endpoint, Fleet, Gap, Headroom, Model, Resource, Traffic, WorkRequest
from dac.discovery import Discovery
from dac.figures import Frozen, Price, Unknown
from dac.history import History, Hour
from dac.load import load
from dac.naming import short
from dac.pricing import cluster_hour
from dac.usage import Spend

DAY = timedelta(hours=24)
CHARGED = timedelta(days=14)
MOST_WORK = 6
"""Resources whose work requests are read for one answer: the cluster, and those of its own that are not well."""

ENDED_WELL = "ACTIVE"
NOT_NAMED = "name a cluster"

READING = "it is being read"
"""Why a part is not known of which the answer is still to come."""


def unnamed(what: str) -> Unknown:
    """Of what belongs to one cluster, where none was named."""
    return Unknown(what=what, settle=NOT_NAMED)


class Work(Frozen):
    """A work request with what it is about."""

    resource_id: str
    name: str
    request: WorkRequest


class Snapshot(Frozen):
    """The fleet and, where one `cluster` is looked into or an `endpoint` of it, what belongs to that alone.

    Each part is there or says why it is not known. `unused` are the service limits of regions without a cluster, read
    where none is looked into. `history` are full hours up to `taken_at`, `costs` what an hour of a cluster costs, by
    its OCID.
    """

    taken_at: AwareDatetime
    fleet: Fleet
    cluster: Cluster | None = None
    endpoint: Endpoint | None = None
    work: tuple[Work, ...] | Unknown = Field(default_factory=lambda: unnamed("what Oracle was asked to do"))
    headroom: Headroom | Unknown = Field(default_factory=lambda: unnamed("the service limit left"))
    unused: tuple[Headroom, ...] | Unknown = ()
    history: History | Unknown = Field(default_factory=lambda: unnamed("the load of the last hours"))
    discovery: Discovery | Unknown = Unknown(what="what Oracle offers", settle="it has not been read")
    spend: Spend | Unknown = Unknown(what="what Oracle charged", settle="it has not been read")
    costs: Mapping[str, Price | Unknown] = Field(default_factory=dict)

    @property
    def pending(self) -> tuple[str, ...]:
        """What is still being read."""
        parts = (self.work, self.headroom, self.unused, self.history, self.discovery, self.spend)
        return tuple(each.what for each in parts if isinstance(each, Unknown) and each.settle == READING)

    @cached_property
    def asked(self) -> tuple[Work, ...] | Unknown:
        """`work`, or what Oracle was asked to do with anything of the fleet where no cluster is looked into."""
        if self.cluster:
            return self.work
        if gap := self.missing("work"):
            return Unknown(what="what Oracle was asked to do", settle=gap.because)
        things: list[Resource] = [*self.fleet.clusters, *self.fleet.endpoints, *self.fleet.models]
        names = {each.id: each.name for each in things}
        return tuple(
            Work(resource_id=about, name=names.get(about, short(about)), request=each)
            for each in self.fleet.work
            for about in each.resources[:1]
        )

    @cached_property
    def clusters(self) -> tuple[Cluster, ...]:
        """The one that is looked into, or all."""
        return (self.cluster,) if self.cluster else self.fleet.clusters

    @cached_property
    def hosting(self) -> tuple[Cluster, ...]:
        return tuple(each for each in self.clusters if each.type == ClusterType.HOSTING)

    @cached_property
    def tuning(self) -> tuple[Cluster, ...]:
        return tuple(each for each in self.clusters if each.type == ClusterType.FINE_TUNING)

    @cached_property
    def endpoints(self) -> tuple[Endpoint, ...]:
        """The one that is looked into, or all of those clusters."""
        ours = {each.id for each in self.clusters}
        return (self.endpoint,) if self.endpoint else tuple(e for e in self.fleet.endpoints if e.cluster_id in ours)

    @cached_property
    def trained(self) -> tuple[Model, ...]:
        """Custom models that were trained on those clusters, or are being."""
        ours = {each.id for each in self.clusters}
        return tuple(each for each in self.fleet.models if each.tuned_on in ours)

    def on(self, cluster: Cluster) -> tuple[Endpoint, ...]:
        """All its endpoints, whichever is looked into."""
        return tuple(each for each in self.fleet.endpoints if each.cluster_id == cluster.id)

    def recent(self) -> tuple[Traffic, ...]:
        """What was measured in the last hour of each of `endpoints`; one that was not measured is left out."""
        ours = {each.id for each in self.endpoints}
        return tuple(each for each in self.fleet.traffic if each.endpoint_id in ours and each.window < DAY)

    def days(self, cluster: Cluster) -> tuple[Traffic, ...]:
        """What was measured in the last days of each of a cluster's endpoints."""
        ours = {each.id for each in self.on(cluster)}
        return tuple(each for each in self.fleet.traffic if each.endpoint_id in ours and each.window >= DAY)

    @cached_property
    def hours(self) -> tuple[Hour, ...]:
        """Those of the cluster's last day that are known, and the last hour up to now, which is not a full one's."""
        past = self.history.hours[-24:] if isinstance(self.history, History) else ()
        return (*past, *_now(self))

    @cached_property
    def firing(self) -> tuple[Alarm, ...]:
        """Oracle's own alarms that fire over what is looked into; one that names nothing may fire for a neighbour."""
        things: list[Resource] = [*self.clusters, *self.endpoints]
        ids = {each.id for each in things}
        places = {(each.region, each.compartment_id) for each in self.clusters}
        loud = [each for each in self.fleet.alarms if each.firing]
        return tuple(alarm for alarm in loud if any(alarm.over(*place, ids) for place in places))

    def missing(self, what: str) -> Gap | None:
        """The first part of that kind, such as "endpoints", that could not be read where we look."""
        regions = {each.region for each in self.clusters}
        for gap in self.fleet.gaps:
            if gap.what.split(" ", 1)[0] == what and (not self.cluster or gap.region in regions):
                return gap
        return None


def priced(snapshot: Snapshot, catalog: Catalog) -> Snapshot:
    """With what each of its clusters costs an hour."""
    costs = {each.id: cluster_hour(catalog, each.unit_shape, each.unit_count) for each in snapshot.clusters}
    return snapshot.model_copy(update={"costs": costs})


def charged_days(at: datetime) -> tuple[date, date]:
    """Of which days what was charged tells that there is more of it now; the second is not one of them."""
    today = at.astimezone(UTC).date()
    return today - CHARGED, today + timedelta(days=1)


def worked_on(cluster: Cluster, endpoint: Endpoint | None, fleet: Fleet) -> tuple[Resource, ...]:
    """Whose work requests tell what is wrong: the cluster, the endpoint, and what else of it is not well, at most six.

    Of models trained on it those that failed come first, and the others after, for their training may have ended well.
    """
    endpoints = [each for each in fleet.endpoints if each.cluster_id == cluster.id]
    models = [each for each in fleet.models if each.tuned_on == cluster.id]
    models.sort(key=lambda each: each.lifecycle_state == ENDED_WELL)
    unwell = [each for each in endpoints if each.lifecycle_state != ENDED_WELL]
    wanted: list[Resource] = [cluster, *([endpoint] if endpoint else []), *unwell, *models]
    return tuple({each.id: each for each in wanted}.values())[:MOST_WORK]


def _now(snapshot: Snapshot) -> Iterator[Hour]:
    recent = snapshot.recent()
    if snapshot.cluster and (seen := load(recent, snapshot.endpoints)):
        yield Hour(
            since=recent[0].since,
            calls=seen.calls,
            errors=seen.errors,
            # An endpoint that nobody called has no tokens, which is not that they were not measured.
            input_tokens=_sum([each.input_tokens for each in recent if each.calls != 0]),
            output_tokens=_sum([each.output_tokens for each in recent if each.calls != 0]),
            p95_seconds=seen.p95_seconds,
        )


def _sum(parts: list[Decimal | None]) -> Decimal | None:
    known = [each for each in parts if each is not None]
    return sum(known, Decimal(0)) if len(known) == len(parts) else None
