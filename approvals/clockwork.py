"""Letting time do what it has to: every request to which something has come due is brought up to now."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from approvals.events import BOT, Body
from approvals.request import Request
from approvals.store import Store
from approvals.timely import timely


class Clockwork:
    """Safe to run in two processes: what happens is decided in the transaction that records it."""

    def __init__(self, store: Store, now: Callable[[], datetime]) -> None:
        self._store = store
        self._now = now

    def tick(self) -> bool:
        """Whether anything has happened."""
        at = self._now()
        changed = [self._bring_up(each, at) for each in self._store.due(at)]
        return any(changed)

    def _bring_up(self, request: Request, at: datetime) -> bool:
        def decide(now: Request) -> Body | None:
            return timely(now, at)

        before = request.version
        while (changed := self._store.change(request.id, decide, actor=BOT, at=at)).version != request.version:
            request = changed
        return request.version != before
