"""What was measured at a cluster's endpoints over one window, taken together."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal

from dac.cluster import Endpoint, Traffic
from dac.figures import Frozen
from dac.history import total

SECONDS = {"ms": Decimal("0.001"), "milliseconds": Decimal("0.001"), "s": Decimal(1), "seconds": Decimal(1)}
"""Latency units seen in Monitoring's metadata, as seconds; another unit is not guessed at."""

RECENT = timedelta(hours=3)
"""A window shorter than this is that of the last hour; the other one tells who is idle."""


class Load(Frozen):
    """A cluster's traffic over one window, summed over its endpoints; None is not measured.

    Latencies are the slowest endpoint's, for percentiles do not add up. `foreign_unit` is one that latency came in and
    that is not known here.
    """

    window: timedelta
    calls: Decimal | None
    errors: Decimal | None
    tokens: Decimal | None
    p95_seconds: Decimal | None
    p50_seconds: Decimal | None = None
    p99_seconds: Decimal | None = None
    foreign_unit: str | None = None

    @property
    def calls_per_second(self) -> Decimal | None:
        return None if self.calls is None else self.calls / self._seconds

    @property
    def tokens_per_second(self) -> Decimal | None:
        return None if self.tokens is None else self.tokens / self._seconds

    @property
    def error_share(self) -> Decimal | None:
        """Failed calls among all; None without calls, for nothing has no share."""
        if not self.calls or self.errors is None:
            return None
        return self.errors / self.calls

    @property
    def _seconds(self) -> Decimal:
        return Decimal(self.window.total_seconds())


def load(traffic: Sequence[Traffic], endpoints: Sequence[Endpoint]) -> Load | None:
    """Endpoints of one window taken together; a sum with a part missing is not known."""
    if not traffic:
        return None
    window = traffic[0].window
    if {each.id for each in endpoints} - {each.endpoint_id for each in traffic}:
        return Load(window=window, calls=None, errors=None, tokens=None, p95_seconds=None)
    units = {each.latency_unit for each in traffic if each.p95_latency is not None}
    return Load(
        window=window,
        calls=total(each.calls for each in traffic),
        errors=total(part for each in traffic for part in (each.client_errors, each.server_errors)),
        tokens=total(part for each in traffic for part in (each.input_tokens, each.output_tokens)),
        p95_seconds=_slowest([(each.p95_latency, each.latency_unit) for each in traffic]),
        p50_seconds=_slowest([(each.p50_latency, each.latency_unit) for each in traffic]),
        p99_seconds=_slowest([(each.p99_latency, each.latency_unit) for each in traffic]),
        foreign_unit=next((each or "none" for each in units if factor(each) is None), None),
    )


def factor(unit: str | None) -> Decimal | None:
    """Seconds in one of what Monitoring counts in, where that is known."""
    return SECONDS.get((unit or "").casefold())


def _slowest(measured: Sequence[tuple[Decimal | None, str | None]]) -> Decimal | None:
    known = [(value, factor(unit)) for value, unit in measured if value is not None]
    return max((value * seconds for value, seconds in known if seconds is not None), default=None)
