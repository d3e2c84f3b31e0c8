"""What Monitoring measured: discovered, never assumed, and never zero where nothing is known."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from aiohttp import web

from bot.oracle.connection import Oracle
from dac.cluster import Fleet, Traffic
from sandbox.serving import running
from tests.bot.oracle.conftest import CHICAGO, NOW, Open, Place

HOSTED = "ocid1.generativeaiendpoint.oc1.us-chicago-1.hosted"
QUIET = "ocid1.generativeaiendpoint.oc1.us-chicago-1.quiet"
GONE = "ocid1.generativeaiendpoint.oc1.us-chicago-1.gone"
ONE = "ocid1.generativeaidedicatedaicluster.oc1..one"
NAMES = (
    "TotalInvocationCount",
    "ClientErrorCount",
    "ServerErrorCount",
    "InvocationLatency",
    "InputTokenCount",
    "OutputTokenCount",
)


def traffic(fleet: Fleet, endpoint_id: str) -> tuple[Traffic, Traffic]:
    """The last hour and the last three days of one endpoint."""
    recent, idle = (each for each in fleet.traffic if each.endpoint_id == endpoint_id)
    return recent, idle


def test_a_busy_endpoint_is_measured_in_all_its_figures(oracle: Oracle, place: Place) -> None:
    recent, idle = traffic(oracle.reader.fleet(), place.found("endpoints", "chat-prod-web")["id"])
    assert recent.calls is not None
    assert recent.calls > 1000
    assert recent.client_errors is not None
    assert 0 < recent.client_errors < recent.calls
    assert recent.server_errors is not None
    assert recent.p95_latency is not None
    assert recent.p50_latency is not None
    assert recent.p99_latency is not None
    assert 1000 < recent.p50_latency < recent.p95_latency < recent.p99_latency
    assert recent.latency_unit
    assert recent.input_tokens is not None
    assert recent.input_tokens > recent.calls
    assert recent.output_tokens is not None
    assert idle.calls is not None
    assert idle.calls > recent.calls
    assert idle.day_calls is not None
    assert recent.calls < idle.day_calls < idle.calls
    assert recent.day_calls is None
    assert (idle.client_errors, idle.p95_latency, idle.input_tokens) == (None, None, None)


def test_the_windows_are_an_hour_and_three_days_and_begin_on_a_full_interval(oracle: Oracle) -> None:
    fleet = oracle.reader.fleet()
    recent, idle = traffic(fleet, fleet.endpoints[0].id)
    assert (recent.since, recent.until) == (datetime(2026, 11, 23, 14, 20, tzinfo=UTC), NOW)
    assert (idle.since, idle.until) == (datetime(2026, 11, 20, 15, 0, tzinfo=UTC), NOW)


def test_every_endpoint_has_one_record_for_each_window(oracle: Oracle) -> None:
    fleet = oracle.reader.fleet()
    assert len(fleet.traffic) == 2 * len(fleet.endpoints)
    assert all(each.window >= timedelta(hours=1) for each in fleet.traffic)


def test_an_endpoint_nobody_calls_is_zero_where_others_are_counted(oracle: Oracle, place: Place) -> None:
    recent, idle = traffic(oracle.reader.fleet(), place.found("endpoints", "docs-idle")["id"])
    assert (recent.calls, idle.calls, idle.day_calls) == (Decimal(0), Decimal(0), Decimal(0))
    assert (recent.p95_latency, recent.input_tokens) == (None, None)


def test_monitoring_down_is_a_gap_and_no_traffic_at_all(oracle: Oracle, place: Place) -> None:
    place.fault("status", service="monitoring", status=503)
    fleet = oracle.reader.fleet()
    assert not fleet.traffic
    assert {each.what.split(" in ")[0] for each in fleet.gaps} == {"traffic", "alarms"}
    assert all("Oracle answered 503" in each.because for each in fleet.gaps)
    assert fleet.endpoints


def test_questions_are_asked_per_compartment_not_per_endpoint(oracle: Oracle, place: Place) -> None:
    fleet = oracle.reader.fleet()
    places = {(each.region, each.compartment_id) for each in fleet.endpoints}
    assert len(place.calls("SummarizeMetricsData")) == 9 * len(places)
    assert len(place.calls("ListMetrics")) == 2 * len(places)


# ------------------------------------------------------------------------------- answers made for the purpose


class Answers:
    """A region of one compartment whose Monitoring says what a test wants."""

    def __init__(self) -> None:
        self.endpoints = [HOSTED, QUIET]
        self.names: tuple[str, ...] = NAMES
        self.dimensions: list[dict[str, str]] = [{"resourceId": HOSTED}]
        self.points: dict[str, dict[str, list[float]]] = {"TotalInvocationCount": {HOSTED: [3, 4.5]}}
        self.failing: set[str] = set()
        self.queries: list[dict[str, Any]] = []

    def make_app(self) -> web.Application:
        app = web.Application()
        app.router.add_get("/20231130/{kind}", self._list)
        app.router.add_get("/20180401/alarms", self._alarms)
        app.router.add_post("/20180401/metrics/actions/listMetrics", self._definitions)
        app.router.add_post("/20180401/metrics/actions/summarizeMetricsData", self._summarize)
        return app

    async def _list(self, request: web.Request) -> web.Response:
        items = [
            {
                "id": each,
                "compartmentId": "ocid1.compartment.oc1..one",
                "dedicatedAiClusterId": ONE,
                "modelId": "ocid1.generativeaimodel.oc1..one",
                "lifecycleState": "ACTIVE",
                "timeCreated": "2026-01-01T00:00:00Z",
            }
            for each in self.endpoints
        ]
        return web.json_response({"items": items if request.match_info["kind"] == "endpoints" else []})

    async def _alarms(self, _: web.Request) -> web.Response:
        return web.json_response([])

    async def _definitions(self, request: web.Request) -> web.Response:
        asked = await request.json()
        if asked.get("groupBy"):
            return web.json_response([{"name": each} for each in self.names])
        return web.json_response([{"name": asked["name"], "dimensions": each} for each in self.dimensions])

    async def _summarize(self, request: web.Request) -> web.Response:
        asked = await request.json()
        self.queries.append(asked)
        name = asked["query"].split("[")[0]
        if name in self.failing:
            return web.json_response({"code": "InvalidParameter", "message": "No such metric."}, status=400)
        dimension = asked["query"].split("groupBy(")[1].split(")")[0]
        return web.json_response(
            [
                {
                    "dimensions": {dimension: endpoint},
                    "metadata": {"unit": "ms"},
                    "aggregatedDatapoints": [{"timestamp": "2026-11-23T15:00:00Z", "value": each} for each in values],
                }
                for endpoint, values in self.points.get(name, {}).items()
            ]
        )


Measure = Callable[[Answers], Fleet]


@pytest.fixture
def measure(connecting: Open) -> Measure:
    def measured(answers: Answers) -> Fleet:
        with running(answers.make_app) as url:
            oracle = connecting(endpoint=url, regions=(CHICAGO,), compartments=("ocid1.compartment.oc1..one",))
            fleet = oracle.reader.fleet()
            oracle.close()
            return fleet

    return measured


def test_points_of_a_window_add_up(measure: Measure) -> None:
    recent, _ = traffic(measure(Answers()), HOSTED)
    assert recent.calls == Decimal("7.5")


def test_each_query_says_how_far_apart_its_points_are(measure: Measure) -> None:
    answers = Answers()
    measure(answers)
    assert {each["query"].split("[")[1].split("]")[0] for each in answers.queries} == {"5m", "1h"}
    assert all(f"[{each['resolution']}]" in each["query"] for each in answers.queries)


def test_of_two_percentiles_the_worse_one_is_shown_in_the_unit_named(measure: Measure) -> None:
    answers = Answers()
    answers.points["InvocationLatency"] = {HOSTED: [810.5, 320]}
    recent, _ = traffic(measure(answers), HOSTED)
    assert (recent.p95_latency, recent.latency_unit) == (Decimal("810.5"), "ms")


@pytest.mark.parametrize(
    ("dimensions", "chosen"),
    [
        ([{"resourceId": HOSTED, "endpointId": HOSTED}], "resourceId"),
        ([{"zone": "a", "endpointId": HOSTED}], "endpointId"),
        ([{"servedBy": HOSTED, "askedOf": HOSTED}], "askedOf"),
        ([{"resourceId": "chat-prod", "target": HOSTED}], "target"),
        ([{"resourceId": GONE}], "resourceId"),
    ],
)
def test_the_dimension_is_the_one_that_holds_the_endpoints_ocid(
    measure: Measure, dimensions: list[dict[str, str]], chosen: str
) -> None:
    answers = Answers()
    answers.dimensions = dimensions
    recent, _ = traffic(measure(answers), HOSTED)
    assert recent.calls == Decimal("7.5")
    assert {each["query"].split("groupBy(")[1].split(")")[0] for each in answers.queries} == {chosen}


@pytest.mark.parametrize("dimensions", [[], [{}], [{"resourceDisplayName": "chat-prod"}]])
def test_without_a_dimension_that_holds_ocids_nothing_is_known(
    measure: Measure, dimensions: list[dict[str, str]]
) -> None:
    answers = Answers()
    answers.dimensions = dimensions
    recent, idle = traffic(measure(answers), QUIET)
    assert (recent.calls, idle.calls) == (None, None)
    assert not answers.queries


def test_a_metric_monitoring_has_never_seen_is_unknown_not_zero(measure: Measure) -> None:
    answers = Answers()
    answers.names = ("TotalInvocationCount",)
    recent, idle = traffic(measure(answers), QUIET)
    assert (recent.calls, idle.calls) == (Decimal(0), Decimal(0))
    assert (recent.client_errors, recent.server_errors) == (None, None)


def test_no_metrics_at_all_is_unknown_not_zero(measure: Measure) -> None:
    answers = Answers()
    answers.names = ()
    fleet = measure(answers)
    assert traffic(fleet, HOSTED)[0].calls is None
    assert not fleet.gaps


def test_errors_that_did_not_happen_are_zero_and_tokens_that_are_not_counted_are_not(measure: Measure) -> None:
    recent, _ = traffic(measure(Answers()), HOSTED)
    assert (recent.client_errors, recent.server_errors) == (Decimal(0), Decimal(0))
    assert (recent.input_tokens, recent.output_tokens) == (None, None)


def test_what_was_read_before_a_failure_is_kept_and_the_failure_told(measure: Measure) -> None:
    answers = Answers()
    answers.failing = {"ClientErrorCount"}
    fleet = measure(answers)
    recent, idle = traffic(fleet, HOSTED)
    assert (recent.calls, recent.server_errors, recent.client_errors) == (Decimal("7.5"), Decimal(0), None)
    assert idle.calls == Decimal("7.5")
    (gap,) = fleet.gaps
    assert gap.because.startswith(f"Reading ClientErrorCount in {CHICAGO}")


def test_a_stream_without_points_counts_as_none(measure: Measure) -> None:
    answers = Answers()
    answers.points = {"TotalInvocationCount": {HOSTED: []}}
    recent, _ = traffic(measure(answers), HOSTED)
    assert recent.calls == Decimal(0)


def test_a_compartment_of_very_many_endpoints_is_asked_by_the_day(measure: Measure) -> None:
    answers = Answers()
    answers.endpoints = [f"{HOSTED}{number}" for number in range(1001)]
    fleet = measure(answers)
    assert {each["resolution"] for each in answers.queries} == {"5m", "1h", "1d"}
    assert max(each.window for each in fleet.traffic) >= timedelta(hours=72)
    assert {each.day_calls for each in fleet.traffic} == {None}


def test_a_longer_silence_is_looked_for_as_far_back_as_asked(place: Place, connecting: Open) -> None:
    fleet = connecting(idle=timedelta(hours=100)).reader.fleet()
    _, idle = traffic(fleet, place.found("endpoints", "chat-prod-web")["id"])
    assert (idle.since, idle.until) == (datetime(2026, 11, 19, 11, 0, tzinfo=UTC), NOW)


def test_how_far_clusters_are_used_is_read_where_monitoring_names_clusters(measure: Measure) -> None:
    answers = Answers()
    answers.names = (*NAMES, "GpuUtilization")
    answers.dimensions = [{"resourceId": HOSTED, "dedicatedAiClusterId": ONE}]
    answers.points["GpuUtilization"] = {ONE: [40.5, 62.5], f"{ONE}-of-others": [99]}
    (found,) = measure(answers).utilization
    assert (found.cluster_id, found.metric, found.value) == (ONE, "GpuUtilization", Decimal("62.5"))
    assert answers.queries[-1]["query"] == "GpuUtilization[1h].groupBy(dedicatedAiClusterId).mean()"


def test_a_utilization_that_names_no_cluster_is_of_none_and_one_that_fails_takes_nothing_with_it(
    measure: Measure,
) -> None:
    answers = Answers()
    answers.names = (*NAMES, "GpuUtilization")
    assert measure(answers).utilization == ()
    answers.dimensions = [{"resourceId": HOSTED, "dedicatedAiClusterId": ONE}]
    answers.failing = {"GpuUtilization"}
    fleet = measure(answers)
    assert [each.what.split(" in ")[0] for each in fleet.gaps] == ["GpuUtilization"]
    assert traffic(fleet, HOSTED)[0].calls == Decimal("7.5")


def test_what_monitoring_has_points_of_is_told_even_where_they_cannot_be_read(measure: Measure) -> None:
    answers = Answers()
    answers.names = (*NAMES, "Utilization")
    answers.failing = {"TotalInvocationCount"}
    fleet = measure(answers)
    assert not fleet.traffic
    assert (CHICAGO, "Utilization") in fleet.metrics


def test_an_answer_of_another_form_is_a_gap(measure: Measure) -> None:
    answers = Answers()
    answers.dimensions = [{"resourceId": HOSTED}]
    answers.names = NAMES
    answers.points = {"TotalInvocationCount": {HOSTED: ["many"]}}  # type: ignore[list-item]
    (gap,) = measure(answers).gaps
    assert "not in the form expected" in gap.because
