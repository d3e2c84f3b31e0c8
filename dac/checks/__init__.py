"""What can be looked for in a snapshot: each check is one function, known by its name."""

from __future__ import annotations

from dac.checks import alarms, costs, latency, limits, reach, retirement, states, traffic, work
from dac.checks.registry import CHECKS, Check, check

__all__ = [
    "CHECKS",
    "Check",
    "alarms",
    "check",
    "costs",
    "latency",
    "limits",
    "reach",
    "retirement",
    "states",
    "traffic",
    "work",
]
