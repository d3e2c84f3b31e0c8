from __future__ import annotations

import csv
import json
import os
import pty
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.__main__ import main
from bot.settings import Settings, variable
from tests.bot.conftest import Keys
from tests.bot.house import ONE_APPROVAL, ROOT, House, house
from tests.bot.people import until

Audit = Callable[..., tuple[int, str, str]]


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory, signing_keys: Keys) -> Path:
    """What is left of a day: one request carried out, one denied, one refused. Nobody writes to it any more."""
    with house(tmp_path_factory.mktemp("day"), signing_keys) as home:
        slack = home.slack
        bot = home.start(policy_file=home.policy(ONE_APPROVAL))
        slack.command("rosa", "scale search-embed 2 because launch week")
        slack.press("olga", slack.card("0 of 1"), "Approve")
        slack.told("olga", "You are not among")
        slack.press("ada", slack.card("0 of 1"), "Approve")
        home.carry_out(bot)
        slack.card("Done")
        slack.command("rosa", "scale chat-prod 3")
        slack.card("0 of 1", request_id=2)
        slack.command("ada", "deny 2 because =HYPERLINK(1)")
        slack.card("Denied", request_id=2)
        bot.stop()
        return bot.settings.database


@pytest.fixture
def database(day: Path, tmp_path: Path) -> Path:
    """A copy of that day's, to do with as a test likes."""
    with closing(sqlite3.connect(day)) as written, closing(sqlite3.connect(tmp_path / day.name)) as copy:
        written.backup(copy)
    return tmp_path / day.name


@pytest.fixture
def audit(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], database: Path) -> Audit:
    """`python -m bot audit …` with nothing set but the database: its exit status and what it says."""

    def running(*arguments: str, path: Path = database) -> tuple[int, str, str]:
        for name in map(variable, Settings.model_fields):
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv("DAC_DATABASE", str(path))
        monkeypatch.setattr(sys, "argv", ["bot", "audit", *arguments])
        capsys.readouterr()
        try:
            status = main()
        except SystemExit as end:
            status = int(str(end.code))
        said = capsys.readouterr()
        return status, said.out, said.err

    return running


def tamper(database: Path, statement: str, *values: object) -> None:
    """As somebody would who holds the file and knows its triggers."""
    with closing(sqlite3.connect(database)) as db:
        names = db.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for (name,) in names:
            db.execute(f"DROP TRIGGER {name}")
        db.execute("PRAGMA foreign_keys = OFF")
        db.execute(statement, values)
        db.commit()


def newest(database: Path) -> int:
    with closing(sqlite3.connect(database)) as db:
        return int(db.execute("SELECT max(seq) FROM events").fetchone()[0])


