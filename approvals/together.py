"""Changes that come at the same time share one commit, for it is the disk that they wait for."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Generic, TypeVar

from approvals.database import File

T = TypeVar("T")
Work = Callable[[sqlite3.Connection], T]


class _Job(Generic[T]):
    """One caller's work, and what has come of it once that is on disk."""

    def __init__(self, work: Work[T]) -> None:
        self._work = work
        self._results: list[T] = []
        self.error: BaseException | None = None
        self.settled = False

    def run(self, db: sqlite3.Connection) -> None:
        self._results.append(self._work(db))

    def result(self) -> T:
        if self.error:
            raise self.error
        return self._results[0]


class Together:
    """Every caller is answered once its own work is on disk, or is told why it is not.

    Whoever gets the turn does what everybody has brought until then, each with a savepoint of its own, so that one
    refusal undoes nothing of the others; who then gets the turn finds its work done. There is no further thread.
    """

    def __init__(self, file: File) -> None:
        self._file = file
        self._waiting: list[_Job[object]] = []
        self._guard = threading.Lock()
        self._turn = threading.Lock()
        self._at_it: tuple[int, sqlite3.Connection] | None = None

    def write(self, work: Work[T]) -> T:
        """Raises what `work` raises, with nothing of it recorded, or `Unavailable`."""
        if self._own():
            raise RuntimeError("a change within a change would wait for itself")
        mine = _Job(work)
        with self._guard:
            self._waiting.append(mine)  # type: ignore[arg-type]  # what it results in is given to nobody else
        with self._turn:
            if not mine.settled:
                with self._guard:
                    jobs, self._waiting = self._waiting, []
                self._carry_out(jobs)
        return mine.result()

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """To see one moment; from within a change, what those before it have made of that, on disk or not yet."""
        if own := self._own():
            yield own
            return
        with self._file.transaction(write=False) as db:
            yield db

    def _own(self) -> sqlite3.Connection | None:
        """The connection on which this very thread is carrying out changes."""
        ident, db = self._at_it or (None, None)
        return db if ident == threading.get_ident() else None

    def _carry_out(self, jobs: list[_Job[object]]) -> None:
        try:
            with self._file.transaction(write=True) as db:
                self._at_it = threading.get_ident(), db
                for job in jobs:
                    _apart(db, job)
        except BaseException as error:  # noqa: BLE001 - raised to everybody whose work was lost with it
            for job in jobs:
                job.error = job.error or error
        finally:
            self._at_it = None
            for job in jobs:
                job.settled = True


def _apart(db: sqlite3.Connection, job: _Job[object]) -> None:
    db.execute("SAVEPOINT job")
    try:
        job.run(db)
    except BaseException as error:  # raised in the thread whose work it was
        if isinstance(error, sqlite3.Error) and not isinstance(error, sqlite3.IntegrityError):
            # It is the file that fails, and with it everybody's work.
            raise
        job.error = error
        db.execute("ROLLBACK TO job")
    db.execute("RELEASE job")
