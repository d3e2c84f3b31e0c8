from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dac.dataset import BATCH, Checker
from dac.dataset_faults import KEPT, UNUSABLE, Kind
from dac.dataset_lines import LONGEST
from dac.dataset_report import Severity, Verdict
from tests.dac.datasets import SLOTS, check, checked, clean, lines_of, row

CLEAN = list(clean(60))
GOOD = CLEAN[0]
AT = 30
"""The line something is planted in."""

PLANTED = {
    Kind.NOT_UTF8: [b'{"prompt": "\xff", "completion": "Yes, of course."}'],
    Kind.NOT_JSON: [
        b"{",
        b"prompt: a",
        GOOD + b",",
        GOOD + GOOD,
        GOOD[:-1],
        b'{"prompt": "a\tb", "completion": "c"}',
        b'{"prompt": NaN, "completion": "c"}',
        b"[" * 100_000,
        b"null, null",
        b"\xef\xbb\xbf" * 2 + GOOD,
    ],
    Kind.NOT_OBJECT: [b"1", b"null", b'"prompt"', b"[" + GOOD + b"]", b'[["prompt", "a"], ["completion", "b"]]'],
    Kind.NO_PROMPT: [b'{"completion": "Yes, of course."}', b'{"Prompt": "a", "completion": "c"}'],
    Kind.NO_COMPLETION: [b'{"prompt": "Is it so?"}', b"{}"],
    Kind.EXTRA_KEY: [GOOD[:-1] + b', "id": 7}'],
    Kind.PROMPT_NOT_TEXT: [b'{"prompt": ["a"], "completion": "Yes."}', b'{"prompt": {"a": 1}, "completion": "Yes."}'],
    Kind.COMPLETION_NOT_TEXT: [
        b'{"prompt": "Is it so?", "completion": null}',
        b'{"prompt": "Is it so?", "completion": 1}',
        b'{"prompt": "Is it so?", "completion": ' + b"7" * 10_000 + b"}",
        b'{"prompt": "Is it so?", "completion": 7.5e99}',
    ],
    Kind.TOO_LONG: [row("x" * LONGEST, "y")],
    Kind.BLANK: [b"", b" \t", b"\xef\xbb\xbf"],
    Kind.BOM: [b"\xef\xbb\xbf" + GOOD],
    Kind.REPEATED_KEY: [GOOD[:-1] + b', "prompt": "Which of the two am I asking, and why?"}'],
    Kind.EMPTY_PROMPT: [row("", "Yes, of course."), row(" \n", "Yes, of course.")],
    Kind.EMPTY_COMPLETION: [row("Is it so?", ""), row("Is it so?", "\t")],
    Kind.BROKEN_CHARACTER: [row("Is it so \ud800, or how?", "Yes, of course."), row("Is it so?", "Yes \udfff.")],
    Kind.CRLF: [GOOD + b"\r"],
    Kind.REPEATED: [CLEAN[7]],
    Kind.CONFLICTING: [row(json.loads(CLEAN[7])["prompt"], "No, that is not how it is done at all.")],
    Kind.NEARLY_REPEATED: [CLEAN[7].replace(b"case", b"CASE -").replace(b"Please", b"please ")],
    Kind.ALIKE: [CLEAN[7].replace(b"in case", b"in box")],
    Kind.LONG_PROMPT: [row("Is it so? " * 100, "Yes, of course it is so.")],
    Kind.SHORT_PROMPT: [row("So", "Yes, of course it is so.")],
    Kind.LONG_COMPLETION: [row("Is it so, and why is it?", "Yes, of course. " * 100)],
    Kind.SHORT_COMPLETION: [row("Is it so, and why is it?", "No.")],
    Kind.COMPLETION_BEGINNING: [row("Is it so, and why is it?", " Yes, of course it is so.")],
    Kind.EMAIL: [row("Is it so, and why is it?", "Write to ann.b@example.org about it.")],
    Kind.PHONE: [row("Is it so, and why is it?", "Call +44 20 7946 0958 about it.")],
    Kind.IBAN: [row("Is it so, and why is it?", "Pay to GB82 WEST 1234 5698 7654 32 for it.")],
    Kind.CARD: [row("Is it so, and why is it?", "Pay with 4111 1111 1111 1111 for it.")],
    Kind.IPV4: [row("Is it so, and why is it?", "Connect to 10.20.30.40 for it.")],
    Kind.NATIONAL_ID: [row("Is it so, and why is it?", "Mine is 123-45-6789 for all I know.")],
}


