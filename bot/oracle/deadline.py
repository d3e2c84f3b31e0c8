"""A deadline that everything done on its behalf can see, however deep in the SDK."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_until: ContextVar[float] = ContextVar("until", default=math.inf)


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Set a deadline for what is done inside; an earlier one that is already set stays."""
    token = _until.set(min(_until.get(), time.monotonic() + seconds))
    try:
        yield
    finally:
        _until.reset(token)


def left() -> float:
    """Seconds until the deadline, infinite without one; zero or less once it has passed."""
    return _until.get() - time.monotonic()
