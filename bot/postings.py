"""Which messages of which request have been posted where, so that each is posted once and kept up to date."""

from __future__ import annotations

import sqlite3
from datetime import datetime, timedelta
from pathlib import Path

from pydantic import AwareDatetime
from sqlite_utils import Database, Migrations

from approvals.database import File, prepare, stamp
from dac.figures import Frozen

postings = Migrations("postings")

CARD = "card"
"""The message that the thread hangs on; those of the thread are named by what makes them."""

NOTICE = "notify:"
"""Before the channel that is told of a request: these messages stand by themselves."""


@postings()
def messages(db: Database) -> None:
    db.execute(
        """
        CREATE TABLE postings (
            request_id INTEGER NOT NULL,
            name TEXT NOT NULL,
            channel TEXT NOT NULL,
            ts TEXT,
            digest TEXT NOT NULL DEFAULT '',
            link TEXT,
            holder TEXT,
            tried_at TEXT,
            looked_at TEXT,
            PRIMARY KEY (request_id, name)
        )
        """
    )
    db.execute("CREATE UNIQUE INDEX postings_by_message ON postings (channel, ts)")
    db.execute("CREATE INDEX postings_to_look_at ON postings (looked_at) WHERE looked_at IS NOT NULL")


class Posting(Frozen):
    """A message we have posted, or are about to: without `ts` it is not known to be there."""

    request_id: int
    name: str
    channel: str
    ts: str | None
    digest: str
    link: str | None
    tried_at: AwareDatetime | None


class Postings:
    def __init__(self, path: Path, holder: str, lease: timedelta) -> None:
        self._holder = holder
        self._lease = lease
        prepare(path, postings)
        self._file = File(path)

    def of(self, request_id: int) -> dict[str, Posting]:
        with self._file.transaction(write=False) as db:
            rows = db.execute("SELECT * FROM postings WHERE request_id = ?", [request_id]).fetchall()
        return {str(row["name"]): _posting(row) for row in rows}

    def claim(self, request_id: int, name: str, channel: str, at: datetime) -> Posting | None:
        """Take it on oneself to post a message; None while another process has.

        The row says when and where it was last tried: then its fate may be unknown and it has to be looked for first.
        """
        with self._file.transaction(write=True) as db:
            db.execute(
                "INSERT INTO postings (request_id, name, channel) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
                [request_id, name, channel],
            )
            row = db.execute("SELECT * FROM postings WHERE request_id = ? AND name = ?", [request_id, name]).fetchone()
            found = _posting(row)
            held = row["holder"] not in {None, self._holder} and found.tried_at and found.tried_at + self._lease > at
            if found.ts or held:
                return None
            db.execute(
                "UPDATE postings SET holder = ?, tried_at = ?, channel = ? WHERE request_id = ? AND name = ?",
                [self._holder, stamp(at), channel, request_id, name],
            )
            return found

    def unclaim(self, request_id: int, name: str) -> None:
        """Slack said no: it was certainly not posted."""
        with self._file.transaction(write=True) as db:
            db.execute(
                "UPDATE postings SET holder = NULL, tried_at = NULL WHERE request_id = ? AND name = ? AND ts IS NULL",
                [request_id, name],
            )

    def posted(self, request_id: int, name: str, channel: str, ts: str, digest: str, at: datetime) -> None:
        """It is there and looks as the digest says; a card is looked at again some time after that."""
        with self._file.transaction(write=True) as db:
            db.execute(
                "UPDATE postings SET channel = ?, ts = ?, digest = ?, looked_at = ? WHERE request_id = ? AND name = ?",
                [channel, ts, digest, stamp(at) if name == CARD else None, request_id, name],
            )

    def linked(self, request_id: int, link: str) -> None:
        with self._file.transaction(write=True) as db:
            db.execute("UPDATE postings SET link = ? WHERE request_id = ? AND name = ?", [link, request_id, CARD])

    def link(self, request_id: int) -> str | None:
        """Where the card can be opened, if it is there and Slack has told."""
        with self._file.transaction(write=False) as db:
            row = db.execute(
                "SELECT link FROM postings WHERE request_id = ? AND name = ?", [request_id, CARD]
            ).fetchone()
        return str(row["link"]) if row and row["link"] else None

    def lost(self, request_id: int, name: str, ts: str) -> None:
        """That message is not there any more; a lost card takes its thread with it.

        One that another process has posted anew meanwhile is not the one that was lost.
        """
        with self._file.transaction(write=True) as db:
            found = db.execute(
                "SELECT 1 FROM postings WHERE request_id = ? AND name = ? AND ts = ?", [request_id, name, ts]
            ).fetchone()
            if found:
                db.execute(
                    "UPDATE postings SET ts = NULL, digest = '', link = NULL, tried_at = NULL, holder = NULL, "
                    "looked_at = NULL WHERE request_id = ? AND (name = ? OR (? AND name NOT GLOB ?))",
                    [request_id, name, name == CARD, f"{NOTICE}*"],
                )

    def look(self, since: datetime, at: datetime) -> int | None:
        """The request whose card nobody has looked at for longest, if not since then; now somebody has."""
        with self._file.transaction(write=True) as db:
            row = db.execute(
                "SELECT request_id, name FROM postings WHERE looked_at IS NOT NULL AND looked_at <= ? "
                "ORDER BY looked_at LIMIT 1",
                [stamp(since)],
            ).fetchone()
            if row is None:
                return None
            db.execute(
                "UPDATE postings SET looked_at = ? WHERE request_id = ? AND name = ?",
                [stamp(at), row["request_id"], row["name"]],
            )
            return int(row["request_id"])

    def leave(self, request_id: int) -> None:
        """Its card is not looked at any more, until it is drawn again."""
        with self._file.transaction(write=True) as db:
            db.execute("UPDATE postings SET looked_at = NULL WHERE request_id = ? AND name = ?", [request_id, CARD])

    def request_of(self, channel: str, thread_ts: str) -> int | None:
        """The request whose thread that is."""
        with self._file.transaction(write=False) as db:
            row = db.execute(
                "SELECT request_id FROM postings WHERE channel = ? AND ts = ? AND name = ?", [channel, thread_ts, CARD]
            ).fetchone()
        return int(row["request_id"]) if row else None


def _posting(row: sqlite3.Row) -> Posting:
    return Posting.model_validate({name: row[name] for name in Posting.model_fields})
