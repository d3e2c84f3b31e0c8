"""Cost anomalies, read from the local Oracle by the real SDK; they fail alone."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from bot.oracle.anomalies import LONGEST, read_anomalies
from bot.oracle.connection import Oracle
from dac.anomalies import Anomalies
from dac.figures import Unknown
from dac.usage import Budgets, Spend
from tests.bot.oracle.conftest import CHICAGO, FRANKFURT, Open, Place

ANOMALIES = "ListCostAnomalyEvents"


def read(oracle: Oracle) -> Anomalies:
    found = oracle.reader.anomalies()
    assert isinstance(found, Anomalies), found
    return found


def test_they_are_read_at_home_with_every_digit_newest_first(place: Place, connecting: Open) -> None:
    place.ask(
        "POST",
        "anomalies",
        {
            "days_ago": 1,
            "service": "Generative AI",
            "region": FRANKFURT,
            "impact": 0.1,
            "variance": 12.345,
            "monitor": "search team",
            "dimensions": {"skuPartNumber": "B108084", "compartmentId": "c", "resourceId": "r"},
            "root_cause": "one more cluster",
        },
    )
    found = read(connecting(regions=(FRANKFURT, CHICAGO)))
    assert found.since == date(2026, 9, 22)
    assert [(each.day, each.monitor) for each in found.found] == [
        (date(2026, 11, 22), "search team"),
        (date(2026, 11, 18), "Generative AI"),
        (date(2026, 11, 14), "Compute"),
    ]
    first = found.found[0]
    assert (first.impact, first.variance) == (Decimal("0.1"), Decimal("12.345"))
    assert (first.service, first.region, first.root_cause) == ("Generative AI", FRANKFURT, "one more cluster")
    assert (first.part_numbers, first.compartment_ids, first.resource_ids) == (("B108084",), ("c",), ("r",))
    assert found.found[1].root_cause == '{"resourcesAdded": 1, "resourcesChanged": 0}'
    assert {each["region"] for each in place.calls(ANOMALIES)} == {CHICAGO}
    assert {each["permission"] for each in place.calls(ANOMALIES)} == {"read"}


def test_a_reading_is_kept_for_minutes(oracle: Oracle, place: Place) -> None:
    first = read(oracle)
    place.ask("POST", "anomalies", {"days_ago": 0, "service": "Generative AI", "impact": 1})
    assert read(oracle) is first
    place.advance(600)
    assert len(read(oracle).found) == len(first.found) + 1


@pytest.mark.parametrize(
    ("fault", "settle"),
    [
        ({"operation": ANOMALIES, "status": 401}, "key or token was not accepted"),
        ({"operation": ANOMALIES, "status": 403}, "`read usage-budgets in tenancy`, if that is what it takes"),
        ({"operation": ANOMALIES, "status": 404}, "names a policy for it"),
        ({"operation": ANOMALIES, "status": 429}, "ask again later"),
        ({"operation": ANOMALIES, "status": 500}, "ask again later"),
        ({"operation": "ListRegionSubscriptions", "status": 404}, "DAC_OCI_HOME_REGION"),
    ],
)
def test_what_cannot_be_read_is_unknown_and_says_what_would_settle_it(
    oracle: Oracle, place: Place, fault: dict[str, Any], settle: str
) -> None:
    place.fault("status", **fault)
    found = oracle.reader.anomalies()
    assert isinstance(found, Unknown)
    assert settle in found.settle
    place.ask("DELETE", "faults")
    assert read(oracle).found


def test_it_fails_alone(oracle: Oracle, place: Place) -> None:
    place.fault("status", operation=ANOMALIES, status=404)
    assert isinstance(oracle.reader.anomalies(), Unknown)
    assert isinstance(oracle.reader.budgets(), Budgets)
    assert isinstance(oracle.reader.spend(date(2026, 11, 1), date(2026, 11, 2)), Spend)


# ------------------------------------------------------------------------------------------ the form of an answer


def event(**changes: Any) -> dict[str, Any]:
    day = "2026-11-18T00:00:00.000Z"
    return {"id": "ocid1.costanomalyevent.oc1..a", "costMonitorName": "x", "timeAnomalyEventDate": day} | changes


def test_what_oracle_leaves_out_is_not_made_up() -> None:
    (found,) = read_anomalies(json.dumps({"items": [event()]}).encode())
    assert (found.name, found.impact, found.variance, found.service, found.root_cause) == (found.id, None, None, "", "")


@pytest.mark.parametrize("value", ["", {}, [], None])
def test_an_empty_root_cause_is_none(value: Any) -> None:
    (found,) = read_anomalies(json.dumps({"items": [event(rootCauseDetail={"value": value})]}).encode())
    assert found.root_cause == ""


def test_filters_in_filters_are_looked_through_and_long_causes_cut() -> None:
    inner = {"operator": "OR", "dimensions": [{"key": "service", "value": each} for each in ("A", "B")]}
    raw = event(
        targetResourceFilter={"operator": "AND", "dimensions": None, "filters": [inner]},
        rootCauseDetail={"value": [{"amount": 0.5}, "x" * 1000]},
    )
    (found,) = read_anomalies(json.dumps({"items": [raw]}).encode())
    assert found.service == "A, B"
    assert found.root_cause.startswith('[{"amount": "0.5"}, "xxx')
    assert len(found.root_cause) == LONGEST


@pytest.mark.parametrize("text", [b"[]", b"{}", b'{"items": [{"id": "a"}]}', b"<html>"])
def test_another_form_is_an_error_that_is_told(text: bytes) -> None:
    with pytest.raises((LookupError, TypeError, ValueError)):
        read_anomalies(text)
