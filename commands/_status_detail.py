"""One cluster in detail: what is wrong and by what that was judged, what is well, its figures and its last day."""

from __future__ import annotations

from datetime import datetime

from commands._blocks import Block, clip, context, date, escape, fields, named, section
from commands._cluster_words import MARK, endpoints, models, size, traffic
from commands._command import Services
from commands._day import told
from commands._words import age, amount, cost_name, linked, price_name
from dac.change import units
from dac.cluster import Cluster, Endpoint, Fleet, Lifecycle, WorkRequest
from dac.errors import DacError
from dac.figures import Price
from dac.findings import Aspect, Finding, Severity
from dac.health import Health
from dac.history import History
from dac.key_metrics import key_metrics
from dac.load import load
from dac.pricing import monthly

FOUND, ASIDE = 6, 10
"""Findings told at the most: of what is wrong or not known, and of the rest."""

MEASURED = {Aspect.LATENCY, Aspect.ERRORS, Aspect.TRAFFIC, Aspect.LIMIT, Aspect.ALARM}
"""Aspects whose evidence is figures that the sentence does not hold."""

ENDPOINTS = 12
"""Endpoints told one by one."""

WORK = 5
"""Work requests told."""


def detail(health: Health, fleet: Fleet, day: History | str, services: Services) -> tuple[str, list[Block]]:
    cluster, now = health.cluster, services.now()
    text = escape(
        f"{clip(cluster.name, 80)} in {cluster.region}: {cluster.lifecycle_state}, {units(cluster.unit_count)}"
    )
    blocks: list[Block] = [section(f"{MARK[health.severity]} *{named(cluster.name)}* · {cluster.lifecycle_state}")]
    if health.notable:
        blocks.append(section("\n".join(_notable(each, now) for each in health.notable[:FOUND])))
    cost = monthly(services.catalog, cluster.unit_shape, cluster.unit_count)
    blocks.append(
        fields(
            [
                ("Size", size(cluster)),
                (f"{cost_name(cost)} a month", amount(cost)),
                ("Region", cluster.region),
                ("Model", models(health)),
                ("Last hour", traffic(health.load) or "traffic unknown"),
                ("Age", f"{age(now - cluster.time_created)}, since {cluster.time_created.date()}"),
            ]
        )
    )
    blocks += [section(_otherwise(health, now)), told(day), section(_metrics(health, fleet))]
    blocks += [section(each) for each in (_endpoint_list(health), _work(cluster, services)) if each]
    source = f"{price_name(cost)}: {'; '.join(map(linked, cost.sources))}" if isinstance(cost, Price) else str(cost)
    blocks.append(context(f"Read {date(fleet.taken_at)}, {age(fleet.age(now))} ago. {clip(source, 1500)}"))
    blocks.append(context(f"`{cluster.id}`"))
    return text, blocks


def _notable(finding: Finding, now: datetime) -> str:
    """With what it was judged by, and how long ago that was so."""
    by = f" ({named('; '.join(finding.evidence), 300)})" if finding.evidence else ""
    return f"→ {named(finding.sentence, 400)}{by} · {age(now - finding.at)} ago"


def _otherwise(health: Health, now: datetime) -> str:
    """What is well, and what is not known and no worry; endpoints that are well are listed with their states."""
    aside = [each for each in health.findings if each not in health.notable]
    shown = [each for each in aside if each.aspect != Aspect.LIFECYCLE or each.about == health.cluster.id]
    lines = [
        f"{'✓' if each.severity == Severity.OK else '?'} {each.aspect}: {named(each.sentence, 200)}"
        + (f" ({named('; '.join(each.evidence), 160)})" if each.evidence and each.aspect in MEASURED else "")
        for each in shown[:ASIDE]
    ]
    oldest = min((each.at for each in shown), default=health.cluster.time_created)
    since = f", by what was read {age(now - oldest)} ago" if shown else ""
    return "\n".join((f"*Judged*{since}", *(lines or ["nothing"])))


def _metrics(health: Health, fleet: Fleet) -> str:
    lines = [
        f"`{each.name}` {named(each.value, 120)}" + (f" · {each.real}" if each.real else "")
        for each in key_metrics(health, fleet)
    ]
    return "\n".join(("*The handbook's key metrics*, last hour, by Oracle's own", *lines))


def _endpoint_list(health: Health) -> str:
    if not health.endpoints:
        return ""
    names = {each.id: each.name for each in health.models}
    ordered = sorted(health.endpoints, key=lambda each: (each.lifecycle_state == Lifecycle.ACTIVE, each.name))
    lines = [_endpoint(each, names.get(each.model_id), health) for each in ordered[:ENDPOINTS]]
    if len(ordered) > ENDPOINTS:
        lines.append(f"… and {len(ordered) - ENDPOINTS} more, those not ACTIVE first")
    return f"*{endpoints(health).capitalize()}*\n" + "\n".join(lines)


def _endpoint(endpoint: Endpoint, model: str | None, health: Health) -> str:
    recent = [each for each in health.traffic if each.endpoint_id == endpoint.id]
    shortest = min(recent, key=lambda each: each.window, default=None)
    measured = traffic(load([shortest], [endpoint])) if shortest else ""
    said = [
        f"*{named(endpoint.name, 60)}*",
        endpoint.lifecycle_state,
        named(model or "model unknown", 60),
        measured,
    ]
    return "• " + " · ".join(each for each in said if each)


def _work(cluster: Cluster, services: Services) -> str:
    try:
        found = services.fleet.work_requests(cluster)
    except DacError as error:
        return f"*Work requests*\nnot read: {named(str(error), 400)}"
    if not found:
        return ""
    return "*Work requests*\n" + "\n".join(_work_line(each) for each in found[:WORK])


def _work_line(work: WorkRequest) -> str:
    percent = f" {int(work.percent_complete)} %" if work.time_finished is None else ""
    errors = f": {named('; '.join(work.errors), 200)}" if work.errors else ""
    return f"• {work.operation_type} · {work.status}{percent} · {date(work.time_accepted)}{errors}"
