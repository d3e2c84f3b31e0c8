"""Which days a digest says were told otherwise before: surprises alone, of the days that both know."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from dac.figures import Money
from dac.restated import Charges, DayCharge, charges, restated
from dac.usage import Spend, UsageRow

DAY = timedelta(days=1)
FIRST = date(2026, 11, 1)
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def known(at: datetime, *sums: tuple[int, str, str]) -> Charges:
    """Of November, by day, amount and currency."""
    rows = [
        UsageRow(since=since, until=since + DAY, currency=currency, amount=Decimal(amount))
        for day, amount, currency in sums
        for since in [datetime(2026, 11, day, tzinfo=UTC)]
    ]
    return charges(Spend(since=FIRST, until=at.date(), rows=tuple(rows), read_at=at))


def changes(then: Charges, now: Charges) -> list[tuple[int, str, str, str, bool]]:
    return [
        (each.day.day, each.now.currency, str(each.then.amount), str(each.now.amount), each.final)
        for each in restated(then, now)
    ]


@pytest.mark.parametrize(
    ("day", "then", "now", "tells"),
    [
        (20, "372", "384", True),
        (20, "372", "372.01", True),
        (20, "372", "371.99", True),
        (20, "372", "372.009", False),
        (20, "372", "372", False),
        (21, "372", "5000", False),
        (21, "372", "368.29", False),
        (21, "372", "368.27", True),
        (22, "100", "1200", False),
        (22, "100", "50", True),
        (22, "-1", "-3", True),
        (22, "0.009", "0", False),
    ],
)
def test_a_final_day_that_changed_is_told_and_another_where_it_shrank(
    day: int, then: str, now: str, *, tells: bool
) -> None:
    before, after = known(NOON, (day, then, "USD")), known(NOON + DAY, (day, now, "USD"), (23, "9", "USD"))
    assert changes(before, after) == ([(day, "USD", then, now, day == 20)] if tells else [])


def test_a_day_may_come_or_go_as_a_whole_and_in_each_currency_for_itself() -> None:
    before = known(NOON, (5, "1", "EUR"), (6, "2", "USD"), (22, "7", "USD"))
    after = known(NOON + DAY, (5, "1", "USD"), (6, "2", "USD"), (23, "5", "USD"))
    assert changes(before, after) == [
        (22, "USD", "7", "0", False),
        (5, "EUR", "1", "0", True),
        (5, "USD", "0", "1", True),
    ]


def test_a_currency_without_cents_changes_by_whole_ones() -> None:
    before = known(NOON, (5, "100", "JPY"), (6, "100", "JPY"))
    after = known(NOON + DAY, (5, "100.9", "JPY"), (6, "101", "JPY"))
    assert changes(before, after) == [(6, "JPY", "100", "101", True)]


def test_days_that_one_of_them_does_not_know_are_compared_with_nothing() -> None:
    spent = DayCharge(day=FIRST, charged=Money(amount=Decimal(1)))
    whole = Charges(since=FIRST, until=FIRST + 9 * DAY, settled_until=FIRST + 7 * DAY, sums=(spent,))
    later = Charges(since=FIRST + DAY, until=FIRST + 9 * DAY, settled_until=FIRST + 7 * DAY, sums=())
    assert restated(whole, later) == restated(later, whole) == ()
    gone = whole.model_copy(update={"sums": ()})
    assert [(each.day, each.now.amount) for each in restated(whole, gone)] == [(FIRST, Decimal(0))]
    assert restated(whole, gone.model_copy(update={"until": FIRST})) == ()


def test_it_is_kept_as_it_is() -> None:
    made = known(NOON, (5, "1.005", "EUR"), (22, "7", "USD"))
    assert Charges.model_validate_json(made.model_dump_json()) == made
    assert hash(made) == hash(known(NOON, (5, "1.005", "EUR"), (22, "7", "USD")))
