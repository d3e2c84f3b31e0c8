"""Which rows stand for all: one of each group, the same in every run, and at no regular distance."""

from __future__ import annotations

from collections.abc import Iterator


def picks(first: int, count: int, group: int) -> Iterator[int]:
    """Of that many rows from `first` on, those that stand for their group of so many rows, a power of two."""
    for number in range(first // group, -(-(first + count) // group)):
        row = pick(number, group)
        if first <= row < first + count:
            yield row


def pick(number: int, group: int) -> int:
    """The row that stands for the group of that number; it also stands for its half, and half of that, and so on.

    In a file where two sorts of rows take turns, every 64th row would be of one sort. The hash of integers is the same
    in every process.
    """
    row = number * group
    while group > 1:
        group //= 2
        if hash((row, group)) >> 7 & 1:
            row += group
    return row
