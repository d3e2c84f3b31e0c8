"""The process that draws one chart: its description in as JSON, a PNG out."""

from __future__ import annotations

import sys
from math import nan
from typing import BinaryIO

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullFormatter
from pydantic import TypeAdapter

from commands._chart import Chart, Curve, Curves, Distributions, SpendDays, Spread

INCHES, DOTS = (6.0, 2.3), 200
"""Of one distribution, and dots to the inch: at the width of a phone its letters are as large as the message's."""

PAPER, INK, QUIET = "#ffffff", "#1d1c1d", "#616061"
COLOURS = ("#1264a3", "#b35900")
"""Dark enough on white for eyes that tell no colours apart."""

MARGIN = 1.3
HOURS, EVERY = 24, 6
SPEND_INCHES, MARGIN_INCHES = (6.0, 4.4), 0.12
LARGE, SMALL = 16, 14
"""Points of letters: a phone shows a picture at 360 pixels or so, and of those a point is then 0.83."""

LABELS = 5
"""Days that are named below as many bars as there are."""

KILO, MEGA = 1_000, 1_000_000


def main(source: BinaryIO, target: BinaryIO) -> None:
    chart: Chart = TypeAdapter(Chart).validate_json(source.read())
    match chart:
        case Distributions():
            figure = distributions(chart)
        case Curves():
            figure = curves(chart)
        case SpendDays():
            figure = spend_days(chart)
    figure.savefig(target, format="png", dpi=DOTS)


def distributions(chart: Distributions) -> Figure:
    figure, axes = _below_one_another(chart.title, len(chart.spreads))
    for place, spread in enumerate(chart.spreads):
        _draw(axes[place], spread, COLOURS[place % len(COLOURS)], chart.counted)
    _share_axis(axes[-1], chart)
    return figure


def curves(chart: Curves) -> Figure:
    figure, axes = _below_one_another(chart.title, len(chart.curves))
    for place, curve in enumerate(chart.curves):
        _draw_curve(axes[place], curve, COLOURS[place % len(COLOURS)])
    count = max(len(each.points) for each in chart.curves)
    axes[-1].set_xlim(-0.5, count - 0.5)
    places = [each for each in range(count) if (chart.first_hour + each) % EVERY == 0]
    axes[-1].set_xticks(places, [f"{(chart.first_hour + each) % HOURS:02}:00" for each in places])
    axes[-1].set_xlabel(chart.unit, color=QUIET)
    return figure


def spend_days(chart: SpendDays) -> Figure:
    """Bars from nothing upwards, or downwards where a day was credited; what may still change is hatched."""
    figure = Figure(
        figsize=SPEND_INCHES, layout=ConstrainedLayoutEngine(w_pad=MARGIN_INCHES, h_pad=MARGIN_INCHES), facecolor=PAPER
    )
    figure.suptitle(chart.title, color=INK, fontsize=LARGE, fontweight="bold", parse_math=False)
    axes = figure.subplots()
    plain, open_ = COLOURS[0], "#a8c7e0"
    places = range(len(chart.days))
    amounts = [each.amount or 0 for each in chart.days]
    bars = axes.bar(places, amounts, 0.74, color=plain, label=chart.name)
    for bar, each in zip(bars, chart.days, strict=True):
        if each.provisional:
            bar.set(facecolor=open_, edgecolor=plain, hatch="///", linewidth=0)
    if any(each.provisional and each.amount is not None for each in chart.days):
        axes.bar([0], [0], color=open_, edgecolor=plain, hatch="///", linewidth=0, label="may still change")
    if any(each.before is not None for each in chart.days):
        before = [nan if each.before is None else each.before for each in chart.days]
        axes.plot(places, before, color=COLOURS[1], linewidth=2.4, marker="o", markersize=4, label=chart.before_name)
    axes.set_xlim(-0.7, len(chart.days) - 0.3)
    every = max(1, -(-len(chart.days) // LABELS))
    ticks = [place for place in places if place % every == 0]
    axes.set_xticks(ticks, [chart.days[place].label for place in ticks])
    axes.set_ylabel(chart.currency, color=QUIET, fontsize=SMALL)
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: short(value)))
    axes.yaxis.set_major_locator(MaxNLocator(5))
    axes.yaxis.grid(visible=True, color="#e4e4e4")
    axes.set_axisbelow(True)
    axes.axhline(0, color=QUIET, linewidth=0.8)
    axes.tick_params(colors=QUIET, labelsize=SMALL)
    axes.tick_params(axis="x", pad=7)
    axes.spines[["top", "right"]].set_visible(False)
    handles, names = axes.get_legend_handles_labels()
    ordered = sorted(zip(names, handles, strict=True), key=lambda each: each[0] == chart.before_name)
    figure.legend(
        [handle for _, handle in ordered],
        [name for name, _ in ordered],
        loc="outside lower center",
        ncols=2,
        frameon=False,
        fontsize=SMALL,
        labelcolor=INK,
        handlelength=1.4,
    )
    return figure


