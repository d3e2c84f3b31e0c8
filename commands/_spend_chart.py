"""Charts of spend by day: what is drawn, and the words for who cannot see it."""

from __future__ import annotations

from decimal import Decimal

from commands._blocks import ALT_TEXT, clip
from commands._chart import SpendDay, SpendDays
from dac.daily import Daily, DaySpend
from dac.figures import Money
from dac.pricing import cents


def spend_chart(of: Daily) -> SpendDays:
    """To be drawn; every figure that the picture tells is in `alt` too, as far as it is long enough."""
    return SpendDays(
        title=f"Spend by day, {of.name}",
        currency=of.currency,
        name=of.name[:1].upper() + of.name[1:],
        before_name=of.before_name,
        days=tuple(_day(each) for each in of.days),
        alt=clip(_spoken(of), ALT_TEXT),
    )


def _day(of: DaySpend) -> SpendDay:
    return SpendDay(
        label=f"{of.day.day} {of.day:%b}",
        amount=_shown(of.amount),
        before=_shown(of.before),
        provisional=of.provisional,
    )


def _shown(amount: Decimal | None) -> float | None:
    """To the cent: no eye tells more, and every exact figure is in the words."""
    return None if amount is None else float(round(amount, 2))


def _spoken(of: Daily) -> str:
    known = [each for each in of.days if each.amount is not None]
    told = f"Spend by day in {of.currency} and UTC, {of.name} as bars beside {of.before_name} as a line."
    if not known:
        return f"{told} No day is known yet."
    most = max(known, key=lambda each: each.amount or 0)
    open_days = [each for each in known if each.provisional]
    may = f" The last {len(open_days)} may still change." if open_days else ""
    figures = "; ".join(f"{each.day.day} {each.day:%b} {_money(each.amount, of.currency)}" for each in known)
    return f"{told} The most was {_money(most.amount, of.currency)} on {most.day.day} {most.day:%b}.{may} {figures}."


def _money(amount: Decimal | None, currency: str) -> str:
    return str(cents(Money(amount=amount or Decimal(0), currency=currency)))
