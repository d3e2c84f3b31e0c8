"""What can be made to go wrong, and the control API that tests and people use."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import oci
import pytest

from tests.sandbox.oracle.conftest import EUROPE, HOME, Tenancy, refused
from tests.sandbox.oracle.test_clusters import scaled, wanted

NO_ANSWER = (oci.exceptions.RequestException, oci._vendor.requests.exceptions.RequestException)


def units(tenancy: Tenancy, name: str = "chat-prod") -> int:
    (found,) = [it for it in tenancy.state()["clusters"] if it["displayName"] == name]
    return int(found["unitCount"])


def lifecycle(tenancy: Tenancy, name: str = "chat-prod") -> str:
    return str(next(it for it in tenancy.state()["clusters"] if it["displayName"] == name)["lifecycleState"])


def list_(tenancy: Tenancy, **kept: Any) -> Any:
    return tenancy.ai("READER", **kept).list_dedicated_ai_clusters(tenancy.prod)


def in_background(act: Callable[[], Any]) -> threading.Thread:
    def run() -> None:
        try:
            act()
        except NO_ANSWER:
            return

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def wait_for(tenancy: Tenancy) -> Any:
    held = tenancy.control("GET", "held?wait=20")
    assert held
    return held


@pytest.mark.parametrize(
    ("told", "status", "code"),
    [
        ({"status": 429, "retry_after": 2}, 429, "TooManyRequests"),
        ({"status": 500}, 500, "InternalServerError"),
        ({"status": 503, "code": "OutOfCapacity", "message": "later"}, 503, "OutOfCapacity"),
        ({"status": 401}, 401, "NotAuthenticated"),
        ({"status": 418}, 418, "InternalServerError"),
    ],
)
def test_a_status_strikes_once_unless_told_otherwise(
    tenancy: Tenancy, told: dict[str, Any], status: int, code: str
) -> None:
    tenancy.fault(kind="status", **told)
    with pytest.raises(oci.exceptions.ServiceError) as caught:
        list_(tenancy)
    assert (caught.value.status, caught.value.code) == (status, code)
    assert caught.value.headers.get("retry-after") == (str(told["retry_after"]) if "retry_after" in told else None)
    assert list_(tenancy).status == 200


@pytest.mark.parametrize(
    ("match", "struck"),
    [
        ({"operation": "ListDedicatedAiClusters"}, True),
        ({"operation": "List*"}, True),
        ({"operation": "GET /dedicatedAiClusters"}, True),
        ({"operation": f"GET /{HOME}/20231130/*"}, True),
        ({"service": "generative-ai", "region": HOME}, True),
        ({"operation": "Update*"}, False),
        ({"operation": "PUT *"}, False),
        ({"service": "monitoring"}, False),
        ({"region": EUROPE}, False),
    ],
)
def test_a_fault_strikes_what_it_matches(tenancy: Tenancy, match: dict[str, str], *, struck: bool) -> None:
    tenancy.fault(kind="status", status=500, **match)
    assert len(tenancy.control("GET", "faults")) == 1
    if struck:
        with refused(500, "InternalServerError"):
            list_(tenancy)
    else:
        assert list_(tenancy).status == 200


def test_a_fault_lasts_until_it_is_cleared_if_told_so(tenancy: Tenancy) -> None:
    tenancy.fault(kind="status", status=500, times=None)
    for _ in range(3):
        with refused(500, "InternalServerError"):
            list_(tenancy)
    tenancy.control("DELETE", "faults")
    assert list_(tenancy).status == 200


def test_a_fault_can_strike_a_few_times(tenancy: Tenancy) -> None:
    tenancy.fault(kind="status", status=500, times=2)
    retries = oci.retry.RetryStrategyBuilder(
        max_attempts=5,
        service_error_retry_on_any_5xx=True,
        retry_base_sleep_time_millis=1,
        retry_max_wait_between_calls_seconds=0.01,
    ).get_retry_strategy()
    assert tenancy.ai(retry_strategy=retries).list_dedicated_ai_clusters(tenancy.prod).status == 200
    assert [it["status"] for it in tenancy.control("GET", "calls")] == [500, 500, 200]


@pytest.mark.parametrize(("kind", "acted"), [("drop", "ACTIVE"), ("drop_after", "UPDATING")])
def test_a_dropped_connection_may_have_acted(tenancy: Tenancy, kind: str, acted: str) -> None:
    tenancy.fault(kind=kind, operation="UpdateDedicatedAiCluster")
    with pytest.raises(NO_ANSWER):
        tenancy.ai().update_dedicated_ai_cluster(tenancy.cluster("chat-prod"), scaled(3))
    assert lifecycle(tenancy) == acted
    assert tenancy.control("GET", "calls")[-1]["status"] is None


def test_the_sdk_retries_a_dropped_create_without_creating_twice(tenancy: Tenancy) -> None:
    tenancy.fault(kind="drop_after", operation="CreateDedicatedAiCluster")
    retries = oci.retry.RetryStrategyBuilder(
        max_attempts=3, retry_base_sleep_time_millis=1, retry_max_wait_between_calls_seconds=0.01
    ).get_retry_strategy()
    made = tenancy.ai(retry_strategy=retries).create_dedicated_ai_cluster(wanted(tenancy)).data
    calls = [it for it in tenancy.control("GET", "calls") if it["operation"] == "CreateDedicatedAiCluster"]
    assert len(calls) == 2
    assert calls[0]["opcRetryToken"] == calls[1]["opcRetryToken"] is not None
    assert [it["id"] for it in tenancy.state()["clusters"] if it["displayName"] == "trial"] == [made.id]


def test_a_silent_server_runs_into_the_clients_timeout(tenancy: Tenancy) -> None:
    tenancy.fault(kind="timeout", seconds=60)
    with pytest.raises(NO_ANSWER):
        list_(tenancy, timeout=(5, 0.05))
    tenancy.control("DELETE", "faults")


def test_silence_ends_in_a_dropped_connection(tenancy: Tenancy) -> None:
    tenancy.fault(kind="timeout", seconds=0)
    with pytest.raises(NO_ANSWER):
        list_(tenancy)


def test_a_slow_answer_comes_after_the_act(tenancy: Tenancy) -> None:
    tenancy.fault(kind="slow", seconds=30)
    with pytest.raises(NO_ANSWER):
        tenancy.ai(timeout=(5, 0.5)).update_dedicated_ai_cluster(tenancy.cluster("chat-prod"), scaled(3))
    assert lifecycle(tenancy) == "UPDATING"


@pytest.mark.parametrize("kind", ["slow", "slow_body"])
def test_a_slow_answer_arrives_whole(tenancy: Tenancy, kind: str) -> None:
    tenancy.fault(kind=kind, seconds=0.01)
    assert "chat-prod" in [it.display_name for it in list_(tenancy).data.items]


def test_an_answer_without_body_is_not_trickled(tenancy: Tenancy) -> None:
    tenancy.fault(kind="slow_body", seconds=0.01)
    assert tenancy.ai().delete_endpoint(tenancy.endpoint("docs-idle")).status == 204


@pytest.mark.parametrize(("kind", "meanwhile"), [("hold_before", "ACTIVE"), ("hold_after", "UPDATING")])
def test_a_held_request_goes_on_when_released(tenancy: Tenancy, kind: str, meanwhile: str) -> None:
    tenancy.fault(kind=kind, operation="Update*")
    ai = tenancy.ai()
    thread = in_background(lambda: ai.update_dedicated_ai_cluster(tenancy.cluster("chat-prod"), scaled(3)))
    (held,) = wait_for(tenancy)
    assert (held["operation"], held["kind"]) == ("UpdateDedicatedAiCluster", kind)
    assert lifecycle(tenancy) == meanwhile
    assert tenancy.control("POST", "release") == {"released": 1}
    thread.join()
    assert lifecycle(tenancy) == "UPDATING"
    assert tenancy.control("GET", "held") == tenancy.control("GET", "held?wait=0") == []


def test_a_held_request_may_be_abandoned(tenancy: Tenancy) -> None:
    tenancy.fault(kind="hold_before", operation="Update*")
    ai = tenancy.ai()
    thread = in_background(lambda: ai.update_dedicated_ai_cluster(tenancy.cluster("chat-prod"), scaled(3)))
    wait_for(tenancy)
    tenancy.control("POST", "release", {"abandon": True})
    thread.join()
    assert lifecycle(tenancy) == "ACTIVE"


def test_a_request_held_when_the_server_stops_does_not_stop_it_from_stopping(opened: Any) -> None:
    with opened() as tenancy:
        tenancy.fault(kind="hold_before")
        thread = in_background(lambda: list_(tenancy))
        wait_for(tenancy)
    thread.join()


# ------------------------------------------------------------------------------------------------------- control


def test_the_clock_is_advanced_frozen_and_let_go(tenancy: Tenancy) -> None:
    before = tenancy.control("POST", "clock", {})
    assert before["frozen"] is True
    assert tenancy.control("POST", "clock", {"advance": 60})["now"] > before["now"]
    assert tenancy.control("POST", "clock", {"frozen": False})["frozen"] is False
    assert tenancy.control("POST", "clock", {"frozen": False})["frozen"] is False
    assert tenancy.control("POST", "clock", {"frozen": True})["frozen"] is True


def test_the_state_shows_the_whole_world(tenancy: Tenancy) -> None:
    state = tenancy.control("GET", "state")
    assert state["compartments"] == {"prod": tenancy.prod, "dev": tenancy.dev}
    assert state["tenancy"] == tenancy.root
    assert set(state["regions"]) == {HOME, EUROPE}
    assert set(state["regions"][HOME]) == {"clusters", "endpoints", "models", "workRequests"}
    assert {it["displayName"] for it in state["regions"][EUROPE]["clusters"]} == {"support-llama", "search-embed-eu"}


def test_reset_goes_back_to_the_scenario(tenancy: Tenancy) -> None:
    tenancy.ai().update_dedicated_ai_cluster(tenancy.cluster("chat-prod"), scaled(3))
    tenancy.fault(kind="status", times=None)
    tenancy.control("POST", "reset")
    assert (lifecycle(tenancy), tenancy.state()["workRequests"]) == ("ACTIVE", [])
    assert tenancy.control("GET", "faults") == tenancy.control("GET", "calls") == []


def test_every_call_is_logged_with_who_asked(tenancy: Tenancy) -> None:
    list_(tenancy)
    tenancy.ai().update_dedicated_ai_cluster(tenancy.cluster("chat-prod"), scaled(3), if_match="*")
    tenancy.raw("GET", f"/{HOME}/20231130/models")
    first, second, third = tenancy.control("GET", "calls")
    assert (first["operation"], first["permission"], first["status"]) == ("ListDedicatedAiClusters", "read", 200)
    assert (second["method"], second["permission"], second["ifMatch"]) == ("PUT", "manage", "*")
    assert (third["operation"], third["permission"], third["status"]) == ("ListModels", None, 401)
    assert third["path"] == f"/{HOME}/20231130/models"
    tenancy.control("DELETE", "calls")
    assert tenancy.control("GET", "calls") == []


def test_a_change_in_the_console_has_a_new_etag_and_counts(tenancy: Tenancy) -> None:
    cluster = tenancy.cluster("chat-prod")
    before = tenancy.ai().get_dedicated_ai_cluster(cluster).headers["etag"]
    shown = tenancy.control("POST", "set", {"ocid": cluster, "unitCount": 5})
    assert shown["unitCount"] == 5
    after = tenancy.ai().get_dedicated_ai_cluster(cluster)
    assert (after.data.unit_count, after.headers["etag"]) == (5, shown["etag"])
    assert shown["etag"] != before


def test_what_the_console_deleted_leaves_after_a_day(tenancy: Tenancy) -> None:
    endpoint, cluster = tenancy.endpoint("docs-idle"), tenancy.cluster("docs-idle")
    for ocid in (endpoint, cluster):
        tenancy.control("POST", "set", {"ocid": ocid, "lifecycleState": "DELETED"})
    tenancy.control("POST", "set", {"ocid": cluster, "lifecycleState": "DELETED"})
    assert lifecycle(tenancy, "docs-idle") == "DELETED"
    tenancy.advance(86_401)
    assert "docs-idle" not in {it["displayName"] for it in tenancy.state()["clusters"]}


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "faults", {"kind": "explode"}, 400),
        ("POST", "faults", {"kind": "status", "status": 200}, 400),
        ("POST", "clock", {"advance": -1}, 400),
        ("POST", "clock", {"forward": 1}, 400),
        ("POST", "clock", b"{", 400),
        ("POST", "set", [], 400),
        ("POST", "set", {"ocid": "ocid1.nothing"}, 404),
        ("POST", "limits", {"region": "mars-1", "limit": "x", "value": 1}, 404),
        ("GET", "nothing", None, 404),
    ],
)
def test_what_control_does_not_understand(tenancy: Tenancy, method: str, path: str, body: Any, status: int) -> None:
    got, answer = tenancy.raw(method, f"/_control/{path}", body)
    assert got == status
    assert answer["error"]