def _below_one_another(title: str, count: int) -> tuple[Figure, list[Axes]]:
    figure = Figure(figsize=(INCHES[0], INCHES[1] * count + 0.4), layout="constrained", facecolor=PAPER)
    figure.suptitle(title, color=INK, fontsize=12, fontweight="bold", parse_math=False)
    return figure, list(figure.subplots(count, sharex=True, squeeze=False)[:, 0])


def _draw_curve(axes: Axes, curve: Curve, colour: str) -> None:
    """From nothing upwards, so that a height is an amount; a dot at each hour shows one between two holes."""
    values = [nan if each is None else each for each in curve.points]
    axes.plot(range(len(values)), values, color=colour, linewidth=1.8, marker="o", markersize=3)
    axes.set_ylim(bottom=0)
    axes.set_title(curve.name, loc="left", color=colour, fontsize=11, fontweight="bold", parse_math=False)
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: short(value)))
    axes.yaxis.set_major_locator(MaxNLocator(4))
    axes.tick_params(colors=QUIET)
    axes.spines[["top", "right"]].set_visible(False)


def _share_axis(axes: Axes, chart: Distributions) -> None:
    """From a little below the least to a little above the most, with room to tell a few lengths from one another."""
    least = min((bar.least for each in chart.spreads for bar in each.bars), default=0) + 1
    most = max((bar.most for each in chart.spreads for bar in each.bars), default=0) + 2
    axes.set_xlim(max(1, min(least / MARGIN, most / 10)), most * MARGIN)
    axes.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5), numticks=12))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: short(value)))
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.set_xlabel(chart.unit, color=QUIET)


def _draw(axes: Axes, spread: Spread, colour: str, counted: str) -> None:
    # A text may be empty, and a logarithm of nothing is none: one is added throughout.
    left = [bar.least + 1 for bar in spread.bars]
    width = [bar.most - bar.least + 1 for bar in spread.bars]
    axes.bar(left, [bar.count for bar in spread.bars], width, align="edge", color=colour)
    axes.set_xscale("log")
    axes.set_title(spread.name, loc="left", color=colour, fontsize=11, fontweight="bold", parse_math=False)
    axes.set_ylabel(counted, color=QUIET)
    axes.axvline(spread.median + 1, color=INK, linewidth=1.2, linestyle=(0, (4, 3)))
    axes.text(
        1,
        1.04,
        f"median {spread.median:,}",
        transform=axes.transAxes,
        horizontalalignment="right",
        verticalalignment="bottom",
        color=INK,
    )
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: short(value)))
    axes.yaxis.set_major_locator(MaxNLocator(4, integer=True))
    axes.tick_params(colors=QUIET)
    axes.spines[["top", "right"]].set_visible(False)


def short(value: float) -> str:
    """A whole number as it fits below a tick."""
    for size, letter in ((MEGA, "M"), (KILO, "k")):
        if value >= size:
            return f"{value / size:g}{letter}"
    return f"{value:g}"


if __name__ == "__main__":
    main(sys.stdin.buffer, sys.stdout.buffer)
