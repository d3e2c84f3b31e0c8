from __future__ import annotations

from itertools import accumulate

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dac.dataset_faults import KEPT, UNUSABLE, Kind, Ledger
from dac.dataset_lines import BOM, Block, judge, read_lines, texts_of
from tests.dac.datasets import clean, row

LINES = list(clean(40))
TURNED = b'{"completion": "b", "prompt": "a"}'


def read(lines: list[bytes], ledger: Ledger | None = None, *, first: int = 1, offset: int = 0) -> Block:
    block = read_lines(b"\n".join([*lines, b""]), first, offset, ledger or Ledger())
    assert block
    return block


def at_once(lines: list[bytes]) -> bool:
    return texts_of(b"\n".join(lines)) is not None


def test_lines_without_a_fault_are_read_at_once() -> None:
    block = read(LINES)
    assert len(block.runs) == 1
    assert [row(*pair) for pair in zip(block.prompts, block.completions, strict=True)] == LINES


def test_lines_without_a_row_make_no_block() -> None:
    assert read_lines(b"{\n\n1", 1, 0, Ledger()) is None


def test_the_keys_may_come_in_any_order_and_the_lines_with_spaces() -> None:
    lines = [TURNED, *LINES, b'\t{ "completion":"b",\r"prompt" : "a"} \r', TURNED]
    block = read(lines)
    assert len(block.runs) == 1
    assert (block.prompts[0], block.completions[0]) == ("a", "b")
    assert (block.prompts[-2], block.completions[-2]) == ("a", "b")
    assert len(block.prompts) == len(lines)


@pytest.mark.parametrize(
    "line",
    [
        b'{"prompt": "a", "prompt": "b"}',
        b'{"prompt": "a", "prompt": "b", "completion": "c"}',
        b'{"prompt": "a", "pr\\u006fmpt": "b", "completion": "c"}',
        b'{"prompt": "a", "completion": 1}',
        b'{"prompt": "a", "completion": {"b": "c"}}',
        b'{"prompt": "a", "answer": "c"}',
        b'{"prompt": "a"}',
        b"null",
        b"1",
        b"[null]",
        b"",
        b"]",
        b"\xff",
        row("", "b"),
        row("a", " "),
        row("a\udc00", "b"),
        b"\xef\xbb\xbf" + LINES[0],
    ],
)
def test_lines_with_a_fault_among_them_are_never_read_at_once(line: bytes) -> None:
    assert at_once(LINES)
    for lines in ([line], [line, *LINES], [*LINES, line], [*LINES, line, *LINES]):
        assert not at_once(lines)


def test_a_fault_keeps_only_a_few_of_its_neighbours_from_being_read_at_once() -> None:
    lines = [LINES[number % 40] for number in range(4_000)]
    lines[1_234] = b"{"
    ledger = Ledger()
    block = read(lines, ledger, first=11, offset=1_000)
    assert len(block.runs) < 30
    starts = list(accumulate((len(line) + 1 for line in lines), initial=1_000))
    (fault,) = ledger.places[Kind.NOT_JSON]
    assert (fault.line, fault.offset) == (1_234 + 11, starts[1_234])
    places = [block.place(index) for index in range(len(block.prompts))]
    assert [(place.line, place.offset, place.size) for place in places] == [
        (number + 11, starts[number], len(lines[number])) for number in range(4_000) if number != 1_234
    ]


def test_windows_line_ends_are_counted_beyond_those_that_are_kept() -> None:
    ledger = Ledger()
    for _ in range(3):
        read([line + b"\r" for line in LINES * 4], ledger)
    assert ledger.counts == {Kind.CRLF: 480}
    assert len(ledger.places[Kind.CRLF]) == KEPT


def test_blank_lines_are_counted_beyond_those_that_are_kept() -> None:
    ledger = Ledger()
    block = read([*[b"", b" \r"] * 300, *LINES, b"", b""], ledger)
    assert (block.place(0).line, len(block.prompts), ledger.counts[Kind.BLANK]) == (601, 40, 602)
    assert [place.line for place in ledger.places[Kind.BLANK]] == list(range(1, KEPT + 1))
    assert not read_lines(b"\n" * 300, 1, 0, ledger)
    assert ledger.counts[Kind.BLANK] == 902


def test_a_carriage_return_elsewhere_is_no_windows_line_end() -> None:
    ledger = Ledger()
    assert len(read([b"\r" + line for line in LINES], ledger).prompts) == 40
    assert ledger.counts == {}


