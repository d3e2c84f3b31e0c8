"""Numbers as people type them get through, and nothing else does."""

from __future__ import annotations

import contextlib
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dac.errors import Invalid
from dac.quantities import LONGEST, MOST_RATE, MOST_TOKENS, count, rate, seconds, tokens


@pytest.mark.parametrize(
    ("text", "value"),
    [("12", 12), ("0.5", "0.5"), ("1.5k", 1500), ("12/s", 12), (" 12 rps", 12), ("1,200", 1200), ("2 requests/s", 2)],
)
def test_a_rate_is_read_as_it_is_written(text: str, value: object) -> None:
    assert rate(text) == Decimal(str(value))


@pytest.mark.parametrize(
    ("text", "value"),
    [("5", 5), ("5s", 5), ("5000 ms", 5), ("800ms", "0.8"), ("p95 5s", 5), ("<= 2.5 seconds", "2.5"), ("< 3 sec", 3)],
)
def test_a_time_is_read_in_seconds(text: str, value: object) -> None:
    assert seconds(text) == Decimal(str(value))


@pytest.mark.parametrize(("text", "value"), [("600", 600), ("10k", 10_000), ("10,000", 10_000), ("0.5k", 500)])
def test_a_count_is_whole(text: str, value: int) -> None:
    assert count(text, "examples", 1_000_000) == value


@pytest.mark.parametrize(
    "text",
    ["", "0", "-1", "NaN", "Infinity", "1e9", "1,5", "1,2345", "12,34", "٣", "1.5.2", "9999999", "--rps", "1 2", "½"],
)
def test_what_is_no_number_is_refused_everywhere(text: str) -> None:
    for read in (rate, tokens, seconds, lambda told: count(told, "examples", 1000)):
        with pytest.raises(Invalid) as sorry:
            read(text)
        assert 20 < len(str(sorry.value)) < 200


@pytest.mark.parametrize("text", ["1.000", "12.500", "1.000.000"])
def test_what_is_thousands_to_some_is_not_taken_for_a_few(text: str) -> None:
    for read in (tokens, lambda told: count(told, "examples", 10_000_000)):
        with pytest.raises(Invalid, match=f"write thousands as {text.replace('.', '')}"):
            read(text)


@settings(max_examples=200)
@given(st.text(max_size=30))
def test_whatever_is_typed_is_a_value_in_reach_or_a_short_sentence(text: str) -> None:
    for read, most in ((rate, MOST_RATE), (tokens, MOST_TOKENS), (seconds, LONGEST)):
        with contextlib.suppress(Invalid):
            assert 0 < read(text) <= most
