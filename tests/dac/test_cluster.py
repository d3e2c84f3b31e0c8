from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from pydantic import ValidationError

from dac.cluster import ClusterType, Lifecycle, WorkStatus
from tests.fakes import START, cluster, endpoint, fleet, traffic


def test_an_address_tells_namesakes_in_two_regions_apart() -> None:
    assert cluster("chat", region="eu-frankfurt-1").address == "chat@eu-frankfurt-1"


def test_a_state_or_shape_that_oracle_adds_is_kept_as_its_text() -> None:
    made = cluster(lifecycle_state="HIBERNATING", unit_shape="B300_X64", type="TRAINING")
    assert (made.lifecycle_state, made.unit_shape, made.type) == ("HIBERNATING", "B300_X64", "TRAINING")


def test_the_states_we_know_compare_with_oracles_text() -> None:
    assert cluster().lifecycle_state == Lifecycle.ACTIVE
    assert cluster().type == ClusterType.HOSTING
    assert {str(each) for each in WorkStatus} >= {"FAILED", "SUCCEEDED", "CANCELED"}


@pytest.mark.parametrize(
    "wrong",
    [
        {"unit_count": "many"},
        {"time_created": datetime(2026, 11, 23)},  # noqa: DTZ001 - a time without a zone is the point
        {"colour": "red"},
        {"name": None},
    ],
    ids=["no number", "no time zone", "an unknown field", "no name"],
)
def test_what_is_not_a_cluster_is_not_made_into_one(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        cluster(**{"name": "chat", **wrong})  # type: ignore[arg-type]


def test_a_reading_cannot_be_changed() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        cluster().unit_count = 9  # type: ignore[misc]


def test_a_window_is_as_long_as_it_was_measured() -> None:
    assert traffic(endpoint(cluster()), hours=72).window == timedelta(hours=72)


@pytest.mark.parametrize(("later", "age"), [(0, 0), (90, 90), (-5, 0)], ids=["now", "later", "clock set back"])
def test_an_answer_says_how_old_it_is(later: int, age: int) -> None:
    assert fleet().age(START + timedelta(seconds=later)) == timedelta(seconds=age)
