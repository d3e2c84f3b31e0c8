"""The public price list: open to everybody, in pages, and changing when Oracle changes it."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from sandbox.oracle.config import SCENARIO
from tests.sandbox.oracle.conftest import HOME, Opener, Tenancy

LIST = "/pls/apex/cetools/api/v1/products/"
LARGE_COHERE = "B108082"


def listed(tenancy: Tenancy, query: str = "currencyCode=USD", prefix: str = "") -> Any:
    status, answer = tenancy.raw("GET", f"{prefix}{LIST}?{query}")
    assert status == 200
    return answer


def everything(tenancy: Tenancy, query: str = "currencyCode=USD") -> list[Any]:
    """Follow the links, as a client must."""
    page = listed(tenancy, query)
    items: list[Any] = page["items"]
    while page.get("hasMore"):
        (link,) = [it["href"] for it in page["links"] if it["rel"] == "next"]
        parts = urlsplit(link)
        page = tenancy.raw("GET", f"{parts.path}?{parts.query}")[1]
        items += page["items"]
    return items


def price(tenancy: Tenancy, part: str = LARGE_COHERE, currency: str = "USD") -> list[Any]:
    (item,) = listed(tenancy, f"currencyCode={currency}&partNumber={part}")["items"]
    (found,) = item["currencyCodeLocalizations"]
    assert found["currencyCode"] == currency
    prices: list[Any] = found["prices"]
    return prices


@pytest.fixture
def in_one_piece(tmp_path: Path) -> Path:
    text = SCENARIO.read_text(encoding="utf-8")
    path = tmp_path / "scenario.toml"
    path.write_text(text.replace("page_size = 50", ""), encoding="utf-8")
    return path


def test_one_product_is_asked_for_by_part_number_without_a_signature(tenancy: Tenancy) -> None:
    answer = listed(tenancy, f"currencyCode=USD&partNumber={LARGE_COHERE}")
    assert set(answer) == {"lastUpdated", "items"}
    assert answer["items"] == [
        {
            "partNumber": LARGE_COHERE,
            "displayName": "OCI Generative AI - Large Cohere - Dedicated",
            "metricName": "AI Unit Per Hour",
            "serviceCategory": "OCI Generative AI - Models",
            "currencyCodeLocalizations": [
                {"currencyCode": "USD", "prices": [{"model": "PAY_AS_YOU_GO", "value": 24.0}]}
            ],
        }
    ]


def test_the_list_is_the_same_under_a_region(tenancy: Tenancy) -> None:
    query = f"partNumber={LARGE_COHERE}"
    assert listed(tenancy, query, f"/{HOME}") == listed(tenancy, query)
    status, _ = tenancy.raw("GET", f"{LIST.rstrip('/')}?{query}")
    assert status == 200


def test_the_path_of_a_product_is_closed(tenancy: Tenancy) -> None:
    status, answer = tenancy.raw("GET", LIST + LARGE_COHERE)
    assert (status, answer["code"]) == (403, "NotAuthorized")


def test_a_long_list_comes_in_pages_that_say_where_the_next_one_is(tenancy: Tenancy) -> None:
    first = listed(tenancy)
    assert (len(first["items"]), first["hasMore"], first["count"]) == (50, True, 50)
    last = listed(tenancy, "currencyCode=USD&offset=50")
    assert (len(last["items"]), last["hasMore"]) == (32, False)
    assert [it["rel"] for it in last["links"]] == ["self"]
    parts = [it["partNumber"] for it in everything(tenancy)]
    assert len(parts) == len(set(parts)) == 82
    assert [it["partNumber"] for it in everything(tenancy, "currencyCode=USD&limit=7")] == parts


def test_without_a_page_size_the_list_comes_in_one_piece(opened: Opener, in_one_piece: Path) -> None:
    with opened(scenario=in_one_piece) as tenancy:
        answer = listed(tenancy)
    assert set(answer) == {"lastUpdated", "items"}
    assert sum("Generative AI" in it["displayName"] for it in answer["items"]) == 81


def test_prices_come_in_the_currency_asked_for_or_in_all(tenancy: Tenancy) -> None:
    assert price(tenancy, currency="EUR") == [{"model": "PAY_AS_YOU_GO", "value": 21.6}]
    (item,) = listed(tenancy, f"partNumber={LARGE_COHERE}")["items"]
    assert [it["currencyCode"] for it in item["currencyCodeLocalizations"]] == ["USD", "EUR"]
    assert listed(tenancy, "currencyCode=XTS")["items"] == []
    assert listed(tenancy, "currencyCode=USD&partNumber=B0")["items"] == []


def test_a_price_by_quantity_has_a_row_for_each_range(tenancy: Tenancy) -> None:
    rows = [(it["value"], it["rangeMin"], it["rangeMax"]) for it in price(tenancy, "B91628")]
    assert rows == [(0.0, 0, 10), (0.0255, 10, 999999999)]


@pytest.mark.parametrize("query", ["offset=x", "limit=-1"])
def test_a_page_is_a_whole_number(tenancy: Tenancy, query: str) -> None:
    assert tenancy.raw("GET", f"{LIST}?{query}")[0] == 400


def test_oracle_changes_a_price(tenancy: Tenancy) -> None:
    before = listed(tenancy)["lastUpdated"]
    tenancy.control("POST", "prices", {"partNumber": LARGE_COHERE, "value": 26.5})
    assert price(tenancy) == [{"model": "PAY_AS_YOU_GO", "value": 26.5}]
    assert price(tenancy, currency="EUR") == [{"model": "PAY_AS_YOU_GO", "value": 21.6}]
    assert listed(tenancy)["lastUpdated"] > before
    tiers = [{"value": 26.5, "rangeMin": 0, "rangeMax": 100}, {"value": 20, "rangeMin": 100}]
    tenancy.control("POST", "prices", {"partNumber": LARGE_COHERE, "currency": "EUR", "tiers": tiers})
    assert [it["value"] for it in price(tenancy, currency="EUR")] == [26.5, 20]
    renamed = {"partNumber": LARGE_COHERE, "displayName": "Large Cohere", "metricName": "Cluster Hour"}
    assert tenancy.control("POST", "prices", renamed)["metricName"] == "Cluster Hour"
    assert price(tenancy)[0]["value"] == 26.5


def test_oracle_takes_a_product_off_and_puts_another_one_on(tenancy: Tenancy) -> None:
    gone = tenancy.control("DELETE", f"prices/{LARGE_COHERE}")
    assert gone["removed"]["partNumber"] == LARGE_COHERE
    assert tenancy.raw("DELETE", f"/_control/prices/{LARGE_COHERE}")[0] == 404
    added = {"partNumber": "B999999", "displayName": "OCI Generative AI - New", "metricName": "Hour", "value": 3}
    tenancy.control("POST", "prices", added)
    assert price(tenancy, "B999999") == [{"model": "PAY_AS_YOU_GO", "value": 3}]
    parts = {it["partNumber"] for it in everything(tenancy)}
    assert ("B999999" in parts, LARGE_COHERE in parts) == (True, False)
    assert set(tenancy.control("GET", "prices")["products"]) == parts
    status, answer = tenancy.raw("POST", "/_control/prices", {"partNumber": "B1", "value": 3})
    assert (status, "displayName and metricName" in answer["error"]) == (404, True)


def test_changes_survive_a_restart_and_end_with_a_reset(opened: Opener, tmp_path: Path) -> None:
    state = tmp_path / "oracle.json"
    with opened(state=state) as tenancy:
        tenancy.control("POST", "prices", {"partNumber": LARGE_COHERE, "value": 26.5})
        seen = listed(tenancy)
    with opened(state=state) as tenancy:
        again = listed(tenancy)
        assert (again["items"], again["lastUpdated"]) == (seen["items"], seen["lastUpdated"])
        tenancy.control("POST", "reset")
        assert price(tenancy)[0]["value"] == 24.0


def test_the_price_list_can_fail_as_anything_can(tenancy: Tenancy) -> None:
    tenancy.fault(kind="status", status=503, service="prices", retry_after=1)
    assert tenancy.raw("GET", LIST)[0] == 503
    (call,) = tenancy.control("GET", "calls")
    assert (call["operation"], call["permission"], call["status"]) == ("ListProducts", None, 503)