def test_a_clean_set_is_ready_and_nothing_in_it_is_accused() -> None:
    lines = list(clean(600))
    report = check(lines)
    assert (report.findings, report.counts, report.verdict) == ((), {}, Verdict.READY)
    assert (report.lines, report.rows, report.bytes) == (600, 600, sum(map(len, lines)) + 600)


SIDES = {
    # What cannot be had without: a line of nothing else would not be that.
    Kind.BLANK: {Kind.BOM},
    Kind.BOM: {Kind.REPEATED},
    Kind.CRLF: {Kind.REPEATED},
    Kind.NO_PROMPT: {Kind.EXTRA_KEY},
    Kind.NO_COMPLETION: {Kind.NO_PROMPT},
    Kind.EMPTY_PROMPT: {Kind.SHORT_PROMPT},
    Kind.EMPTY_COMPLETION: {Kind.SHORT_COMPLETION},
    Kind.NOT_JSON: {Kind.BOM},
}


@pytest.mark.parametrize(("kind", "line"), [(kind, line) for kind, lines in PLANTED.items() for line in lines])
def test_what_is_planted_alone_is_found_in_its_line_and_nothing_else_is(kind: Kind, line: bytes) -> None:
    lines = [*CLEAN[: AT - 1], line, *CLEAN[AT:]]
    report = check(lines)
    (place,) = report.places[kind]
    assert (place.line, place.offset, place.size) == (AT, sum(map(len, lines[: AT - 1])) + AT - 1, len(line))
    assert report.counts[kind] == 1
    assert set(report.counts) <= {kind} | SIDES.get(kind, set())
    (finding,) = [each for each in report.findings if each.kind == kind]
    assert f"(line {AT})" in finding.sentence
    assert (finding.count, report.rows) == (1, 59 if kind in UNUSABLE else 60)


def test_every_kind_of_line_but_those_of_habits_is_planted_here() -> None:
    habits = {Kind.PROMPT_LANGUAGE, Kind.COMPLETION_LANGUAGE, Kind.PROMPT_BEGINNING, Kind.PROMPT_ENDING}
    assert set(PLANTED) | habits | {Kind.COMPLETION_ENDING} == set(Kind)


def test_a_line_with_several_faults_is_counted_for_each() -> None:
    report = check([*CLEAN, b'{"prompt": 1, "prompt": 2, "answer": "a"}'])
    assert set(report.counts) == {Kind.REPEATED_KEY, Kind.EXTRA_KEY, Kind.NO_COMPLETION, Kind.PROMPT_NOT_TEXT}


# A line that parses only together with its neighbours is wrong, however they are joined.
ACROSS = [
    [b'{"prompt": "a"', b'"completion": "b"}'],
    [b'{"prompt": "a', b'b", "completion": "c"}'],
    [b'{"prompt": "a",', b'"completion": "b"}'],
    [GOOD + b",null," + GOOD, b"[" + GOOD, GOOD + b"]"],
    [b"[" + GOOD, GOOD + b"]", GOOD + b", " + GOOD],
    [GOOD + b",null", GOOD],
    [b"null," + GOOD, GOOD],
    [b'{"prompt": "a", "completion": ["b"', b'"c"]}'],
    [b"]", b"["],
]


@pytest.mark.parametrize("lines", ACROSS)
def test_lines_are_never_read_as_one_or_one_as_several(lines: list[bytes]) -> None:
    report = check([*CLEAN, *lines, *CLEAN])
    good = [line for line in lines if line == GOOD]
    assert report.counts[Kind.NOT_JSON] == len(lines) - len(good)
    assert report.rows == 2 * len(CLEAN) + len(good)


PARTS = st.sampled_from(
    [
        GOOD,
        *CLEAN[:4],
        GOOD.replace(b"prompt", b"pr\\u006fmpt"),
        b'{ "completion" : "turned", "prompt" : "round" }  ',
        b'{"prompt": "\\u00e9\xc3\xa9", "completion": "nul \\u0000"}',
        b'{"prompt": "\xd0\xb4\xd0\xb0 \\ud83d\\ude00", "completion": "\xe6\x97\xa5"}',
        *(line for lines in PLANTED.values() for line in lines if len(line) < 2_000),
        *(line for lines in ACROSS for line in lines),
        b"\r",
        b"\x00",
        b'{"prompt": "a\\u0000b", "completion": "a@b.org"}',
        b'{"prompt": "' + b"\\n" * 300 + b'x", "completion": "y"}',
    ]
)
FILES = st.builds(
    lambda lines, ends, last: b"".join(line + end for line, end in zip(lines, ends, strict=False)) + last,
    st.lists(PARTS | st.binary(max_size=20), max_size=60),
    st.lists(st.sampled_from([b"\n", b"\n", b"\n", b"\r\n"]), min_size=60, max_size=60),
    st.sampled_from([b"", GOOD, b"\r", b"{"]),
)


