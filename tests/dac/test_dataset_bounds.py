from __future__ import annotations

import tracemalloc
from collections.abc import Iterator
from itertools import islice

import pytest

from dac.dataset import Checker
from dac.dataset_lines import LONGEST
from tests.dac.datasets import SLOTS, check, clean, row

(GOOD,) = clean(1)


def stream(size: int) -> Iterator[bytes]:
    """Chunks of long lines, all different, with a fault now and then."""
    made = number = 0
    body = "Where is the parcel that was to come on Monday? " * 60
    while made < size:
        lines = [row(f"{each} {body}", f"{body} {each}") for each in range(number, number + 20)]
        chunk = b"\n".join([*lines, b'{"prompt": "', b""])
        made, number = made + len(chunk), number + 20
        yield chunk


def test_memory_does_not_grow_with_the_file() -> None:
    checker, million = Checker(SLOTS), 1 << 20
    chunks = stream(30 * million)
    for chunk in islice(chunks, 50):
        checker.feed(chunk)
    tracemalloc.start()
    try:
        for chunk in chunks:
            checker.feed(chunk)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert checker.finish().bytes >= 30 * million
    assert peak < 8 * million


HOSTILE_TEXTS = [
    *["@", "a@", "a@a.", "a@a-", "a.a@a.a", "1", "1 ", "1.", "1.1.1.1.", "+1", "+1 (", "4111 ", "GB82 ", "A1 "],
    *["123-45-678", "AB 12 34 5", "(", "a ", "the ", "\n", "?\n", "x.x", "00 AAAA "],
]
HOSTILE = {
    "open brackets": b"[" * LONGEST,
    "open objects": b'{"prompt":' * (LONGEST // 10),
    "a number without end": b'{"prompt": ' + b"9" * (LONGEST - 30) + b"}",
    "quotes": b'"' * LONGEST,
    "backslashes": b'{"prompt": "' + b"\\" * (LONGEST - 60) + b'", "completion": "a"}',
    "line ends of old Macs": b"\r" * LONGEST,
    "spaces": b" " * (LONGEST - len(GOOD)) + GOOD,
    "keys": b"{" + b'"a":1,' * (LONGEST // 6 - 10) + b'"a":1}',
    **{
        f"{text!r} again and again": row(text * ((LONGEST - 100) // 2 // len(text)), text * (20_000 // len(text)))
        for text in HOSTILE_TEXTS
    },
}


@pytest.mark.timeout(20)
@pytest.mark.parametrize("name", HOSTILE)
def test_no_line_can_hold_the_check_up(name: str) -> None:
    # What takes a step for each pair of characters would take hours.
    lines = [HOSTILE[name]] * 3
    assert check([GOOD, *lines, GOOD]).lines == 5
