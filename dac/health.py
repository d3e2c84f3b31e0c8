"""What deserves attention in a cluster, judged from one snapshot, worst first, with the evidence."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from dac.catalog import Catalog
from dac.cluster import Cluster, ClusterType, Endpoint, Fleet, Lifecycle, Model, Traffic
from dac.figures import Frozen, Price, Unknown
from dac.findings import Severity
from dac.pricing import cents, cluster_hour

SLOW = Decimal(5)
"""Seconds of p95 latency above which it is a finding: the handbook's alarm "High latency" (rule of thumb)."""

ERRORS = Decimal("0.05")
"""Share of failed calls above which it is a finding: the handbook's alarm "High errors" (rule of thumb)."""

IDLE = timedelta(hours=72)
"""Without a call for this long a hosting cluster counts as idle."""

NOTICE = timedelta(days=90)
"""Oracle announces a dedicated retirement this long before (facts: notices at 90, 60, 30 and 7 days)."""

SECONDS = {"ms": Decimal("0.001"), "milliseconds": Decimal("0.001"), "s": Decimal(1), "seconds": Decimal(1)}
"""Latency units seen in Monitoring's metadata, as seconds; another unit is not guessed at."""


ORDINARY = {Lifecycle.ACTIVE, Lifecycle.CREATING, Lifecycle.UPDATING, Lifecycle.DELETING}
"""States that come by themselves while somebody works on a cluster; the state itself says enough."""


class Finding(Frozen):
    """`cost` is what a sum in the sentence was made from."""

    severity: Severity
    sentence: str
    cost: Price | Unknown | None = None


class Load(Frozen):
    """A cluster's traffic over one window, summed over its endpoints; None is not measured.

    `p95_seconds` is the slowest endpoint's, for percentiles do not add up.
    """

    window: timedelta
    calls: Decimal | None
    errors: Decimal | None
    tokens: Decimal | None
    p95_seconds: Decimal | None

    @property
    def calls_per_second(self) -> Decimal | None:
        return None if self.calls is None else self.calls / Decimal(self.window.total_seconds())

    @property
    def error_share(self) -> Decimal | None:
        """Failed calls among all; None without calls, for nothing has no share."""
        if not self.calls or self.errors is None:
            return None
        return self.errors / self.calls


class Health(Frozen):
    """A cluster with what was found out about it."""

    cluster: Cluster
    endpoints: tuple[Endpoint, ...]
    models: tuple[Model, ...]
    traffic: tuple[Traffic, ...]
    load: Load | None
    findings: tuple[Finding, ...]

    @property
    def severity(self) -> Severity:
        return min((each.severity for each in self.findings), default=Severity.OK)


def survey(fleet: Fleet, now: datetime, catalog: Catalog) -> tuple[Health, ...]:
    """Every cluster of the fleet, what needs attention first, then by name."""
    index = _Index(fleet)
    return tuple(
        sorted(
            (_examine(cluster, index, now, catalog) for cluster in fleet.clusters),
            key=lambda each: (each.severity, each.cluster.name.casefold(), each.cluster.region),
        )
    )


def examine(cluster: Cluster, fleet: Fleet, now: datetime, catalog: Catalog) -> Health:
    """One cluster of the fleet."""
    return _examine(cluster, _Index(fleet), now, catalog)


class _Index:
    """A fleet by what its parts are looked up by; one of thousands of endpoints is not walked for each cluster."""

    def __init__(self, fleet: Fleet) -> None:
        self.endpoints: defaultdict[str, list[Endpoint]] = defaultdict(list)
        for endpoint in fleet.endpoints:
            self.endpoints[endpoint.cluster_id].append(endpoint)
        self.traffic: defaultdict[str, list[Traffic]] = defaultdict(list)
        for traffic in fleet.traffic:
            self.traffic[traffic.endpoint_id].append(traffic)
        self.models = {(model.region, model.id): model for model in fleet.models}
        self.training = {each.tuned_on for each in fleet.models if each.lifecycle_state == Lifecycle.CREATING}
        self._unseen = {(gap.region, gap.what.split(" ", 1)[0]) for gap in fleet.gaps}

    def unseen(self, region: str, what: str) -> bool:
        """Whether some of the region's endpoints or models could not be read, so that none found means nothing."""
        return (region, what) in self._unseen


def _examine(cluster: Cluster, index: _Index, now: datetime, catalog: Catalog) -> Health:
    endpoints = tuple(index.endpoints[cluster.id])
    hosted = dict.fromkeys((cluster.region, each.model_id) for each in endpoints)
    models = tuple(index.models[each] for each in hosted if each in index.models)
    traffic = [each for endpoint in endpoints for each in index.traffic[endpoint.id]]
    recent = load([each for each in traffic if each.window < IDLE], endpoints)
    findings = [
        *_lifecycle(cluster, endpoints),
        *_retirement(models, now),
        *(_hosting(cluster, index, endpoints, traffic) if cluster.type == ClusterType.HOSTING else ()),
        *(_tuning(cluster, index, catalog) if cluster.type == ClusterType.FINE_TUNING else ()),
    ]
    return Health(
        cluster=cluster,
        endpoints=endpoints,
        models=models,
        traffic=tuple(traffic),
        load=recent,
        findings=tuple(sorted(findings, key=lambda each: each.severity)),
    )


