"""How a cluster and what was found out about it are put into words, in a list of many and by itself."""

from __future__ import annotations

from commands._blocks import named
from commands._words import rate
from dac.change import units
from dac.cluster import Cluster
from dac.findings import Severity
from dac.health import Health
from dac.load import Load

MARK = {Severity.BROKEN: "🔴", Severity.ATTENTION: "🟠", Severity.UNKNOWN: "⚪", Severity.OK: "🟢"}


def size(cluster: Cluster) -> str:
    kind = "" if cluster.type == "HOSTING" else " · fine-tuning"
    return f"{units(cluster.unit_count)} {named(cluster.unit_shape, 40)}{kind}"


def models(health: Health) -> str:
    names = sorted({each.name for each in health.models})
    if names:
        return named(", ".join(names[:2]))
    return "no model" if not health.endpoints else "model unknown"


def endpoints(health: Health) -> str:
    if health.cluster.type != "HOSTING":
        return "no endpoints"
    capacity = health.cluster.endpoint_capacity
    return count(len(health.endpoints), "endpoint") + (f" of {capacity}" if capacity else "")


def traffic(measured: Load | None) -> str:
    if measured is None or measured.calls_per_second is None:
        return ""
    if not measured.calls:
        return "no calls"
    said = [rate(measured.calls_per_second, "calls")]
    said.append(f"p95 {measured.p95_seconds:.1f} s" if measured.p95_seconds is not None else "latency unknown")
    if measured.error_share is not None:
        said.append(f"{measured.error_share:.1%} errors")
    if measured.tokens_per_second:
        said.append(rate(measured.tokens_per_second, "tokens"))
    return " · ".join(said)


def count(many: int, what: str) -> str:
    return f"{many} {what}" if many == 1 else f"{many} {what}s"
