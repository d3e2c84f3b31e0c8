"""Sums over Oracle's rows: to the cent, whatever the ledger holds."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dac.figures import Money
from dac.pricing import cents
from dac.usage import Budget, Spend, UsageRow, quantities, totals, windows
from tests.fakes import START

DAY = timedelta(days=1)
FIRST = datetime(2026, 11, 1, tzinfo=UTC)

amounts = st.integers(-(10**27), 10**27).map(lambda digits: Decimal(f"{digits}e-17"))
rows = st.builds(
    UsageRow,
    since=st.integers(0, 40).map(lambda days: FIRST + days * DAY),
    until=st.just(FIRST + 41 * DAY),
    currency=st.sampled_from(["USD", "EUR", "JPY"]),
    amount=amounts,
    quantity=st.none() | amounts,
    part_number=st.sampled_from(["B108082", "B108085", ""]),
    resource_id=st.sampled_from(["ocid1.a", "ocid1.b", ""]),
    list_rate=st.none() | st.just(Decimal(24)),
    unit_price=st.none() | st.sampled_from([Decimal(24), Decimal(18)]),
)
ledgers = st.lists(rows, max_size=12).map(tuple)


def row(amount: str = "1", **changes: object) -> UsageRow:
    given_ = {"since": FIRST, "until": FIRST + DAY, "currency": "USD", "amount": amount}
    return UsageRow.model_validate(given_ | changes)


def spend(*of: UsageRow, read_at: datetime = START) -> Spend:
    return Spend(since=FIRST.date(), until=date(2026, 12, 12), rows=of, read_at=read_at)


def reckoned(ledger: tuple[UsageRow, ...]) -> dict[str, Fraction]:
    """The same sum in another arithmetic."""
    found: dict[str, Fraction] = {}
    for each in ledger:
        found[each.currency] = found.get(each.currency, Fraction(0)) + Fraction(each.amount)
    return found


def to_the_cent(value: Fraction, currency: str) -> Decimal:
    """A yen has no cents."""
    places = 0 if currency == "JPY" else 2
    return Decimal(int(abs(value) * 10**places + Fraction(1, 2))).scaleb(-places) * (-1 if value < 0 else 1)


@settings(max_examples=40)
@given(ledgers)
def test_totals_are_the_ledgers_to_the_last_digit_and_so_to_the_cent(ledger: tuple[UsageRow, ...]) -> None:
    found = {each.currency: each for each in spend(*ledger).totals}
    expected = reckoned(ledger)
    assert {currency: Fraction(each.amount) for currency, each in found.items()} == expected
    for currency, each in found.items():
        assert cents(each).amount == to_the_cent(expected[currency], currency)


@settings(max_examples=40)
@given(ledgers)
def test_parts_reconcile_with_the_whole_however_it_is_cut(ledger: tuple[UsageRow, ...]) -> None:
    whole = spend(*ledger)
    for parts in (whole.by_resource(), whole.by_day(), whole.by_line()):
        sums: dict[str, Fraction] = {}
        for part in parts.values():
            for each in part.totals:
                sums[each.currency] = sums.get(each.currency, Fraction(0)) + Fraction(each.amount)
        assert sums == {each.currency: Fraction(each.amount) for each in whole.totals}
        assert sum(len(part.rows) for part in parts.values()) == len(ledger)


@settings(max_examples=40)
@given(ledgers)
def test_a_late_row_moves_a_total_by_itself_alone(ledger: tuple[UsageRow, ...]) -> None:
    late = row("-3.07", currency="EUR", since=FIRST + 2 * DAY)
    before = {each.currency: Fraction(each.amount) for each in totals(ledger)}
    after = {each.currency: Fraction(each.amount) for each in totals((*ledger, late))}
    assert after == before | {"EUR": before.get("EUR", Fraction(0)) + Fraction(late.amount)}


@settings(max_examples=40)
@given(ledgers)
def test_quantities_add_up_where_they_are_told(ledger: tuple[UsageRow, ...]) -> None:
    told = [Fraction(each.quantity) for each in ledger if each.quantity is not None]
    assert sum(Fraction(value) for _, value in quantities(ledger)) == sum(told, Fraction(0))


def test_money_of_two_currencies_is_two_sums() -> None:
    assert totals([row("1.10"), row("2", currency="EUR"), row("-0.30")]) == (
        Money(amount=Decimal(2), currency="EUR"),
        Money(amount=Decimal("0.80"), currency="USD"),
    )
    assert totals([]) == ()


def test_one_resource_is_one_resource() -> None:
    both = spend(row("1", resource_id="ocid1.a"), row("2", resource_id="ocid1.b"))
    assert both.of("ocid1.a").totals == (Money(amount=Decimal(1)),)
    assert both.of("ocid1.c").rows == ()


@pytest.mark.parametrize(
    ("list_rate", "unit_price", "discount"),
    [
        ("24", "18", "25"),
        ("24", "24", "0"),
        ("24", "26.4", "-10"),
        (None, "1", None),
        ("1", None, None),
        ("0", "0", None),
    ],
)
def test_a_discount_is_the_unit_price_against_the_list_rate(
    list_rate: str | None, unit_price: str | None, discount: str | None
) -> None:
    found = row(list_rate=list_rate, unit_price=unit_price).discount
    assert found == (None if discount is None else Decimal(discount))


def test_discounts_are_told_once_each() -> None:
    prices = ("18", "18", "23.99", "24")
    found = spend(*(row(list_rate="24", unit_price=each) for each in prices), row())
    assert found.discounts == (Decimal("0.0"), Decimal("25.0"))


def test_what_is_younger_than_two_days_may_still_change() -> None:
    read_at = datetime(2026, 11, 23, 12, tzinfo=UTC)
    days = [row(since=at, until=at + DAY) for at in (datetime(2026, 11, each, tzinfo=UTC) for each in (19, 20, 21, 22))]
    found = spend(*days, read_at=read_at)
    assert [each.day.day for each in found.provisional] == [21, 22]
    assert found.settled_until == date(2026, 11, 21)
    assert not found.complete
    assert found.model_copy(update={"until": date(2026, 11, 21)}).complete
    assert not found.model_copy(update={"until": date(2026, 11, 22)}).complete


@given(st.dates(date(2020, 1, 1), date(2030, 1, 1)), st.integers(0, 1000), st.integers(1, 90))
def test_windows_hold_every_day_once(since: date, days: int, most: int) -> None:
    until = since + timedelta(days=days)
    found = list(windows(since, until, most))
    assert all(0 < (end - start).days <= most for start, end in found)
    covered = [start + timedelta(days=each) for start, end in found for each in range((end - start).days)]
    assert covered == [since + timedelta(days=each) for each in range(days)]


@pytest.mark.parametrize(("actual", "amount", "used"), [("50", "200", "25"), (None, "200", None), ("1", "0", None)])
def test_a_budget_tells_how_much_of_it_is_used(actual: str | None, amount: str, used: str | None) -> None:
    budget = Budget.model_validate({"id": "b", "name": "b", "amount": amount, "actual": actual, "target_type": "TAG"})
    assert budget.used == (None if used is None else Decimal(used))


def test_half_a_cent_goes_up() -> None:
    (total,) = totals([row("0.0025"), row("0.0025")])
    assert cents(total).amount == Decimal("0.01") == total.amount.quantize(Decimal("0.01"), ROUND_HALF_UP)
