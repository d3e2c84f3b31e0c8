"""Which messages of which request have been posted where, so that each is posted once and kept up to date."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from pydantic import AwareDatetime
from sqlite_utils import Database, Migrations

from approvals.database import prepare, stamp, unit_of_work
from dac.figures import Frozen

postings = Migrations("postings")

CARD = "card"
"""The message that the thread hangs on; the others are named by `commands._card.thread`."""


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
            holder TEXT,
            tried_at TEXT,
            PRIMARY KEY (request_id, name)
        )
        """
    )
    db.execute("CREATE UNIQUE INDEX postings_by_message ON postings (channel, ts)")
    db.execute("CREATE TABLE drawn (request_id INTEGER PRIMARY KEY, version INTEGER NOT NULL)")


class Posting(Frozen):
    """A message we have posted, or are about to: without `ts` it is not known to be there."""

    request_id: int
    name: str
    channel: str
    ts: str | None
    digest: str
    tried_at: AwareDatetime | None


class Postings:
    def __init__(self, path: Path, holder: str, lease: timedelta) -> None:
        self._path = path
        self._holder = holder
        self._lease = lease
        prepare(path, postings)

    def behind(self) -> list[int]:
        """Requests that have changed since their messages were last all drawn."""
        with unit_of_work(self._path, write=False) as db:
            rows = db.execute(
                "SELECT requests.id FROM requests LEFT JOIN drawn ON drawn.request_id = requests.id "
                "WHERE requests.version > coalesce(drawn.version, 0) ORDER BY requests.id"
            )
            return [row[0] for row in rows.fetchall()]

    def drawn(self, request_id: int, version: int) -> None:
        with unit_of_work(self._path, write=True) as db:
            db.execute(
                "INSERT INTO drawn VALUES (?, ?) ON CONFLICT DO UPDATE SET version = max(version, excluded.version)",
                [request_id, version],
            )

    def of(self, request_id: int) -> dict[str, Posting]:
        with unit_of_work(self._path, write=False) as db:
            rows = db.table("postings").rows_where("request_id = ?", [request_id])
            return {str(row["name"]): _posting(row) for row in rows}

    def claim(self, request_id: int, name: str, channel: str, at: datetime) -> Posting | None:
        """Take it on oneself to post a message; None while another process has.

        The row says when it was last tried: then its fate may be unknown and it has to be looked for first.
        """
        with unit_of_work(self._path, write=True) as db:
            db.execute(
                "INSERT INTO postings (request_id, name, channel) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
                [request_id, name, channel],
            )
            row = next(iter(db.table("postings").rows_where("request_id = ? AND name = ?", [request_id, name])))
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
        with unit_of_work(self._path, write=True) as db:
            db.execute(
                "UPDATE postings SET holder = NULL, tried_at = NULL WHERE request_id = ? AND name = ? AND ts IS NULL",
                [request_id, name],
            )

    def posted(self, request_id: int, name: str, channel: str, ts: str, digest: str) -> None:
        with unit_of_work(self._path, write=True) as db:
            db.execute(
                "UPDATE postings SET channel = ?, ts = ?, digest = ? WHERE request_id = ? AND name = ?",
                [channel, ts, digest, request_id, name],
            )

    def lost(self, request_id: int, name: str) -> None:
        """The message is not there any more; a lost card takes its thread with it."""
        also = "" if name == CARD else "AND name = ?"
        with unit_of_work(self._path, write=True) as db:
            db.execute(
                f"UPDATE postings SET ts = NULL, digest = '', tried_at = NULL, holder = NULL "  # noqa: S608
                f"WHERE request_id = ? {also}",
                [request_id] if name == CARD else [request_id, name],
            )

    def request_of(self, channel: str, thread_ts: str) -> int | None:
        """The request whose thread that is."""
        with unit_of_work(self._path, write=False) as db:
            rows = db.table("postings").rows_where("channel = ? AND ts = ? AND name = ?", [channel, thread_ts, CARD])
            return next((int(row["request_id"]) for row in rows), None)


def _posting(row: dict[str, object]) -> Posting:
    return Posting.model_validate({name: row[name] for name in Posting.model_fields})
