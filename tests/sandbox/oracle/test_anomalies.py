"""Cost anomalies of the local Oracle, asked by the SDK's clients, the newer and the one beside the budgets."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import oci
import pytest

from sandbox.clock import Clock
from tests.sandbox.oracle.conftest import EUROPE, HOME, Opener, Tenancy, refused

NOW = datetime(2026, 11, 23, 15, 30, tzinfo=UTC)
TODAY = datetime(2026, 11, 23, tzinfo=UTC)


@pytest.fixture
def tenancy(opened: Opener) -> Iterator[Tenancy]:
    with opened(Clock(NOW, frozen=True)) as it:
        yield it


def found(tenancy: Tenancy, **asked: Any) -> list[Any]:
    return list(tenancy.cost_anomalies().list_cost_anomaly_events(tenancy.root, **asked).data.items)


@pytest.mark.parametrize("kind", [oci.costad.CostAdClient, oci.budget.CostAdClient])
def test_both_clients_of_the_sdk_are_answered(tenancy: Tenancy, kind: Any) -> None:
    rows = tenancy.of_kind(kind).list_cost_anomaly_events(tenancy.root).data.items
    assert [each.cost_anomaly_name for each in rows] == ["Generative AI: 2026-11-18", "Compute: 2026-11-14"]
    first = rows[0]
    assert (first.cost_impact, first.cost_variance_percentage) == (864, 24.5)
    assert (first.cost_monitor_type, first.lifecycle_state) == ("DEFAULT", "ACTIVE")
    assert first.time_anomaly_event_date == TODAY - timedelta(days=5)
    assert {each.key: each.value for each in first.target_resource_filter.dimensions} == {
        "service": "Generative AI",
        "region": HOME,
    }
    assert first.root_cause_detail.value == {"resourcesAdded": 1, "resourcesChanged": 0}


def test_one_tells_more_than_a_list(tenancy: Tenancy) -> None:
    first = found(tenancy)[0]
    alone = tenancy.cost_anomalies().get_cost_anomaly_event(first.id).data
    assert alone.time_created == TODAY - timedelta(days=4)
    with refused(404, "NotAuthorizedOrNotFound"):
        tenancy.cost_anomalies().get_cost_anomaly_event("ocid1.costanomalyevent.oc1..other")


def test_a_list_is_narrowed_down_ordered_and_cut_into_pages(tenancy: Tenancy) -> None:
    more = {"days_ago": 1, "service": "Generative AI", "region": EUROPE, "impact": 20, "monitor": "ours"}
    made = tenancy.control("POST", "anomalies", more)
    every = found(tenancy)
    assert len(every) == 3
    assert [each.id for each in found(tenancy, cost_anomaly_monitor_id=made["costMonitorId"])] == [made["id"]]
    assert [each.id for each in found(tenancy, name="ours: 2026-11-22")] == [made["id"]]
    assert [each.id for each in found(tenancy, region=[EUROPE])] == [made["id"]]
    assert len(found(tenancy, target_tenant_id=[tenancy.root])) == 3
    assert len(found(tenancy, target_tenant_id=["ocid1.tenancy.oc1..other"])) == 0
    assert [each.cost_impact for each in found(tenancy, cost_impact=100)] == [864, -212.4]
    assert [each.cost_impact for each in found(tenancy, cost_impact_percentage=20)] == [864]
    since = {"time_anomaly_event_start_date": TODAY - timedelta(days=5)}
    assert [each.cost_impact for each in found(tenancy, **since)] == [20, 864]
    assert [each.cost_impact for each in found(tenancy, time_anomaly_event_end_date=TODAY - timedelta(days=6))] == [
        -212.4
    ]
    by_name = found(tenancy, sort_by="costAnomalyName")
    assert [each.cost_monitor_name for each in by_name] == ["Compute", "Generative AI", "ours"]
    client = tenancy.cost_anomalies()
    first = client.list_cost_anomaly_events(tenancy.root, limit=2)
    rest = client.list_cost_anomaly_events(tenancy.root, limit=2, page=first.headers["opc-next-page"])
    assert [each.id for each in (*first.data.items, *rest.data.items)] == [each.id for each in every]
    assert "opc-next-page" not in rest.headers


def test_they_are_the_tenancys_and_told_at_home(tenancy: Tenancy) -> None:
    client = tenancy.cost_anomalies()
    assert client.list_cost_anomaly_events(tenancy.prod).data.items == []
    with refused(404, "NotAuthorizedOrNotFound"):
        client.list_cost_anomaly_events("ocid1.compartment.oc1..other")
    with refused(403, "NotAllowed", HOME):
        tenancy.cost_anomalies(region=EUROPE).list_cost_anomaly_events(tenancy.root)


@pytest.mark.parametrize("asked", ["timeAnomalyEventStartDate=yesterday", "costImpact=much"])
def test_what_is_no_time_or_number_is_refused(tenancy: Tenancy, asked: str) -> None:
    name, value = asked.split("=")
    client = tenancy.cost_anomalies()
    with refused(400, "InvalidParameter", name):
        client.base_client.call_api(
            resource_path="/costAnomalyEvents",
            method="GET",
            query_params={"compartmentId": tenancy.root, name: value},
            header_params={"accept": "application/json"},
        )


def test_they_survive_a_restart_and_can_be_forgotten(opened: Opener, tmp_path: Path) -> None:
    state = tmp_path / "state.json"
    with opened(Clock(NOW, frozen=True), state=state) as before:
        kept = before.control("GET", "anomalies")
        assert len(kept) == 2
    with opened(state=state) as after:
        assert after.control("GET", "anomalies") == kept
        assert after.control("DELETE", "anomalies") == []
        assert found(after) == []


def test_an_anomaly_nowhere_is_none(tenancy: Tenancy) -> None:
    asked = {"days_ago": 1, "service": "Generative AI", "region": "us-nowhere-1", "impact": 20}
    assert tenancy.raw("POST", "/_control/anomalies", asked) == (404, {"error": "there is no region us-nowhere-1"})
