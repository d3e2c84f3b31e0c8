from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from dac.cluster import Headroom
from dac.errors import Conflict, DacError, Invalid
from dac.figures import Money, Price, Unknown
from dac.forecast import CommitmentStatus
from dac.scaling import target_units
from tests.fakes import REGION, START, cluster, plan


def room(available: int) -> Headroom:
    return Headroom(
        limit_name="dedicated-unit-large-cohere-count", region=REGION, used=4, available=available, read_at=START
    )


def test_a_plan_says_what_is_what_will_be_and_how_it_is_done() -> None:
    made = plan(cluster("chat", units=2), 4)
    assert (made.action, made.from_units, made.to_units, made.planned_at) == ("scale", 2, 4, START)
    assert made.summary == "Scale chat from 2 to 4 units"
    assert made.steps == (
        "Ask Oracle to set chat to 4 units, if it is still as read",
        "Wait until Oracle reports it ACTIVE with 4 units",
    )


def test_a_plan_knows_its_cost_with_sources_and_the_sum() -> None:
    made = plan(cluster(units=2), 3)
    assert isinstance(made.cost_before, Price)
    assert isinstance(made.cost_after, Price)
    assert made.cost_before.money == Money(amount=Decimal(35712))
    assert made.cost_after.money == Money(amount=Decimal(53568))
    assert made.cost_after.sources
    assert made.cost_working
    assert [each.partition(" ×")[0] for each in made.cost_working] == ["2 units", "3 units"]
    change = made.cost_change
    assert isinstance(change, Price)
    assert change.money.amount == 17856


def test_shrinking_costs_less() -> None:
    made = plan(cluster(units=3), 1)
    change = made.cost_change
    assert isinstance(change, Price)
    assert change.money.amount == Decimal(-35712)


@pytest.mark.parametrize("to_units", [1, 3])
def test_a_plan_tells_how_far_the_cluster_has_come_with_the_least_oracle_bills(to_units: int) -> None:
    status = plan(cluster(units=2), to_units).commitment
    assert isinstance(status, CommitmentStatus)
    assert (status.least, status.at) == (744, START)
    assert status.sources


def test_a_plan_for_a_while_knows_what_the_while_costs() -> None:
    made = plan(cluster(units=2), 3, lease=timedelta(hours=8))
    assert isinstance(made.lease_cost, Price)
    assert made.lease_cost.money.amount == 8 * 24
    assert plan(cluster(units=2), 3).lease_cost is None


def test_a_plan_tells_what_it_adds_until_the_end_of_the_month() -> None:
    """From START on, seven and a half days of November are left, at $24 a unit-hour."""
    at_once = plan(cluster(units=2), 3).forecast.difference
    assert isinstance(at_once, Price)
    assert at_once.money.amount == Decimal(180 * 24)
    tomorrow = plan(cluster(units=2), 3, start_at=START + timedelta(days=1)).forecast.difference
    assert isinstance(tomorrow, Price)
    assert tomorrow.money.amount == Decimal(156 * 24)


def test_a_plan_knows_the_list_price_of_a_unit_hour() -> None:
    made = plan(cluster(units=2), 3)
    assert isinstance(made.unit_price, Price)
    assert made.unit_price.money == Money(amount=Decimal(24))


def test_a_lease_has_its_return_among_the_steps() -> None:
    assert plan(cluster(units=2), 4, lease=timedelta(hours=8)).steps[-1] == (
        "When the lease ends, announce it and set chat back to 2 units"
    )


@pytest.mark.parametrize(
    ("terms", "said"),
    [
        ({"start_at": START + timedelta(days=366, seconds=1)}, "A change begins within a year"),
        ({"start_at": datetime.max.replace(tzinfo=UTC)}, "A change begins within a year"),
        ({"lease": timedelta()}, "A lease is for some time, such as 8h, and a year at most"),
        ({"lease": timedelta(hours=-1)}, "A lease is for some time"),
        ({"lease": timedelta(days=366, seconds=1)}, "A lease is for some time"),
        ({"lease": timedelta.max}, "A lease is for some time"),
    ],
)
def test_nobody_agrees_today_to_what_is_farther_than_a_year(terms: dict[str, Any], said: str) -> None:
    with pytest.raises(Invalid, match=said):
        plan(**terms)


@pytest.mark.parametrize(
    "terms",
    [
        {"start_at": START + timedelta(days=366)},
        {"start_at": START - timedelta(hours=1)},
        {"lease": timedelta(days=366)},
        {"lease": timedelta(minutes=1)},
    ],
    ids=["in a year", "begun late", "for a year", "for a minute"],
)
def test_what_lies_within_a_year_is_planned(terms: dict[str, Any]) -> None:
    made = plan(**terms)
    assert {name: getattr(made, name) for name in terms} == terms


