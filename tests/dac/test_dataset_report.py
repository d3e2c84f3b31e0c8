from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dac.dataset_close import ALL_OF, ONE_IN
from dac.dataset_faults import Kind
from dac.dataset_findings import LEARNT, SHAPE, measured
from dac.dataset_report import Severity, Verdict, Whole, steps
from dac.errors import Invalid
from tests.dac.datasets import HANDBOOK, ORACLE, SLOTS, check, clean, row

LINES = list(clean(60))


@pytest.mark.parametrize(
    ("count", "verdict", "severity", "sentence"),
    [
        (1, Verdict.REFUSED, Severity.REFUSED, "1 pair: Oracle trains on no fewer than 32."),
        (31, Verdict.REFUSED, Severity.REFUSED, "31 pairs: Oracle trains on no fewer than 32."),
        (
            32,
            Verdict.DOUBTFUL,
            Severity.WARNING,
            "32 pairs: the handbook wants 100 at least, and recommends 500 to 2,000.",
        ),
        (
            99,
            Verdict.DOUBTFUL,
            Severity.WARNING,
            "99 pairs: the handbook wants 100 at least, and recommends 500 to 2,000.",
        ),
        (100, Verdict.READY, Severity.HINT, "100 pairs: the handbook recommends 500 to 2,000."),
        (499, Verdict.READY, Severity.HINT, "499 pairs: the handbook recommends 500 to 2,000."),
        (
            2_001,
            Verdict.READY,
            Severity.HINT,
            "2,001 pairs: the handbook recommends 500 to 2,000, for quality goes before quantity.",
        ),
    ],
)
def test_how_many_pairs_there_are_is_held_against_oracle_and_the_handbook(
    count: int, verdict: Verdict, severity: Severity, sentence: str
) -> None:
    report = check(clean(count))
    (finding,) = [each for each in report.findings if isinstance(each.kind, Whole)]
    assert (finding.severity, finding.sentence, report.verdict) == (severity, sentence, verdict)
    assert finding.source == (ORACLE if severity == Severity.REFUSED else HANDBOOK)


@pytest.mark.parametrize("count", [500, 2_000])
def test_as_many_as_the_handbook_recommends_is_nothing_to_speak_of(count: int) -> None:
    assert check(clean(count)).findings == ()


def test_the_worst_is_said_first_with_where_it_is_written() -> None:
    report = check([*LINES, LINES[0], b"", b"{", b"{", row("ann@example.org", "Ask @ there.")])
    assert [(each.severity, each.sentence) for each in report.findings] == [
        (
            Severity.REFUSED,
            f"2 lines are not valid JSON (the first is line 63): each line must be {SHAPE}, whole and by itself.",
        ),
        (
            Severity.WARNING,
            "62 pairs: the handbook wants 100 at least, and recommends 500 to 2,000.",
        ),
        (Severity.WARNING, "1 line is blank (line 62): take them out, for each line is to be a pair."),
        (
            Severity.WARNING,
            "1 of 62 rows repeats an earlier row to the letter (line 61): a copy adds nothing new, and weighs double.",
        ),
        (
            Severity.HINT,
            f"1 of 62 rows seems to hold an e-mail address (line 65): {LEARNT}.",
        ),
    ]
    sources = [each.source for each in report.findings]
    assert sources == [ORACLE, HANDBOOK, ORACLE, HANDBOOK, None]


def test_some_repeats_among_many_rows_are_no_reason_to_doubt() -> None:
    lines = list(clean(600))
    assert check([*lines, *lines[:5]]).verdict == Verdict.READY
    assert check([*lines, *lines[:7]]).verdict == Verdict.DOUBTFUL


def test_tokens_are_estimated_from_characters_and_an_epoch_trains_on_what_is_not_held_out() -> None:
    report = check([row("12345", "678"), row("1", "é")])
    assert report.characters == 10
    assert (report.tokens, report.tokens_per_epoch) == (3, 2)


@given(st.integers(1, 10**9), st.integers(1, 100), st.integers(1, 64))
def test_steps_are_just_enough_batches_for_all_epochs(rows: int, epochs: int, batch: int) -> None:
    found = steps(rows, epochs, batch)
    assert (found - 1) * batch < rows * epochs <= found * batch


@pytest.mark.parametrize("wrong", [(0, 1, 1), (1, 0, 1), (1, 1, -1)])
def test_steps_of_nothing_make_no_sense(wrong: tuple[int, int, int]) -> None:
    with pytest.raises(Invalid):
        steps(*wrong)


def test_odd_lines_are_listed_in_the_order_of_the_file_with_lengths_and_nothing_else() -> None:
    lines = [b"{", LINES[0] + b"\r", b"\xef\xbb\xbf" + row("é", ""), b'{"prompt": "abc"}']
    report = check(lines)
    starts = list(itertools.accumulate((len(line) + 1 for line in lines), initial=0))
    first = row("é", "")
    assert [tuple(each.model_dump().values()) for each in report.offences] == [
        (1, 0, Kind.NOT_JSON, 1, None, None),
        (2, starts[1], Kind.CRLF, len(lines[1]), None, None),
        (3, starts[2], Kind.BOM, len(first) + 3, 1, 0),
        (3, starts[2], Kind.EMPTY_COMPLETION, len(first) + 3, 1, 0),
        (4, starts[3], Kind.NO_COMPLETION, len(lines[3]), None, None),
    ]


def test_the_report_says_how_far_its_figures_go() -> None:
    few = measured(check(LINES))
    assert not [each for each in few if "one row in" in each or "one in" in each]
    assert "Repeated rows: every row, by hashes" in few[1]
    report = check((row(f"{number}?", "to a@b.org") for number in range(ALL_OF + 5 * ONE_IN)), slots=SLOTS)
    (finding,) = [each for each in report.findings if each.kind == Kind.EMAIL]
    assert f"{report.looked_at:,} of {report.looked_at:,} rows looked at seem to hold" in finding.sentence
    many = measured(report)
    assert f"every row with the first {SLOTS * 3 // 5:,} different prompts" in many[1]
    assert f"the first {ALL_OF:,} rows and one in {ONE_IN} after, {report.looked_at:,} in all" in many[2]
    assert f"one row in {report.sampled.one_in:,}, {report.sampled.rows:,} in all" in many[4]
    assert many[5] == "Tokens: estimated at 4 characters each (A token taken as 4 characters, 2026-11-23)."
