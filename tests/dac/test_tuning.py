"""What a fine-tune takes: Oracle's preset, the handbook's hours, cost and steps, all by hand."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dac.catalog import Catalog, shipped
from dac.errors import DacError
from dac.figures import Price, Unknown
from dac.handbook import shipped as handbook
from dac.pricing import cents
from dac.tuning import BATCH, EPOCHS, RATE, Tuned, band_for, of_preset, plan_tuning, tunable

CATALOG, BOOK = shipped(), handbook()
LLAMA = "meta.llama-3.3-70b-instruct"

TFEW = """
[models."cohere.command-r-08-2024"]
dedicated = true
"""
"""As it was before Command R was retired: a team's own file can say so."""


def tuned(rows: int, wanted: dict[str, str] | None = None, *, catalog: Catalog = CATALOG, model: str = LLAMA) -> Tuned:
    names = {"epochs": EPOCHS, "batch": BATCH, "rate": RATE}
    values = {names[name]: Decimal(value) for name, value in (wanted or {}).items()}
    return plan_tuning(catalog, BOOK, catalog.models[model], rows, values)


def money(price: Price | Unknown) -> str:
    return str(cents(price.money)) if isinstance(price, Price) else "unknown"


@pytest.mark.parametrize(
    ("rows", "band", "cost"),
    [
        # Two units of LARGE_GENERIC at $24 an hour, whatever the handbook's units.
        (32, "Small (< 10K examples):    2 units, ~2-4 hours", ("$96", "$192")),
        (9_999, "Small (< 10K examples):    2 units, ~2-4 hours", ("$96", "$192")),
        (10_000, "Medium (10K-100K):         4 units, ~4-8 hours", ("$192", "$384")),
        (99_999, "Medium (10K-100K):         4 units, ~4-8 hours", ("$192", "$384")),
        (100_000, "Large (100K-1M):           8 units, ~8-24 hours", ("$384", "$1,152")),
        (1_000_000, "Large (100K-1M):           8 units, ~8-24 hours", ("$384", "$1,152")),
        (1_000_001, None, ("unknown", "unknown")),
    ],
)
def test_a_data_set_has_the_handbooks_band_and_costs_oracles_units(
    rows: int, band: str | None, cost: tuple[str, str]
) -> None:
    found = tuned(rows)
    assert (found.preset.units, found.preset.shape) == (2, "LARGE_GENERIC")
    assert (found.band.text if found.band else None) == band
    assert (money(found.least), money(found.most)) == cost


def test_what_is_unknown_says_what_would_settle_it() -> None:
    most = tuned(5_000_000).most
    assert isinstance(most, Unknown)
    assert "a first run tells" in most.settle


@pytest.mark.parametrize(
    ("rows", "wanted", "exact", "steps"),
    [
        (600, {}, 225, 225),  # 3 epochs x 600 / 8, Oracle's own settings
        (33, {}, Fraction(99, 8), 13),
        (10_000, {"epochs": "2", "batch": "16"}, 1250, 1250),
        (10_001, {"epochs": "2", "batch": "16"}, Fraction(20_002, 16), 1251),
        (10_000, {"epochs": "2", "batch": "4"}, 2500, 2500),  # a batch of 4 is not taken: 8
        (10_000, {"epochs": "2", "batch": "64"}, 1250, 1250),  # nor one of 64: 16
        (32, {"epochs": "1"}, 4, 4),
    ],
)
def test_steps_are_epochs_times_rows_over_batch(rows: int, wanted: dict[str, str], exact: Fraction, steps: int) -> None:
    found = tuned(rows, wanted)
    assert (found.exact_steps, found.steps) == (exact, steps)


