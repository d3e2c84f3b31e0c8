"""What the local Oracle's Identity service tells of compartments, asked by the real SDK."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.sandbox.oracle.conftest import EUROPE, HOME, Tenancy, refused


@pytest.mark.parametrize("region", [HOME, EUROPE])
@pytest.mark.parametrize("profile", ["READER", "EXECUTOR"])
def test_a_compartment_tells_its_name_in_every_region(tenancy: Tenancy, profile: str, region: str) -> None:
    answer = tenancy.identity(profile, region).get_compartment(tenancy.dev)
    found = answer.data
    assert (found.id, found.name, found.compartment_id) == (tenancy.dev, "dev", tenancy.root)
    assert (found.lifecycle_state, found.freeform_tags, found.defined_tags) == ("ACTIVE", {}, {})
    assert found.description
    assert found.time_created == datetime(2024, 1, 15, 9, tzinfo=UTC)
    assert answer.headers["etag"]


def test_the_tenancy_is_the_root_and_in_no_compartment(tenancy: Tenancy) -> None:
    found = tenancy.identity().get_compartment(tenancy.root).data
    assert (found.id, found.name, found.compartment_id) == (tenancy.root, "acme-ai", None)


@pytest.mark.parametrize("ocid", ["ocid1.compartment.oc1..aaaaaaaanobody", "prod"])
def test_one_that_is_not_there_is_not_told_from_one_that_may_not_be_seen(tenancy: Tenancy, ocid: str) -> None:
    with refused(404, "NotAuthorizedOrNotFound"):
        tenancy.identity().get_compartment(ocid)


def test_its_name_can_be_refused(tenancy: Tenancy) -> None:
    tenancy.fault(kind="status", operation="GetCompartment", status=404)
    with refused(404, "NotAuthorizedOrNotFound"):
        tenancy.identity().get_compartment(tenancy.prod)
    tenancy.fault(kind="status", service="identity", status=503)
    with refused(503, "ServiceUnavailable"):
        tenancy.identity().get_compartment(tenancy.prod)
    assert tenancy.identity().get_compartment(tenancy.prod).data.name == "prod"


def test_a_fault_of_another_service_does_not_strike_it(tenancy: Tenancy) -> None:
    tenancy.fault(kind="status", service="generative-ai", status=503)
    assert tenancy.identity().get_compartment(tenancy.prod).data.name == "prod"


def test_nobody_is_told_without_a_signature(tenancy: Tenancy) -> None:
    status, _ = tenancy.raw("GET", f"/{HOME}/20160918/compartments/{tenancy.prod}")
    assert status == 401
