from __future__ import annotations

from datetime import timedelta

import pytest

from dac.change import differences
from dac.errors import Invalid
from dac.extending import ExtendPlan, plan_extend, said
from dac.figures import Price, Unknown
from dac.scaling import ScalePlan
from tests.fakes import CATALOG, START, cluster, plan

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ENDS = START + 2 * HOUR


def leased(unit_shape: str = "LARGE_COHERE_V3") -> ScalePlan:
    return plan(cluster("chat", units=2, unit_shape=unit_shape), 4, lease=8 * HOUR)


def extended(by: timedelta = 4 * HOUR, of: ScalePlan | None = None) -> ExtendPlan:
    return plan_extend(7, of or leased(), ENDS, by, catalog=CATALOG, now=START)


def test_an_extension_says_what_is_kept_and_for_how_much_longer() -> None:
    made = extended()
    assert (made.kind, made.leased, made.from_units, made.to_units, made.more_units) == ("extend", 7, 2, 4, 2)
    assert (made.ends_at, made.until, made.planned_at) == (ENDS, ENDS + 4 * HOUR, START)
    assert made.summary == "Keep chat at 4 units for 4 h longer"
    assert made.steps == ("Move the end of the lease of request 7; nothing is asked of Oracle before that",)


def test_an_extension_knows_what_the_longer_while_costs_and_the_month_with_and_without() -> None:
    made, of = extended(), leased()
    assert isinstance(made.lease_cost, Price)
    assert made.lease_cost.money.amount == 4 * 2 * 24
    assert (made.cost_before, made.cost_after) == (of.cost_before, of.cost_after)
    assert isinstance(made.cost_change, Price)


def test_what_nobody_can_price_is_not_free() -> None:
    assert isinstance(extended(of=leased("B999_X1")).lease_cost, Unknown)


@pytest.mark.parametrize(
    ("by", "why"),
    [
        (timedelta(), "A lease is extended by some time, such as 4h; to end it earlier, ask for the old size."),
        (-HOUR, "A lease is extended by some time"),
        (366 * DAY - HOUR, "A lease ends within a year at the latest; it can be extended again before it ends."),
        (367 * DAY, "A lease ends within a year"),
        (timedelta.max, "A lease ends within a year"),
    ],
)
def test_no_is_an_outcome_of_planning(by: timedelta, why: str) -> None:
    with pytest.raises(Invalid) as no:
        extended(by)
    assert str(no.value).startswith(why)


def test_a_lease_may_be_extended_to_a_year_from_now() -> None:
    assert extended(366 * DAY - 2 * HOUR).until == START + 366 * DAY


def test_by_how_much_it_is_extended_makes_another_plan() -> None:
    assert extended(4 * HOUR).digest != extended(5 * HOUR).digest
    assert differences(extended(4 * HOUR), extended(5 * HOUR)) == (
        "new end of the lease was 2026-11-23T18:00:00+00:00 and is now 2026-11-23T19:00:00+00:00",
    )


@pytest.mark.parametrize(
    ("span", "words"),
    [
        (HOUR, "1 h"),
        (90 * timedelta(minutes=1), "1 h 30 min"),
        (DAY, "1 day"),
        (2 * DAY + 4 * HOUR, "2 days 4 h"),
        (timedelta(minutes=5, seconds=59), "5 min"),
        (timedelta(seconds=59), "0 min"),
    ],
)
def test_a_span_is_said_in_whole_minutes(span: timedelta, words: str) -> None:
    assert said(span) == words
