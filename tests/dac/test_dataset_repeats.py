from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dac.dataset_faults import Kind, Ledger
from dac.dataset_lines import Block, Run
from dac.dataset_repeats import Marks, Repeats, room
from tests.dac.datasets import check, clean, lines_of, row

WORDS = st.sampled_from("abcd")


def take(repeats: Repeats, rows: list[tuple[str, str]]) -> set[int]:
    run = Run(1, 0, b"\n" * len(rows), [prompt for prompt, _ in rows], [each for _, each in rows])
    return repeats.take(Block([run]))


@settings(max_examples=100)
@given(st.lists(st.tuples(WORDS, WORDS)), st.integers(0, 20))
def test_a_row_repeats_an_earlier_one_or_contradicts_it_or_is_new(rows: list[tuple[str, str]], cut: int) -> None:
    ledger = Ledger()
    repeats = Repeats(ledger, 256)
    found = take(repeats, rows[:cut]) | {cut + index for index in take(repeats, rows[cut:])}
    assert found == {index for index, each in enumerate(rows) if each in rows[:index]}
    prompts = [prompt for prompt, _ in rows]
    others = [index for index, each in enumerate(rows) if index not in found and each[0] in prompts[:index]]
    assert ledger.counts.get(Kind.CONFLICTING, 0) == len(others)
    assert not repeats.full


def test_a_full_table_still_knows_what_it_holds_and_takes_no_more() -> None:
    repeats = Repeats(Ledger(), 64)
    rows = [(f"prompt {number}", "so") for number in range(100)]
    assert take(repeats, rows) == set()
    assert repeats.full
    assert take(repeats, rows) == set(range(room(64)))
    assert repeats.room == room(64)


@given(st.lists(st.integers(-(1 << 63), (1 << 63) - 1)))
def test_marks_know_what_was_added(values: list[int]) -> None:
    marks = Marks(1 << 9)
    assert [marks.add(value) for value in values] == [value in values[:index] for index, value in enumerate(values)]


def test_marks_that_begin_at_the_same_slot_are_told_apart() -> None:
    marks = Marks(8)
    values = [1 << 40, 2 << 40, 3 << 40, 7 | 1 << 41]
    assert [marks.add(value) for value in values] == [False] * 4
    assert [marks.add(value) for value in values] == [True] * 4
    assert not marks.add(9 << 40)
    assert not marks.add(9 << 40)  # there was no room for it


@pytest.mark.parametrize("slots", [64, 1 << 12])
def test_the_report_says_when_not_all_were_compared(slots: int) -> None:
    report = check(clean(100), slots=slots)
    assert report.compared_all == (slots > 64)


def test_a_later_row_is_the_one_that_repeats() -> None:
    rows = [row("a", "b"), row("a", "c"), row("a", "b"), row("a", "c"), row("b", "b")]
    report = check(rows)
    assert lines_of(report, Kind.REPEATED) == [3, 4]
    assert lines_of(report, Kind.CONFLICTING) == [2]
