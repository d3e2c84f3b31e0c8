"""How each cluster is, judged from one snapshot aspect by aspect, worst first."""

from __future__ import annotations

from datetime import datetime

from dac.catalog import Catalog
from dac.cluster import Cluster, ClusterType, Endpoint, Fleet, Model, Traffic
from dac.figures import Frozen
from dac.findings import Aspect, Finding, Severity
from dac.judging import alarm, endpoints_of, leftover, lifecycle, limit, retirement, work
from dac.judging_traffic import judged_traffic
from dac.load import Load, load
from dac.seen import Seen, recent
from dac.thresholds import SHIPPED, Thresholds

ASIDE = frozenset({Aspect.LIMIT, Aspect.ALARM})
"""Not to know these leaves open how far a cluster can grow and what others watch, not whether it is well."""

EXPLAINED = {
    Aspect.TRAFFIC: {Aspect.ENDPOINTS},
    Aspect.LATENCY: {Aspect.ENDPOINTS, Aspect.TRAFFIC},
    Aspect.ERRORS: {Aspect.ENDPOINTS, Aspect.TRAFFIC},
}
"""What is unknown because these are: once is enough to say it."""

ORDER = {aspect: place for place, aspect in enumerate(Aspect)}


class Health(Frozen):
    """A cluster with what was found out about it; `findings` has every aspect that applies, also what is well."""

    cluster: Cluster
    endpoints: tuple[Endpoint, ...]
    models: tuple[Model, ...]
    traffic: tuple[Traffic, ...]
    load: Load | None
    findings: tuple[Finding, ...]

    @property
    def notable(self) -> tuple[Finding, ...]:
        """What is wrong, and what is not known and would tell whether something is."""
        unknown = {each.aspect for each in self.findings if each.severity == Severity.UNKNOWN}
        silent = ASIDE | {each for each, by in EXPLAINED.items() if by & unknown}
        return tuple(
            each
            for each in self.findings
            if each.bad or (each.severity == Severity.UNKNOWN and each.aspect not in silent)
        )

    @property
    def severity(self) -> Severity:
        return min((each.severity for each in self.notable), default=Severity.OK)


def survey(fleet: Fleet, now: datetime, catalog: Catalog, drawn: Thresholds = SHIPPED) -> tuple[Health, ...]:
    """Every cluster of the fleet, what needs attention first, then by name."""
    seen = Seen(fleet)
    found = [_examine(cluster, seen, now, catalog, drawn) for cluster in fleet.clusters]
    return tuple(sorted(found, key=lambda each: (each.severity, each.cluster.name.casefold(), each.cluster.region)))


def examine(cluster: Cluster, fleet: Fleet, now: datetime, catalog: Catalog, drawn: Thresholds = SHIPPED) -> Health:
    """One cluster of the fleet."""
    return _examine(cluster, Seen(fleet), now, catalog, drawn)


def _examine(cluster: Cluster, seen: Seen, now: datetime, catalog: Catalog, drawn: Thresholds) -> Health:
    endpoints = seen.endpoints(cluster)
    traffic = seen.traffic(endpoints)
    models = seen.models(endpoints)
    findings = [*lifecycle(cluster, endpoints, seen.at), *work(cluster, seen, now, drawn)]
    if cluster.type == ClusterType.HOSTING:
        findings += [
            *endpoints_of(cluster, endpoints, seen, drawn),
            *judged_traffic(cluster, endpoints, traffic, seen, catalog, drawn),
            *retirement(cluster, endpoints, models, seen, now, drawn),
            *limit(cluster, seen, catalog),
            *alarm(cluster, endpoints, seen),
        ]
    elif cluster.type == ClusterType.FINE_TUNING:
        findings += leftover(cluster, seen, catalog)
    return Health(
        cluster=cluster,
        endpoints=endpoints,
        models=models,
        traffic=traffic,
        load=load(recent(traffic), endpoints),
        findings=tuple(sorted(findings, key=lambda each: (each.severity, ORDER[each.aspect]))),
    )
