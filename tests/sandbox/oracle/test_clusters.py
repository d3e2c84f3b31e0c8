"""What can be done to a dedicated AI cluster, when, and how long it takes."""

from __future__ import annotations

import json
from typing import Any

import oci
import pytest

from sandbox.oracle import ids
from tests.sandbox.oracle.conftest import EUROPE, HOME, Tenancy, refused
from tests.sandbox.oracle.test_signatures import signed

models = oci.generative_ai.models
CLUSTERS = f"/{HOME}/20231130/dedicatedAiClusters"


def wanted(tenancy: Tenancy, **changes: Any) -> Any:
    told = {
        "display_name": "trial",
        "compartment_id": tenancy.dev,
        "type": "HOSTING",
        "unit_count": 1,
        "unit_shape": "EMBED_COHERE",
    }
    return models.CreateDedicatedAiClusterDetails(**told | changes)


def scaled(units: int, **changes: Any) -> Any:
    return models.UpdateDedicatedAiClusterDetails(unit_count=units, **changes)


def test_a_new_cluster_is_creating_then_active(tenancy: Tenancy) -> None:
    ai = tenancy.ai()
    made = ai.create_dedicated_ai_cluster(wanted(tenancy)).data
    assert (made.lifecycle_state, made.unit_count, made.unit_shape) == ("CREATING", 1, "EMBED_COHERE")
    assert made.id.startswith(f"ocid1.generativeaidedicatedaicluster.oc1.{HOME}.amaaaaaa")
    assert len(made.id.rpartition(".")[2]) == 60
    tenancy.advance(39)
    assert ai.get_dedicated_ai_cluster(made.id).data.lifecycle_state == "CREATING"
    tenancy.advance(1)
    assert ai.get_dedicated_ai_cluster(made.id).data.lifecycle_state == "ACTIVE"
    assert made.id in [it.id for it in ai.list_dedicated_ai_clusters(tenancy.dev).data.items]


def test_a_cluster_bears_the_tags_it_was_made_with(tenancy: Tenancy) -> None:
    tags = {"freeform_tags": {"dac-request": "r1"}, "defined_tags": {"ops": {"owner": "search"}}}
    made = tenancy.ai().create_dedicated_ai_cluster(wanted(tenancy, **tags)).data
    (listed,) = [it for it in tenancy.ai().list_dedicated_ai_clusters(tenancy.dev).data.items if it.id == made.id]
    assert (listed.freeform_tags, listed.defined_tags) == (tags["freeform_tags"], tags["defined_tags"])


def test_a_cluster_without_a_name_is_given_one(tenancy: Tenancy) -> None:
    made = tenancy.ai().create_dedicated_ai_cluster(wanted(tenancy, display_name=None)).data
    assert made.display_name.startswith("generativeaidedicatedaicluster2")


def test_scaling_shows_the_old_count_until_it_is_done(tenancy: Tenancy) -> None:
    ai, cluster = tenancy.ai(), tenancy.cluster("chat-prod")
    updating = ai.update_dedicated_ai_cluster(cluster, scaled(8, freeform_tags={"dac-request": "r1"})).data
    assert (updating.lifecycle_state, updating.unit_count) == ("UPDATING", 2)
    assert updating.freeform_tags == {"dac-request": "r1"}
    with refused(409, "IncorrectState", "UPDATING"):
        ai.update_dedicated_ai_cluster(cluster, scaled(3))
    tenancy.advance(30)
    done = ai.get_dedicated_ai_cluster(cluster).data
    assert (done.lifecycle_state, done.unit_count) == ("ACTIVE", 8)


def test_renaming_is_quick_and_keeps_the_units(tenancy: Tenancy) -> None:
    ai, cluster = tenancy.ai(), tenancy.cluster("chat-prod")
    ai.update_dedicated_ai_cluster(cluster, models.UpdateDedicatedAiClusterDetails(display_name="chat"))
    tenancy.advance(4)
    done = ai.get_dedicated_ai_cluster(cluster).data
    assert (done.lifecycle_state, done.display_name, done.unit_count) == ("ACTIVE", "chat", 2)