def test_all_that_is_wrong_with_a_line_is_said() -> None:
    assert judge(b'\xef\xbb\xbf{"prompt": "", "completion": "\\ud800", "x": 1, "x": 2}') == (
        [Kind.BOM, Kind.REPEATED_KEY, Kind.EXTRA_KEY, Kind.EMPTY_PROMPT, Kind.BROKEN_CHARACTER],
        ("", "\ud800"),
    )
    assert judge(LINES[0])[0] == []


MISLEADING = [
    *[b"1", b"{}", b"[]", b"null", b"", b" ", b"\r", b"{", b"]", b'"', b"\xff", b"[1", b"2]", b"3,null,4", b",null,"],
    *[b'{"a":[1', b"2]}", b'{"prompt": "a,null,', b'b", "completion": "c"}', b'{"completion": ["b"], "prompt": "a"}'],
    *[BOM + LINES[0], LINES[0], LINES[1] + b"\r", TURNED, row("a", ""), row("\ud800", "b"), LINES[2][:-1]],
]

# What texts and keys are spelled with: marks and backslashes, escaped and not, halves of characters, blanks.
SPELLED = [
    *[b'"', b"\\", b'\\"', b"\\\\", b"\\n", b"\\u0022", b"\\u005c", b"\\u0020", b"\\u006f", b"\\ud83d", b"\\ude00"],
    *[b"", b" ", b"a", b"[", b"{", b":", b",null,", b"\0", b"\x7f", "é\u2028".encode(), b"\xc3", b"\xed\xa0\x80"],
]
SPELLINGS = st.lists(st.sampled_from(SPELLED), max_size=5).map(b"".join)
QUOTED = SPELLINGS.map(lambda text: b'"' + text + b'"')
KEYS = st.sampled_from([b'"prompt"', b'"completion"', b'"pr\\u006fmpt"', b'"p\\"rompt"', b'"x"']) | QUOTED
OTHERS = st.sampled_from([b"1", b"1e999", b"NaN", b"null", b"true", b'{"a":"b"}', b"[]", b'["a"]', b'"a" "b"', b""])
VALUES = QUOTED | OTHERS
BLANKS = st.sampled_from([b"", b" ", b"\t", b"\r", b"\x0b", b"\xc2\xa0", BOM])
MEMBERS = st.tuples(KEYS, BLANKS, VALUES).map(lambda part: part[0] + b":" + part[1] + part[2])
OBJECTS = st.tuples(BLANKS, st.lists(MEMBERS, max_size=4).map(b",".join), BLANKS).map(
    lambda part: part[0] + b"{" + part[1] + b"}" + part[2]
)
ROWS = st.tuples(st.permutations([b'"prompt"', b'"completion"']), QUOTED, QUOTED).map(
    lambda part: b"{%b: %b, %b: %b}" % (part[0][0], part[1], part[0][1], part[2])
)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(st.sampled_from(MISLEADING), min_size=1, max_size=60) | st.lists(ROWS | OBJECTS, min_size=1, max_size=20)
)
def test_lines_are_judged_together_as_each_would_be_alone(lines: list[bytes]) -> None:
    ledger = Ledger()
    block = read_lines(b"\n".join([*lines, b""]), 7, 100, ledger)
    judged = [judge(line) for line in lines]
    starts = list(accumulate((len(line) + 1 for line in lines), initial=100))
    found = {kind: [place[:3] for place in places] for kind, places in ledger.places.items() if kind is not Kind.CRLF}
    assert found == {
        kind: [(7 + at, starts[at], len(lines[at])) for at, (kinds, _) in enumerate(judged) if kind in kinds]
        for kind in Kind
        if any(kind in kinds for kinds, _ in judged)
    }
    rows = [(at, pair) for at, (kinds, pair) in enumerate(judged) if pair and UNUSABLE.isdisjoint(kinds)]
    assert bool(block) == bool(rows)
    if block:
        assert list(zip(block.prompts, block.completions, strict=True)) == [pair for _, pair in rows]
        assert [block.place(index).line for index in range(len(rows))] == [7 + at for at, _ in rows]


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(ROWS | OBJECTS)
def test_a_line_is_read_at_once_just_where_alone_nothing_is_wrong_with_it(line: bytes) -> None:
    kinds, pair = judge(line)
    texts = texts_of(line)
    assert (texts is not None) == (pair is not None and not kinds)
    if texts and pair:
        assert texts == ([pair[0]], [pair[1]])
