"""What Oracle's price list says differently from the catalogue, and the catalogue file that takes it over."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from dac.catalog import Catalog, PriceEntry
from dac.figures import Frozen, Money, Source, exact
from dac.price_list import Listed, PriceList, alike

WRITTEN_BY = "# Written by `python -m bot prices refresh`"
"""How a file begins that may be written over: nobody's own words are in it."""

TENTH = Decimal("0.1")


class What(StrEnum):
    """The kinds of difference, as the report heads them and in its order."""

    AMOUNT = "Other prices"
    NEW = "New products"
    FIRST = "Prices not held in this currency so far"
    RENAMED = "Renamed products"
    METRIC = "Sold by another measure: what the catalogue reckons with them no longer holds"
    TIERED = "Sold in tiers, which the catalogue does not hold"
    UNPRICED = "Without a pay-as-you-go price in this currency"
    UNREAD = "Listed in a way that makes no sense"
    GONE = "No longer listed"


TAKEN_OVER = {What.AMOUNT, What.NEW, What.FIRST, What.RENAMED}
"""What a file can take over: one price for the measure that the catalogue knows."""


class Difference(Frozen):
    """`before` is what the catalogue holds, `now` what the list says; `sentence` says it to a person."""

    what: What
    sku: str
    sentence: str
    before: PriceEntry | None = None
    now: Listed | None = None


class Comparison(Frozen):
    """All differences; `contract` are the part numbers whose price is the team's own, which the list cannot change."""

    listed: PriceList
    known: int
    found: int
    differences: tuple[Difference, ...]
    contract: tuple[str, ...]

    def report(self) -> Iterator[str]:
        """The lines that tell it."""
        counted = f"{self.found} of the {self.known} products of the catalogue"
        yield f"Oracle's price list in {self.listed.currency} of {self.listed.as_of.isoformat()}: {counted} are on it."
        for what in What:
            of_kind = [each for each in self.differences if each.what is what]
            if of_kind:
                yield f"{what}:"
                yield from (f"  {each.sentence}" for each in of_kind)
        if self.contract:
            yield f"Your contract's, not compared: {', '.join(self.contract)}"
        if not self.differences:
            yield "Nothing changed."


def compare(catalog: Catalog, listed: PriceList) -> Comparison:
    """The list against the catalogue in the list's currency, which it may hold no price in."""
    code = listed.currency
    held = catalog.in_currency(code).prices if code in catalog.currencies else {}
    contract = tuple(sku for sku, each in sorted(held.items()) if each.basis == "contract")
    return Comparison(
        listed=listed,
        known=len(catalog.prices),
        found=len(catalog.prices.keys() & listed.products.keys()),
        differences=tuple(_differences(catalog, held, listed)),
        contract=contract,
    )


def _differences(catalog: Catalog, held: Mapping[str, PriceEntry], listed: PriceList) -> Iterator[Difference]:
    for sku, entry in sorted(catalog.prices.items()):
        now = listed.products.get(sku)
        if now is None and sku not in listed.unread:
            yield _said(What.GONE, sku, entry.product, before=entry)
        elif now is not None:
            yield from _of_known(entry, held.get(sku), now, listed.currency)
    for sku, why in sorted(listed.unread.items()):
        yield _said(What.UNREAD, sku or "(no part number)", why)
    for sku in sorted(listed.products.keys() - catalog.prices.keys()):
        yield _of_new(listed.products[sku], listed.currency, catalog.currency)


def _of_known(known: PriceEntry, held: PriceEntry | None, now: Listed, code: str) -> Iterator[Difference]:
    sku, name = known.sku, known.product
    if held is not None and held.basis == "contract":
        return
    if not alike(known.metric, now.metric):
        told = f"{name}: per {now.metric}, not per {known.metric}; {_prices(now, code)}"
        yield _said(What.METRIC, sku, told, held, now)
    elif now.amount is None:
        yield _said(What.TIERED if now.tiers else What.UNPRICED, sku, f"{name}: {_prices(now, code)}", held, now)
    elif held is None:
        yield _said(What.FIRST, sku, f"{name}: {_money(now.amount, code)} per {known.metric}", held, now)
    else:
        if held.amount != now.amount:
            moved = f"{_money(held.amount, code)} → {_money(now.amount, code)}"
            told = f"{name}: {moved} per {known.metric}{_by(held.amount, now.amount)}"
            yield _said(What.AMOUNT, sku, told, held, now)
        if not alike(held.product, now.product):
            yield _said(What.RENAMED, sku, f"{held.product} → {now.product}", held, now)


