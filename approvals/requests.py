"""What can be read of requests, for those who only look: nothing here changes anything."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from approvals.events import Event, Freeze
from approvals.records import Records, Stats
from approvals.request import Request
from approvals.states import FINAL, Action, State
from approvals.store import Store

OPEN = tuple(state for state in State if state not in FINAL)
"""States in which something is still to happen."""


class Requests:
    def __init__(self, store: Store, records: Records, now: Callable[[], datetime]) -> None:
        self._store = store
        self._records = records
        self._now = now

    def get(self, request_id: int) -> Request:
        """Raises `NotFound`, and `Unreadable`."""
        return self._store.get(request_id)

    def events(self, request_id: int) -> list[Event]:
        return self._store.events(request_id)

    def waiting(self) -> list[Request]:
        """For people, oldest first."""
        return self._store.in_states(State.PENDING)

    def open(self) -> list[Request]:
        """Waiting, agreed or being carried out, oldest first."""
        return self._store.in_states(*OPEN)

    def of(self, requester: str, newest: int) -> list[Request]:
        """So many of one person's, newest first."""
        return self._store.in_states(*State, requester=requester, newest=newest)

    def last(self) -> int:
        """The number of the newest, 0 where there is none."""
        return self._store.last()

    def unreadable(self) -> list[int]:
        """Those to which something is still to happen, and which another version of the bot has written."""
        return self._store.unreadable()

    def stuck(self) -> dict[int, tuple[str, ...]]:
        """What those of them that are under way hold, so that no other request can change it."""
        return self._store.stuck()

    def newest(self, count: int) -> list[Request]:
        """Newest first, in whatever state."""
        return self._store.in_states(*State, newest=count)

    def holding(self) -> list[Request]:
        """Those that hold a cluster now: one at a time each."""
        return self._store.in_states(State.APPLYING)

    def leased(self) -> list[Request]:
        """Those whose size is to be given back, the one that ends next first."""
        return self._store.leased()

    def review_owed(self) -> list[Request]:
        """Those whose broken glass nobody has reviewed yet."""
        return self._store.review_owed()

    def applied(self, since: datetime) -> list[Request]:
        """Those that Oracle has carried out since then, oldest first."""
        return self._store.happened_since(Action.SUCCEED, since)

    def emergencies(self, since: datetime) -> list[Request]:
        """Those whose glass was broken since then, oldest first."""
        return self._store.happened_since(Action.BREAK_GLASS, since)

    def freeze(self) -> Freeze | None:
        return self._store.freeze()

    def stats(self, span: timedelta) -> Stats:
        return self._records.stats(self._now(), span)
