"""The process that draws one chart: its description in as JSON, a PNG out."""

from __future__ import annotations

import sys
from typing import BinaryIO

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullFormatter

from commands._chart import Distributions, Spread

INCHES, DOTS = (6.0, 2.3), 200
"""Of one distribution, and dots to the inch: at the width of a phone its letters are as large as the message's."""

PAPER, INK, QUIET = "#ffffff", "#1d1c1d", "#616061"
COLOURS = ("#1264a3", "#b35900")
"""Dark enough on white for eyes that tell no colours apart."""

MARGIN = 1.3
KILO, MEGA = 1_000, 1_000_000


def main(source: BinaryIO, target: BinaryIO) -> None:
    figure = distributions(Distributions.model_validate_json(source.read()))
    figure.savefig(target, format="png", dpi=DOTS)


def distributions(chart: Distributions) -> Figure:
    count = len(chart.spreads)
    figure = Figure(figsize=(INCHES[0], INCHES[1] * count + 0.4), layout="constrained", facecolor=PAPER)
    figure.suptitle(chart.title, color=INK, fontsize=12, fontweight="bold", parse_math=False)
    axes = figure.subplots(count, sharex=True, squeeze=False)[:, 0]
    for place, spread in enumerate(chart.spreads):
        _draw(axes[place], spread, COLOURS[place % len(COLOURS)], chart.counted)
    _share_axis(axes[-1], chart)
    return figure


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
