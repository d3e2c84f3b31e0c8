"""Oracle's public price list: its JSON read without a float, and what it says of the products we know or should."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, NoReturn

from pydantic import BaseModel, BeforeValidator, Field, ValidationError

from dac.errors import Invalid
from dac.figures import Frozen
from dac.naming import clip

PAY_AS_YOU_GO = "PAY_AS_YOU_GO"
SERVICE = "generativeai"
PREFIX = re.compile(r"^(?:OCI|Oracle Cloud Infrastructure)\s+Generative AI\s*[-–]?\s*", re.IGNORECASE)
SKU = re.compile(r"^[A-Z0-9_]{1,30}$")
NEXT = "next"


class Tier(Frozen):
    """What one costs once `above` of them have been bought in the month."""

    above: Decimal
    amount: Decimal


class Listed(Frozen):
    """A product as the list has it; without tiers where it has no pay-as-you-go price in that currency."""

    sku: str
    product: str
    metric: str
    tiers: tuple[Tier, ...]

    @property
    def amount(self) -> Decimal | None:
        """The one price it has; None where it has none, or several tiers of it."""
        return self.tiers[0].amount if len(self.tiers) == 1 else None


class PriceList(Frozen):
    """The products of the service on it, by part number; `unread` are those of them whose lines make no sense."""

    currency: str
    as_of: date
    products: dict[str, Listed]
    unread: dict[str, str] = Field(default_factory=dict)


class Page(Frozen):
    """One answer of Oracle's: its items as they are, and the address of the next, relative or not."""

    items: tuple[Any, ...]
    as_of: date | None
    following: str | None


def page(text: str) -> Page:
    """One answer; `Invalid` where it is no JSON, or no price list."""
    try:
        raw = json.loads(text, parse_float=Decimal, parse_constant=_no_number)
    except (ValueError, RecursionError):
        began = clip(_clean(text[:200])) or "nothing at all"
        raise Invalid(f"What came is not JSON but “{began}”. Is DAC_PRICE_LIST_URL the list's address?") from None
    if not isinstance(raw, dict) or not isinstance(raw.get("items"), list):
        raise Invalid(
            "What came is JSON, but no price list: it has no items. Is DAC_PRICE_LIST_URL the list's address?"
        )
    return Page(items=tuple(raw["items"]), as_of=_day(raw.get("lastUpdated")), following=_following(raw))


def read(pages: Iterable[Page], currency: str, known: Collection[str], read_on: date) -> PriceList:
    """All pages as one list, of which the service's products and those `known` are kept.

    It bears the list's own date, or that of the reading where it names none. `Invalid` for a list that is empty, or
    holds so few of the known products that it cannot be whole: what it lacks must not be taken as gone.
    """
    pages = tuple(pages)
    products: dict[str, Listed] = {}
    unread: dict[str, str] = {}
    for raw in (item for each in pages for item in each.items):
        sku = _sku(raw)
        if sku not in known and not _is_ours(raw):
            continue
        try:
            listed = _listed(sku, raw, currency)
        except ValueError as error:
            unread[sku] = str(error)
            continue
        if products.setdefault(sku, listed) != listed:
            unread[sku] = "it stands there twice, differently"
    for sku in unread:
        products.pop(sku, None)
    if not any(each.items for each in pages):
        raise Invalid(
            f"The price list is empty, and nothing is concluded from that. Are there prices in {currency}? Otherwise "
            "try again later."
        )
    _check_whole(known, products, unread)
    days = [each.as_of for each in pages if each.as_of is not None]
    return PriceList(currency=currency, as_of=min(days, default=read_on), products=products, unread=unread)


def alike(one: str, other: str) -> bool:
    """Whether two names differ in nothing but dashes, spaces, case, and how much of the service's own name they say."""
    return _letters(short(one)) == _letters(short(other))


def short(product: str) -> str:
    """A product's name without the service's, fit to be shown and written."""
    flat = _clean(product)
    return PREFIX.sub("", flat) or flat


