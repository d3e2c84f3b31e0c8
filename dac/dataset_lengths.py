"""How long the texts of a training data set are, as a histogram of fixed size."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from heapq import heappush, heappushpop
from itertools import accumulate
from math import inf
from operator import neg

from dac.dataset_faults import KEPT, Place

STEPS = 8
"""Buckets to each doubling of the length, so that a bucket's ends are at most an eighth apart; below 16 it is exact."""

TIMES = 10
"""A text is unusual if it is so many times as long as the median, or the median so many times as long as it."""

UNFOLDED = 10_000
"""Different lengths that are counted apart before they are put into their buckets."""


@dataclass(frozen=True)
class Bucket:
    """So many texts of `least` to `most` characters, both included."""

    least: int
    most: int
    count: int


@dataclass(frozen=True)
class Lengths:
    """The distribution in characters; `least`, `most` and `total` are exact, what lies between is within a bucket."""

    count: int
    least: int
    most: int
    total: int
    buckets: tuple[Bucket, ...]

    def quantile(self, part: int, of: int) -> Bucket:
        """The bucket in which that share of all lengths is reached, such as 95 of 100; only where there are any."""
        wanted = max(1, -(-self.count * part // of))
        reached = accumulate(each.count for each in self.buckets)
        bucket = next(each for each, count in zip(self.buckets, reached, strict=True) if count >= wanted)
        return replace(bucket, least=max(bucket.least, self.least), most=min(bucket.most, self.most))

    def long_bound(self) -> int:
        """Ten times the median, as far as that bucket goes: how many are longer is exact."""
        return ends(bucket_of(TIMES * self.quantile(1, 2).most))[1]

    def short_bound(self) -> int:
        """A tenth of the median, from where that bucket begins: how many are shorter is exact."""
        return ends(bucket_of(self.quantile(1, 2).least // TIMES))[0]

    def longer(self, bound: int) -> int:
        return sum(each.count for each in self.buckets if each.least > bound)

    def shorter(self, bound: int) -> int:
        return sum(each.count for each in self.buckets if each.most < bound)


class Extremes:
    """The places of the few greatest of many numbers, the earlier of equals first."""

    def __init__(self) -> None:
        self._heap: list[tuple[int, int, Place]] = []

    def take(self, greatest: int, numbers: Iterable[int], place: Callable[[int], Place]) -> None:
        """The numbers are only looked at where the greatest of them counts."""
        heap = self._heap
        floor = heap[0][0] if len(heap) == KEPT else -inf
        if greatest <= floor:
            return
        for index, number in [each for each in enumerate(numbers) if each[1] > floor]:
            if len(heap) < KEPT or number > heap[0][0]:
                at = place(index)
                (heappush if len(heap) < KEPT else heappushpop)(heap, (number, -at.line, at))

    def beyond(self, bound: int) -> tuple[Place, ...]:
        """In the order of the file."""
        return tuple(sorted(place for number, _, place in self._heap if number > bound))


class Tally:
    """Counts lengths as they come."""

    def __init__(self) -> None:
        self._fresh: Counter[int] = Counter()
        self._folded: Counter[int] = Counter()
        self._count = self._total = self._most = 0
        self._least: int | None = None
        self._longest, self._shortest = Extremes(), Extremes()

    def take(self, texts: Sequence[str], place: Callable[[int], Place]) -> None:
        lengths = list(map(len, texts))
        self._fresh.update(lengths)
        if len(self._fresh) > UNFOLDED:
            self._fold()
        self._longest.take(max(lengths), lengths, place)
        self._shortest.take(-min(lengths), map(neg, lengths), place)

    def lengths(self) -> Lengths:
        self._fold()
        return Lengths(
            count=self._count,
            least=self._least or 0,
            most=self._most,
            total=self._total,
            buckets=tuple(_bucket(index, count) for index, count in sorted(self._folded.items())),
        )

    def longer(self, bound: int) -> tuple[Place, ...]:
        return self._longest.beyond(bound)

    def shorter(self, bound: int) -> tuple[Place, ...]:
        return self._shortest.beyond(-bound)

    def _fold(self) -> None:
        if not self._fresh:
            return
        for length, count in self._fresh.items():
            self._folded[bucket_of(length)] += count
            self._total += length * count
        self._count += self._fresh.total()
        self._most = max(self._most, *self._fresh)
        least = min(self._fresh)
        self._least = least if self._least is None else min(self._least, least)
        self._fresh.clear()


def _bucket(index: int, count: int) -> Bucket:
    least, most = ends(index)
    return Bucket(least=least, most=most, count=count)


def bucket_of(length: int) -> int:
    """Its number: the leading four binary digits and how many follow them."""
    shift = max(0, length.bit_length() - 4)
    return shift * STEPS + (length >> shift)


def ends(bucket: int) -> tuple[int, int]:
    """From which length to which it goes, both included."""
    shift = max(0, bucket // STEPS - 1)
    least = (bucket - shift * STEPS) << shift
    return least, least + (1 << shift) - 1
