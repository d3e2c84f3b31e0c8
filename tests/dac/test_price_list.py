"""Oracle's price list is read to the last digit, what changed is told, and a list in part is never taken for all."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dac.catalog import Catalog, shipped
from dac.errors import Invalid
from dac.figures import Price, Source, Trust
from dac.price_changes import WRITTEN_BY, Comparison, What, compare, takes_over, written
from dac.price_list import PriceList, alike, page, read, short
from dac.pricing import unit_hour

CATALOG = shipped()
TODAY = date(2026, 11, 28)
LARGE = "B108082"
SOURCE = Source(title="Oracle's list", url="https://example.com/?a=1", as_of=date(2026, 9, 1), trust=Trust.DOC)

Json = dict[str, Any]


def item(sku: str, **changes: Any) -> Json:
    """A line of Oracle's that says what the catalogue does."""
    entry = CATALOG.prices[sku]
    said = {"product": f"OCI Generative AI - {entry.product}", "metric": entry.metric, "amount": entry.amount} | changes
    rows = said.get("rows", [{"model": "PAY_AS_YOU_GO", "value": said["amount"]}])
    return {
        "partNumber": sku,
        "displayName": said["product"],
        "metricName": said["metric"],
        "serviceCategory": "OCI Generative AI - Models",
        "currencyCodeLocalizations": [{"currencyCode": said.get("currency", "USD"), "prices": rows}],
    }


def without(*skus: str) -> list[Json]:
    return [item(sku) for sku in CATALOG.prices if sku not in skus]


def whole(**changes: Any) -> list[Json]:
    """The whole list, one product of it changed."""
    return [*without(LARGE), item(LARGE, **changes)]


def text(items: object, **more: Any) -> str:
    raw = {"lastUpdated": "2026-09-01T14:26:53.943Z", "items": items, **more}
    # Numbers as Oracle writes them, digit by digit.
    return json.dumps(raw, default=lambda number: f"#{number}#").replace('"#', "").replace('#"', "")


def listed(items: object, currency: str = "USD", catalog: Catalog = CATALOG) -> PriceList:
    return read([page(text(items))], currency, catalog.prices.keys(), TODAY)


def compared(items: object, currency: str = "USD", catalog: Catalog = CATALOG) -> Comparison:
    return compare(catalog, listed(items, currency, catalog))


def told(comparison: Comparison) -> list[tuple[What, str]]:
    return [(each.what, each.sentence) for each in comparison.differences]


class TestReading:
    def test_a_list_that_says_what_the_catalogue_says_changes_nothing_and_bears_its_own_date(self) -> None:
        comparison = compared(whole())
        assert told(comparison) == []
        assert list(comparison.report()) == [
            "Oracle's price list in USD of 2026-09-01: 81 of the 81 products of the catalogue are on it.",
            "Nothing changed.",
        ]

    @pytest.mark.parametrize("stamp", [None, "soon", 7, "2026-13-01"])
    def test_one_that_does_not_say_of_which_day_it_is_bears_the_day_it_was_read(self, stamp: object) -> None:
        found = read([page(text(whole(), lastUpdated=stamp))], "USD", CATALOG.prices.keys(), TODAY)
        assert found.as_of == TODAY

    def test_pages_are_one_list_of_the_day_of_the_oldest(self) -> None:
        items = whole()
        pages = [
            page(text(items[:40], lastUpdated="2026-09-02")),
            page(text(items[40:], lastUpdated="2026-09-01")),
        ]
        found = read(pages, "USD", CATALOG.prices.keys(), TODAY)
        assert found.products.keys() == CATALOG.prices.keys()
        assert found.as_of == date(2026, 9, 1)

    @settings(max_examples=30)
    @given(st.decimals(min_value=0, max_value=999_999, places=12))
    def test_no_digit_of_an_amount_is_lost(self, amount: Decimal) -> None:
        assert listed(whole(amount=amount)).products[LARGE].amount == amount

    def test_other_ways_to_pay_and_other_currencies_are_left_aside(self) -> None:
        rows = [{"model": "MONTHLY_FLEX", "value": 1}, {"model": "PAY_AS_YOU_GO", "value": 24}, "?"]
        raw = item(LARGE, rows=rows)
        euros = {"currencyCode": "EUR", "prices": [{"model": "PAY_AS_YOU_GO", "value": 22}]}
        raw["currencyCodeLocalizations"].insert(0, euros)
        assert listed([*without(LARGE), raw]).products[LARGE].amount == 24

    def test_what_is_not_of_the_service_is_left_aside_however_it_looks(self) -> None:
        strangers = [
            {"partNumber": "B93113", "displayName": "Compute", "currencyCodeLocalizations": "?"},
            {"partNumber": 7},
            "nothing",
            None,
        ]
        assert listed([*whole(), *strangers]) == listed(whole())

    def test_part_numbers_are_read_in_any_case(self) -> None:
        assert told(compared([*without(LARGE), item(LARGE) | {"partNumber": " b108082 "}])) == []

    def test_the_same_line_twice_is_one(self) -> None:
        assert listed([*whole(), item(LARGE)]) == listed(whole())