def test_the_work_request_is_named_and_found_by_its_resource(tenancy: Tenancy) -> None:
    ai = tenancy.ai()
    made = ai.create_dedicated_ai_cluster(wanted(tenancy))
    changed = ai.update_dedicated_ai_cluster(tenancy.cluster("chat-prod"), scaled(3))
    found = ai.list_work_requests(tenancy.dev, resource_id=made.data.id).data.items[0]
    assert (found.id, found.status) == (made.headers["opc-work-request-id"], "ACCEPTED")
    work = ai.get_work_request(changed.headers["opc-work-request-id"]).data
    assert work.operation_type == "UPDATE_DEDICATED_AI_CLUSTER"


def test_the_sdk_waits_for_a_scaled_cluster(tenancy: Tenancy) -> None:
    ai, cluster = tenancy.ai(), tenancy.cluster("chat-prod")
    ai.update_dedicated_ai_cluster(cluster, scaled(4))
    done = oci.wait_until(
        ai,
        ai.get_dedicated_ai_cluster(cluster),
        "lifecycle_state",
        "ACTIVE",
        max_interval_seconds=0.01,
        wait_callback=lambda *_: tenancy.advance(10),
    )
    assert done.data.unit_count == 4


def test_deleting_takes_a_while_and_leaves_the_cluster_in_sight_for_a_day(tenancy: Tenancy) -> None:
    ai = tenancy.ai()
    made = ai.create_dedicated_ai_cluster(wanted(tenancy)).data
    tenancy.advance(60)
    assert ai.delete_dedicated_ai_cluster(made.id).status == 204
    with refused(409, "IncorrectState", "DELETING"):
        ai.delete_dedicated_ai_cluster(made.id)
    tenancy.advance(20)
    assert ai.get_dedicated_ai_cluster(made.id).data.lifecycle_state == "DELETED"
    tenancy.advance(86_400)
    with refused(404, "NotAuthorizedOrNotFound"):
        ai.get_dedicated_ai_cluster(made.id)


@pytest.mark.parametrize(
    ("name", "why"), [("chat-prod", "has endpoints"), ("tickets-ft", "has custom models")], ids=["hosting", "tuning"]
)
def test_a_cluster_in_use_cannot_be_deleted(tenancy: Tenancy, name: str, why: str) -> None:
    with refused(409, "Conflict", why):
        tenancy.ai().delete_dedicated_ai_cluster(tenancy.cluster(name))
    assert tenancy.ai().get_dedicated_ai_cluster(tenancy.cluster(name)).data.lifecycle_state == "ACTIVE"


def test_a_cluster_moves_to_another_compartment(tenancy: Tenancy) -> None:
    ai, cluster = tenancy.ai(), tenancy.cluster("chat-prod")
    details = models.ChangeDedicatedAiClusterCompartmentDetails(compartment_id=tenancy.dev)
    for _ in range(2):
        ai.change_dedicated_ai_cluster_compartment(cluster, details, opc_retry_token="once")
    assert ai.get_dedicated_ai_cluster(cluster).data.compartment_id == tenancy.dev
    work = ai.list_work_requests(tenancy.dev, resource_id=cluster).data.items
    assert [(it.operation_type, it.status) for it in work] == [("MOVE_DEDICATED_AI_CLUSTER", "SUCCEEDED")]


def test_only_an_idle_cluster_moves_and_only_to_a_known_compartment(tenancy: Tenancy) -> None:
    ai, cluster = tenancy.ai(), tenancy.cluster("chat-prod")
    details = models.ChangeDedicatedAiClusterCompartmentDetails(compartment_id="ocid1.compartment.oc1..nowhere")
    with refused(404, "NotAuthorizedOrNotFound"):
        ai.change_dedicated_ai_cluster_compartment(cluster, details)
    ai.update_dedicated_ai_cluster(cluster, scaled(3))
    with refused(409, "IncorrectState"):
        ai.change_dedicated_ai_cluster_compartment(cluster, details)


