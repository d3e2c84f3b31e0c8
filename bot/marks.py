"""What people have said of lines of digests, and the digests they have before them, in the bot's database."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from pydantic import ValidationError
from sqlite_utils import Database, Migrations

from approvals.database import File, prepare, stamp
from dac.digest import Digest
from dac.errors import NotFound
from dac.marks import Mark, standing

digest_marks = Migrations("digest_marks")


@digest_marks()
def marks(db: Database) -> None:
    db.execute(
        "CREATE TABLE digest_marks ("
        "place TEXT NOT NULL, key TEXT NOT NULL, at TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (place, key))"
    )


@digest_marks()
def digests(db: Database) -> None:
    db.execute(
        "CREATE TABLE digests_told ("
        "place TEXT NOT NULL, scope TEXT NOT NULL, at TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (place, scope))"
    )


class StoredMarks:
    """Safe for two processes: each change reads and writes in one transaction."""

    def __init__(self, path: Path) -> None:
        prepare(path, digest_marks)
        self._file = File(path)

    def of(self, place: str) -> tuple[Mark, ...]:
        with self._file.transaction(write=False) as db:
            return _of(db, place)

    def mark(self, mark: Mark) -> None:
        with self._file.transaction(write=True) as db:
            db.execute(
                "INSERT OR REPLACE INTO digest_marks (place, key, at, body) VALUES (?, ?, ?, ?)",
                [mark.place, mark.key, stamp(mark.at), mark.model_dump_json()],
            )

    def unmark(self, place: str, key: str) -> Mark:
        with self._file.transaction(write=True) as db:
            found = next((each for each in _of(db, place) if each.key == key), None)
            if found is None:
                raise NotFound(f"Nothing hides “{key}” here; `/dac digest lines` lists what is hidden.")
            db.execute("DELETE FROM digest_marks WHERE place = ? AND key = ?", [place, key])
        return found

    def told(self, digest: Digest, place: str) -> tuple[Mark, ...]:
        scope, at = str(digest.scope), stamp(digest.at)
        with self._file.transaction(write=True) as db:
            before = _of(db, place)
            left = standing(before, digest)
            for ended in set(before) - set(left):
                db.execute("DELETE FROM digest_marks WHERE place = ? AND key = ?", [place, ended.key])
            # One that is sent late does not take the place of a later one.
            db.execute(
                "INSERT INTO digests_told (place, scope, at, body) VALUES (?, ?, ?, ?) ON CONFLICT (place, scope) "
                "DO UPDATE SET at = excluded.at, body = excluded.body WHERE excluded.at >= digests_told.at",
                [place, scope, at, digest.model_dump_json()],
            )
        return left

    def digests(self, place: str) -> tuple[Digest, ...]:
        with self._file.transaction(write=False) as db:
            rows = db.execute("SELECT body FROM digests_told WHERE place = ? ORDER BY at DESC, scope", [place])
            return tuple(filter(None, (_digest(row["body"]) for row in rows.fetchall())))


def _digest(body: str) -> Digest | None:
    """None for one that another version of the bot has told: the next takes its place."""
    try:
        return Digest.model_validate_json(body)
    except ValidationError:
        return None


def _of(db: sqlite3.Connection, place: str) -> tuple[Mark, ...]:
    rows = db.execute("SELECT body FROM digest_marks WHERE place = ? ORDER BY at, key", [place]).fetchall()
    return tuple(Mark.model_validate_json(row["body"]) for row in rows)
