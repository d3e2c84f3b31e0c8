"""Spend day by day: full days alone, beside the same days before, and nothing taken for zero that may still come."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dac.daily import Daily, daily
from dac.usage import Spend, UsageRow

DAY = timedelta(days=1)
READ = datetime(2026, 11, 23, 12, tzinfo=UTC)
TODAY = READ.date()


def row(day: date, amount: str | Decimal = "864", currency: str = "USD") -> UsageRow:
    start = datetime(day.year, day.month, day.day, tzinfo=UTC)
    return UsageRow(since=start, until=start + DAY, currency=currency, amount=Decimal(amount))


def spend(*rows: UsageRow, since: date = date(2026, 10, 1), read_at: datetime = READ) -> Spend:
    return Spend(since=since, until=read_at.date() + DAY, rows=rows, read_at=read_at)


def day(of: Daily, number: int) -> tuple[Decimal | None, Decimal | None, bool]:
    (found,) = [each for each in of.days if each.day.day == number]
    return found.amount, found.before, found.provisional


def test_a_month_is_shown_day_by_day_beside_the_same_days_of_the_month_before() -> None:
    (found,) = daily(spend(row(date(2026, 11, 1)), row(date(2026, 11, 1), "-64"), row(date(2026, 10, 1), "1")), TODAY)
    assert (found.currency, found.name, found.before_name) == ("USD", "November 2026", "October 2026")
    assert [each.day for each in found.days] == [date(2026, 11, number) for number in range(1, 23)]
    assert day(found, 1) == (Decimal(800), Decimal(1), False)


def test_a_day_without_a_row_cost_nothing_once_it_is_final_and_is_not_known_before() -> None:
    (found,) = daily(spend(row(date(2026, 11, 1)), row(date(2026, 11, 21), "5")), TODAY)
    assert day(found, 20) == (Decimal(0), Decimal(0), False)
    assert day(found, 21) == (Decimal(5), Decimal(0), True)
    assert day(found, 22) == (None, Decimal(0), True)


def test_days_that_were_not_read_and_days_that_a_month_does_not_have_are_not_known() -> None:
    (found,) = daily(spend(row(date(2026, 11, 1)), since=date(2026, 11, 1)), TODAY)
    assert {each.before for each in found.days} == {None}
    late = datetime(2026, 10, 31, 12, tzinfo=UTC) + DAY
    (october,) = daily(spend(row(date(2026, 10, 1)), since=date(2026, 9, 1), read_at=late), date(2026, 10, 31))
    assert len(october.days) == 30
    (march,) = daily(spend(row(date(2026, 3, 1)), since=date(2026, 2, 1), read_at=late), date(2026, 3, 31))
    assert [day(march, number)[1] for number in (28, 29, 30)] == [Decimal(0), None, None]


def test_in_its_first_week_a_month_is_shown_as_two_weeks() -> None:
    read = datetime(2026, 11, 3, 9, tzinfo=UTC)
    rows = [row(date(2026, 10, number), str(number)) for number in range(6, 32)]
    (found,) = daily(spend(*rows, read_at=read), read.date())
    assert (found.name, found.before_name) == ("the last 14 days", "the 14 days before")
    assert [each.day for each in found.days] == [date(2026, 10, 20) + number * DAY for number in range(14)]
    assert day(found, 20) == (Decimal(20), Decimal(6), False)
    (week,) = daily(spend(row(date(2026, 11, 7)), read_at=read + 5 * DAY), date(2026, 11, 8))
    assert week.name == "November 2026"


def test_currencies_are_charts_of_their_own_and_without_a_charge_there_is_none() -> None:
    found = daily(
        spend(row(date(2026, 11, 1)), row(date(2026, 11, 2), "7", "EUR"), row(date(2026, 10, 2), "7", "JPY")), TODAY
    )
    assert [each.currency for each in found] == ["EUR", "USD"]
    assert day(found[0], 1)[0] == Decimal(0)
    assert daily(spend(), TODAY) == ()


amounts = st.integers(-(10**20), 10**24).map(lambda digits: Decimal(f"{digits}e-17"))


@settings(max_examples=40)
@given(st.lists(st.tuples(st.integers(1, 22), amounts), min_size=1), st.integers(8, 23))
def test_the_days_add_up_to_what_was_charged_on_them(ledger: list[tuple[int, Decimal]], today: int) -> None:
    rows = [row(date(2026, 11, number), amount) for number, amount in ledger]
    found = daily(spend(*rows), date(2026, 11, today))
    told = sum((Fraction(each.amount) for one in found for each in one.days if each.amount is not None), Fraction(0))
    assert told == sum((Fraction(amount) for number, amount in ledger if number < today), Fraction(0))


@pytest.mark.parametrize("today", [date(2024, 3, 1), date(2026, 1, 31), date(2026, 12, 31), date(2026, 2, 28)])
def test_it_is_the_same_over_the_ends_of_months_and_years(today: date) -> None:
    yesterday = today - DAY
    read = datetime(today.year, today.month, today.day, 9, tzinfo=UTC)
    (found,) = daily(spend(row(yesterday), since=today - 70 * DAY, read_at=read), today)
    assert found.days[-1].day == yesterday
    assert found.days[-1].amount == Decimal(864)
