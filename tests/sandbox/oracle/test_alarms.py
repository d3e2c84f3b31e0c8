"""Alarms: which there are, and that they fire by what Monitoring itself has measured."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import oci
import pytest

from sandbox.clock import Clock
from sandbox.oracle import mql
from sandbox.oracle.errors import OracleError
from tests.sandbox.oracle.conftest import EUROPE, HOME, Opener, Tenancy, refused

NOON = datetime(2026, 11, 24, 18, 0, tzinfo=UTC)


@pytest.fixture
def noon(opened: Opener) -> Any:
    with opened(clock=Clock(NOON, frozen=True)) as tenancy:
        yield tenancy


def statuses(tenancy: Tenancy, region: str = HOME, **changes: Any) -> dict[str, str]:
    told = {"compartment_id": tenancy.root, "compartment_id_in_subtree": True} | changes
    return {it.display_name: it.status for it in tenancy.monitoring(region).list_alarms_status(**told).data}


def test_an_alarm_is_shown_with_what_it_waits_for(noon: Tenancy) -> None:
    (alarm,) = noon.monitoring().list_alarms(noon.prod, display_name="Chat on the web is slow").data
    assert noon.endpoint("chat-prod-web") in alarm.query
    assert (alarm.namespace, alarm.is_enabled, alarm.severity) == ("oci_generativeai", True, "CRITICAL")


def test_an_alarm_fires_by_the_figures_of_the_metrics(noon: Tenancy) -> None:
    assert statuses(noon) == {
        "Chat on the web is slow": "FIRING",
        "Product search is slow": "OK",
        "Chat errors": "OK",
        "Playground errors": "SUSPENDED",
        "Web servers are busy": "OK",
    }
    assert statuses(noon, EUROPE) == {"Errors of the support assistant": "FIRING"}


def test_a_status_says_since_when_it_is_so(noon: Tenancy) -> None:
    (alarm,) = noon.monitoring().list_alarms_status(noon.prod, status="FIRING").data
    ocid = noon.endpoint("chat-prod-web")
    told = oci.monitoring.models.SummarizeMetricsDataDetails(
        namespace="oci_generativeai",
        query=f'InvocationLatency[5m]{{resourceId = "{ocid}"}}.p95()',
        start_time=NOON - timedelta(hours=4),
        end_time=NOON,
    )
    (stream,) = noon.monitoring().summarize_metrics_data(noon.prod, told).data
    high = {it.timestamp + timedelta(minutes=5): it.value > 20_000 for it in stream.aggregated_datapoints}
    assert all(slow for at, slow in high.items() if alarm.timestamp_triggered <= at <= NOON)
    assert NOON - timedelta(hours=3) <= alarm.timestamp_triggered < NOON
    (long,) = noon.monitoring(EUROPE).list_alarms_status(noon.prod).data
    assert long.timestamp_triggered == NOON - timedelta(hours=36)


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"display_name": "Chat errors"}, ["Chat errors"]),
        ({"status": "FIRING"}, ["Chat on the web is slow"]),
        ({"service_name": "x", "sort_by": "severity"}, ["CRITICAL", "CRITICAL", "ERROR", "WARNING", "INFO"]),
        ({"sort_order": "DESC", "limit": 1}, ["Web servers are busy"]),
        ({"compartment_id": Tenancy.dev, "compartment_id_in_subtree": False}, ["Playground errors"]),
        ({"resource_id": "ocid1.generativeaiendpoint.oc1..none"}, []),
    ],
)
def test_what_is_listed_can_be_chosen(noon: Tenancy, asked: dict[str, Any], found: list[str]) -> None:
    told = {"compartment_id": noon.root, "compartment_id_in_subtree": True} | asked
    rows = noon.monitoring().list_alarms_status(**told).data
    assert [it.severity if "sort_by" in asked else it.display_name for it in rows] == found


def test_all_are_reached_page_by_page(noon: Tenancy) -> None:
    found = oci.pagination.list_call_get_all_results(noon.monitoring().list_alarms_status, noon.prod, limit=2).data
    assert len(found) == 4


def test_a_compartment_is_needed_and_the_subtree_is_the_tenancys(noon: Tenancy) -> None:
    assert noon.raw("GET", "/20180401/alarms/status")[0] == 401
    with refused(400, "InvalidParameter", "compartmentIdInSubtree"):
        noon.monitoring().list_alarms_status(noon.prod, compartment_id_in_subtree=True)
    with refused(404, "NotAuthorizedOrNotFound"):
        noon.monitoring().list_alarms_status("ocid1.compartment.oc1..unknown")
    with refused(400, "MissingParameter", "compartmentId"):
        noon.monitoring().list_alarms_status("")


def test_an_alarms_query_joins_metrics_with_arithmetic() -> None:
    alert = mql.parse_alert("100 * (A[5m].sum() - B[1h].sum()) / C[1m].sum() + 1 >= 2.5")
    assert (alert.operator, alert.threshold, alert.seconds) == (">=", 2.5, 3600)
    assert [it.metric for it in mql.queries(alert.measured)] == ["A", "B", "C"]


@pytest.mark.parametrize("text", ["A[5m].sum()", "3 > 2", "(A[5m].sum() > 2", "A[5m].sum() > 2 x", "A[5m].sum() > b"])
def test_an_alarms_query_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(OracleError, match="not valid"):
        mql.parse_alert(text)
