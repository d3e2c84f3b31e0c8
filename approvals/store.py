"""Requests and their events in SQLite: an event and the state it leads to are written together or not at all."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from pathlib import Path

from sqlite_utils import Database

from approvals import audit
from approvals.database import prepare, stamp, unit_of_work
from approvals.migrations import approvals
from approvals.request import Body, Event, Request, Submitted, happened, submitted
from approvals.states import State
from dac.errors import Conflict, NotFound

Decide = Callable[[Request], Body | None]
"""Given the request as it is now: what happens to it, None for nothing, or raise why it may not."""


class Store:
    def __init__(self, path: Path) -> None:
        self._path = path
        prepare(path, approvals)

    def submit(self, body: Submitted, *, actor: str, at: datetime, delivery: str) -> Request:
        """A new request, or the one this same delivery has already made."""
        with unit_of_work(self._path, write=True) as db:
            made = self._rows(db, "delivery = ?", [delivery])
            if made:
                return made[0]
            number = (db.execute("SELECT max(id) FROM requests").fetchone()[0] or 0) + 1
            event = self._event(db, number, body, actor, at)
            request = submitted(event)
            row = self._row(request)
            db.table("requests").insert(row | {"id": number, "delivery": delivery})
            self._append(db, event)
            return request

    def change(self, request_id: int, decide: Decide, *, actor: str, at: datetime) -> Request:
        """Let `decide` see the request as it is, and write what it says, with nobody in between."""
        with unit_of_work(self._path, write=True) as db:
            request = self._one(db, request_id)
            body = decide(request)
            if body is None:
                return request
            event = self._event(db, request_id, body, actor, at)
            changed = happened(request, event)
            try:
                db.table("requests").update(request_id, self._row(changed))
            except sqlite3.IntegrityError as error:
                holder = self._rows(db, "cluster_id = ? AND state = ?", [request.plan.cluster.id, State.APPLYING])[0]
                raise Conflict(
                    f"{request.plan.cluster.name} is being changed by request {holder.id}; this one waits for it."
                ) from error
            self._append(db, event)
            return changed

    def get(self, request_id: int) -> Request:
        with unit_of_work(self._path, write=False) as db:
            return self._one(db, request_id)

    def in_states(self, *states: State) -> list[Request]:
        """Oldest first."""
        marks = ", ".join("?" for _ in states)
        with unit_of_work(self._path, write=False) as db:
            return self._rows(db, f"state IN ({marks})", list(states))

    def overdue(self, at: datetime) -> list[Request]:
        """Those still waiting whose time is up."""
        with unit_of_work(self._path, write=False) as db:
            waiting = "state IN (?, ?) AND expires_at <= ?"
            return self._rows(db, waiting, [State.PENDING, State.APPROVED, stamp(at)])

    def changed_since(self, version: int) -> list[Request]:
        """Those with an event after that one."""
        with unit_of_work(self._path, write=False) as db:
            return self._rows(db, "version > ?", [version])

    def events(self, request_id: int) -> list[Event]:
        with unit_of_work(self._path, write=False) as db:
            rows = db.table("events").rows_where("request_id = ?", [request_id], order_by="seq")
            return [_event(row) for row in rows]

    def links(self) -> Iterator[audit.Link]:
        """Every event as it lies there, in order, one at a time."""
        with unit_of_work(self._path, write=False) as db:
            # What somebody has tampered with need not even be text.
            db.conn.text_factory = lambda raw: raw.decode(errors="replace")
            for row in db.table("events").rows_where(order_by="seq"):
                yield audit.Link.model_validate({name: str(value) for name, value in row.items()})

    def first_break(self) -> audit.Break | None:
        """The first event that has been tampered with, if one has."""
        with unit_of_work(self._path, write=False) as db:
            last = db.execute("SELECT coalesce(max(version), 0) FROM requests").fetchone()[0]
        return audit.first_break(self.links(), last)

    def replayed(self, request_id: int) -> Request:
        """The request as its events alone say it is."""
        first, *rest = self.events(request_id)
        request = submitted(first)
        for event in rest:
            request = happened(request, event)
        return request

    def _one(self, db: Database, request_id: int) -> Request:
        found = self._rows(db, "id = ?", [request_id])
        if not found:
            raise NotFound(f"There is no request {request_id}.")
        return found[0]

    @staticmethod
    def _rows(db: Database, where: str, values: Iterable[object]) -> list[Request]:
        rows = db.table("requests").rows_where(where, list(values), order_by="id")
        return [Request.model_validate_json(row["body"]) for row in rows]

    @staticmethod
    def _row(request: Request) -> dict[str, object]:
        return {
            "version": request.version,
            "state": request.state.value,
            "cluster_id": request.plan.cluster.id,
            "requester": request.requester,
            "expires_at": stamp(request.expires_at),
            "body": request.model_dump_json(),
        }

    @staticmethod
    def _event(db: Database, request_id: int, body: Body, actor: str, at: datetime) -> Event:
        last = db.execute("SELECT max(seq) FROM events").fetchone()[0] or 0
        return Event(seq=last + 1, request_id=request_id, at=at, actor=actor, body=body)

    @staticmethod
    def _append(db: Database, event: Event) -> None:
        before = db.execute("SELECT hash FROM events ORDER BY seq DESC LIMIT 1").fetchone()
        link = audit.Link(
            seq=event.seq,
            request_id=str(event.request_id),
            at=stamp(event.at),
            actor=event.actor,
            action=event.body.action.value,
            body=event.body.model_dump_json(),
            hash="",
        )
        chained = audit.chained(link, before[0] if before else audit.GENESIS)
        db.table("events").insert(link.model_dump() | {"request_id": event.request_id, "hash": chained})


def _event(row: dict[str, object]) -> Event:
    return Event.model_validate(
        {
            "seq": row["seq"],
            "request_id": row["request_id"],
            "at": row["at"],
            "actor": row["actor"],
            "body": json.loads(str(row["body"])),
        }
    )
