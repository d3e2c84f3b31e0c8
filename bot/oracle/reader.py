"""Reading from Oracle with the everyday identity."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime

from bot.kept import Kept
from bot.oracle import answers, objects, things
from bot.oracle.anomalies import CostAnomalies
from bot.oracle.calls import Calls
from bot.oracle.clients import Clients
from bot.oracle.compartments import CompartmentNames
from bot.oracle.config import OracleConfig
from bot.oracle.discovery import DiscoveryReading
from bot.oracle.errors import understood
from bot.oracle.examination import Sources, examine
from bot.oracle.fleet import FleetReading
from bot.oracle.history import Histories
from bot.oracle.limits import headroom, unused
from bot.oracle.usage import Usage
from bot.oracle.workrequests import work_requests
from dac.anomalies import Anomalies
from dac.cluster import Cluster, Fleet, Headroom, Resource, ResourceKind, Space, WorkRequest
from dac.discovery import Discovery
from dac.errors import DacError
from dac.figures import Unknown
from dac.gateway import Choose, Stored
from dac.history import History
from dac.naming import short
from dac.snapshot import Snapshot
from dac.steps import Dataset
from dac.uncounted import Uncounted
from dac.usage import Budgets, Spend

EXAMINED_DAYS = 2
"""Of a cluster's hours, to tell what is wrong: the last day, and the one before to compare with."""


class OracleReader:
    """`dac.gateway.FleetReader` over Oracle's SDK; safe to ask from many threads."""

    def __init__(self, clients: Clients, calls: Calls, config: OracleConfig, now: Callable[[], datetime]) -> None:
        self._clients, self._calls, self._config, self._now = clients, calls, config, now
        self._fleet = Kept(lambda: self._read_fleet(config.patience.fleet), config.fresh_for, now)
        self._fleet_soon = Kept(lambda: self._read_fleet(config.patience.soon), config.fresh_for, now)
        self._known: Fleet | None = None
        self._changed_at: datetime | None = None
        self._names = CompartmentNames(clients, calls, config, now)
        self._histories = Histories(clients, calls, config, now)
        self._usage = Usage(clients, calls, config, now)
        self._anomalies = CostAnomalies(clients, calls, config, now, self._usage.home)
        self._discovery = Kept(
            lambda: DiscoveryReading(clients, calls, config, now()).read(), config.slow_fresh_for, now
        )

    def fleet(self, *, soon: bool = False) -> Fleet:
        if not soon or self._fleet.fresh:
            return self._fleet.get()
        found = self._fleet_soon.get()
        if found.gaps:
            # What comes later is not to be missing for those who ask again.
            self._fleet_soon.forget()
        return found

    def known(self) -> Fleet | None:
        known = self._known
        return None if known and self._changed_at and known.taken_at <= self._changed_at else known

    def changed(self) -> None:
        """Something was changed at Oracle: the next `fleet` is read anew."""
        self._changed_at = self._now()
        self._fleet.forget()
        self._fleet_soon.forget()

    def _read_fleet(self, seconds: float) -> Fleet:
        self._known = FleetReading(self._clients, self._calls, self._config, self._now()).read(seconds)
        return self._known

    def cluster(self, region: str, cluster_id: str) -> Cluster:
        client = self._clients.generative_ai(region)
        doing = f"Reading cluster {short(cluster_id)} in {region}"
        response = self._calls.read(doing, lambda: client.get_dedicated_ai_cluster(cluster_id))
        with understood(doing):
            # Raw JSON, so the shape is Oracle's own text here too and belongs to this etag (see `Clients`).
            return answers.cluster(response.data, region, response.headers["etag"])

    def resource(self, kind: ResourceKind, region: str, resource_id: str) -> Resource:
        return things.one(self._clients, self._calls, kind, region, resource_id)

    def resources(self, kind: ResourceKind, region: str, compartment_id: str) -> tuple[Resource, ...]:
        return things.listed(self._clients, self._calls, kind, region, compartment_id)

    def work_requests(self, of: Resource) -> tuple[WorkRequest, ...]:
        return work_requests(self._clients.generative_ai(of.region), self._calls, of)

    def headroom(self, of: Cluster | Space) -> Headroom | Unknown:
        try:
            client, tenancy = self._clients.limits(of.region), self._clients.tenancy()
        except DacError as error:
            return Unknown(what=f"service limit left in {of.region}", settle=str(error))
        return headroom(client, self._calls, of, tenancy, self._config.limit_of_shape, self._now())

    def history(self, cluster: Cluster, *, days: int = 7, seconds: float | None = None) -> History:
        return self._histories.of(cluster, self.fleet(), days, seconds)

    def _unused(self, fleet: Fleet) -> tuple[Headroom, ...] | Unknown:
        """What is left of each service limit in regions in which no cluster is."""
        elsewhere = {each.region for each in fleet.clusters}
        elsewhere |= {gap.region for gap in fleet.gaps if gap.what.startswith("clusters")}
        regions = [each for each in self._config.regions if each not in elsewhere]
        return unused(self._clients, self._calls, self._config, regions, self._now())

    def examine(self, choose: Choose) -> Iterator[Snapshot]:
        known = self.known()
        sources = Sources(
            known=None if known and known.gaps else known,
            fleet=lambda: self.fleet(soon=True),
            work=self.work_requests,
            headroom=self.headroom,
            unused=self._unused,
            history=lambda cluster, fleet: self._histories.of(cluster, fleet, EXAMINED_DAYS),
            discovery=self.discover,
            spend=self.spend,
        )
        return examine(sources, choose, self._now)

    def compartments(self) -> Mapping[str, str]:
        return self._names.names()

    def namespace(self, region: str) -> str:
        return objects.namespace(self._clients, self._calls, region)

    def stored(self, region: str, dataset: Dataset) -> Stored:
        return objects.stored(self._clients, self._calls, region, dataset)

    def content(self, region: str, dataset: Dataset, stored: Stored) -> Iterator[bytes]:
        return objects.content(self._clients, self._calls, region, dataset, stored)

    def spend(self, since: date, until: date) -> Spend | Unknown:
        return self._usage.spend(since, until)

    def uncounted(self, since: date, until: date, resource_id: str = "") -> Uncounted | Unknown:
        return self._usage.uncounted(since, until, resource_id)

    def budgets(self) -> Budgets | Unknown:
        return self._usage.budgets()

    def anomalies(self) -> Anomalies | Unknown:
        return self._anomalies.anomalies()

    def discover(self) -> Discovery:
        found = self._discovery.get()
        if found.unread:
            # An outage is not to be told of for minutes after it has passed.
            self._discovery.forget()
        return found
