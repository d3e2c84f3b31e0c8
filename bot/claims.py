"""Who may put which message into Slack: a claim ends by itself, and it is on record what may be there unknown to us."""

from __future__ import annotations

import sqlite3
from datetime import datetime, timedelta
from pathlib import Path
from typing import ClassVar, NamedTuple

from sqlite_utils import Migrations

from approvals.database import File, prepare, stamp


class Try(NamedTuple):
    """Where a message was last tried to be posted, and when; without `at` it is certainly not there."""

    channel: str
    at: datetime | None


class Claims:
    """Messages in one table, each known by the number of what it tells of and by its name; `holder` is this process."""

    TABLE: ClassVar[str]
    NUMBER: ClassVar[str]

    def __init__(self, path: Path, migrations: Migrations, holder: str, lease: timedelta) -> None:
        self._holder = holder
        self._lease = lease
        prepare(path, migrations)
        self._file = File(path)

    @property
    def patience(self) -> timedelta:
        """How long after `begin` a posting may still be begun at Slack: the call then ends before the claim does."""
        return self._lease / 2

    def claim(self, number: int, name: str, channel: str, at: datetime) -> Try | None:
        """Take it on oneself to post a message; None while another process has, or where it is there.

        Where it may be there unknown to us it has to be looked for first.
        """
        with self._file.transaction(write=True) as db:
            db.execute(
                f"INSERT INTO {self.TABLE} ({self.NUMBER}, name, channel) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",  # noqa: S608 - names of ours
                [number, name, channel],
            )
            return self._hold(db, number, name, at)

    def begin(self, number: int, name: str, channel: str, at: datetime) -> bool:
        """Whether the claim is still ours; if so it lasts anew, and from now on the message may be in Slack."""
        with self._file.transaction(write=True) as db:
            if self._hold(db, number, name, at) is None:
                return False
            self._tried(db, number, name, Try(channel, at))
            return True

    def refused(self, number: int, name: str, before: Try) -> None:
        """It was certainly not posted now; what is known of it is what was known `before`."""
        with self._file.transaction(write=True) as db:
            self._tried(db, number, name, before)
            db.execute(
                f"UPDATE {self.TABLE} SET holder = NULL WHERE {self.NUMBER} = ? AND name = ? AND holder = ?",  # noqa: S608 - names of ours
                [number, name, self._holder],
            )

    def _hold(self, db: sqlite3.Connection, number: int, name: str, at: datetime) -> Try | None:
        # A process of a version that knew no `held_at` puts down only when it tried.
        row = db.execute(
            f"UPDATE {self.TABLE} SET holder = ?, held_at = ? WHERE {self.NUMBER} = ? AND name = ? AND ts IS NULL "  # noqa: S608 - names of ours
            "AND (holder IS NULL OR holder = ? OR max(ifnull(held_at, ''), ifnull(tried_at, '')) <= ?) "
            "RETURNING channel, tried_at",
            [self._holder, stamp(at), number, name, self._holder, stamp(at - self._lease)],
        ).fetchone()
        if row is None:
            return None
        return Try(row["channel"], datetime.fromisoformat(row["tried_at"]) if row["tried_at"] else None)

    def _tried(self, db: sqlite3.Connection, number: int, name: str, tried: Try) -> None:
        db.execute(
            f"UPDATE {self.TABLE} SET channel = ?, tried_at = ? "  # noqa: S608 - names of ours
            f"WHERE {self.NUMBER} = ? AND name = ? AND ts IS NULL AND holder = ?",
            [tried.channel, stamp(tried.at) if tried.at else None, number, name, self._holder],
        )