class TestWhatCannotBe:
    @pytest.mark.parametrize(
        "said", ["", "<html>\x1b[31mNo</html>", '{"items": [NaN]}', '{"items": [Infinity]}', "[" * 100_000]
    )
    def test_what_is_no_json_is_refused_and_quoted_harmlessly(self, said: str) -> None:
        with pytest.raises(Invalid, match="What came is not JSON but “") as refused:
            page(said)
        assert str(refused.value).isprintable()
        assert len(str(refused.value)) < 200

    @pytest.mark.parametrize("said", ["[]", "7", "{}", '{"items": {}}', '{"error": "down"}'])
    def test_what_is_no_price_list_is_refused(self, said: str) -> None:
        with pytest.raises(Invalid, match="no price list: it has no items"):
            page(said)

    def test_an_empty_list_changes_nothing(self) -> None:
        with pytest.raises(Invalid, match=r"The price list is empty, .* Are there prices in USD\?"):
            listed([])

    @pytest.mark.parametrize("left", [1, 40])
    def test_a_list_without_most_of_the_products_is_not_the_whole_of_it(self, left: int) -> None:
        with pytest.raises(Invalid, match=f"holds {left} of the 81 products .* cannot be the whole"):
            listed(whole()[-left:])

    def test_a_list_with_more_than_half_of_them_is_believed(self) -> None:
        comparison = compared(whole()[-41:])
        assert {each.what for each in comparison.differences} == {What.GONE}
        assert len(comparison.differences) == 40

    @pytest.mark.parametrize(
        ("broken", "why"),
        [
            ({"metricName": ""}, "metricName: String should have at least 1 character"),
            ({"displayName": None}, "displayName: Input should be a valid string"),
            ({"displayName": "Generative AI \ud800"}, "displayName: Input should be a valid string, unable to parse"),
            ({"currencyCodeLocalizations": {}}, "currencyCodeLocalizations: Input should be a valid list"),
            ({"currencyCodeLocalizations": [{"currencyCode": "USD"}]}, "currencyCodeLocalizations.0.prices: Field req"),
        ],
    )
    def test_a_line_that_makes_no_sense_is_told_and_its_product_is_not_gone(self, broken: Json, why: str) -> None:
        ((what, sentence),) = told(compared([*without(LARGE), item(LARGE) | broken]))
        assert what is What.UNREAD
        assert sentence.startswith(f"{LARGE} {why}")

    @pytest.mark.parametrize("value", ["24", True, -1, Decimal("1E+9"), Decimal("1E-30"), None])
    def test_an_amount_that_makes_no_sense_is_no_price(self, value: object) -> None:
        rows = [{"model": "PAY_AS_YOU_GO", "value": value}]
        ((what, sentence),) = told(compared(whole(rows=rows)))
        assert (what, sentence[: len(LARGE) + 7]) == (What.UNREAD, f"{LARGE} value:")

    def test_two_lines_that_contradict_each_other_are_none(self) -> None:
        assert told(compared([*whole(), item(LARGE, amount=25)])) == [
            (What.UNREAD, f"{LARGE} it stands there twice, differently")
        ]

    def test_a_product_of_the_service_without_part_number_is_told(self) -> None:
        ((what, sentence),) = told(compared([*whole(), item(LARGE) | {"partNumber": None}]))
        assert (what, sentence) == (What.UNREAD, "(no part number) it has no part number")

    def test_a_list_of_which_nothing_makes_sense_is_refused_whole(self) -> None:
        with pytest.raises(Invalid, match=r"No product .* can be read; of the first, B108077, metricName: "):
            listed([each | {"metricName": 1} for each in whole()])
        with pytest.raises(Invalid, match="of the first, without part number, it has no part number"):
            listed([each | {"partNumber": ""} for each in whole()])


