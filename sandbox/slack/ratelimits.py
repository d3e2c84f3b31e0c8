"""How often a method may be called and how fast a channel may be posted to."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from sandbox.clock import Clock
from sandbox.slack.errors import RateLimited

CHANNEL_BURST = 4
CHANNEL_PER_SECOND = 1.0


class Tier(Enum):
    """Calls a minute; bursts up to the bucket's size pass, as Slack tolerates them."""

    ONE = 1
    TWO = 20
    THREE = 50
    FOUR = 100
    SPECIAL = 0
    """Has a rule of its own, or none."""

    @property
    def bucket(self) -> int:
        # "1+ a minute" taken to the letter would stop a client that reconnects twice
        return 60 if self is Tier.ONE else max(self.value, 20)


@dataclass
class _Bucket:
    left: float
    at: datetime


class RateLimits:
    def __init__(self, clock: Clock, *, enforced: bool) -> None:
        self._clock = clock
        self._default = enforced
        self._buckets: dict[str, _Bucket] = {}
        self.enforced = enforced

    def method(self, name: str, tier: Tier) -> None:
        if tier is not Tier.SPECIAL:
            self._take(f"method {name}", tier.bucket, tier.value / 60)

    def post(self, channel: str) -> None:
        self._take(f"channel {channel}", CHANNEL_BURST, CHANNEL_PER_SECOND)

    def reset(self) -> None:
        self._buckets.clear()
        self.enforced = self._default

    def _take(self, key: str, size: int, per_second: float) -> None:
        if not self.enforced:
            return
        now = self._clock.now()
        bucket = self._buckets.setdefault(key, _Bucket(size, now))
        bucket.left = min(size, bucket.left + (now - bucket.at).total_seconds() * per_second)
        bucket.at = now
        if bucket.left < 1:
            raise RateLimited(max(1, math.ceil((1 - bucket.left) / per_second)))
        bucket.left -= 1
