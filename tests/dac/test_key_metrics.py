"""The handbook's nine names, each by what Oracle publishes or said to be published by nobody."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from dac.cluster import Endpoint, Utilization
from dac.handbook import Handbook, shipped
from dac.health import examine
from dac.key_metrics import NOT_PUBLISHED, UNMEASURED, key_metrics
from tests.fakes import CATALOG, REGION, START, cluster, endpoint, fleet, traffic

CHAT = cluster("chat")
END = endpoint(CHAT)
HANDBOOK: Handbook = shipped()
MEASURED: dict[str, Any] = {
    "calls": 7200,
    "client_errors": 36,
    "server_errors": 36,
    "p50_latency": 800,
    "p95_latency": 1500,
    "p99_latency": 4200,
    "latency_unit": "ms",
    "input_tokens": 3_600_000,
    "output_tokens": 3_600_000,
}


def told(
    figures: dict[str, Any] | None = None, *, endpoints: tuple[Endpoint, ...] = (END,), **more: Any
) -> dict[str, str]:
    measured = () if figures is None else (traffic(END, **figures),)
    seen = fleet(CHAT, endpoints=endpoints, traffic=measured, **more)
    return {each.name: each.value for each in key_metrics(examine(CHAT, seen, START, CATALOG), seen)}


def test_they_are_those_of_the_handbook_in_its_order() -> None:
    page = HANDBOOK.topic("metrics").text
    names = list(told())
    assert len(names) == 9
    assert [page.index(f"- {each}:") for each in names] == sorted(page.index(f"- {each}:") for each in names)


def test_each_has_its_value_by_the_metric_that_oracle_publishes() -> None:
    assert told(MEASURED) == {
        "p50_latency_ms": "800",
        "p95_latency_ms": "1,500",
        "p99_latency_ms": "4,200",
        "requests_per_second": "2.0",
        "tokens_per_second": "2,000.0",
        "queue_depth": NOT_PUBLISHED,
        "error_rate": "1.0%",
        "cluster_utilization": UNMEASURED,
        "endpoint_status": "1 ACTIVE",
    }


@pytest.mark.parametrize("figures", [None, {}], ids=["no traffic", "no figures"])
def test_what_was_not_measured_is_not_zero(figures: dict[str, Any] | None) -> None:
    seen = told(figures)
    assert {seen[each] for each in seen if each not in {"queue_depth", "endpoint_status"}} == {UNMEASURED}


@pytest.mark.parametrize(("calls", "rate"), [(0, "0.0"), (36, "0.01"), (3600, "1.0"), (90_000, "25.0")])
def test_what_is_seldom_called_is_called_all_the_same(calls: int, rate: str) -> None:
    assert told({**MEASURED, "calls": calls})["requests_per_second"] == rate


@pytest.mark.parametrize(
    ("names", "value"),
    [
        ((), UNMEASURED),
        (("TotalInvocationCount",), "no such metric among those that Monitoring lists here"),
        (("TotalInvocationCount", "GpuUtilization"), "not told of this cluster: open it in the Console"),
    ],
)
def test_utilization_is_there_only_where_monitoring_lists_it(names: tuple[str, ...], value: str) -> None:
    elsewhere = ("us-chicago-1", "Utilization")
    assert told(MEASURED, metrics=(*((REGION, each) for each in names), elsewhere))["cluster_utilization"] == value


@pytest.mark.parametrize(("unit", "value"), [("Percent", "62.5 %"), ("units", "62.5 units"), (None, "62.5")])
def test_utilization_is_told_in_the_unit_that_monitoring_names(unit: str | None, value: str) -> None:
    of = Utilization(cluster_id=CHAT.id, metric="GpuUtilization", value=Decimal("62.5"), unit=unit, until=START)
    other = of.model_copy(update={"cluster_id": "ocid1.other", "value": Decimal(3)})
    listed = ((REGION, "GpuUtilization"),)
    assert told(MEASURED, metrics=listed, utilization=(other, of))["cluster_utilization"] == value


def test_endpoints_are_counted_by_their_state() -> None:
    down = endpoint(CHAT, "down", lifecycle_state="FAILED")
    assert told(endpoints=(END, down, endpoint(CHAT, "more")))["endpoint_status"] == "2 ACTIVE, 1 FAILED"
    assert told(endpoints=())["endpoint_status"] == "no endpoints"
