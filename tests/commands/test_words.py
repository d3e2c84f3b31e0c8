"""Figures, ages and money read alike in every answer, and never as less than they are."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from commands._words import age, amount, bar, linked, number, signed, sources
from dac.figures import Money, Price, Source, Trust, Unknown

PAGE = Source(
    title="Oracle's price list", url="https://example.com/prices", as_of=date(2026, 8, 10), trust=Trust.MIRROR
)
FILE = Source(title="The team's file", as_of=date(2026, 9, 1), trust=Trust.TEAM)
LOCAL = Source(title="A local page", url="http://localhost/x", as_of=date(2026, 9, 1), trust=Trust.TEAM)


def price(dollars: str, *of: Source, currency: str = "USD") -> Price:
    return Price(money=Money(amount=Decimal(dollars), currency=currency), per="month", sources=of or (PAGE,))


@pytest.mark.parametrize(
    ("span", "words"),
    [
        (timedelta(), "under 1 s"),
        (timedelta(seconds=1), "1 s"),
        (timedelta(seconds=59.9), "59 s"),
        (timedelta(minutes=1), "1 min"),
        (timedelta(minutes=59), "59 min"),
        (timedelta(hours=1), "1 h"),
        (timedelta(hours=47), "47 h"),
        (timedelta(hours=48), "2 days"),
        (timedelta(days=41), "41 days"),
    ],
)
def test_an_age_is_told_in_the_unit_people_use(span: timedelta, words: str) -> None:
    assert age(span) == words


def test_an_age_is_never_negative() -> None:
    assert "-" not in age(timedelta(seconds=-300))


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("0", "0"),
        ("0.5", "0.5"),
        ("1", "1"),
        ("1.25", "1.25"),
        ("9.999", "10"),
        ("12.34", "12.3"),
        ("123.4", "123"),
        ("1234", "1.23 k"),
        ("12340", "12.3 k"),
        ("1234000", "1.23 M"),
    ],
)
def test_a_number_keeps_three_figures(value: str, words: str) -> None:
    assert number(Decimal(value)) == words


@pytest.mark.parametrize("value", ["0.00278", "0.004", "0.0000001"])
def test_little_is_not_shown_as_nothing(value: str) -> None:
    assert number(Decimal(value)) != "0"


@pytest.mark.parametrize(("value", "words"), [("999.7", "1 k"), ("999999", "1 M")])
def test_rounding_up_reaches_the_next_unit(value: str, words: str) -> None:
    assert number(Decimal(value)).replace(".0", "") == words


@pytest.mark.parametrize(
    ("cost", "words"),
    [
        (price("17856"), "$17,856"),
        (price("17856.005"), "$17,856.01"),
        (price("0.5"), "$0.50"),
        (price("12", currency="EUR"), "12 EUR"),
        (Unknown(what="the price", settle="ask Oracle"), "unknown"),
    ],
)
def test_money_is_to_the_cent_and_the_unknown_is_called_so(cost: Price | Unknown, words: str) -> None:
    assert amount(cost) == words


@pytest.mark.parametrize(("dollars", "words"), [("17856", "+$17,856"), ("-17856", "-$17,856"), ("0", "+$0")])
def test_a_change_of_cost_has_its_sign(dollars: str, words: str) -> None:
    assert signed(price(dollars)) == words


@pytest.mark.parametrize(
    ("source", "words"),
    [
        (PAGE, "<https://example.com/prices|Oracle's price list>, 2026-08-10"),
        (FILE, "The team's file, 2026-09-01"),
        (LOCAL, "A local page, 2026-09-01"),
    ],
)
def test_a_source_has_its_date_and_is_a_link_where_anybody_can_open_it(source: Source, words: str) -> None:
    assert linked(source) == words


def test_each_source_is_named_once_and_an_unknown_says_what_would_settle_it() -> None:
    figures = (price("1", PAGE, FILE), price("2", PAGE), Unknown(what="the price of X", settle="ask Oracle"))
    assert sources(figures) == f"{linked(PAGE)} · {linked(FILE)} · the price of X: ask Oracle"


@pytest.mark.parametrize(
    ("percent", "full"), [(0, 0), (9, 0), (10, 1), (55, 5), (99, 9), (100, 10), (-5, 0), (150, 10)]
)
def test_a_bar_shows_progress_in_ten_steps(percent: int, full: int) -> None:
    drawn, shown, sign = bar(percent).split(" ")
    assert drawn == "▰" * full + "▱" * (10 - full)
    assert sign == "%"
    assert shown == str(percent)
