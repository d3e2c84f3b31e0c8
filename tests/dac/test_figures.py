from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from pydantic import ValidationError

from dac.figures import Money, Source, Trust, Unknown, at, cost_name, exact


def usd(amount: str) -> Money:
    return Money(amount=Decimal(amount))


@pytest.mark.parametrize(
    ("amount", "currency", "shown"),
    [
        ("0", "USD", "$0"),
        ("24", "USD", "$24"),
        ("24.00", "USD", "$24"),
        ("24.5", "USD", "$24.50"),
        ("17856", "USD", "$17,856"),
        ("1234567.891", "USD", "$1,234,567.89"),
        ("-3.24", "USD", "-$3.24"),
        ("-17856", "USD", "-$17,856"),
        ("1000", "EUR", "1,000 EUR"),
        ("-1000.10", "EUR", "-1,000.10 EUR"),
        ("100.00", "EUR", "100 EUR"),
        ("-0.004", "USD", "$0"),
        ("120000", "JPY", "120,000 JPY"),
        ("-1234.6", "JPY", "-1,235 JPY"),
        ("-0.4", "JPY", "0 JPY"),
        ("1.2346", "KWD", "1.235 KWD"),
        ("12.000", "KWD", "12 KWD"),
        ("12.500", "KWD", "12.500 KWD"),
    ],
)
def test_how_money_reads(amount: str, currency: str, shown: str) -> None:
    assert str(Money(amount=Decimal(amount), currency=currency)) == shown


@pytest.mark.parametrize(
    ("amount", "currency", "shown"),
    [
        ("0.0156", "USD", "$0.0156"),
        ("24.00", "USD", "$24"),
        ("6.5", "USD", "$6.50"),
        ("1234.5", "EUR", "1,234.50 EUR"),
        ("1E+3", "EUR", "1,000 EUR"),
    ],
)
def test_money_can_be_shown_to_its_last_digit(amount: str, currency: str, shown: str) -> None:
    assert exact(Money(amount=Decimal(amount), currency=currency)) == shown


def test_money_is_counted_exactly() -> None:
    assert usd("0.30") - usd("0.10") == usd("0.20")
    assert usd("10.90") * 744 == usd("8109.60")
    assert usd("0.1") * Decimal("0.1") == usd("0.01")
    assert (usd("1") - usd("3")).amount == -2


def test_two_currencies_do_not_add_up() -> None:
    with pytest.raises(ValueError, match="USD and EUR do not add up"):
        usd("1") - Money(amount=Decimal(1), currency="EUR")


def test_a_source_is_named_with_its_date() -> None:
    source = Source(title="Oracle's price list", as_of=date(2026, 8, 10), trust=Trust.MIRROR)
    assert str(source) == "Oracle's price list, 2026-08-10"
    assert source.url is None


def test_the_unknown_says_what_would_settle_it() -> None:
    assert str(Unknown(what="the price", settle="read Oracle's page")) == "unknown (read Oracle's page)"


def test_figures_do_not_change_and_take_nothing_they_do_not_know() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        usd("1").amount = Decimal(2)  # type: ignore[misc]
    with pytest.raises(ValidationError, match="Extra inputs"):
        Money.model_validate({"amount": "1", "tip": "2"})


def test_a_price_says_whether_it_is_oracles_list_or_the_teams_contract() -> None:
    assert (at("list"), at("contract")) == ("at list price", "at your contract's rate")
    assert (cost_name("list"), cost_name("contract")) == ("List cost", "Contract cost")
