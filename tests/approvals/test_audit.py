from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from approvals import audit
from approvals.policy import Approvers
from approvals.store import Store
from dac.errors import Denied
from tests.approvals.conftest import House, fresh
from tests.fakes import BOB, CAT, DAN, EVE, policy, rule

DROP = """
DROP TRIGGER IF EXISTS events_are_append_only_update;
DROP TRIGGER IF EXISTS events_are_append_only_delete;
"""


@pytest.fixture
def written(tmp_path: Path) -> House:
    """Six events of two requests, a refusal among them."""
    house = fresh(tmp_path / "dac.sqlite3")
    first, second = house.asked("chat"), house.asked("embed")
    with pytest.raises(Denied):
        house.approvals().approve(first.id, EVE)
    house.approvals().approve(first.id, BOB)
    house.approvals().deny(second.id, BOB, because="no")
    house.executor().advance(first.id)
    house.check()
    return house


def tamper(house: House, sql: str) -> None:
    with closing(sqlite3.connect(house.path)) as connection, connection:
        connection.executescript(DROP + sql)


def broken(house: House) -> audit.Break | None:
    return house.store.first_break()


def test_an_empty_history_is_whole(tmp_path: Path) -> None:
    assert broken(fresh(tmp_path / "new.sqlite3")) is None


def test_what_was_written_verifies_and_is_numbered_without_gaps(written: House) -> None:
    assert broken(written) is None
    assert [each.seq for each in written.store.links()] == [1, 2, 3, 4, 5, 6, 7]


@pytest.mark.parametrize("chance", ["0", "1", "2"], ids=["seed 0", "seed 1", "seed 2"])
def test_it_verifies_in_any_other_process(tmp_path: Path, chance: str) -> None:
    house = fresh(tmp_path / "dac.sqlite3")
    approvers = Approvers(users=frozenset({BOB, CAT, DAN, EVE}), groups=frozenset({"SONCALL", "SLEADS", "SDBA"}))
    house.groups.members["SDBA"] = set()
    house.asked(rules=policy(rule(actions={"scale", "create", "delete"}, clusters={"a*", "c*"}, approvers=approvers)))
    script = (
        "import sys; from pathlib import Path; from approvals.store import Store; "
        "print(Store(Path(sys.argv[1])).first_break())"
    )
    said = subprocess.run(
        [sys.executable, "-c", script, str(house.path)],
        env={**os.environ, "PYTHONHASHSEED": chance},
        check=True,
        capture_output=True,
        text=True,
    )
    assert said.stdout.strip() == "None"


@pytest.mark.parametrize("verb", ["UPDATE events SET actor = 'UEVE' WHERE seq = 2", "DELETE FROM events WHERE seq = 2"])
def test_the_database_itself_refuses_to_change_or_remove_events(written: House, verb: str) -> None:
    with (
        closing(sqlite3.connect(written.path)) as connection,
        pytest.raises(sqlite3.IntegrityError, match="append-only"),
    ):
        connection.execute(verb)
    assert broken(written) is None


@pytest.mark.parametrize(
    ("sql", "seq", "why"),
    [
        ("UPDATE events SET actor = 'UEVE' WHERE seq = 4", 4, "is not as it was written"),
        ("UPDATE events SET at = '2026-11-23T11:00:00.000000+00:00' WHERE seq = 4", 4, "is not as it was written"),
        ("UPDATE events SET request_id = 2 WHERE seq = 4", 4, "is not as it was written"),
        ("UPDATE events SET body = replace(body, 'launch', 'lunch') WHERE seq = 1", 1, "is not as it was written"),
        ("UPDATE events SET hash = (SELECT hash FROM events WHERE seq = 3) WHERE seq = 4", 4, "is not as it was"),
        ("DELETE FROM events WHERE seq = 1", 1, "event 1 is missing: the next one is 2"),
        ("DELETE FROM events WHERE seq = 3", 3, "event 3 is missing: the next one is 4"),
        (
            "DELETE FROM events WHERE seq = 3; UPDATE events SET seq = seq - 1 WHERE seq > 3",
            3,
            "is not as it was written",
        ),
        (
            """UPDATE events SET seq = 99 WHERE seq = 3; UPDATE events SET seq = 3 WHERE seq = 4;
            UPDATE events SET seq = 4 WHERE seq = 99""",
            3,
            "is not as it was written",
        ),
        (
            """UPDATE events SET seq = -seq - 1 WHERE seq > 3; UPDATE events SET seq = -seq WHERE seq < 0;
            INSERT INTO events SELECT 4, request_id, at, 'UCAT', action, body, hash FROM events WHERE seq = 3""",
            4,
            "is not as it was written",
        ),
        (
            "INSERT INTO events SELECT max(seq) + 1, request_id, at, actor, action, body, hash FROM events",
            8,
            "is not as it was written",
        ),
        (
            "INSERT INTO events SELECT max(seq) + 2, request_id, at, actor, action, body, hash FROM events",
            8,
            "event 8 is missing: the next one is 9",
        ),
        (
            "INSERT INTO events SELECT 0, request_id, at, actor, action, body, hash FROM events WHERE seq = 1",
            1,
            "missing",
        ),
    ],
    ids=[
        "who",
        "when",
        "of which request",
        "what",
        "hash",
        "first removed",
        "removed",
        "removed and closed up",
        "swapped",
        "inserted",
        "appended",
        "appended with a gap",
        "put before the first",
    ],
)
def test_tampering_shows_at_the_first_event_it_touches(written: House, sql: str, seq: int, why: str) -> None:
    tamper(written, sql)
    found = broken(written)
    assert found
    assert found.seq == seq
    assert why in found.because


@pytest.mark.parametrize("sql", ["DELETE FROM events WHERE seq = 7", "DELETE FROM events WHERE seq > 3"])
def test_cutting_off_the_newest_events_shows(written: House, sql: str) -> None:
    tamper(written, sql)
    assert broken(written)


@pytest.mark.parametrize(
    "body",
    [
        "''",
        "'{'",
        "'[]'",
        """'{"action": "nothing"}'""",
        "x'ff'",
        "7",
    ],
)
def test_an_event_that_cannot_be_read_any_more_is_named(written: House, body: str) -> None:
    tamper(written, f"UPDATE events SET body = {body} WHERE seq = 4")  # noqa: S608 - tampering is the point
    found = broken(written)
    assert found
    assert found.seq == 4


def test_the_kind_of_an_event_cannot_be_changed_unseen(written: House) -> None:
    tamper(written, "UPDATE events SET action = 'deny' WHERE seq = 4")
    assert broken(written)


def test_a_long_history_is_walked_without_being_held(written: House) -> None:
    """Stopping half-way leaves no transaction behind."""
    links = iter(written.store.links())
    assert next(links).seq == 1
    del links
    written.approvals().cancel(written.asked("rerank").id, "UANN")
    assert broken(written) is None


def test_two_stores_write_one_chain(written: House) -> None:
    other = House(written.path, written.clock, written.oracle, written.groups, Store(written.path))
    for turn in range(3):
        written.asked(f"a{turn}")
        other.asked(f"b{turn}")
    other.check()
