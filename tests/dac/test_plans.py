from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from dac.cluster import Headroom
from dac.errors import Conflict, DacError, Invalid
from dac.figures import Money, Price, Unknown
from dac.plans import ScalePlan, cost_change, differences, target_units, units
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
    change = cost_change(made)
    assert isinstance(change, Price)
    assert change.money.amount == 17856


def test_shrinking_costs_less_and_commits_to_nothing() -> None:
    made = plan(cluster(units=3), 1)
    change = cost_change(made)
    assert isinstance(change, Price)
    assert change.money.amount == Decimal(-35712)
    assert made.commitment is None


def test_growing_names_the_minimum_oracle_bills_with_its_source() -> None:
    note = plan(cluster(units=2), 3).commitment
    assert note
    assert note.text == "Oracle bills at least 744 unit-hours for each hosting cluster."
    assert note.sources


def test_a_shape_nobody_here_knows_is_planned_without_a_price_and_never_at_zero() -> None:
    made = plan(cluster(unit_shape="B999_X1"), 4)
    assert isinstance(made.cost_before, Unknown)
    assert isinstance(cost_change(made), Unknown)
    assert (made.cost_working, made.commitment) == (None, None)
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


@pytest.mark.parametrize(
    ("changes", "to_units", "what"),
    [
        ({"units": 3}, 4, ["units was 2 and is now 3", "monthly cost before was"]),
        ({}, 5, ["units asked for was 4 and is now 5", "monthly cost after was"]),
        ({"name": "talk", "id": cluster().id}, 4, ["name was chat and is now talk"]),
        ({"id": "ocid1.other"}, 4, ["cluster was ocid1."]),
        ({"region": "us-ashburn-1", "id": cluster().id}, 4, ["region was eu-frankfurt-1 and is now us-ashburn-1"]),
        (
            {"unit_shape": "RERANK_COHERE"},
            4,
            ["shape was", "monthly cost before was $35,712", "monthly cost after was $71,424"],
        ),
    ],
    ids=["size", "target", "name", "cluster", "region", "shape and so cost"],
)
def test_what_matters_makes_another_plan_and_is_told(changes: dict[str, Any], to_units: int, what: list[str]) -> None:
    approved, now = plan(cluster(units=2), 4), plan(cluster(**{"units": 2, **changes}), to_units)
    assert approved.digest != now.digest
    told = differences(approved, now)
    assert len(told) == len(what)
    assert all(sentence.startswith(start) for sentence, start in zip(told, what, strict=True))


@pytest.mark.parametrize(
    "changes",
    [
        {"etag": "another"},
        {"freeform_tags": {"team": "search"}},
        {"lifecycle_details": "fine"},
        {"endpoint_capacity": 50},
    ],
)
def test_what_does_not_matter_leaves_the_plan_the_same(changes: dict[str, Any]) -> None:
    approved, now = plan(), plan(cluster(**changes), headroom=room(50))
    assert approved.digest == now.digest
    assert differences(approved, now) == ()


def test_a_plan_survives_being_written_down() -> None:
    made: ScalePlan = plan(headroom=room(50))
    read = ScalePlan.model_validate_json(made.model_dump_json())
    assert read == made
    assert read.digest == made.digest


@pytest.mark.parametrize(("count", "words"), [(0, "0 units"), (1, "1 unit"), (2, "2 units"), (-1, "-1 units")])
def test_units_are_counted_in_english(count: int, words: str) -> None:
    assert units(count) == words