@pytest.mark.parametrize(
    ("changes", "code", "why"),
    [
        ({"unit_count": 0}, "InvalidParameter", "unitCount must be at least 1"),
        ({"unit_shape": "HUGE"}, "InvalidParameter", "unitShape"),
        ({"type": "BOTH"}, "InvalidParameter", "type must be one of"),
        ({"type": None}, "MissingParameter", "type"),
        ({"unit_count": None}, "MissingParameter", "unitCount"),
        ({"capacity_reservation_id": "ocid1.x"}, "InvalidParameter", "capacityReservationId"),
        ({"type": "FINE_TUNING"}, "InvalidParameter", "does not support fine-tuning"),
        ({"type": "FINE_TUNING", "unit_shape": "LARGE_GENERIC", "unit_count": 3}, "InvalidParameter", "must be 2"),
        ({"unit_count": 5}, "LimitExceeded", "dedicated-unit-embed-cohere-count"),
        ({"unit_shape": "MI300X_X1"}, "LimitExceeded", "available 0 of 0"),
    ],
)
def test_what_cannot_be_created(tenancy: Tenancy, changes: dict[str, Any], code: str, why: str) -> None:
    with refused(400, code, why):
        tenancy.ai().create_dedicated_ai_cluster(wanted(tenancy, **changes))
    assert tenancy.ai().list_work_requests(tenancy.dev).data.items == []


def test_a_fine_tuning_cluster_has_its_preset_size_and_no_endpoint_capacity(tenancy: Tenancy) -> None:
    ai = tenancy.ai()
    details = wanted(tenancy, type="FINE_TUNING", unit_shape="LARGE_GENERIC", unit_count=2)
    made = ai.create_dedicated_ai_cluster(details).data
    assert made.capacity is None
    with refused(400, "InvalidParameter", "preset"):
        ai.update_dedicated_ai_cluster(tenancy.cluster("tickets-ft"), scaled(3))


@pytest.mark.parametrize(
    ("body", "code", "why"),
    [
        (b"{", "CannotParseRequest", "not JSON"),
        (b"[]", "CannotParseRequest", "not an object"),
        (b'{"units": 3}', "CannotParseRequest", "units"),
        (b'{"unitShape": "LARGE_COHERE"}', "InvalidParameter", "unitShape cannot be changed"),
        (b'{"type": "FINE_TUNING"}', "InvalidParameter", "type cannot be changed"),
        (b'{"unitCount": "3"}', "InvalidParameter", "a whole number"),
        (b'{"unitCount": true}', "InvalidParameter", "a whole number"),
        (b'{"freeformTags": {"a": 1}}', "InvalidParameter", "an object of strings"),
        (b'{"definedTags": {"a": "b"}}', "InvalidParameter", "an object of objects"),
        (b'{"displayName": 7}', "InvalidParameter", "a string"),
    ],
)
def test_what_cannot_be_updated(tenancy: Tenancy, body: bytes, code: str, why: str) -> None:
    path = f"{CLUSTERS}/{tenancy.cluster('chat-prod')}"
    status, answer = tenancy.raw("PUT", path, body, signed(tenancy, "PUT", path, body.decode()))
    assert (status, answer["code"]) == (400, code)
    assert why in answer["message"]


def test_an_unhealthy_cluster_cannot_be_scaled(tenancy: Tenancy) -> None:
    ai = tenancy.ai(region=EUROPE)
    sick = ai.get_dedicated_ai_cluster(tenancy.cluster("support-llama", EUROPE)).data
    assert sick.lifecycle_state == "NEEDS_ATTENTION"
    assert "replica" in sick.lifecycle_details
    with refused(409, "IncorrectState", "NEEDS_ATTENTION"):
        ai.update_dedicated_ai_cluster(sick.id, scaled(3))


