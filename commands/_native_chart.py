"""Charts as the blocks that Slack draws by itself, with Slack's limits kept in one place."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from commands._blocks import Block, clip
from commands._chart import Chart, Curve, Curves, Distributions, SpendDays

TITLE = 50
NAME = 20
AXIS_LABEL = 50
POINTS = 20
"""Of one chart."""

HOURS = 24
TOGETHER: dict[str, Callable[[Sequence[float]], float]] = {"sum": sum, "most": max}


def native(chart: Chart) -> tuple[Block, ...]:
    """The same as Slack's own charts, one below the other; none for what it has no chart for.

    Slack knows no hole in a series and no two kinds of mark in one chart.
    """
    match chart:
        case SpendDays():
            return _spend(chart)
        case Curves():
            return _curves(chart)
        case Distributions():
            return ()


def _spend(chart: SpendDays) -> tuple[Block, ...]:
    """Of the last days that it takes: one that is not known ends it, and those that may still change have a star.

    The period before is left out where one of its days is not known.
    """
    shown = [each for each in chart.days if each.amount is not None][-POINTS:]
    if not shown:
        return ()
    labels = [f"{each.label}*" if each.provisional else each.label for each in shown]
    series = [(chart.name, [each.amount for each in shown])]
    if all(each.before is not None for each in shown):
        series.append((chart.before_name, [each.before for each in shown]))
    late = next((each.label for each in shown if each.provisional), "")
    star = f"; * from {late} on may still change" if late else ""
    return (_block(chart.title, "bar", labels, (f"UTC day{star}", chart.currency), series),)


def _curves(chart: Curves) -> tuple[Block, ...]:
    """Several hours in each point where there are more than it takes; with an hour that is not known, none at all."""
    count = max(len(each.points) for each in chart.curves)
    each_of = -(-count // POINTS)
    labels = [f"{(chart.first_hour + at) % HOURS:02}:00" for at in range(0, count, each_of)]
    if len(set(labels)) < len(labels):
        return ()
    made = []
    for curve in chart.curves:
        known = [each for each in curve.points if each is not None]
        if len(known) < count:
            return ()
        values = [TOGETHER[curve.together](known[at : at + each_of]) for at in range(0, count, each_of)]
        made.append(_block(_title(curve, each_of), "line", labels, (chart.unit, ""), [(curve.name, values)]))
    return tuple(made)


def _title(curve: Curve, each_of: int) -> str:
    if each_of == 1:
        return curve.name
    return f"{curve.name}: {'sum' if curve.together == 'sum' else 'worst'} of {each_of} hours each"


def _block(
    title: str,
    kind: str,
    labels: Sequence[str],
    axes: tuple[str, str],
    series: Sequence[tuple[str, Sequence[float | None]]],
) -> Block:
    below, beside = axes
    config: Block = {"categories": list(labels), "x_label": clip(below, AXIS_LABEL)}
    return {
        "type": "data_visualization",
        "title": clip(title, TITLE),
        "chart": {
            "type": kind,
            "axis_config": config | ({"y_label": clip(beside, AXIS_LABEL)} if beside else {}),
            "series": [
                {
                    "name": clip(name, NAME),
                    "data": [{"label": label, "value": value} for label, value in zip(labels, values, strict=True)],
                }
                for name, values in series
            ],
        },
    }
