"""One SQLite file, opened afresh for each unit of work and safe to share between two processes."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from sqlite_utils import Database, Migrations

from dac.errors import Unavailable

SWITCH_TRIES = 200
WAIT_SECONDS = 10.0
"""How long one process waits for the other's transaction; all of ours last milliseconds."""


@contextmanager
def unit_of_work(path: Path, *, write: bool) -> Iterator[Database]:
    """One transaction on one connection: all of it happens, on disk, or nothing.

    A writer takes the lock at once: reading first and writing later could fail half-way. Raises `Unavailable` when
    the file cannot be read or written, with nothing recorded.
    """
    with _connected(path) as connection:
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("BEGIN IMMEDIATE" if write else "BEGIN")
        try:
            yield Database(connection)
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
        connection.execute("COMMIT")


def prepare(path: Path, migrations: Migrations) -> None:
    """Bring the file to the newest layout; two processes may start at once."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Unavailable(_sentence(error)) from error
    with _connected(path) as connection:
        _to_write_ahead(connection)
    with unit_of_work(path, write=True) as database:
        migrations.apply(database)


@contextmanager
def _connected(path: Path) -> Iterator[sqlite3.Connection]:
    try:
        connection = sqlite3.connect(path, timeout=WAIT_SECONDS, isolation_level=None)
    except sqlite3.Error as error:
        raise Unavailable(_sentence(error)) from error
    try:
        yield connection
    except (sqlite3.IntegrityError, sqlite3.ProgrammingError):
        raise
    except sqlite3.DatabaseError as error:
        raise Unavailable(_sentence(error)) from error
    finally:
        connection.close()


def _to_write_ahead(connection: sqlite3.Connection) -> None:
    """A reader then never waits for a writer, and a reader is what every /dac is.

    SQLite does not wait for a lock here by itself, and a second process may be switching at the same moment.
    """
    tries = 1
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError:
            if tries == SWITCH_TRIES:
                raise
            tries += 1
            time.sleep(WAIT_SECONDS / SWITCH_TRIES)
        else:
            return


def _sentence(error: Exception) -> str:
    return f"The bot's own database did not take this ({error}); nothing was recorded. Try again in a moment."


def stamp(moment: datetime) -> str:
    """Aware UTC as text that sorts by time."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")
