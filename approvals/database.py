"""One SQLite file, opened afresh for each unit of work and safe to share between two processes."""

from __future__ import annotations

import sqlite3
import threading
import time
import weakref
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from sqlite_utils import Database, Migrations

from dac.errors import DacError, Unavailable

OURS = (sqlite3.IntegrityError, sqlite3.ProgrammingError, sqlite3.InterfaceError)
"""What SQLite says of a statement of ours; whatever else it says is of the file."""

AT_REST = "ro&immutable=1"
"""To open a file where nothing can be written and nobody writes: SQLite then needs no file of its own beside it."""

SWITCH_TRIES = 200
WAIT_SECONDS = 10.0
"""How long one process waits for the other's transaction; all of ours last milliseconds."""


@contextmanager
def unit_of_work(path: Path, *, write: bool) -> Iterator[Database]:
    """One transaction on a connection of its own, by sqlite-utils."""
    with closing(_open(path)) as connection, _transaction(connection, write=write):
        yield Database(connection)


class File:
    """The same for what is used often: connections are kept open, and each serves one unit of work at a time.

    Safe to share between threads. Those that write take turns here: SQLite lets them sleep between their tries.
    """

    def __init__(self, path: Path, mode: str = "rw") -> None:
        self._path = path
        self._mode = mode
        self._idle: list[_Open] = []
        self._writing = threading.Lock()
        weakref.finalize(self, _close_all, self._idle)

    @contextmanager
    def transaction(self, *, write: bool) -> Iterator[sqlite3.Connection]:
        """One transaction: all of it happens, on disk, or nothing.

        A writer takes the lock at once: reading first and writing later could fail half-way. Raises `Unavailable`
        when the file cannot be read or written, with nothing recorded.
        """
        if write and not self._writing.acquire(timeout=WAIT_SECONDS):
            raise Unavailable(_sentence("database is locked"))
        try:
            held = self._take()
            sound = False
            try:
                with _transaction(held.connection, write=write):
                    yield held.connection
                sound = True
            except DacError as no:
                # Whoever was told no has not hurt the connection; what SQLite did not take may have.
                sound = not isinstance(no, Unavailable)
                raise
            finally:
                if sound:
                    self._idle.append(held)
                else:
                    held.connection.close()
        finally:
            if write:
                self._writing.release()

    def _take(self) -> _Open:
        there = _identity(self._path)
        # Asked first, another thread could take the last one in between.
        with suppress(IndexError):
            while (held := self._idle.pop()).identity != there:
                # The file was taken away or replaced: what this one writes, nobody would find.
                held.connection.close()
            return held
        return _Open(_open(self._path, self._mode), there)


class _Open(NamedTuple):
    connection: sqlite3.Connection
    identity: tuple[int, int] | None


def _identity(path: Path) -> tuple[int, int] | None:
    """Which file lies there now, if one does."""
    with suppress(OSError):
        found = path.stat()
        return found.st_dev, found.st_ino
    return None


def _close_all(idle: list[_Open]) -> None:
    while idle:
        idle.pop().connection.close()


def prepare(path: Path, migrations: Migrations) -> None:
    """Bring the file to the newest layout; two processes may start at once."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Unavailable(_sentence(error)) from error
    with _translating(), closing(_connect(path, mode="rwc")) as connection:
        _to_write_ahead(connection)
    with unit_of_work(path, write=True) as database:
        migrations.apply(database)


def _open(path: Path, mode: str = "rw") -> sqlite3.Connection:
    with _translating():
        connection = _connect(path, mode=mode)
        try:
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("PRAGMA foreign_keys = ON")
        except BaseException:
            connection.close()
            raise
        return connection


def _connect(path: Path, *, mode: str) -> sqlite3.Connection:
    """Only who prepares a file may create it: an empty one in the place of what was deleted would hide the loss."""
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode={mode}",
        uri=True,
        timeout=WAIT_SECONDS,
        isolation_level=None,
        # One unit of work after the other uses it, each in whichever thread it runs.
        check_same_thread=False,
    )
    connection.row_factory = sqlite3.Row
    return connection


@contextmanager
def _transaction(connection: sqlite3.Connection, *, write: bool) -> Iterator[None]:
    try:
        connection.execute("BEGIN IMMEDIATE" if write else "BEGIN")
        try:
            yield
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
        connection.execute("COMMIT")
    except OURS:
        raise
    except sqlite3.Error as error:
        raise Unavailable(_sentence(error)) from error


@contextmanager
def _translating() -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise Unavailable(_sentence(error)) from error


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


def _sentence(error: Exception | str) -> str:
    return f"The bot's own database did not take this ({error}); nothing was recorded. Try again in a moment."


def stamp(moment: datetime) -> str:
    """Aware UTC as text that sorts by time."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")
