"""Which endpoints a hosting cluster takes, and what becomes of them."""

from __future__ import annotations

from typing import Any

import oci
import pytest

from tests.sandbox.oracle.conftest import EUROPE, HOME, Tenancy, refused
from tests.sandbox.oracle.test_signatures import signed

models = oci.generative_ai.models


def wanted(tenancy: Tenancy, cluster: str, model: str, **changes: Any) -> Any:
    told = {
        "display_name": "new",
        "compartment_id": tenancy.prod,
        "dedicated_ai_cluster_id": tenancy.cluster(cluster),
        "model_id": tenancy.model(model),
    }
    return models.CreateEndpointDetails(**told | changes)


def empty_cluster(tenancy: Tenancy, shape: str, units: int = 1) -> str:
    """Have an ACTIVE cluster without endpoints."""
    details = models.CreateDedicatedAiClusterDetails(
        display_name="trial", compartment_id=tenancy.prod, type="HOSTING", unit_count=units, unit_shape=shape
    )
    made = tenancy.ai().create_dedicated_ai_cluster(details).data
    tenancy.advance(40)
    return str(made.id)


def test_a_new_endpoint_takes_a_place_on_its_cluster(tenancy: Tenancy) -> None:
    ai, cluster = tenancy.ai(), tenancy.cluster("chat-prod")
    details = wanted(
        tenancy,
        "chat-prod",
        "cohere.command-a-03-2025",
        content_moderation_config=models.ContentModerationConfig(is_enabled=True, mode="BLOCK"),
    )
    made = ai.create_endpoint(details)
    assert made.data.lifecycle_state == "CREATING"
    assert made.data.content_moderation_config.mode == "BLOCK"
    work = ai.get_work_request(made.headers["opc-work-request-id"]).data
    assert (work.operation_type, work.resources[0].identifier) == ("CREATE_ENDPOINT", made.data.id)
    tenancy.advance(20)
    assert ai.get_endpoint(made.data.id).data.lifecycle_state == "ACTIVE"
    capacity = ai.get_dedicated_ai_cluster(cluster).data.capacity
    assert (capacity.used_endpoint_capacity, capacity.total_endpoint_capacity) == (3, 50)


def test_the_sdk_waits_for_a_new_endpoint(tenancy: Tenancy) -> None:
    composite = oci.generative_ai.GenerativeAiClientCompositeOperations(tenancy.ai())
    done = composite.create_endpoint_and_wait_for_state(
        wanted(tenancy, "chat-prod", "cohere.command-a-03-2025"),
        wait_for_states=["SUCCEEDED"],
        waiter_kwargs={"max_interval_seconds": 0.01, "wait_callback": lambda *_: tenancy.advance(5)},
    )
    assert done.data.status == "SUCCEEDED"


@pytest.mark.parametrize(
    ("cluster", "model", "status", "code", "why"),
    [
        ("chat-prod", "cohere.command-a-vision", 400, "InvalidParameter", "must have the same model"),
        ("tickets-ft", "meta.llama-3.3-70b-instruct", 400, "InvalidParameter", "type HOSTING"),
        ("chat-prod", "cohere.command-none", 404, "NotAuthorizedOrNotFound", ""),
        ("no-such-cluster", "cohere.command-a-vision", 404, "NotAuthorizedOrNotFound", ""),
    ],
)
def test_which_endpoints_are_refused(
    tenancy: Tenancy, cluster: str, model: str, status: int, code: str, why: str
) -> None:
    with refused(status, code, why):
        tenancy.ai().create_endpoint(wanted(tenancy, cluster, model))


@pytest.mark.parametrize(
    ("shape", "model", "why"),
    [
        ("EMBED_COHERE", "cohere.command-a-03-2025", "needs LARGE_COHERE_V3"),
        ("EMBED_COHERE", "google.gemini-2.5-pro", "on demand only"),
        ("SMALL_COHERE_V2", "cohere.command-r-08-2024", "is retired"),
        ("EMBED_COHERE", "tickets-triage", "needs LARGE_GENERIC"),
    ],
    ids=["shape", "not hostable", "retired", "custom model needs its base's shape"],
)
def test_a_model_must_fit_and_be_offered(tenancy: Tenancy, shape: str, model: str, why: str) -> None:
    cluster = empty_cluster(tenancy, shape)
    with refused(400, "InvalidParameter", why):
        tenancy.ai().create_endpoint(wanted(tenancy, "", model, dedicated_ai_cluster_id=cluster))


def test_a_retired_model_keeps_running_where_it_runs(tenancy: Tenancy) -> None:
    made = tenancy.ai().create_endpoint(wanted(tenancy, "legacy-r", "cohere.command-r-08-2024")).data
    tenancy.advance(20)
    assert tenancy.ai().get_endpoint(made.id).data.lifecycle_state == "ACTIVE"


def test_a_cluster_that_is_not_active_takes_no_endpoint(tenancy: Tenancy) -> None:
    model = tenancy.model("meta.llama-3.3-70b-instruct", EUROPE)
    details = wanted(tenancy, "", "", dedicated_ai_cluster_id=tenancy.cluster("support-llama", EUROPE), model_id=model)
    with refused(409, "IncorrectState", "NEEDS_ATTENTION"):
        tenancy.ai(region=EUROPE).create_endpoint(details)


