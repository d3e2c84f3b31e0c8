"""The board of the watch in the bot's database, brought up to one look after the other by whichever process looks."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from sqlite_utils import Database, Migrations

from approvals.database import File, prepare, stamp
from dac.alerting import Look, Rules, step
from dac.alerts import Board, Incident

watch = Migrations("watch")


@watch()
def board(db: Database) -> None:
    db.execute(
        "CREATE TABLE watch ("
        "id INTEGER PRIMARY KEY CHECK (id = 1), claimed_at TEXT NOT NULL DEFAULT '', body TEXT NOT NULL)"
    )
    db.execute("INSERT INTO watch (id, body) VALUES (1, ?)", [Board().model_dump_json()])


class Boards:
    """Safe for two processes: each change reads and writes in one transaction."""

    def __init__(self, path: Path, now: Callable[[], datetime]) -> None:
        self._now = now
        prepare(path, watch)
        self._file = File(path)

    def board(self) -> Board:
        with self._file.transaction(write=False) as db:
            return _read(db)

    def due(self, since: datetime) -> bool:
        """Whether nobody has begun to look since then; now this process has."""
        with self._file.transaction(write=True) as db:
            claimed = db.execute(
                "UPDATE watch SET claimed_at = ? WHERE claimed_at <= ?", [stamp(self._now()), stamp(since)]
            )
            return claimed.rowcount == 1

    def take(self, look: Look, rules: Rules) -> None:
        with self._file.transaction(write=True) as db:
            _write(db, step(_read(db), look, rules))

    def acknowledge(self, number: int, by: str, because: str) -> Incident:
        with self._file.transaction(write=True) as db:
            after = _read(db).acknowledge(number, by, self._now(), because)
            _write(db, after)
        return after.incident(number)


def _read(db: sqlite3.Connection) -> Board:
    return Board.model_validate_json(db.execute("SELECT body FROM watch").fetchone()["body"])


def _write(db: sqlite3.Connection, board: Board) -> None:
    db.execute("UPDATE watch SET body = ?", [board.model_dump_json()])
