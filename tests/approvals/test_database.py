from __future__ import annotations

import gc
import os
import resource
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from datetime import datetime, timedelta, timezone
from functools import partial
from pathlib import Path

import pytest
from sqlite_utils import Database, Migrations

from approvals import database
from approvals.database import File, prepare, stamp, unit_of_work
from approvals.migrations import approvals
from approvals.policy import People
from approvals.request import Request
from approvals.states import State
from approvals.store import Store
from dac.errors import Conflict, Unavailable
from tests.approvals.conftest import House, at_once, fresh
from tests.fakes import BOB, START, When, policy, rule

NOTHING_RECORDED = "The bot's own database did not take this .*; nothing was recorded. Try again in a moment."

notes = Migrations("notes")


@notes()
def one_table(db: Database) -> None:
    db.execute("CREATE TABLE notes (text TEXT NOT NULL)")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    made = tmp_path / "deep" / "down" / "notes.sqlite3"
    prepare(made, notes)
    return made


def texts(path: Path) -> list[str]:
    with unit_of_work(path, write=False) as db:
        return [row["text"] for row in db.table("notes").rows]


def test_folders_are_made_and_the_file_lets_readers_and_a_writer_work_together(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_preparing_again_changes_nothing(path: Path) -> None:
    with unit_of_work(path, write=True) as db:
        db.table("notes").insert({"text": "kept"})
    prepare(path, notes)
    assert texts(path) == ["kept"]


def test_every_commit_is_on_disk_before_it_counts(path: Path) -> None:
    with unit_of_work(path, write=True) as db:
        assert tuple(db.execute("PRAGMA synchronous").fetchone()) == (2,)
        assert tuple(db.execute("PRAGMA foreign_keys").fetchone()) == (1,)


@pytest.mark.parametrize("error", [ValueError("no"), KeyboardInterrupt()], ids=["error", "interruption"])
def test_all_of_a_unit_of_work_happens_or_nothing(path: Path, error: BaseException) -> None:

    def half() -> None:
        with unit_of_work(path, write=True) as db:
            db.table("notes").insert({"text": "half"})
            raise error

    with pytest.raises(type(error)):
        half()
    assert texts(path) == []
    with unit_of_work(path, write=True) as db:
        db.table("notes").insert({"text": "whole"})
    assert texts(path) == ["whole"]


def test_a_transaction_the_database_has_ended_itself_is_not_ended_again(path: Path) -> None:
    with unit_of_work(path, write=True) as db:
        db.execute("CREATE TRIGGER full BEFORE INSERT ON notes BEGIN SELECT RAISE(ROLLBACK, 'no more notes'); END")
    with pytest.raises(sqlite3.IntegrityError, match="no more notes"), unit_of_work(path, write=True) as db:
        db.execute("INSERT INTO notes VALUES ('half')")
    assert texts(path) == []


def test_a_reader_sees_one_moment_while_another_writes(path: Path) -> None:
    with unit_of_work(path, write=False) as reading:
        assert list(reading.table("notes").rows) == []
        with unit_of_work(path, write=True) as writing:
            writing.table("notes").insert({"text": "meanwhile"})
        assert list(reading.table("notes").rows) == []
    assert texts(path) == ["meanwhile"]


def test_writers_wait_for_each_other(path: Path) -> None:
    def write(text: str) -> None:
        with unit_of_work(path, write=True) as db:
            count = db.table("notes").count
            db.table("notes").insert({"text": f"{count}"})

    threads = [threading.Thread(target=write, args=(f"{each}",)) for each in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert texts(path) == [f"{each}" for each in range(8)]


def test_a_database_that_stays_locked_is_unavailable_in_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = fresh(tmp_path / "dac.sqlite3")
    asked = house.asked()
    monkeypatch.setattr(database, "WAIT_SECONDS", 0.05)
    house.store = Store(house.path)
    with unit_of_work(house.path, write=True), pytest.raises(Unavailable, match="database is locked") as said:
        house.approvals().approve(asked.id, BOB)
    assert_sentence(said.value)
    assert house.store.get(asked.id) == asked
    house.check()


def test_readers_do_not_notice_a_locked_database(house: House) -> None:
    asked = house.asked()
    with unit_of_work(house.path, write=True):
        assert house.store.get(asked.id) == asked


@pytest.mark.parametrize("room", [0, 33_000], ids=["none at all", "for a part of it"])
def test_a_full_disk_is_unavailable_and_nothing_is_recorded(house: House, room: int) -> None:
    first = house.asked("chat")
    crowd = People(users=frozenset(f"U{each:08}" for each in range(300)))
    with disk_with(room), pytest.raises(Unavailable, match=NOTHING_RECORDED):
        house.asked("embed", reason="long " * 400, rules=policy(rule(approvers=crowd)))
    assert house.every() == [first]
    house.check()
    assert house.asked("embed").id == 2


def test_a_vote_on_a_full_disk_does_not_count(house: House) -> None:
    asked = house.asked()
    with disk_with(0), pytest.raises(Unavailable, match=NOTHING_RECORDED):
        house.approvals().approve(asked.id, BOB)
    assert house.store.get(asked.id) == asked
    assert house.approvals().approve(asked.id, BOB).state is State.APPROVED


def test_a_full_disk_before_the_claim_asks_nothing_of_oracle(house: House) -> None:
    request = house.approved()
    with disk_with(0), pytest.raises(Unavailable, match=NOTHING_RECORDED):
        house.executor().advance(request.id)
    assert house.oracle.accepted == []
    assert house.settle(house.executor(), request).state is State.APPLIED


def test_a_full_disk_after_the_call_does_not_make_it_twice(house: House) -> None:
    request = house.approved()
    executor = house.executor()
    with ExitStack() as full:
        house.oracle.on("scale", When.AFTER, lambda: full.enter_context(disk_with(0)))
        with pytest.raises(Unavailable, match=NOTHING_RECORDED):
            executor.advance(request.id)
    assert house.store.get(request.id).state is State.APPLYING
    assert house.settle(executor, request).state is State.APPLIED
    assert house.changes(request) == 1


def test_a_folder_that_is_not_there_is_unavailable(tmp_path: Path) -> None:
    with (
        pytest.raises(Unavailable, match="unable to open database file"),
        unit_of_work(tmp_path / "none" / "dac.sqlite3", write=False),
    ):
        pass


def test_a_file_that_is_no_database_is_unavailable(path: Path) -> None:
    path.write_bytes(b"something else " * 1000)
    with pytest.raises(Unavailable), unit_of_work(path, write=False) as db:
        list(db.table("notes").rows)


def test_a_file_that_is_kept_open_serves_one_unit_of_work_after_the_other(path: Path) -> None:
    file = File(path)
    for text in ("one", "two"):
        with file.transaction(write=True) as db:
            db.execute("INSERT INTO notes VALUES (?)", [text])
    with file.transaction(write=False) as db:
        assert [row["text"] for row in db.execute("SELECT text FROM notes")] == ["one", "two"]
    assert len(file._idle) == 1


def half_and_no(file: File, then: str = "SELECT 1") -> None:
    with file.transaction(write=True) as db:
        db.execute("INSERT INTO notes VALUES ('half')")
        db.execute(then)
        raise Conflict("no")


def test_who_is_told_no_costs_no_connection_and_what_the_file_does_not_take_does(path: Path) -> None:
    file = File(path)
    with file.transaction(write=True) as db:
        first = db
    with pytest.raises(Conflict):
        half_and_no(file)
    assert [each.connection for each in file._idle] == [first]
    with pytest.raises(Unavailable, match="no such table"):
        half_and_no(file, "INSERT INTO absent VALUES (1)")
    assert file._idle == []
    with pytest.raises(sqlite3.ProgrammingError):
        first.execute("SELECT 1")
    assert texts(path) == []


def test_threads_share_a_file_and_each_has_a_connection_to_itself(path: Path) -> None:
    file, meet = File(path), threading.Barrier(4)

    def read(_: int) -> int:
        with file.transaction(write=False) as db:
            meet.wait(20)
            return id(db)

    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(read, range(4)))) == 4
    assert len(file._idle) == 4


