"""The sum behind a line of a digest, made anew of what Oracle tells now, for the days and the scope of that digest."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, timedelta
from datetime import date as day
from decimal import Decimal
from typing import NamedTuple
from zoneinfo import ZoneInfo

from commands import _bill, _digest_movers, _digest_oracle, _explained
from commands._advice import seen_at
from commands._answer import Answer
from commands._blocks import date, named
from commands._command import Call, Services
from commands._digest_look import Look
from commands._digest_marks import Meant
from commands._estimates import estimates, ran, unseen
from commands._estimates import month_ahead as foreseen
from commands._explained_forecast import forecast
from dac import digest_sums
from dac.change import units
from dac.digest import Digest, Kind, Line, Total
from dac.errors import NotFound
from dac.figures import Money, Unknown
from dac.naming import clip
from dac.pricing import monthly, working
from dac.usage import Spend

FORECAST = "forecast"
MONTH = "total:month"
ONE_DAY = timedelta(days=1)
MOST_CLUSTERS = 10
LINE = 600
"""Characters of what a line said."""


class Explained(NamedTuple):
    """An answer to be ended, and the rows behind it where there are more than it shows."""

    answer: Answer
    rows: Spend | None = None


def look_at(digest: Digest | None, call: Call, services: Services) -> Look:
    """What that digest looked at, as it is now; without one, everything at this moment."""
    fleet = services.fleet.fleet()
    if digest is None:
        return Look(services, Digest(at=services.now()).scope, services.now(), services.zone_of(call.user), fleet)
    return Look(services, digest.scope, digest.at, ZoneInfo(digest.zone), fleet)


def total(key: str, digest: Digest | None, look: Look) -> Explained:
    """A total of the digest, or of a digest that would be told now."""
    today = digest_sums.day_of(look.at)
    span = next((each.span for each in digest_sums.spans(today) if each.key == key), None)
    if span is None:
        known = " and ".join(f"`{each.key}`" for each in digest_sums.spans(today))
        raise NotFound(f"There is no total “{clip(key)}”: there are {known}, and `forecast`.")
    days = f"{span.since} to {span.until - timedelta(days=1)}"
    answer = Answer(f"The sum behind {key}, {span.name}, {days}")
    read = _spend(look, digest_sums.since(today), today)
    said = f"*{span.name}*, {days} in UTC, for {named(look.scope.words, 200)}"
    if isinstance(read, Unknown):
        seen = seen_at(look.fleet)
        answer.say(f"{said}: estimated, for what Oracle charged is not known", seen)
        catalog = look.services.catalog
        there = ran(look.fleet, look.services, span.since, look.scope.covers)
        made = estimates(there, span.since, span.until, look.services)
        _explained.estimates(answer, made, catalog, seen, unseen(look.fleet))
        return Explained(answer)
    spend = digest_sums.within(read, span.since, span.until)
    answer.say(said, _bill.usage_api(spend.read_at.astimezone(UTC).date()))
    more = _explained.rows(answer, spend)
    now = next(each for each in digest_sums.told(read, today) if each.key == key)
    answer.lines((text, (_bill.usage_api(_read_on(spend, look)),)) for text in _final(now))
    told = digest.total(key) if digest else None
    if digest and told:
        _since_then(answer, told.spent, spend, digest)
    return Explained(answer, spend if more else None)


def _final(total: Total) -> Iterator[str]:
    """The two sums that its percentage is of, where it is not of the whole."""
    final = total.final
    if final is None or total.settled:
        return
    for currency in sorted({each.currency for each in (*final.spent, *final.before.spent)}):
        now, before = (_amount(spent, currency) for spent in (final.spent, final.before.spent))
        share = ""
        if now.amount > 0 and before.amount > 0:
            percent = ((now - before).amount / before.amount * 100).quantize(Decimal("0.0001"))
            share = f": {_explained.digits(abs(percent))} % {'less' if percent < 0 else 'more'}"
        days = f"{total.since} to {final.until - ONE_DAY}", f"{final.before.since} to {final.before.until - ONE_DAY}"
        yield f"Final days, {days[0]}: {_explained.exact(now)}; {days[1]}: {_explained.exact(before)}{share}"


def _amount(spent: Sequence[Money], currency: str) -> Money:
    return next((each for each in spent if each.currency == currency), Money(amount=Decimal(0), currency=currency))


def month_ahead(digest: Digest | None, look: Look) -> Explained:
    """The forecast, by the units there are now."""
    today = digest_sums.day_of(look.at)
    spend = _spend(look, digest_sums.since(today), today)
    made = foreseen(spend, look.clusters, look.fleet, look.services, look.at, look.scope.covers)
    answer = Answer(f"The sum behind the forecast for {made.since:%B %Y}")
    read = _bill.usage_api(_read_on(spend, look))
    as_of = f"as of {date(look.at)}" if digest else "as of now"
    answer.say(f"*{made.since:%B %Y}* at its end, {as_of}, for {named(look.scope.words, 200)}", read)
    forecast(answer, made, read, seen_at(look.fleet))
    return Explained(answer)


def line(found: Meant, look: Look) -> Explained:
    """What a line of that kind is made of; where it is no sum, what it says and where that was read."""
    of = found.line
    answer = Answer(f"What is behind {of.key}: {of.text}")
    name = f"*{named(of.name, 100)}* · " if of.name else ""
    answer.say(f"{name}{named(of.text, LINE)}", *(of.sources or (seen_at(look.fleet),)))
    told = KINDS.get(of.kind, _no_sum)(answer, of, look)
    return Explained(answer, told)


def _no_sum(answer: Answer, of: Line, _look: Look) -> None:
    answer.say("There is no sum behind this line: it tells what was read.", *of.sources)


def _saving(answer: Answer, of: Line, look: Look) -> None:
    """A saving is units that would not be paid for a month, at the price on file."""
    cluster = next((each for each in look.clusters if look.key(of.kind, each.id) == of.key), None)
    seen = seen_at(look.fleet)
    if cluster is None or of.worth is None:
        answer.say("Its cluster is not there any more, or has no price on file, so there is no sum to show.", seen)
        return
    catalog = look.services.catalog
    one, sentence = monthly(catalog, cluster.unit_shape, 1), working(catalog, cluster.unit_shape, 1)
    if isinstance(one, Unknown) or isinstance(sentence, Unknown):
        answer.say(f"The price of {named(cluster.unit_shape)} is not known any more.", seen)
        return
    answer.say(f"A unit for a month: {named(sentence, 300)} = {_explained.exact(one.money)}", one)
    worth = _explained.exact(of.worth)
    saved = of.worth.amount / one.money.amount
    if saved == saved.to_integral_value():
        answer.say(f"× {_explained.digits(saved)} = *{worth}* a month", one)
    else:
        share = saved.quantize(Decimal("0.0001"))
        answer.say(f"× {_explained.digits(share)}, the units and hours that the line names, = *{worth}* a month", one)
    answer.small(f"It has {units(cluster.unit_count)} now. Oracle's minimum, where it is not met, is still owed.", seen)


def _mover(answer: Answer, of: Line, look: Look) -> Spend | None:
    """The last final week, the week before it, and the one less the other."""
    first, middle, last = digest_sums.final_weeks(look.at)
    both = _spend(look, first, last)
    if isinstance(both, Unknown):
        answer.say("What Oracle charged cannot be read now, so there is no sum to show.", seen_at(look.fleet))
        return None
    currency = of.worth.currency if of.worth else ""
    parts = both.by_resource().items()
    own = next((part for each, part in parts if _digest_movers.key(look, each, currency) == of.key), None)
    read = _bill.usage_api(both.read_at.astimezone(UTC).date())
    if own is None:
        answer.say("Oracle tells no row of it any more.", read)
        return None
    spans = ((middle, last), (first, middle))
    now, before = (_of(digest_sums.within(own, since, until), currency) for since, until in spans)
    more = False
    for (since, until), part in zip(spans, (now, before), strict=True):
        answer.say(f"*{since} to {until - timedelta(days=1)}*", read)
        more = _explained.rows(answer, part) or more
    change = _sum(now, currency) - _sum(before, currency)
    answer.say(f"The one less the other: *{_explained.exact(change)}*", read)
    return own if more else None


def _budget(answer: Answer, of: Line, look: Look) -> Spend | None:
    budget = next(
        (each for each in look.services.approvals.policy.budgets if _digest_oracle.key(each, look) == of.key), None
    )
    seen = seen_at(look.fleet)
    if budget is None:
        answer.say(
            "Oracle keeps this budget and reckons its spend some times a day; the rows it takes are Oracle's alone.",
            *(of.sources or (seen,)),
        )
        return None
    month = next(each.span for each in digest_sums.spans(digest_sums.day_of(look.at)) if each.key == MONTH)
    spend = _spend(look, month.since, month.until)
    if isinstance(spend, Unknown):
        answer.say("What Oracle charged cannot be read now, so there is no sum to show.", seen)
        return None
    counted = _of(_digest_oracle.counted(budget, spend, look), budget.currency)
    more = _explained.rows(answer, counted)
    known, read = _digest_oracle.names(spend, look), _bill.usage_api(_read_on(spend, look))
    if whose := _by_cluster(counted, known):
        answer.say(f"By cluster: {whose}", read)
    if gone := _by_cluster(_of(_digest_oracle.nobodys(budget, spend, look), budget.currency), known):
        answer.say(f"Not in it, for they are gone and nobody here knows their names: {gone}", read)
    spent = _sum(counted, budget.currency)
    limit = Money(amount=budget.monthly, currency=budget.currency)
    share = (spent.amount / limit.amount * 100).quantize(Decimal("0.0001"))
    answer.say(
        f"{_explained.exact(spent)} of the limit of {_explained.exact(limit)}: {_explained.digits(share)} %",
        read,
    )
    return counted if more else None


def _by_cluster(spend: Spend, known: Mapping[str, str]) -> str:
    """Of one currency, the dearest first; those that are gone by the ends of their OCIDs."""
    parts = [(part.totals[0], named(_bill.called(each, known))) for each, part in spend.by_resource().items()]
    parts.sort(key=lambda each: (-each[0].amount, each[1]))
    more = f", and {len(parts) - MOST_CLUSTERS} more" if len(parts) > MOST_CLUSTERS else ""
    return ", ".join(f"{name} {_explained.exact(money)}" for money, name in parts[:MOST_CLUSTERS]) + more


KINDS: Mapping[Kind, Callable[[Answer, Line, Look], Spend | None]] = {
    Kind.IDLE: _saving,
    Kind.OVERSIZED: _saving,
    Kind.MOVER: _mover,
    Kind.BUDGET: _budget,
}


def _spend(look: Look, since: day, until: day) -> Spend | Unknown:
    """What was charged for the digest's scope."""
    spend = look.services.fleet.spend(since, until)
    return spend if isinstance(spend, Unknown) else digest_sums.parted(spend, look.fleet, look.scope)[0]


def _read_on(spend: Spend | Unknown, look: Look) -> day:
    return (look.at if isinstance(spend, Unknown) else spend.read_at).astimezone(UTC).date()


def _since_then(answer: Answer, told: tuple[Money, ...], spend: Spend, digest: Digest) -> None:
    """Whether the digest told the same."""
    read = _bill.usage_api(spend.read_at.astimezone(UTC).date())
    if told == spend.totals:
        answer.small(f"The digest of {date(digest.at)} told the same.", read)
    else:
        then = " and ".join(_explained.exact(each) for each in told) or "nothing"
        answer.small(f"The digest of {date(digest.at)} told {then}: rows have come or changed since.", read)


def _of(spend: Spend, currency: str) -> Spend:
    return spend.model_copy(update={"rows": tuple(row for row in spend.rows if row.currency == currency)})


def _sum(spend: Spend, currency: str) -> Money:
    return next(iter(spend.totals), Money(amount=Decimal(0), currency=currency))