def load(traffic: Sequence[Traffic], endpoints: Sequence[Endpoint]) -> Load | None:
    """Endpoints of one window taken together; a sum with a part missing is not known."""
    if not traffic:
        return None
    if {each.id for each in endpoints} - {each.endpoint_id for each in traffic}:
        return Load(window=traffic[0].window, calls=None, errors=None, tokens=None, p95_seconds=None)
    latencies = [_seconds(each) for each in traffic if each.p95_latency is not None]
    return Load(
        window=traffic[0].window,
        calls=_sum(each.calls for each in traffic),
        errors=_sum(part for each in traffic for part in (each.client_errors, each.server_errors)),
        tokens=_sum(part for each in traffic for part in (each.input_tokens, each.output_tokens)),
        p95_seconds=max((each for each in latencies if each is not None), default=None),
    )


def _lifecycle(cluster: Cluster, endpoints: Iterable[Endpoint]) -> Iterable[Finding]:
    why = f": {cluster.lifecycle_details}" if cluster.lifecycle_details else ""
    if cluster.lifecycle_state in {Lifecycle.NEEDS_ATTENTION, Lifecycle.FAILED}:
        yield Finding(severity=Severity.BROKEN, sentence=f"Oracle reports {cluster.lifecycle_state}{why}")
    elif cluster.lifecycle_state not in ORDINARY or cluster.lifecycle_details:
        yield Finding(severity=Severity.ATTENTION, sentence=f"Oracle reports {cluster.lifecycle_state}{why}")
    for endpoint in endpoints:
        if endpoint.lifecycle_state == Lifecycle.FAILED:
            details = f": {endpoint.lifecycle_details}" if endpoint.lifecycle_details else ""
            yield Finding(severity=Severity.BROKEN, sentence=f"Endpoint {endpoint.name} is FAILED{details}")


def _retirement(models: Iterable[Model], now: datetime) -> Iterable[Finding]:
    for model in models:
        ends = model.time_dedicated_retired
        if ends is None:
            continue
        if ends <= now:
            yield Finding(
                severity=Severity.ATTENTION,
                sentence=f"Model {model.name} was retired for dedicated use on {ends.date()}: it keeps running, "
                "with limited support and no new clusters",
            )
        elif ends - now <= NOTICE:
            days = (ends - now).days
            yield Finding(
                severity=Severity.ATTENTION,
                sentence=f"Model {model.name} retires on {ends.date()}, in {days} {'day' if days == 1 else 'days'}",
            )


def _hosting(
    cluster: Cluster, index: _Index, endpoints: Sequence[Endpoint], traffic: Sequence[Traffic]
) -> Iterable[Finding]:
    """What was not read is said to be unknown, never taken for absent."""
    whole = not index.unseen(cluster.region, "endpoints")
    if not whole:
        which = "Other endpoints" if endpoints else "Endpoints"
        yield Finding(severity=Severity.UNKNOWN, sentence=f"{which} are unknown: Oracle did not list them")
    elif not endpoints and cluster.lifecycle_state == Lifecycle.ACTIVE:
        yield Finding(severity=Severity.ATTENTION, sentence="No endpoint: nothing can call it, and it costs")
    named = all((cluster.region, each.model_id) in index.models for each in endpoints)
    if not named and index.unseen(cluster.region, "models"):
        yield Finding(
            severity=Severity.UNKNOWN, sentence="Whether its model retires is unknown: models were not listed"
        )
    if endpoints:
        yield from _traffic(cluster, endpoints, traffic, whole=whole)


def _tuning(cluster: Cluster, index: _Index, catalog: Catalog) -> Iterable[Finding]:
    """It costs whether anything is trained on it or not."""
    if cluster.lifecycle_state != Lifecycle.ACTIVE or cluster.id in index.training:
        return
    if index.unseen(cluster.region, "models"):
        sentence = "Whether anything is trained on it is unknown: models were not listed"
        yield Finding(severity=Severity.UNKNOWN, sentence=sentence)
        return
    hour = cluster_hour(catalog, cluster.unit_shape, cluster.unit_count)
    costs = f"costs {cents(hour.money)} an hour" if isinstance(hour, Price) else "what it costs is not known"
    sentence = f"Fine-tuning cluster with nothing being trained: {costs}"
    yield Finding(severity=Severity.ATTENTION, sentence=sentence, cost=hour)


def _traffic(
    cluster: Cluster, endpoints: Sequence[Endpoint], traffic: Sequence[Traffic], *, whole: bool
) -> Iterable[Finding]:
    recent = load([each for each in traffic if each.window < IDLE], endpoints)
    long = load([each for each in traffic if each.window >= IDLE], endpoints)
    if whole and cluster.lifecycle_state == Lifecycle.ACTIVE and long and long.calls == 0:
        hours = int(long.window.total_seconds() // 3600)
        yield Finding(severity=Severity.ATTENTION, sentence=f"Idle: no calls in {hours} h")
        return
    if recent is None or recent.calls is None:
        yield Finding(severity=Severity.UNKNOWN, sentence="Traffic is unknown: Monitoring gave no figures")
        return
    if recent.p95_seconds is not None and recent.p95_seconds > SLOW:
        yield Finding(
            severity=Severity.ATTENTION,
            sentence=f"Slow: p95 latency {recent.p95_seconds:.1f} s, above the handbook's {SLOW} s",
        )
    if recent.error_share is not None and recent.error_share > ERRORS:
        yield Finding(
            severity=Severity.BROKEN,
            sentence=f"{recent.error_share:.1%} of calls fail, above the handbook's {ERRORS:.0%}",
        )


def _seconds(traffic: Traffic) -> Decimal | None:
    factor = SECONDS.get((traffic.latency_unit or "").casefold())
    return None if factor is None or traffic.p95_latency is None else traffic.p95_latency * factor


def _sum(parts: Iterable[Decimal | None]) -> Decimal | None:
    total = Decimal(0)
    for part in parts:
        if part is None:
            return None
        total += part
    return total