@pytest.mark.parametrize(
    ("preset", "taken", "clamped"),
    [
        ("conservative", ("0.0001", "3", "8"), []),
        ("aggressive", ("0.0003", "5", "16"), []),
        ("careful", ("0.00005", "2", "8"), [BATCH]),
    ],
)
def test_the_handbooks_settings_are_brought_within_oracles_ranges(
    preset: str, taken: tuple[str, str, str], clamped: list[str]
) -> None:
    (chosen,) = [each for each in BOOK.presets if each.name.casefold().startswith(preset)]
    found = plan_tuning(CATALOG, BOOK, CATALOG.models[LLAMA], 600, of_preset(chosen))
    assert tuple(found.setting(name).taken for name in (RATE, EPOCHS, BATCH)) == tuple(map(Decimal, taken))
    assert [each.name for each in found.settings if each.clamped] == clamped


def test_a_base_of_the_past_has_eight_units_and_another_method() -> None:
    before = shipped({"before.toml": TFEW})
    wanted = {"epochs": "20", "rate": "1", "batch": "1"}
    found = tuned(600, wanted, catalog=before, model="cohere.command-r-08-2024")
    assert (found.preset.units, found.preset.shape, found.method.name) == (8, "SMALL_COHERE_V2", "T-Few")
    assert [each.taken for each in found.settings] == [10, 8, Decimal("0.1")]
    # 8 units at $6.50 for 2 to 4 hours.
    assert (money(found.least), money(found.most)) == ("$104", "$208")
    assert {each.id for each in tunable(before)} == {LLAMA, "cohere.command-r-08-2024"}


@pytest.mark.parametrize(
    ("model", "rows", "method", "says"),
    [
        (LLAMA, 31, None, "Oracle refuses fewer than 32 examples; you have 31."),
        (LLAMA, 600, "tfew", "Llama 3.3 70B is fine-tuned by LORA, not by TFEW."),
        (
            "cohere.command-r-08-2024",
            600,
            None,
            "Command R 08-2024 cannot be fine-tuned today; what can is meta.llama-3.3-70b-instruct.",
        ),
        ("cohere.command-a-03-2025", 600, None, "Command A cannot be fine-tuned today; what can is meta.llama-3.3"),
    ],
)
def test_what_cannot_be_has_one_sentence(model: str, rows: int, method: str | None, says: str) -> None:
    with pytest.raises(DacError) as sorry:
        plan_tuning(CATALOG, BOOK, CATALOG.models[model], rows, {}, method)
    assert str(sorry.value).startswith(says)


def test_without_rules_or_bases_nothing_can_be_fine_tuned() -> None:
    none = CATALOG.model_copy(update={"fine_tuning": None})
    with pytest.raises(DacError, match="cannot be fine-tuned today"):
        tuned(600, catalog=none)
    bare = {name: each.model_copy(update={"fine_tuning": None}) for name, each in CATALOG.models.items()}
    with pytest.raises(DacError, match="what can is none"):
        tuned(600, catalog=CATALOG.model_copy(update={"models": bare}))


@settings(max_examples=100, deadline=None)
@given(
    rows=st.tuples(st.integers(32, 2_000_000), st.integers(32, 2_000_000)),
    epochs=st.tuples(st.integers(1, 50), st.integers(1, 50)),
    batch=st.integers(1, 64),
)
def test_more_examples_or_epochs_never_take_fewer_steps_or_less_money(
    rows: tuple[int, int], epochs: tuple[int, int], batch: int
) -> None:
    few = tuned(min(rows), {"epochs": str(min(epochs)), "batch": str(batch)})
    many = tuned(max(rows), {"epochs": str(max(epochs)), "batch": str(batch)})
    assert few.steps <= many.steps
    assert few.exact_steps <= few.steps < few.exact_steps + 1
    assert band_for(BOOK, max(rows)) is None or isinstance(many.most, Price)
    if isinstance(few.most, Price) and isinstance(many.least, Price) and isinstance(many.most, Price):
        assert few.most.money.amount <= many.most.money.amount
        assert many.least.money.amount <= many.most.money.amount
