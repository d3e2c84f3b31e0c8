"""Whether a cluster is called, how fast it answers and how often it fails, by what Monitoring measured."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from dac.catalog import Catalog
from dac.cluster import Cluster, Endpoint, Lifecycle, Traffic
from dac.figures import Price, Unknown
from dac.findings import Aspect, Finding, Severity
from dac.load import Load, load
from dac.pricing import cents, cluster_hour
from dac.seen import Seen, long, recent
from dac.thresholds import Thresholds

SECONDS_PER_HOUR = 3600


def judged_traffic(
    cluster: Cluster,
    endpoints: tuple[Endpoint, ...],
    traffic: tuple[Traffic, ...],
    seen: Seen,
    catalog: Catalog,
    drawn: Thresholds,
) -> Iterator[Finding]:
    """Nothing is said of a cluster without endpoints, for nobody can call it."""
    whole = not seen.unseen(cluster.region, "endpoints")
    if not endpoints and whole:
        return
    of_hour, of_days = recent(traffic), long(traffic)
    telling = _Telling(cluster, max((each.until for each in of_hour), default=seen.at), drawn)
    hour, days = load(of_hour, endpoints), load(of_days, endpoints)
    if whole and days is not None and days.calls == 0 and cluster.lifecycle_state == Lifecycle.ACTIVE:
        yield telling.idle(days, catalog)
    else:
        yield telling.called(hour, days)
    if hour is None or hour.calls is None:
        for aspect, name in ((Aspect.ERRORS, "How many calls fail"), (Aspect.LATENCY, "Latency")):
            yield telling.unknown(aspect, f"{name} is unknown: Monitoring gave no figures")
    elif not hour.calls:
        yield telling.ok(Aspect.ERRORS, "Nothing was called in the last hour, so nothing failed")
        yield telling.ok(Aspect.LATENCY, "Nothing was called in the last hour, so nothing was slow")
    else:
        yield telling.errors(hour)
        yield telling.latency(hour)


@dataclass(frozen=True)
class _Telling:
    cluster: Cluster
    at: datetime
    drawn: Thresholds

    def ok(self, aspect: Aspect, sentence: str, *evidence: str) -> Finding:
        return self._finding(Severity.OK, aspect, sentence, evidence)

    def unknown(self, aspect: Aspect, sentence: str, *evidence: str) -> Finding:
        return self._finding(Severity.UNKNOWN, aspect, sentence, evidence)

    def idle(self, days: Load, catalog: Catalog) -> Finding:
        hours = int(days.window.total_seconds() // SECONDS_PER_HOUR)
        if hours < self.drawn.idle_hours:
            return self.ok(Aspect.TRAFFIC, f"No calls in {hours} h, which is not yet idle", *self._idle_rule())
        cost = _cost(catalog, self.cluster, hours)
        costs = f"which cost {cents(cost.money)}" if isinstance(cost, Price) else "what that cost is not known"
        evidence = (f"0 calls in the {hours} h until then", *self._idle_rule())
        sentence = f"Idle: no calls in {hours} h, {costs}"
        return self._finding(Severity.ATTENTION, Aspect.TRAFFIC, sentence, evidence, cost)

    def called(self, hour: Load | None, days: Load | None) -> Finding:
        if hour is None or hour.calls is None:
            return self.unknown(Aspect.TRAFFIC, "Traffic is unknown: Monitoring gave no figures")
        evidence = [f"{hour.calls:,.0f} calls in the last hour"]
        if days is not None and days.calls is not None:
            evidence.append(f"{days.calls:,.0f} in {int(days.window.total_seconds() // SECONDS_PER_HOUR)} h")
        sentence = "It is called" if hour.calls else "No calls in the last hour"
        return self.ok(Aspect.TRAFFIC, sentence, *evidence)

    def errors(self, hour: Load) -> Finding:
        share, most = hour.error_share, self.drawn.error_share
        if share is None:
            return self.unknown(Aspect.ERRORS, "How many calls fail is unknown: Monitoring did not count them")
        line = f"{self.drawn.whose('error_share')} {_percent(most)}"
        evidence = (f"{hour.errors:,.0f} of {hour.calls:,.0f} calls in the last hour",)
        if share > most:
            sentence = f"{share:.1%} of calls fail, above {line}"
            return self._finding(Severity.BROKEN, Aspect.ERRORS, sentence, evidence)
        return self.ok(Aspect.ERRORS, f"{share:.1%} of calls fail, within {line}", *evidence)

    def latency(self, hour: Load) -> Finding:
        slow = self.drawn.slow_seconds
        if hour.foreign_unit is not None:
            return self.unknown(
                Aspect.LATENCY,
                f"Latency is unknown: Monitoring gives it in “{hour.foreign_unit}”, which is no unit I know",
            )
        if hour.p95_seconds is None:
            return self.unknown(Aspect.LATENCY, "Latency is unknown: Monitoring gave none for these calls")
        line = f"{self.drawn.whose('slow_seconds')} {slow.normalize():f} s"
        evidence = tuple(
            f"{name} {value:.1f} s"
            for name, value in (("p50", hour.p50_seconds), ("p95", hour.p95_seconds), ("p99", hour.p99_seconds))
            if value is not None
        )
        if hour.p95_seconds > slow:
            sentence = f"Slow: p95 latency {hour.p95_seconds:.1f} s, above {line}"
            return self._finding(Severity.ATTENTION, Aspect.LATENCY, sentence, evidence)
        return self.ok(Aspect.LATENCY, f"p95 latency {hour.p95_seconds:.1f} s, within {line}", *evidence)

    def _idle_rule(self) -> tuple[str, ...]:
        return (f"{self.drawn.whose('idle_hours')} {self.drawn.idle_hours} h",)

    def _finding(
        self,
        severity: Severity,
        aspect: Aspect,
        sentence: str,
        evidence: tuple[str, ...],
        cost: Price | Unknown | None = None,
    ) -> Finding:
        return Finding(
            severity=severity,
            aspect=aspect,
            about=self.cluster.id,
            sentence=sentence,
            evidence=evidence,
            at=self.at,
            cost=cost,
        )


def _cost(catalog: Catalog, cluster: Cluster, hours: int) -> Price | Unknown:
    hour = cluster_hour(catalog, cluster.unit_shape, cluster.unit_count)
    if isinstance(hour, Unknown):
        return hour
    return hour.model_copy(update={"money": hour.money * hours, "per": f"{hours} h"})


def _percent(share: Decimal) -> str:
    """As short as it is exact: 5%, 2.5%."""
    return f"{(share * 100).normalize():f}%"
