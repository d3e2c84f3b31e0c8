"""What a digest compares with what: the spans of days of its totals, and which of Oracle's rows belong to its scope."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta

from dac.cluster import Fleet
from dac.digest import Compared, Final, Scope, Total
from dac.figures import Frozen, Money
from dac.usage import SETTLES_AFTER, Spend, UsageRow, totals

DAY = timedelta(days=1)
WEEK = timedelta(days=7)
REGION_PLACE = 3
"""Which part of an OCID names the region."""

REGION_KEYS = {"iad": "us-ashburn-1", "phx": "us-phoenix-1"}
"""How OCIDs name the two oldest regions, which are of an age before the others' way of naming."""


class Span(Frozen):
    """`until` is the first day that is not in it any more."""

    name: str
    since: date
    until: date


class Told(Frozen):
    """A total's span and the spans it is compared with."""

    key: str
    span: Span
    before: tuple[Span, ...]


def day_of(at: datetime) -> date:
    """In UTC, in which Oracle bills."""
    return at.astimezone(UTC).date()


def spans(today: date) -> tuple[Told, ...]:
    """Yesterday, the last 7 days, and the month: this one so far, or on its first day the one that has just ended."""
    yesterday, week = today - DAY, today - WEEK
    return (
        Told(
            key="total:yesterday",
            span=Span(name="Yesterday", since=yesterday, until=today),
            before=(
                Span(name="the day before", since=yesterday - DAY, until=yesterday),
                Span(name=f"the {yesterday:%A} before", since=yesterday - WEEK, until=today - WEEK),
            ),
        ),
        Told(
            key="total:week",
            span=Span(name="Last 7 days", since=week, until=today),
            before=(Span(name="the 7 days before", since=week - WEEK, until=week),),
        ),
        Told(key="total:month", span=_month(today), before=(_month_before(_month(today)),)),
    )


def final_weeks(at: datetime) -> tuple[date, date, date]:
    """The last 7 days that are final at that moment and the 7 before: where they begin, meet and end."""
    last = day_of(at - SETTLES_AFTER)
    return last - WEEK - WEEK, last - WEEK, last


def since(today: date) -> date:
    """The first day that any of these needs; one reading serves them all."""
    return min(each.since for told in spans(today) for each in (told.span, *told.before))


def _month(today: date) -> Span:
    first = (today - DAY).replace(day=1)
    return Span(name=f"{first:%B}" if today.day == 1 else f"{first:%B} so far", since=first, until=today)


def _month_before(month: Span) -> Span:
    """The same days of it; all of it where it has no more, or where the month is compared as a whole."""
    first = (month.since - DAY).replace(day=1)
    until = min(first + (month.until - month.since), month.since)
    if month.until.day == 1 or until == month.since:
        return Span(name=f"all of {first:%B}", since=first, until=month.since)
    days = (until - first).days
    return Span(name=f"the same {days} days of {first:%B}" if days > 1 else f"{first:%B} 1", since=first, until=until)


def within(spend: Spend, since: date, until: date) -> Spend:
    """The rows of some days of it."""
    rows = tuple(row for row in spend.rows if since <= row.day < until)
    return spend.model_copy(update={"since": since, "until": until, "rows": rows})


def told(spend: Spend, today: date) -> tuple[Total, ...]:
    """The totals of what was charged, each beside those before it."""
    found = []
    for each in spans(today):
        part = within(spend, each.span.since, each.span.until)
        before = [_compared(within(spend, span.since, span.until), span.name) for span in each.before]
        found.append(
            Total(
                key=each.key,
                name=each.span.name,
                since=part.since,
                until=part.until,
                spent=part.totals,
                provisional=totals(part.provisional),
                settled=part.complete,
                compared=tuple(before),
                final=_final(spend, each),
            )
        )
    return tuple(found)


def _final(spend: Spend, of: Told) -> Final | None:
    """Of the days that it is compared with first there may be fewer: February has no 29th."""
    before = of.before[0]
    days = min(min(spend.settled_until, of.span.until) - of.span.since, before.until - before.since)
    if days < DAY:
        return None
    until = before.since + days
    return Final(
        until=of.span.since + days,
        spent=within(spend, of.span.since, of.span.since + days).totals,
        before=_compared(within(spend, before.since, until), "as many days before"),
    )


def _compared(part: Spend, name: str) -> Compared:
    return Compared(name=name, since=part.since, until=part.until, spent=part.totals, settled=part.complete)


def estimated(
    made: Callable[[date, date], tuple[tuple[Money, ...], tuple[str, ...]]], today: date
) -> tuple[Total, ...]:
    """The same spans by an estimate, which is compared with nothing: not all that is gone is a part of it.

    `made` finds sums, and the names of what is missing in them; where all that has a price is nothing, so is the sum.
    """
    found = []
    for each in spans(today):
        spent, missing = made(each.span.since, each.span.until)
        if missing and not any(money.amount for money in spent):
            spent = ()
        found.append(
            Total(
                key=each.key,
                name=each.span.name,
                since=each.span.since,
                until=each.span.until,
                spent=spent,
                estimated=True,
                missing=missing,
            )
        )
    return tuple(found)


def parted(spend: Spend, fleet: Fleet, scope: Scope) -> tuple[Spend, Spend]:
    """What is of the scope, and that of which it is not known: rows tell a resource, and not where it was."""
    if scope.by == "all":
        return spend, _only(spend, ())
    covered = {each.id: scope.covers(each) for each in fleet.clusters}
    fits = _of_the_gone(scope)
    ours, open_ = list[UsageRow](), list[UsageRow]()
    for row in spend.rows:
        belongs = covered.get(row.resource_id)
        belongs = fits(row.resource_id) if belongs is None else belongs
        if belongs is None:
            open_.append(row)
        elif belongs:
            ours.append(row)
    return _only(spend, ours), _only(spend, open_)


def _of_the_gone(scope: Scope) -> Callable[[str], bool | None]:
    """An OCID names the region that a resource was in, and nothing else of its place."""

    def fits(ocid: str) -> bool | None:
        parts = ocid.split(".")
        if scope.by != "region" or parts[0] != "ocid1" or len(parts) <= REGION_PLACE + 1 or not parts[REGION_PLACE]:
            return None
        place = parts[REGION_PLACE]
        return REGION_KEYS.get(place, place) == scope.value

    return fits


def _only(spend: Spend, rows: Sequence[UsageRow]) -> Spend:
    return spend.model_copy(update={"rows": tuple(rows)})
