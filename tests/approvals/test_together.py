from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from sqlite_utils import Database, Migrations

from approvals import database
from approvals.database import File, prepare, unit_of_work
from approvals.together import Together
from dac.errors import Conflict, Unavailable

notes = Migrations("notes")


@notes()
def one_table(db: Database) -> None:
    db.execute("CREATE TABLE notes (text TEXT NOT NULL CHECK (text <> 'wrong'))")


class Desk:
    """Somebody holds the turn until everybody else has brought their work, so that it is all done in one go."""

    def __init__(self, path: Path) -> None:
        self.path = path
        prepare(path, notes)
        self.together = Together(File(path))

    def at_once(self, *works: Callable[[sqlite3.Connection], object]) -> list[Future[object]]:
        held, go_on = threading.Event(), threading.Event()

        def hold(_: sqlite3.Connection) -> None:
            held.set()
            assert go_on.wait(20)

        with ThreadPoolExecutor(len(works) + 1) as pool:
            first = pool.submit(self.together.write, hold)
            assert held.wait(20)
            done = []
            for count, work in enumerate(works, 1):
                done.append(pool.submit(self.together.write, work))
                while len(self.together._waiting) < count:
                    threading.Event().wait(0.001)
            go_on.set()
        assert first.result() is None
        return done

    def texts(self) -> list[str]:
        with unit_of_work(self.path, write=False) as db:
            return [row["text"] for row in db.table("notes").rows]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path / "notes.sqlite3")


def adds(text: str, *, then: BaseException | None = None) -> Callable[[sqlite3.Connection], str]:
    def work(db: sqlite3.Connection) -> str:
        db.execute("INSERT INTO notes VALUES (?)", [text])
        if then:
            raise then
        return f"{text} is on disk"

    return work


def test_everybody_gets_their_own_answer(desk: Desk) -> None:
    done = desk.at_once(*(adds(each) for each in "abc"))
    assert [each.result() for each in done] == ["a is on disk", "b is on disk", "c is on disk"]
    assert desk.texts() == ["a", "b", "c"]


def test_what_comes_together_is_on_disk_together_or_not_at_all(desk: Desk) -> None:
    """While the last of them works nobody else sees what the first has written."""
    seen = list[list[str]]()
    desk.at_once(adds("a"), adds("b"), lambda _: seen.append(desk.texts()))
    assert seen == [[]]
    assert desk.texts() == ["a", "b"]


@pytest.mark.parametrize("no", [Conflict("no"), ValueError("no"), KeyboardInterrupt()], ids=["no", "error", "end"])
def test_one_refusal_undoes_nothing_of_the_others(desk: Desk, no: BaseException) -> None:
    before, refused, after = desk.at_once(adds("before"), adds("half", then=no), adds("after"))
    assert refused.exception() is no
    assert (before.result(), after.result()) == ("before is on disk", "after is on disk")
    assert desk.texts() == ["before", "after"]


def test_a_row_that_may_not_be_is_the_error_of_who_writes_it(desk: Desk) -> None:
    good, wrong = desk.at_once(adds("good"), adds("wrong"))
    assert isinstance(wrong.exception(), sqlite3.IntegrityError)
    assert good.result() == "good is on disk"
    assert desk.texts() == ["good"]


def test_when_the_file_fails_nobody_is_told_that_theirs_is_on_disk(desk: Desk) -> None:
    refused, first, fails = desk.at_once(
        adds("refused", then=Conflict("no")), adds("first"), lambda db: db.execute("SELECT * FROM nothing")
    )
    assert str(refused.exception()) == "no"
    for each in (first, fails):
        assert isinstance(each.exception(), Unavailable)
        assert str(each.exception()).endswith("nothing was recorded. Try again in a moment.")
    assert desk.texts() == []
    assert desk.together.write(adds("again")) == "again is on disk"


def test_a_transaction_that_the_database_has_ended_itself_is_nobodys_success(desk: Desk) -> None:
    with unit_of_work(desk.path, write=True) as db:
        db.execute(
            "CREATE TRIGGER full BEFORE INSERT ON notes WHEN NEW.text = 'much' "
            "BEGIN SELECT RAISE(ROLLBACK, 'no more notes'); END"
        )
    done = desk.at_once(adds("first"), adds("much"), adds("last"))
    assert [type(each.exception()) for each in done] == [Unavailable, sqlite3.IntegrityError, Unavailable]
    assert desk.texts() == []


def test_a_locked_file_is_unavailable_to_everybody(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "WAIT_SECONDS", 0.05)
    with closing(sqlite3.connect(desk.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with ThreadPoolExecutor(3) as pool:
            done = [pool.submit(desk.together.write, adds(each)) for each in "abc"]
        assert all("database is locked" in str(each.exception()) for each in done)
    assert desk.texts() == []
    assert desk.together.write(adds("later")) == "later is on disk"


def test_a_change_within_a_change_is_an_error_and_no_standstill(desk: Desk) -> None:
    with pytest.raises(RuntimeError, match="a change within a change would wait for itself"):
        desk.together.write(lambda _: desk.together.write(adds("inner")))
    assert desk.texts() == []
    assert desk.together.write(adds("later")) == "later is on disk"


def test_many_at_once_are_all_written_once(desk: Desk) -> None:
    with ThreadPoolExecutor(16) as pool:
        done = list(pool.map(lambda each: desk.together.write(adds(f"{each}")), range(200)))
    assert len(done) == 200
    assert sorted(desk.texts(), key=int) == [f"{each}" for each in range(200)]
