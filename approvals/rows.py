"""Requests as rows of their table: the text of one, and the columns by which it is found."""

from __future__ import annotations

import sqlite3
import threading
from collections import OrderedDict
from collections.abc import Sequence
from typing import NamedTuple

from pydantic import ValidationError

from approvals.database import stamp
from approvals.request import Request
from approvals.states import State
from approvals.timely import due
from approvals.unreadable import Unreadable
from dac.errors import Conflict, NotFound

RECENT = 512
"""Requests that are remembered beside their text; a team has fewer open at a time."""


FIXED = {"plan", "rule"}
"""What stays as it was asked for, unless somebody edits it."""


class Busy(Conflict):
    """Another request is changing the cluster."""

    def __init__(self, sentence: str, holder: int) -> None:
        super().__init__(sentence)
        self.holder = holder


class _Said(NamedTuple):
    """A request, its text, and the end of the text that tells what is `FIXED`, where that is known."""

    request: Request
    text: str
    fixed: str = ""


class Rows:
    """Every method works within the transaction it is given.

    What a text says is remembered with it: to read it anew costs more than all else that a vote does. It counts only
    for that very text, so it cannot be older than the row, whichever process has written that.
    """

    def __init__(self) -> None:
        self._said: OrderedDict[int, _Said] = OrderedDict()
        self._guard = threading.Lock()

    def one(self, db: sqlite3.Connection, request_id: int) -> Request:
        """Raises `NotFound`, and `Unreadable`."""
        row = db.execute("SELECT id, body FROM requests WHERE id = ?", [request_id]).fetchone()
        if row is None:
            raise NotFound(f"There is no request {request_id}.")
        request = self._read(*row)
        if request is None:
            raise Unreadable(request_id)
        return request

    def found(
        self,
        db: sqlite3.Connection,
        where: str,
        values: Sequence[object],
        *,
        newest: int | None = None,
        order: str = "id",
    ) -> list[Request]:
        """Those that can be read."""
        end = f"ORDER BY {order}" if newest is None else f"ORDER BY id DESC LIMIT {newest:d}"
        rows = db.execute(f"SELECT id, body FROM requests WHERE {where} {end}", values)  # noqa: S608 - words of our own
        return [request for row in rows.fetchall() if (request := self._read(*row))]

    def unreadable(self, db: sqlite3.Connection, where: str) -> list[int]:
        """The numbers of those that cannot be."""
        rows = db.execute(f"SELECT id, body FROM requests WHERE {where} ORDER BY id")  # noqa: S608 - words of our own
        return [row[0] for row in rows.fetchall() if self._read(*row) is None]

    def insert(self, db: sqlite3.Connection, request: Request, delivery: str) -> None:
        row = {
            "id": request.id,
            "requester": request.requester,
            "asked_at": stamp(request.asked_at),
            "delivery": delivery,
            **columns(request),
            "body": self._text(request),
        }
        names, marks = ", ".join(row), ", ".join("?" * len(row))
        db.execute(f"INSERT INTO requests ({names}) VALUES ({marks})", list(row.values()))  # noqa: S608 - our names

    def update(self, db: sqlite3.Connection, before: Request, after: Request) -> None:
        """Raises `Busy` where another request is changing the cluster."""
        was = columns(before)
        # A column that stays as it was is left out: naming it would have its index written again.
        row = {name: value for name, value in columns(after).items() if value != was[name]}
        row["body"] = self._text(after)
        db.execute(
            f"UPDATE requests SET {', '.join(f'{name} = ?' for name in row)} WHERE id = ?",  # noqa: S608 - our names
            [*row.values(), after.id],
        )
        _hold(db, before, after)

    def _read(self, request_id: int, text: str) -> Request | None:
        """None where another version of the bot wrote what this one does not know."""
        said = self._recall(request_id)
        if said is None or said.text != text:
            try:
                said = _Said(Request.model_validate_json(text), text)
            except ValidationError:
                return None
            self._remember(said)
        return said.request

    def _text(self, request: Request) -> str:
        """What most of the text is made of, few changes touch: it is taken from the text before."""
        before = self._recall(request.id)
        fixed = before.fixed if before and _has_same_fixed(before.request, request) else ""
        fixed = fixed or request.model_dump_json(include=FIXED)[1:]
        text = f"{request.model_dump_json(exclude=FIXED)[:-1]},{fixed}"
        self._remember(_Said(request, text, fixed))
        return text

    def _recall(self, request_id: int) -> _Said | None:
        with self._guard:
            return self._said.get(request_id)

    def _remember(self, said: _Said) -> None:
        with self._guard:
            self._said[said.request.id] = said
            self._said.move_to_end(said.request.id)
            if len(self._said) > RECENT:
                self._said.popitem(last=False)


def _hold(db: sqlite3.Connection, before: Request, after: Request) -> None:
    """Nobody else changes what this touches, whatever any process believes, for as long as it is being applied."""
    was, now = _held(before), _held(after)
    if not was and now:
        marks = ", ".join("?" * len(now))
        taken = db.execute(f"SELECT request_id FROM held WHERE thing IN ({marks})", now).fetchone()  # noqa: S608
        if taken:
            sentence = f"{after.plan.subject.name} is being changed by request {taken[0]}; this one waits for it."
            raise Busy(sentence, taken[0])
    if was and not now:
        db.execute("DELETE FROM held WHERE request_id = ?", [after.id])
    for thing in now:
        if thing not in was:
            # What it has made itself nobody else can have held for long; Oracle's etags see to the rest.
            db.execute("INSERT OR IGNORE INTO held VALUES (?, ?)", [thing, after.id])


def _held(request: Request) -> tuple[str, ...]:
    return request.touches if request.state is State.APPLYING else ()


def _has_same_fixed(one: Request, other: Request) -> bool:
    return one.plan is other.plan and one.rule is other.rule


def columns(request: Request) -> dict[str, object]:
    """By which it is found, but for those that never change."""
    at, lease, watch = due(request), request.lease, request.watch
    return {
        "version": request.version,
        "state": request.state.value,
        "cluster_id": request.plan.touches[0],
        "decided_at": stamp(request.decided_at) if request.decided_at else None,
        "due_at": stamp(at) if at else None,
        "lease_ends_at": stamp(lease.ends_at) if lease and lease.open else None,
        "watched_since": stamp(watch.since) if watch and watch.open else None,
        "review_owed": 1 if request.glass and request.glass.owed else None,
    }