def _clean(text: str) -> str:
    """Without what a terminal or a file would take for more than a letter."""
    return " ".join("".join(each if each.isprintable() else " " for each in text).split())


def _letters(text: str) -> str:
    return re.sub(r"[\W_]+", "", text).casefold()


def _check_whole(known: Collection[str], products: Mapping[str, Listed], unread: Mapping[str, str]) -> None:
    found = sum(each in products for each in known)
    if unread and not products:
        sku, why = next(iter(unread.items()))
        raise Invalid(f"No product of the price list can be read; of the first, {sku or 'without part number'}, {why}.")
    if found * 2 < len(known):
        raise Invalid(
            f"The price list holds {found} of the {len(known)} products of the catalogue: that cannot be the whole of "
            "it, so nothing is concluded. Try again later; DAC_PRICE_LIST_URL must not ask for single products."
        )


def _no_number(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no number")


def _day(written: object) -> date | None:
    try:
        return datetime.fromisoformat(str(written)).date()
    except ValueError:
        return None


def _following(raw: Mapping[str, Any]) -> str | None:
    links = raw.get("links")
    targets = [
        link["href"]
        for link in (links if isinstance(links, list) else [])
        if isinstance(link, dict) and link.get("rel") == NEXT and isinstance(link.get("href"), str)
    ]
    if raw.get("hasMore") is False:
        return None
    if raw.get("hasMore") and not targets:
        raise Invalid("The price list says that there is more of it and not where; nothing is concluded from a part.")
    return targets[0] if targets else None


def _sku(raw: object) -> str:
    written = raw.get("partNumber") if isinstance(raw, dict) else None
    sku = written.strip().upper() if isinstance(written, str) else ""
    return sku if SKU.match(sku) else ""


def _is_ours(raw: object) -> bool:
    said = [raw.get("displayName"), raw.get("serviceCategory")] if isinstance(raw, dict) else []
    return any(SERVICE in _letters(str(each)) for each in said)


def _counted(written: object) -> object:
    """A number of the JSON itself: one in quotes is not how the list has it, and true is no 1."""
    if isinstance(written, (int, Decimal)) and not isinstance(written, bool):
        return Decimal(written)
    raise ValueError("must be a number")


Amount = Annotated[Decimal, BeforeValidator(_counted), Field(ge=0, lt=10**9, max_digits=28, decimal_places=18)]
Words = Annotated[str, Field(min_length=1, max_length=300)]


class _Row(BaseModel):
    model: str
    value: Amount
    above: Amount | None = Field(None, alias="rangeMin")


class _Money(BaseModel):
    currency: str = Field(alias="currencyCode")
    prices: list[Any]


class _Item(BaseModel):
    product: Words = Field(alias="displayName")
    metric: Words = Field(alias="metricName")
    money: list[_Money] = Field(alias="currencyCodeLocalizations")


def _listed(sku: str, raw: object, currency: str) -> Listed:
    """`ValueError` in words where it makes no sense."""
    if not sku:
        raise ValueError("it has no part number")
    try:
        item = _Item.model_validate(raw)
        rows = [_Row.model_validate(row) for row in _payg(item, currency)]
    except ValidationError as error:
        fault = error.errors()[0]
        where = ".".join(map(str, fault["loc"]))
        raise ValueError(f"{where}: {fault['msg'].removeprefix('Value error, ')}") from None
    tiers = sorted({(row.above or Decimal(0), row.value) for row in rows})
    if len({above for above, _ in tiers}) < len(tiers):
        raise ValueError("it has two prices for the same amount")
    return Listed(
        sku=sku,
        product=short(item.product),
        metric=_clean(item.metric),
        tiers=tuple(Tier(above=above, amount=amount) for above, amount in tiers),
    )


def _payg(item: _Item, currency: str) -> Iterator[Any]:
    """The rows that count; those of other ways to pay are not looked at."""
    for each in item.money:
        if each.currency == currency:
            yield from (row for row in each.prices if isinstance(row, dict) and row.get("model") == PAY_AS_YOU_GO)
