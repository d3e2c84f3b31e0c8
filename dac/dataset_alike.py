"""Rows that share most of their words in order with another, told from a sketch of each."""

from __future__ import annotations

from zlib import crc32

SKETCH = 32
"""Groups of three words of each row that are remembered: those with the smallest hashes, which are a fair sample."""

ALIKE = 24
"""Of the sketch of both together, that must be in each: three quarters, give or take 8 of a hundred."""

FEWEST = 16
"""Groups of words a row must have, for of fewer too many are alike by chance."""

KEYS = 4
"""Of the smallest hashes; two rows that are alike share one of them nearly always."""

CROWD = 8
"""Rows remembered under one key: with more, one of them is as good as the others."""


class Alike:
    """Compares each row with the earlier ones it is shown."""

    def __init__(self) -> None:
        self._by_key: dict[int, list[list[int]]] = {}

    def add(self, text: str) -> bool:
        """Whether at least one of those before it has much the same words in the same order."""
        words = text.lower().split()
        threes = map(" ".join, zip(words, words[1:], words[2:], strict=False))
        groups = {crc32(three.encode("utf-8", "replace")) for three in threes}
        if len(groups) < FEWEST:
            return False
        sketch = sorted(groups)[:SKETCH]
        crowds = [self._by_key.setdefault(key, []) for key in sketch[:KEYS]]
        found = any(_alike(sketch, other) for crowd in crowds for other in crowd)
        for crowd in crowds:
            if len(crowd) < CROWD:
                crowd.append(sketch)
        return found


def _alike(one: list[int], other: list[int]) -> bool:
    common = {*one}.intersection(other)
    if len(common) * SKETCH < ALIKE * max(len(one), len(other)):
        # The sketch of both is no shorter than either, so it is too few, as nearly always.
        return False
    both = sorted({*one, *other})[:SKETCH]
    return len(common.intersection(both)) * SKETCH >= ALIKE * len(both)
