"""What is shown behind a sum adds up to it, to the last digit, however the rows are brought together."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from dac.explained import Item, behind, items
from dac.figures import Money
from dac.usage import Spend, UsageRow

FIRST = datetime(2026, 11, 1, tzinfo=UTC)
DAY = timedelta(days=1)
READ = FIRST + 22 * DAY


def row(day: int = 1, amount: str = "864", **changes: object) -> UsageRow:
    told = {
        "since": FIRST + (day - 1) * DAY,
        "until": FIRST + day * DAY,
        "currency": "USD",
        "amount": amount,
        "part_number": "B108082",
        "resource_id": "ocid1.a",
        "quantity": "48",
        "list_rate": "24",
        "unit_price": "18",
    }
    return UsageRow.model_validate(told | changes)


def spend(*rows: UsageRow) -> Spend:
    return Spend(since=FIRST.date(), until=date(2026, 12, 1), rows=rows, read_at=READ)


def test_days_are_lines_of_their_own_or_one() -> None:
    told = spend(row(1), row(1, resource_id="ocid1.b"), row(2))
    by_day = items(told, daily=True)
    assert [(each.day, each.rows, each.quantity) for each in by_day] == [
        (date(2026, 11, 1), 2, Decimal(96)),
        (date(2026, 11, 2), 1, Decimal(48)),
    ]
    (whole,) = items(told, daily=False)
    assert (whole.day, whole.rows, whole.product, whole.adds_up) == (None, 3, Decimal(2592), True)
    assert whole.money == Money(amount=Decimal(2592))


def test_prices_part_numbers_currencies_and_rows_without_a_quantity_are_apart() -> None:
    told = spend(
        row(),
        row(unit_price="24"),
        row(part_number="B108085"),
        row(currency="EUR"),
        row(amount="-20", quantity=None, unit_price=None, list_rate=None),
    )
    found = items(told, daily=False)
    assert len(found) == 5
    assert [each.money.currency for each in found] == ["EUR", "USD", "USD", "USD", "USD"]
    assert [each.adds_up for each in found].count(True) == 3
    assert [each.product for each in found if each.quantity is None] == [None]


def test_what_may_still_change_is_marked_and_summed() -> None:
    told = spend(row(1), row(22))
    assert [each.provisional for each in items(told, daily=True)] == [False, True]
    (whole,) = behind(told)
    assert whole.provisional == Money(amount=Decimal(864))


def test_the_list_rates_and_what_was_taken_off() -> None:
    (whole,) = behind(spend(row(), row(2), row(3, "-100", quantity=None)))
    assert (whole.listed, whole.off) == (Money(amount=Decimal(2304)), Money(amount=Decimal(576)))
    assert (whole.apart, whole.apart_rows, whole.rows) == (Money(amount=Decimal(-100)), 1, 3)
    (unlisted,) = behind(spend(row(), row(2, list_rate=None)))
    assert (unlisted.listed, unlisted.off) == (None, None)


def test_binary_fractions_are_no_correction() -> None:
    (whole,) = behind(spend(row(amount="864.0000000000001"), row(amount="864.01")))
    assert (whole.apart_rows, whole.apart.amount) == (1, Decimal("864.01"))
    assert behind(spend()) == ()


amounts = st.integers(-(10**20), 10**24).map(lambda digits: Decimal(f"{digits}e-17"))
rows = st.builds(
    UsageRow,
    since=st.integers(0, 29).map(lambda days: FIRST + days * DAY),
    until=st.just(READ),
    currency=st.sampled_from(["USD", "EUR"]),
    amount=amounts,
    quantity=st.none() | amounts,
    part_number=st.sampled_from(["B108082", ""]),
    unit_price=st.none() | st.sampled_from([Decimal(18), Decimal(24)]),
    list_rate=st.none() | st.just(Decimal(24)),
)


@settings(max_examples=50)
@given(ledger=st.lists(rows, max_size=12).map(tuple), daily=st.booleans())
def test_lines_add_up_to_the_totals_and_so_does_what_is_behind(ledger: tuple[UsageRow, ...], *, daily: bool) -> None:
    told = spend(*ledger)
    expected = {each.currency: Fraction(each.amount) for each in told.totals}
    found: dict[str, Fraction] = {}
    shown: tuple[Item, ...] = items(told, daily=daily)
    for each in shown:
        found[each.money.currency] = found.get(each.money.currency, Fraction(0)) + Fraction(each.money.amount)
    assert found == expected
    assert sum(each.rows for each in shown) == len(ledger)
    whole = behind(told)
    assert {each.total.currency: Fraction(each.total.amount) for each in whole} == expected
    assert sum(each.rows for each in whole) == len(ledger)
