"""How many votes a second are recorded, beside bare commits of rows of the same size on the same disk."""

from __future__ import annotations

import sqlite3
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

from approvals.policy import People
from approvals.service import Approvals
from approvals.store import Store
from tests.fakes import ANN, DAN, EVE, LEADS, ONCALL, FakeClock, cluster, groups, plan, policy, rule

ROUNDS = 5
VOTES = 400
"""In each round, half of them by one person, half by the other, who completes the agreement."""

Job = Callable[[], object]


class Bare:
    """What any program pays that changes one row and adds another, each of so many bytes, and has them on disk."""

    def __init__(self, path: Path, rows: int, changed: int, added: int) -> None:
        self._path = path
        self._texts = "r" * changed, "e" * added
        self._own = threading.local()
        with closing(sqlite3.connect(path)) as db, db:
            db.execute("PRAGMA journal_mode = WAL")
            db.execute("CREATE TABLE changed (id INTEGER PRIMARY KEY, body TEXT NOT NULL)")
            db.execute("CREATE TABLE added (id INTEGER PRIMARY KEY, body TEXT NOT NULL)")
            db.executemany("INSERT INTO changed VALUES (?, ?)", ((each, self._texts[0]) for each in range(rows)))

    def commit(self, row: int) -> None:
        db = self._connection()
        db.execute("BEGIN IMMEDIATE")
        db.execute("UPDATE changed SET body = ? WHERE id = ?", [self._texts[0], row])
        db.execute("INSERT INTO added (body) VALUES (?)", [self._texts[1]])
        db.execute("COMMIT")

    def _connection(self) -> sqlite3.Connection:
        if not hasattr(self._own, "db"):
            self._own.db = sqlite3.connect(self._path, timeout=60, isolation_level=None)
            self._own.db.execute("PRAGMA synchronous = FULL")
        db: sqlite3.Connection = self._own.db
        return db


def rate(jobs: Sequence[Job], threads: int) -> float:
    """How many of them are done in a second."""
    with ThreadPoolExecutor(threads) as pool:
        began = time.perf_counter()
        for _ in pool.map(lambda job: job(), jobs):
            pass
        return len(jobs) / (time.perf_counter() - began)


def asked(approvals: Approvals, count: int) -> list[int]:
    return [
        approvals.submit(
            plan(cluster(f"chat-{each}")),
            requester=ANN,
            reason="more readers than last week, and the launch is on Thursday",
            channel="CTEAM",
            delivery=f"{time.perf_counter_ns()}-{each}",
        ).id
        for each in range(count)
    ]


def votes(approvals: Approvals, count: int) -> list[Job]:
    def vote(request: int, voter: str) -> Job:
        return lambda: approvals.approve(request, voter, comment="fine with me", delivery=f"{request}-{voter}")

    requests = asked(approvals, count // 2)
    return [vote(request, voter) for voter in (DAN, EVE) for request in requests]


def commits(bare: Bare, count: int) -> list[Job]:
    def commit(row: int) -> Job:
        return lambda: bare.commit(row)

    return [commit(each % (count // 2)) for each in range(count)]


def sizes(path: Path) -> tuple[int, int]:
    """Bytes of a request's row and of an event's, as this bot writes them."""
    with closing(sqlite3.connect(path)) as db:
        (request,) = db.execute("SELECT avg(length(body)) FROM requests").fetchone()
        (event,) = db.execute("SELECT avg(length(body) + length(hash)) FROM events WHERE action <> 'submit'").fetchone()
    return round(request), round(event)


def main(rounds: int = ROUNDS, count: int = VOTES) -> None:
    rules = policy(rule(approvers=People(groups=frozenset({ONCALL, LEADS})), approvals=2))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "dac.sqlite3"
        approvals = Approvals(Store(path), lambda: rules, groups().members_of, FakeClock().now)
        rate(votes(approvals, 20), 1)
        changed, added = sizes(path)
        bare = Bare(Path(folder) / "bare.sqlite3", count // 2, changed, added)
        print(f"a vote changes a row of {changed:,} bytes and adds one of {added:,}")
        for threads in (1, 8):
            # In turns, so that whatever else the machine does meets both.
            both = [
                (rate(commits(bare, count), threads), rate(votes(approvals, count), threads)) for _ in range(rounds)
            ]
            bare_rate, vote_rate = (statistics.median(each) for each in zip(*both, strict=True))
            ratio = statistics.median(voted / committed for committed, voted in both)
            print(
                f"{threads} thread{'s' if threads > 1 else ' '}: bare commits {bare_rate:5.0f}/s, "
                f"votes {vote_rate:5.0f}/s, ratio {ratio:.2f}"
            )


if __name__ == "__main__":
    main(*(int(each) for each in sys.argv[1:]))
