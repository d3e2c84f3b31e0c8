from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dac.catalog import Catalog, shipped
from dac.errors import Invalid
from dac.figures import Money, Price, Source, Trust, Unknown
from dac.pricing import cents, difference, monthly, unit_hour, working
from dac.shapes import Billing

CATALOG = shipped()
PRICED = sorted(name for name, shape in CATALOG.shapes.items() if shape.billing is not None)
PAGE = "read Oracle's pricing page, https://docs.oracle.com/en-us/iaas/Content/generative-ai/pay-dedicated.htm"
RUMOUR = Source(title="A rumour", as_of=date(2026, 11, 1), trust=Trust.UNVERIFIED)


def month(shape: str, units: int = 1, catalog: Catalog = CATALOG) -> Price:
    price = monthly(catalog, shape, units)
    assert isinstance(price, Price)
    return price


@pytest.mark.parametrize(
    ("shape", "units", "per_month"),
    [
        ("LARGE_COHERE_V3", 1, "17856"),
        ("LARGE_COHERE_V3", 10, "178560"),
        ("LARGE_GENERIC", 1, "17856"),
        ("LARGE_GENERIC", 2, "35712"),
        ("LARGE_COHERE_V2_2", 1, "35712"),
        ("SMALL_COHERE_V2", 8, "38688"),
        ("SMALL_COHERE_4", 1, "19344"),
        ("EMBED_COHERE", 1, "8109.60"),
        ("OAI_H100_X1", 1, "4471.44"),
        ("H100_X2", 1, "8942.88"),
        ("OAI_A100_80G_X2", 3, "14463.36"),
        ("B200_X32", 1, "190940.16"),
        ("RERANK_COHERE", 1, "7440"),
        ("RERANK_COHERE", 5, "7440"),
    ],
)
def test_a_month_at_744_hours(shape: str, units: int, per_month: str) -> None:
    price = month(shape, units)
    assert price.money == Money(amount=Decimal(per_month))
    assert price.per == "month at 744 hours"


@pytest.mark.parametrize(
    ("shape", "amount", "per"),
    [
        ("LARGE_COHERE_V3", "24", "unit-hour"),
        ("LARGE_GENERIC", "24", "unit-hour"),
        ("LARGE_COHERE_V2_2", "48", "unit-hour"),
        ("SMALL_COHERE_4", "26", "unit-hour"),
        ("EMBED_COHERE", "10.90", "unit-hour"),
        ("COHERE_A100_80G_X1", "3.24", "unit-hour"),
        ("h100_x2", "12.02", "unit-hour"),
        ("RERANK_COHERE", "10", "cluster hour"),
    ],
)
def test_an_hour_of_one_unit(shape: str, amount: str, per: str) -> None:
    price = unit_hour(CATALOG, shape)
    assert isinstance(price, Price)
    assert (price.money.amount, price.per) == (Decimal(amount), per)


NO_MULTIPLIER = "its price multiplier is not published in what we hold"


@pytest.mark.parametrize(
    ("shape", "because"),
    [
        ("LARGE_GENERIC_2", NO_MULTIPLIER),
        ("LARGE_GENERIC_V2", NO_MULTIPLIER),
        ("LARGE_GENERIC_V4", NO_MULTIPLIER),
        ("LARGE_GENERIC_V5", NO_MULTIPLIER),
        ("LARGE_COHERE_V2", NO_MULTIPLIER),
        ("A10_X1", "how many AI units one A10 GPU counts as is not published in what we hold"),
        ("OAI_A100_40G_X4", "how many AI units one A100_40G GPU counts as is not published in what we hold"),
        ("SB_B200_X1", "whom its prefix SB_ stands for, and what it is sold as, is not published in what we hold"),
        ("C300_X1", "C300_X1 is not among the unit shapes we hold"),
    ],
)
def test_what_is_not_published_is_unknown_and_says_what_would_settle_it(shape: str, because: str) -> None:
    unknown = Unknown(what=f"the price of {shape}", settle=f"{because}; {PAGE}")
    assert unit_hour(CATALOG, shape) == unknown
    assert monthly(CATALOG, shape, 2) == unknown
    assert working(CATALOG, shape, 2) == unknown


@pytest.mark.parametrize("shape", PRICED)
def test_a_price_names_its_list_its_multiplier_and_its_744_hours(shape: str) -> None:
    billing = CATALOG.shapes[shape].billing
    assert billing is not None
    sources = month(shape).sources
    assert sources[0] == CATALOG.sources["price-list"]
    assert set(billing.sources) <= set(sources)
    assert sources[-1] == CATALOG.sources["pay-dedicated"]
    assert len(set(sources)) == len(sources)


def test_a_price_of_the_hour_does_not_lean_on_the_744_hours() -> None:
    price = unit_hour(CATALOG, "LARGE_GENERIC")
    assert isinstance(price, Price)
    assert [str(source) for source in price.sources] == [
        "Oracle's price list (copy of Cost Estimator dataset 447), 2026-08-10",
        "Oracle, Matching Base Models to Clusters (older copy), 2026-11-23",
    ]


def rumoured(part: str) -> Catalog:
    shape, price = CATALOG.shapes["EMBED_COHERE"], CATALOG.prices["B108084"]
    hosting = CATALOG.commitments.hosting
    assert shape.billing is not None
    changes: dict[str, object] = {
        "multiplier": {
            "shapes": {
                "EMBED_COHERE": shape.model_copy(
                    update={"billing": Billing(sku="B108084", units=Decimal(1), sources=(RUMOUR,))}
                )
            }
        },
        "list price": {"prices": {"B108084": price.model_copy(update={"sources": (RUMOUR,)})}},
        "hours": {
            "commitments": CATALOG.commitments.model_copy(
                update={"hosting": hosting.model_copy(update={"sources": (RUMOUR,)})}
            )
        },
    }
    change = changes[part]
    assert isinstance(change, dict)
    return CATALOG.model_copy(update=change)