class TestVerify:
    def test_a_record_as_it_was_written_is_and_its_newest_event_is_named(self, audit: Audit, database: Path) -> None:
        status, said, error = audit("verify")
        assert (status, error) == (0, "")
        assert f"All {newest(database)} events are as they were written" in said
        assert re.search(rf"--head {newest(database)}:[0-9a-f]{{64}}$", said.strip())

    def test_the_event_that_was_noted_down_is_still_there(self, audit: Audit) -> None:
        head = audit("verify")[1].split()[-1]
        assert audit("verify", "--head", head)[0] == 0

    @pytest.mark.parametrize(
        ("statement", "values"),
        [
            ("UPDATE events SET actor = 'U03BEN' WHERE seq = 4", ()),
            ("UPDATE events SET at = '2020-01-01T00:00:00.000000+00:00' WHERE seq = 4", ()),
            ("UPDATE events SET body = replace(body, 'vote', 'x') || ' ' WHERE seq = 4", ()),
            ("UPDATE events SET hash = ? WHERE seq = 4", ("0" * 64,)),
            ("UPDATE events SET after = 'denied' WHERE seq = 4", ()),
            ("UPDATE events SET body = ? WHERE seq = 4", (b"\xff\xfe",)),
            ("DELETE FROM events WHERE seq = 4", ()),
        ],
        ids=["actor", "time", "body", "hash", "state", "no text", "deleted"],
    )
    def test_the_first_event_that_was_tampered_with_is_named(
        self, audit: Audit, database: Path, statement: str, values: tuple[object, ...]
    ) -> None:
        tamper(database, statement, *values)
        status, said, error = audit("verify")
        assert (status, said) == (1, "")
        assert error.startswith("The record is broken: event 4 is ")

    def test_an_end_cut_off_is_told_by_what_was_noted_down(self, audit: Audit, database: Path) -> None:
        head = audit("verify")[1].split()[-1]
        last = newest(database)
        tamper(database, "DELETE FROM events WHERE seq = ?", last)
        with closing(sqlite3.connect(database)) as db:
            db.execute("UPDATE requests SET version = version - 1 WHERE version = ?", [last])
            db.commit()
        assert audit("verify", "--head", head)[0] == 1
        assert f"event {last} is missing" in audit("verify", "--head", head)[2]

    def test_another_history_is_told_by_what_was_noted_down(self, audit: Audit) -> None:
        status, _, error = audit("verify", "--head", f"2:{'a' * 64}")
        assert status == 1
        assert "event 2 is not the one that was noted down" in error

    def test_a_request_that_does_not_follow_from_its_events_is_named(self, audit: Audit, database: Path) -> None:
        tamper(database, "UPDATE requests SET body = replace(body, 'launch week', 'lunch week') WHERE id = 1")
        status, said, error = audit("verify")
        assert (status, said) == (1, "")
        assert "do not lead to what is kept of request 1." in error

    @pytest.mark.parametrize("head", ["12", "x:y", f"1:{'g' * 64}", f"-1:{'a' * 64}", f"1:{'a' * 63}"])
    def test_a_head_that_is_none_is_refused(self, audit: Audit, head: str) -> None:
        status, _, error = audit("verify", f"--head={head}")
        assert status == 2
        assert "an event's number and hash are wanted" in error

    def test_on_a_terminal_it_shows_how_far_it_is(self, database: Path) -> None:
        ours, theirs = pty.openpty()
        try:
            ended = subprocess.run(
                [sys.executable, "-m", "bot", "audit", "verify"],
                cwd=ROOT,
                env={"PATH": os.environ["PATH"], "DAC_DATABASE": str(database), "TERM": "xterm"},
                stdout=subprocess.PIPE,
                stderr=theirs,
                check=True,
            )
            shown = os.read(ours, 10_000).decode()
        finally:
            os.close(ours)
            os.close(theirs)
        assert "events  [" in shown
        assert "requests  [" in shown
        assert "100%" in shown
        assert b"[" not in ended.stdout


