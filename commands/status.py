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
    named,
    picture,
    section,
)
from commands._chart import Curves
from commands._cluster_words import MARK, count, endpoints, models, size, traffic
from commands._command import Arguments, Call, Command, Group, Option, Reply, Services, Word
from commands._day import curves, last_day, told
from commands._pick import clusters
from commands._status_detail import detail
from commands._stuck import stuck
from commands._words import age, price_name, sources
from dac.cluster import Cluster, Fleet
from dac.errors import Invalid, NotFound
from dac.figures import Price
from dac.findings import Severity
from dac.health import Health, examine, survey
from dac.history import History
from dac.naming import find_cluster, handle

PAGE = 10
"""Clusters on one page: what fits a message with room to spare, and a phone with patience."""

REQUEST_ID = re.compile(r" \(opc-request-id [^)]*\)")

PICTURE = "day"
"""What the picture of a cluster's last day is called."""


class Status(Arguments):
    cluster: Annotated[
        str | None, Word(), Field(max_length=300, description="One cluster: its name, or the beginning of it")
    ] = None
    page: Annotated[int, Option(), Field(ge=1, title="n", description="A further page of a large fleet")] = 1
    share: Annotated[bool, Option(), Field(description="Show the answer to the whole channel")] = False
    picture: Annotated[bool, Option(), Field(description="Draw one cluster's last 24 hours, for the whole channel")] = (
        False
    )


def run(args: Status, call: Call, services: Services) -> Reply:  # noqa: ARG001 - every command runs with the same three
    fleet, now = services.fleet.fleet(), services.now()
    cluster = find_cluster(fleet, args.cluster) if args.cluster else None
    if cluster is None:
        if args.picture:
            raise Invalid("A picture is of one cluster: name it, such as `status chat-prod --picture`.")
        text, blocks = _fleet(fleet, services, args.page, buttons=not args.share)
        line = "status" if args.page == 1 else f"status --page {args.page}"
        row: list[Block] = []
    else:
        day = last_day(cluster, services)
        drawn = curves(cluster, day)
        if args.picture:
            return _pictured(cluster, day, drawn)
        health = examine(cluster, fleet, now, services.catalog, services.thresholds)
        text, blocks = detail(health, fleet, day, services)
        blocks = [*blocks, *stuck(fleet, services, cluster.id)]
        line = f"status {cluster.id}"
        row = [button("Scale …", f'scale "{handle(cluster, fleet)}"')]
        if health.severity is not Severity.OK:
            row.insert(0, button("What is wrong?", f"doctor {cluster.id}", style="primary"))
        row += [button("Picture of the 24 h", f"{line} --picture")] if drawn else []
    if args.share:
        return Reply(text=text, blocks=blocks, public=True)
    row += [button("Share to channel", f"{line} --share"), button("Read again", line)]
    return Reply(text=text, blocks=[*blocks, actions(*row)])


def _pictured(cluster: Cluster, day: History | str, drawn: Curves | None) -> Reply:
    """Drawing takes a second or two: the words stand first, the picture comes below them."""
    words = [section(f"*{named(cluster.name)}* · {cluster.region}"), told(day)]
    if drawn is None:
        return Reply(text=escape(f"{clip(cluster.name, 80)}: nothing to draw"), blocks=words)
    last = Reply(
        text=escape(drawn.alt), blocks=[*words, picture(PICTURE, escape(drawn.alt))], pictures={PICTURE: drawn}
    )
    return Reply(text=escape(drawn.alt), blocks=words, public=True, brief=True, then=iter((last,)))


def overview(services: Services) -> tuple[str, list[Block]]:
    """The first page, for where there is no row of buttons below it."""
    return _fleet(services.fleet.fleet(), services, 1, buttons=True)


def _fleet(fleet: Fleet, services: Services, page: int, *, buttons: bool) -> tuple[str, list[Block]]:
    now = services.now()
    found = survey(fleet, now, services.catalog, services.thresholds)
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
    blocks += stuck(fleet, services)
    if page < pages and buttons:
        rest = len(found) - first - PAGE
        blocks.append(actions(button(f"Next page ({rest} more)", f"status --page {page + 1}")))
    return escape(summary), blocks


def _summary(found: Sequence[Health], fleet: Fleet, now: datetime) -> str:
    if fleet.gaps and not found:
        return f"No cluster could be read · {age(fleet.age(now))} ago"
    regions = {each.cluster.region for each in found}
    said = [f"{count(len(found), 'cluster')} in {count(len(regions), 'region')}"]
    bad = sum(each.severity <= Severity.ATTENTION for each in found)
    unknown = sum(each.severity == Severity.UNKNOWN for each in found)
    said.append(f"{bad} {'needs' if bad == 1 else 'need'} attention" if bad else "none seen to need attention")
    if unknown:
        said.append(f"{unknown} not known")
    if any(not each.what.startswith(("limit ", "alarms ")) for each in fleet.gaps):
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
        f"{size(cluster)} · {models(health)} · {endpoints(health)} · {age(now - cluster.time_created)} old",
    ]
    if measured := traffic(health.load):
        said.append(measured)
    said += [f"→ {named(each.sentence, 160)}" for each in health.notable[:3]]
    return "\n".join(said)


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