NEXT = {"rel": "next", "href": "?page=2"}


class TestFurtherPages:
    @pytest.mark.parametrize(
        ("more", "following"),
        [
            ({}, None),
            ({"hasMore": False}, None),
            ({"hasMore": False, "links": [NEXT]}, None),
            ({"hasMore": True, "links": [{"rel": "self", "href": "?"}, NEXT]}, "?page=2"),
            ({"links": [NEXT]}, "?page=2"),
            ({"links": ["next", {"rel": "next"}, {"rel": "next", "href": 2}]}, None),
            ({"links": "next"}, None),
        ],
    )
    def test_a_further_page_is_where_the_list_says(self, more: Json, following: str | None) -> None:
        assert page(text([], **more)).following == following

    def test_a_list_that_hides_its_further_pages_is_refused(self) -> None:
        with pytest.raises(Invalid, match="there is more of it and not where"):
            page(text(whole(), hasMore=True))


class TestComparing:
    @pytest.mark.parametrize(
        ("changes", "what", "sentence"),
        [
            ({"amount": Decimal("26.00")}, What.AMOUNT, "$24 → $26 per AI Unit Per Hour (up 8.3 %)"),
            ({"amount": 18}, What.AMOUNT, "$24 → $18 per AI Unit Per Hour (down 25.0 %)"),
            (
                {"amount": Decimal("24.0001")},
                What.AMOUNT,
                "$24 → $24.0001 per AI Unit Per Hour (up by less than 0.1",
            ),
            ({"amount": 0}, What.AMOUNT, "$24 → $0 per AI Unit Per Hour (down 100.0 %)"),
            ({"amount": 2400}, What.AMOUNT, "$24 → $2,400 per AI Unit Per Hour (up 9,900.0 %)"),
            (
                {"metric": "Cluster Hour", "amount": 30},
                What.METRIC,
                "per Cluster Hour, not per AI Unit Per Hour; $30",
            ),
            ({"rows": []}, What.UNPRICED, "no price in USD"),
        ],
    )
    def test_what_changed_is_told(self, changes: Json, what: What, sentence: str) -> None:
        ((found, said),) = told(compared(whole(**changes)))
        assert found is what
        assert said.startswith(f"{LARGE} Large Cohere - Dedicated: {sentence}")

    def test_small_amounts_keep_their_digits_and_what_was_free_has_no_percentage(self) -> None:
        free = CATALOG.prices["B108077"].model_copy(update={"amount": Decimal(0)})
        catalog = CATALOG.model_copy(update={"prices": {**CATALOG.prices, "B108077": free}})
        assert told(compared(whole(), catalog=catalog)) == [
            (What.AMOUNT, "B108077 Large Cohere: $0 → $0.0156 per 10,000 Transactions")
        ]

    def test_tiers_are_told_one_by_one(self) -> None:
        rows = [
            {"model": "PAY_AS_YOU_GO", "value": 0, "rangeMin": 0, "rangeMax": 1000},
            {"model": "PAY_AS_YOU_GO", "value": 24, "rangeMin": 1000},
        ]
        assert told(compared(whole(rows=rows))) == [
            (What.TIERED, f"{LARGE} Large Cohere - Dedicated: $0, $24 above 1,000")
        ]
        same = [rows[0], rows[0] | {"value": 1}]
        assert told(compared(whole(rows=same))) == [(What.UNREAD, f"{LARGE} it has two prices for the same amount")]

    def test_one_tier_is_a_price_whether_or_not_it_names_its_beginning(self) -> None:
        for beginning in (0, None):
            rows = [{"model": "PAY_AS_YOU_GO", "value": 24, "rangeMin": beginning}]
            assert told(compared(whole(rows=rows))) == []

    def test_another_name_is_told_and_another_way_to_write_it_is_not(self) -> None:
        ((what, sentence),) = told(compared(whole(product="OCI Generative AI - Cohere XL - Dedicated")))
        assert (what, sentence) == (What.RENAMED, f"{LARGE} Large Cohere - Dedicated → Cohere XL - Dedicated")
        for same in (
            "Oracle Cloud Infrastructure Generative AI – large cohere -Dedicated",
            "Oracle Cloud Infrastructure Generative AI- Large Cohere - Dedicated",
            "Large Cohere, Dedicated",
        ):
            assert told(compared(whole(product=same, metric="AI unit per hour"))) == []

    def test_two_things_about_one_product_are_both_told(self) -> None:
        found = told(compared(whole(product="OCI Generative AI - XL", amount=25)))
        assert [what for what, _ in found] == [What.AMOUNT, What.RENAMED]

    def test_new_products_of_the_service_are_told_whatever_else_is_new(self) -> None:
        items = [
            item(LARGE, product="OCI Generative AI - Llama 5", amount=Decimal("0.5")) | {"partNumber": "B200001"},
            item(LARGE, product="Something") | {"partNumber": "B200002"},
            item(LARGE, product="Other") | {"partNumber": "B200003", "serviceCategory": "Compute"},
            item(LARGE, product="OCI Generative AI - Odd", rows=[]) | {"partNumber": "B200004"},
        ]
        assert told(compared([*whole(), *items])) == [
            (What.NEW, "B200001 Llama 5: $0.50 per AI Unit Per Hour"),
            (What.NEW, "B200002 Something: $24 per AI Unit Per Hour"),
            (What.NEW, "B200004 Odd: no price in USD per AI Unit Per Hour"),
        ]

    def test_what_is_no_longer_listed_is_told(self) -> None:
        assert told(compared(without(LARGE))) == [(What.GONE, f"{LARGE} Large Cohere - Dedicated")]

    def test_the_report_has_a_heading_for_each_kind(self) -> None:
        items = [*without(LARGE, "B108083"), item(LARGE, amount=25)]
        assert list(compared(items).report()) == [
            "Oracle's price list in USD of 2026-09-01: 80 of the 81 products of the catalogue are on it.",
            "Other prices:",
            f"  {LARGE} Large Cohere - Dedicated: $24 → $25 per AI Unit Per Hour (up 4.2 %)",
            "No longer listed:",
            "  B108083 Small Cohere - Dedicated",
        ]

    def test_a_price_of_the_contract_is_the_teams_and_no_list_changes_it(self) -> None:
        ours = CATALOG.prices[LARGE].model_copy(update={"amount": Decimal(20), "basis": "contract"})
        catalog = CATALOG.model_copy(update={"prices": {**CATALOG.prices, LARGE: ours}})
        comparison = compared(whole(amount=30, product="XL"), catalog=catalog)
        assert list(comparison.report())[1:] == [f"Your contract's, not compared: {LARGE}", "Nothing changed."]
        assert told(compared(without(LARGE), catalog=catalog)) == [(What.GONE, f"{LARGE} Large Cohere - Dedicated")]


