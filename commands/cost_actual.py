"""/dac cost actual: what Oracle charged for clusters, by its Usage API, or an estimate where that cannot be read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC
from typing import Annotated

from pydantic import Field

from commands import _beside, _bill
from commands._advice import linked_up, offer, seen_at, word
from commands._answer import Answer
from commands._blocks import named, section
from commands._command import Arguments, Call, Command, Group, Reply, Rest, Services
from dac.budgets import GONE
from dac.cluster import Cluster, Fleet
from dac.figures import Price, Source, Unknown
from dac.naming import find_cluster
from dac.pricing import cents
from dac.usage import Spend, totals
from dac.usage_estimate import Estimate, estimate
from dac.usage_estimate import sums as summed
from dac.usage_periods import Period, is_period, period

THIS_MONTH = "month"
QUOTES = '"“”„'


class Actual(Arguments):
    what: Annotated[
        str,
        Rest(after=""),
        Field(
            max_length=400,
            title="cluster and period",
            description="A cluster, or all; and yesterday, week, month, last month, 2026-10 or 7d",
        ),
    ] = ""


def run(args: Actual, call: Call, services: Services) -> Reply:  # noqa: ARG001 - every command runs with the same three
    typed, span = _meant(args.what)
    days = period(span, services.now().astimezone(UTC).date())
    fleet = services.fleet.fleet()
    cluster = find_cluster(fleet, typed) if typed else None
    spend = services.fleet.spend(days.since, days.until)
    if isinstance(spend, Unknown):
        return _estimated(days, cluster, fleet, spend, services)
    return _charged(days, cluster, fleet, spend, services)


def _meant(what: str) -> tuple[str, str]:
    """Cluster and period: the last word or two are the period if they are written as one, the rest is the cluster."""
    words = what.split()
    for count in (2, 1):
        last = " ".join(words[-count:])
        if len(words) >= count and is_period(last):
            return _unquoted(words[:-count]), last
    return _unquoted(words), THIS_MONTH


def _unquoted(words: Sequence[str]) -> str:
    return " ".join(words).strip(QUOTES)


def _charged(days: Period, cluster: Cluster | None, fleet: Fleet, everything: Spend, services: Services) -> Reply:
    spend = everything.of(cluster.id) if cluster else everything
    read = _bill.usage_api(spend.read_at.astimezone(UTC).date())
    known, whom = _bill.names(fleet), _whom(cluster)
    sums = _bill.said(spend.totals)
    answer = Answer(f"{days.name}: Oracle charged {sums.replace('*', '')} for {cluster.name if cluster else 'all'}")
    answer.say(f"*{days.name[:1].upper()}{days.name[1:]}*, {days.days} in UTC: Oracle charged {sums} for {whom}", read)
    told = _bill.lines(spend, known)
    if told:
        shown = told[: _bill.SHOWN]
        answer.block(section(_bill.table(("Cluster", "Part number", "Quantity", "Charged", "Off list"), shown)))
        if len(told) > len(shown):
            answer.small(f"{len(told) - len(shown)} more lines are in the file in the thread.", read)
        off = _bill.discounts(spend)
        if off and off != "0 %":
            answer.small(f"Your contract's discount, as units were sold against Oracle's list rate: {off}", read)
        answer.small(
            f"The sum is of {len(spend.rows):,} rows, to every digit, and rounded once; a line is rounded by itself.",
            read,
        )
    elif everything.rows:
        answer.small(
            "Oracle's rows of these days name other resources, not this cluster; that they name a cluster by its OCID "
            "is not confirmed, so look at all of them: `/dac cost actual`",
            read,
        )
    if credited := spend.credited:
        answer.small(f"{_bill.said(credited)} of it are credits, refunds and corrections: rows below zero.", read)
    beside = services.fleet.uncounted(days.since, days.until, cluster.id if cluster else "")
    _beside.uncounted(answer, beside, named(cluster.name) if cluster else "")
    _late(answer, spend, read)
    if cluster is None:
        if days.since.day == 1 and not spend.complete:
            _beside.budgets(answer, services.fleet.budgets())
        _beside.anomalies(answer, services.fleet.anomalies(), days, services.catalog.part_numbers)
    reply = answer.reply(*offer(*_next(cluster, fleet)))
    if len(told) <= _bill.SHOWN:
        return reply
    file = _bill.bill(spend, known, f"{days.since}-to-{days.until}")
    # A file needs a message that everybody sees, for its thread is where it is put.
    public = replace(reply, public=True)
    return replace(public, then=iter([replace(public, files=(file,))]))


def _late(answer: Answer, spend: Spend, read: Source) -> None:
    if spend.complete:
        final = "Final: these days ended more than 48 h ago. Credits and refunds may still follow."
        answer.small(final, read, _bill.LATE)
        return
    since = max(spend.settled_until, spend.since)
    part = totals(spend.provisional)
    so_far = f"{_bill.said(part)} of it is provisional" if part else "it is provisional"
    answer.small(
        f"⏳ {so_far}: Oracle still changes and adds rows of the days since {since}, up to 48 h.", read, _bill.LATE
    )


def _estimated(days: Period, cluster: Cluster | None, fleet: Fleet, why: Unknown, services: Services) -> Reply:
    wanted = (cluster,) if cluster else tuple(each for each in fleet.clusters if each.lifecycle_state not in GONE)
    made = [estimate(services.catalog, each, days.since, days.until, services.now()) for each in wanted]
    priced = [each.cost for each in made if isinstance(each.cost, Price)]
    sums = _bill.said(summed(made)) if priced else "*unknown*"
    answer = Answer(f"{days.name}: an estimate of {sums.replace('*', '')}, for what Oracle charged is not known")
    sources = tuple(dict.fromkeys(source for each in priced for source in each.sources))
    answer.say(
        f"*{days.name[:1].upper()}{days.name[1:]}*, {days.days} in UTC: {sums} for {_whom(cluster)}, *estimated*",
        seen_at(fleet),
        *sources,
    )
    answer.small(
        f"What Oracle charged is not known: {linked_up(why.settle)}",
        _bill.usage_api(services.now().astimezone(UTC).date()),
    )
    known = _bill.names(fleet)
    rows = [(known[each.cluster.id], str(each.cluster.unit_count), f"{each.hours:,.1f}", _cost(each)) for each in made]
    if rows:
        answer.block(section(_bill.table(("Cluster", "Units", "Hours", "Estimate"), rows[: _bill.SHOWN])))
    if len(rows) > _bill.SHOWN:
        answer.small(f"{len(rows) - _bill.SHOWN} more clusters are in the sum and not shown.", seen_at(fleet))
    if len(priced) < len(made):
        answer.small(f"{len(made) - len(priced)} of them have no price on file and are not in the sum.", seen_at(fleet))
    answer.small(
        "The sum is units as they are now × hours so far × the price on file, with no word of earlier sizes, of "
        "clusters that are gone, of Oracle's minimum, or of credits."
    )
    return answer.reply(*offer(*_next(cluster, fleet)))


def _cost(made: Estimate) -> str:
    return str(cents(made.cost.money)) if isinstance(made.cost, Price) else "unknown"


def _whom(cluster: Cluster | None) -> str:
    return f"*{named(cluster.name)}*" if cluster else "all dedicated AI clusters I look after"


def _next(cluster: Cluster | None, fleet: Fleet) -> list[tuple[str, str]]:
    if cluster is None:
        return [("Last month", "cost actual last month"), ("Yesterday", "cost actual yesterday")]
    which = word(cluster, fleet)
    return [("Last month", f"cost actual {which} last month"), ("What it costs from here", f"cost {which}")]


COMMAND = Command(
    name="cost actual",
    summary="What Oracle charged for clusters: by cluster and part number, with discount and what may still change.",
    arguments=Actual,
    run=run,
    examples=(
        "cost actual",
        "cost actual last month",
        "cost actual chat-prod 2026-10",
        "cost actual chat-prod 7d",
    ),
    aliases=("actual cost", "bill"),
    group=Group.LOOK,
    order=16,
)
