"""The clock both local servers live by, which tests and the control API can freeze and advance."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta


class Clock:
    """Wall time plus whatever has been advanced; frozen, it moves only when advanced.

    Belongs to one event loop: everything but the constructor is called from that loop.
    """

    def __init__(self, start: datetime | None = None, *, frozen: bool = False) -> None:
        self._skipped = (start - datetime.now(UTC)) if start else timedelta()
        self._frozen_at = (start or datetime.now(UTC)) if frozen else None
        self._moved = asyncio.Event()

    @property
    def frozen(self) -> bool:
        return self._frozen_at is not None

    def now(self) -> datetime:
        """Aware UTC."""
        return self._frozen_at or datetime.now(UTC) + self._skipped

    def advance(self, seconds: float) -> None:
        step = timedelta(seconds=seconds)
        if self._frozen_at:
            self._frozen_at += step
        else:
            self._skipped += step
        self._wake()

    def freeze(self) -> None:
        self._frozen_at = self.now()
        self._wake()

    def thaw(self) -> None:
        self._skipped = self.now() - datetime.now(UTC)
        self._frozen_at = None
        self._wake()

    async def sleep(self, seconds: float) -> None:
        """Return once this clock, not the machine's, has moved on by that much."""
        until = self.now() + timedelta(seconds=seconds)
        while (left := (until - self.now()).total_seconds()) > 0:
            moved = self._moved
            try:
                await asyncio.wait_for(moved.wait(), None if self.frozen else left)
            except TimeoutError:
                continue

    def _wake(self) -> None:
        moved, self._moved = self._moved, asyncio.Event()
        moved.set()
