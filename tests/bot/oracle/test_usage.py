"""What was charged and what budgets say, read from the local Oracle's ledger by the real SDK."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.oracle.connection import Oracle
from bot.oracle.usage import read_budgets, read_rows
from dac.catalog import shipped
from dac.figures import Money, Unknown
from dac.uncounted import Uncounted
from dac.usage import Budgets, Spend, totals
from tests.bot.oracle.conftest import CHICAGO, FRANKFURT, NOW, Open, Place

USAGE, BUDGETS, REGIONS = "RequestSummarizedUsages", "ListBudgets", "ListRegionSubscriptions"
SINCE, UNTIL = date(2026, 11, 10), date(2026, 11, 15)


@pytest.fixture
def oracle(connecting: Open) -> Oracle:
    return connecting(part_numbers=shipped().part_numbers)


def spent(oracle: Oracle, since: date = SINCE, until: date = UNTIL) -> Spend:
    found = oracle.reader.spend(since, until)
    assert isinstance(found, Spend), found
    return found


def ledger_row(place: Place, amount: float, day: int = 12, **more: Any) -> dict[str, Any]:
    return {
        "timeUsageStarted": f"2026-11-{day:02}T00:00:00Z",
        "resourceId": place.found("clusters", "chat-prod")["id"],
        "compartmentId": place.state()["compartments"]["prod"],
        "skuPartNumber": "B108082",
        "computedAmount": amount,
        **more,
    }


def test_what_runs_is_what_was_charged(oracle: Oracle, place: Place) -> None:
    chat = spent(oracle).of(place.found("clusters", "chat-prod")["id"])
    assert chat.totals == (Money(amount=Decimal(5 * 48 * 24)),)
    assert list(chat.by_day()) == [SINCE + timedelta(days=each) for each in range(5)]
    assert {(row.part_number, row.quantity, row.list_rate, row.discount) for row in chat.rows} == {
        ("B108082", Decimal(48), Decimal(24), Decimal(0))
    }
    assert chat.complete
    assert chat.read_at == NOW


def test_any_ledger_reconciles_to_the_cent(oracle: Oracle, place: Place) -> None:
    before = spent(oracle)
    amounts = [0.1, 0.2, 0.305, -7.77, 1e-9, 123456.789012]
    rows = [
        ledger_row(place, amount, day=10 + number % 5, currency=currency, unitPrice=18, listRate=24)
        for number, amount in enumerate(amounts)
        for currency in ("USD", "EUR", "JPY")
    ]
    place.ask("POST", "usage", {"rows": rows})
    place.ask("POST", "usage", {"rows": [ledger_row(place, -100.01)], "credit": True})
    place.advance(600)
    added = sum((Fraction(str(each)) for each in amounts), Fraction(0))
    expected = {"USD": added - Fraction("100.01"), "EUR": added, "JPY": added}
    for each in before.totals:
        expected[each.currency] += Fraction(each.amount)
    assert {each.currency: Fraction(each.amount) for each in spent(oracle).totals} == expected


def test_a_contracts_discount_shows(oracle: Oracle, place: Place) -> None:
    place.ask("POST", "usage", {"discount": 0.2})
    assert spent(oracle).discounts == (Decimal("20.0"),)


def test_a_late_row_changes_yesterday_and_is_seen_when_the_reading_is_old(oracle: Oracle, place: Place) -> None:
    yesterday = (NOW.date() - timedelta(days=1), NOW.date())
    before = spent(oracle, *yesterday)
    assert len(before.provisional) == len(before.rows)
    assert not before.complete
    place.ask("POST", "usage", {"rows": [ledger_row(place, 12.34, day=22)], "arrives_in": 60})
    place.advance(120)
    assert spent(oracle, *yesterday) is before
    place.advance(600)
    (was,), (now,) = before.totals, spent(oracle, *yesterday).totals
    assert now.amount - was.amount == Decimal("12.34")


def test_long_spans_are_asked_for_in_parts_and_pages(oracle: Oracle, place: Place) -> None:
    found = spent(oracle, date(2026, 5, 1), date(2026, 11, 1))
    days = {row.day for row in found.rows}
    assert (min(days), max(days), len(days)) == (date(2026, 5, 1), date(2026, 10, 31), 184)
    calls = place.calls(USAGE)
    assert len(calls) >= 3
    assert {each["permission"] for each in calls} == {"read"}
    assert {each["region"] for each in calls} == {CHICAGO}


def test_other_compartments_and_other_products_are_not_told_of(place: Place, connecting: Open) -> None:
    dev = place.state()["compartments"]["dev"]
    place.ask("POST", "usage", {"rows": [ledger_row(place, 1, skuPartNumber="B91628", compartmentId=dev)]})
    oracle = connecting(part_numbers=shipped().part_numbers, compartments=(dev,))
    found = spent(oracle)
    there = {each["id"] for region in place.state()["regions"].values() for each in region["clusters"]}
    mine = {
        each["id"]
        for region in place.state()["regions"].values()
        for each in region["clusters"]
        if each["compartmentId"] == dev
    }
    assert {row.resource_id for row in found.rows} <= mine < there
    assert "B91628" not in {row.part_number for row in found.rows}


def test_without_part_numbers_all_counts_and_nothing_is_beside(connecting: Open, place: Place) -> None:
    place.ask("POST", "usage", {"rows": [ledger_row(place, 1, skuPartNumber="B91628")]})
    oracle = connecting(part_numbers=())
    assert "B91628" in {row.part_number for row in spent(oracle).rows}
    place.ask("DELETE", "calls")
    found = oracle.reader.uncounted(SINCE, UNTIL)
    assert isinstance(found, Uncounted)
    assert found.rows == ()
    assert place.calls(USAGE) == []


def test_many_different_spans_beside_are_not_all_kept(oracle: Oracle, place: Place) -> None:
    for day in range(1, 9):
        for end in range(1, 8):
            oracle.reader.uncounted(date(2026, 10, day), date(2026, 10, day) + timedelta(days=end))
    assert len(place.calls(USAGE)) == 56


def test_what_is_beside_is_unknown_by_itself(oracle: Oracle, place: Place) -> None:
    spent(oracle)
    place.fault("status", operation=USAGE, status=403)
    found = oracle.reader.uncounted(SINCE, UNTIL)
    assert isinstance(found, Unknown)
    assert "read usage-report in tenancy" in found.settle
    assert spent(oracle).rows


def test_the_home_region_is_asked_for_once(place: Place, connecting: Open) -> None:
    oracle = connecting(regions=(FRANKFURT, CHICAGO))
    spent(oracle)
    oracle.reader.budgets()
    (call,) = place.calls(REGIONS)
    assert call["region"] == FRANKFURT
    assert {each["region"] for each in place.calls(USAGE)} == {CHICAGO}


def test_a_home_region_that_is_configured_is_used(place: Place, connecting: Open) -> None:
    spent(connecting(home_region=CHICAGO))
    assert not place.calls(REGIONS)
    found = connecting(home_region=FRANKFURT).reader.spend(SINCE, UNTIL)
    assert isinstance(found, Unknown)
    assert "403 NotAllowed" in found.settle


@pytest.mark.parametrize(
    ("fault", "settle"),
    [
        ({"operation": USAGE, "status": 404}, "let the reading identity `read usage-report in tenancy`"),
        ({"operation": USAGE, "status": 503}, "ask again later"),
        ({"operation": REGIONS, "status": 404}, "DAC_OCI_HOME_REGION"),
        ({"operation": REGIONS, "status": 503}, "ask again later"),
    ],
)
def test_what_cannot_be_read_is_unknown_and_says_what_would_settle_it(
    oracle: Oracle, place: Place, fault: dict[str, Any], settle: str
) -> None:
    place.fault("status", **fault)
    found = oracle.reader.spend(SINCE, UNTIL)
    assert isinstance(found, Unknown)
    assert settle in found.settle
    place.ask("DELETE", "faults")
    assert spent(oracle).rows


def test_one_that_fails_leaves_the_other(oracle: Oracle, place: Place) -> None:
    place.fault("status", operation=BUDGETS, status=404)
    found = oracle.reader.budgets()
    assert isinstance(found, Unknown)
    assert "read usage-budgets in tenancy" in found.settle
    assert spent(oracle).rows


def test_budgets_are_read_with_their_spend(oracle: Oracle, place: Place) -> None:
    found = oracle.reader.budgets()
    assert isinstance(found, Budgets)
    prod = next(each for each in found.found if each.name == "generative-ai-prod")
    assert (prod.amount, prod.actual, prod.forecast) == (Decimal(180_000), Decimal("138709.14"), Decimal("184945.52"))
    assert (prod.target_type, prod.targets) == ("COMPARTMENT", (place.state()["compartments"]["prod"],))
    assert {each.target_type for each in found.found} == {"COMPARTMENT", "TAG"}
    assert oracle.reader.budgets() is found


def test_many_different_spans_are_not_all_kept(oracle: Oracle, place: Place) -> None:
    for day in range(1, 9):
        for end in range(1, 8):
            spent(oracle, date(2026, 10, day), date(2026, 10, day) + timedelta(days=end))
    assert len(place.calls(USAGE)) == 56


def test_no_bill_is_a_warning_of_the_check_and_no_fault(oracle: Oracle, place: Place) -> None:
    assert all(each.ok for each in oracle.check())
    place.advance(600)
    place.fault("status", operation=USAGE, status=404)
    place.fault("status", operation=BUDGETS, status=404)
    place.fault("status", operation="ListCostAnomalyEvents", status=404)
    bad = [each for each in oracle.check() if not each.ok]
    assert [each.what for each in bad] == [
        "reading what Oracle charged",
        "reading Oracle's budgets",
        "reading Oracle's cost anomalies",
    ]
    assert all(each.optional for each in bad)
    assert "costs are estimated" in bad[0].sentence


# ------------------------------------------------------------------------------------------ the form of an answer


def item(**changes: Any) -> dict[str, Any]:
    return {"timeUsageStarted": "2026-11-10T00:00:00.000Z", "timeUsageEnded": "2026-11-11T00:00:00.000Z"} | changes


NUMBERS = st.from_regex(r"-?(0|[1-9][0-9]{0,14})(\.[0-9]{1,25})?(e-?[0-9])?", fullmatch=True)


@given(st.lists(st.tuples(NUMBERS, st.sampled_from(["USD", "EUR"])), max_size=8))
def test_figures_are_taken_digit_by_digit(sent: list[tuple[str, str]]) -> None:
    items = [item(computedAmount="@", currency=currency) for _, currency in sent]
    text = json.dumps({"items": items})
    for amount, _ in sent:
        text = text.replace('"@"', amount, 1)
    rows = read_rows(text.encode())
    assert [row.amount for row in rows] == [Decimal(amount) for amount, _ in sent]
    expected: dict[str, Fraction] = {}
    for amount, currency in sent:
        expected[currency] = expected.get(currency, Fraction(0)) + Fraction(amount)
    assert {each.currency: Fraction(each.amount) for each in totals(rows)} == expected


def test_rows_without_money_and_forecasts_are_no_charges() -> None:
    items = [
        item(computedAmount=1, currency=" ", resourceId=" ", computedQuantity=None),
        item(computedAmount=2, currency="USD", isForecast=True),
        item(computedAmount=None, currency="USD"),
    ]
    (row,) = read_rows(json.dumps({"items": items}).encode())
    assert (row.currency, row.quantity, row.resource_id) == ("XXX", None, "")
    assert row.since == datetime(2026, 11, 10, tzinfo=UTC)


@pytest.mark.parametrize("text", [b"[]", b"{}", b'{"items": [{"computedAmount": NaN}]}', b"<html>"])
def test_another_form_is_an_error_that_is_told(text: bytes) -> None:
    with pytest.raises((LookupError, TypeError, ValueError)):
        read_rows(text)


def test_a_budget_that_is_not_in_force_is_left_out() -> None:
    budget = {"id": "ocid1.budget..a", "amount": 1.10, "targetType": "TAG", "resetPeriod": "MONTHLY"}
    sent = [budget | {"lifecycleState": "ACTIVE"}, budget | {"lifecycleState": "INACTIVE"}]
    (found,) = read_budgets(json.dumps(sent).encode())
    assert (found.name, found.amount, found.actual) == ("ocid1.budget..a", Decimal("1.1"), None)
