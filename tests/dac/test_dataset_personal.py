from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dac.dataset_close import ALL_OF, ONE_IN, Close, fold
from dac.dataset_faults import Kind, Ledger
from dac.dataset_lines import Block, Run
from dac.dataset_personal import SEARCHED, may_be_personal, personal

IS = {
    Kind.EMAIL: ["ann@example.org", "<a.b+c@x-y.example.co.uk>", "mailto:a_@b.io?x", "é a%@b.museum."],
    Kind.PHONE: [
        "+44 20 7946 0958",
        "+1 (555) 010-1234",
        "+49.30.901820001",
        "(555) 123-4567",
        "555-123-4567",
        "tel:555.123.4567,",
        "+493012345678",
    ],
    Kind.IBAN: [
        "GB82 WEST 1234 5698 7654 32",
        "GB82WEST12345698765432",
        "DE89 3704 0044 0532 0130 00",
        "DE89370400440532013000 EURO PAID TODAY",
        "MT84MALT011000012345MTLCAST001S",
        "NO93 8601 1117 947",
    ],
    Kind.CARD: ["4111 1111 1111 1111", "4111-1111-1111-1111", "378282246310005", "5555555555554444."],
    Kind.IPV4: ["10.0.0.1", "192.168.100.200", "at 8.8.8.8.", "1.1.1.1:80"],
    Kind.NATIONAL_ID: ["123-45-6789", "AB 12 34 56 C", "AB123456C"],
}
IS_NOT = [
    "ann@example",
    "@ann.org",
    "a@.org",
    "a@b.c",
    "7 @ 2.50 each",
    "order 1234567890",
    "555-123-45678",
    "x+493012345678",
    "4111 1111 1111 1112",
    "GB82 WEST 1234 5698 7654 33",
    "GB82 WEST 1234",
    "256.1.1.1",
    "1.2.3",
    "version 1.2.3.4.5",
    "000-45-6789",
    "666-45-6789",
    "900-45-6789",
    "123-00-6789",
    "123-45-0000",
    "QQ 12 34 56 C",
    "AB 12 34 56 E",
    "2026-11-23T12:00:00",
    "3.14159265",
    "",
]


@pytest.mark.parametrize(("kind", "text"), [(kind, text) for kind, texts in IS.items() for text in texts])
def test_what_has_the_form_is_found_wherever_it_stands(kind: Kind, text: str) -> None:
    for around in ("{}", "It is {} today", "é\n{}\nand", "({})", "7, {} or 8"):
        assert kind in personal(around.format(text)), around


@pytest.mark.parametrize("text", IS_NOT)
def test_what_only_looks_a_little_like_it_is_not(text: str) -> None:
    assert personal(text) == set()
    assert personal(f"It is {text} today") == set()


def test_all_kinds_in_a_text_are_found() -> None:
    assert personal(" or ".join(texts[0] for texts in IS.values())) == set(IS)
    assert personal(" or ".join(f"{texts[0]} or {texts[0]}" for texts in IS.values())) == set(IS)


def test_one_that_is_none_does_not_hide_one_that_is() -> None:
    assert personal("4111 1111 1111 1112 and 999.1.1.1, or 4111 1111 1111 1111 and 10.1.1.1") == {Kind.CARD, Kind.IPV4}


def test_a_text_is_looked_through_as_far_as_is_said() -> None:
    assert personal("x" * (SEARCHED - 9) + " 10.0.0.1") == {Kind.IPV4}
    assert personal("x" * (SEARCHED - 5) + " 10.0.0.1") == set()


PIECES = st.sampled_from([*"01234567890123456789 .-/()+@AB\n\x00é", *(text for texts in IS.values() for text in texts)])


@settings(max_examples=100)
@given(st.lists(st.tuples(st.lists(PIECES).map("".join), st.lists(PIECES).map("".join)), max_size=4))
def test_the_quick_look_overlooks_nothing(texts: list[tuple[str, str]]) -> None:
    for pair, folded in zip(texts, fold(texts), strict=True):
        for text, short in zip(pair, folded, strict=True):
            assert may_be_personal(short) or not personal(text)


def test_folding_leaves_letters_and_where_digits_are() -> None:
    assert fold([("Straße  No. 7,\tA@B", "x\0Y-1")]) == [("straßeno.0a@b".encode(), b"xy0")]
    assert fold([("A", "B"), ("", "c")]) == [(b"a", b"b"), (b"", b"c")]
    assert fold([]) == []


def blocks(rows: list[tuple[str, str]], size: int = 700) -> list[Block]:
    parts = [rows[start : start + size] for start in range(0, len(rows), size)]
    firsts = range(1, len(rows) + 1, size)
    return [
        Block([Run(first, 0, b"\n" * len(part), [prompt for prompt, _ in part], [each for _, each in part])])
        for first, part in zip(firsts, parts, strict=True)
    ]


def test_the_first_rows_are_all_looked_at_and_then_one_in_so_many_wherever_the_blocks_end() -> None:
    rows = [("", "a@b.org")] * (ALL_OF + 10 * ONE_IN)
    counts = []
    for size in (1_001, len(rows)):
        ledger = Ledger()
        close = Close(ledger)
        for block in blocks(rows, size):
            close.take(block, set(range(size)))
        assert ledger.counts == {Kind.EMAIL: close.looked_at}
        counts.append(close.looked_at)
    assert len(set(counts)) == 1
    assert abs(counts[0] - ALL_OF - 10) <= 1


def test_rows_are_nearly_the_same_but_for_capitals_spaces_signs_and_digits() -> None:
    ledger = Ledger()
    rows = [
        ("How do I reset router 12?", "Hold the button."),
        ("how do i reset ROUTER 7", "Hold  the button!"),
        ("How do I reset router 12?", "Hold the knob."),
        ("How do I reset router 12?", "Hold the button."),
        ("1 + 1", "2"),
        ("2 + 2", "4"),
    ]
    (block,) = blocks(rows)
    assert Close(ledger).take(block, {3}) == {1}
    assert ledger.counts == {Kind.NEARLY_REPEATED: 1}