class TestExport:
    def test_one_request_as_lines_of_json(self, audit: Audit) -> None:
        status, said, error = audit("export", "--request", "1")
        events = [json.loads(line) for line in said.splitlines()]
        assert status == 0
        assert error == f"{len(events)} events\n"
        assert {each["request"] for each in events} == {"1"}
        assert [each["action"] for each in events][:2] == ["submit", "refuse"]
        assert events[0]["change"].startswith("search-embed: 1 -> 2")
        assert {each["rule"] for each in events} == {"one is enough"}

    def test_a_spreadsheet_takes_nothing_in_it_for_a_formula(self, audit: Audit, tmp_path: Path) -> None:
        out = tmp_path / "audit.csv"
        status, said, error = audit("export", "--request", "2", "--format", "csv", "--out", str(out))
        with out.open(newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        assert (status, said) == (0, "")
        assert error == f"{len(rows)} events\n"
        assert rows[-1]["action"] == "deny"
        assert rows[-1]["comment"] == "'=HYPERLINK(1)"

    def test_from_a_day_on_holds_what_concerns_no_request_too(self, audit: Audit, database: Path) -> None:
        today = datetime.now(UTC) - timedelta(hours=12)
        status, said, _ = audit("export", "--since", f"{today:%Y-%m-%d}")
        assert status == 0
        assert len(said.splitlines()) == newest(database)
        assert "policy" in {json.loads(line)["action"] for line in said.splitlines()}

    @pytest.mark.parametrize("since", ["2099-01-01", "2099-01-01T18:00", "2099-01-01T18:00+02:00"])
    def test_from_a_day_to_come_there_is_nothing(self, audit: Audit, since: str) -> None:
        assert audit("export", "--since", since) == (0, "", "0 events\n")

    def test_a_request_that_is_not_there_is_told(self, audit: Audit) -> None:
        assert audit("export", "--request", "99") == (1, "", "0 events\nThere is no request 99.\n")

    @pytest.mark.parametrize(
        ("arguments", "why"),
        [
            ((), "required"),
            (("--request", "1", "--since", "2026-01-01"), "not allowed"),
            (("--since", "yesterday"), "a date is wanted, as in 2026-11-01"),
            (("--request", "one"), "invalid int"),
            (("--request", "1", "--format", "xml"), "invalid choice"),
        ],
    )
    def test_what_is_typed_wrong_is_refused(self, audit: Audit, arguments: tuple[str, ...], why: str) -> None:
        status, _, error = audit("export", *arguments)
        assert status == 2
        assert why in error

    def test_a_file_that_cannot_be_written_is_told(self, audit: Audit, tmp_path: Path) -> None:
        status, said, error = audit("export", "--request", "1", "--out", str(tmp_path / "none" / "audit.csv"))
        assert (status, said) == (1, "")
        assert "cannot be written: No such file or directory" in error

    def test_a_reader_that_has_read_enough_ends_it_quietly(self, database: Path) -> None:
        process = subprocess.Popen(
            [sys.executable, "-m", "bot", "audit", "export", "--since", "2026-01-01"],
            cwd=ROOT,
            env={"PATH": os.environ["PATH"], "DAC_DATABASE": str(database)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        assert process.stdout
        assert process.stderr
        process.stdout.close()
        assert process.wait(20) == 0
        assert process.stderr.read() == b""
        process.stderr.close()


@pytest.mark.parametrize("arguments", [("verify",), ("export", "--request", "1")])
def test_where_there_is_no_database_none_is_made(audit: Audit, tmp_path: Path, arguments: tuple[str, ...]) -> None:
    nowhere = tmp_path / "nowhere.sqlite3"
    status, said, error = audit(*arguments, path=nowhere)
    assert (status, said) == (1, "")
    assert "There is no database" in error
    assert not nowhere.exists()


def test_what_is_no_database_is_told_in_a_sentence(audit: Audit, tmp_path: Path) -> None:
    other = tmp_path / "notes.txt"
    other.write_text("nothing of the kind " * 100)
    status, said, error = audit("verify", path=other)
    assert (status, said) == (1, "")
    assert "not a database" in error
    assert len(error.splitlines()) == 1


@pytest.mark.parametrize("arguments", [("verify",), ("export", "--request", "1")])
@pytest.mark.parametrize("made", ["", "CREATE TABLE notes (words TEXT)"], ids=["empty", "somebody else's"])
def test_a_file_without_a_record_is_not_found_to_be_whole_and_stays_as_it_is(
    audit: Audit, tmp_path: Path, arguments: tuple[str, ...], made: str
) -> None:
    other = tmp_path / "other.sqlite3"
    with closing(sqlite3.connect(other)) as db:
        db.executescript(made)
    before = other.read_bytes()
    status, said, error = audit(*arguments, path=other)
    assert (status, said) == (1, "")
    assert "holds no record of requests" in error
    assert other.read_bytes() == before


def test_a_copy_where_nothing_can_be_written_is_read_all_the_same(audit: Audit, database: Path, tmp_path: Path) -> None:
    shelf = tmp_path / "shelf"
    shelf.mkdir()
    with closing(sqlite3.connect(database)) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    copied = shutil.copy(database, shelf)
    Path(copied).chmod(0o444)
    shelf.chmod(0o555)
    try:
        assert audit("verify", path=Path(copied))[0] == 0
        assert audit("export", "--request", "1", path=Path(copied))[0] == 0
    finally:
        shelf.chmod(0o755)


def test_beside_a_running_bot_it_finds_all_well(home: House, audit: Audit, database: Path) -> None:
    home.start(policy_file=home.policy(ONE_APPROVAL))
    home.slack.command("rosa", "scale docs-idle 2")
    until(lambda: home.slack.cards(3), "a card")
    assert audit("verify")[0] == 0


class TestPolicy:
    @pytest.mark.parametrize("name", ["policy.example.toml", "sandbox/policy.toml"])
    def test_our_own_files_are_right(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str
    ) -> None:
        monkeypatch.setenv("DAC_POLICY_FILE", str(ROOT / name))
        monkeypatch.setattr(sys, "argv", ["bot", "policy"])
        assert main() == 0
        said = capsys.readouterr().out.splitlines()
        assert "is right" in said[0]
        assert said[-1].split(". ")[1] == "everything else"

    def test_a_wrong_one_is_told_with_its_line(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
    ) -> None:
        path = tmp_path / "policy.toml"
        path.write_text(f"{ONE_APPROVAL}wrong = 1\n")
        monkeypatch.setenv("DAC_POLICY_FILE", str(path))
        monkeypatch.setattr(sys, "argv", ["bot", "policy"])
        assert main() == 1
        assert "line 7: rule 1: wrong" in capsys.readouterr().err
