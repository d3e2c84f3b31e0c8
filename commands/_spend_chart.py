"""Charts of spend by day: what is drawn, the words for who cannot see it, and the block that Slack draws by itself."""

from __future__ import annotations

from decimal import Decimal

from commands._blocks import ALT_TEXT, Block, clip
from commands._chart import Chart, SpendDay, SpendDays
from dac.daily import Daily, DaySpend
from dac.figures import Money
from dac.pricing import cents

TITLE = 50
NAME = 20
AXIS_LABEL = 50
POINTS = 20
"""Of a native chart, as Slack limits it."""


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


def native(chart: Chart) -> Block | None:
    """The same as Slack's own chart, of the last days that it takes; None for what it has no chart for.

    Slack knows no hole in a series and no two kinds of mark in one chart. So a day that is not known ends it, the
    period before is left out where one of its days is not known, and days that may still change are marked by a star.
    """
    if not isinstance(chart, SpendDays):
        return None
    shown = [each for each in chart.days if each.amount is not None][-POINTS:]
    if not shown:
        return None
    labels = [f"{each.label}*" if each.provisional else each.label for each in shown]
    series = [(chart.name, [each.amount for each in shown])]
    if all(each.before is not None for each in shown):
        series.append((chart.before_name, [each.before for each in shown]))
    late = next((each.label for each in shown if each.provisional), "")
    star = f"; * from {late} on may still change" if late else ""
    return {
        "type": "data_visualization",
        "title": clip(chart.title, TITLE),
        "chart": {
            "type": "bar",
            "axis_config": {
                "categories": labels,
                "x_label": clip(f"UTC day{star}", AXIS_LABEL),
                "y_label": chart.currency,
            },
            "series": [
                {
                    "name": clip(name, NAME),
                    "data": [{"label": label, "value": value} for label, value in zip(labels, values, strict=True)],
                }
                for name, values in series
            ],
        },
    }


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