EURO = [item(sku, currency="EUR", amount=entry.amount * Decimal("0.93")) for sku, entry in CATALOG.prices.items()]


def taken(comparison: Comparison, catalog: Catalog = CATALOG) -> Catalog:
    """The catalogue with the written file over it."""
    return shipped({"refreshed.toml": written(catalog, comparison, SOURCE, TODAY)})


class TestWriting:
    def test_a_changed_price_counts_once_the_file_is_read_and_names_the_list_and_its_day(self) -> None:
        comparison = compared(whole(amount=Decimal("25.125")))
        price = unit_hour(taken(comparison), "LARGE_COHERE_V3")
        assert isinstance(price, Price)
        assert (price.money.amount, price.basis) == (Decimal("25.125"), "list")
        assert price.sources[0] == SOURCE
        assert takes_over(CATALOG, comparison) == 1
        assert told(compared(whole(amount=Decimal("25.125")), catalog=taken(comparison))) == []

    def test_the_file_begins_so_that_it_is_known_again(self) -> None:
        assert written(CATALOG, compared(whole()), SOURCE, TODAY).startswith(WRITTEN_BY)

    def test_without_a_change_the_file_changes_nothing(self) -> None:
        comparison = compared(whole())
        assert takes_over(CATALOG, comparison) == 0
        assert taken(comparison).prices == CATALOG.prices

    def test_new_and_renamed_products_are_taken_over_and_the_measure_stays_spelled_as_sums_need_it(self) -> None:
        new = item(LARGE, product="OCI Generative AI - Llama 5", amount=3, metric="Image") | {"partNumber": "B200001"}
        comparison = compared([*whole(product="OCI Generative AI - XL", metric="AI unit per hour"), new])
        refreshed = taken(comparison)
        assert refreshed.prices["B200001"].product == "Llama 5"
        assert refreshed.prices["B200001"].metric == "Image"
        assert refreshed.prices[LARGE].product == "XL"
        assert refreshed.prices[LARGE].metric == "AI Unit Per Hour"
        assert refreshed.prices[LARGE].amount == 24

    @pytest.mark.parametrize(
        "changes", [{"metric": "Cluster Hour"}, {"rows": []}, {"metric": ""}], ids=["measure", "no price", "unread"]
    )
    def test_what_the_catalogue_cannot_hold_is_left_as_it_was(self, changes: Json) -> None:
        comparison = compared(whole(**changes))
        assert comparison.differences
        assert takes_over(CATALOG, comparison) == 0
        assert taken(comparison).prices == CATALOG.prices

    def test_a_new_product_without_one_price_is_told_and_not_written(self) -> None:
        new = item(LARGE, rows=[]) | {"partNumber": "B200001"}
        assert "B200001" not in taken(compared([*whole(), new])).prices

    def test_prices_in_another_currency_are_new_at_first_and_changed_later(self) -> None:
        first = compared(EURO, "EUR")
        assert {each.what for each in first.differences} == {What.FIRST}
        assert first.differences[4].sentence == f"{LARGE} Large Cohere - Dedicated: 22.32 EUR per AI Unit Per Hour"
        refreshed = taken(first)
        assert refreshed.prices == CATALOG.prices
        price = unit_hour(refreshed.in_currency("EUR"), "LARGE_COHERE_V3")
        assert isinstance(price, Price)
        assert str(price.money) == "22.32 EUR"
        assert told(compared(EURO, "EUR", refreshed)) == []
        dearer = [each for each in EURO if each["partNumber"] != LARGE] + [item(LARGE, currency="EUR", amount=23)]
        assert told(compared(dearer, "EUR", refreshed)) == [
            (What.AMOUNT, f"{LARGE} Large Cohere - Dedicated: 22.32 EUR → 23 EUR per AI Unit Per Hour (up 3.0 %)")
        ]

    def test_a_new_product_in_another_currency_is_told_with_what_it_takes_to_hold_it(self) -> None:
        new = item(LARGE, currency="EUR", amount=1) | {"partNumber": "B200001"}
        comparison = compared([*EURO, new], "EUR")
        assert comparison.differences[-1].sentence.endswith("(to hold it, read the list in USD first)")
        assert taken(comparison).prices.keys() == CATALOG.prices.keys()

    def test_a_name_made_to_break_out_of_the_file_stays_a_name(self) -> None:
        hostile = 'XL"\n[prices.B1]\namount = "0" \\ \x7f\u2028 é'
        refreshed = taken(compared(whole(product=hostile)))
        assert refreshed.prices.keys() == CATALOG.prices.keys()
        assert refreshed.prices[LARGE].product == 'XL" [prices.B1] amount = "0" \\ é'

    def test_a_source_without_address_is_written_without(self) -> None:
        source = SOURCE.model_copy(update={"url": None})
        text = written(CATALOG, compared(whole(amount=25)), source, TODAY)
        assert "url" not in text
        assert shipped({"refreshed.toml": text}).prices[LARGE].sources == (source,)

    @settings(max_examples=30)
    @given(st.decimals(min_value=0, max_value=999_999, places=9))
    def test_what_is_written_is_read_to_the_digit(self, amount: Decimal) -> None:
        comparison = compared(whole(amount=amount))
        line = f'amount = "{amount:f}"'
        assert (line in written(CATALOG, comparison, SOURCE, TODAY)) is (amount != 24)


def test_names_are_told_without_the_services_own_and_a_name_that_is_only_that_stays() -> None:
    assert short("OCI Generative AI - Large Cohere") == "Large Cohere"
    assert short("OCI Generative AI Agents") == "Agents"
    assert short("OCI Generative AI") == "OCI Generative AI"
    assert alike("OCI Generative AI Agents - Data Ingestion", "agents data ingestion")
    assert not alike("1,000 Transactions", "10,000 Transactions")
