from __future__ import annotations

from collections import Counter
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from dac.dataset_faults import KEPT, Place
from dac.dataset_lengths import UNFOLDED, Lengths, Tally, bucket_of, ends

LENGTHS = st.lists(st.integers(0, 1 << 21), min_size=1, max_size=300)


def place(number: int) -> Place:
    return Place(number + 1, number * 10, 9)


def tally_of(lengths: list[int], size: int = 7) -> Tally:
    tally = Tally()
    for start in range(0, len(lengths), size):
        texts = ["x" * length for length in lengths[start : start + size]]
        tally.take(texts, lambda index, start=start: place(start + index))  # type: ignore[misc]
    return tally


def distribution(*lengths: int) -> Lengths:
    return tally_of(list(lengths)).lengths()


def test_the_buckets_leave_nothing_out_and_do_not_overlap() -> None:
    for one, other in pairwise(range(200)):
        assert ends(one)[1] + 1 == ends(other)[0]
    assert ends(0) == (0, 0)


@given(st.integers(0, 1 << 40))
def test_a_length_is_in_its_bucket_whose_ends_are_an_eighth_apart_at_most(length: int) -> None:
    least, most = ends(bucket_of(length))
    assert least <= length <= most
    assert most - least <= least / 8


@given(st.lists(st.integers(0, 3_000), min_size=1, max_size=100), st.integers(1, 99))
def test_shares_are_told_within_a_bucket_and_all_else_exactly(lengths: list[int], part: int) -> None:
    found = distribution(*lengths)
    assert (found.count, found.total, found.least, found.most) == (
        len(lengths),
        sum(lengths),
        min(lengths),
        max(lengths),
    )
    assert sum(each.count for each in found.buckets) == len(lengths)
    exact = sorted(lengths)[max(0, -(-len(lengths) * part // 100) - 1)]
    bucket = found.quantile(part, 100)
    assert bucket.least <= exact <= bucket.most
    assert bucket.count == Counter(map(bucket_of, lengths))[bucket_of(exact)]


@given(st.lists(st.integers(1, 3_000), min_size=1, max_size=100))
def test_how_many_are_unusual_is_exact(lengths: list[int]) -> None:
    found = distribution(*lengths)
    long, short = found.long_bound(), found.short_bound()
    assert found.longer(long) == sum(length > long for length in lengths)
    assert found.shorter(short) == sum(length < short for length in lengths)
    median = found.quantile(1, 2)
    assert 10 * median.most <= long <= 10 * median.most * 9 / 8
    assert median.least / 10 * 7 / 8 - 1 <= short <= median.least / 10


def test_of_no_texts_nothing_is_known() -> None:
    nothing = Tally().lengths()
    assert (nothing.count, nothing.total, nothing.least, nothing.most, nothing.buckets) == (0, 0, 0, 0, ())


@given(st.lists(st.integers(0, 30), min_size=1, max_size=600))
def test_the_longest_and_shortest_are_placed_the_first_of_each_length_before_later_ones(lengths: list[int]) -> None:
    tally = tally_of(lengths, 50)
    ranked = sorted(range(len(lengths)), key=lambda index: (-lengths[index], index))[:KEPT]
    assert tally.longer(10) == tuple(place(index) for index in sorted(ranked) if lengths[index] > 10)
    ranked = sorted(range(len(lengths)), key=lambda index: (lengths[index], index))[:KEPT]
    assert tally.shorter(20) == tuple(place(index) for index in sorted(ranked) if lengths[index] < 20)


def test_many_different_lengths_are_folded_meanwhile_and_none_is_lost() -> None:
    class Long(str):
        """As long as it says, without the memory."""

        __slots__ = ()

        def __len__(self) -> int:
            return int(self)

    tally = Tally()
    many = 2 * UNFOLDED + 5
    for start in range(0, many, 1_000):
        tally.take([Long(length) for length in range(start, min(many, start + 1_000))], place)
    found = tally.lengths()
    assert (found.count, found.least, found.most, found.total) == (many, 0, many - 1, many * (many - 1) // 2)
    assert all(each.count == each.most - each.least + 1 for each in found.buckets[:-1])