def test_a_region_knows_only_its_own(tenancy: Tenancy) -> None:
    with refused(404, "NotAuthorizedOrNotFound"):
        tenancy.ai(region=EUROPE).get_dedicated_ai_cluster(tenancy.cluster("chat-prod"))
    with refused(404, "NotAuthorizedOrNotFound"):
        tenancy.ai(region="ap-tokyo-1").list_models(tenancy.prod)
    assert tenancy.model("openai.gpt-oss-20b") != tenancy.model("openai.gpt-oss-20b", EUROPE)


@pytest.mark.parametrize("call", ["list_dedicated_ai_clusters", "list_endpoints", "list_models", "list_work_requests"])
def test_an_unknown_compartment_is_not_found(tenancy: Tenancy, call: str) -> None:
    with refused(404, "NotAuthorizedOrNotFound"):
        getattr(tenancy.ai(), call)("ocid1.compartment.oc1..nowhere")


# ------------------------------------------------------------------------------------------------- etags, tokens


def test_an_old_etag_is_refused(tenancy: Tenancy) -> None:
    ai, cluster = tenancy.ai(), tenancy.cluster("chat-prod")
    read = ai.get_dedicated_ai_cluster(cluster).headers["etag"]
    tenancy.control("POST", "set", {"ocid": cluster, "freeformTags": {"by": "console"}})
    with refused(412, "NoEtagMatch"):
        ai.update_dedicated_ai_cluster(cluster, scaled(3), if_match=read)
    fresh = ai.get_dedicated_ai_cluster(cluster).headers["etag"]
    answer = ai.update_dedicated_ai_cluster(cluster, scaled(3), if_match=fresh)
    assert answer.headers["etag"] not in {read, fresh}
    tenancy.advance(30)
    assert ai.get_dedicated_ai_cluster(cluster).headers["etag"] != answer.headers["etag"]


def test_the_same_retry_token_creates_once(tenancy: Tenancy) -> None:
    ai = tenancy.ai()
    first = ai.create_dedicated_ai_cluster(wanted(tenancy), opc_retry_token="t1").data
    tenancy.advance(60)
    again = ai.create_dedicated_ai_cluster(wanted(tenancy), opc_retry_token="t1").data
    assert again.id == first.id
    assert [it.display_name for it in ai.list_dedicated_ai_clusters(tenancy.dev).data.items].count("trial") == 1


def test_a_retry_token_stands_for_one_request(tenancy: Tenancy) -> None:
    ai = tenancy.ai()
    ai.create_dedicated_ai_cluster(wanted(tenancy), opc_retry_token="t1")
    with refused(409, "InvalidatedRetryToken", "t1"):
        ai.create_dedicated_ai_cluster(wanted(tenancy, unit_count=2), opc_retry_token="t1")


def test_a_retry_token_lives_for_a_day(tenancy: Tenancy) -> None:
    ai = tenancy.ai()
    first = ai.create_dedicated_ai_cluster(wanted(tenancy), opc_retry_token="t1").data
    tenancy.advance(24 * 3600)
    again = ai.create_dedicated_ai_cluster(wanted(tenancy), opc_retry_token="t1").data
    assert again.id != first.id


def test_a_refused_request_does_not_use_up_its_token(tenancy: Tenancy) -> None:
    ai = tenancy.ai()
    with refused(400, "LimitExceeded"):
        ai.create_dedicated_ai_cluster(wanted(tenancy, unit_count=4), opc_retry_token="t1")
    tenancy.control("POST", "limits", {"region": HOME, "limit": "dedicated-unit-embed-cohere-count", "value": 9})
    assert ai.create_dedicated_ai_cluster(wanted(tenancy, unit_count=4), opc_retry_token="t1").status == 200


# --------------------------------------------------------------------------------------------------------- lists


