"""Oracle's JSON read into the product's own words; a KeyError or ValueError means the answer was not as expected."""

from __future__ import annotations

from typing import Any

from dac.cluster import Cluster, Endpoint, Lifecycle, Model, WorkRequest

Json = dict[str, Any]


def cluster(raw: Json, region: str, etag: str | None = None) -> Cluster:
    return Cluster(
        id=raw["id"],
        name=_name(raw),
        region=region,
        compartment_id=raw["compartmentId"],
        type=raw["type"],
        lifecycle_state=raw["lifecycleState"],
        lifecycle_details=raw.get("lifecycleDetails"),
        unit_count=raw["unitCount"],
        unit_shape=raw["unitShape"],
        endpoint_capacity=(raw.get("capacity") or {}).get("totalEndpointCapacity"),
        time_created=raw["timeCreated"],
        freeform_tags=raw.get("freeformTags") or {},
        etag=etag,
    )


def endpoint(raw: Json, region: str) -> Endpoint:
    return Endpoint(
        id=raw["id"],
        name=_name(raw),
        region=region,
        compartment_id=raw["compartmentId"],
        cluster_id=raw["dedicatedAiClusterId"],
        model_id=raw["modelId"],
        lifecycle_state=raw["lifecycleState"],
        lifecycle_details=raw.get("lifecycleDetails"),
        time_created=raw["timeCreated"],
    )


def model(raw: Json, region: str) -> Model:
    return Model(
        id=raw["id"],
        name=_name(raw),
        region=region,
        vendor=raw.get("vendor"),
        type=raw["type"],
        base_model_id=raw.get("baseModelId"),
        time_deprecated=raw.get("timeDeprecated"),
        time_dedicated_retired=raw.get("timeDedicatedRetired"),
    )


def work_request(raw: Json, errors: tuple[str, ...]) -> WorkRequest:
    return WorkRequest(
        id=raw["id"],
        operation_type=raw["operationType"],
        status=raw["status"],
        percent_complete=raw.get("percentComplete") or 0,
        time_accepted=raw["timeAccepted"],
        time_finished=raw.get("timeFinished"),
        errors=errors,
    )


def remains(raw: Json) -> bool:
    """Whether it is still there: Oracle goes on listing what has been deleted."""
    return bool(raw["lifecycleState"] != Lifecycle.DELETED)


def _name(raw: Json) -> str:
    """A display name is optional; without one the end of the OCID tells it apart."""
    return raw.get("displayName") or short(raw["id"])


def short(ocid: str) -> str:
    """Enough of an OCID to recognise it in a sentence."""
    return f"…{ocid[-6:]}"
