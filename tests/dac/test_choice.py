"""From which load on a dedicated unit costs less, against sums made by hand; it agrees with the two costs."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from dac.catalog import Catalog, shipped
from dac.choice import BreakEven, Month, Verdict, break_even, month, on_demand_month, usual
from dac.figures import Money, Price, Source, Trust, Unknown
from dac.models import ModelEntry
from dac.on_demand import OnDemandPrice, on_demand
from dac.pricing import cents, monthly, unit_hour
from dac.sizing import Load

CATALOG = shipped()
RUMOUR = Source(title="A rumour", as_of=date(2026, 11, 1), trust=Trust.UNVERIFIED)


def model(name: str) -> ModelEntry:
    found = CATALOG.model(name)
    assert found is not None
    return found


def load(prompt: str = "480", response: str = "300", rate: str | None = None, at_once: str | None = None) -> Load:
    return Load(
        rate=None if rate is None else Decimal(rate),
        concurrency=None if at_once is None else Decimal(at_once),
        prompt_tokens=Decimal(prompt),
        response_tokens=Decimal(response),
    )


def found(name: str, shape: str, of: Load | None = None, catalog: Catalog = CATALOG) -> BreakEven:
    made = break_even(catalog, model(name), shape, of or load())
    assert isinstance(made, BreakEven)
    return made


def with_price(sku: str, **changes: Any) -> Catalog:
    changed = CATALOG.prices[sku].model_copy(update=changes)
    return CATALOG.model_copy(update={"prices": {**CATALOG.prices, sku: changed}})


@pytest.mark.parametrize(
    ("name", "shape", "tokens", "requests"),
    [
        # $24 / 3,600 / 0.0048672
        ("Command A", "LARGE_COHERE_V3", "1068.38", "1.3697"),
        # the same by the tokens: 17,856 / 0.00000624 = 2,861,538,461 a month / 2,678,400 s
        ("Command A Vision", "LARGE_COHERE_V3", "1068.38", "1.3697"),
        ("Command R+ 08-2024", "LARGE_COHERE_V2_2", "2136.75", "2.7394"),
        # $6.50 / 3,600 / 0.0002808
        ("Command R 08-2024", "SMALL_COHERE_V2", "5015.43", "6.4300"),
        # $24 / 3,600 / 0.0005616
        ("Llama 3.3 70B", "LARGE_GENERIC", "9259.26", "11.8708"),
        # $6.01 / 3,600 / 0.0001236
        ("gpt-oss-20b", "OAI_H100_X1", "10535.33", "13.5068"),
        # $12.02 / 3,600 / 0.000252
        ("gpt-oss-120b", "OAI_H100_X2", "10334.66", "13.2496"),
        # $10.90 / 3,600 / 0.000192, an embedding: 480 tokens in, none out
        ("Embed 4", "EMBED_COHERE", "7569.44", "15.7697"),
    ],
)
def test_a_unit_breaks_even_where_it_does_by_hand(name: str, shape: str, tokens: str, requests: str) -> None:
    made = found(name, shape)
    assert (f"{made.tokens_per_second:.2f}", f"{made.requests_per_second:.4f}") == (tokens, requests)
    assert (made.model, made.shape) == (model(name).id, shape)
    assert CATALOG.sources["price-list"] in made.sources


@pytest.mark.parametrize(
    ("name", "shape", "of", "most", "share", "verdict"),
    [
        # 8.49 is the most of Llama 3.3's table; 11.8708 is 139.8 % of it
        ("Llama 3.3 70B", "LARGE_GENERIC", load(), "8.4900", "1.398", Verdict.NEVER),
        # 13.5068 / 13.7
        ("gpt-oss-20b", "OAI_H100_X1", load(), "13.7000", "0.986", Verdict.SATURATED),
        # 6.4300 / 7.5638
        ("Command R 08-2024", "SMALL_COHERE_V2", load(), "7.5638", "0.850", Verdict.PAYS),
        # 2.7394 / 8.0185
        ("Command R+ 08-2024", "LARGE_COHERE_V2_2", load(), "8.0185", "0.342", Verdict.PAYS),
        # 6.5 / 3,600 / (200 x 0.00000036) = 25.0772; 20.207 is the most of the chat table
        ("Command R 08-2024", "SMALL_COHERE_V2", load("100", "100"), "20.2070", "1.241", Verdict.NEVER),
        # 6.5 / 3,600 / (1,100 x 0.00000036) = 4.5595; 5.0848 is the most of the generation-heavy table
        ("Command R 08-2024", "SMALL_COHERE_V2", load("100", "1000"), "5.0848", "0.897", Verdict.PAYS),
        # twice the prompt: each is taken to cost twice as much, 8.49 / 2; 24 / 3,600 / (1,260 x 0.00000072) = 7.3486
        ("Llama 3.3 70B", "LARGE_GENERIC", load("960", "300"), "4.2450", "1.731", Verdict.NEVER),
    ],
)
def test_it_is_held_against_the_most_that_was_published_for_such_requests(
    name: str, shape: str, of: Load, most: str, share: str, verdict: Verdict
) -> None:
    made = found(name, shape, of)
    assert made.most is not None
    assert made.share is not None
    assert (f"{made.most.rate:.4f}", f"{made.share:.3f}", made.verdict) == (most, share, verdict)


def test_the_most_is_told_in_tokens_and_as_the_page_counted_them() -> None:
    made = found("Llama 3.3 70B", "LARGE_GENERIC")
    assert made.most is not None
    assert made.most_tokens_per_second == Decimal("8.49") * 780
    assert made.most.row.total_per_second == Decimal("6334.64")


def test_where_nothing_is_published_nobody_can_say_whether_it_pays() -> None:
    made = found("Command A", "LARGE_COHERE_V3")
    assert (made.most, made.share, made.most_tokens_per_second) == (None, None, None)
    assert (made.verdict, made.as_measured) == (Verdict.UNKNOWN, False)


@pytest.mark.parametrize(
    ("of", "as_measured"),
    [
        (load(), True),
        (load("100", "100"), True),
        (load("100", "1000"), True),
        (load("480", "299"), False),
        (load("10", "10"), False),
        (load("960", "300"), False),
    ],
)
def test_only_for_requests_that_were_measured_is_the_most_what_a_unit_carries(of: Load, *, as_measured: bool) -> None:
    assert found("Command R 08-2024", "SMALL_COHERE_V2", of).as_measured is as_measured


def test_an_embedding_answers_with_no_tokens_whatever_is_asked() -> None:
    made = found("Embed 4", "EMBED_COHERE", load("480", "300"))
    assert made.load == usual(CATALOG, model("Embed 4")) == load("480", "0")
    assert usual(CATALOG, model("Command A")) == load("480", "300")


def test_where_a_price_is_unknown_so_is_the_break_even_and_both_reasons_are_told() -> None:
    scout = break_even(CATALOG, model("Llama 4 Scout"), "LARGE_GENERIC_V2", load())
    light = break_even(CATALOG, model("Command Light"), "SMALL_COHERE", load())
    both = break_even(CATALOG, model("Rerank 3.5"), "LARGE_GENERIC_2", load())
    assert isinstance(scout, Unknown)
    assert scout.what == "where Llama 4 Scout breaks even on LARGE_GENERIC_V2"
    assert scout.settle.startswith("its price multiplier is not published in what we hold; read Oracle's pricing page")
    assert isinstance(light, Unknown)
    assert light.settle.startswith("Command Light is not had on demand")
    assert isinstance(both, Unknown)
    assert "its price multiplier is not published" in both.settle
    assert "Rerank 3.5 is not had on demand" in both.settle


def test_prices_in_two_currencies_do_not_compare() -> None:
    made = break_even(with_price("B108077", currency="EUR"), model("Command A"), "LARGE_COHERE_V3", load())
    assert isinstance(made, Unknown)
    assert made.settle == "its prices are on file in USD and EUR, and nothing is converted here"


def test_against_what_costs_nothing_no_unit_breaks_even() -> None:
    made = break_even(with_price("B108077", amount=Decimal(0)), model("Command A"), "LARGE_COHERE_V3", load())
    assert isinstance(made, Unknown)
    assert made.settle == "nothing is charged for it on demand, by the price on file"


@pytest.mark.parametrize(
    ("name", "shape", "of", "units", "dedicated", "on_demand_cost", "more"),
    [
        # 2 x 2,678,400 x 0.0005616; one unit carries 8.49 a second
        ("Llama 3.3 70B", "LARGE_GENERIC", load(rate="2"), 1, "17856.00", "3008.38", "14847.62"),
        # 12 / 8.49: two units; 12 x 2,678,400 x 0.0005616
        ("Llama 3.3 70B", "LARGE_GENERIC", load(rate="12"), 2, "35712.00", "18050.27", "17661.73"),
        # 7.5 of 7.5638: one unit; 7.5 x 2,678,400 x 0.0002808
        ("Command R 08-2024", "SMALL_COHERE_V2", load(rate="7.5"), 1, "4836.00", "5640.71", "-804.71"),
    ],
)
def test_a_load_costs_a_month_both_ways_what_it_does_by_hand(
    name: str, shape: str, of: Load, units: int, dedicated: str, on_demand_cost: str, more: str
) -> None:
    made = month(CATALOG, model(name), shape, of)
    assert made.units == units
    said = [made.dedicated, made.on_demand, made.difference]
    assert [cents(each.money).amount for each in said if isinstance(each, Price)] == [
        Decimal(each) for each in (dedicated, on_demand_cost, more)
    ]
    assert isinstance(made.on_demand, Price)
    assert made.on_demand.per == "month at 744 hours"
    assert CATALOG.sources["pay-dedicated"] in made.on_demand.sources


def test_without_a_benchmark_the_cost_of_one_unit_is_told_and_how_many_it_takes_is_not() -> None:
    made = month(CATALOG, model("Command A"), "LARGE_COHERE_V3", load(rate="2"))
    # 2 x 2,678,400 x 0.0048672
    assert made.units is None
    assert isinstance(made.on_demand, Price)
    assert isinstance(made.dedicated, Price)
    assert cents(made.on_demand.money) == Money(amount=Decimal("26072.62"))
    assert made.dedicated.money == Money(amount=Decimal(17856))


@pytest.mark.parametrize(
    ("name", "shape", "of", "unknown"),
    [
        ("Command A", "LARGE_COHERE_V3", load(), {"on_demand"}),
        ("Llama 3.3 70B", "LARGE_GENERIC", load(at_once="128"), {"on_demand"}),
        ("Command Light", "SMALL_COHERE", load(rate="2"), {"on_demand"}),
        ("Llama 4 Scout", "LARGE_GENERIC_V2", load(rate="2"), {"dedicated"}),
    ],
)
def test_a_side_that_is_unknown_stays_so_and_so_does_the_difference(
    name: str, shape: str, of: Load, unknown: set[str]
) -> None:
    made = month(CATALOG, model(name), shape, of)
    assert {each for each in ("on_demand", "dedicated") if isinstance(getattr(made, each), Unknown)} == unknown
    assert isinstance(made.difference, Unknown)


def test_two_currencies_make_no_difference() -> None:
    made = month(with_price("B108077", currency="EUR"), model("Command A"), "LARGE_COHERE_V3", load(rate="2"))
    assert isinstance(made.difference, Unknown)
    assert made.difference.settle == "prices are on file in EUR and USD; none is converted"


def test_what_rests_on_unconfirmed_hours_of_a_month_is_unknown() -> None:
    hosting = CATALOG.commitments.hosting.model_copy(update={"sources": (RUMOUR,)})
    rumoured = CATALOG.commitments.model_copy(update={"hosting": hosting})
    price = on_demand(CATALOG, model("Command A"))
    assert isinstance(price, OnDemandPrice)
    made = on_demand_month(CATALOG.model_copy(update={"commitments": rumoured}), price, load(rate="2"))
    assert isinstance(made, Unknown)
    assert made.settle.startswith("what we hold of it is not confirmed (A rumour, 2026-11-01)")


BOTH = [
    (each, shape)
    for each in CATALOG.models.values()
    for shape in sorted(CATALOG.shapes)
    if isinstance(on_demand(CATALOG, each), OnDemandPrice) and isinstance(unit_hour(CATALOG, shape), Price)
]
TOKENS = st.decimals(min_value=1, max_value=100_000, places=0)
RATES = st.decimals(min_value="0.001", max_value=1000, places=3)


@given(pair=st.sampled_from(BOTH), prompt=TOKENS, response=TOKENS)
@settings(deadline=None)
def test_at_the_break_even_the_two_months_cost_the_same(
    pair: tuple[ModelEntry, str], prompt: Decimal, response: Decimal
) -> None:
    entry, shape = pair
    made = break_even(CATALOG, entry, shape, load(str(prompt), str(response)))
    assert isinstance(made, BreakEven)
    there = on_demand_month(CATALOG, made.on_demand, made.load.model_copy(update={"rate": made.requests_per_second}))
    here = monthly(CATALOG, shape, 1)
    assert isinstance(there, Price)
    assert isinstance(here, Price)
    assert cents(there.money) == cents(here.money)


@given(pair=st.sampled_from(BOTH), prompt=TOKENS, response=TOKENS, rate=RATES)
@settings(deadline=None)
def test_above_the_break_even_one_unit_costs_less_and_below_it_more(
    pair: tuple[ModelEntry, str], prompt: Decimal, response: Decimal, rate: Decimal
) -> None:
    entry, shape = pair
    made = break_even(CATALOG, entry, shape, load(str(prompt), str(response)))
    assert isinstance(made, BreakEven)
    assume(abs(rate - made.requests_per_second) > Decimal("0.001"))
    there = on_demand_month(CATALOG, made.on_demand, made.load.model_copy(update={"rate": rate}))
    here = monthly(CATALOG, shape, 1)
    assert isinstance(there, Price)
    assert isinstance(here, Price)
    assert (there.money.amount > here.money.amount) is (rate > made.requests_per_second)


@given(pair=st.sampled_from(BOTH), rate=RATES, more=RATES)
@settings(deadline=None)
def test_more_requests_never_cost_less_either_way(pair: tuple[ModelEntry, str], rate: Decimal, more: Decimal) -> None:
    entry, shape = pair
    few, many = (month(CATALOG, entry, shape, load(rate=str(each))) for each in (rate, rate + more))
    for less, greater in ((few.on_demand, many.on_demand), (few.dedicated, many.dedicated)):
        assert isinstance(less, Price)
        assert isinstance(greater, Price)
        assert isinstance(less.money.amount, Decimal)
        assert less.money.amount <= greater.money.amount


@given(
    entry=st.sampled_from(sorted(CATALOG.models.values(), key=lambda each: each.id)),
    shape=st.sampled_from(sorted(CATALOG.shapes)),
    rate=RATES,
)
@settings(deadline=None)
def test_unknown_in_unknown_out(entry: ModelEntry, shape: str, rate: Decimal) -> None:
    lacking = isinstance(on_demand(CATALOG, entry), Unknown) or isinstance(unit_hour(CATALOG, shape), Unknown)
    assert isinstance(break_even(CATALOG, entry, shape, load()), Unknown) is lacking
    made: Month = month(CATALOG, entry, shape, load(rate=str(rate)))
    assert isinstance(made.difference, Unknown) is lacking


def test_a_shape_that_is_not_on_file_breaks_even_nowhere() -> None:
    made = break_even(CATALOG, model("Command A"), "LARGE_COHERE_V9", load())
    assert isinstance(made, Unknown)
    assert "LARGE_COHERE_V9 is not among the unit shapes we hold" in made.settle
