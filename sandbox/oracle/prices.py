"""Oracle's public price list: one list for everybody, unsigned, with what its products cost in each currency."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from sandbox.oracle.calls import Answer, Call
from sandbox.oracle.errors import forbidden, invalid
from sandbox.oracle.world import Json, World

PRICES = Path(__file__).parent / "prices.toml"
PAY_AS_YOU_GO = "PAY_AS_YOU_GO"


def stock(world: World) -> None:
    """Put the list as it is in the file into a new world."""
    told = _listed()
    world.prices_updated = told["last_updated"]
    for product in told["product"]:
        tiers = product.get("tiers") or [{"usd": product["usd"]}]
        currencies = {"USD": [_row(it["usd"], it.get("from"), it.get("to")) for it in tiers]}
        for currency, factor in told["invented"].items():
            currencies[currency] = [row | {"value": round(row["value"] * factor, 8)} for row in currencies["USD"]]
        world.prices[product["part"]] = {
            "partNumber": product["part"],
            "displayName": product["name"],
            "metricName": product["metric"],
            "serviceCategory": product.get("category", told["service_category"]),
            "currencyCodeLocalizations": [
                {"currencyCode": currency, "prices": rows} for currency, rows in currencies.items()
            ],
        }


@cache
def _listed() -> Json:
    """The file, parsed once and only read: a world is built for every reset."""
    return tomllib.loads(PRICES.read_text(encoding="utf-8"))


def _row(value: float, low: float | None = None, high: float | None = None) -> Json:
    """Give one price; a product whose price goes by quantity has several of them, each with its range."""
    limits = {"rangeMin": low, "rangeMax": high}
    return {"model": PAY_AS_YOU_GO, "value": value} | {name: it for name, it in limits.items() if it is not None}


def list_(world: World, call: Call) -> Answer:
    """List products by part number; a list longer than a page says how to get the rest.

    What the real one answers to a currency it does not have is not known; here the list is then empty.
    """
    currency, part = call.one("currencyCode"), call.one("partNumber")
    rows = [it for name, it in sorted(world.prices.items()) if part in {None, name}]
    if currency:
        rows = [it | {"currencyCodeLocalizations": found} for it in rows if (found := _only(it, currency))]
    size = _whole(call, "limit", world.scenario.prices.page_size or 0) or max(len(rows), 1)
    offset = _whole(call, "offset")
    body: Json = {"lastUpdated": world.prices_updated, "items": rows[offset : offset + size]}
    if size < len(rows):
        more = offset + size < len(rows)
        links = [{"rel": "self", "href": call.url}]
        links += [{"rel": "next", "href": _with(call.url, "offset", f"{offset + size}")}] if more else []
        body |= {"hasMore": more, "limit": size, "offset": offset, "count": len(body["items"]), "links": links}
    return Answer(body)


def get(_: World, __: Call) -> Answer:
    """Refuse: a product is asked for with partNumber=, its own path is closed to everybody."""
    raise forbidden()


def _only(product: Json, currency: str) -> list[Json]:
    return [it for it in product["currencyCodeLocalizations"] if it["currencyCode"] == currency]


def _whole(call: Call, name: str, default: int = 0) -> int:
    told = call.one(name)
    if told is None:
        return default
    if not told.isdecimal():
        raise invalid(f"{name} must be a whole number, not {told!r}.")
    return int(told)


def _with(url: str, name: str, value: str) -> str:
    parts = urlsplit(url)
    query = [(key, it) for key, it in parse_qsl(parts.query) if key != name]
    return urlunsplit(parts._replace(query=urlencode([*query, (name, value)])))


# ------------------------------------------------------------------------------------------- changes from outside


def change(world: World, part: str, told: Json, currency: str, prices: Sequence[Json] | None) -> Json:
    """Change what the list says of a product, or add one to it, as Oracle does from time to time."""
    known: Json = {"partNumber": part, "currencyCodeLocalizations": []} | world.prices.get(part, {}) | told
    if missing := [name for name in ("displayName", "metricName") if name not in known]:
        raise LookupError(f"there is no product {part}; to add it, say its {' and '.join(missing)}")
    known.setdefault("serviceCategory", "OCI Generative AI - Models")
    if prices is not None:
        kept = [it for it in known["currencyCodeLocalizations"] if it["currencyCode"] != currency]
        rows = [_row(it["value"], it.get("rangeMin"), it.get("rangeMax")) for it in prices]
        known["currencyCodeLocalizations"] = [*kept, {"currencyCode": currency, "prices": rows}]
    world.prices[part] = known
    world.prices_updated = world.now()
    return known


def remove(world: World, part: str) -> dict[str, Any]:
    if part not in world.prices:
        raise LookupError(f"there is no product {part}")
    world.prices_updated = world.now()
    return {"removed": world.prices.pop(part)}
