from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import tracemalloc
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from approvals.audit import GENESIS, Break, Head, Link, chained, first_break
from approvals.database import stamp
from approvals.policy import People
from approvals.records import Records
from approvals.store import Store
from dac.errors import Denied
from tests.approvals.conftest import House, fresh
from tests.fakes import BOB, CAT, DAN, EVE, START, policy, rule

DROP = """
DROP TRIGGER IF EXISTS events_are_append_only_update;
DROP TRIGGER IF EXISTS events_are_append_only_delete;
"""
COLUMNS = "request_id, at, actor, action, before, after, delivery, body, hash"
FREEZERS = policy().model_copy(update={"freezers": People(users=frozenset({CAT}))})


@pytest.fixture
def written(tmp_path: Path) -> House:
    """Nine events: of two requests with a refusal among them, and two of the bot as a whole (3 and 4)."""
    house = fresh(tmp_path / "dac.sqlite3")
    first, second = house.asked("chat"), house.asked("embed")
    house.freezer(FREEZERS).freeze(CAT, because="outage", delivery="D1")
    house.freezer(FREEZERS).unfreeze(CAT)
    with pytest.raises(Denied):
        house.approvals().approve(first.id, EVE)
    house.approvals().approve(first.id, BOB, delivery="D2")
    house.approvals().deny(second.id, BOB, because="no")
    house.executor().advance(first.id)
    house.check()
    return house


def tamper(house: House, sql: str) -> None:
    with closing(sqlite3.connect(house.path)) as connection, connection:
        connection.executescript(DROP + sql)


def found(house: House, noted: Head | None = None) -> Break | Head:
    return house.records.first_break(noted=noted)


def test_an_empty_history_is_whole(tmp_path: Path) -> None:
    assert found(fresh(tmp_path / "new.sqlite3")) == Head(seq=0, hash=GENESIS)


def test_what_was_written_verifies_and_is_numbered_without_gaps(written: House) -> None:
    links = list(written.records.links())
    assert [each.seq for each in links] == [1, 2, 3, 4, 5, 6, 7, 8, 9]
    assert found(written) == Head(seq=9, hash=links[-1].hash)
    assert [each.request_id for each in links] == ["1", "2", "", "", "1", "1", "2", "1", "1"]


@pytest.mark.parametrize("chance", ["0", "1", "2"], ids=["seed 0", "seed 1", "seed 2"])
def test_it_verifies_in_any_other_process(tmp_path: Path, chance: str) -> None:
    house = fresh(tmp_path / "dac.sqlite3")
    approvers = People(users=frozenset({BOB, CAT, DAN, EVE}), groups=frozenset({"SONCALL", "SLEADS", "SDBA"}))
    house.groups.members["SDBA"] = set()
    house.asked(rules=policy(rule(actions={"scale", "create", "delete"}, clusters={"a*", "c*"}, approvers=approvers)))
    script = (
        "import sys; from pathlib import Path; from approvals.records import Records; "
        "records = Records(Path(sys.argv[1])); "
        "print(records.first_break().hash, list(records.unlike()))"
    )
    said = subprocess.run(
        [sys.executable, "-c", script, str(house.path)],
        env={**os.environ, "PYTHONHASHSEED": chance},
        check=True,
        capture_output=True,
        text=True,
    )
    head = found(house)
    assert isinstance(head, Head)
    assert said.stdout.split() == [head.hash, "[]"]


@pytest.mark.parametrize("verb", ["UPDATE events SET actor = 'UEVE' WHERE seq = 2", "DELETE FROM events WHERE seq = 2"])
def test_the_database_itself_refuses_to_change_or_remove_events(written: House, verb: str) -> None:
    with (
        closing(sqlite3.connect(written.path)) as connection,
        pytest.raises(sqlite3.IntegrityError, match="append-only"),
    ):
        connection.execute(verb)
    assert isinstance(found(written), Head)


def copied(seq: str, columns: str = COLUMNS) -> str:
    return f"INSERT INTO events SELECT {seq}, {columns} FROM events"  # noqa: S608 - tampering is the point


SWAPPED = """
UPDATE events SET seq = 99 WHERE seq = 3;
UPDATE events SET seq = 3 WHERE seq = 4;
UPDATE events SET seq = 4 WHERE seq = 99;
"""
MADE_ROOM = "UPDATE events SET seq = -seq - 1 WHERE seq > 5; UPDATE events SET seq = -seq WHERE seq < 0; "
INSERTED = MADE_ROOM + copied("6", COLUMNS.replace("actor", "'UCAT'")) + " WHERE seq = 5"
MADE_UP = """
INSERT INTO requests SELECT 9, version, 'denied', cluster_id, requester, asked_at, decided_at, due_at, lease_ends_at,
review_owed, 'other', body, watched_since FROM requests WHERE id = 2
"""
CHANGED = "is not as it was written"


