"""Which messages of the watch have been posted where, so that each is posted once and a deleted one stays away."""

from __future__ import annotations

import sqlite3
from datetime import datetime, timedelta
from pathlib import Path

from pydantic import AwareDatetime
from sqlite_utils import Database, Migrations

from approvals.database import File, prepare, stamp
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


class Telling(Frozen):
    """A message posted, or about to be: without `ts` it is not known to be there, and `gone` it was deleted.

    `mark` is the incident's, as the message last told it.
    """

    channel: str
    ts: str | None
    digest: str
    mark: str
    gone: bool
    tried_at: AwareDatetime | None


class Tellings:
    def __init__(self, path: Path, holder: str, lease: timedelta) -> None:
        self._holder = holder
        self._lease = lease
        prepare(path, tellings)
        self._file = File(path)

    def of(self, number: int) -> dict[str, Telling]:
        with self._file.transaction(write=False) as db:
            rows = db.execute("SELECT * FROM tellings WHERE number = ?", [number]).fetchall()
        return {str(row["name"]): _telling(row) for row in rows}

    def claim(self, number: int, name: str, channel: str, at: datetime) -> Telling | None:
        """Take it on oneself to post a message; None while another process has, or where it is there.

        It says when and where that was last tried: then its fate may be unknown and it has to be looked for first.
        """
        with self._file.transaction(write=True) as db:
            db.execute(
                "INSERT INTO tellings (number, name, channel) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
                [number, name, channel],
            )
            row = db.execute("SELECT * FROM tellings WHERE number = ? AND name = ?", [number, name]).fetchone()
            found = _telling(row)
            held = row["holder"] not in {None, self._holder} and found.tried_at and found.tried_at + self._lease > at
            if found.ts or held:
                return None
            db.execute(
                "UPDATE tellings SET holder = ?, tried_at = ?, channel = ? WHERE number = ? AND name = ?",
                [self._holder, stamp(at), channel, number, name],
            )
            return found

    def unclaim(self, number: int, name: str) -> None:
        """It was certainly not posted."""
        with self._file.transaction(write=True) as db:
            db.execute(
                "UPDATE tellings SET holder = NULL, tried_at = NULL WHERE number = ? AND name = ? AND ts IS NULL",
                [number, name],
            )

    def posted(self, number: int, name: str, channel: str, ts: str, digest: str, mark: str) -> None:
        """It is there, looks as the digest says and tells what the mark says."""
        with self._file.transaction(write=True) as db:
            db.execute(
                "UPDATE tellings SET channel = ?, ts = ?, digest = ?, mark = ?, gone = 0 WHERE number = ? AND name = ?",
                [channel, ts, digest, mark, number, name],
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
