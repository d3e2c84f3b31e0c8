"""Lines of a digest on clusters: idle, larger than needed, soon without a minimum, or with a model that retires."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import UTC, timedelta
from decimal import Decimal

from commands._digest_look import Look
from commands._loads import loads
from commands._making import first_to_go
from commands._words import by
from dac.advice import Advice
from dac.cluster import Cluster
from dac.digest import Kind, Line, Press, tail
from dac.errors import Unavailable
from dac.figures import Price, Source, Trust, Unknown
from dac.findings import Aspect, Finding, Severity
from dac.forecast import CommitmentStatus, commitment
from dac.health import Health
from dac.naming import clip
from dac.optimise import hosting, optimise
from dac.pricing import cents, monthly

SOON = timedelta(days=7)
MOST_NAMES = 3
SHORT = 30
"""Characters of a name on a button."""

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
    saves = "What deleting it would save is not known"
    if isinstance(cost, Price):
        saves = f"Deleting it saves {_a_month(look, cost)}{_minimum(look, cluster)}"
    why = "nobody calls it" if finding.aspect is Aspect.TRAFFIC else "nothing runs on it"
    before = first_to_go(cluster, look.fleet)
    if before:
        why = f"{clip(cluster.name)} is idle"
        saves += f". To be deleted first: {_listed([each for each, _ in before])}"
    wanted = [each for each in before if each[1]][:MOST_NAMES]
    wanted += [] if before else [("it", f"delete {look.word(cluster)}")]
    return Line(
        key=look.key("idle", cluster.id),
        kind=Kind.IDLE,
        name=cluster.name,
        text=f"{said[:1].upper()}{said[1:]}. {saves}",
        severity=Severity.ATTENTION,
        figure=cost.money.amount if isinstance(cost, Price) else None,
        worth=cost.money if isinstance(cost, Price) else None,
        presses=tuple(
            Press(label=f"Ask to delete {clip(what, SHORT)}", line=f"{line} because {why}") for what, line in wanted
        ),
        sources=(read, *(cost.sources if isinstance(cost, Price) else ())),
    )


def oversized(look: Look) -> Iterator[Line]:
    """What saves most by what was measured, one for each cluster that is called.

    All of them are looked at, the dearest first; how many were not before the time was over is said.
    """
    alive = {each.id for each in look.clusters}
    called = [each for each in look.healths if not _idle(each)]
    wanted = [each for each in hosting(look.fleet) if each.id in alive & {health.cluster.id for health in called}]
    services = look.services
    wanted.sort(key=lambda each: (-_dear(look, each), each.id))
    histories = loads(wanted, services)
    advice = optimise(
        look.fleet, wanted, histories, catalog=services.catalog, handbook=services.handbook, zone=look.zone
    )
    told = set[str]()
    for each in advice:
        if not (each.firm and isinstance(each.saves, Price)) or each.cluster.id in told:
            continue
        told.add(each.cluster.id)
        yield Line(
            key=look.key("oversized", each.cluster.id),
            kind=Kind.OVERSIZED,
            name=each.cluster.name,
            text=f"{each.sentence} Saves {_a_month(look, each.saves)}{_ending(look, each)}",
            severity=Severity.ATTENTION,
            figure=each.saves.money.amount,
            worth=each.saves.money,
            presses=(Press(label=each.label, line=each.line),),
            sources=tuple(
                dict.fromkeys((*(one for proof in each.evidence for one in proof.sources), *each.saves.sources))
            ),
        )
    unread = [each.name for each in wanted if isinstance(histories[each.id], Unknown)]
    if unread:
        count = f"{len(unread)} of {len(wanted)} clusters" if len(wanted) > 1 else "the one cluster"
        raise Unavailable(
            f"The load of {count} was not read ({_listed(unread)}). `/dac optimise <cluster>` looks at one."
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
        yield Line(
            key=f"retirement:{tail(about)}",
            kind=Kind.RETIREMENT,
            name=_listed([each.name for each in clusters]),
            text=finding.sentence,
            severity=finding.severity,
            presses=tuple(
                Press(
                    label=f"Migrate {clip(each.name, SHORT) if len(clusters) > 1 else 'it'} …",
                    line=f"migrate {look.word(each)}",
                )
                for each in clusters[:MOST_NAMES]
            ),
            sources=(Source(title="Oracle, ListModels", as_of=finding.at.date(), trust=Trust.LIVE),),
        )


def _listed(names: Sequence[str]) -> str:
    more = [f"{len(names) - MOST_NAMES} more"] if len(names) > MOST_NAMES else []
    return ", ".join([*names[:MOST_NAMES], *more])


def _dear(look: Look, cluster: Cluster) -> Decimal:
    cost = monthly(look.services.catalog, cluster.unit_shape, cluster.unit_count)
    return cost.money.amount if isinstance(cost, Price) else Decimal(0)


def _a_month(look: Look, saves: Price) -> str:
    """With the hours of the month that is meant, for months differ."""
    hours = look.services.catalog.commitments.hosting.count
    return f"{cents(saves.money)} a month ({hours} h {by(saves.basis)})"


def _ending(look: Look, advice: Advice) -> str:
    """Another size leaves the cluster and its minimum as they are, and a night is one of many."""
    if not advice.line.startswith("scale "):
        return _minimum(look, advice.cluster)
    return " if it is done every working day" if " --for " in advice.line else ""


def _minimum(look: Look, cluster: Cluster) -> str:
    """From when on the end of a cluster saves anything."""
    status = commitment(cluster, look.services.catalog, look.at)
    if isinstance(status, Unknown):
        return "; whether its minimum is met is not known"
    if status is None or status.met:
        return ""
    met = f"{status.met_at_latest.astimezone(UTC):%-d %b %H:%M} UTC"
    return f", from {met} at the latest, when its minimum of {status.least:,} {status.measure} is met"


def _read(finding: Finding) -> Source:
    title = "Oracle, SummarizeMetricsData" if finding.aspect is Aspect.TRAFFIC else "Oracle, ListDedicatedAiClusters"
    return Source(title=title, as_of=finding.at.date(), trust=Trust.LIVE)
