"""What training data is held against comes from the catalogue and the handbook, with its sources."""

from __future__ import annotations

from decimal import Decimal

import pytest

from dac.catalog import shipped
from dac.dataset_rules import rules_of
from dac.errors import Invalid
from dac.handbook import shipped as handbook


def test_the_rules_are_oracles_and_the_handbooks_as_they_stand_there() -> None:
    rules = rules_of(shipped(), handbook())
    assert (rules.least, rules.train_share, rules.characters_per_token) == (32, Decimal("0.8"), Decimal(4))
    assert (rules.advised, rules.recommended) == (100, (500, 2000))
    assert "requirements of training data" in rules.oracle.title
    assert rules.handbook == handbook().source


@pytest.mark.parametrize("lacking", ["fine_tuning", "on_demand"])
def test_without_what_oracle_demands_there_is_nothing_to_hold_it_against(lacking: str) -> None:
    with pytest.raises(Invalid, match="does not hold what Oracle demands"):
        rules_of(shipped().model_copy(update={lacking: None}), handbook())