def test_who_waits_too_long_for_another_writer_of_this_process_is_told(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "WAIT_SECONDS", 0.01)
    file = File(path)
    with file.transaction(write=True), pytest.raises(Unavailable, match="database is locked") as said:
        file.transaction(write=True).__enter__()
    assert_sentence(said.value)
    with file.transaction(write=True) as db:
        db.execute("INSERT INTO notes VALUES ('later')")
    assert texts(path) == ["later"]


def test_connections_end_with_the_file_they_belong_to(path: Path) -> None:
    file = File(path)
    with file.transaction(write=False) as db:
        kept = db
    del file
    gc.collect()
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        kept.execute("SELECT 1")


def test_a_deleted_database_is_unavailable_and_no_empty_one_takes_its_place(house: House, tmp_path: Path) -> None:
    asked = house.asked()
    aside = tmp_path / "aside"
    aside.mkdir()
    kept = list(tmp_path.glob("dac.sqlite3*"))
    for each in kept:
        each.rename(aside / each.name)
    with pytest.raises(Unavailable, match="unable to open database file") as said:
        house.approvals().approve(asked.id, BOB)
    assert_sentence(said.value)
    with pytest.raises(Unavailable):
        house.asked("embed")
    assert not house.path.exists()
    for each in kept:
        (aside / each.name).rename(each)
    assert house.store.get(asked.id) == asked
    assert house.approvals().approve(asked.id, BOB).state is State.APPROVED


