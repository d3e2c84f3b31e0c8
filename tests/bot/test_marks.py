"""Marks kept in the bot's database: one for a line and place, for two processes alike."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from bot.marks import StoredMarks
from dac.errors import NotFound
from dac.marks import Mark, MarkKind, Marks
from tests.fakes import ANN, BOB, START, FakeMarks


def mark(key: str = "idle:abc123", place: str = "CFIN", by: str = ANN, minutes: int = 0) -> Mark:
    at = START + timedelta(minutes=minutes)
    return Mark(place=place, key=key, kind=MarkKind.ACKNOWLEDGED, by=by, at=at, text="nobody calls chat")


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
