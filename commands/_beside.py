"""What is told beside a bill: what it leaves out, how far budgets are spent, which days Oracle did not foresee."""

from __future__ import annotations

from datetime import UTC, date
from decimal import Decimal

from commands import _bill
from commands._advice import linked_up
from commands._answer import Answer
from commands._blocks import escape, named
from dac.anomalies import Anomalies, Anomaly
from dac.figures import Source, Trust, Unknown
from dac.naming import in_one_line
from dac.uncounted import Uncounted
from dac.usage import Budget, Budgets
from dac.usage_periods import Period

MOST_BUDGETS = 5
MOST_PRODUCTS = 4
MOST_ANOMALIES = 3
JSON_MARKS = str.maketrans("", "", '{}"')
CURRENCY = "in your rate card's currency"
"""Oracle names none with either."""


def budgets(answer: Answer, found: Budgets | Unknown) -> None:
    if isinstance(found, Unknown):
        _unknown(answer, found)
        return
    read = _read("ListBudgets", found.read_at.astimezone(UTC).date())
    reckoned = [each for each in found.found if each.actual is not None]
    for each in reckoned[:MOST_BUDGETS]:
        answer.small(_budget(each), read)
    if len(reckoned) > MOST_BUDGETS:
        answer.small(f"{len(reckoned) - MOST_BUDGETS} more budgets are not shown.", read)


def anomalies(answer: Answer, found: Anomalies | Unknown, days: Period, part_numbers: tuple[str, ...]) -> None:
    """Of the days that were asked about; of days that Oracle was not asked about nothing is said."""
    if isinstance(found, Unknown):
        _unknown(answer, found)
        return
    then = found.between(days.since, days.until)
    if then is None:
        return
    ours = [each for each in then.found if each.concerns(frozenset(part_numbers))]
    others = len(then.found) - len(ours)
    read = _read("ListCostAnomalyEvents", found.read_on)
    more = f"; {others} of other services" if others else ""
    if not ours:
        answer.small(f"Oracle found no cost anomaly of Generative AI in these days{more}.", read)
        return
    told = "; ".join(_anomaly(each) for each in ours[:MOST_ANOMALIES])
    rest = f"; {len(ours) - MOST_ANOMALIES} more" if len(ours) > MOST_ANOMALIES else ""
    answer.small(f"📈 Cost anomalies that Oracle found, {CURRENCY}: {told}{rest}{more}.", read)


def uncounted(answer: Answer, found: Uncounted | Unknown, cluster: str) -> None:
    """What is on the bill and in no sum; `cluster` is the name of the one that was asked about, if one was."""
    if isinstance(found, Unknown):
        _unknown(answer, found)
        return
    read = _read("RequestSummarizedUsages", found.read_at.astimezone(UTC).date())
    new, others = (found, None) if cluster else (found.dedicated, found.others)
    if new.rows:
        whose = f"of {cluster}" if cluster else "of what is dedicated by its name"
        answer.small(
            f"⚠️ {_bill.said(new.totals)} {whose} is *not in the sum*, for I do not know its part number: "
            f"{_products(new)}. With its price in a file of DAC_CATALOG_FILES it counts.",
            read,
        )
    if others and others.rows:
        answer.small(
            f"Not in the sum, for it takes no cluster: {_bill.said(others.totals)} of Generative AI on demand and the "
            f"like, by the part numbers {_products(others)}.",
            read,
        )


def _products(found: Uncounted) -> str:
    shown = [f"{named(part or '-')} {named(product)}".rstrip() for part, product in found.products]
    more = f" and {len(shown) - MOST_PRODUCTS} more" if len(shown) > MOST_PRODUCTS else ""
    return ", ".join(shown[:MOST_PRODUCTS]) + more


def _budget(each: Budget) -> str:
    share = f" ({each.used:.1f} %)" if each.used is not None else ""
    ahead = f", {each.forecast:,.2f} foreseen" if each.forecast is not None else ""
    since = f", as Oracle reckoned at {each.computed_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC" if each.computed_at else ""
    return (
        f"Budget “{named(each.name)}”{escape(of_its_time(each))}: {each.actual:,.2f} of {each.amount:,.2f} spent"
        f"{share}{ahead}{since}, {CURRENCY}; a budget is for all of its target, not for clusters alone"
    )


def of_its_time(budget: Budget) -> str:
    """Of which time it is, where that is no month; plain text, to follow its name."""
    match budget.processing:
        case "MONTH":
            return ""
        case "SINGLE_USE":
            return ", once and not by the month"
        case "INVOICE":
            return ", by your invoice's period and not the month"
        case other:
            return f", by {in_one_line(plain(other))} and not the month"


def _anomaly(each: Anomaly) -> str:
    where = f", {named(each.region)}" if each.region else ""
    told = [f"{each.day} {named(each.monitor)}{where}: {_impact(each.impact)}"]
    if each.variance is not None:
        told.append(f"({each.variance:+,.1f} %)")
    if each.actual is not None:
        told.append(f"{each.actual:,.2f} in place of {each.expected:,.2f}")
    if each.root_cause:
        told.append(f"because, in Oracle's words, {named(plain(each.root_cause))}")
    return ", ".join(told).replace(", (", " (")


def plain(cause: str) -> str:
    """Oracle gives a root cause as JSON, of which people read the words."""
    return cause.translate(JSON_MARKS)


def _impact(impact: Decimal | None) -> str:
    if impact is None:
        return "another sum than foreseen"
    return f"{abs(impact):,.2f} {'less' if impact < 0 else 'more'} than foreseen"


def _unknown(answer: Answer, found: Unknown) -> None:
    answer.small(f"{found.what[:1].upper()}{found.what[1:]} is not known: {linked_up(found.settle)}")


def _read(operation: str, day: date) -> Source:
    return Source(title=f"Oracle, {operation}", as_of=day, trust=Trust.LIVE)
