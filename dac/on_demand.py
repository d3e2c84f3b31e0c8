"""What requests cost on demand: by the characters or by the tokens that go in and come out."""

from __future__ import annotations

from decimal import Decimal

from dac.catalog import Catalog, PriceEntry
from dac.figures import Basis, Frozen, Money, Source, Unknown, exact
from dac.models import Kind, ModelEntry
from dac.pricing import doubted, together

TRANSACTIONS = "10,000 Transactions"
TOKENS = "1,000,000 Tokens"
PER_TRANSACTIONS, PER_TOKENS = 10_000, 1_000_000
SECONDS = 3600
"""Of an hour."""


class OnDemandPrice(Frozen):
    """What a token costs on its way in and on its way out, exact, and how that was reckoned.

    `offered` is False for a model that is not had on demand any more: the price is the one it last had.
    """

    model: str
    offered: bool
    currency: str
    per_prompt_token: Decimal
    per_response_token: Decimal
    words: str
    sources: tuple[Source, ...]
    basis: Basis

    def request(self, prompt_tokens: Decimal, response_tokens: Decimal) -> Money:
        """What one request of so many tokens costs."""
        amount = self.per_prompt_token * prompt_tokens + self.per_response_token * response_tokens
        return Money(amount=amount, currency=self.currency)


class Bought(Frozen):
    """How many requests of so many tokens an amount of money buys, and how many tokens that is, in and out."""

    requests: Decimal
    tokens: Decimal

    def per_second(self, hours: int) -> Decimal:
        """Tokens a second if they come round the clock in so many hours."""
        return self.tokens / (hours * SECONDS)


def buys(price: OnDemandPrice, money: Money, prompt_tokens: Decimal, response_tokens: Decimal) -> Bought | Unknown:
    """What that money comes to on demand; no price of nothing, and none in another currency, says how much."""
    request = price.request(prompt_tokens, response_tokens)
    if request.currency != money.currency or not request.amount:
        why = "nothing is charged for it" if request.currency == money.currency else f"it is sold in {request.currency}"
        return Unknown(what=f"how much of {price.model} {money} buys on demand", settle=why)
    requests = money.amount / request.amount
    return Bought(requests=requests, tokens=requests * (prompt_tokens + response_tokens))


def on_demand(catalog: Catalog, model: ModelEntry) -> OnDemandPrice | Unknown:
    """By the catalogue's price list; unknown where the model never was had on demand or its price is not on file."""
    found = _found(catalog, model)
    if isinstance(found, Unknown):
        return found
    return doubted(catalog, f"the on-demand price of {model.name}", found.sources) or found


def _found(catalog: Catalog, model: ModelEntry) -> OnDemandPrice | Unknown:
    if model.on_demand is False and not model.on_demand_skus:
        return _unknown(catalog, model, f"{model.name} is not had on demand")
    lines = [catalog.price(sku) for sku in model.on_demand_skus]
    listed = [each for each in lines if each is not None]
    if not listed or len(listed) < len(lines):
        return _unknown(catalog, model, f"no on-demand price of it in {catalog.currency} is on file")
    if len(listed) == 1 and listed[0].metric == TRANSACTIONS:
        return _by_characters(catalog, model, listed[0])
    ways = {_way(each): each for each in listed}
    alike = len({each.currency for each in listed}) == 1 and {each.metric for each in listed} == {TOKENS}
    if set(ways) == {"input", "output"} and alike:
        return _by_tokens(model, ways["input"], ways["output"])
    return _unknown(catalog, model, f"it is sold per {listed[0].metric}, which is not compared here")


def _by_characters(catalog: Catalog, model: ModelEntry, listed: PriceEntry) -> OnDemandPrice | Unknown:
    rule = catalog.on_demand
    if rule is None:
        return _unknown(catalog, model, "how its transactions are counted is not on file")
    per_token = listed.amount * rule.characters_per_token / (PER_TRANSACTIONS * rule.characters_per_transaction)
    # Embeddings are billed for what goes in alone; there is nothing else to bill.
    out = Decimal(0) if model.kind is Kind.EMBED else per_token
    return OnDemandPrice(
        model=model.id,
        offered=model.on_demand is not False,
        currency=listed.currency,
        per_prompt_token=per_token,
        per_response_token=out,
        words=f"{_money(listed)} per 10,000 characters, a token taken as {rule.characters_per_token}",
        sources=together(listed.sources, rule.sources),
        basis=listed.basis,
    )


def _by_tokens(model: ModelEntry, into: PriceEntry, out: PriceEntry) -> OnDemandPrice:
    return OnDemandPrice(
        model=model.id,
        offered=model.on_demand is not False,
        currency=into.currency,
        per_prompt_token=into.amount / PER_TOKENS,
        per_response_token=out.amount / PER_TOKENS,
        words=f"{_money(into)} per million tokens in, {_money(out)} per million out",
        sources=together(into.sources, out.sources),
        basis="contract" if "contract" in {into.basis, out.basis} else "list",
    )


def _way(listed: PriceEntry) -> str:
    name = listed.product.casefold()
    return "input" if "input" in name else "output" if "output" in name else name


def _money(listed: PriceEntry) -> str:
    """With every digit: a hundredth of a cent counts here."""
    return exact(Money(amount=listed.amount, currency=listed.currency))


def _unknown(catalog: Catalog, model: ModelEntry, because: str) -> Unknown:
    return Unknown(what=f"the on-demand price of {model.name}", settle=f"{because}; read {catalog.pricing_page}")