def test_a_database_put_back_from_a_copy_is_read_from_then_on(house: House, tmp_path: Path) -> None:
    asked = house.asked()
    copy = tmp_path / "copy.sqlite3"
    with closing(sqlite3.connect(house.path)) as live, closing(sqlite3.connect(copy)) as saved:
        live.backup(saved)
    house.asked("embed")
    for each in tmp_path.glob("dac.sqlite3*"):
        each.unlink()
    copy.rename(house.path)
    assert house.every() == [asked]
    assert house.asked("embed").id == 2


def test_a_database_that_may_only_be_read_is_unavailable(house: House) -> None:
    asked = house.asked()
    house.store = Store(house.path)
    gc.collect()
    with nobody_may_write(house.path):
        with pytest.raises(Unavailable, match=r"readonly database|unable to open|Permission denied") as said:
            house.approvals().approve(asked.id, BOB)
        assert_sentence(said.value)
        with pytest.raises(Unavailable, match=r"readonly database|unable to open|Permission denied"):
            Store(house.path)
    assert house.store.get(asked.id) == asked


def test_two_processes_write_to_one_file_and_nothing_is_lost(house: House) -> None:
    asked = [house.asked(f"c{each}") for each in range(20)]
    script = (
        "import sys; from pathlib import Path; from tests.approvals.conftest import fresh\n"
        "from tests.fakes import CAT; from contextlib import suppress; from dac.errors import Conflict\n"
        "house = fresh(Path(sys.argv[1])); print('ready', flush=True); sys.stdin.readline()\n"
        "for each in range(1, 21):\n"
        "    with suppress(Conflict): house.approvals().deny(each, CAT, because='no')"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, str(house.path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout
        assert other.stdin
        assert other.stdout.readline() == "ready\n"
        other.stdin.write("go\n")
        other.stdin.flush()
        approved = [at_once(partial(house.approvals().approve, each.id, BOB))[0] for each in asked]
        other.stdin.close()
        assert other.wait(30) == 0
    for request, answer in zip(asked, approved, strict=True):
        state = house.store.get(request.id).state
        assert state is (State.APPROVED if isinstance(answer, Request) else State.DENIED)


def test_a_file_that_cannot_be_prepared_is_unavailable(tmp_path: Path) -> None:
    with pytest.raises(Unavailable):
        prepare(tmp_path, notes)


def test_an_older_layout_is_brought_up_to_date_and_keeps_its_rows(path: Path) -> None:
    with unit_of_work(path, write=True) as db:
        db.table("notes").insert({"text": "old"})
    newer = Migrations("notes")
    newer(name="one_table")(one_table)

    @newer()
    def a_column(db: Database) -> None:
        db.execute("ALTER TABLE notes ADD COLUMN author TEXT")

    prepare(path, newer)
    with unit_of_work(path, write=False) as db:
        assert list(db.table("notes").rows) == [{"text": "old", "author": None}]


def test_a_migration_that_fails_leaves_the_older_layout(path: Path) -> None:
    newer = Migrations("notes")
    newer(name="one_table")(one_table)

    @newer()
    def half(db: Database) -> None:
        db.execute("ALTER TABLE notes ADD COLUMN author TEXT")
        raise ValueError("wrong")

    with pytest.raises(ValueError, match="wrong"):
        prepare(path, newer)
    with unit_of_work(path, write=False) as db:
        assert [column.name for column in db.table("notes").columns] == ["text"]


def test_processes_that_start_at_once_on_a_new_file_all_come_up(tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from approvals.store import Store\n"
        "print('ready', flush=True)\n"
        "for line in sys.stdin: Store(Path(line.strip())); print('done', flush=True)"
    )
    command = [sys.executable, "-c", script]
    started = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    for each in started:
        assert each.stdout
        assert each.stdout.readline() == "ready\n"
    names = "".join(f"{tmp_path / str(turn)}.sqlite3\n" for turn in range(40))
    threads = [threading.Thread(target=each.communicate, args=(names,)) for each in started]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [each.returncode for each in started] == [0, 0, 0]
    assert all(Store(tmp_path / f"{turn}.sqlite3").in_states() == [] for turn in range(40))


def test_a_file_where_a_folder_should_be_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("not a folder")
    with pytest.raises(Unavailable, match=NOTHING_RECORDED):
        prepare(tmp_path / "taken" / "dac.sqlite3", notes)


def test_preparing_waits_for_who_holds_the_file_and_goes_on_when_it_is_let_go(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "notes.sqlite3"
    monkeypatch.setattr(database, "WAIT_SECONDS", 0.01)
    with closing(sqlite3.connect(path, isolation_level=None)) as holder:
        holder.execute("BEGIN EXCLUSIVE")
        monkeypatch.setattr("time.sleep", lambda _: holder.in_transaction and holder.execute("COMMIT"))
        prepare(path, notes)
    assert texts(path) == []


def test_preparing_gives_up_on_a_file_that_is_never_let_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "notes.sqlite3"
    monkeypatch.setattr(database, "WAIT_SECONDS", 0.001)
    monkeypatch.setattr("time.sleep", lambda _: None)
    with closing(sqlite3.connect(path, isolation_level=None)) as holder:
        holder.execute("BEGIN EXCLUSIVE")
        with pytest.raises(Unavailable, match="database is locked"):
            prepare(path, notes)


def test_the_tables_know_every_state(house: House) -> None:
    with closing(sqlite3.connect(house.path)) as connection, pytest.raises(sqlite3.IntegrityError, match="CHECK"):
        connection.execute(
            "INSERT INTO requests (id, version, state, cluster_id, requester, asked_at, delivery, body) "
            "VALUES (9, 1, 'undecided', 'c', 'UANN', '2026-11-23', 'd', '{}')",
        )
    assert approvals.pending(Database(house.path)) == []


def test_moments_sort_as_text_whatever_their_zone() -> None:
    moments = [START + timedelta(microseconds=each) for each in (0, 1, 999_999, 1_000_000)]
    stamps = [stamp(each) for each in moments]
    assert stamps == sorted(stamps)
    assert stamps[0] == "2026-11-23T12:00:00.000000+00:00"
    abroad = datetime(2026, 11, 23, 17, 30, tzinfo=timezone(timedelta(hours=5, minutes=30)))
    assert stamp(abroad) == stamps[0]


def assert_sentence(error: Unavailable) -> None:
    assert str(error).endswith("nothing was recorded. Try again in a moment.")


@contextmanager
def nobody_may_write(path: Path) -> Iterator[None]:
    """Neither the file nor its folder, by the permissions on them; root, who stands above them, steps down."""
    folders = [path.parent, *path.parents[1:3]]
    modes = {each: each.stat().st_mode for each in [*path.parent.glob(f"{path.name}*"), *folders]}
    me = os.geteuid()
    try:
        for each in modes:
            each.chmod(0o555)
        if me == 0:
            os.seteuid(65534)
        yield
    finally:
        os.seteuid(me)
        for each, mode in modes.items():
            each.chmod(mode)


@contextmanager
def disk_with(room: int) -> Iterator[None]:
    """A disk on which no file grows past so many bytes: the real write fails in the real way."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
