"""What a cluster's units have been seen to carry: its own hours as a benchmark, where none is published."""

from __future__ import annotations

from decimal import ROUND_CEILING, Decimal

from dac.change import units
from dac.figures import Frozen, Source
from dac.history import SECONDS_PER_HOUR, History, Hour
from dac.thresholds import SHIPPED

LEAST_CALLS = Decimal(100)
"""Calls of an hour below which its p95 latency and its share of errors are chance."""

SMALL = Decimal("0.1")


class Carried(Frozen):
    """Read off a cluster that had `units` all along; rates are requests a second, averages of an hour.

    `busiest` is the rate of its busiest hour. `per_unit` is the most that one unit has carried in an hour that went
    well: p95 latency within what is asked, else within what the handbook alarms at, as is the share of errors. It is
    what a unit carries at least; that it can carry more has not been seen. `strained`: the busiest hour itself did not
    go well.
    """

    units: int
    busiest: Decimal
    per_unit: Decimal
    strained: bool
    p95_seconds: Decimal | None
    source: Source

    @property
    def words(self) -> tuple[str, ...]:
        """What was measured, a line each."""
        p95 = "latency not measured" if self.p95_seconds is None else f"p95 {self.p95_seconds:.1f} s"
        return (
            f"Busiest hour: {_figure(self.busiest)} requests/s on {units(self.units)}, {p95}",
            f"In an hour that went well one unit has carried {_figure(self.per_unit)} requests/s, more was not seen",
        )

    def needed(self, rate: Decimal) -> int:
        """Units for so many requests a second, at what one has carried; one at the least."""
        # Both are seldom whole: what lies beyond a billionth is the rounding of their digits and takes no unit.
        units = round(rate / self.per_unit, 9)
        return max(int(units.to_integral_value(ROUND_CEILING)), 1)


def carried(history: History, units: int, latency: Decimal = SHIPPED.slow_seconds) -> Carried | None:
    """None where it was not called, or where no hour went well; `latency` is the p95 up to which it goes well."""
    peak = history.peak
    well = [each.calls for each in history.hours if each.calls and _well(each, latency)]
    if peak is None or not peak.calls or not well:
        return None
    return Carried(
        units=units,
        busiest=peak.calls / SECONDS_PER_HOUR,
        per_unit=max(well) / SECONDS_PER_HOUR / units,
        strained=_well(peak, latency) is False,
        p95_seconds=peak.p95_seconds,
        source=history.source,
    )


def _well(hour: Hour, latency: Decimal) -> bool | None:
    """None where it cannot be told."""
    if hour.calls is None or hour.calls < LEAST_CALLS or hour.p95_seconds is None or hour.errors is None:
        return None
    return hour.p95_seconds <= latency and hour.errors / hour.calls <= SHIPPED.error_share


def _figure(rate: Decimal) -> str:
    """To the hundredth, a small one to two digits that matter: it is not nothing."""
    return f"{rate:.2f}" if rate >= SMALL else f"{rate:.2g}"
