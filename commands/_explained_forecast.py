"""The forecast of a month in words: its method with its numbers put in, and the other one beside it."""

from __future__ import annotations

from datetime import date, timedelta

from commands._advice import linked_up
from commands._answer import Answer, Cited
from commands._blocks import named
from commands._explained import ROUNDED, digits, exact, rounded
from dac.figures import Money, Source, Unknown
from dac.month_end import PLAIN, Ahead, MonthEnd
from dac.unit_price import Rate

MOST = 15
DAY = timedelta(days=1)
ON_FILE = {"list": "Oracle's list price on file", "contract": "your contract's rate on file"}


def forecast(answer: Answer, made: MonthEnd, read: Source, seen: Source) -> None:
    """`read` is what was charged by, `seen` the units that there are."""
    answer.say(f"*Method:* {made.method}.", read, seen)
    for each in made.charged:
        many = "1 row" if each.rows == 1 else f"{each.rows:,} rows"
        state = "of clusters that are gone, and may still change" if each.provisional else "final"
        if each.beyond:
            many = f"as {many} in this currency tell{'s' if each.rows == 1 else ''}"
            state = "beyond the hours below: credits, other part numbers and units that were more; may still change"
        answer.say(f"{_days(each.since, each.until)} as charged: {exact(each.money)}, {many}, {state}", read)
    for ahead in made.ahead[:MOST]:
        answer.say(_ahead(ahead), seen, *_rested(ahead.rate, read))
    if len(made.ahead) > MOST:
        answer.small(f"{len(made.ahead) - MOST} more of such lines are in the sum.", seen)
    for missing in made.missing:
        answer.say(f"⚪ Not known: {named(missing.what, 300)}. {linked_up(missing.settle)}", seen)
    if isinstance(made.sums, Unknown):
        answer.say("So what the month will have cost is *unknown*.", seen)
    else:
        for money in made.sums:
            answer.say(f"Together *{exact(money)}*; {ROUNDED}: {rounded(money)}", read, seen)
    _plain(answer, made, read)


def _ahead(of: Ahead) -> str:
    since, until = (f"{each:%-d %b %H:%M}" for each in (of.since, of.until))
    hours = digits(of.hours)
    units = "1 unit" if of.units == 1 else f"{of.units} units"
    times = f"{units} × {_per_unit(of.rate)}"
    if of.rate.per_cluster:
        times = f"{_per_unit(of.rate)} for the cluster, whatever its {units}"
    return f"*{named(of.name)}*, {since} to {until} UTC: {times} × {hours} hours = {exact(of.money)}; {_basis(of.rate)}"


def _per_unit(rate: Rate) -> str:
    ai_units = "" if rate.ai_units == 1 else f"{digits(rate.ai_units)} AI units × "
    return f"{ai_units}{exact(Money(amount=rate.amount, currency=rate.currency))}"


def _basis(rate: Rate) -> str:
    if rate.as_of:
        return f"what Oracle charged a unit of {rate.part_number} on {rate.as_of}"
    return f"{ON_FILE[rate.basis]} for {rate.part_number}"


def _rested(rate: Rate, read: Source) -> tuple[Cited, ...]:
    return (read,) if rate.as_of else rate.sources


def _plain(answer: Answer, made: MonthEnd, read: Source) -> None:
    if not made.plain:
        return
    told = " and ".join(rounded(each) for each in made.plain)
    far = "more" if made.apart else "no more"
    days = (made.until - made.reckoned_from).days
    answer.small(f"By another method, {PLAIN} ({days} of them): {told}, {far} than a tenth apart.", read)


def _days(since: date, until: date) -> str:
    last = until - DAY
    return f"{since}" if since == last else f"{since} to {last}"
