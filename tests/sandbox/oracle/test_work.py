"""Work requests and service limits."""

from __future__ import annotations

from typing import Any

import oci
import pytest

from tests.sandbox.oracle.conftest import EUROPE, HOME, Tenancy, refused
from tests.sandbox.oracle.test_clusters import scaled, wanted

COHERE = "dedicated-unit-large-cohere-count"


def only_work(tenancy: Tenancy, resource: str) -> Any:
    (found,) = tenancy.ai().list_work_requests(tenancy.prod, resource_id=resource).data.items
    return tenancy.ai().get_work_request(found.id).data


def test_a_work_request_goes_from_accepted_to_succeeded(tenancy: Tenancy) -> None:
    cluster = tenancy.cluster("chat-prod")
    tenancy.ai().update_dedicated_ai_cluster(cluster, scaled(3))
    seen = []
    for _ in range(4):
        work = only_work(tenancy, cluster)
        seen.append((work.status, work.percent_complete))
        tenancy.advance(10)
    assert [status for status, _ in seen] == ["ACCEPTED", "IN_PROGRESS", "IN_PROGRESS", "SUCCEEDED"]
    percents = [percent for _, percent in seen]
    assert percents == sorted(percents)
    assert (percents[0], percents[-1]) == (0, 100)


def test_a_finished_work_request_tells_when_and_what(tenancy: Tenancy) -> None:
    cluster = tenancy.cluster("chat-prod")
    tenancy.ai().update_dedicated_ai_cluster(cluster, scaled(3))
    tenancy.advance(100)
    work = only_work(tenancy, cluster)
    assert (work.time_finished - work.time_accepted).total_seconds() == 30
    assert (work.time_started - work.time_accepted).total_seconds() == 2
    assert (work.resources[0].action_type, work.resources[0].identifier) == ("UPDATED", cluster)
    logs = tenancy.ai().list_work_request_logs(work.id, sort_order="ASC").data.items
    assert logs[0].message == "Work request accepted."
    assert logs[-1].message == "Completed."
    assert tenancy.ai().list_work_request_errors(work.id).data.items == []


def test_a_failing_update_leaves_the_old_units_and_an_error(tenancy: Tenancy) -> None:
    ai, cluster = tenancy.ai(), tenancy.cluster("chat-prod")
    tenancy.control("POST", "fail_next", {"ocid": cluster, "message": "Out of host capacity."})
    ai.update_dedicated_ai_cluster(cluster, scaled(8))
    tenancy.advance(30)
    after = ai.get_dedicated_ai_cluster(cluster).data
    assert (after.lifecycle_state, after.unit_count) == ("ACTIVE", 2)
    assert after.lifecycle_details == "Out of host capacity."
    work = only_work(tenancy, cluster)
    assert (work.status, work.resources[0].action_type) == ("FAILED", "FAILED")
    assert [it.message for it in ai.list_work_request_errors(work.id).data.items] == ["Out of host capacity."]
    assert tenancy.limits().get_resource_availability("ai-generative", COHERE, tenancy.root).data.used == 4
    ai.update_dedicated_ai_cluster(cluster, scaled(3))
    tenancy.advance(30)
    assert ai.get_dedicated_ai_cluster(cluster).data.lifecycle_details is None


def test_a_failure_can_be_told_what_to_leave_behind(tenancy: Tenancy) -> None:
    cluster = tenancy.cluster("chat-prod")
    failure = {"ocid": "chat-prod", "message": "A replica is not healthy.", "state": "NEEDS_ATTENTION"}
    tenancy.control("POST", "fail_next", failure)
    tenancy.ai().update_dedicated_ai_cluster(cluster, scaled(8))
    tenancy.advance(30)
    assert tenancy.ai().get_dedicated_ai_cluster(cluster).data.lifecycle_state == "NEEDS_ATTENTION"


@pytest.mark.parametrize(
    ("filters", "count"),
    [({}, 2), ({"status": "SUCCEEDED"}, 1), ({"status": "ACCEPTED"}, 1), ({"work_request_id": "x"}, 0)],
)
def test_work_requests_are_filtered(tenancy: Tenancy, filters: dict[str, Any], count: int) -> None:
    tenancy.ai().update_dedicated_ai_cluster(tenancy.cluster("chat-prod"), scaled(3))
    tenancy.advance(60)
    tenancy.ai().update_dedicated_ai_cluster(tenancy.cluster("search-embed"), scaled(2))
    assert len(tenancy.ai().list_work_requests(tenancy.prod, **filters).data.items) == count


def test_an_unknown_work_request_is_not_found(tenancy: Tenancy) -> None:
    with refused(404, "NotAuthorizedOrNotFound"):
        tenancy.ai().get_work_request("ocid1.generativeaiworkrequest.oc1..none")


# -------------------------------------------------------------------------------------------------------- limits


