"""Lines of a digest on budgets and on cost anomalies, as Oracle and the team's own policy have them."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time
from decimal import Decimal

from commands import _bill
from commands._beside import CURRENCY, of_its_time, plain
from commands._digest_look import Look, slug
from commands._resizings import deleted
from dac.anomalies import Anomalies, Anomaly
from dac.budgets import Budget as TeamBudget
from dac.cluster import Cluster
from dac.digest import Kind, Line, Press, Total, tail
from dac.digest_sums import WEEK, within
from dac.errors import Unavailable
from dac.figures import Money, Source, Trust, Unknown
from dac.findings import Severity
from dac.pricing import cents
from dac.usage import Budget, Budgets, Spend, UsageRow, totals

FULL = Decimal(100)
NEARLY = Decimal(90)
MOST_CURRENCIES = 3


def budgets(look: Look, month: Total | None, spend: Spend | None) -> Iterator[Line]:
    """Those of Oracle that are for this scope, the team's own whose clusters all are, and currencies that have none."""
    own = [each for each in look.services.approvals.policy.budgets if _whole(look, each)]
    for each in own:
        yield _own(each, month, spend, look) if month and spend else _unknown(each, look)
    found = look.services.fleet.budgets()
    theirs = [each for each in found.found if _aims(each, look)] if isinstance(found, Budgets) else []
    if isinstance(found, Budgets):
        for one in theirs:
            yield _oracle(one, found)
    if look.scope.by == "all" and month and not theirs:
        yield from _without(look, month, {each.currency for each in own}, known=isinstance(found, Budgets))
    if isinstance(found, Unknown):
        raise Unavailable(found.settle)


def _whole(look: Look, budget: TeamBudget) -> bool:
    """Whether all of its clusters are of the scope: a part of a sum is not held against the whole limit."""
    here = {each.id for each in look.clusters}
    covered = [each for each in look.fleet.clusters if budget.covers(each)]
    return look.scope.by == "all" or (bool(covered) and all(each.id in here for each in covered))


def _own(budget: TeamBudget, month: Total, spend: Spend, look: Look) -> Line:
    """By the rows of its clusters; a budget for every cluster has those of clusters that are gone, too."""
    part = within(counted(budget, spend, look), month.since, month.until)
    rows = part.rows
    spent = _sum(rows, budget).amount
    limit = Money(amount=budget.monthly, currency=budget.currency)
    used = spent / budget.monthly * FULL
    money = Money(amount=spent, currency=budget.currency)
    said = cents(money) if month.settled or any(row.currency == budget.currency for row in rows) else "nothing yet"
    late = " ⏳" if any(row.currency == budget.currency for row in part.provisional) else ""
    pace = money if month.until.day == 1 else _pace(part, budget)
    ahead = "" if month.until.day == 1 or pace is None else f"; at the pace of its final days {cents(pace)} by its end"
    gone = _sum(within(nobodys(budget, spend, look), month.since, month.until).rows, budget)
    apart = (
        f"; {cents(gone)} of clusters that are gone, whose names are not known, are not in it" if gone.amount else ""
    )
    return Line(
        key=key(budget, look),
        kind=Kind.BUDGET,
        name=budget.name,
        text=f"{said} of {cents(limit)} spent{late} ({used:,.1f} %), {month.name}{ahead}{apart}",
        severity=_severity(used, over=None if pace is None else pace.amount > budget.monthly),
        figure=spent,
        worth=money,
        sources=(
            Source(title="Oracle, RequestSummarizedUsages", as_of=_day(spend), trust=Trust.LIVE),
            _policy(look),
        ),
    )


def _unknown(budget: TeamBudget, look: Look) -> Line:
    """Where what was charged is not known: an estimate is at list price, and a limit is of what is paid."""
    limit = Money(amount=budget.monthly, currency=budget.currency)
    return Line(
        key=key(budget, look),
        kind=Kind.BUDGET,
        name=budget.name,
        text=f"What is spent of {cents(limit)} is not known, for what Oracle charged is not",
        severity=Severity.UNKNOWN,
        sources=(_policy(look),),
    )


def key(budget: TeamBudget, look: Look) -> str:
    """Names that are alike when typed are numbered, in the order of the policy file."""
    alike = [each for each in look.services.approvals.policy.budgets if slug(each.name) == slug(budget.name)]
    place = alike.index(budget)
    return f"budget:{slug(budget.name)}{f'-{place + 1}' if place else ''}"


def _sum(rows: Iterable[UsageRow], budget: TeamBudget) -> Money:
    spent = next((each.amount for each in totals(rows) if each.currency == budget.currency), Decimal(0))
    return Money(amount=spent, currency=budget.currency)


def _pace(part: Spend, budget: TeamBudget) -> Money | None:
    """What the whole month comes to if its other days cost as much as those that are final.

    None where no day is final, or where more is charged already: then these days tell nothing of the others.
    """
    final = within(part, part.since, min(part.settled_until, part.until))
    days = (final.until - final.since).days
    if days <= 0:
        return None
    pace = _sum(final.rows, budget) * (Decimal(monthrange(part.since.year, part.since.month)[1]) / days)
    return None if pace.amount < _sum(part.rows, budget).amount else pace


def counted(budget: TeamBudget, spend: Spend, look: Look) -> Spend:
    """What of it counts against a budget of the team's own."""
    ids = {each.id for each in _known(spend, look) if budget.covers(each)}
    every = "*" in budget.clusters
    rows = tuple(row for row in spend.rows if every or row.resource_id in ids)
    return spend.model_copy(update={"rows": rows})


