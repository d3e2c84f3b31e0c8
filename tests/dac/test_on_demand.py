"""What requests cost on demand, against sums made by hand, for both of Oracle's ways to charge."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dac.catalog import Catalog, shipped
from dac.figures import Money, Source, Trust, Unknown
from dac.models import ModelEntry
from dac.on_demand import Bought, OnDemandPrice, buys, on_demand

CATALOG = shipped()
RUMOUR = Source(title="A rumour", as_of=date(2026, 11, 1), trust=Trust.UNVERIFIED)
SOLD = sorted(name for name, each in CATALOG.models.items() if isinstance(on_demand(CATALOG, each), OnDemandPrice))


def model(name: str) -> ModelEntry:
    found = CATALOG.model(name)
    assert found is not None
    return found


def price(name: str, catalog: Catalog = CATALOG) -> OnDemandPrice:
    found = on_demand(catalog, model(name))
    assert isinstance(found, OnDemandPrice)
    return found


def with_price(sku: str, **changes: Any) -> Catalog:
    changed = CATALOG.prices[sku].model_copy(update=changes)
    return CATALOG.model_copy(update={"prices": {**CATALOG.prices, sku: changed}})


@pytest.mark.parametrize(
    ("name", "prompt", "response", "cost"),
    [
        # by characters, 4 to a token: (480 + 300) x 4 / 10,000 x 0.0156
        ("Command A", "480", "300", "0.0048672"),
        ("Command A Vision", "100", "100", "0.001248"),
        # (480 + 300) x 4 / 10,000 x 0.0009
        ("Command R 08-2024", "480", "300", "0.0002808"),
        # (100 + 1000) x 4 / 10,000 x 0.0018
        ("Llama 3.3 70B", "100", "1000", "0.000792"),
        ("Llama 4 Scout", "480", "300", "0.0005616"),
        # 780 x 4 / 10,000 x 0.0267
        ("Llama 3.1 405B", "480", "300", "0.0083304"),
        # 780 x 4 / 10,000 x 0.005
        ("Llama 3.2 90B Vision", "480", "300", "0.00156"),
        # an embedding: what goes in alone, 480 x 4 / 10,000 x 0.001
        ("Embed 4", "480", "0", "0.000192"),
        ("Embed 4", "480", "300", "0.000192"),
        # by tokens: 480 x 0.07 / 1,000,000 + 300 x 0.30 / 1,000,000
        ("gpt-oss-20b", "480", "300", "0.0001236"),
        # 480 x 0.15 / 1,000,000 + 300 x 0.60 / 1,000,000
        ("gpt-oss-120b", "480", "300", "0.000252"),
        ("gpt-oss-120b", "1000000", "0", "0.15"),
        ("gpt-oss-120b", "0", "1000000", "0.6"),
    ],
)
def test_a_request_costs_what_it_does_by_hand(name: str, prompt: str, response: str, cost: str) -> None:
    assert price(name).request(Decimal(prompt), Decimal(response)) == Money(amount=Decimal(cost))


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Command A", "$0.0156 per 10,000 characters, a token taken as 4"),
        ("Embed 4", "$0.001 per 10,000 characters, a token taken as 4"),
        ("gpt-oss-20b", "$0.07 per million tokens in, $0.30 per million out"),
    ],
)
def test_a_price_says_how_it_is_charged_and_where_that_was_read(name: str, words: str) -> None:
    found = price(name)
    assert (found.words, found.basis) == (words, "list")
    assert found.sources[0] == CATALOG.sources["price-list"]
    assumed = {CATALOG.sources["pay-on-demand"], CATALOG.sources["characters"]}
    assert (set(found.sources) >= assumed) is ("characters" in words)


def test_the_last_price_of_a_model_that_is_gone_is_said_to_be_that() -> None:
    assert price("Command A").offered
    assert not price("Command R 08-2024").offered
    assert not price("Command A Reasoning").offered


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("Command Light", "Command Light is not had on demand; read https://docs.oracle.com/"),
        ("Rerank 3.5", "Rerank 3.5 is not had on demand; read"),
        ("Llama 3.3 70B FP8", "no on-demand price of it in USD is on file; read"),
        ("Rerank 4 Pro", "it is sold per 1000 Search Units, which is not compared here; read"),
    ],
)
def test_what_has_no_price_that_compares_is_unknown(name: str, why: str) -> None:
    found = on_demand(CATALOG, model(name))
    assert isinstance(found, Unknown)
    assert found.what == f"the on-demand price of {name}"
    assert found.settle.startswith(why)


NOT_SOLD_SO = [
    ("gpt-oss-20b", {"B112006": {"metric": "1000 Requests"}}, "it is sold per 1000 Requests, which is not compared"),
    ("gpt-oss-20b", {"B112007": {"product": "gpt-oss-20b - Tokens"}}, "it is sold per 1,000,000 Tokens, which is not"),
    ("gpt-oss-20b", {"B112007": {"currency": "EUR"}}, "it is sold per 1,000,000 Tokens, which is not compared here"),
    ("gpt-oss-20b", {"B112007": {"sources": (RUMOUR,)}}, "what we hold of it is not confirmed (A rumour, 2026-11-01)"),
    ("Command A", {"B108077": {"sources": (RUMOUR,)}}, "what we hold of it is not confirmed (A rumour, 2026-11-01)"),
]


@pytest.mark.parametrize(("name", "changes", "why"), NOT_SOLD_SO)
def test_what_cannot_be_reckoned_or_is_not_confirmed_is_unknown(
    name: str, changes: dict[str, dict[str, Any]], why: str
) -> None:
    ((sku, change),) = changes.items()
    found = on_demand(with_price(sku, **change), model(name))
    assert isinstance(found, Unknown)
    assert found.settle.startswith(why)


def test_a_line_that_is_not_on_file_makes_the_whole_price_unknown() -> None:
    left = {sku: each for sku, each in CATALOG.prices.items() if sku != "B112007"}
    found = on_demand(CATALOG.model_copy(update={"prices": left}), model("gpt-oss-20b"))
    assert isinstance(found, Unknown)
    assert found.settle.startswith("no on-demand price of it in USD is on file")


def test_without_the_rule_of_counting_characters_there_is_no_price_by_them() -> None:
    found = on_demand(CATALOG.model_copy(update={"on_demand": None}), model("Command A"))
    assert isinstance(found, Unknown)
    assert found.settle.startswith("how its transactions are counted is not on file")


@pytest.mark.parametrize(
    ("sku", "name"), [("B108077", "Command A"), ("B112006", "gpt-oss-20b"), ("B112007", "gpt-oss-20b")]
)
def test_one_line_by_contract_makes_the_price_a_contracts(sku: str, name: str) -> None:
    assert price(name, with_price(sku, basis="contract")).basis == "contract"


def test_a_contracts_currency_is_named() -> None:
    found = price("Command A", with_price("B108077", currency="EUR", amount=Decimal("0.0142")))
    assert found.words == "0.0142 EUR per 10,000 characters, a token taken as 4"
    assert found.request(Decimal(480), Decimal(300)) == Money(amount=Decimal("0.0044304"), currency="EUR")


@pytest.mark.parametrize(
    ("name", "money", "prompt", "response", "requests", "tokens"),
    [
        # $17,856 / 0.0048672 = 3,668,639.05 requests of 780 tokens: 2.86 billion
        ("Command A", "17856", "480", "300", "3668639.053", "2861538461.538"),
        # $4,471.44 / 0.0001236 = 36,176,699.03 requests
        ("gpt-oss-20b", "4471.44", "480", "300", "36176699.029", "28217825242.718"),
        ("Embed 4", "8109.60", "480", "0", "42237500.000", "20274000000.000"),
    ],
)
def test_what_an_amount_of_money_buys(
    name: str, money: str, prompt: str, response: str, requests: str, tokens: str
) -> None:
    found = buys(price(name), Money(amount=Decimal(money)), Decimal(prompt), Decimal(response))
    assert isinstance(found, Bought)
    assert (f"{found.requests:.3f}", f"{found.tokens:.3f}") == (requests, tokens)


def test_a_month_of_a_command_a_unit_buys_some_1068_tokens_a_second() -> None:
    found = buys(price("Command A"), Money(amount=Decimal(17856)), Decimal(480), Decimal(300))
    assert isinstance(found, Bought)
    assert f"{found.per_second(744):.2f}" == "1068.38"


def test_how_much_another_currency_or_a_price_of_nothing_buys_is_unknown() -> None:
    euros = buys(price("Command A"), Money(amount=Decimal(5), currency="EUR"), Decimal(480), Decimal(300))
    free = price("Command A", with_price("B108077", amount=Decimal(0)))
    nothing = buys(free, Money(amount=Decimal(5)), Decimal(480), Decimal(300))
    assert isinstance(euros, Unknown)
    assert euros.settle == "it is sold in USD"
    assert isinstance(nothing, Unknown)
    assert nothing.settle == "nothing is charged for it"


TOKENS = st.decimals(min_value=0, max_value=2_000_000, places=0)
AMOUNTS = st.decimals(min_value="0.01", max_value=1_000_000, places=2)


@given(name=st.sampled_from(SOLD), prompt=TOKENS, response=TOKENS, more=TOKENS)
@settings(deadline=None)
def test_more_tokens_never_cost_less(name: str, prompt: Decimal, response: Decimal, more: Decimal) -> None:
    found = price(name)
    least = found.request(prompt, response).amount
    assert isinstance(least, Decimal)
    assert least <= found.request(prompt + more, response).amount
    assert least <= found.request(prompt, response + more).amount


@given(name=st.sampled_from(SOLD), money=AMOUNTS, prompt=TOKENS.filter(bool), response=TOKENS)
@settings(deadline=None)
def test_what_money_buys_costs_that_money(name: str, money: Decimal, prompt: Decimal, response: Decimal) -> None:
    found = price(name)
    got = buys(found, Money(amount=money), prompt, response)
    assert isinstance(got, Bought)
    assert abs(found.request(prompt, response).amount * got.requests - money) < Decimal("1e-9")
