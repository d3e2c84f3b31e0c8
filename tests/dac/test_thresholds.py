from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from dac.thresholds import RULE_OF, TEAM, Thresholds


def test_the_handbooks_alarms_are_where_the_lines_are_drawn() -> None:
    drawn = Thresholds()
    assert (drawn.slow_seconds, drawn.error_share) == (Decimal(5), Decimal("0.05"))
    assert (drawn.idle, drawn.notice) == (timedelta(hours=72), timedelta(days=90))


@pytest.mark.parametrize("name", Thresholds.model_fields)
def test_every_line_is_somebodys_rule_and_says_what_it_is(name: str) -> None:
    assert Thresholds().whose(name) == RULE_OF[name]
    assert Thresholds.model_fields[name].description


def test_what_is_given_is_the_teams_even_where_it_is_the_same() -> None:
    drawn = Thresholds(slow_seconds=Decimal(5))
    assert drawn.whose("slow_seconds") == TEAM
    assert drawn.whose("error_share") == "the handbook's"


def test_no_rule_is_of_a_line_that_is_not_drawn() -> None:
    assert set(RULE_OF) == set(Thresholds.model_fields)


@pytest.mark.parametrize(
    "given",
    [
        {"slow_seconds": 0},
        {"error_share": "5"},
        {"idle_hours": 1},
        {"notice_days": []},
        {"notice_days": [30, 60]},
        {"notice_days": [30, 30]},
        {"notice_days": [30, 0]},
        {"slow_second": 5},
    ],
    ids=str,
)
def test_what_makes_no_sense_is_not_taken(given: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Thresholds.model_validate(given)
