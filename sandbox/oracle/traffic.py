"""How the endpoints are called: figures for any stretch of time, the same however often and finely they are asked."""

# Calls are counted with a running total that only grows, so the counts of the parts of a stretch add up to that of the
# whole. The total follows the hours of the week; the seed of the endpoint bends time a little, which looks like chance.

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from functools import lru_cache
from itertools import accumulate, chain
from statistics import NormalDist
from typing import NamedTuple

from sandbox.oracle.scenario import Day, Traffic

DAY = 86_400
HOUR = 3600
WEEK = 7 * DAY
MONDAY = 4 * DAY
"""1970-01-05 in seconds since the epoch, which was a Thursday."""
WORKDAYS = 5
BENDS = ((420.0, 0.16), (1380.0, 0.2), (3900.0, 0.24))
"""Period in seconds and strength of each bend; together below 1, so that time never runs backwards."""
NORMAL = NormalDist()
P95 = NORMAL.inv_cdf(0.95)
TOKEN_SIGMA = 0.45


class Bend:
    """Time as one endpoint feels it: the seed decides when it hurries and when it dawdles."""

    def __init__(self, seed: str) -> None:
        chance = random.Random(seed)
        waves = [
            (strength * period / math.tau, math.tau / period, chance.uniform(0, math.tau)) for period, strength in BENDS
        ]
        self._waves = tuple(chain.from_iterable(waves))

    def __call__(self, at: float) -> float:
        a, f, p, b, g, q, c, h, r = self._waves
        return at + a * math.sin(f * at + p) + b * math.sin(g * at + q) + c * math.sin(h * at + r)

    def wobble(self, at: float) -> float:
        """Give a factor around 1, for latency."""
        _, f, p, _, g, q, *_ = self._waves
        return 1 + 0.06 * math.sin(f * at / 3 + q) + 0.04 * math.sin(g * at / 2 + p)


def hour_of_week(at: float) -> int:
    return int((at - MONDAY) % WEEK // HOUR)


class Weekly:
    """Something that happens at a rate per second for each hour of the week, from Monday 00:00."""

    def __init__(self, rates: Sequence[float]) -> None:
        self.rates = rates
        self._sums = [0.0, *accumulate(rate * HOUR for rate in rates)]
        self._week = self._sums[-1]

    def total(self, at: float) -> float:
        """Count from a Monday long ago."""
        week, second = divmod(at - MONDAY, WEEK)
        hour = int(second // HOUR)
        return week * self._week + self._sums[hour] + (second - hour * HOUR) * self.rates[hour]


@lru_cache(maxsize=8192)
def _week(peak: float, workday: tuple[float, ...], weekend: float) -> Weekly:
    day = [peak * share for share in workday]
    return Weekly(day * WORKDAYS + [rate * weekend for rate in day] * 2)


def calls_per_second(traffic: Traffic, days: dict[str, Day]) -> Weekly:
    day = days[traffic.day]
    return _week(traffic.peak_rps, tuple(day.weekday), day.weekend)


@lru_cache(maxsize=8192)
def bend(seed: str) -> Bend:
    return Bend(seed)


def crowding(load: float) -> float:
    """Tell how many times longer a call takes when this share of the capacity is in demand."""
    return 1 + 0.6 * load * load / (1.15 - min(load, 1.0))


def overload_errors(load: float) -> float:
    """Tell which share of the calls fails because too many are under way."""
    return min(max(load - 0.85, 0.0) * 0.12, 0.5)


class Spread(NamedTuple):
    """How the single values of a stretch lie: log-normal, or ones and zeros where `share` is given."""

    median: float = 0.0
    sigma: float = 0.0
    share: float | None = None

    def quantile(self, quantile: float) -> float:
        if self.share is not None:
            return 1.0 if self.share > 1 - quantile else 0.0
        return self.median * math.exp(NORMAL.inv_cdf(quantile) * self.sigma)


class Sample(NamedTuple):
    """What was emitted in one stretch: one value per call."""

    number: int
    total: float
    low: float
    high: float
    spread: tuple[tuple[int, Spread], ...]

    def quantile(self, quantile: float) -> float:
        """Weigh the parts' quantiles by their calls: near enough, and never below a lower quantile."""
        return sum(count * part.quantile(quantile) for count, part in self.spread) / self.number


def merged(samples: Sequence[Sample]) -> Sample:
    """Take several stretches or endpoints, at least one, as one."""
    if len(samples) == 1:
        return samples[0]
    return Sample(
        sum(it.number for it in samples),
        sum(it.total for it in samples),
        min(it.low for it in samples),
        max(it.high for it in samples),
        tuple(part for it in samples for part in it.spread),
    )


def counted(count: int, total: int) -> Sample:
    """Each call emits 1 if it is of the kind counted, else 0."""
    return Sample(count, float(total), float(total >= count), float(total > 0), ((count, Spread(share=total / count)),))


def log_normal(count: int, median: float, sigma: float, total: float | None = None) -> Sample:
    mean = median * math.exp(sigma * sigma / 2)
    reach = max(NORMAL.inv_cdf(1 - 1 / (count + 1)), 2.6) * sigma
    return Sample(
        count,
        count * mean if total is None else total,
        median * math.exp(-reach),
        median * math.exp(reach),
        ((count, Spread(median, sigma)),),
    )


def tokens(count: int, total: int) -> Sample:
    median = total / count * math.exp(-TOKEN_SIGMA * TOKEN_SIGMA / 2)
    return log_normal(count, median, TOKEN_SIGMA, float(total))
