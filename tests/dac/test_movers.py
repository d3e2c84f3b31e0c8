"""Whose cost has moved, the largest change first and each currency by itself."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from dac.figures import Money
from dac.movers import Mover, movers
from dac.usage import Spend, UsageRow
from tests.fakes import START

DAY = timedelta(days=1)


def spend(*rows: tuple[str, str] | tuple[str, str, str]) -> Spend:
    found = tuple(
        UsageRow(since=START - DAY, until=START, resource_id=name, amount=Decimal(amount), currency=(*rest, "USD")[0])
        for name, amount, *rest in rows
    )
    return Spend(since=START.date() - DAY, until=START.date(), rows=found, read_at=START)


def told(*found: Mover) -> list[tuple[str, str, str]]:
    return [
        (each.resource_id, str(each.change), "" if each.percent is None else f"{each.percent:.0f}") for each in found
    ]


def test_the_largest_change_comes_first_whichever_way_it_went() -> None:
    before = spend(("up", "100"), ("down", "300"), ("same", "1000"), ("gone", "40"), ("up", "50"))
    after = spend(("up", "200"), ("down", "150"), ("same", "1090"), ("new", "60"))
    assert told(*movers(after, before)) == [
        ("down", "-$150", "-50"),
        ("new", "$60", ""),
        ("up", "$50", "33"),
        ("gone", "-$40", "-100"),
    ]


def test_currencies_take_turns() -> None:
    found = movers(spend(("a", "9"), ("b", "8"), ("a", "2", "EUR"), ("c", "1", "EUR"), ("", "5")), spend())
    assert [(each.resource_id, each.after.currency) for each in found] == [
        ("a", "EUR"),
        ("a", "USD"),
        ("c", "EUR"),
        ("b", "USD"),
        ("", "USD"),
    ]


def test_what_hardly_moved_has_not() -> None:
    assert movers(spend(("a", "90"), ("b", "0")), spend(("a", "100"), ("b", "0"))) == ()
    assert len(movers(spend(("a", "89.99")), spend(("a", "100")))) == 1
    assert movers(spend(("a", "-0.001"), ("b", "0.4", "JPY")), spend()) == ()


def test_a_credit_is_no_base_for_a_share() -> None:
    for after, before, change in (("5", "-5", 10), ("-5", "5", -10)):
        (found,) = movers(spend(("a", after)), spend(("a", before)))
        assert (found.change, found.percent) == (Money(amount=Decimal(change)), None)