def test_a_shape_nobody_here_knows_is_planned_without_a_price_and_never_at_zero() -> None:
    made = plan(cluster(unit_shape="B999_X1"), 4)
    assert isinstance(made.cost_before, Unknown)
    assert isinstance(made.cost_change, Unknown)
    assert isinstance(made.unit_price, Unknown)
    assert made.cost_working is None
    assert made.matters["monthly cost after"].startswith("unknown (")


@pytest.mark.parametrize(
    ("changes", "to_units", "kind", "said"),
    [
        ({"type": "FINE_TUNING"}, 4, Invalid, "chat is a fine-tuning cluster: Oracle presets its units"),
        ({"lifecycle_state": "UPDATING"}, 4, Conflict, "chat is UPDATING; only an ACTIVE cluster can be scaled."),
        ({"lifecycle_state": "HIBERNATING"}, 4, Conflict, "chat is HIBERNATING; only an ACTIVE"),
        ({}, 2, Invalid, "chat already has 2 units; there is nothing to change."),
        ({"units": 1}, 1, Invalid, "chat already has 1 unit; there is nothing to change."),
        ({}, 0, Invalid, "chat cannot have 0 units: a cluster has at least 1. To be rid of it, delete it."),
        ({}, -3, Invalid, "chat cannot have -3 units: a cluster has at least 1."),
    ],
)
def test_no_is_an_outcome_of_planning(changes: dict[str, Any], to_units: int, kind: type[DacError], said: str) -> None:
    with pytest.raises(kind) as no:
        plan(cluster(**changes), to_units)
    assert str(no.value).startswith(said)


@pytest.mark.parametrize(
    ("shape", "units_now", "to_units", "available", "needed"),
    [
        ("LARGE_COHERE_V3", 2, 4, 2, None),
        ("LARGE_COHERE_V3", 2, 5, 2, 3),
        ("LARGE_COHERE_V3", 2, 3, 0, 1),
        ("LARGE_COHERE_V3", 2, 3, -5, 1),
        ("LARGE_GENERIC", 1, 2, 2, None),
        ("LARGE_GENERIC", 1, 2, 1, 2),
        ("LARGE_GENERIC_2", 1, 2, 1, None),
        ("LARGE_GENERIC_2", 1, 2, 0, 1),
        ("B999_X1", 1, 3, 1, 2),
        ("LARGE_COHERE_V3", 4, 3, 0, None),
        ("LARGE_COHERE_V3", 4, 3, -5, None),
    ],
    ids=[
        "just enough",
        "too little",
        "none",
        "overdrawn",
        "weighs two, enough",
        "weighs two, too little",
        "weight unknown, passed on to Oracle",
        "weight unknown, refused",
        "shape unknown",
        "shrinking needs none",
        "shrinking while overdrawn",
    ],
)
def test_what_the_service_limit_allows(
    shape: str, units_now: int, to_units: int, available: int, needed: int | None
) -> None:
    of = cluster(units=units_now, unit_shape=shape)
    if needed is None:
        assert plan(of, to_units, headroom=room(available)).to_units == to_units
        return
    with pytest.raises(Invalid) as no:
        plan(of, to_units, headroom=room(available))
    assert f"that needs {needed} more of the service limit" in str(no.value)
    assert f"{max(available, 0)} are available" in str(no.value)


def test_a_limit_nobody_could_read_stops_nothing() -> None:
    assert plan(to_units=500, headroom=Unknown(what="limit", settle="look")).to_units == 500


@pytest.mark.parametrize(
    ("change", "current", "meant"),
    [
        ("8", 2, 8),
        (" 8 ", 2, 8),
        ("+2", 2, 4),
        ("-1", 2, 1),
        ("-5", 2, -3),
        ("0", 2, 0),
        ("007", 2, 7),
        ("999999", 1, 999_999),
    ],
)
def test_how_many_units_are_meant(change: str, current: int, meant: int) -> None:
    assert target_units(change, current) == meant


@pytest.mark.parametrize("change", ["", "eight", "1.5", "+", "+-2", "8 units", "1e3", "1000000", "x" * 40_000])
def test_what_is_no_number_of_units_is_refused_with_an_example(change: str) -> None:
    with pytest.raises(Invalid, match="is not a number of units: give the new size such as 8, or a change such") as no:
        target_units(change, 2)
    assert len(str(no.value)) < 200
