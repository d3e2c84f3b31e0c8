"""/dac cost actual: what Oracle charged for clusters, by its Usage API, or an estimate where that cannot be read."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime, time
from typing import Annotated

from pydantic import Field

from commands import _beside, _bill, _bill_estimated, _resizings
from commands._advice import not_known, offer, word
from commands._answer import Answer
from commands._blocks import escape, named
from commands._command import Arguments, Call, Command, Group, Reply, Rest, Services
from dac.cluster import Cluster, Fleet
from dac.errors import DacError, NotFound
from dac.figures import Source, Unknown
from dac.naming import find_cluster
from dac.pricing import cents
from dac.usage import Spend, totals
from dac.usage_periods import EXAMPLES, Period, is_period, period

THIS_MONTH = "month"
QUOTES = '"“”„'


class Actual(Arguments):
    what: Annotated[
        str,
        Rest(after=""),
        Field(
            max_length=400,
            title="cluster and period",
            description="A cluster, or all; and yesterday, week, month, last month, 2026-10, 2026-10-31, "
            "2026-10-01..2026-10-14 or 7d",
        ),
    ] = ""


def run(args: Actual, call: Call, services: Services) -> Reply:  # noqa: ARG001 - every command runs with the same three
    typed, span = meant(args.what)
    days = period(span, services.now().astimezone(UTC).date())
    fleet: Fleet | Unknown
    try:
        fleet = services.fleet.fleet()
    except DacError as error:
        if typed:
            raise
        fleet = Unknown(what="which clusters there are", settle=str(error).rstrip("."))
    gone = _gone(days, services)
    cluster = _found(fleet, typed, gone) if typed and isinstance(fleet, Fleet) else None
    spend = services.fleet.spend(days.since, days.until)
    if isinstance(spend, Unknown):
        answer = _bill_estimated.answer(days, cluster, fleet, spend, services)
        if cluster is None:
            _says_oracle(answer, days, services)
        return answer.reply(*offer(*_next(cluster, fleet, span, days, services.now().astimezone(UTC).date())))
    return _charged(days, cluster, fleet, spend, services, span)


def _gone(days: Period, services: Services) -> tuple[Cluster, ...]:
    """Clusters that are still on the bill of those days, and that requests have had deleted since they began."""
    since = datetime.combine(days.since, time(), UTC)
    return tuple(each for each, _ in _resizings.deleted(services.requests, since))


def _found(fleet: Fleet, typed: str, gone: tuple[Cluster, ...]) -> Cluster:
    try:
        return find_cluster(fleet, typed)
    except NotFound as error:
        with suppress(NotFound):
            return find_cluster(fleet.model_copy(update={"clusters": gone}), typed)
        raise NotFound(f"{error} Periods are {EXAMPLES}.") from None


def meant(what: str) -> tuple[str, str]:
    """Cluster and period: the last words are the period if they are written as one, the rest is the cluster."""
    words = what.split()
    for count in (3, 2, 1):
        last = " ".join(words[-count:])
        if len(words) >= count and is_period(last):
            return _unquoted(words[:-count]), last
    return _unquoted(words), THIS_MONTH


def _unquoted(words: Sequence[str]) -> str:
    return " ".join(words).strip(QUOTES)


def _charged(
    days: Period, cluster: Cluster | None, fleet: Fleet | Unknown, everything: Spend, services: Services, span: str
) -> Reply:
    spend = everything.of(cluster.id) if cluster else everything
    read = _bill.usage_api(spend.read_at.astimezone(UTC).date())
    known = {each.id: _bill.deleted(each) for each in _gone(days, services)}
    known |= {} if isinstance(fleet, Unknown) else _bill.names(fleet)
    whom = _bill.whom(cluster)
    # Days without a row that may still get one are not known to have cost nothing.
    yet = "" if spend.rows or spend.complete else " yet"
    sums = _bill.said(spend.totals) + yet
    answer = Answer(
        f"{days.name}: Oracle charged {_bill.plain(spend.totals)}{yet} for {cluster.name if cluster else 'all'}"
    )
    answer.say(f"*{days.name[:1].upper()}{days.name[1:]}*, {days.days} in UTC: Oracle charged {sums} for {whom}", read)
    if isinstance(fleet, Unknown):
        answer.small(f"Clusters go by the ends of their OCIDs: {escape(not_known(fleet))}")
    told = _bill.lines(spend, known)
    if told:
        shown = told[: _bill.SHOWN]
        answer.lines((each, (read,)) for each in shown)
        if len(told) > len(shown):
            answer.small(f"{len(told) - len(shown):,} more lines are in the file in the thread.", read)
        off = _bill.discounts(spend)
        if off not in {"", "0 %", "partly 0 %"}:
            answer.small(f"Your contract's discount, as units were sold against Oracle's list rate: {off}", read)
        rows = f"{len(spend.rows):,} row{'' if len(spend.rows) == 1 else 's'}"
        answer.small(f"The sum is of {rows}, to every digit, and rounded once; a line is rounded by itself.", read)
    elif everything.rows:
        answer.small(
            "Oracle's rows of these days name other resources, not this cluster; that they name a cluster by its OCID "
            "is not confirmed, so look at all of them: `/dac cost actual`",
            read,
        )
    if credited := [each for each in spend.credited if cents(each).amount]:
        answer.small(f"{_bill.said(credited)} of it are credits, refunds and corrections: rows below zero.", read)
    beside = services.fleet.uncounted(days.since, days.until, cluster.id if cluster else "")
    _beside.uncounted(answer, beside, named(cluster.name) if cluster else "")
    _late(answer, spend, read)
    if cluster is None:
        _says_oracle(answer, days, services)
    reply = answer.reply(*offer(*_next(cluster, fleet, span, days, services.now().astimezone(UTC).date())))
    if len(told) <= _bill.SHOWN:
        return reply
    file = _bill.bill(spend, known, f"{days.since}-to-{days.until}")
    # A file needs a message that everybody sees, for its thread is where it is put.
    public = replace(reply, public=True)
    return replace(public, brief=True, then=iter([replace(public, files=(file,))]))


def _says_oracle(answer: Answer, days: Period, services: Services) -> None:
    """Of a month that runs, what budgets say: they know of no other."""
    today = services.now().astimezone(UTC).date()
    if days.since == today.replace(day=1) and days.until > today:
        _beside.budgets(answer, services.fleet.budgets())
    _beside.anomalies(answer, services.fleet.anomalies(), days, services.catalog.part_numbers)


def _late(answer: Answer, spend: Spend, read: Source) -> None:
    if spend.complete:
        final = "Final: these days ended more than 48 h ago. Credits and refunds may still follow."
        answer.small(final, read, _bill.LATE)
        return
    since = max(spend.settled_until, spend.since)
    part = totals(spend.provisional)
    so_far = f"{_bill.said(part)} of it is provisional" if part else "Provisional"
    answer.small(
        f"⏳ {so_far}: Oracle still changes and adds rows of the days since {since}, up to 48 h.", read, _bill.LATE
    )


def _next(
    cluster: Cluster | None, fleet: Fleet | Unknown, span: str, days: Period, today: date
) -> list[tuple[str, str]]:
    if cluster is None or isinstance(fleet, Unknown):
        behind = ("Explain the sum", f"cost explain all {span}")
        others = [("Last month", "cost actual last month"), ("Yesterday", "cost actual yesterday")]
        # What it tells already is no way on.
        return [behind, *(each for each in others if period(each[0].lower(), today).days != days.days)]
    which = word(cluster, fleet)
    if cluster not in fleet.clusters:
        return [("Last month", f"cost actual {cluster.id} last month")]
    behind = ("Explain the sum", f"cost explain {which} {span}")
    return [behind, ("Last month", f"cost actual {which} last month"), ("What it costs from here", f"cost {which}")]


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