def availability(tenancy: Tenancy, name: str = COHERE, compartment: str | None = None) -> tuple[int, int]:
    found = tenancy.limits().get_resource_availability("ai-generative", name, compartment or tenancy.root).data
    return found.used, found.available


def test_availability_counts_units_by_shape_and_from_the_moment_they_are_granted(tenancy: Tenancy) -> None:
    assert availability(tenancy) == (4, 6)
    assert availability(tenancy, "dedicated-unit-llama2-70-count") == (8, 8)
    tenancy.ai().update_dedicated_ai_cluster(tenancy.cluster("chat-prod"), scaled(8))
    assert availability(tenancy) == (10, 0)


def test_units_are_free_once_a_smaller_cluster_is_there(tenancy: Tenancy) -> None:
    tenancy.ai().update_dedicated_ai_cluster(tenancy.cluster("chat-prod"), scaled(1))
    assert availability(tenancy) == (4, 6)
    tenancy.advance(30)
    assert availability(tenancy) == (3, 7)


def test_a_cluster_that_could_not_be_created_holds_no_units(tenancy: Tenancy) -> None:
    name = "dedicated-unit-embed-cohere-count"
    tenancy.control("POST", "fail_next", {"ocid": "trial", "message": "Out of host capacity."})
    made = tenancy.ai().create_dedicated_ai_cluster(wanted(tenancy, unit_count=3)).data
    assert availability(tenancy, name) == (4, 0)
    tenancy.advance(40)
    assert tenancy.ai().get_dedicated_ai_cluster(made.id).data.lifecycle_state == "FAILED"
    assert availability(tenancy, name) == (1, 3)
    assert tenancy.ai().delete_dedicated_ai_cluster(made.id).status == 204


def test_a_compartment_sees_its_own_use_and_what_all_have_left(tenancy: Tenancy) -> None:
    assert availability(tenancy, compartment=tenancy.dev) == (0, 6)
    assert availability(tenancy, "dedicated-unit-h100-count", tenancy.dev) == (1, 3)


def test_a_cluster_does_not_grow_beyond_the_limit(tenancy: Tenancy) -> None:
    with refused(400, "LimitExceeded", f"{COHERE}. Request a service limit increase"):
        tenancy.ai().update_dedicated_ai_cluster(tenancy.cluster("chat-prod"), scaled(20))
    tenancy.control("POST", "limits", {"region": HOME, "limit": COHERE, "value": 30})
    assert tenancy.ai().update_dedicated_ai_cluster(tenancy.cluster("chat-prod"), scaled(20)).status == 200


def test_a_cluster_may_shrink_below_a_limit_that_was_lowered(tenancy: Tenancy) -> None:
    tenancy.control("POST", "limits", {"region": HOME, "limit": COHERE, "value": 0})
    assert availability(tenancy) == (4, 0)
    assert tenancy.ai().update_dedicated_ai_cluster(tenancy.cluster("chat-prod"), scaled(1)).status == 200


def test_limits_differ_by_region(tenancy: Tenancy) -> None:
    values = {
        region: {
            it.name: it.value for it in tenancy.limits(region).list_limit_values(tenancy.root, "ai-generative").data
        }
        for region in (HOME, EUROPE)
    }
    assert values[HOME][COHERE] == 10
    assert values[EUROPE][COHERE] == 2
    assert values[EUROPE]["dedicated-unit-h100-count"] == 0
    assert values[HOME]["endpoint-per-dedicated-unit-count"] == 50


def test_limits_are_described(tenancy: Tenancy) -> None:
    limits = tenancy.limits()
    assert [it.name for it in limits.list_services(tenancy.root).data] == ["ai-generative"]
    (found,) = limits.list_limit_definitions(tenancy.root, service_name="ai-generative", name=COHERE).data
    assert (found.scope_type, found.is_resource_availability_supported) == ("REGION", True)
    assert limits.list_limit_definitions(tenancy.root, service_name="compute").data == []
    assert limits.list_limit_values(tenancy.root, "ai-generative", scope_type="AD").data == []
    paged = oci.pagination.list_call_get_all_results(
        limits.list_limit_values, tenancy.root, "ai-generative", limit=3
    ).data
    assert len(paged) == len({it.name for it in paged}) > 10


@pytest.mark.parametrize(
    ("service", "name", "options", "status", "code"),
    [
        ("compute", COHERE, {}, 404, "NotAuthorizedOrNotFound"),
        ("ai-generative", "no-such-count", {}, 404, "NotAuthorizedOrNotFound"),
        ("ai-generative", "endpoint-per-dedicated-unit-count", {}, 404, "NotAuthorizedOrNotFound"),
        ("ai-generative", COHERE, {"availability_domain": "AD-1"}, 400, "InvalidParameter"),
    ],
)
def test_which_availability_is_not_told(
    tenancy: Tenancy, service: str, name: str, options: dict[str, str], status: int, code: str
) -> None:
    with refused(status, code):
        tenancy.limits().get_resource_availability(service, name, tenancy.root, **options)
