"""What a period is estimated to have cost, by the sizes that are known and the hours of each."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from dac.figures import Price
from dac.month_end import Resizing
from dac.usage_estimate import Estimate, estimate, sums
from tests.fakes import CATALOG, START, cluster

NOVEMBER = (date(2026, 11, 1), date(2026, 12, 1))
OLD = datetime.fromisoformat("2026-01-01T00:00:00+00:00")


def resizing(hours_ago: float, before: int, after: int, cluster_id: str | None = None) -> Resizing:
    at = START - timedelta(hours=hours_ago)
    return Resizing(cluster_id=cluster_id or cluster().id, at=at, before=before, after=after)


def cost(found: Estimate) -> str:
    assert isinstance(found.cost, Price)
    return str(found.cost.money)


def test_an_estimate_is_units_by_hours_so_far() -> None:
    found = estimate(CATALOG, cluster(units=2), date(2026, 11, 22), date(2026, 12, 1), START)
    assert found.hours == 36
    assert isinstance(found.cost, Price)
    assert str(found.cost.money) == "$1,728"


def test_an_estimate_begins_with_the_cluster_and_not_after_the_period() -> None:
    young = cluster(time_created=START - timedelta(hours=5))
    assert estimate(CATALOG, young, date(2026, 11, 1), date(2026, 12, 1), START).hours == 5
    assert estimate(CATALOG, young, date(2026, 11, 1), date(2026, 11, 20), START).hours == 0
    gone = cluster(lifecycle_state="FAILED")
    assert estimate(CATALOG, gone, date(2026, 11, 1), date(2026, 11, 20), START).hours == 0


def test_the_estimate_of_a_shape_without_a_price_is_unknown() -> None:
    found = estimate(CATALOG, cluster(unit_shape="VERA_X9"), date(2026, 11, 22), date(2026, 11, 23), START)
    assert "VERA_X9" in str(found.cost)
    assert found.hours == 24


def test_a_cluster_that_was_scaled_costs_by_the_hours_of_each_size() -> None:
    changes = (resizing(10, 1, 4), resizing(4, 4, 2), resizing(5, 9, 8, "another"), resizing(-3, 2, 9))
    found = estimate(CATALOG, cluster(units=2), date(2026, 11, 23), date(2026, 11, 24), START, resized=changes)
    assert [(each.units, each.hours) for each in found.spans] == [(1, Decimal(2)), (4, Decimal(6)), (2, Decimal(4))]
    assert found.hours == 12
    assert cost(found) == f"${(2 * 1 + 6 * 4 + 4 * 2) * 24}"
    assert not found.disputed


def test_a_change_after_the_period_tells_of_its_size() -> None:
    changes = (resizing(10, 1, 2),)
    found = estimate(CATALOG, cluster(units=2), date(2026, 11, 22), date(2026, 11, 23), START, resized=changes)
    assert [(each.units, each.hours) for each in found.spans] == [(1, Decimal(24))]


def test_what_somebody_else_has_changed_since_is_said() -> None:
    for changes in ([resizing(10, 1, 4)], [resizing(10, 1, 4), resizing(4, 3, 2)]):
        found = estimate(CATALOG, cluster(units=2), *NOVEMBER, START, resized=changes)
        assert found.disputed


def test_a_cluster_whose_deletion_is_known_costs_until_then() -> None:
    gone = cluster(units=2, lifecycle_state="DELETING")
    ended = START - timedelta(hours=11)
    found = estimate(CATALOG, gone, date(2026, 11, 23), date(2026, 11, 24), START, ended=ended)
    assert (found.hours, cost(found)) == (Decimal(1), "$48")
    later = estimate(CATALOG, gone, date(2026, 11, 23), date(2026, 11, 24), START - timedelta(hours=12), ended=ended)
    assert (later.hours, later.spans, cost(later)) == (Decimal(0), (), "$0")


def test_sums_leave_out_what_has_no_price() -> None:
    odd, known = (
        estimate(CATALOG, each, *NOVEMBER, START) for each in (cluster("odd", unit_shape="VERA_X9"), cluster("chat"))
    )
    assert [str(each) for each in sums([odd, known])] == [cost(known)]


@given(st.lists(st.tuples(st.integers(0, 800), st.integers(1, 9)), max_size=6, unique_by=lambda each: each[0]))
def test_spans_are_the_period_once_and_the_cost_is_theirs(told: list[tuple[int, int]]) -> None:
    """By going forward in time from the first size, where the estimate goes back from the last."""
    told = sorted(told, reverse=True)
    sizes = [3, *(units for _, units in told)]
    changes = [resizing(ago, sizes[number], units) for number, (ago, units) in enumerate(told)]
    seen = cluster(units=sizes[-1], time_created=OLD)
    found = estimate(CATALOG, seen, *NOVEMBER, START, resized=changes)
    assert not found.disputed
    hour, expected = datetime.fromisoformat("2026-11-01T00:00:00+00:00"), Fraction(0)
    while hour < START:
        past = [each.after for each in changes if each.at <= hour]
        expected += 24 * (past[-1] if past else 3)
        hour += timedelta(hours=1)
    assert isinstance(found.cost, Price)
    assert Fraction(found.cost.money.amount) == expected
    assert found.hours == Decimal((START - datetime.fromisoformat("2026-11-01T00:00:00+00:00")) / timedelta(hours=1))
