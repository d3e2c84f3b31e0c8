"""/dac status: every cluster, what needs attention first; or one cluster in detail."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

from pydantic import Field

from commands._blocks import (
    Block,
    actions,
    button,
    clip,
    context,
    date,
    divider,
    escape,
    fields,
    named,
    section,
)
from commands._command import Arguments, Call, Command, Group, Option, Reply, Services, Word
from commands._pick import clusters
from commands._words import age, amount, cost_name, linked, price_name, rate, sources
from dac.catalog import Catalog
from dac.change import units
from dac.cluster import Cluster, Endpoint, Fleet, Lifecycle, WorkRequest
from dac.errors import DacError, NotFound
from dac.figures import Price
from dac.findings import Severity
from dac.health import Health, examine, survey
from dac.load import Load, load
from dac.naming import find_cluster, handle
from dac.pricing import monthly

PAGE = 10
"""Clusters on one page: what fits a message with room to spare, and a phone with patience."""

REQUEST_ID = re.compile(r" \(opc-request-id [^)]*\)")

ENDPOINTS = 12
"""Endpoints told one by one in the detail of a cluster."""

WORK = 5
"""Work requests told in the detail of a cluster."""

MARK = {Severity.BROKEN: "🔴", Severity.ATTENTION: "🟠", Severity.UNKNOWN: "⚪", Severity.OK: "🟢"}


class Status(Arguments):
    cluster: Annotated[
        str | None, Word(), Field(max_length=300, description="One cluster: its name, or the beginning of it")
    ] = None
    page: Annotated[int, Option(), Field(ge=1, title="n", description="A further page of a large fleet")] = 1
    share: Annotated[bool, Option(), Field(description="Show the answer to the whole channel")] = False


def run(args: Status, call: Call, services: Services) -> Reply:  # noqa: ARG001 - every command runs with the same three
    fleet, now = services.fleet.fleet(), services.now()
    cluster = find_cluster(fleet, args.cluster) if args.cluster else None
    if cluster is None:
        text, blocks = _fleet(fleet, now, services.catalog, args.page, buttons=not args.share)
        line = "status" if args.page == 1 else f"status --page {args.page}"
    else:
        text, blocks = _one(examine(cluster, fleet, now, services.catalog), fleet, services)
        line = f"status {cluster.id}"
    if args.share:
        return Reply(text=text, blocks=blocks, public=True)
    row = [button("Share to channel", f"{line} --share"), button("Read again", line)]
    if cluster is not None:
        row.insert(0, button("Scale …", f'scale "{handle(cluster, fleet)}"'))
    return Reply(text=text, blocks=[*blocks, actions(*row)])


def overview(fleet: Fleet, now: datetime, catalog: Catalog) -> tuple[str, list[Block]]:
    """The first page, for where there is no row of buttons below it."""
    return _fleet(fleet, now, catalog, 1, buttons=True)


def _fleet(fleet: Fleet, now: datetime, catalog: Catalog, page: int, *, buttons: bool) -> tuple[str, list[Block]]:
    found = survey(fleet, now, catalog)
    pages = max(-(-len(found) // PAGE), 1)
    if page > pages:
        raise NotFound(f"There is no page {page}: the {len(found)} clusters fit on {pages}.")
    first = (page - 1) * PAGE
    summary = _summary(found, fleet, now)
    blocks: list[Block] = [section(f"*{summary}*"), *_gaps(fleet), divider()]
    blocks.extend(section(_line(health, now)) for health in found[first : first + PAGE])
    if not found:
        blocks.append(section(_nothing(fleet)))
    blocks.append(context(_footer(fleet, now, first, len(found)), *_prices(found[first : first + PAGE])))
    if page < pages and buttons:
        rest = len(found) - first - PAGE
        blocks.append(actions(button(f"Next page ({rest} more)", f"status --page {page + 1}")))
    return escape(summary), blocks


def _summary(found: Sequence[Health], fleet: Fleet, now: datetime) -> str:
    if fleet.gaps and not found:
        return f"No cluster could be read · {age(fleet.age(now))} ago"
    regions = {each.cluster.region for each in found}
    said = [f"{_count(len(found), 'cluster')} in {_count(len(regions), 'region')}"]
    bad = sum(each.severity <= Severity.ATTENTION for each in found)
    unknown = sum(each.severity == Severity.UNKNOWN for each in found)
    said.append(f"{bad} {'needs' if bad == 1 else 'need'} attention" if bad else "none seen to need attention")
    if unknown:
        said.append(f"{unknown} not known")
    if fleet.gaps:
        said.append("incomplete")
    return f"{', '.join(said)} · read {age(fleet.age(now))} ago"


def _nothing(fleet: Fleet) -> str:
    if fleet.gaps:
        return "What there is cannot be said. `python -m bot check` tells what Oracle wants, for each region."
    return "There are no dedicated AI clusters in the regions and compartments I look at."


def _gaps(fleet: Fleet) -> list[Block]:
    if not fleet.gaps:
        return []
    what: dict[tuple[str, str], list[str]] = {}
    for gap in fleet.gaps:
        # What Oracle calls a try differs from one to the next; the reason is the same.
        why = REQUEST_ID.sub("", gap.because.split(": ", 1)[-1])
        what.setdefault((gap.region, why), []).append(gap.what.split(" in ", 1)[0])
    lines = [
        f"⚠️ *{named(region)}*: {named(', '.join(dict.fromkeys(parts)))} not read. {named(why, 400)}"
        for (region, why), parts in list(what.items())[:3]
    ]
    if len(what) > len(lines):
        lines.append(f"… and {len(what) - len(lines)} more reasons")
    return [section("\n".join(lines))]


def _footer(fleet: Fleet, now: datetime, first: int, total: int) -> str:
    shown = f"{first + 1} to {min(first + PAGE, total)} of {total} · " if total > PAGE else ""
    return f"{shown}Read {date(fleet.taken_at)}, {age(fleet.age(now))} ago. Traffic: Oracle Monitoring, last hour."


def _prices(shown: Sequence[Health]) -> list[str]:
    """Where the sums in what was found are read."""
    costs = [each.cost for health in shown for each in health.notable if isinstance(each.cost, Price)]
    return [clip(f"{price_name(*costs)}: {sources(costs)}", 1500)] if costs else []


def _line(health: Health, now: datetime) -> str:
    cluster = health.cluster
    said = [
        f"{MARK[health.severity]} *{named(cluster.name)}* · {cluster.region} · {cluster.lifecycle_state}",
        f"{_size(cluster)} · {_models(health)} · {_endpoints(health)} · {age(now - cluster.time_created)} old",
    ]
    if traffic := _traffic(health.load):
        said.append(traffic)
    said += [f"→ {named(each.sentence, 160)}" for each in health.notable[:3]]
    return "\n".join(said)


def _size(cluster: Cluster) -> str:
    kind = "" if cluster.type == "HOSTING" else " · fine-tuning"
    return f"{units(cluster.unit_count)} {named(cluster.unit_shape, 40)}{kind}"


def _models(health: Health) -> str:
    models = sorted({each.name for each in health.models})
    if models:
        return named(", ".join(models[:2]))
    return "no model" if not health.endpoints else "model unknown"


def _endpoints(health: Health) -> str:
    count = len(health.endpoints)
    if health.cluster.type != "HOSTING":
        return "no endpoints"
    capacity = health.cluster.endpoint_capacity
    return _count(count, "endpoint") + (f" of {capacity}" if capacity else "")


def _traffic(measured: Load | None) -> str:
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


def _one(health: Health, fleet: Fleet, services: Services) -> tuple[str, list[Block]]:
    cluster, now = health.cluster, services.now()
    text = escape(
        f"{clip(cluster.name, 80)} in {cluster.region}: {cluster.lifecycle_state}, {units(cluster.unit_count)}"
    )
    blocks: list[Block] = [section(f"{MARK[health.severity]} *{named(cluster.name)}* · {cluster.lifecycle_state}")]
    if health.notable:
        blocks.append(section("\n".join(f"→ {named(each.sentence, 400)}" for each in health.notable[:6])))
    cost = monthly(services.catalog, cluster.unit_shape, cluster.unit_count)
    blocks.append(
        fields(
            [
                ("Size", _size(cluster)),
                (f"{cost_name(cost)} a month", amount(cost)),
                ("Region", cluster.region),
                ("Model", _models(health)),
                ("Last hour", _traffic(health.load) or "traffic unknown"),
                ("Age", f"{age(now - cluster.time_created)}, since {cluster.time_created.date()}"),
            ]
        )
    )
    blocks += [section(each) for each in (_endpoint_list(health), _work(cluster, services)) if each]
    source = f"{price_name(cost)}: {'; '.join(map(linked, cost.sources))}" if isinstance(cost, Price) else str(cost)
    blocks.append(context(f"Read {date(fleet.taken_at)}, {age(fleet.age(now))} ago. {clip(source, 1500)}"))
    blocks.append(context(f"`{cluster.id}`"))
    return text, blocks


def _endpoint_list(health: Health) -> str:
    if not health.endpoints:
        return ""
    names = {each.id: each.name for each in health.models}
    ordered = sorted(health.endpoints, key=lambda each: (each.lifecycle_state == Lifecycle.ACTIVE, each.name))
    lines = [_endpoint(each, names.get(each.model_id), health) for each in ordered[:ENDPOINTS]]
    if len(ordered) > ENDPOINTS:
        lines.append(f"… and {len(ordered) - ENDPOINTS} more, those not ACTIVE first")
    return f"*{_endpoints(health).capitalize()}*\n" + "\n".join(lines)


def _endpoint(endpoint: Endpoint, model: str | None, health: Health) -> str:
    recent = [each for each in health.traffic if each.endpoint_id == endpoint.id]
    shortest = min(recent, key=lambda each: each.window, default=None)
    measured = _traffic(load([shortest], [endpoint])) if shortest else ""
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


def _count(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"


COMMAND = Command(
    name="status",
    summary="All clusters, what needs attention first; or one of them in detail.",
    arguments=Status,
    run=run,
    examples=("status", "status chat-prod", "status --share"),
    menus={"cluster": clusters},
    group=Group.LOOK,
    order=10,
)