def _known(spend: Spend, look: Look) -> Iterator[Cluster]:
    """Those that have a name: what Oracle lists, and what requests of ours have had deleted."""
    yield from look.fleet.clusters
    first = datetime.combine(spend.since, time(), UTC)
    yield from (each for each, _ in deleted(look.services.requests, first))


def names(spend: Spend, look: Look) -> dict[str, str]:
    """How those go that have a name, by OCID."""
    here = _bill.names(look.fleet)
    return {each.id: here.get(each.id) or _bill.deleted(each) for each in _known(spend, look)}


def nobodys(budget: TeamBudget, spend: Spend, look: Look) -> Spend:
    """What may count against a budget of some clusters: of resources that nobody here can name any more."""
    known = {each.id for each in _known(spend, look)}
    every = "*" in budget.clusters
    rows = tuple(row for row in spend.rows if not every and row.resource_id not in known)
    return spend.model_copy(update={"rows": rows})


def _aims(budget: Budget, look: Look) -> bool:
    """A budget of Oracle's has compartments or a tag as its target; of a region, or a tag of ours, there is none."""
    if look.scope.by == "all":
        return True
    return look.scope.by == "compartment" and look.scope.value in budget.targets


def _oracle(budget: Budget, found: Budgets) -> Line:
    spent, used, ahead = budget.actual, budget.used, budget.forecast
    share = f" ({used:,.1f} %)" if used is not None else ""
    foreseen = f", {ahead:,.2f} foreseen by Oracle" if ahead is not None else ""
    counts = "everything with its tag" if budget.target_type == "TAG" else "everything in its compartment"
    so_far = (
        f"{spent:,.2f} of {budget.amount:,.2f} spent"
        if spent is not None
        else f"{budget.amount:,.2f}, not reckoned yet"
    )
    return Line(
        key=f"budget:{tail(budget.id)}",
        kind=Kind.BUDGET,
        name=budget.name,
        text=f"{so_far}{share}{foreseen}, {CURRENCY}, for {counts}{of_its_time(budget)}",
        severity=_severity(used, over=None if ahead is None else ahead > budget.amount),
        figure=spent,
        sources=(Source(title="Oracle, ListBudgets", as_of=found.read_at.astimezone(UTC).date(), trust=Trust.LIVE),),
    )


def _severity(used: Decimal | None, *, over: bool | None) -> Severity:
    """`over`: whether it will not do by what is foreseen; where nothing is, what is spent has to tell."""
    if used is not None and used >= FULL:
        return Severity.BROKEN
    nearly = used is not None and used >= NEARLY
    return Severity.ATTENTION if over or (over is None and nearly) else Severity.OK


def _without(look: Look, month: Total, budgeted: set[str], *, known: bool) -> Iterator[Line]:
    """Nothing is said of Oracle's own where these could not be read."""
    where = "at Oracle or in the policy file" if known else "in the policy file"
    for money in month.spent[:MOST_CURRENCIES]:
        if money.currency not in budgeted:
            yield Line(
                key=f"budget:none-{slug(money.currency)}",
                kind=Kind.BUDGET,
                text=f"No budget in {money.currency} {where}, so there is no limit to compare this month with",
                sources=(_policy(look),),
            )


def anomalies(look: Look, today: date) -> Iterator[Line]:
    """Those of the last 7 days that are about dedicated clusters, the newest first."""
    found = look.services.fleet.anomalies()
    if isinstance(found, Unknown):
        raise Unavailable(found.settle)
    then = found.between(today - WEEK, today)
    parts = frozenset(look.services.catalog.part_numbers)
    for each in then.found if then else ():
        if each.concerns(parts) and _here(each, look):
            yield _anomaly(each, found)


def _here(anomaly: Anomaly, look: Look) -> bool:
    """As far as Oracle narrows it down; what it does not place may be of any scope and is told for all alone."""
    match look.scope.by:
        case "all":
            return True
        case "region":
            return anomaly.region == look.scope.value
        case "compartment":
            return look.scope.value in anomaly.compartment_ids
        case _:
            return bool({each.id for each in look.clusters}.intersection(anomaly.resource_ids))


def _anomaly(anomaly: Anomaly, found: Anomalies) -> Line:
    impact = anomaly.impact
    how = "another sum than foreseen"
    if impact is not None:
        share = f" ({anomaly.variance:+,.1f} %)" if anomaly.variance is not None else ""
        how = f"{abs(impact):,.2f} {'less' if impact < 0 else 'more'} than foreseen{share}, {CURRENCY}"
    because = f"; in Oracle's words: {plain(anomaly.root_cause)}" if anomaly.root_cause else ""
    return Line(
        key=f"anomaly:{tail(anomaly.id)}",
        kind=Kind.ANOMALY,
        name=anomaly.monitor,
        text=f"{anomaly.day:%-d %b}: {how}{because}",
        severity=Severity.OK if impact is not None and impact < 0 else Severity.ATTENTION,
        figure=impact,
        presses=(Press(label=f"{anomaly.day:%-d %b} by cluster", line=f"cost actual {anomaly.day}"),),
        sources=(Source(title="Oracle, ListCostAnomalyEvents", as_of=found.read_on, trust=Trust.LIVE),),
    )


def _policy(look: Look) -> Source:
    return Source(title="The team's policy file", as_of=look.at.astimezone(UTC).date(), trust=Trust.TEAM)


def _day(spend: Spend) -> date:
    return spend.read_at.astimezone(UTC).date()
