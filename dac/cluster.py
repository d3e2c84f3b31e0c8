"""Clusters, endpoints, models and their traffic as Oracle describes them at one moment."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Literal, TypeAlias

from pydantic import AwareDatetime, Field

from dac.alarms import Alarm
from dac.figures import Frozen


class ClusterType(StrEnum):
    HOSTING = "HOSTING"
    FINE_TUNING = "FINE_TUNING"


class Lifecycle(StrEnum):
    """States of a cluster (SDK `DedicatedAiCluster.lifecycle_state`).

    Oracle may add to them, so fields hold plain text.
    """

    CREATING = "CREATING"
    ACTIVE = "ACTIVE"
    UPDATING = "UPDATING"
    DELETING = "DELETING"
    DELETED = "DELETED"
    FAILED = "FAILED"
    NEEDS_ATTENTION = "NEEDS_ATTENTION"


class WorkStatus(StrEnum):
    """States of a work request (SDK `WorkRequest.status`)."""

    ACCEPTED = "ACCEPTED"
    IN_PROGRESS = "IN_PROGRESS"
    WAITING = "WAITING"
    FAILED = "FAILED"
    SUCCEEDED = "SUCCEEDED"
    CANCELING = "CANCELING"
    CANCELED = "CANCELED"


class Cluster(Frozen):
    """A dedicated AI cluster.

    `unit_shape` is Oracle's raw text: new shapes appear before an SDK knows them. `etag` is set only where the
    cluster was read by itself (a list does not carry it), so a plan can only be made from such a reading.
    `defined_tags` are by "namespace.key".
    """

    id: str
    name: str
    region: str
    compartment_id: str
    type: str
    lifecycle_state: str
    lifecycle_details: str | None = None
    unit_count: int
    unit_shape: str
    endpoint_capacity: int | None = None
    time_created: AwareDatetime
    freeform_tags: dict[str, str] = Field(default_factory=dict)
    defined_tags: dict[str, str] = Field(default_factory=dict)
    etag: str | None = None

    @property
    def address(self) -> str:
        """What tells it from a namesake in another region."""
        return f"{self.name}@{self.region}"


Guard: TypeAlias = Literal["off", "inform", "block"]


class Guardrails(Frozen):
    """What an endpoint looks for in what it is sent and what it answers, and whether it only says so or stops it."""

    moderation: Guard = "off"
    prompt_injection: Guard = "off"
    pii: Guard = "off"

    def __str__(self) -> str:
        return f"content moderation {self.moderation}, prompt injection {self.prompt_injection}, PII {self.pii}"


class Endpoint(Frozen):
    """`etag` is set only where it was read by itself; `time_updated` is when one that is deleted was."""

    id: str
    name: str
    region: str
    compartment_id: str
    cluster_id: str
    model_id: str
    lifecycle_state: str
    lifecycle_details: str | None = None
    time_created: AwareDatetime
    time_updated: AwareDatetime | None = None
    guardrails: Guardrails = Guardrails()
    freeform_tags: dict[str, str] = Field(default_factory=dict)
    etag: str | None = None


class Model(Frozen):
    """A base or custom model; `time_dedicated_retired` decides, for Oracle keeps listing retired models as ACTIVE.

    `tuned_on` is the cluster on which a custom model was trained; `accuracy` and `loss` are how well that went.
    """

    id: str
    name: str
    region: str
    compartment_id: str = ""
    lifecycle_state: str = "ACTIVE"
    lifecycle_details: str | None = None
    tuned_on: str | None = None
    accuracy: Decimal | None = None
    loss: Decimal | None = None
    freeform_tags: dict[str, str] = Field(default_factory=dict)
    etag: str | None = None
    vendor: str | None = None
    type: str = "BASE"
    base_model_id: str | None = None
    time_deprecated: AwareDatetime | None = None
    time_dedicated_retired: AwareDatetime | None = None


Resource: TypeAlias = Cluster | Endpoint | Model


class ResourceKind(StrEnum):
    """What can be made and removed; the value is what people call it."""

    CLUSTER = "cluster"
    ENDPOINT = "endpoint"
    MODEL = "model"


class Space(Frozen):
    """Where a cluster that is not there yet would stand: enough to tell which limit it counts against."""

    region: str
    unit_shape: str


class WorkRequest(Frozen):
    """What Oracle says of work it has taken on; `percent_complete` is 0 to 100, `resources` the OCIDs it is about."""

    id: str
    operation_type: str
    status: str
    percent_complete: Decimal = Decimal(0)
    time_accepted: AwareDatetime
    time_finished: AwareDatetime | None = None
    errors: tuple[str, ...] = ()
    resources: tuple[str, ...] = ()


class Traffic(Frozen):
    """An endpoint's measured load over the window; None is not measured, which is not zero.

    Latency is total processing time, in the unit Monitoring's metadata names (`latency_unit`, e.g. "ms"). `day_calls`
    are the calls of the window's last 24 hours, where it is longer.
    """

    endpoint_id: str
    since: AwareDatetime
    until: AwareDatetime
    calls: Decimal | None = None
    day_calls: Decimal | None = None
    client_errors: Decimal | None = None
    server_errors: Decimal | None = None
    p50_latency: Decimal | None = None
    p95_latency: Decimal | None = None
    p99_latency: Decimal | None = None
    latency_unit: str | None = None
    input_tokens: Decimal | None = None
    output_tokens: Decimal | None = None

    @property
    def window(self) -> timedelta:
        return self.until - self.since


class Utilization(Frozen):
    """How far a cluster was used, by what Monitoring measures of that name, on average until then.

    `unit` is what Monitoring's metadata names, such as "percent"; None where it names none.
    """

    cluster_id: str
    metric: str
    value: Decimal
    unit: str | None = None
    until: AwareDatetime


class Headroom(Frozen):
    """A service limit as Oracle counts it; `available` is what may still be used."""

    limit_name: str
    region: str
    used: int
    available: int
    read_at: AwareDatetime


class Gap(Frozen):
    """A part of the answer that could not be read: where, what and why, in words for a person."""

    region: str
    what: str
    because: str


class Fleet(Frozen):
    """Everything seen in all configured regions and compartments at `taken_at`, and what could not be seen.

    `deleted` are endpoints that are not there any more and still listed; `endpoints` has none of them. `traffic` holds
    an endpoint's last hour and, with its calls alone, its last 72 hours. `work` holds a compartment's work requests
    of the last days, `headrooms` the service limits that clusters here count against, `metrics` by region the
    names of what Monitoring has points of, `utilization` what it measures of that name, `alarms` those that somebody
    has set over it in Monitoring.
    """

    taken_at: AwareDatetime
    clusters: tuple[Cluster, ...] = ()
    endpoints: tuple[Endpoint, ...] = ()
    deleted: tuple[Endpoint, ...] = ()
    models: tuple[Model, ...] = ()
    traffic: tuple[Traffic, ...] = ()
    work: tuple[WorkRequest, ...] = ()
    headrooms: tuple[Headroom, ...] = ()
    metrics: tuple[tuple[str, str], ...] = ()
    utilization: tuple[Utilization, ...] = ()
    alarms: tuple[Alarm, ...] = ()
    gaps: tuple[Gap, ...] = ()

    def age(self, now: datetime) -> timedelta:
        return max(now - self.taken_at, timedelta())
