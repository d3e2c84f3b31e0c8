"""Incidents: each changes the world as its cause would, and a tenancy without one is well."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import oci
import pytest

from sandbox.clock import Clock
from sandbox.oracle.config import HEALTHY, Fleet
from sandbox.oracle.incidents import INCIDENTS
from tests.sandbox.oracle.conftest import EUROPE, HOME, Opener, Tenancy, refused

NOON = datetime(2026, 11, 24, 18, 0, tzinfo=UTC)
CLUSTER = "chat-prod"


@pytest.fixture
def well(opened: Opener) -> Iterator[Tenancy]:
    with opened(clock=Clock(NOON, frozen=True), scenario=HEALTHY) as tenancy:
        yield tenancy


def happens(tenancy: Tenancy, name: str, **told: Any) -> None:
    tenancy.control("POST", "incidents", {"name": name, "cluster": CLUSTER} | told)


def figure(tenancy: Tenancy, query: str, until: datetime = NOON, region: str = HOME) -> list[float]:
    """What a metric came to in the hour before, for each endpoint that has it."""
    told = oci.monitoring.models.SummarizeMetricsDataDetails(
        namespace="oci_generativeai", query=query, start_time=until - timedelta(hours=1), end_time=until
    )
    found = tenancy.monitoring(region).summarize_metrics_data(tenancy.prod, told).data
    return [point.value for it in found for point in it.aggregated_datapoints]


def of(metric: str, statistic: str) -> str:
    return f'{metric}[1h]{{resourceDisplayName = "chat-prod-web"}}.{statistic}()'


def shown(tenancy: Tenancy, kind: str, name: str) -> Any:
    return next(it for it in tenancy.state()[kind] if it["displayName"] == name)


def errors(tenancy: Tenancy) -> list[str]:
    """The codes of what the failed work requests failed with."""
    failed = [it["id"] for it in tenancy.state()["workRequests"] if it["status"] == "FAILED"]
    return [error.code for it in failed for error in tenancy.ai().list_work_request_errors(it).data.items]


def test_in_a_healthy_tenancy_nothing_is_wrong(well: Tenancy) -> None:
    for region in (HOME, EUROPE):
        state = well.state(region)
        assert {it["lifecycleState"] for it in (*state["clusters"], *state["endpoints"])} == {"ACTIVE"}
        served = {it["modelId"] for it in state["endpoints"]}
        assert not [it for it in state["models"] if it["id"] in served and "timeDedicatedRetired" in it]
        assert max(figure(well, "InvocationLatency[1h].p95()", region=region)) < 5000
        assert {it.status for it in well.monitoring(region).list_alarms_status(well.prod).data} == {"OK"}


def test_every_incident_happens_and_a_reset_undoes_it(well: Tenancy) -> None:
    before = unmarked(well)
    for name in INCIDENTS:
        happens(well, name)
        told = well.control("GET", "incidents")
        assert [(it["name"], it["cluster"]) for it in told["happened"]] == [(name, CLUSTER)]
        assert told["known"] == sorted(INCIDENTS)
        well.control("POST", "reset")
        assert well.control("GET", "incidents")["happened"] == []
        assert well.control("GET", "faults") == []
        assert unmarked(well) == before, name


def test_all_is_made_well_again_as_it_was_before_the_first(well: Tenancy) -> None:
    well.control("POST", "faults", {"kind": "slow", "operation": "ListModels"})
    before, faults = well.control("GET", "state"), well.control("GET", "faults")
    for name in ("undersized", "needs-attention", "second-cluster", "limits-down"):
        happens(well, name)
    assert well.control("DELETE", "incidents")["happened"] == []
    assert well.control("GET", "state") == before
    assert well.control("GET", "faults") == faults
    assert well.control("DELETE", "incidents")["happened"] == []
    happens(well, "idle")
    assert len(well.control("GET", "incidents")["happened"]) == 1


def test_each_says_what_it_is_and_where_it_may_happen(well: Tenancy) -> None:
    told = well.control("GET", "incidents")
    listed = [each for group in told["groups"] for each in group["incidents"]]
    assert {each["name"] for each in listed} == set(INCIDENTS)
    assert all(each["about"].endswith(".") for each in listed)
    names = [it["displayName"] for region in (HOME, EUROPE) for it in well.state(region)["clusters"]]
    assert sorted(each["name"] for each in told["clusters"]) == sorted(names)


def unmarked(tenancy: Tenancy) -> list[Any]:
    """All there is, but for the etags, which are new in every world."""
    regions = tenancy.control("GET", "state")["regions"].values()
    return [it | {"etag": None} for region in regions for kind in region.values() for it in kind]


def test_two_incidents_happen_together(well: Tenancy) -> None:
    for first, second in pairwise(INCIDENTS):
        happens(well, first)
        if first not in {"no-endpoint", "limit-never-raised"}:
            happens(well, second)
            assert len(well.control("GET", "incidents")["happened"]) == 2
        well.control("POST", "reset")


def test_too_few_units_show_in_load_latency_errors_and_the_alarm(well: Tenancy) -> None:
    before = NOON - timedelta(hours=3)
    calls, latency = of("TotalInvocationCount", "sum"), of("InvocationLatency", "p95")
    ((calls_before,), (latency_before,)) = (figure(well, calls, before), figure(well, latency, before))
    (failed_before,) = figure(well, of("ServerErrorCount", "sum"))
    happens(well, "undersized")
    assert figure(well, calls, before) == [calls_before]
    assert figure(well, latency, before) == [latency_before]
    assert figure(well, calls)[0] > 1.5 * calls_before
    assert figure(well, latency)[0] > max(2 * latency_before, 5000)
    assert figure(well, of("ServerErrorCount", "sum"))[0] > 5 * failed_before
    (alarm,) = well.monitoring().list_alarms_status(well.prod, status="FIRING").data
    assert NOON - timedelta(hours=2, minutes=15) <= alarm.timestamp_triggered <= NOON - timedelta(hours=1)


@pytest.mark.parametrize(
    ("name", "metric"), [("long-prompts", "InputTokenCount"), ("long-completions", "OutputTokenCount")]
)
def test_longer_texts_show_in_tokens_and_latency_and_not_in_calls(well: Tenancy, name: str, metric: str) -> None:
    queries = [of(metric, "sum"), of("InvocationLatency", "p50"), of("TotalInvocationCount", "sum")]
    tokens, latency, calls = [figure(well, it)[0] for it in queries]
    happens(well, name)
    assert figure(well, queries[0])[0] == pytest.approx(6 * tokens, rel=0.01)
    assert figure(well, queries[1])[0] > 4 * latency
    assert figure(well, queries[2]) == [calls]


@pytest.mark.parametrize(
    ("name", "metric"),
    [
        ("server-errors", "ServerErrorCount"),
        ("client-errors", "ClientErrorCount"),
        ("throttled-callers", "ClientErrorCount"),
    ],
)
def test_errors_are_counted(well: Tenancy, name: str, metric: str) -> None:
    happens(well, name)
    assert figure(well, of(metric, "mean"))[0] > 0.1


def test_nobody_calls_an_idle_cluster(well: Tenancy) -> None:
    happens(well, "idle")
    assert figure(well, of("TotalInvocationCount", "sum")) == []
    assert figure(well, of("TotalInvocationCount", "sum"), NOON - timedelta(hours=97))[0] > 0


def test_a_slow_network_does_not_show_in_oracles_figures(well: Tenancy) -> None:
    before = figure(well, of("InvocationLatency", "p95"))
    happens(well, "network")
    assert figure(well, of("InvocationLatency", "p95")) == before
    assert "generativeAiPrivateEndpointId" in shown(well, "endpoints", "chat-prod-web")


@pytest.mark.parametrize(
    ("name", "kind", "resource", "state"),
    [
        ("endpoint-creating", "endpoints", "chat-prod-web", "CREATING"),
        ("endpoint-failed", "endpoints", "chat-prod-web", "FAILED"),
        ("endpoint-deleted", "endpoints", "chat-prod-web", "DELETED"),
        ("cluster-updating", "clusters", CLUSTER, "UPDATING"),
        ("stuck-work", "clusters", CLUSTER, "UPDATING"),
        ("needs-attention", "clusters", CLUSTER, "NEEDS_ATTENTION"),
        ("cluster-failed", "clusters", CLUSTER, "FAILED"),
        ("fine-tune-few", "models", "tickets-next", "FAILED"),
    ],
)
def test_what_has_become_of_it_is_shown(well: Tenancy, name: str, kind: str, resource: str, state: str) -> None:
    happens(well, name)
    well.advance(3600)
    found = shown(well, kind, resource)
    assert found["lifecycleState"] == state
    assert (state in {"FAILED", "NEEDS_ATTENTION"}) == ("lifecycleDetails" in found)


def test_stuck_work_has_been_under_way_for_hours(well: Tenancy) -> None:
    happens(well, "stuck-work")
    (work,) = well.state()["workRequests"]
    assert work["status"] == "IN_PROGRESS"
    assert datetime.fromisoformat(work["timeAccepted"]) == NOON - timedelta(hours=6)


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("limit-used-up", "LimitExceeded"),
        ("quota-exceeded", "QuotaExceeded"),
        ("fine-tune-limit", "LimitExceeded"),
        ("fine-tune-format", "InvalidParameter"),
    ],
)
def test_failed_work_says_why(well: Tenancy, name: str, code: str) -> None:
    happens(well, name)
    assert errors(well) == [code]


@pytest.mark.parametrize(("name", "code"), [("limit-used-up", "LimitExceeded"), ("quota-exceeded", "QuotaExceeded")])
def test_growing_is_refused(well: Tenancy, name: str, code: str) -> None:
    happens(well, name)
    with refused(400, code):
        well.ai().update_dedicated_ai_cluster(
            well.cluster(CLUSTER), oci.generative_ai.models.UpdateDedicatedAiClusterDetails(unit_count=3)
        )


def test_a_model_retires_when_it_is_said_to(well: Tenancy) -> None:
    happens(well, "model-retiring", days=5)
    model = shown(well, "models", "cohere.command-a-03-2025")
    assert datetime.fromisoformat(model["timeDedicatedRetired"]) == NOON + timedelta(days=5)


def test_costs_grow_by_units_or_by_another_cluster(well: Tenancy) -> None:
    happens(well, "scaled-up")
    happens(well, "second-cluster")
    found = {it["displayName"]: it["unitCount"] for it in well.state()["clusters"]}
    assert found[CLUSTER] == found[f"{CLUSTER}-second"] == 4


@pytest.mark.parametrize(
    ("name", "status", "code"),
    [
        ("unauthenticated", 401, "NotAuthenticated"),
        ("unauthorised", 404, "NotAuthorizedOrNotFound"),
        ("throttled", 429, "TooManyRequests"),
        ("region-without-service", 404, "NotAuthorizedOrNotFound"),
    ],
)
def test_oracle_refuses_in_one_region(well: Tenancy, name: str, status: int, code: str) -> None:
    happens(well, name, region=EUROPE)
    with refused(status, code):
        well.ai(region=EUROPE).list_models(well.prod)
    assert well.ai().list_models(well.prod).data.items


def test_a_region_may_offer_no_other_model(well: Tenancy) -> None:
    happens(well, "region-without-models", region=EUROPE)
    assert {it["displayName"] for it in well.state(EUROPE)["models"]} == {
        "meta.llama-3.3-70b-instruct",
    }


def test_an_incident_that_cannot_be_is_refused_in_a_sentence(well: Tenancy) -> None:
    for told, words in (
        ({"name": "flood"}, "there is no incident flood"),
        ({"name": "idle", "cluster": "none"}, "there is no cluster none"),
        ({"name": "idle", "region": "mars-1"}, "there is no region mars-1"),
    ):
        status, answer = well.raw("POST", "/_control/incidents", told)
        assert (status, words in answer["error"]) == (404, True)
    happens(well, "no-endpoint")
    status, answer = well.raw("POST", "/_control/incidents", {"name": "endpoint-failed", "cluster": CLUSTER})
    assert (status, "has no endpoint left" in answer["error"]) == (404, True)
    well.control("POST", "incidents", {"name": "limits-down"})


def test_a_fleet_may_be_spread_over_all_regions_and_compartments(opened: Opener) -> None:
    with opened(fleet=Fleet.parse("8x3@all")) as tenancy:
        for region in (HOME, EUROPE):
            for compartment in (tenancy.prod, tenancy.dev):
                assert len(tenancy.ai(region=region).list_dedicated_ai_clusters(compartment).data.items) == 2
                assert len(tenancy.ai(region=region).list_endpoints(compartment).data.items) == 6
    with pytest.raises(ValueError, match="at all places"):
        Fleet.parse("8x3@moon")


def test_every_answer_may_take_a_while(opened: Opener) -> None:
    with opened(latency=0.001) as tenancy:
        assert tenancy.ai().list_dedicated_ai_clusters(tenancy.prod).data.items
