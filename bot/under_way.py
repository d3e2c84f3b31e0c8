"""Answers that take minutes, while they are worked at: who asked for each, and whether that person has stopped it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from sqlite_utils import Database, Migrations

from approvals.database import File, prepare, stamp
from dac.errors import Denied, NotFound

under_way = Migrations("under_way")

FORGOTTEN = timedelta(days=1)
"""After that nobody goes on with what a process that is gone has begun."""


@under_way()
def answers(db: Database) -> None:
    db.execute(
        "CREATE TABLE under_way ("
        "name TEXT PRIMARY KEY, user TEXT NOT NULL, at TEXT NOT NULL, stopped INTEGER NOT NULL DEFAULT 0)"
    )


class UnderWay:
    """`commands._command.UnderWay` in the bot's database: whichever process is told, the one at work comes to know."""

    def __init__(self, path: Path, now: Callable[[], datetime]) -> None:
        self._now = now
        self._bells: dict[str, Callable[[], None]] = {}
        prepare(path, under_way)
        self._file = File(path)

    def begin(self, name: str, user: str, bell: Callable[[], None]) -> None:
        """It is worked at here, where `bell` rings if this process is told; stopped before a crash, it still is."""
        self._bells[name] = bell
        with self._file.transaction(write=True) as db:
            db.execute("DELETE FROM under_way WHERE at <= ?", [stamp(self._now() - FORGOTTEN)])
            db.execute(
                "INSERT INTO under_way (name, user, at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
                [name, user, stamp(self._now())],
            )

    def stopped(self, name: str) -> bool:
        with self._file.transaction(write=False) as db:
            row = db.execute("SELECT stopped FROM under_way WHERE name = ?", [name]).fetchone()
        return bool(row and row["stopped"])

    def end(self, name: str) -> None:
        self._bells.pop(name, None)
        with self._file.transaction(write=True) as db:
            db.execute("DELETE FROM under_way WHERE name = ?", [name])

    def stop(self, name: str, by: str) -> None:
        with self._file.transaction(write=True) as db:
            if name:
                row = db.execute("SELECT name, user FROM under_way WHERE name = ?", [name]).fetchone()
            else:
                row = db.execute("SELECT name, user FROM under_way WHERE user = ? ORDER BY at DESC", [by]).fetchone()
            if row is None:
                raise NotFound("It has ended already." if name else "Nothing that you asked for is under way.")
            if row["user"] != by:
                raise Denied("Only who asked for it can stop it.")
            db.execute("UPDATE under_way SET stopped = 1 WHERE name = ?", [row["name"]])
        if bell := self._bells.get(row["name"]):
            bell()