@pytest.mark.parametrize(
    ("filters", "names"),
    [
        ({"display_name": "chat-prod"}, ["chat-prod"]),
        ({"lifecycle_state": "FAILED"}, []),
        ({"id": ids.ocid(ids.CLUSTER, HOME, "docs-idle")}, ["docs-idle"]),
        ({"capacity_reservation_id": "ocid1.x"}, []),
        ({"sort_by": "displayName", "limit": 2}, ["chat-prod", "contracts-rplus"]),
        ({"sort_by": "displayName", "sort_order": "DESC", "limit": 1}, ["tickets-prod"]),
        ({"limit": 1}, ["tickets-prod"]),
        ({"sort_order": "ASC", "limit": 1}, ["legacy-r"]),
        ({"sort_by": "lifecycleState", "limit": 0 + 7}, None),
    ],
    ids=["name", "state", "id", "reservation", "by name", "by name down", "newest first", "oldest first", "by state"],
)
def test_lists_are_filtered_and_sorted(tenancy: Tenancy, filters: dict[str, Any], names: list[str] | None) -> None:
    items = tenancy.ai().list_dedicated_ai_clusters(tenancy.prod, **filters).data.items
    assert names is None or [it.display_name for it in items] == names


def test_paging_reaches_every_row_once(tenancy: Tenancy) -> None:
    ai = tenancy.ai()
    whole = [it.id for it in ai.list_dedicated_ai_clusters(tenancy.prod).data.items]
    paged = oci.pagination.list_call_get_all_results(ai.list_dedicated_ai_clusters, tenancy.prod, limit=2).data
    assert [it.id for it in paged] == whole
    assert len(whole) > 4


@pytest.mark.parametrize("query", ["limit=0", "limit=1001", "limit=many", "page=!", "page=OTk5", "sortBy=size"])
def test_what_is_not_valid_in_a_list_call(tenancy: Tenancy, query: str) -> None:
    path = f"{CLUSTERS}?compartmentId={tenancy.prod}&{query}"
    status, answer = tenancy.raw("GET", path, headers=signed(tenancy, "GET", path))
    assert (status, answer["code"]) == (400, "InvalidParameter")


def test_the_compartment_is_required(tenancy: Tenancy) -> None:
    status, answer = tenancy.raw("GET", CLUSTERS, headers=signed(tenancy, "GET", CLUSTERS))
    assert (status, answer["code"]) == (400, "MissingParameter")


def test_an_unknown_operation_is_not_found(tenancy: Tenancy) -> None:
    path = f"/{HOME}/20231130/nothingOfTheKind"
    status, answer = tenancy.raw("GET", path, headers=signed(tenancy, "GET", path))
    assert (status, answer["code"]) == (404, "NotAuthorizedOrNotFound")


def test_an_answer_names_the_request_it_answers(tenancy: Tenancy) -> None:
    parts = tenancy.ai().list_models(tenancy.prod, opc_request_id="ask-1").headers["opc-request-id"].split("/")
    assert parts[0] == "ask-1"
    assert [len(part) for part in parts[1:]] == [32, 32]


def test_a_summary_keeps_a_shape_newer_than_the_sdk(tenancy: Tenancy) -> None:
    """The SDK hides shapes it does not know in a get, not in a list."""
    cluster = tenancy.cluster("chat-prod")
    tenancy.control("POST", "set", {"ocid": cluster, "unitShape": "R300_X1"})
    listed = tenancy.ai().list_dedicated_ai_clusters(tenancy.prod, id=cluster).data.items[0]
    assert listed.unit_shape == "R300_X1"
    assert tenancy.ai().get_dedicated_ai_cluster(cluster).data.unit_shape == "UNKNOWN_ENUM_VALUE"


@pytest.mark.parametrize("kind", ["list_imported_models", "list_generative_ai_private_endpoints"])
def test_what_the_tenancy_has_none_of_is_an_empty_list(tenancy: Tenancy, kind: str) -> None:
    assert getattr(tenancy.ai(), kind)(tenancy.prod).data.items == []


def test_times_are_rfc3339(tenancy: Tenancy) -> None:
    path = f"{CLUSTERS}/{tenancy.cluster('chat-prod')}"
    _, body = tenancy.raw("GET", path, headers=signed(tenancy, "GET", path))
    assert json.dumps(body["timeCreated"]).endswith('Z"')
