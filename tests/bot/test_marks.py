"""Marks kept in the bot's database: one for a line and place, for two processes alike."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from approvals.database import unit_of_work
from bot.marks import StoredMarks
from dac.digest import Digest, Kind, Line, Scope
from dac.errors import NotFound
from dac.marks import Mark, MarkKind, Marks
from tests.fakes import ANN, BOB, START, FakeMarks

EVERYTHING = Scope()


def mark(key: str = "idle:abc123", place: str = "CFIN", by: str = ANN, minutes: int = 0) -> Mark:
    at = START + timedelta(minutes=minutes)
    return Mark(place=place, scope="all", key=key, kind=MarkKind.ACKNOWLEDGED, by=by, at=at, text="nobody calls chat")


def test_one_process_reads_what_the_other_has_kept_in_the_order_in_which_it_was_said(tmp_path: Path) -> None:
    one, other = StoredMarks(tmp_path / "dac.sqlite3"), StoredMarks(tmp_path / "dac.sqlite3")
    first, second = mark("lease:7", minutes=1), mark(minutes=2)
    one.mark(second)
    other.mark(first)
    one.mark(mark(place=ANN))
    assert one.of("CFIN") == other.of("CFIN") == (first, second)
    assert one.of("CNOBODY") == ()


@pytest.fixture(params=["kept", "fake"])
def marks(tmp_path: Path, request: pytest.FixtureRequest) -> Marks:
    """Those of tests of commands keep the same rules."""
    return StoredMarks(tmp_path / "dac.sqlite3") if request.param == "kept" else FakeMarks()


def test_a_later_word_on_a_line_takes_the_place_of_an_earlier_one(marks: Marks) -> None:
    marks.mark(mark())
    later = mark(by=BOB, minutes=5).model_copy(
        update={"kind": MarkKind.SNOOZED, "until": START + timedelta(days=7), "figure": None}
    )
    marks.mark(later)
    assert marks.of("CFIN") == (later,)


def test_a_mark_is_taken_back_once(marks: Marks) -> None:
    marks.mark(mark())
    marks.mark(mark(place=ANN))
    assert marks.unmark("CFIN", "idle:abc123") == mark()
    with pytest.raises(NotFound, match="Nothing hides “idle:abc123” here"):
        marks.unmark("CFIN", "idle:abc123")
    assert marks.of(ANN) == (mark(place=ANN),)


def digest(hours: int = 0, scope: Scope = EVERYTHING, *keys: str) -> Digest:
    lines = tuple(Line(key=key, kind=Kind.IDLE, text="x") for key in keys)
    return Digest(at=START + timedelta(hours=hours), scope=scope, lines=lines)


def test_what_is_told_is_what_people_have_before_them_by_its_scope_the_newest_first(marks: Marks) -> None:
    everything, region = digest(1), digest(2, Scope(by="region", value="us-chicago-1"))
    for each in (everything, region, digest(0)):
        marks.told(each, "CFIN")
    assert marks.digests("CFIN") == (region, everything)
    assert marks.digests(ANN) == ()


def test_a_digest_ends_marks_on_lines_that_are_gone_and_gives_those_that_are_left(marks: Marks) -> None:
    for each in (mark(), mark("lease:7", minutes=1), mark(place=ANN)):
        marks.mark(each)
    assert marks.told(digest(1, EVERYTHING, "lease:7"), "CFIN") == (mark("lease:7", minutes=1),)
    assert marks.of("CFIN") == (mark("lease:7", minutes=1),)
    assert marks.of(ANN) == (mark(place=ANN),)


def test_a_digest_that_another_version_has_told_is_none(tmp_path: Path) -> None:
    path = tmp_path / "dac.sqlite3"
    marks = StoredMarks(path)
    marks.told(digest(1), "CFIN")
    with unit_of_work(path, write=True) as db:
        db.execute("UPDATE digests_told SET body = json_set(body, '$.mood', 'sunny')")
    assert marks.digests("CFIN") == ()
    marks.told(digest(2), "CFIN")
    assert marks.digests("CFIN") == (digest(2),)