@settings(max_examples=60, deadline=None)
@given(FILES, st.lists(st.integers(0, 200), max_size=20))
def test_however_the_bytes_are_cut_the_report_is_the_same(data: bytes, sizes: list[int]) -> None:
    assert checked(data, *sizes) == checked(data)


@settings(max_examples=100, deadline=None)
@given(FILES)
def test_every_fault_is_counted_as_by_reading_line_after_line(data: bytes) -> None:
    report = checked(data)
    expected, rows = reference(data)
    quality = {kind for kind in Kind if list(Kind).index(kind) > list(Kind).index(Kind.CONFLICTING)}
    assert {kind: count for kind, count in report.counts.items() if kind not in quality} == expected
    assert report.rows == len(rows)
    assert report.prompts.total == sum(len(prompt) for prompt, _ in rows)
    assert report.completions.total == sum(len(completion) for _, completion in rows)
    assert report.lines == data.count(b"\n") + (not data.endswith(b"\n") and bool(data))


def reference(data: bytes) -> tuple[dict[Kind, int], list[tuple[str, str]]]:
    """The same by the plainest means there are."""
    counts: Counter[Kind] = Counter()
    rows: list[tuple[str, str]] = []
    lines = data.split(b"\n")
    for line in lines[:-1]:
        counts[Kind.CRLF] += line.endswith(b"\r")
    for line in lines if lines[-1] else lines[:-1]:
        kinds = set(faults(line.removesuffix(b"\r"), rows))
        counts.update(kinds)
    seen: set[tuple[str, str]] = set()
    prompts: set[str] = set()
    for pair in rows:
        counts[Kind.REPEATED] += pair in seen
        counts[Kind.CONFLICTING] += pair not in seen and pair[0] in prompts
        seen.add(pair)
        prompts.add(pair[0])
    return {kind: count for kind, count in counts.items() if count}, rows


def faults(line: bytes, rows: list[tuple[str, str]]) -> Iterator[Kind]:
    if line.startswith(b"\xef\xbb\xbf"):
        yield Kind.BOM
        line = line[3:]
    if not line.strip():
        yield Kind.BLANK
        return
    try:
        fields = Fields.read(line.decode())
    except UnicodeDecodeError:
        yield Kind.NOT_UTF8
    except (ValueError, RecursionError):
        yield Kind.NOT_JSON
    else:
        yield from fields.faults(rows) if isinstance(fields, Fields) else [Kind.NOT_OBJECT]


class Fields(dict[str, object]):
    twice = False

    @classmethod
    def read(cls, text: str) -> object:
        def no(_name: str) -> object:
            raise ValueError

        return json.JSONDecoder(object_pairs_hook=cls.of, parse_int=float, parse_constant=no).decode(text)

    @classmethod
    def of(cls, pairs: list[tuple[str, object]]) -> Fields:
        fields = cls(pairs)
        fields.twice = len(fields) < len(pairs)
        return fields

    def faults(self, rows: list[tuple[str, str]]) -> Iterator[Kind]:
        if self.twice:
            yield Kind.REPEATED_KEY
        if set(self) - {"prompt", "completion"}:
            yield Kind.EXTRA_KEY
        yield from self.of_text("prompt", Kind.NO_PROMPT, Kind.PROMPT_NOT_TEXT, Kind.EMPTY_PROMPT)
        yield from self.of_text("completion", Kind.NO_COMPLETION, Kind.COMPLETION_NOT_TEXT, Kind.EMPTY_COMPLETION)
        match sorted(self.items()):
            case [("completion", str(completion)), ("prompt", str(prompt))]:
                rows.append((prompt, completion))

    def of_text(self, key: str, missing: Kind, wrong: Kind, empty: Kind) -> Iterator[Kind]:
        value = self.get(key)
        if key not in self:
            yield missing
        elif not isinstance(value, str):
            yield wrong
        else:
            if not value.strip():
                yield empty
            if value != value.encode(errors="ignore").decode():
                yield Kind.BROKEN_CHARACTER


