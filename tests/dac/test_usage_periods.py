"""Which days a word means."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dac.errors import Invalid
from dac.usage_periods import is_period, period

TODAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("text", "name", "since", "until"),
    [
        ("today", "today", date(2026, 11, 23), date(2026, 11, 24)),
        ("yesterday", "yesterday", date(2026, 11, 22), date(2026, 11, 23)),
        ("1d", "yesterday", date(2026, 11, 22), date(2026, 11, 23)),
        ("week", "the last 7 days", date(2026, 11, 16), date(2026, 11, 23)),
        ("7d", "the last 7 days", date(2026, 11, 16), date(2026, 11, 23)),
        (" 30 days ", "the last 30 days", date(2026, 10, 24), date(2026, 11, 23)),
        ("Month", "November 2026 so far", date(2026, 11, 1), date(2026, 11, 24)),
        ("this month", "November 2026 so far", date(2026, 11, 1), date(2026, 11, 24)),
        ("last  month", "October 2026", date(2026, 10, 1), date(2026, 11, 1)),
        ("2026-10", "October 2026", date(2026, 10, 1), date(2026, 11, 1)),
        ("2025-12", "December 2025", date(2025, 12, 1), date(2026, 1, 1)),
        ("2026-10-31", "31 October 2026", date(2026, 10, 31), date(2026, 11, 1)),
        ("2024-02-29", "29 February 2024", date(2024, 2, 29), date(2024, 3, 1)),
        ("2026-11-23", "23 November 2026", date(2026, 11, 23), date(2026, 11, 24)),
        ("2026-11-08..2026-11-21", "8 November 2026 to 21 November 2026", date(2026, 11, 8), date(2026, 11, 22)),
        ("2026-11-08 to 2026-11-08", "8 November 2026", date(2026, 11, 8), date(2026, 11, 9)),
        ("2026-11", "November 2026", date(2026, 11, 1), date(2026, 11, 24)),
    ],
)
def test_a_period_is_its_days(text: str, name: str, since: date, until: date) -> None:
    assert is_period(text)
    found = period(text, TODAY)
    assert (found.name, found.since, found.until) == (name, since, until)


def test_last_month_in_january_is_december() -> None:
    assert period("last month", date(2026, 1, 31)).since == date(2025, 12, 1)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("2026-11-24", "is still to come"),
        ("2026-02-29", "There is no 2026-02-29: its month has no such day."),
        (
            "fortnight",
            "is no period: give yesterday, week, month, last month, 2026-10, 2026-10-31, 2026-10-01..2026-10-14 or 7d",
        ),
        ("2026-12", "still to come"),
        ("2026-11-09..2026-11-08", "2026-11-08 is before 2026-11-09: give the earlier day first"),
        ("2025-01-01..2026-11-08", "2025-01-01 to 2026-11-08 is too long: give 366 days at the most"),
        ("2026-11-09..2026-11-31", "There is no 2026-11-31"),
        ("400d", "366d at the most"),
    ],
)
def test_what_is_none_is_told(text: str, why: str) -> None:
    with pytest.raises(Invalid, match=why):
        period(text, TODAY)


def test_days_are_named() -> None:
    assert period("week", TODAY).days == "2026-11-16 to 2026-11-22"
    assert period("yesterday", TODAY).days == "2026-11-22"
    assert not is_period("chat")


@given(
    st.sampled_from(["yesterday", "week", "month", "last month", "7d", "366d"]),
    st.dates(date(2021, 1, 1), date(2100, 1, 1)),
)
def test_a_period_has_days_and_none_of_them_is_to_come(text: str, today: date) -> None:
    found = period(text, today)
    assert found.since < found.until
    assert (found.until - today).days <= 1
