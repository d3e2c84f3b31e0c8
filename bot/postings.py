"""Which messages of which request have been posted where, so that each is posted once and kept up to date."""

from __future__ import annotations

import sqlite3
from datetime import datetime, timedelta
from pathlib import Path

from sqlite_utils import Database, Migrations

from approvals.database import stamp
from bot.claims import Claims
from dac.figures import Frozen

postings = Migrations("postings")

CARD = "card"
"""The message that the thread hangs on; those of the thread are named by what makes them."""

NOTICE = "notify:"
"""Before the channel that is told of a request: these messages stand by themselves."""

WORD = "word:"
"""Before what the person who asked is told directly: these stand by themselves, too."""


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


@postings()
def held_apart_from_tried(db: Database) -> None:
    """A claim is held anew while what was tried under an older one may still be there."""
    db.execute("ALTER TABLE postings ADD COLUMN held_at TEXT")


class Posting(Frozen):
    """A message we have posted, or are about to: without `ts` it is not known to be there."""

    request_id: int
    name: str
    channel: str
    ts: str | None
    digest: str
    link: str | None


class Postings(Claims):
    TABLE = "postings"
    NUMBER = "request_id"

    def __init__(self, path: Path, holder: str, lease: timedelta) -> None:
        super().__init__(path, postings, holder, lease)

    def of(self, request_id: int) -> dict[str, Posting]:
        with self._file.transaction(write=False) as db:
            rows = db.execute("SELECT * FROM postings WHERE request_id = ?", [request_id]).fetchall()
        return {str(row["name"]): _posting(row) for row in rows}

    def posted(self, request_id: int, name: str, channel: str, ts: str, digest: str, at: datetime) -> None:
        """It is there and looks as the digest says; a card is looked at again some time after that.

        Where another process has put down a message of its own, that one stays the one on record.
        """
        with self._file.transaction(write=True) as db:
            db.execute(
                "UPDATE postings SET channel = ?, ts = ?, digest = ?, looked_at = ? "
                "WHERE request_id = ? AND name = ? AND (ts IS NULL OR ts = ?)",
                [channel, ts, digest, stamp(at) if name == CARD else None, request_id, name, ts],
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
                    "looked_at = NULL WHERE request_id = ? "
                    "AND (name = ? OR (? AND name NOT GLOB ? AND name NOT GLOB ?))",
                    [request_id, name, name == CARD, f"{NOTICE}*", f"{WORD}*"],
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
