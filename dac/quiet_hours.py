"""Hours of the day in which only what is broken is told, on the wall clock of a named zone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, tzinfo


@dataclass(frozen=True)
class QuietHours:
    """From `start` up to `end`, over midnight where `end` is earlier; the two differ.

    They go by what a clock there shows, so a night in which the clocks change is an hour longer or shorter.
    """

    start: time
    end: time
    zone: tzinfo

    def covers(self, moment: datetime) -> bool:
        wall = moment.astimezone(self.zone).time().replace(fold=0)
        if self.start < self.end:
            return self.start <= wall < self.end
        return wall >= self.start or wall < self.end
