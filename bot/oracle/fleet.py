"""All regions and compartments read at once, with what could not be read named instead of hidden."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from bot.oracle import answers
from bot.oracle.alarms import alarms_in
from bot.oracle.calls import Calls
from bot.oracle.clients import Clients
from bot.oracle.config import OracleConfig
from bot.oracle.errors import understood
from bot.oracle.limits import availability
from bot.oracle.metrics import Measured, Monitoring
from bot.oracle.parts import Part, read_parts
from bot.oracle.workrequests import work_in
from dac.alarms import Alarm
from dac.cluster import Cluster, Endpoint, Fleet, Gap, Headroom, Lifecycle, Model, Traffic, Utilization, WorkRequest
from dac.key_metrics import UTILIZATION
from dac.naming import short


def _into(kept: list[Any]) -> Callable[[Iterable[Any]], Sequence[Part]]:
    """Keep what was read there, with nothing to be read next."""

    def keep(found: Iterable[Any]) -> Sequence[Part]:
        kept.extend(found)
        return ()

    return keep


@dataclass
class _Seen:
    clusters: list[Cluster] = field(default_factory=list)
    endpoints: list[Endpoint] = field(default_factory=list)
    deleted: list[Endpoint] = field(default_factory=list)
    models: dict[str, Model] = field(default_factory=dict)
    traffic: list[Traffic] = field(default_factory=list)
    work: list[WorkRequest] = field(default_factory=list)
    limits: dict[tuple[str, str], Headroom | None] = field(default_factory=dict)
    """Those of clusters that were seen; None is not read, or not yet."""
    metrics: set[tuple[str, str]] = field(default_factory=set)
    utilization: list[Utilization] = field(default_factory=list)
    alarms: list[Alarm] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)


class FleetReading:
    """One reading of the whole fleet; its parts are carried out in threads, their results kept by the one that asks."""

    def __init__(self, clients: Clients, calls: Calls, config: OracleConfig, at: datetime) -> None:
        self._clients, self._calls, self._config, self._at = clients, calls, config, at
        self._seen = _Seen()

    def read(self, seconds: float) -> Fleet:
        """With gaps for what does not come within so many seconds."""
        # Without an identity there is nothing to show at all: better one refusal than a gap for every part.
        self._clients.sign_in()
        parts = [
            part
            for region in self._config.regions
            for compartment_id in self._config.compartments
            for part in self._parts(region, compartment_id)
        ]
        unread = read_parts(parts, seconds=seconds, parallel=self._config.parallel)
        seen = self._seen
        return Fleet(
            taken_at=self._at,
            clusters=tuple(sorted(seen.clusters, key=lambda each: (each.name, each.region, each.id))),
            endpoints=tuple(sorted(seen.endpoints, key=lambda each: (each.name, each.region, each.id))),
            deleted=tuple(sorted(seen.deleted, key=lambda each: (each.name, each.region, each.id))),
            models=tuple(sorted(seen.models.values(), key=lambda each: (each.name, each.region, each.id))),
            traffic=tuple(sorted(seen.traffic, key=lambda each: (each.endpoint_id, each.window))),
            work=tuple(sorted(seen.work, key=lambda each: (each.time_accepted, each.id), reverse=True)),
            headrooms=tuple(each for _, each in sorted(seen.limits.items()) if each is not None),
            metrics=tuple(sorted(seen.metrics)),
            utilization=tuple(sorted(seen.utilization, key=lambda each: (each.cluster_id, each.metric))),
            alarms=tuple(sorted(seen.alarms, key=lambda each: (each.name, each.id))),
            gaps=tuple(sorted((*seen.gaps, *unread), key=lambda each: (each.region, each.what))),
        )

    def _parts(self, region: str, compartment_id: str) -> Sequence[Part]:
        client, seen = self._clients.generative_ai, self._seen
        where = f"compartment {short(compartment_id)}"

        def listing(
            noun: str,
            method: str,
            read: Callable[[answers.Json, str], Any],
            wanted: Callable[[answers.Json], bool] = answers.remains,
        ) -> Callable[[], list[Any]]:
            def found() -> list[Any]:
                doing = f"Listing {noun} in {region}, {where}"
                items = []
                call = getattr(client(region), method)
                for page in self._calls.pages(doing, call, compartment_id=compartment_id):
                    with understood(doing):
                        items += [read(raw, region) for raw in page.data["items"] if wanted(raw)]
                return items

            return found

        def keep_clusters(found: list[Cluster]) -> Sequence[Part]:
            seen.clusters += found
            return self._limits(region, {each.unit_shape for each in found})

        def keep_models(found: list[Model]) -> Sequence[Part]:
            # Base models belong to Oracle, so every compartment of a region lists them.
            seen.models.update({each.id: each for each in found})
            return ()

        def keep_endpoints(found: list[Endpoint]) -> Sequence[Part]:
            there = tuple(each for each in found if each.lifecycle_state != Lifecycle.DELETED)
            seen.endpoints += there
            seen.deleted += [each for each in found if each.lifecycle_state == Lifecycle.DELETED]
            return (self._traffic(region, compartment_id, there),) if there else ()

        read_clusters = listing("clusters", "list_dedicated_ai_clusters", answers.cluster)
        read_endpoints = listing("endpoints", "list_endpoints", answers.endpoint, lambda _: True)
        read_models = listing("models", "list_models", answers.model)

        def read_work() -> tuple[WorkRequest, ...]:
            return work_in(client(region), self._calls, region, compartment_id, self._at)

        def read_alarms() -> tuple[Alarm, ...]:
            return alarms_in(self._clients.monitoring(region), self._calls, region, compartment_id)

        return (
            Part(region, f"clusters in {where}", read_clusters, keep_clusters),
            Part(region, f"endpoints in {where}", read_endpoints, keep_endpoints),
            Part(region, f"models in {where}", read_models, keep_models),
            Part(region, f"work requests in {where}", read_work, _into(seen.work)),
            Part(region, f"alarms in {where}", read_alarms, _into(seen.alarms)),
        )

    def _traffic(self, region: str, compartment_id: str, endpoints: tuple[Endpoint, ...]) -> Part:
        seen, what = self._seen, f"traffic in compartment {short(compartment_id)}"

        def keep(measured: Measured) -> Sequence[Part]:
            seen.traffic += measured.traffic
            seen.metrics |= {(region, each) for each in measured.names}
            if measured.problem:
                seen.gaps.append(Gap(region=region, what=what, because=str(measured.problem)))
            clusters = {each.cluster_id for each in endpoints}
            named = sorted(each for each in measured.names if UTILIZATION in each.casefold())
            return tuple(self._utilization(region, compartment_id, each, clusters) for each in named)

        return Part(region, what, lambda: self._measure(region, compartment_id, endpoints), keep)

    def _utilization(self, region: str, compartment_id: str, metric: str, clusters: set[str]) -> Part:
        def keep(found: tuple[Utilization, ...]) -> Sequence[Part]:
            self._seen.utilization += found
            return ()

        def read() -> tuple[Utilization, ...]:
            return self._monitoring(region, compartment_id).utilization(metric, clusters, self._at.astimezone(UTC))

        return Part(region, f"{metric} in compartment {short(compartment_id)}", read, keep)

    def _limits(self, region: str, shapes: set[str]) -> Sequence[Part]:
        """One question for each limit in use: limits are the tenancy's, whatever the compartment."""

        def part(name: str) -> Part:
            what = f"limit {name}"

            def read() -> Headroom | None:
                client, tenancy = self._clients.limits(region), self._clients.tenancy()
                return availability(client, self._calls, name, region, tenancy, self._at)

            def keep(found: Headroom | None) -> Sequence[Part]:
                self._seen.limits[region, name] = found
                if found is None:
                    self._seen.gaps.append(Gap(region=region, what=what, because="Oracle does not count it"))
                return ()

            return Part(region, what, read, keep)

        names = {self._config.limit_of_shape.get(each) for each in shapes} - {None}
        new = sorted(each for each in names if each and (region, each) not in self._seen.limits)
        self._seen.limits |= {(region, each): None for each in new}
        return tuple(part(each) for each in new)

    def _measure(self, region: str, compartment_id: str, endpoints: tuple[Endpoint, ...]) -> Measured:
        return self._monitoring(region, compartment_id).measure(endpoints, self._at.astimezone(UTC), self._config.idle)

    def _monitoring(self, region: str, compartment_id: str) -> Monitoring:
        return Monitoring(self._clients.monitoring(region), self._calls, region, compartment_id)
