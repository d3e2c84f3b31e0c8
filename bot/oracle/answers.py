"""Oracle's JSON read into the product's own words; a KeyError or ValueError means the answer was not as expected."""

from __future__ import annotations

from decimal import Decimal
from functools import cache
from sys import intern
from typing import Any

from dac.cluster import Cluster, Endpoint, Guard, Guardrails, Lifecycle, Model, WorkRequest
from dac.discovery import Listing, Offered
from dac.naming import short

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
        defined_tags=_defined(raw),
        etag=etag,
    )


def _defined(raw: Json) -> dict[str, str]:
    tags = raw.get("definedTags") or {}
    return {f"{space}.{key}": str(value) for space, held in tags.items() for key, value in held.items()}


def endpoint(raw: Json, region: str, etag: str | None = None) -> Endpoint:
    return Endpoint(
        id=raw["id"],
        name=_name(raw),
        region=region,
        # Many endpoints name the same: each of these is held once.
        compartment_id=intern(raw["compartmentId"]),
        cluster_id=intern(raw["dedicatedAiClusterId"]),
        model_id=intern(raw["modelId"]),
        lifecycle_state=raw["lifecycleState"],
        lifecycle_details=raw.get("lifecycleDetails"),
        time_created=raw["timeCreated"],
        time_updated=raw.get("timeUpdated"),
        guardrails=_guardrails(
            _guard(raw.get("contentModerationConfig")),
            _guard(raw.get("promptInjectionConfig")),
            _guard(raw.get("piiDetectionConfig")),
        ),
        freeform_tags=raw.get("freeformTags") or {},
        etag=etag,
    )


def model(raw: Json, region: str, etag: str | None = None) -> Model:
    metrics = raw.get("modelMetrics") or {}
    return Model(
        id=raw["id"],
        name=_name(raw),
        region=region,
        # Base models are Oracle's own and in no compartment of ours.
        compartment_id=raw.get("compartmentId") or "",
        lifecycle_state=raw["lifecycleState"],
        lifecycle_details=raw.get("lifecycleDetails"),
        tuned_on=(raw.get("fineTuneDetails") or {}).get("dedicatedAiClusterId"),
        accuracy=_decimal(metrics.get("finalAccuracy")),
        loss=_decimal(metrics.get("finalLoss")),
        freeform_tags=raw.get("freeformTags") or {},
        etag=etag,
        vendor=raw.get("vendor"),
        type=raw["type"],
        base_model_id=raw.get("baseModelId"),
        time_deprecated=raw.get("timeDeprecated"),
        time_dedicated_retired=raw.get("timeDedicatedRetired"),
    )


def offered(raw: Json, region: str) -> list[Offered]:
    """A model of ListModelDiscovery as far as it is offered in that region."""
    if raw["modelId"].startswith("ocid1."):
        raise ValueError("a model without its name")
    return [
        Offered(
            model=raw["modelId"],
            region=region,
            dedicated=_mode(each, "DEDICATED"),
            on_demand=_mode(each, "ON_DEMAND"),
            replacements=each.get("supportedReplacements") or (),
            listing=Listing.DISCOVERY,
            **_ends(each),
        )
        for each in raw.get("availability") or ()
        if each["region"] == region
    ]


def regions(raw: Json) -> set[str]:
    """Where a model of ListModelDiscovery is offered."""
    return {each["region"] for each in raw.get("availability") or ()}


def listed(raw: Json, region: str) -> list[Offered]:
    """A model of ListModels; a team's own ones are not offered to anybody, and end with the model they are made of."""
    if raw["type"] != "BASE":
        return []
    return [Offered(model=_name(raw), region=region, listing=Listing.MODELS, **_ends(raw))]


def _mode(raw: Json, mode: str) -> bool | None:
    modes = raw.get("servingModes")
    return None if modes is None else mode in modes


def _ends(raw: Json) -> Json:
    return {
        "time_deprecated": raw.get("timeDeprecated"),
        "time_on_demand_retired": raw.get("timeOnDemandRetired"),
        "time_dedicated_retired": raw.get("timeDedicatedRetired"),
    }


def work_request(raw: Json, errors: tuple[str, ...]) -> WorkRequest:
    return WorkRequest(
        id=raw["id"],
        operation_type=raw["operationType"],
        status=raw["status"],
        percent_complete=raw.get("percentComplete") or 0,
        time_accepted=raw["timeAccepted"],
        time_finished=raw.get("timeFinished"),
        errors=errors,
        resources=tuple(each["identifier"] for each in raw.get("resources") or ()),
    )


def remains(raw: Json) -> bool:
    """Whether it is still there: Oracle goes on listing what has been deleted."""
    return bool(raw["lifecycleState"] != Lifecycle.DELETED)


@cache
def _guardrails(moderation: Guard, prompt_injection: Guard, pii: Guard) -> Guardrails:
    """One value for all that have the same."""
    return Guardrails(moderation=moderation, prompt_injection=prompt_injection, pii=pii)


def _guard(raw: Json | None) -> Guard:
    if not raw or not raw.get("isEnabled"):
        return "off"
    return "block" if raw.get("mode") == "BLOCK" else "inform"


def _decimal(value: Any) -> Decimal | None:
    return None if value is None else Decimal(str(value))


def _name(raw: Json) -> str:
    """A display name is optional; without one the end of the OCID tells it apart."""
    return raw.get("displayName") or short(raw["id"])