def test_a_model_that_is_not_active_is_not_served(tenancy: Tenancy) -> None:
    tenancy.control("POST", "set", {"ocid": tenancy.model("tickets-triage"), "lifecycleState": "FAILED"})
    with refused(409, "IncorrectState", "FAILED"):
        tenancy.ai().create_endpoint(wanted(tenancy, "tickets-prod", "tickets-triage"))


def test_a_cluster_has_room_for_fifty_endpoints(tenancy: Tenancy) -> None:
    ai = tenancy.ai()
    for number in range(48):
        ai.create_endpoint(wanted(tenancy, "chat-prod", "cohere.command-a-03-2025", display_name=f"e{number}"))
    with refused(400, "LimitExceeded", "endpoint-per-dedicated-unit-count"):
        ai.create_endpoint(wanted(tenancy, "chat-prod", "cohere.command-a-03-2025"))


def test_an_endpoint_is_updating_then_active_and_keeps_its_model(tenancy: Tenancy) -> None:
    ai, endpoint = tenancy.ai(), tenancy.endpoint("chat-prod-web")
    details = models.UpdateEndpointDetails(
        display_name="web", prompt_injection_config=models.PromptInjectionConfig(is_enabled=True, mode="INFORM")
    )
    etag = ai.get_endpoint(endpoint).headers["etag"]
    assert ai.update_endpoint(endpoint, details, if_match=etag).data.lifecycle_state == "UPDATING"
    with refused(409, "IncorrectState"):
        ai.update_endpoint(endpoint, details)
    with refused(412, "NoEtagMatch"):
        ai.update_endpoint(endpoint, details, if_match=etag)
    tenancy.advance(8)
    done = ai.get_endpoint(endpoint).data
    assert (done.lifecycle_state, done.display_name) == ("ACTIVE", "web")
    assert done.model_id == tenancy.model("cohere.command-a-03-2025")


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ('{"modelId": "x"}', 400, "InvalidParameter"),
        ('{"contentModerationConfig": {"mode": "BLOCK"}}', 400, "MissingParameter"),
        ('{"contentModerationConfig": {"isEnabled": "yes"}}', 400, "InvalidParameter"),
        ('{"piiDetectionConfig": {"isEnabled": true, "mode": "SHOUT", "modelId": null}}', 400, "InvalidParameter"),
        ('{"generativeAiPrivateEndpointId": "ocid1.x"}', 404, "NotAuthorizedOrNotFound"),
    ],
)
def test_what_cannot_be_updated(tenancy: Tenancy, body: str, status: int, code: str) -> None:
    path = f"/{HOME}/20231130/endpoints/{tenancy.endpoint('chat-prod-web')}"
    answer = tenancy.raw("PUT", path, body.encode(), signed(tenancy, "PUT", path, body))
    assert (answer[0], answer[1]["code"]) == (status, code)


def test_a_cluster_is_free_once_its_endpoint_is_deleted(tenancy: Tenancy) -> None:
    ai, cluster = tenancy.ai(), tenancy.cluster("docs-idle")
    deleted = ai.delete_endpoint(tenancy.endpoint("docs-idle"))
    assert ai.get_work_request(deleted.headers["opc-work-request-id"]).data.operation_type == "DELETE_ENDPOINT"
    with refused(409, "Conflict"):
        ai.delete_dedicated_ai_cluster(cluster)
    tenancy.advance(10)
    assert ai.get_endpoint(tenancy.endpoint("docs-idle")).data.lifecycle_state == "DELETED"
    assert ai.get_dedicated_ai_cluster(cluster).data.capacity.used_endpoint_capacity == 0
    assert ai.delete_dedicated_ai_cluster(cluster).status == 204


def test_creating_an_endpoint_twice_with_one_token_creates_one(tenancy: Tenancy) -> None:
    ai = tenancy.ai()
    details = wanted(tenancy, "chat-prod", "cohere.command-a-03-2025")
    first, again = (ai.create_endpoint(details, opc_retry_token="t") for _ in range(2))
    assert first.data.id == again.data.id
    assert first.headers["opc-work-request-id"] == again.headers["opc-work-request-id"]
    assert len(ai.list_endpoints(tenancy.prod, display_name="new").data.items) == 1


def test_an_endpoint_moves_to_another_compartment(tenancy: Tenancy) -> None:
    ai, endpoint = tenancy.ai(), tenancy.endpoint("docs-idle")
    ai.change_endpoint_compartment(endpoint, models.ChangeEndpointCompartmentDetails(compartment_id=tenancy.dev))
    assert endpoint in [it.id for it in ai.list_endpoints(tenancy.dev).data.items]


def test_endpoints_are_listed_newest_first(tenancy: Tenancy) -> None:
    names = [it.display_name for it in tenancy.ai().list_endpoints(tenancy.prod).data.items]
    assert names[0] == "tickets-prod"
    assert names[-1] == "legacy-r"
