"""The handbook's nine key metrics of a cluster, each by the one that Oracle really publishes, where it does."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal

from dac.cluster import Fleet, Utilization
from dac.figures import Frozen
from dac.health import Health
from dac.load import Load

UNMEASURED = "not measured"
NOT_PUBLISHED = "Oracle publishes no such metric"
UTILIZATION = "utiliz"
"""In the name of a metric, whatever its case: how the Console's figure is called in a query Oracle does not say."""

PERCENT = {"%", "percent"}


class KeyMetric(Frozen):
    """`name` is the handbook's; `real` is what the value is made from, and empty where Oracle publishes nothing."""

    name: str
    value: str
    real: str = ""


def key_metrics(health: Health, fleet: Fleet) -> tuple[KeyMetric, ...]:
    """In the handbook's order; figures are of the last hour, latencies the slowest endpoint's."""
    load = health.load or Load(window=fleet.age(fleet.taken_at), calls=None, errors=None, tokens=None, p95_seconds=None)
    return (
        KeyMetric(name="p50_latency_ms", value=_milliseconds(load.p50_seconds), real="InvocationLatency p50"),
        KeyMetric(name="p95_latency_ms", value=_milliseconds(load.p95_seconds), real="InvocationLatency p95"),
        KeyMetric(name="p99_latency_ms", value=_milliseconds(load.p99_seconds), real="InvocationLatency p99"),
        KeyMetric(name="requests_per_second", value=_rate(load, load.calls), real="TotalInvocationCount by seconds"),
        KeyMetric(
            name="tokens_per_second",
            value=_rate(load, load.tokens),
            real="InputTokenCount and OutputTokenCount by seconds",
        ),
        KeyMetric(name="queue_depth", value=NOT_PUBLISHED),
        KeyMetric(
            name="error_rate",
            value=UNMEASURED if load.error_share is None else f"{load.error_share:.1%}",
            real="ClientErrorCount and ServerErrorCount by TotalInvocationCount",
        ),
        _utilization(health, fleet),
        KeyMetric(name="endpoint_status", value=_states(health), real="lifecycleState of its endpoints"),
    )


def _milliseconds(seconds: Decimal | None) -> str:
    return UNMEASURED if seconds is None else f"{seconds * 1000:,.0f}"


def _rate(load: Load, count: Decimal | None) -> str:
    """Two digits that matter: what is seldom called is called all the same."""
    if count is None:
        return UNMEASURED
    rate = count / Decimal(load.window.total_seconds())
    return f"{rate:,.1f}" if rate >= 1 or not rate else f"{rate:.2g}"


def _utilization(health: Health, fleet: Fleet) -> KeyMetric:
    """Monitoring lists such a metric or does not, and measures it by cluster or by something else."""
    cluster, name = health.cluster, "cluster_utilization"
    own = [each for each in fleet.utilization if each.cluster_id == cluster.id]
    if own:
        real = ", ".join(f"{each.metric}, mean of an hour" for each in own)
        return KeyMetric(name=name, value=", ".join(map(_measured, own)), real=real)
    names = [each for where, each in fleet.metrics if where == cluster.region]
    found = sorted(each for each in names if UTILIZATION in each.casefold())
    if found:
        return KeyMetric(name=name, value="not told of this cluster: open it in the Console", real=", ".join(found))
    value = "no such metric among those that Monitoring lists here" if names else UNMEASURED
    return KeyMetric(name=name, value=value)


def _measured(of: Utilization) -> str:
    unit = "%" if of.unit and of.unit.casefold() in PERCENT else of.unit
    return f"{of.value:,.1f} {unit}" if unit else f"{of.value:,.1f}"


def _states(health: Health) -> str:
    states = Counter(each.lifecycle_state for each in health.endpoints)
    return ", ".join(f"{count} {state}" for state, count in sorted(states.items())) or "no endpoints"
