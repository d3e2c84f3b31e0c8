"""Lines of a digest on clusters: idle, larger than needed, soon without a minimum, or with a model that retires."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import timedelta

from commands._digest_look import Look
from commands._loads import loads
from commands._words import by
from dac.cluster import Cluster
from dac.digest import Kind, Line, Press, tail
from dac.errors import Unavailable
from dac.figures import Price, Source, Trust, Unknown
from dac.findings import Aspect, Finding, Severity
from dac.forecast import CommitmentStatus, commitment
from dac.health import Health
from dac.optimise import hosting, optimise
from dac.pricing import cents, monthly

MOST_CLUSTERS = 60
"""Whose days are read for one digest; more would not come back in time."""

SOON = timedelta(days=7)
MOST_NAMES = 3
IDLE = {Aspect.TRAFFIC, Aspect.ENDPOINTS, Aspect.LEFTOVER}


def idle(look: Look) -> Iterator[Line]:
    """Not called for days, without an endpoint, or for fine-tuning with nothing to train; the dearest first."""
    found = [(each, _idle(each)) for each in look.healths]
    lines = [_idle_line(look, health.cluster, finding) for health, finding in found if finding]
    yield from sorted(lines, key=lambda each: (-(each.figure or 0), each.name, each.key))


def _idle(health: Health) -> Finding | None:
    return next(
        (
            each
            for each in health.findings
            # A cluster that is nearly full of endpoints is bad in the same aspect, and anything but idle.
            if each.bad and each.aspect in IDLE and not (each.aspect is Aspect.ENDPOINTS and health.endpoints)
        ),
        None,
    )


def _idle_line(look: Look, cluster: Cluster, finding: Finding) -> Line:
    cost, read = monthly(look.services.catalog, cluster.unit_shape, cluster.unit_count), _read(finding)
    said = finding.sentence.removeprefix("Idle: ")
    saves = "what its end would save is not known"
    if isinstance(cost, Price):
        saves = f"without it {cents(cost.money)} a month less {by(cost.basis)}"
    why = "nobody calls it" if finding.aspect is Aspect.TRAFFIC else "nothing runs on it"
    return Line(
        key=look.key("idle", cluster.id),
        kind=Kind.IDLE,
        name=cluster.name,
        text=f"{said[:1].upper()}{said[1:]}; {saves}",
        severity=Severity.ATTENTION,
        figure=cost.money.amount if isinstance(cost, Price) else None,
        worth=cost.money if isinstance(cost, Price) else None,
        presses=(Press(label="Ask to delete it", line=f"delete {look.word(cluster)} because {why}"),),
        sources=(read, *(cost.sources if isinstance(cost, Price) else ())),
    )


def oversized(look: Look) -> Iterator[Line]:
    """What saves most by what was measured, one for each cluster that is called."""
    alive = {each.id for each in look.clusters}
    called = [each for each in look.healths if not _idle(each)]
    wanted = [each for each in hosting(look.fleet) if each.id in alive & {health.cluster.id for health in called}]
    read = wanted[:MOST_CLUSTERS]
    services = look.services
    histories = loads(read, services)
    advice = optimise(look.fleet, read, histories, catalog=services.catalog, handbook=services.handbook, zone=look.zone)
    told = set[str]()
    for each in advice:
        if not (each.firm and isinstance(each.saves, Price)) or each.cluster.id in told:
            continue
        told.add(each.cluster.id)
        yield Line(
            key=look.key("oversized", each.cluster.id),
            kind=Kind.OVERSIZED,
            name=each.cluster.name,
            text=f"{each.sentence} Saves {cents(each.saves.money)} a month {by(each.saves.basis)}",
            severity=Severity.ATTENTION,
            figure=each.saves.money.amount,
            worth=each.saves.money,
            presses=(Press(label=each.label, line=each.line),),
            sources=tuple(
                dict.fromkeys((*(one for proof in each.evidence for one in proof.sources), *each.saves.sources))
            ),
        )
    unread = len(wanted) - sum(not isinstance(each, Unknown) for each in histories.values())
    if unread:
        raise Unavailable(
            f"The load of {unread} of {len(wanted)} clusters was not read; `/dac optimise` with its name looks at one."
        )


def commitments(look: Look) -> Iterator[Line]:
    """Whose minimum is met within a week: from then on their end costs nothing more."""
    found = [(each, commitment(each, look.services.catalog, look.at)) for each in look.clusters]
    met = [
        (status.met_at_latest, each, status)
        for each, status in found
        if isinstance(status, CommitmentStatus) and look.at < status.met_at_latest <= look.at + SOON
    ]
    for until, cluster, status in sorted(met, key=lambda each: (each[0], each[1].name)):
        yield Line(
            key=look.key("commitment", cluster.id),
            kind=Kind.COMMITMENT,
            name=cluster.name,
            text=(
                f"From {until:%-d %b %H:%M} UTC at the latest it can be deleted without owing more: its minimum of "
                f"{status.least:,} {status.measure} is met"
            ),
            until=until,
            presses=(Press(label="What it costs", line=f"cost {look.word(cluster)}"),),
            sources=status.sources,
        )


def retirements(look: Look) -> Iterator[Line]:
    """A line for each model whose notice has come, with the clusters that serve it."""
    findings: dict[str, Finding] = {}
    serving: defaultdict[str, list[Cluster]] = defaultdict(list)
    for health in look.healths:
        for each in health.findings:
            if each.bad and each.aspect is Aspect.RETIREMENT:
                findings[each.about] = each
                serving[each.about].append(health.cluster)
    for about, finding in sorted(findings.items(), key=lambda each: (each[1].severity, each[1].sentence)):
        clusters = serving[about]
        names = [each.name for each in clusters[:MOST_NAMES]]
        more = [f"{len(clusters) - MOST_NAMES} more"] if len(clusters) > MOST_NAMES else []
        yield Line(
            key=f"retirement:{tail(about)}",
            kind=Kind.RETIREMENT,
            name=", ".join([*names, *more]),
            text=finding.sentence,
            severity=finding.severity,
            presses=(Press(label="Ask to migrate …", line=f"migrate {look.word(clusters[0])}"),),
            sources=(Source(title="Oracle, ListModels", as_of=finding.at.date(), trust=Trust.LIVE),),
        )


def _read(finding: Finding) -> Source:
    title = "Oracle, SummarizeMetricsData" if finding.aspect is Aspect.TRAFFIC else "Oracle, ListDedicatedAiClusters"
    return Source(title=title, as_of=finding.at.date(), trust=Trust.LIVE)