@pytest.mark.parametrize(
    ("sql", "seq", "why"),
    [
        ("UPDATE events SET actor = 'UEVE' WHERE seq = 6", 6, CHANGED),
        ("UPDATE events SET at = '2026-11-23T11:00:00.000000+00:00' WHERE seq = 6", 6, CHANGED),
        ("UPDATE events SET before = 'approved' WHERE seq = 6", 6, CHANGED),
        ("UPDATE events SET after = 'denied' WHERE seq = 6", 6, CHANGED),
        ("UPDATE events SET delivery = 'D9' WHERE seq = 6", 6, CHANGED),
        ("UPDATE events SET delivery = NULL WHERE seq = 6", 6, CHANGED),
        ("UPDATE events SET request_id = 2 WHERE seq = 6", 6, CHANGED),
        ("UPDATE events SET request_id = NULL WHERE seq = 5", 5, CHANGED),
        ("UPDATE events SET request_id = '' WHERE seq = 3", 3, CHANGED),
        ("UPDATE events SET delivery = '' WHERE delivery IS NULL AND seq > 5", 7, CHANGED),
        ("UPDATE events SET request_id = 1 WHERE seq = 3", 3, CHANGED),
        ("UPDATE events SET action = 'deny' WHERE seq = 6", 6, CHANGED),
        ("UPDATE events SET actor = 'UEVE' WHERE seq = 3", 3, CHANGED),
        ("UPDATE events SET body = replace(body, 'outage', 'holiday') WHERE seq = 3", 3, CHANGED),
        ("UPDATE events SET body = replace(body, 'launch', 'lunch') WHERE seq = 1", 1, CHANGED),
        ("UPDATE events SET hash = (SELECT hash FROM events WHERE seq = 3) WHERE seq = 4", 4, CHANGED),
        ("DELETE FROM events WHERE seq = 1", 1, "event 1 is missing: the next one is 2"),
        ("DELETE FROM events WHERE seq = 4", 4, "event 4 is missing: the next one is 5"),
        ("DELETE FROM events WHERE seq = 4; UPDATE events SET seq = seq - 1 WHERE seq > 4", 4, CHANGED),
        (SWAPPED, 3, CHANGED),
        (INSERTED, 6, CHANGED),
        (copied("max(seq) + 1"), 10, CHANGED),
        (copied("max(seq) + 2"), 10, "missing: the next one is 11"),
        (copied("min(seq) - 1"), 1, "missing"),
        (copied("min(seq) - 2"), 1, "missing"),
    ],
    ids=[
        "who", "when", "before", "after", "by which click", "by none", "of which request", "of none", "of nothing",
        "by nothing", "note into event", "kind", "who froze", "why it froze", "what", "hash", "first removed",
        "note removed", "removed and closed up", "swapped", "inserted", "appended", "appended with a gap",
        "put before the first", "put far before it",
    ],
)  # fmt: skip
def test_tampering_shows_at_the_first_event_it_touches(written: House, sql: str, seq: int, why: str) -> None:
    tamper(written, sql)
    broken = found(written)
    assert isinstance(broken, Break)
    assert broken.seq == seq
    assert why in broken.because


@pytest.mark.parametrize("body", ["''", "'{'", "'[]'", """'{"action": "nothing"}'""", "x'ff'", "7"])
def test_an_event_that_cannot_be_read_any_more_is_named(written: House, body: str) -> None:
    tamper(written, f"UPDATE events SET body = {body} WHERE seq = 6")  # noqa: S608 - tampering is the point
    broken = found(written)
    assert isinstance(broken, Break)
    assert broken.seq == 6
    assert list(written.records.unlike()) == [1]


@pytest.mark.parametrize("kept", [8, 6, 3, 0])
def test_an_end_cut_off_shows_by_what_the_requests_know(written: House, kept: int) -> None:
    tamper(written, f"DELETE FROM events WHERE seq > {kept}")  # noqa: S608 - tampering is the point
    assert found(written) == Break(seq=kept + 1, because=f"event {kept + 1} is missing: the requests know 9 events")


def rolled_back(house: House, to: int) -> None:
    """The end is cut off, and the requests are put back to what they were then."""
    tamper(house, f"DELETE FROM events WHERE seq > {to}; DELETE FROM requests WHERE id > 1")  # noqa: S608
    before = house.store.replayed(1)
    with closing(sqlite3.connect(house.path)) as connection, connection:
        connection.execute(
            "UPDATE requests SET body = ?, version = ?, state = ?",
            [before.model_dump_json(), before.version, before.state.value],
        )


def test_an_end_cut_off_together_with_the_requests_shows_by_an_event_noted_down(written: House) -> None:
    noted = found(written)
    assert isinstance(noted, Head)
    rolled_back(written, 1)
    assert isinstance(found(written), Head)
    assert found(written, noted) == Break(seq=2, because="event 2 is missing: event 9 was noted down")


def test_a_history_written_anew_hashes_and_all_shows_by_an_event_noted_down(written: House) -> None:
    noted = found(written)
    assert isinstance(noted, Head)
    tamper(written, "UPDATE events SET actor = 'UCAT' WHERE seq = 6")
    rehash(written)
    assert isinstance(found(written), Head)
    broken = found(written, noted)
    assert broken == Break(seq=9, because="event 9 is not the one that was noted down")


