"""Events as rows of their table, each tied to the one before; nothing written here is ever changed."""

from __future__ import annotations

import json
import sqlite3
from datetime import datetime
from typing import Any

from pydantic import ValidationError

from approvals import audit
from approvals.database import stamp
from approvals.events import Body, Event, Freeze, Note, NoteKind
from approvals.states import State
from approvals.unreadable import Unreadable

_COLUMNS = "seq, request_id, at, actor, delivery, body"


def event(db: sqlite3.Connection, request_id: int, body: Body, actor: str, at: datetime, delivery: str | None) -> Event:
    """What is to be written next."""
    return Event(seq=_seq(db), request_id=request_id, at=at, actor=actor, delivery=delivery, body=body)


def write(db: sqlite3.Connection, happened: Event, before: State | None, after: State) -> None:
    _chain(
        db,
        audit.Link(
            seq=happened.seq,
            request_id=str(happened.request_id),
            at=stamp(happened.at),
            actor=happened.actor,
            action=happened.body.action.value,
            before=before.value if before else "",
            after=after.value,
            delivery=happened.delivery or "",
            body=happened.body.model_dump_json(),
            hash="",
        ),
    )


def write_note(db: sqlite3.Connection, note: Note, actor: str, at: datetime, delivery: str | None) -> None:
    text = note.model_dump_json()
    _chain(db, audit.Link(_seq(db), "", stamp(at), actor, note.action.value, "", "", delivery or "", text, ""))


def of(db: sqlite3.Connection, request_id: int) -> list[Event]:
    """Raises `Unreadable`."""
    rows = db.execute(f"SELECT {_COLUMNS} FROM events WHERE request_id = ? ORDER BY seq", [request_id])  # noqa: S608
    try:
        return [_read(row) for row in rows.fetchall()]
    except ValidationError as error:
        raise Unreadable(request_id) from error


def by_delivery(db: sqlite3.Connection, request_id: int, delivery: str) -> Event | None:
    """What that delivery has already done to the request."""
    row = db.execute(
        f"SELECT {_COLUMNS} FROM events WHERE delivery = ? AND request_id = ? ORDER BY seq LIMIT 1",  # noqa: S608
        [delivery, request_id],
    ).fetchone()
    return _read(row) if row else None


def is_noted(db: sqlite3.Connection, delivery: str) -> bool:
    found = db.execute("SELECT 1 FROM events WHERE delivery = ? AND request_id IS NULL LIMIT 1", [delivery])
    return found.fetchone() is not None


def refused_ask(db: sqlite3.Connection, delivery: str) -> str:
    """What somebody was told whose asking was refused; empty where that delivery was not."""
    row = db.execute(
        "SELECT body FROM events WHERE delivery = ? AND request_id IS NULL AND action = ? LIMIT 1",
        [delivery, NoteKind.REFUSE.value],
    ).fetchone()
    return str(json.loads(row[0])["because"]) if row else ""


def freeze(db: sqlite3.Connection) -> Freeze | None:
    stopped, let_go = _last_note(db, NoteKind.FREEZE), _last_note(db, NoteKind.UNFREEZE)
    if stopped is None or (let_go and let_go["seq"] > stopped["seq"]):
        return None
    return Freeze(by=stopped["actor"], since=stopped["at"], because=json.loads(stopped["body"])["because"])


def policy_digest(db: sqlite3.Connection) -> str:
    row = _last_note(db, NoteKind.POLICY)
    return str(json.loads(row["body"])["digest"]) if row else ""


def _last_note(db: sqlite3.Connection, kind: NoteKind) -> sqlite3.Row | None:
    found: sqlite3.Row | None = db.execute(
        "SELECT seq, at, actor, body FROM events WHERE request_id IS NULL AND action = ? ORDER BY seq DESC LIMIT 1",
        [kind.value],
    ).fetchone()
    return found


def _seq(db: sqlite3.Connection) -> int:
    return int(db.execute("SELECT max(seq) FROM events").fetchone()[0] or 0) + 1


def _chain(db: sqlite3.Connection, link: audit.Link) -> None:
    previous = db.execute("SELECT hash FROM events WHERE seq = ?", [link.seq - 1]).fetchone()
    digest = audit.chained(link, previous[0] if previous else audit.GENESIS)
    request_id, delivery = link.request_id or None, link.delivery or None
    values = [link.seq, request_id, *link[2:7], delivery, link.body, digest]
    db.execute("INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", values)


def _read(row: Any) -> Event:
    seq, request_id, at, actor, delivery, body = row
    return Event.model_validate(
        {
            "seq": seq,
            "request_id": request_id,
            "at": at,
            "actor": actor,
            "delivery": delivery,
            "body": json.loads(body),
        }
    )