@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
@pytest.mark.parametrize("more", [-1, 0, 1, 2, 3, BATCH])
@pytest.mark.parametrize("sizes", [(), (BATCH,) * 3, (7, 1 << 20, 1, 1, 1, 1), ((1 << 20) + 2, 1, 1)])
def test_a_line_is_too_long_from_its_first_byte_too_many_however_it_comes(
    sizes: tuple[int, ...], more: int, end: bytes
) -> None:
    long = row("x" * (LONGEST + more - len(row("", "y"))), "y")
    data = GOOD + end + long + end + CLEAN[1] + end
    report = checked(data, len(GOOD) + len(end), *sizes)
    assert lines_of(report, Kind.TOO_LONG) == ([2] if more > 0 else [])
    assert (report.lines, report.rows) == (3, 2 if more > 0 else 3)
    assert report.counts.get(Kind.CRLF, 0) == (3 if end == b"\r\n" else 0)
    last = report.places.get(Kind.CRLF, ())[-1:]
    assert [place.offset for place in last] == ([len(data) - len(CLEAN[1] + end)] if last else [])


def test_a_file_may_end_in_a_line_that_is_too_long_and_has_no_end() -> None:
    report = checked(GOOD + b"\n" + b"x" * (LONGEST + BATCH))
    (place,) = report.places[Kind.TOO_LONG]
    assert (place.line, place.offset, place.size) == (2, len(GOOD) + 1, LONGEST + BATCH)
    assert (report.lines, report.rows) == (2, 1)


def test_an_empty_file_is_refused_for_having_no_pairs() -> None:
    report = checked(b"")
    assert (report.lines, report.rows, report.tokens) == (0, 0, 0)
    assert [(each.severity, each.sentence) for each in report.findings] == [
        (Severity.REFUSED, "0 pairs: Oracle trains on no fewer than 32.")
    ]


def test_all_lines_are_counted_and_the_first_of_each_kind_kept() -> None:
    lines = [line for good in clean(600) for line in (good + b"\r", b"{", b"")]
    report = check(lines)
    assert (report.counts[Kind.NOT_JSON], report.counts[Kind.BLANK], report.counts[Kind.CRLF]) == (600, 600, 600)
    assert lines_of(report, Kind.NOT_JSON) == list(range(2, 3 * KEPT, 3))
    assert lines_of(report, Kind.CRLF) == list(range(1, 3 * KEPT, 3))


def test_repeats_beyond_those_that_are_kept_are_counted() -> None:
    lines = list(clean(600))
    report = check([*lines, *lines])
    assert (report.counts[Kind.REPEATED], len(report.places[Kind.REPEATED])) == (600, KEPT)
    assert set(report.counts) == {Kind.REPEATED}


def test_it_can_be_seen_from_outside_how_far_the_check_is() -> None:
    checker, data = Checker(SLOTS), b"\n".join(clean(2_000))
    seen = [checker.feed(data[start : start + 10_000]) for start in range(0, len(data), 10_000)]
    assert seen[-1].bytes == len(data)
    assert seen == sorted(seen)
    assert 0 < seen[-1].lines == seen[-1].rows < 2_000
    counted = checker.finish()
    assert (counted.lines, counted.rows) == (2_000, 2_000)


def test_the_report_holds_nothing_of_what_the_lines_say() -> None:
    secrets = ["zanzibar", "quetzal", "mosquito"]
    lines = [
        *CLEAN,
        *(row(f"{secrets[0]} ann@{secrets[1]}.org 4111 1111 1111 1111", f" {secrets[2]}\ud800") for _ in range(3)),
        b'{"zanzibar": "quetzal',
        b'{"prompt": "zanzibar", "completion": "quetzal", "mosquito": 1}',
    ]
    said = check(lines).model_dump_json()
    assert not [word for word in (*secrets, "4111", "Lyon", "printer") if word in said]


def test_another_process_comes_to_the_same_report() -> None:
    script = (
        "import sys\n"
        "from tests.dac.datasets import check, clean\n"
        "lines = list(clean(600))\n"
        "print(check([*lines, *lines[:9], *lines[:2]]).model_dump_json(exclude={'rules'}))\n"
    )
    both = [
        subprocess.run(
            [sys.executable, "-c", script], env={**os.environ, "PYTHONHASHSEED": seed}, check=True, capture_output=True
        ).stdout
        for seed in ("1", "2")
    ]
    assert both[0] == both[1]
    assert json.loads(both[0])["counts"]["repeats an earlier row"] == 11
