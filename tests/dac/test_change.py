from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from pydantic import TypeAdapter

from dac.change import Change, Look, amount, differences, units
from dac.figures import Money, Price, Unknown
from dac.plans import Plan
from tests.dac.test_extending import extended
from tests.dac.test_scaling import room
from tests.fakes import CATALOG, START, FakeClock, FakeOracle, cluster, plan

PLANS: TypeAdapter[Plan] = TypeAdapter(Plan)


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


@pytest.mark.parametrize(("count", "words"), [(0, "0 units"), (1, "1 unit"), (2, "2 units"), (-1, "-1 units")])
def test_units_are_counted_in_english(count: int, words: str) -> None:
    assert units(count) == words


@pytest.mark.parametrize(
    ("terms", "other", "told"),
    [
        ({}, {"start_at": START}, "begins was at once and is now 2026-11-23T12:00:00+00:00"),
        ({"lease": timedelta(hours=8)}, {}, "is undone was after 8:00:00 and is now never"),
    ],
)
def test_when_it_begins_and_is_undone_matters(terms: dict[str, Any], other: dict[str, Any], told: str) -> None:
    approved, now = plan(**terms), plan(**other)
    assert approved.digest != now.digest
    assert differences(approved, now) == (told,)


@pytest.mark.parametrize(
    "made",
    [plan(headroom=room(50)), plan(lease=timedelta(hours=8), start_at=START), extended()],
    ids=["for good", "for a while", "longer"],
)
def test_a_plan_survives_being_written_down(made: Plan) -> None:
    read = PLANS.validate_json(made.model_dump_json())
    assert type(read) is type(made)
    assert read == made
    assert read.digest == made.digest


@pytest.mark.parametrize(
    "ask", ["kind", "subject", "touches", "summary", "goal", "doing", "steps", "more_units", "matters"]
)
def test_a_kind_of_change_must_say_what_it_is(ask: str) -> None:
    given = plan()
    bare = Change(**{name: getattr(given, name) for name in Change.model_fields})
    with pytest.raises(NotImplementedError):
        getattr(bare, ask)
    with pytest.raises(NotImplementedError):
        bare.again(Look(FakeOracle(FakeClock()), CATALOG, START))
    assert (bare.etag, bare.begins, bare.lasts, bare.span, bare.span_cost) == ("", None, None, None, None)


@pytest.mark.parametrize(
    ("cost", "words"),
    [
        (Price(money=Money(amount=Decimal(24)), per="unit-hour", sources=()), "$24 a unit-hour"),
        (Unknown(what="cost", settle="ask Oracle"), "unknown (ask Oracle)"),
    ],
)
def test_an_amount_says_what_it_is_for_and_the_unknown_what_would_settle_it(cost: Price | Unknown, words: str) -> None:
    assert amount(cost) == words
