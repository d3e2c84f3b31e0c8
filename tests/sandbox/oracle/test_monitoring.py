"""Metrics: which there are, what can be asked of them, and that the figures agree with each other."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import oci
import pytest

from sandbox.clock import Clock
from sandbox.oracle import mql
from sandbox.oracle.config import Fleet
from sandbox.oracle.errors import OracleError
from tests.sandbox.oracle.conftest import EUROPE, HOME, Opener, Tenancy, refused
from tests.sandbox.oracle.test_signatures import signed

models = oci.monitoring.models
NOON = datetime(2026, 11, 24, 18, 0, tzinfo=UTC)
"""A Tuesday, in the busy hours of the United States."""
NAMES = {
    "InvocationLatency",
    "TotalInvocationCount",
    "ClientErrorCount",
    "ServerErrorCount",
    "InputTokenCount",
    "OutputTokenCount",
}


@pytest.fixture
def noon(opened: Opener) -> Any:
    with opened(clock=Clock(NOON, frozen=True)) as tenancy:
        yield tenancy


def asked(
    tenancy: Tenancy, query: str, hours: float = 24, until: datetime = NOON, region: str = HOME, **changes: Any
) -> list[Any]:
    told = {
        "namespace": "oci_generativeai",
        "query": query,
        "start_time": until - timedelta(hours=hours),
        "end_time": until,
    }
    details = models.SummarizeMetricsDataDetails(**told | changes)
    return list(tenancy.monitoring(region).summarize_metrics_data(tenancy.prod, details).data)


def values(streams: list[Any]) -> list[float]:
    (stream,) = streams
    return [point.value for point in stream.aggregated_datapoints]


def of(name: str) -> str:
    return f'{{resourceDisplayName = "{name}"}}'


def test_the_six_documented_metrics_are_listed_for_each_endpoint(noon: Tenancy) -> None:
    details = models.ListMetricsDetails(namespace="oci_generativeai")
    found = noon.monitoring().list_metrics(noon.prod, details).data
    assert {it.name for it in found} == NAMES
    assert {it.dimensions["resourceDisplayName"] for it in found} >= {"chat-prod-web", "docs-idle"}
    assert noon.endpoint("chat-prod-web") in {it.dimensions["resourceId"] for it in found}
    assert len(
        oci.pagination.list_call_get_all_results(noon.monitoring().list_metrics, noon.prod, details, limit=5).data
    ) == len(found)


@pytest.mark.parametrize(
    ("told", "count"),
    [
        ({"name": "InvocationLatency", "dimension_filters": {"resourceDisplayName": "docs-idle"}}, 1),
        ({"namespace": "oci_computeagent"}, 0),
        ({"resource_group": "mine"}, 0),
        ({"group_by": ["namespace"]}, 1),
        ({"group_by": ["name"], "sort_by": "NAME", "sort_order": "DESC"}, 6),
    ],
)
def test_listed_metrics_are_filtered_and_grouped(noon: Tenancy, told: dict[str, Any], count: int) -> None:
    details = models.ListMetricsDetails(**told)
    assert len(noon.monitoring().list_metrics(noon.prod, details).data) == count


def test_a_stream_tells_its_unit_and_its_endpoint(noon: Tenancy) -> None:
    (stream,) = asked(noon, f"InvocationLatency[1h]{of('chat-prod-web')}.p95()")
    assert stream.metadata == {"unit": "ms"}
    assert stream.dimensions["resourceId"] == noon.endpoint("chat-prod-web")
    assert (stream.namespace, stream.name, stream.resolution) == ("oci_generativeai", "InvocationLatency", "1h")
    assert len(stream.aggregated_datapoints) == 24


def test_the_figures_are_the_same_whenever_they_are_asked(noon: Tenancy) -> None:
    query, earlier = f"InputTokenCount[5m]{of('search-embed')}.sum()", NOON - timedelta(hours=1)
    first = values(asked(noon, query, 2, earlier))
    noon.advance(600)
    assert values(asked(noon, query, 2, earlier)) == first


@pytest.mark.parametrize("metric", sorted(NAMES - {"InvocationLatency"}))
def test_the_parts_of_a_count_add_up(noon: Tenancy, metric: str) -> None:
    whole = values(asked(noon, f"{metric}[1h]{of('chat-prod-web')}.sum()", 6))
    parts = values(asked(noon, f"{metric}[5m]{of('chat-prod-web')}.sum()", 6))
    assert len(parts) == 72
    assert whole == [sum(parts[at : at + 12]) for at in range(0, 72, 12)]


def test_grouped_endpoints_add_up(noon: Tenancy) -> None:
    single = asked(noon, "TotalInvocationCount[1d].sum()")
    together = values(asked(noon, "TotalInvocationCount[1d].grouping().sum()"))
    assert sum(values([it])[0] for it in single) == together[0]
    assert len(single) > 4


def test_statistics_lie_in_their_order(noon: Tenancy) -> None:
    for group in (of("chat-prod-web"), ".grouping()"):
        order = [
            values(asked(noon, f"InvocationLatency[6h]{group}.{it}()"))
            for it in ("min", "p50", "p90", "p95", "p99", "max")
        ]
        for lower, upper in pairwise(order):
            assert all(a <= b for a, b in zip(lower, upper, strict=True))


def test_mean_times_count_is_sum_and_rate_is_per_second(noon: Tenancy) -> None:
    for metric in ("InvocationLatency", "OutputTokenCount"):
        mean, count, total, rate = (
            values(asked(noon, f"{metric}[1h]{of('chat-prod-web')}.{it}()", 1))[0]
            for it in ("mean", "count", "sum", "rate")
        )
        assert mean * count == pytest.approx(total, rel=1e-6)
        assert rate == pytest.approx(total / 3600)


def test_each_call_counts_one(noon: Tenancy) -> None:
    got = {
        it: values(asked(noon, f"TotalInvocationCount[1h]{of('chat-prod-web')}.{it}()", 1))[0]
        for it in ("sum", "count", "mean", "max", "min", "p50")
    }
    assert got["sum"] == got["count"] > 1000
    assert got["mean"] == got["max"] == got["min"] == got["p50"] == 1


def test_errors_are_fewer_than_calls_and_seldom(noon: Tenancy) -> None:
    calls = values(asked(noon, "TotalInvocationCount[1h].grouping().sum()"))
    for metric in ("ClientErrorCount", "ServerErrorCount"):
        errors = values(asked(noon, f"{metric}[1h].grouping().sum()"))
        assert all(0 <= few < many * 0.1 for few, many in zip(errors, calls, strict=True))
        assert values(asked(noon, f"{metric}[1h].grouping().p99()"))[-1] in {0, 1} or errors


def test_the_crowded_cluster_is_slow_and_failing_and_better_after_it_has_grown(noon: Tenancy) -> None:
    def now(metric: str, statistic: str, until: datetime) -> float:
        return values(asked(noon, f"{metric}[1h]{of('chat-prod-web')}.{statistic}()", 1, until))[0]

    later = NOON + timedelta(days=1)
    before = now("InvocationLatency", "p95", NOON), now("ServerErrorCount", "sum", NOON)
    details = oci.generative_ai.models.UpdateDedicatedAiClusterDetails(unit_count=4)
    noon.ai().update_dedicated_ai_cluster(noon.cluster("chat-prod"), details)
    noon.advance(86_400)
    after = now("InvocationLatency", "p95", later), now("ServerErrorCount", "sum", later)
    assert before[0] > 15_000
    assert after[0] < before[0] / 2
    assert after[1] < before[1] / 2
    assert now("InvocationLatency", "p95", NOON) == before[0]


def test_busy_hours_see_more_calls_than_the_night(noon: Tenancy) -> None:
    hours = values(asked(noon, f"TotalInvocationCount[1h]{of('chat-prod-web')}.sum()"))
    assert hours[-1] > 5 * min(hours)


def test_nothing_is_emitted_where_nobody_called(noon: Tenancy) -> None:
    assert asked(noon, f"TotalInvocationCount[1h]{of('docs-idle')}.sum()", 72) == []
    assert asked(noon, f"TotalInvocationCount[1d]{of('docs-idle')}.sum()", 24 * 20) != []
    assert asked(noon, "TotalInvocationCount[1d].sum()", 24, NOON + timedelta(days=3)) == []


def test_a_deleted_endpoint_is_no_longer_called(noon: Tenancy) -> None:
    query = f"TotalInvocationCount[1h]{of('legacy-r')}.sum()"
    assert asked(noon, query, 1) != []
    noon.ai().delete_endpoint(noon.endpoint("legacy-r"))
    noon.advance(7200)
    assert asked(noon, query, 1, NOON + timedelta(hours=2)) == []
    assert asked(noon, query, 1) != []


def test_a_new_endpoint_has_no_metrics_until_somebody_calls_it(noon: Tenancy) -> None:
    details = oci.generative_ai.models.CreateEndpointDetails(
        display_name="fresh",
        compartment_id=noon.prod,
        dedicated_ai_cluster_id=noon.cluster("chat-prod"),
        model_id=noon.model("cohere.command-a-03-2025"),
    )
    noon.ai().create_endpoint(details)
    noon.advance(3600)
    assert asked(noon, f"TotalInvocationCount[1h]{of('fresh')}.sum()", 1, NOON + timedelta(hours=1)) == []


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ('InvocationLatency[1h]{resourceDisplayName =~ "chat-*"}.mean()', {"chat-prod-web", "chat-prod-app"}),
        ('InvocationLatency[1h]{resourceDisplayName =~ "legacy-r|tickets-*"}.mean()', {"legacy-r", "tickets-prod"}),
        ('InvocationLatency[1h]{resourceDisplayName !~ "*-*"}.mean()', set()),
        ('InvocationLatency[1h]{resourceDisplayName="legacy-r",resourceId != "x"}.mean()', {"legacy-r"}),
        ('InvocationLatency [1h] { resourceDisplayName = "legacy-r" } . mean ( )', {"legacy-r"}),
        ('InvocationLatency[60m]{resourceDisplayName = "legacy-r" && nothing != "x"}.percentile(0.95)', {"legacy-r"}),
        ('InvocationLatency[1h]{nothing = "x"}.mean()', set()),
        ('InvocationLatency[1h]{resourceDisplayName = "legacy-r"}.groupBy(resourceDisplayName).mean()', {"legacy-r"}),
        ("InvocationLatency[1h].groupBy(nothing).mean()", set()),
        ("NoSuchMetric[1h].mean()", set()),
    ],
)
def test_dimensions_choose_the_streams(noon: Tenancy, query: str, names: set[str]) -> None:
    assert {it.dimensions["resourceDisplayName"] for it in asked(noon, query)} == names


def test_grouping_by_two_dimensions_keeps_both(noon: Tenancy) -> None:
    streams = asked(noon, "TotalInvocationCount[1h].grouping(resourceId, resourceDisplayName).sum()")
    assert all(set(it.dimensions) == {"resourceId", "resourceDisplayName"} for it in streams)


@pytest.mark.parametrize(
    "query",
    [
        "",
        "InvocationLatency",
        "InvocationLatency[].mean()",
        "InvocationLatency[90m].mean()",
        "InvocationLatency[2d].mean()",
        "InvocationLatency[0h].mean()",
        "InvocationLatency[1h]",
        "InvocationLatency[1h].median()",
        "InvocationLatency[1h].mean",
        "InvocationLatency[1h].mean() > 5",
        "InvocationLatency[1h].p0()",
        "InvocationLatency[1h].percentile(1.5)",
        "InvocationLatency[1h].percentile()",
        "InvocationLatency[1h].groupBy().mean()",
        "InvocationLatency[1h].grouping(a b).mean()",
        "InvocationLatency[1h]{resourceId}.mean()",
        "InvocationLatency[1h]{resourceId = 7}.mean()",
        'InvocationLatency[1h]{resourceId = "a" resourceId = "b"}.mean()',
        'InvocationLatency[1h]{resourceId = "a}.mean()',
        "(ServerErrorCount[5m].sum() / TotalInvocationCount[5m].sum()) * 100",
    ],
)
def test_a_query_that_cannot_be_read(query: str) -> None:
    with pytest.raises(OracleError) as caught:
        mql.parse(query)
    assert (caught.value.status, caught.value.code) == (400, "InvalidParameter")


def test_quotes_in_a_value_are_escaped() -> None:
    (condition,) = mql.parse(r'M[1m]{a = "say \"hi\""}.mean()').conditions
    assert condition.holds({"a": 'say "hi"'})
    assert not condition.holds({})


@pytest.mark.parametrize(
    ("query", "hours", "changes", "why"),
    [
        ("InvocationLatency[1m].mean()", 24 * 8, {}, "7 days"),
        ("InvocationLatency[5m].mean()", 24 * 31, {}, "30 days"),
        ("InvocationLatency[1h].mean()", 24 * 91, {}, "90 days"),
        ("InvocationLatency[1h].mean()", 24 * 8, {"resolution": "1m"}, "7 days"),
        ("InvocationLatency[1h].mean()", 1, {"resolution": "2h"}, "resolution must be equal"),
        ("InvocationLatency[1h].mean()", 1, {"resolution": "fast"}, "resolution must be"),
        ("InvocationLatency[1h].mean()", -1, {}, "before endTime"),
        ("InvocationLatency[1h].nothing()", 1, {}, "not a statistic"),
    ],
)
def test_what_monitoring_refuses(noon: Tenancy, query: str, hours: float, changes: dict[str, Any], why: str) -> None:
    with refused(400, "InvalidParameter", why):
        asked(noon, query, hours, **changes)


def test_without_times_it_is_the_last_three_hours(noon: Tenancy) -> None:
    details = models.SummarizeMetricsDataDetails(
        namespace="oci_generativeai", query="TotalInvocationCount[30m].grouping().sum()"
    )
    (stream,) = noon.monitoring().summarize_metrics_data(noon.prod, details).data
    assert [it.timestamp for it in stream.aggregated_datapoints] == [
        NOON - timedelta(minutes=30 * back) for back in range(6, 0, -1)
    ]


def test_a_finer_resolution_gives_overlapping_stretches(noon: Tenancy) -> None:
    query = "TotalInvocationCount[1h].grouping().sum()"
    fine = values(asked(noon, query, 3, resolution="30m"))
    assert fine[:5:2] == values(asked(noon, query, 3))
    assert len(fine) == 6


def test_data_ages_out_of_the_fine_resolutions(noon: Tenancy) -> None:
    until = NOON - timedelta(days=6, hours=23)
    (stream,) = asked(noon, "TotalInvocationCount[1m].grouping().sum()", 3, until)
    assert min(it.timestamp for it in stream.aggregated_datapoints) == NOON - timedelta(days=7)


def test_a_time_that_cannot_be_read_is_refused(noon: Tenancy) -> None:
    path = f"/{HOME}/20180401/metrics/actions/summarizeMetricsData?compartmentId={noon.prod}"
    body = '{"namespace": "oci_generativeai", "query": "M[1m].sum()", "startTime": "noon"}'
    status, answer = noon.raw("POST", path, body.encode(), signed(noon, "POST", path, body))
    assert (status, answer["code"]) == (400, "InvalidParameter")


def test_the_whole_tenancy_is_seen_from_its_root(noon: Tenancy) -> None:
    details = models.SummarizeMetricsDataDetails(namespace="oci_generativeai", query="TotalInvocationCount[1h].sum()")
    monitoring = noon.monitoring()
    found = monitoring.summarize_metrics_data(noon.root, details, compartment_id_in_subtree=True).data
    assert {"chat-prod-web", "dev-gpt-oss"} <= {it.dimensions["resourceDisplayName"] for it in found}
    assert monitoring.summarize_metrics_data(noon.root, details).data == []
    with refused(400, "InvalidParameter", "only for the tenancy"):
        monitoring.summarize_metrics_data(noon.prod, details, compartment_id_in_subtree=True)


def test_another_namespace_and_another_region_are_other_data(noon: Tenancy) -> None:
    assert asked(noon, "CpuUtilization[1h].mean()", namespace="oci_computeagent") == []
    names = {it.dimensions["resourceDisplayName"] for it in asked(noon, "InvocationLatency[1h].mean()", region=EUROPE)}
    assert names == {"support-llama", "search-embed-eu"}


def test_a_big_fleet_is_answered_whole_and_within_the_limits(opened: Opener) -> None:
    with opened(clock=Clock(NOON, frozen=True), fleet=Fleet(200, 10)) as tenancy:
        query = "TotalInvocationCount[1d].grouping(resourceId).sum()"
        assert 1500 < len(asked(tenancy, query)) <= 2000
        with refused(400, "InvalidParameter", "100000 data points"):
            asked(tenancy, "TotalInvocationCount[1m].sum()", 24)
        ai = tenancy.ai()
        assert len(oci.pagination.list_call_get_all_results(ai.list_endpoints, tenancy.prod).data) == 2000
        assert len(ai.list_dedicated_ai_clusters(tenancy.prod).data.items) == 200


def test_more_streams_than_can_be_returned_are_refused(opened: Opener) -> None:
    with opened(clock=Clock(NOON, frozen=True), fleet=Fleet(41, 50)) as tenancy:
        with refused(400, "InvalidParameter", "2050 metric streams"):
            asked(tenancy, "TotalInvocationCount[1d].sum()")
        assert len(asked(tenancy, "TotalInvocationCount[1d].grouping().sum()")) == 1
