from __future__ import annotations

from decimal import Decimal

import pytest
from pydantic import ValidationError

from dac.budgets import Budget, BudgetEffect, budget_effects
from dac.figures import Money, Unknown
from tests.fakes import CATALOG, cluster, fleet, gap

UNIT = 17_856
"""A month of one unit of the shape that `tests.fakes.cluster` has, at list price."""


def budget(**changes: object) -> Budget:
    return Budget.model_validate({"name": "team", "monthly": 100_000, **changes})


def effect(*budgets: Budget, others: tuple[object, ...] = (), to_units: int = 4, **gaps: object) -> list[BudgetEffect]:
    chat = cluster(units=2)
    seen = fleet(chat, *others, **gaps)  # type: ignore[arg-type]
    return list(budget_effects(budgets, seen, chat, to_units, CATALOG))


def test_the_clusters_of_a_budget_are_added_up_before_and_after() -> None:
    (found,) = effect(budget(), others=(cluster("embed", units=1),))
    assert (found.before, found.after) == (usd(3 * UNIT), usd(5 * UNIT))
    assert found.left == usd(100_000 - 5 * UNIT)


def test_what_goes_over_the_budget_leaves_less_than_nothing() -> None:
    (found,) = effect(budget(monthly=50_000))
    assert found.left == usd(50_000 - 4 * UNIT)


def test_only_budgets_for_that_cluster_count_and_only_their_clusters() -> None:
    chats = budget(name="chats", clusters=["CHAT*"])
    (found,) = effect(budget(clusters=["embed"]), chats, others=(cluster("embed", units=9),))
    assert (found.name, found.before) == ("chats", usd(2 * UNIT))


@pytest.mark.parametrize("state", ["DELETED", "FAILED"])
def test_what_is_gone_costs_nothing(state: str) -> None:
    (found,) = effect(budget(), others=(cluster("old", units=9, lifecycle_state=state),))
    assert found.before == usd(2 * UNIT)


def test_a_cluster_whose_price_is_not_known_makes_the_sum_unknown() -> None:
    (found,) = effect(budget(), others=(cluster("new", unit_shape="B999_X1"),))
    assert isinstance(found.before, Unknown)
    assert isinstance(found.left, Unknown)
    assert "B999_X1" in found.left.settle


def test_a_region_that_was_not_seen_makes_the_sum_unknown() -> None:
    (found,) = effect(budget(), gaps=(gap(region="us-chicago-1"),))
    assert isinstance(found.after, Unknown)
    assert found.after.settle == "us-chicago-1 could not be read; ask again in a moment"


def test_another_currency_than_the_list_s_does_not_add_up() -> None:
    (found,) = effect(budget(currency="EUR"))
    assert isinstance(found.after, Unknown)
    assert found.after.settle == "chat is billed in USD, not EUR"


@pytest.mark.parametrize("wrong", [{"monthly": 0}, {"monthly": -1}, {"currency": "usd"}, {"name": ""}])
def test_a_budget_is_some_money_and_has_a_name(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        budget(**wrong)


def usd(amount: int) -> Money:
    return Money(amount=Decimal(amount), currency="USD")
