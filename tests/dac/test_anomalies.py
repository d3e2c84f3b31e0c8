"""What follows from a cost anomaly's two figures, whom it concerns, and which days are known."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from dac.anomalies import Anomalies, Anomaly

DAY = date(2026, 11, 18)


def anomaly(**changes: object) -> Anomaly:
    known = {"id": "ocid1.costanomalyevent.oc1..a", "name": "x", "day": DAY, "monitor": "Generative AI"}
    return Anomaly.model_validate(known | changes)


@pytest.mark.parametrize(
    ("impact", "variance", "expected", "actual"),
    [
        ("864", "25", "3456", "4320"),
        ("-50", "-20", "250", "200"),
        ("10", None, None, None),
        ("10", "0", None, None),
        (None, "10", None, None),
    ],
)
def test_the_cost_foreseen_follows_from_impact_and_variance(
    impact: str | None, variance: str | None, expected: str | None, actual: str | None
) -> None:
    found = anomaly(impact=impact, variance=variance)
    assert (found.expected, found.actual) == tuple(each and Decimal(each) for each in (expected, actual))


@pytest.mark.parametrize(
    ("changes", "concerns"),
    [
        ({}, True),
        ({"monitor": "ours", "service": "OCI Generative AI - Models"}, True),
        ({"monitor": "ours", "part_numbers": ("B108082",)}, True),
        ({"monitor": "ours", "part_numbers": ("B91628",)}, False),
        ({"monitor": "Compute", "service": "Compute"}, False),
    ],
)
def test_it_concerns_what_clusters_are_sold_by(changes: dict[str, object], concerns: bool) -> None:  # noqa: FBT001 - a parameter of the case
    assert anomaly(**changes).concerns(frozenset({"B108082"})) is concerns


def test_days_before_those_read_are_not_known() -> None:
    read_at = datetime(2026, 11, 23, 23, 30, tzinfo=UTC)
    every = Anomalies(since=date(2026, 9, 22), found=(anomaly(), anomaly(day=date(2026, 10, 1))), read_at=read_at)
    assert every.read_on == date(2026, 11, 23)
    assert every.between(date(2026, 9, 21), DAY) is None
    november = every.between(date(2026, 11, 1), date(2026, 12, 1))
    assert november is not None
    assert [each.day for each in november.found] == [DAY]
    until = every.between(date(2026, 11, 1), DAY)
    assert until is not None
    assert until.found == ()
