"""Where checks are found by the names that playbooks call them by."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from dac.snapshot import Snapshot
from dac.thresholds import Thresholds
from dac.verdicts import Verdict

Run = Callable[[Snapshot, Thresholds], Verdict]


class Check(NamedTuple):
    """`what` is what it looks at, in a line."""

    name: str
    what: str
    run: Run


CHECKS: dict[str, Check] = {}
"""All of them, once `dac.checks` has been imported."""


def check(run: Run) -> Run:
    """Make a function known as a check, by its name with hyphens; the first line of its docstring says what it does."""
    name = run.__name__.replace("_", "-")
    CHECKS[name] = Check(name, (run.__doc__ or "").partition("\n")[0], run)
    return run