def _of_new(now: Listed, code: str, own: str) -> Difference:
    told = f"{now.product}: {_prices(now, code)} per {now.metric}"
    if code != own:
        told += f" (to hold it, read the list in {own} first)"
    return _said(What.NEW, now.sku, told, now=now)


def _said(what: What, sku: str, told: str, before: PriceEntry | None = None, now: Listed | None = None) -> Difference:
    return Difference(what=what, sku=sku, sentence=f"{sku} {told}", before=before, now=now)


def _prices(now: Listed, code: str) -> str:
    if not now.tiers:
        return f"no price in {code}"
    first, *further = now.tiers
    said = [_money(first.amount, code), *(f"{_money(each.amount, code)} above {each.above:,f}" for each in further)]
    return ", ".join(said)


def _money(amount: Decimal, code: str) -> str:
    return exact(Money(amount=amount, currency=code))


def _by(before: Decimal, now: Decimal) -> str:
    """By how many percent; what had no price has not risen by any."""
    if not before:
        return ""
    percent = abs(now - before) * 100 / before
    way = "up" if now > before else "down"
    if percent < TENTH:
        return f" ({way} by less than 0.1 %)"
    return f" ({way} {percent.quantize(TENTH, ROUND_HALF_UP):,f} %)"


def written(catalog: Catalog, comparison: Comparison, source: Source, read_on: date) -> str:
    """A catalogue file with what can be taken over, which may be nothing; `catalog` is what it will be read over.

    Products are written where the list is in the catalogue's own currency, else prices in that other one.
    """
    listed, own = comparison.listed, comparison.listed.currency == catalog.currency
    key = f"oracle-price-list-{listed.currency.lower()}-{listed.as_of.isoformat()}"
    lines = [
        f"{WRITTEN_BY} on {read_on.isoformat()}; written over when it is run again.",
        "# For DAC_CATALOG_FILES, before the files that hold your contract's rates.",
        "",
        f"[sources.{key}]",
        f"title = {_text(source.title)}",
        *([] if source.url is None else [f"url = {_text(source.url)}"]),
        f"as_of = {source.as_of.isoformat()}",
        f"trust = {_text(source.trust)}",
    ]
    for sku, (before, now) in sorted(_taken_over(comparison, own=own).items()):
        lines += ["", f"[prices.{sku}]" if own else f"[localised.{listed.currency}.{sku}]"]
        if own:
            product = now.product if before is None or not alike(before.product, now.product) else before.product
            lines.append(f"product = {_text(product)}")
            # A known product keeps the catalogue's spelling of its measure, which sums go by.
            lines.append(f"metric = {_text(now.metric if before is None else before.metric)}")
            lines.append(f"currency = {_text(listed.currency)}")
        lines += [f'amount = "{now.amount:f}"', 'basis = "list"', f"sources = [{_text(key)}]"]
    return "\n".join([*lines, ""])


def _taken_over(comparison: Comparison, *, own: bool) -> dict[str, tuple[PriceEntry | None, Listed]]:
    return {
        each.sku: (each.before, each.now)
        for each in comparison.differences
        if each.what in TAKEN_OVER
        and each.now is not None
        and each.now.amount is not None
        and (own or each.what in {What.AMOUNT, What.FIRST})
    }


def takes_over(catalog: Catalog, comparison: Comparison) -> int:
    """How many prices `written` holds."""
    return len(_taken_over(comparison, own=comparison.listed.currency == catalog.currency))


def _text(words: str) -> str:
    """A TOML string: JSON's escapes are TOML's too, of what is printable."""
    return json.dumps(words, ensure_ascii=False)
