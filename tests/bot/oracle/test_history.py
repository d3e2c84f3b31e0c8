"""A cluster's last days by the hour, as the local Oracle's Monitoring knows them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from aiohttp import web

from bot.oracle.connection import Oracle
from dac.cluster import Cluster
from dac.errors import Invalid, Unavailable
from dac.history import History, Hour
from sandbox.serving import running
from tests.bot.oracle.conftest import CHICAGO, NOW, Open, Place

SUMMARIZE = "SummarizeMetricsData"


def cluster(oracle: Oracle, place: Place, name: str) -> Cluster:
    return oracle.reader.cluster(CHICAGO, place.found("clusters", name)["id"])


def week(oracle: Oracle, place: Place, name: str) -> History:
    return oracle.reader.history(cluster(oracle, place, name))


def test_a_week_is_all_its_full_hours_with_every_figure(oracle: Oracle, place: Place) -> None:
    history = week(oracle, place, "chat-prod")
    assert history.until == place.now.replace(minute=0, second=0, microsecond=0)
    assert len(history.hours) == 7 * 24
    assert all(hour.calls and hour.p95_seconds and hour.errors is not None for hour in history.hours)
    assert history.peak
    assert history.peak.calls
    # The scenario gives both endpoints 13.5 calls a second together at the busiest hour.
    assert Decimal(9) < history.peak.calls / 3600 < Decimal(14)
    assert history.mean_input_tokens
    assert 820 < history.mean_input_tokens < 1150


def test_a_cluster_nobody_called_was_called_no_times_and_has_no_mean(oracle: Oracle, place: Place) -> None:
    idle = week(oracle, place, "docs-idle")
    assert idle.total_calls == 0
    assert idle.mean_input_tokens is None


def test_a_young_cluster_has_no_hours_before_it_was_made(oracle: Oracle, place: Place) -> None:
    made = place.found("clusters", "chat-prod")["id"]
    born = place.now - timedelta(hours=5)
    young = oracle.reader.cluster(CHICAGO, made).model_copy(update={"time_created": born})
    assert len(oracle.reader.history(young).hours) == 5


def test_clusters_of_one_compartment_are_asked_for_once(oracle: Oracle, place: Place) -> None:
    week(oracle, place, "chat-prod")
    asked = len(place.calls(SUMMARIZE))
    week(oracle, place, "search-embed")
    week(oracle, place, "chat-prod")
    assert len(place.calls(SUMMARIZE)) == asked


def test_figures_are_minutes_old_at_the_most(connecting: Open, place: Place) -> None:
    oracle = connecting(slow_fresh_for=300)
    week(oracle, place, "chat-prod")
    asked = len(place.calls(SUMMARIZE))
    place.advance(301)
    week(oracle, place, "chat-prod")
    assert len(place.calls(SUMMARIZE)) > asked


def test_a_monitoring_that_does_not_answer_is_said_and_is_no_zero(oracle: Oracle, place: Place) -> None:
    chat = cluster(oracle, place, "chat-prod")
    oracle.reader.fleet()
    place.fault("status", operation=SUMMARIZE, status=500)
    with pytest.raises(Unavailable):
        oracle.reader.history(chat)


def test_who_would_not_wait_long_is_told_soon(oracle: Oracle, place: Place) -> None:
    chat = cluster(oracle, place, "chat-prod")
    oracle.reader.fleet()
    place.fault("timeout", operation=SUMMARIZE)
    with pytest.raises(Unavailable, match="did not answer in time"):
        oracle.reader.history(chat, days=1, seconds=0.5)
    place.ask("DELETE", "faults")
    assert len(oracle.reader.history(chat, days=1).hours) == 24


def test_more_days_than_monitoring_keeps_are_refused_before_it_is_asked(oracle: Oracle, place: Place) -> None:
    chat = cluster(oracle, place, "chat-prod")
    oracle.reader.fleet()
    asked = len(place.calls(SUMMARIZE))
    with pytest.raises(Invalid, match="ask for 1 to 89, not 400"):
        oracle.reader.history(chat, days=400)
    assert len(place.calls(SUMMARIZE)) == asked


def test_endpoints_that_were_not_listed_leave_the_load_unknown(oracle: Oracle, place: Place) -> None:
    chat = cluster(oracle, place, "chat-prod")
    place.fault("status", operation="ListEndpoints", status=404, code="NotAuthorizedOrNotFound")
    with pytest.raises(Unavailable, match="is not known in full"):
        oracle.reader.history(chat)


# ------------------------------------------------------------------------------- answers made for the purpose

ONE, OTHER = "ocid1.compartment.oc1..one", "ocid1.compartment.oc1..other"
HOSTED, SECOND, GONE, ELSEWHERE = (
    f"ocid1.generativeaiendpoint.oc1.us-chicago-1.{each}" for each in ("hosted", "second", "gone", "elsewhere")
)
CHAT = Cluster(
    id="ocid1.generativeaidedicatedaicluster.oc1..chat",
    name="chat",
    region=CHICAGO,
    compartment_id=ONE,
    type="HOSTING",
    lifecycle_state="ACTIVE",
    unit_count=2,
    unit_shape="LARGE_COHERE_V3",
    time_created=NOW - timedelta(days=30),
)
UNTIL = NOW.replace(minute=0, second=0, microsecond=0)
SINCE = UNTIL - timedelta(days=1)
CALLS, ERRORS, FAILED, IN, OUT, LATENCY = (
    "TotalInvocationCount",
    "ClientErrorCount",
    "ServerErrorCount",
    "InputTokenCount",
    "OutputTokenCount",
    "InvocationLatency",
)


def curve(hour: int) -> float:
    """Calls of an hour of the day that lie higher than the day before as well, so that no hour is like another."""
    return 100.0 + 7 * hour


@dataclass
class Answers:
    """A region whose Monitoring knows what happened in which hour, and stamps its points by either of the two rules."""

    late: bool = True
    endpoints: dict[str, dict[str, str]] = field(default_factory=lambda: {ONE: {HOSTED: "ACTIVE"}})
    cluster_of: dict[str, str] = field(default_factory=dict)
    names: tuple[str, ...] = (CALLS, ERRORS, FAILED, IN, OUT, LATENCY)
    unit: str | None = "ms"
    happened: dict[str, dict[str, dict[int, float]]] = field(
        default_factory=lambda: {CALLS: {HOSTED: {hour: curve(hour) for hour in range(-24, 25)}}}
    )
    """By metric and endpoint, the hours counted from the beginning of the window."""
    shift: timedelta = timedelta()
    queries: list[dict[str, Any]] = field(default_factory=list)

    def make_app(self) -> web.Application:
        app = web.Application()
        app.router.add_get("/20231130/{kind}", self._list)
        app.router.add_post("/20180401/metrics/actions/listMetrics", self._definitions)
        app.router.add_post("/20180401/metrics/actions/summarizeMetricsData", self._summarize)
        return app

    async def _list(self, request: web.Request) -> web.Response:
        items = [
            {
                "id": each,
                "compartmentId": request.query["compartmentId"],
                "dedicatedAiClusterId": self.cluster_of.get(each, CHAT.id),
                "modelId": "ocid1.generativeaimodel.oc1..one",
                "lifecycleState": state,
                "timeCreated": "2026-01-01T00:00:00Z",
            }
            for each, state in self.endpoints.get(request.query["compartmentId"], {}).items()
        ]
        return web.json_response({"items": items if request.match_info["kind"] == "endpoints" else []})

    async def _definitions(self, request: web.Request) -> web.Response:
        if (await request.json()).get("groupBy"):
            return web.json_response([{"name": each} for each in self.names])
        return web.json_response([{"name": CALLS, "dimensions": {"resourceId": HOSTED}}])

    async def _summarize(self, request: web.Request) -> web.Response:
        asked = await request.json()
        self.queries.append(asked)
        metric = asked["query"].split("[")[0]
        streams = {each: self.happened.get(metric, {}).get(each, {}) for each in self._known(request)}
        if "groupBy" not in asked["query"]:
            together = {hour: sum(each.get(hour, 0) for each in streams.values()) for hour in range(-24, 25)}
            streams = {"all": together}
        minutes = 60 if asked["resolution"] == "1h" else 5
        return web.json_response(
            [
                {
                    "dimensions": {"resourceId": each},
                    "metadata": {"unit": self.unit},
                    "aggregatedDatapoints": self._points(hours, minutes, asked),
                }
                for each, hours in streams.items()
            ]
        )

    def _known(self, request: web.Request) -> list[str]:
        return [*self.endpoints.get(request.query["compartmentId"], {}), "ocid1.generativeaiendpoint.oc1..strange"]

    def _points(self, hours: dict[int, float], minutes: int, asked: dict[str, Any]) -> list[dict[str, Any]]:
        since, until = (datetime.fromisoformat(asked[each]) for each in ("startTime", "endTime"))
        points = []
        for hour, value in hours.items():
            for part in range(0, 60, minutes):
                stamp = SINCE + timedelta(hours=hour, minutes=part + minutes * self.late) + self.shift
                if since <= stamp < until:
                    points.append({"timestamp": stamp.isoformat(), "value": value * minutes / 60})
        return points


Ask = Callable[[Answers], History]


@pytest.fixture
def day(connecting: Open) -> Ask:
    """One day of the cluster."""

    def asked(answers: Answers) -> History:
        with running(answers.make_app) as url:
            oracle = connecting(endpoint=url, regions=(CHICAGO,), compartments=tuple(answers.endpoints))
            oracle.reader.fleet()
            answers.queries.clear()
            history = oracle.reader.history(CHAT, days=1)
            oracle.close()
            return history

    return asked


@pytest.mark.parametrize("late", [True, False], ids=["with its end", "with its beginning"])
def test_an_hour_is_the_one_its_calls_came_in_whichever_way_oracle_stamps_it(day: Ask, *, late: bool) -> None:
    history = day(Answers(late=late))
    assert (history.since, history.until) == (SINCE, UNTIL)
    assert [each.calls for each in history.hours] == [Decimal(str(curve(hour))) for hour in range(24)]


def test_without_any_calls_every_hour_is_zero(day: Ask) -> None:
    history = day(Answers(happened={}))
    assert [each.calls for each in history.hours] == [0] * 24
    assert history.hours[0] == Hour(
        since=SINCE, calls=Decimal(0), errors=Decimal(0), input_tokens=Decimal(0), output_tokens=Decimal(0)
    )


def test_one_question_is_asked_for_each_metric_and_two_for_the_way_of_stamping(day: Ask) -> None:
    answers = Answers()
    day(answers)
    grouped = [each["query"] for each in answers.queries if "groupBy" in each["query"]]
    assert sorted(grouped) == sorted(
        f"{name}[1h].groupBy(resourceId).{'p95' if name == LATENCY else 'sum'}()" for name in answers.names
    )
    assert len(answers.queries) == len(grouped) + 2


def test_endpoints_add_up_deleted_ones_and_those_in_other_compartments_included(day: Ask) -> None:
    answers = Answers(
        endpoints={ONE: {HOSTED: "ACTIVE", GONE: "DELETED", SECOND: "ACTIVE"}, OTHER: {ELSEWHERE: "ACTIVE"}}
    )
    answers.cluster_of[SECOND] = "ocid1.generativeaidedicatedaicluster.oc1..another"
    answers.happened[CALLS] |= {GONE: {0: 1000}, SECOND: {0: 20_000}, ELSEWHERE: {0: 300_000, 1: 5}}
    history = day(answers)
    assert [each.calls for each in history.hours[:3]] == [301_100, 112, 114]


def test_errors_are_those_of_both_kinds_and_zero_where_none_happened(day: Ask) -> None:
    answers = Answers()
    answers.happened |= {ERRORS: {HOSTED: {0: 2, 1: 3}}, FAILED: {HOSTED: {1: 4}}}
    assert [each.errors for each in day(answers).hours[:3]] == [2, 7, 0]


def test_errors_of_a_kind_monitoring_has_never_seen_are_unknown(day: Ask) -> None:
    answers = Answers(names=(CALLS, ERRORS))
    answers.happened[ERRORS] = {HOSTED: {0: 2}}
    history = day(answers)
    assert {each.errors for each in history.hours} == {None}
    assert history.total_calls is not None


def test_tokens_are_known_for_endpoints_that_count_them_and_for_hours_without_calls(day: Ask) -> None:
    answers = Answers(endpoints={ONE: {HOSTED: "ACTIVE", SECOND: "ACTIVE"}})
    answers.happened = {CALLS: {HOSTED: {0: 5, 1: 5}, SECOND: {1: 1}}, IN: {HOSTED: {0: 50}}}
    history = day(answers)
    assert [each.input_tokens for each in history.hours[:3]] == [50, None, 0]
    assert [each.output_tokens for each in history.hours[:3]] == [None, None, 0]
    assert (history.mean_input_tokens, history.mean_output_tokens) == (None, None)


def test_tokens_monitoring_has_never_seen_are_unknown_even_without_calls(day: Ask) -> None:
    history = day(Answers(names=(CALLS,), happened={}))
    assert {(each.calls, each.input_tokens, each.output_tokens) for each in history.hours} == {(Decimal(0), None, None)}


@pytest.mark.parametrize(
    ("unit", "seconds"), [("ms", Decimal("1.5")), ("Seconds", Decimal(1500)), ("fortnights", None), (None, None)]
)
def test_latency_is_in_seconds_where_its_unit_is_known(day: Ask, unit: str | None, seconds: Decimal | None) -> None:
    answers = Answers(unit=unit)
    answers.happened[LATENCY] = {HOSTED: {0: 1500}}
    assert [each.p95_seconds for each in day(answers).hours[:2]] == [seconds, None]


def test_the_slowest_endpoint_is_shown(day: Ask) -> None:
    answers = Answers(endpoints={ONE: {HOSTED: "ACTIVE", SECOND: "ACTIVE"}})
    answers.happened = {
        CALLS: {HOSTED: {0: 1, 1: 1}, SECOND: {0: 1}},
        LATENCY: {HOSTED: {0: 900, 1: 800}, SECOND: {0: 1500}},
    }
    assert [each.p95_seconds for each in day(answers).hours[:3]] == [Decimal("1.5"), Decimal("0.8"), None]


@pytest.mark.parametrize(
    "answers",
    [
        pytest.param(Answers(names=()), id="no metrics at all"),
        pytest.param(Answers(names=(IN, OUT)), id="calls are not counted"),
        pytest.param(Answers(endpoints={ONE: {}}), id="no endpoints"),
    ],
)
def test_where_nothing_is_measured_nothing_is_known(day: Ask, answers: Answers) -> None:
    history = day(answers)
    assert list(history.hours) == [Hour(since=SINCE + timedelta(hours=number)) for number in range(24)]
    assert not answers.queries


def test_very_many_endpoints_are_asked_for_a_few_hours_at_a_time(day: Ask) -> None:
    many = {f"{HOSTED}{number}": "ACTIVE" for number in range(5000)}
    answers = Answers(endpoints={ONE: {**many, HOSTED: "ACTIVE"}}, names=(CALLS,))
    answers.cluster_of |= dict.fromkeys(many, "ocid1.generativeaidedicatedaicluster.oc1..another")
    history = day(answers)
    assert [each.calls for each in history.hours] == [Decimal(str(curve(hour))) for hour in range(24)]
    assert len([each for each in answers.queries if "groupBy" in each["query"]]) == 3


def test_points_off_the_full_hour_are_not_made_to_fit(day: Ask) -> None:
    with pytest.raises(Unavailable, match=r"Reading TotalInvocationCount .* not in the form expected"):
        day(Answers(shift=timedelta(minutes=20)))


def test_a_cluster_made_this_hour_has_no_full_hours_yet(day: Ask, oracle: Oracle, place: Place) -> None:
    young = cluster(oracle, place, "chat-prod").model_copy(update={"time_created": place.now})
    history = oracle.reader.history(young)
    assert (history.hours, history.since, history.total_calls) == ((), history.until, None)


def test_compartments_read_before_and_after_the_hour_struck_are_put_together_where_both_know(
    oracle: Oracle, place: Place
) -> None:
    chat = cluster(oracle, place, "chat-prod")
    place.advance(37 * 60)
    first = oracle.reader.history(chat)
    place.advance(120)
    other = next(each for each in place.config().compartments if each != chat.compartment_id)
    there = place.found("endpoints", "chat-prod-web")["id"]
    place.set(there, compartmentId=other)
    both = oracle.reader.history(chat)
    assert (first.until, both.until) == (UNTIL, UNTIL)
    assert both.since == UNTIL - timedelta(days=7) + timedelta(hours=1)
    assert both.read_at == first.read_at