def rehash(house: House) -> None:
    previous = GENESIS
    with closing(sqlite3.connect(house.path)) as connection, connection:
        for link in list(house.records.links()):
            previous = chained(link, previous)
            connection.execute("UPDATE events SET hash = ? WHERE seq = ?", [previous, link.seq])


def test_what_was_noted_down_earlier_is_still_there_when_more_has_happened(written: House) -> None:
    noted = found(written)
    assert isinstance(noted, Head)
    written.asked("rerank")
    now = found(written, noted)
    assert isinstance(now, Head)
    assert now.seq == noted.seq + 1
    assert found(written, Head(seq=0, hash=GENESIS)) == now


# Requests


@pytest.mark.parametrize(
    ("sql", "unlike"),
    [
        ("UPDATE requests SET body = json_set(body, '$.state', 'approved') WHERE id = 2", [2]),
        ("UPDATE requests SET body = json_set(body, '$.plan.to_units', 8) WHERE id = 1", [1]),
        ("UPDATE requests SET body = '{' WHERE id = 1", [1]),
        ("UPDATE requests SET body = 7", [1, 2]),
        ("UPDATE requests SET state = 'approved' WHERE id = 2", [2]),
        ("UPDATE requests SET cluster_id = 'another' WHERE id = 2", [2]),
        ("UPDATE requests SET requester = 'UEVE' WHERE id = 2", [2]),
        ("UPDATE requests SET asked_at = '2026-01-01' WHERE id = 2", [2]),
        ("UPDATE requests SET delivery = 'another' WHERE id = 2", [2]),
        ("UPDATE requests SET decided_at = NULL WHERE id = 2", [2]),
        ("UPDATE requests SET due_at = '2027-01-01' WHERE id = 2", [2]),
        ("UPDATE requests SET lease_ends_at = '2027-01-01' WHERE id = 2", [2]),
        ("UPDATE requests SET review_owed = 1 WHERE id = 2", [2]),
        ("UPDATE requests SET version = 99 WHERE id = 1", [1]),
        ("DELETE FROM requests WHERE id = 1", [1]),
        (MADE_UP, [9]),
    ],
)  # fmt: skip
def test_a_request_changed_by_sql_no_longer_follows_from_its_events(
    written: House, sql: str, unlike: list[int]
) -> None:
    tamper(written, sql)
    assert list(written.records.unlike()) == unlike


def test_events_of_a_request_that_do_not_fit_the_table_of_states_are_named(written: House) -> None:
    tamper(written, "DELETE FROM events WHERE seq = 6")
    assert list(written.records.unlike()) == [1]


# Long histories


def long(path: Path, count: int) -> Records:
    """So many events, written as the store would, in one go."""
    Store(path)
    previous = GENESIS

    def rows() -> Iterator[tuple[object, ...]]:
        nonlocal previous
        body = '{"action":"freeze","because":"' + "x" * 400 + '"}'
        for seq in range(1, count + 1):
            link = Link(seq, "", stamp(START), CAT, "freeze", "", "", "", body, "")
            previous = chained(link, previous)
            yield (seq, None, *link[2:7], None, body, previous)

    with closing(sqlite3.connect(path)) as connection, connection:
        connection.executemany("INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", rows())
    return Records(path)


def test_a_long_history_is_walked_in_constant_memory(tmp_path: Path) -> None:
    records = long(tmp_path / "long.sqlite3", 25_000)
    tracemalloc.start()
    try:
        assert isinstance(records.first_break(), Head)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < 300_000, "14 MB of events went by"


def test_how_far_it_is_can_be_watched(written: House) -> None:
    seen: list[tuple[int, int]] = []

    def watched(links: Iterable[Link], count: int) -> Iterator[Link]:
        for link in links:
            seen.append((link.seq, count))
            yield link

    assert isinstance(written.records.first_break(watched), Head)
    assert seen == [(each, 9) for each in range(1, 10)]


def test_a_walk_that_stops_half_way_leaves_nothing_behind(written: House) -> None:
    links = written.records.links()
    assert next(links).seq == 1
    del links
    written.approvals().cancel(written.asked("rerank").id, "UANN")
    assert isinstance(found(written), Head)


def test_two_stores_write_one_chain(written: House) -> None:
    other = House(written.path, written.clock, written.oracle, written.groups, Store(written.path))
    for turn in range(3):
        written.asked(f"a{turn}")
        other.asked(f"b{turn}")
    other.check()


def test_every_part_of_an_event_is_in_its_hash() -> None:
    link = Link(1, "1", "at", "UANN", "vote", "pending", "pending", "D1", "{}", "")
    changed = [(*link[:place], f"{link[place]}!", *link[place + 1 :]) for place in range(len(link) - 1)]
    hashes = {chained(Link._make(each), GENESIS) for each in changed}
    assert len({*hashes, chained(link, GENESIS)}) == len(link._fields)
    shifted = link._replace(actor="UANNv", action="ote")
    assert chained(shifted, GENESIS) != chained(link, GENESIS)
    assert first_break([link._replace(hash=chained(link, GENESIS))], 1) == Head(seq=1, hash=chained(link, GENESIS))
