from __future__ import annotations

from itertools import accumulate

import pytest

from dac.dataset_faults import KEPT, Kind, Ledger
from dac.dataset_lines import Block, judge, parsed, read_lines
from tests.dac.datasets import clean, row

LINES = list(clean(40))
TURNED = b'{"completion": "b", "prompt": "a"}'


def read(lines: list[bytes], ledger: Ledger | None = None, *, first: int = 1, offset: int = 0) -> Block:
    block = read_lines(b"\n".join([*lines, b""]), first, offset, ledger or Ledger())
    assert block
    return block


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
    assert parsed(b"\n".join(LINES))
    for lines in ([line], [line, *LINES], [*LINES, line], [*LINES, line, *LINES]):
        assert not parsed(b"\n".join(lines))


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
