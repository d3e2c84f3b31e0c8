"""Which messages of the watch have been posted where, so that each is posted once and a deleted one stays away."""

from __future__ import annotations

import sqlite3
from datetime import timedelta
from pathlib import Path

from sqlite_utils import Database, Migrations

from bot.claims import Claims
from dac.figures import Frozen

tellings = Migrations("tellings")

ALERT = "alert"
"""The message that tells of an incident; those below it are named by what makes them."""


@tellings()
def messages(db: Database) -> None:
    db.execute(
        """
        CREATE TABLE tellings (
            number INTEGER NOT NULL,
            name TEXT NOT NULL,
            channel TEXT NOT NULL,
            ts TEXT,
            digest TEXT NOT NULL DEFAULT '',
            mark TEXT NOT NULL DEFAULT '',
            gone INTEGER NOT NULL DEFAULT 0,
            holder TEXT,
            tried_at TEXT,
            PRIMARY KEY (number, name)
        )
        """
    )


@tellings()
def held_apart_from_tried(db: Database) -> None:
    """A claim is held anew while what was tried under an older one may still be there."""
    db.execute("ALTER TABLE tellings ADD COLUMN held_at TEXT")


class Telling(Frozen):
    """A message posted, or about to be: without `ts` it is not known to be there, and `gone` it was deleted.

    `mark` is the incident's, as the message last told it.
    """

    channel: str
    ts: str | None
    digest: str
    mark: str
    gone: bool


class Tellings(Claims):
    TABLE = "tellings"
    NUMBER = "number"

    def __init__(self, path: Path, holder: str, lease: timedelta) -> None:
        super().__init__(path, tellings, holder, lease)

    def of(self, number: int) -> dict[str, Telling]:
        with self._file.transaction(write=False) as db:
            rows = db.execute("SELECT * FROM tellings WHERE number = ?", [number]).fetchall()
        return {str(row["name"]): _telling(row) for row in rows}

    def posted(self, number: int, name: str, channel: str, ts: str, digest: str, mark: str) -> None:
        """It is there, looks as the digest says and tells what the mark says, if no other one is on record by now."""
        with self._file.transaction(write=True) as db:
            db.execute(
                "UPDATE tellings SET channel = ?, ts = ?, digest = ?, mark = ?, gone = 0 "
                "WHERE number = ? AND name = ? AND (ts IS NULL OR ts = ?)",
                [channel, ts, digest, mark, number, name, ts],
            )

    def lost(self, number: int, name: str, ts: str) -> None:
        """Somebody has deleted that message; one that another process has posted meanwhile is not the one."""
        with self._file.transaction(write=True) as db:
            db.execute(
                "UPDATE tellings SET ts = NULL, digest = '', gone = 1, holder = NULL, tried_at = NULL "
                "WHERE number = ? AND name = ? AND ts = ?",
                [number, name, ts],
            )


def _telling(row: sqlite3.Row) -> Telling:
    return Telling.model_validate({name: row[name] for name in Telling.model_fields})