@pytest.mark.parametrize("part", ["multiplier", "list price", "hours"])
def test_what_rests_on_an_unverified_source_is_unknown(part: str) -> None:
    answer = monthly(rumoured(part), "EMBED_COHERE", 1)
    assert isinstance(answer, Unknown)
    assert answer.settle == f"what we hold of it is not confirmed (A rumour, 2026-11-01); {PAGE}"


@pytest.mark.parametrize("units", [0, -1])
def test_a_cluster_without_units_is_refused(units: int) -> None:
    with pytest.raises(Invalid, match=f"A cluster has at least 1 unit; {units} is not a number of units"):
        monthly(CATALOG, "LARGE_GENERIC", units)


UNITS = st.integers(min_value=1, max_value=10_000)
BY_UNIT = [name for name in PRICED if name != "RERANK_COHERE"]


@given(shape=st.sampled_from(BY_UNIT), one=UNITS, other=UNITS)
@settings(deadline=None)
def test_a_month_is_linear_in_units(shape: str, one: int, other: int) -> None:
    together = month(shape, one).money.amount + month(shape, other).money.amount
    assert month(shape, one + other).money.amount == together
    assert month(shape, one).money == month(shape).money * one


@given(units=UNITS)
@settings(deadline=None)
def test_rerank_costs_the_same_whatever_its_units(units: int) -> None:
    assert month("RERANK_COHERE", units) == month("RERANK_COHERE", 1)


@given(shape=st.sampled_from(PRICED), before=UNITS, after=UNITS)
@settings(deadline=None)
def test_a_difference_there_and_back_is_nothing(shape: str, before: int, after: int) -> None:
    there = difference(month(shape, before), month(shape, after))
    back = difference(month(shape, after), month(shape, before))
    assert isinstance(there, Price)
    assert isinstance(back, Price)
    assert there.money.amount + back.money.amount == 0


@pytest.mark.parametrize(
    ("shape", "units", "words"),
    [
        ("LARGE_GENERIC", 8, "8 units × 2 AI units × $12 per hour × 744 hours (Large Meta - Dedicated, B108085)"),
        ("LARGE_COHERE_V3", 1, "1 unit × 1 AI unit × $24 per hour × 744 hours (Large Cohere - Dedicated, B108082)"),
        ("H100_X2", 2, "2 units × 12.02 AI units × $1 per hour × 744 hours (Model Import, B111959)"),
        (
            "RERANK_COHERE",
            5,
            "$10 per cluster hour × 744 hours, whatever the number of units (Cohere Rerank - Dedicated, B111015)",
        ),
    ],
)
def test_the_sum_is_shown_in_words(shape: str, units: int, words: str) -> None:
    assert working(CATALOG, shape, units) == words


def test_scaling_up_costs_more_and_keeps_the_sources() -> None:
    delta = difference(month("LARGE_GENERIC", 2), month("LARGE_GENERIC", 8))
    assert isinstance(delta, Price)
    assert str(delta.money) == "$107,136"
    assert delta.per == "month at 744 hours"
    assert delta.sources == month("LARGE_GENERIC", 2).sources


def test_moving_to_another_shape_names_the_sources_of_both() -> None:
    before, after = month("RERANK_COHERE"), month("COHERE_A100_80G_X1")
    delta = difference(before, after)
    assert isinstance(delta, Price)
    assert str(delta.money) == "-$5,029.44"
    assert set(delta.sources) == {*before.sources, *after.sources}


def test_a_difference_is_unknown_as_soon_as_one_side_is() -> None:
    dark, other = monthly(CATALOG, "LARGE_GENERIC_2", 1), monthly(CATALOG, "A10_X1", 1)
    assert isinstance(dark, Unknown)
    assert isinstance(other, Unknown)
    one_side = Unknown(what="the difference in cost", settle=dark.settle)
    assert difference(month("LARGE_GENERIC"), dark) == one_side
    assert difference(dark, month("LARGE_GENERIC")) == one_side
    assert difference(dark, dark) == one_side
    assert difference(dark, other) == Unknown(what="the difference in cost", settle=f"{dark.settle}; {other.settle}")


def test_an_hour_and_a_month_do_not_compare() -> None:
    hour = unit_hour(CATALOG, "LARGE_GENERIC")
    with pytest.raises(ValueError, match="a price per unit-hour and one per month at 744 hours do not compare"):
        difference(hour, month("LARGE_GENERIC"))


@pytest.mark.parametrize(
    ("exact", "currency", "shown"),
    [
        ("0.125", "EUR", "0.13"),
        ("0.0156", "EUR", "0.02"),
        ("2.005", "EUR", "2.01"),
        ("-0.125", "EUR", "-0.13"),
        ("7", "EUR", "7.00"),
        ("1234.5", "JPY", "1235"),
        ("-1234.5", "JPY", "-1235"),
        ("1.2345", "KWD", "1.235"),
        ("0.00005", "CLF", "0.0001"),
    ],
)
def test_a_half_of_what_a_currency_is_paid_in_goes_up(exact: str, currency: str, shown: str) -> None:
    assert cents(Money(amount=Decimal(exact), currency=currency)) == Money(amount=Decimal(shown), currency=currency)


def test_sums_stay_exact_until_they_are_shown() -> None:
    thin = CATALOG.prices["B108084"].model_copy(update={"amount": Decimal("0.0001")})
    cheap = CATALOG.model_copy(update={"prices": {"B108084": thin}})
    assert month("EMBED_COHERE", 3, cheap).money.amount == Decimal("0.2232")
