"""Requests and their events in SQLite: an event and the state it leads to are written together or not at all."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from approvals import journal
from approvals.database import File, prepare, stamp
from approvals.events import BOT, Body, Event, Freeze, Note, Refused, Started, Submitted
from approvals.migrations import approvals
from approvals.request import Request, happened, submitted
from approvals.rows import Busy, Rows
from approvals.states import FINAL, Action, State
from approvals.step_events import Resumed
from approvals.together import Together
from dac.errors import Conflict

__all__ = ["Busy", "Decide", "FrozenNow", "Repeated", "Store"]

Decide = Callable[[Request], Body | None]
"""Given the request as it is now: what happens to it, None for nothing, or raise why it may not."""


class FrozenNow(Conflict):
    """Everything is stopped."""

    def __init__(self, freeze: Freeze) -> None:
        super().__init__("Everything is frozen; nothing is begun before somebody lets it go on.")
        self.freeze = freeze


class Repeated(Conflict):
    """A second copy of what has been refused already, with the same sentence."""


class Store:
    def __init__(self, path: Path) -> None:
        self._path = path
        prepare(path, approvals)
        self._rows = Rows()
        self._together = Together(File(path))

    def submit(self, body: Submitted, *, actor: str, at: datetime, delivery: str, then: Body | None = None) -> Request:
        """A new request, or the one this same delivery has already made. `then` the bot does to it at once."""

        def work(db: sqlite3.Connection) -> Request:
            made = self._rows.found(db, "delivery = ?", [delivery])
            if made:
                return made[0]
            number = (db.execute("SELECT max(id) FROM requests").fetchone()[0] or 0) + 1
            event = journal.event(db, number, body, actor, at, delivery)
            request = submitted(event)
            self._rows.insert(db, request, delivery)
            journal.write(db, event, None, request.state)
            if then:
                request = self._happen(db, request, then, BOT, at, None)
            _unseen(db, request)
            return request

        return self._together.write(work)

    def asked_by(self, delivery: str) -> Request | None:
        """What this same delivery has already asked for; raises `Repeated` where that was refused."""
        with self._together.reading() as db:
            if because := journal.refused_ask(db, delivery):
                raise Repeated(because)
            return next(iter(self._rows.found(db, "delivery = ?", [delivery])), None)

    def change(
        self, request_id: int, decide: Decide, *, actor: str, at: datetime, delivery: str | None = None
    ) -> Request:
        """Let `decide` see the request as it is, and write what it says, with nobody in between.

        A second copy of a delivery finds what the first has done: the request as it is, or the same refusal.
        """

        def work(db: sqlite3.Connection) -> Request:
            request = self._rows.one(db, request_id)
            if delivery is not None and (earlier := journal.by_delivery(db, request_id, delivery)):
                if isinstance(earlier.body, Refused):
                    raise Repeated(earlier.body.because)
                return request
            body = decide(request)
            if body is None:
                return request
            changed = self._happen(db, request, body, actor, at, delivery)
            _unseen(db, changed)
            return changed

        return self._together.write(work)

    def note(self, body: Note, *, actor: str, at: datetime, delivery: str | None = None) -> None:
        """Record what concerns no request; a second copy of a delivery is not recorded again."""

        def work(db: sqlite3.Connection) -> None:
            if delivery is None or not journal.is_noted(db, delivery):
                journal.write_note(db, body, actor, at, delivery)

        self._together.write(work)

    def freeze(self) -> Freeze | None:
        """Whether everything is stopped, by whom and why."""
        with self._together.reading() as db:
            return journal.freeze(db)

    def policy_digest(self) -> str:
        """Of the policy that was read last; empty before the first."""
        with self._together.reading() as db:
            return journal.policy_digest(db)

    def get(self, request_id: int) -> Request:
        """Raises `NotFound`, and `Unreadable`; whatever finds several leaves out those that cannot be read."""
        with self._together.reading() as db:
            return self._rows.one(db, request_id)

    def last(self) -> int:
        """The number of the newest, 0 where there is none."""
        with self._together.reading() as db:
            return int(db.execute("SELECT coalesce(max(id), 0) FROM requests").fetchone()[0])

    def unreadable(self) -> list[int]:
        """The numbers of those to which something is still to happen, and which cannot be read."""
        ended = ", ".join(f"'{state}'" for state in sorted(FINAL))
        later = "lease_ends_at IS NOT NULL OR watched_since IS NOT NULL OR review_owed = 1"
        with self._together.reading() as db:
            return self._rows.unreadable(db, f"state NOT IN ({ended}) OR {later}")

    def in_states(self, *states: State, requester: str | None = None, newest: int | None = None) -> list[Request]:
        """Oldest first; or only so many of the newest, newest first."""
        where, values = "1", list[object]()
        if set(states) != set(State):
            # Where every state will do, naming them would have the newest few looked for among all there are.
            where, values = f"state IN ({', '.join('?' for _ in states)})", [state.value for state in states]
        if requester is not None:
            where, values = f"{where} AND requester = ?", [*values, requester]
        with self._together.reading() as db:
            return self._rows.found(db, where, values, newest=newest)

    def stuck(self) -> dict[int, tuple[str, ...]]:
        """What is held by requests under way that cannot be read, by their numbers."""
        with self._together.reading() as db:
            numbers = self._rows.unreadable(db, "id IN (SELECT request_id FROM held)")
            of = "SELECT thing FROM held WHERE request_id = ? ORDER BY thing"
            return {each: tuple(row[0] for row in db.execute(of, [each]).fetchall()) for each in numbers}

    def holder(self, request: Request) -> int | None:
        """The oldest other request that changes what this one touches; it need not be one that can be read."""
        marks = ", ".join("?" * len(request.touches))
        where = f"request_id != ? AND thing IN ({marks})"
        with self._together.reading() as db:
            found = db.execute(f"SELECT min(request_id) FROM held WHERE {where}", [request.id, *request.touches])  # noqa: S608 - marks
            number: int | None = found.fetchone()[0]
            return number

    def due(self, at: datetime) -> list[Request]:
        """Those to which time alone has something to do by then."""
        with self._together.reading() as db:
            return self._rows.found(db, "due_at IS NOT NULL AND due_at <= ?", [stamp(at)])

    def leased(self) -> list[Request]:
        """Those whose leased size has not yet been given back, the one that ends next first."""
        with self._together.reading() as db:
            return self._rows.found(db, "lease_ends_at IS NOT NULL", [], order="lease_ends_at, id")

    def watched(self) -> list[Request]:
        """Those whose fine-tuning cluster is still watched, oldest first."""
        with self._together.reading() as db:
            return self._rows.found(db, "watched_since IS NOT NULL", [])

    def review_owed(self) -> list[Request]:
        """Those whose broken glass nobody has reviewed yet, oldest first."""
        with self._together.reading() as db:
            return self._rows.found(db, "review_owed = 1", [])

    def happened_since(self, action: Action, since: datetime) -> list[Request]:
        """Those to which it has since then, oldest first."""
        where = "id IN (SELECT request_id FROM events WHERE at >= ? AND action = ?)"
        with self._together.reading() as db:
            return self._rows.found(db, where, [stamp(since), action.value])

    def unseen(self) -> list[int]:
        """Requests with news that have not been shown yet, oldest first."""
        with self._together.reading() as db:
            return [row[0] for row in db.execute("SELECT request_id FROM unseen ORDER BY request_id").fetchall()]

    def seen(self, request_id: int, version: int) -> None:
        """All that had happened up to that event has been shown."""
        delete = "DELETE FROM unseen WHERE request_id = ? AND version <= ?"
        self._together.write(lambda db: db.execute(delete, [request_id, version]))

    def show_again(self, request_id: int) -> None:
        """What was shown of it has got lost."""
        self._together.write(lambda db: _unseen(db, self._rows.one(db, request_id)))

    def events(self, request_id: int) -> list[Event]:
        with self._together.reading() as db:
            return journal.of(db, request_id)

    def replayed(self, request_id: int) -> Request:
        """The request as its events alone say it is."""
        first, *rest = self.events(request_id)
        request = submitted(first)
        for event in rest:
            request = happened(request, event)
        return request

    def _happen(
        self, db: sqlite3.Connection, request: Request, body: Body, actor: str, at: datetime, delivery: str | None
    ) -> Request:
        if isinstance(body, Started | Resumed) and (freeze := journal.freeze(db)):
            raise FrozenNow(freeze)
        event = journal.event(db, request.id, body, actor, at, delivery)
        changed = happened(request, event)
        self._rows.update(db, request, changed)
        journal.write(db, event, request.state, changed.state)
        return changed


def _unseen(db: sqlite3.Connection, request: Request) -> None:
    db.execute(
        "INSERT INTO unseen VALUES (?, ?) ON CONFLICT DO UPDATE SET version = excluded.version",
        [request.id, request.version],
    )
