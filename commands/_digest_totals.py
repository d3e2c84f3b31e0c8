"""Totals of a digest in words: what was charged in some days, in one currency, beside what was before."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal

from commands._bill import without
from commands._blocks import escape
from dac.digest import Compared, Digest, Total
from dac.figures import Money
from dac.pricing import cents
from dac.restated import Restated

MOST_CURRENCIES = 3
MOST_RESTATED = 3
"""Days that were told otherwise before."""

TABLED = 3
"""Currencies from which on each has one line for all spans, and no more a line for each span."""

WHOLE = Decimal(100)
LITTLE = Decimal("0.5")
"""Percent below which a change is told as none."""

CHANGED = "Most likely Oracle's rows came late or were corrected"
"""Likely, for a part number that counts since then changes a day as well."""

ONE_DAY = timedelta(days=1)


def currencies(total: Total) -> list[str]:
    """Those that anything was charged in, then or before; at least one, so that nothing is told too."""
    found = [each.currency for spans in (total.spent, *(before.spent for before in total.compared)) for each in spans]
    return list(dict.fromkeys(found)) or [""]


def tabled(totals: Sequence[Total]) -> list[list[str]]:
    """A row for each currency with all spans, where a line for each span is too many; titles first, else empty."""
    found = sorted({name for each in totals for name in currencies(each)} - {""})
    if len(found) < TABLED:
        return []
    titles = ["", *(each.name for each in totals)]
    return [titles, *([name, *(_cell(each, name) for each in totals)] for name in found)]


def _cell(total: Total, currency: str) -> str:
    sums = [each for each in total.spent if each.currency == currency]
    if not sums:
        return "nothing" if total.settled else "nothing yet"
    return f"{'≥ ' if total.missing else ''}{cents(sums[0])}"


def told(totals: Sequence[Total]) -> Iterator[str]:
    """A line for each of them and each currency."""
    return (total_line(total, each) for total in totals for each in currencies(total))


def cautions(digest: Digest) -> Iterator[str]:
    """What is in none of the sums though it ran, or may have; and what of them has been told otherwise."""
    if left_out := without(list(dict.fromkeys(name for each in digest.totals for name in each.missing))):
        yield f"⚠️ *Not in these sums*: {escape(left_out)}. What would settle it is below."
    if digest.restated:
        yield _told_otherwise(digest)


def verdict(total: Total) -> str:
    """What its final days were to those before, as part of a sentence; empty where there is little to say."""
    final, (currency, *others) = total.final, currencies(total)
    if final is None or others:
        return ""
    now, before = _of(final.spent, currency), _of(final.before.spent, currency)
    percent = _percent(now, before) if before.amount > 0 and now.amount > 0 else Decimal(0)
    if abs(percent) < LITTLE:
        return ""
    return f"final days {abs(percent):,.0f} % {'above' if percent > 0 else 'below'} {final.before.since:%B}"


def _told_otherwise(digest: Digest) -> str:
    """Days that the digest before told as another sum, in one line."""
    days = [_otherwise(each) for each in digest.restated[:MOST_RESTATED]]
    rest = len(digest.restated) - len(days)
    more = f"; {rest} more in the sheet" if rest else ""
    # A region is in the name of what is gone; in which compartment it was, or with which tags, is not known any more.
    moved = ", or what was here is not any more" if digest.scope.by in {"compartment", "tag"} else ""
    return f"⚠️ *Told otherwise before*: {'; '.join(days)}{more}. {CHANGED}{moved}."


def _otherwise(day: Restated) -> str:
    was, now = (_money(each) if each.amount else f"nothing in {escape(each.currency)}" for each in (day.then, day.now))
    return f"{_day(day.day)} as {was}{'' if day.final else ' ⏳'}, now {now}"


def total_line(total: Total, currency: str) -> str:
    """One row of a phone or two: the sum, and what it is to those before."""
    name = f"*{total.name}* ({_days(total.since, total.until)})"
    if not currency:
        if total.estimated:
            return f"{name}: not known"
        return f"{name}: {escape(whole(total))} was charged{'' if total.settled else ' ⏳'}"
    if not (total.settled or total.estimated) and all(each.currency != currency for each in total.spent):
        # Nothing has come in yet, which is no sum to compare anything with.
        was = [_before(_of(each.spent, currency), each) for each in total.compared]
        was = _final(total, currency) or was
        return f"{name}: *nothing yet* in {escape(currency)} ⏳ · {', '.join(was)}"
    spent = _of(total.spent, currency)
    least = "at least " if total.missing else ""
    said = f"{name}: {least}*{_money(spent)}*{' estimated' if total.estimated else _standing(total, currency)}"
    before = [_against(spent, _of(each.spent, currency), each, total) for each in total.compared]
    before = _final(total, currency) or before
    return f"{said} · {', '.join(before)}" if before else said


def _standing(total: Total, currency: str) -> str:
    if total.settled:
        return ""
    open_, spent = _of(total.provisional, currency), _of(total.spent, currency)
    return " so far ⏳" if open_ == spent or not open_.amount else f" ({_money(open_)} of it ⏳)"


def _final(total: Total, currency: str) -> list[str]:
    """Of a sum that may still grow its final days, which alone are more or less; empty without any."""
    final = total.final
    if total.settled or final is None:
        return []
    now, before = _of(final.spent, currency), _of(final.before.spent, currency)
    if not now.amount and not before.amount:
        return []
    until = f"to {_day(final.until - ONE_DAY)}"
    days = _days(final.before.since, final.before.until)
    if before.amount <= 0 or now.amount <= 0:
        was = _money(before) if before.amount else "nothing"
        return [f"{until}: {_money(now) if now.amount else 'nothing'}, and {was} in {days}"]
    percent = _percent(now, before)
    if abs(percent) < LITTLE:
        return [f"{until}: as much as {days}"]
    return [f"{until}: {abs(percent):,.0f} % {'more' if percent > 0 else 'less'} than {days} ({_money(before)})"]


def _percent(now: Money, before: Money) -> Decimal:
    """How much more it is."""
    return (now - before).amount / before.amount * WHOLE


def _against(now: Money, before: Money, compared: Compared, total: Total) -> str:
    """What may still grow is not less than anything yet, nor more than what may grow as well."""
    if before.amount <= 0 or now.amount < 0:
        # Below zero there is no share of what was before: nothing costs 600 % less.
        return _before(before, compared)
    percent = _percent(now, before)
    if not total.settled:
        if percent < LITTLE or not compared.settled:
            return _before(before, compared)
        return f"already {percent:,.0f} % more than {compared.name} ({_money(before)})"
    if abs(percent) < LITTLE:
        return f"as much as {compared.name}"
    return f"{abs(percent):,.0f} % {'more' if percent > 0 else 'less'} than {compared.name} ({_money(before)})"


def _before(money: Money, compared: Compared) -> str:
    """Without a row, a day that may still get one is not known to have cost nothing."""
    if not money.amount:
        return f"nothing {'' if compared.settled else 'yet of '}{compared.name}"
    return f"{_money(money)} {compared.name}"


def whole(total: Total) -> str:
    if total.missing:
        return f"at least {summed(total.spent)}" if total.spent else "unknown"
    return summed(total.spent) if total.spent or total.settled or total.estimated else "nothing yet"


def _of(spent: Sequence[Money], currency: str) -> Money:
    return next((each for each in spent if each.currency == currency), Money(amount=Decimal(0), currency=currency))


def _money(amount: Money) -> str:
    """Oracle's word for a currency is anybody's."""
    return escape(str(cents(amount)))


def summed(spent: Sequence[Money]) -> str:
    shown = [str(cents(each)) for each in spent[:MOST_CURRENCIES]]
    rest = len(spent) - len(shown)
    return (
        " and ".join([*shown, *([f"{rest} more {'currency' if rest == 1 else 'currencies'}"] if rest else [])])
        or "nothing"
    )


def _days(since: date, until: date) -> str:
    """Short, for these are read on phones."""
    last = until - ONE_DAY
    if since == last:
        return _day(since)
    return f"{since.day if (since.year, since.month) == (last.year, last.month) else _day(since)} to {_day(last)}"


def _day(day: date) -> str:
    return f"{day.day} {day:%b}"
