"""What scenario.toml and shapes.toml may say, checked before anything is built from them."""

from __future__ import annotations

import re
import tomllib
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from sandbox.oracle.datasets import Generated

SHAPES = Path(__file__).parent / "shapes.toml"


class Declared(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Durations(Declared):
    """Seconds each kind of work takes."""

    accepted: float
    create_cluster: float
    update_cluster: float
    rename_cluster: float
    delete_cluster: float
    create_endpoint: float
    update_endpoint: float
    delete_endpoint: float
    create_model: float
    delete_model: float
    deleted_stays_visible: float


class Day(Declared):
    """Share of the peak rate for each hour of a working day, and how much of it a weekend sees."""

    weekday: list[float] = Field(min_length=24, max_length=24)
    weekend: float = Field(ge=0)


class Traffic(Declared):
    """How an endpoint is called; see scenario.toml for what each figure means."""

    day: str
    peak_rps: float = Field(ge=0)
    latency_ms: float = Field(gt=0)
    spread: float = Field(ge=1)
    client_errors: float = Field(ge=0, le=1)
    server_errors: float = Field(ge=0, le=1)
    input_tokens: int = Field(ge=0)
    output_tokens: int = Field(ge=0)
    last_call_days_ago: float = Field(0, ge=0)


class EndpointPlan(Declared):
    name: str
    model: str
    created_days_ago: float
    moderation: Literal["INFORM", "BLOCK"] | None = None
    traffic: Traffic | None = None
    tags: dict[str, str] = {}


class ClusterPlan(Declared):
    name: str
    compartment: str
    region: str
    type: Literal["HOSTING", "FINE_TUNING"]
    shape: str
    units: int = Field(ge=1)
    created_days_ago: float
    rps_per_unit: float = Field(10.0, gt=0)
    description: str = ""
    state: str = "ACTIVE"
    details: str | None = None
    tags: dict[str, str] = {}
    endpoint: list[EndpointPlan] = []


class CustomModelPlan(Declared):
    name: str
    version: str
    compartment: str
    region: str
    base: str
    cluster: str
    created_days_ago: float
    accuracy: float
    loss: float
    dataset: dict[str, str]
    training: dict[str, Any]
    tags: dict[str, str] = {}


class FineTune(Declared):
    shape: str
    units: int
    methods: list[Literal["TFEW", "VANILLA", "LORA"]]


class BaseModelPlan(Declared):
    """A model of Oracle's catalogue; dates are Oracle's, `*_in_days` count from the start."""

    name: str
    vendor: str
    version: str
    capabilities: list[str]
    released: date
    shapes: list[str] = []
    fine_tune: FineTune | None = None
    regions: list[str] | None = None
    on_demand: bool = False
    access: Literal["HOSTED", "PROXY"] = "HOSTED"
    long_term_support: bool = False
    deprecated: date | None = None
    deprecated_in_days: float | None = None
    on_demand_retired: date | None = None
    on_demand_retired_in_days: float | None = None
    dedicated_retired: date | None = None
    dedicated_retired_in_days: float | None = None
    replacements: list[str] = []


class ObjectPlan(Declared):
    """An object: either its text, or what the data set in it is made of."""

    name: str
    created_days_ago: float = 0
    text: str | None = None
    dataset: Generated | None = None
    content_encoding: str | None = None

    @model_validator(mode="after")
    def _one_content(self) -> ObjectPlan:
        if (self.text is None) == (self.dataset is None):
            raise ValueError(f"{self.name}: say either text or dataset")
        return self


class BucketPlan(Declared):
    name: str
    compartment: str
    region: str
    created_days_ago: float
    tags: dict[str, str] = {}
    object: list[ObjectPlan] = []


class AlarmPlan(Declared):
    """An alarm over the metrics; `$name` in its query stands for the OCID of the endpoint with that name."""

    name: str
    compartment: str
    region: str
    query: str
    severity: Literal["CRITICAL", "ERROR", "WARNING", "INFO"]
    summary: str
    namespace: str = "oci_generativeai"
    created_days_ago: float = 30
    suspended: bool = False


class Prices(Declared):
    """How the public price list is served."""

    page_size: int | None = Field(None, ge=1)
    """Products a page; the whole list at once, if not said."""


class BudgetPlan(Declared):
    """A budget for one compartment, or for what has one tag, written namespace.key.value."""

    name: str
    description: str = ""
    amount: float = Field(gt=0)
    compartment: str | None = None
    tag: str | None = None

    @model_validator(mode="after")
    def _one_target(self) -> BudgetPlan:
        if (self.compartment is None) == (self.tag is None):
            raise ValueError(f"{self.name}: say either compartment or tag")
        return self


class AnomalyPlan(Declared):
    """A day that cost another sum than Oracle foresaw: `impact` of it more, `variance` percent of what it foresaw."""

    days_ago: float = Field(ge=0)
    service: str
    region: str | None = None
    impact: float
    variance: float | None = None
    monitor: str | None = None
    """A monitor of the team's own; without one it is Oracle's default monitor of the service."""
    dimensions: dict[str, str] = {}
    """What the monitor looks at, beside service and region."""
    state: Literal["ACTIVE", "INACTIVE"] = "ACTIVE"
    root_cause: Any = None
    """In what form Oracle tells it is not known: whatever JSON it is to be."""


class Limit(Declared):
    """A service limit and the unit shapes that draw from it."""

    name: str
    description: str
    shapes: list[str] = []
    counts: dict[str, int] = {}

    def units(self, shape: str) -> int:
        """Tell how much of this limit one unit of the shape takes."""
        hardware = re.search(r"_X(\d+)$", shape)
        return self.counts.get(shape, int(hardware[1]) if hardware else 1)


class Scenario(Declared):
    tenancy: str
    realm: str
    regions: list[str] = Field(min_length=1)
    compartments: list[str] = Field(min_length=1)
    elsewhere: list[str] = []
    """Regions in which Oracle offers its models and the tenancy is not."""
    users: dict[str, str]
    namespace: str
    """Of Object Storage: one for all regions."""
    endpoints_per_cluster: int
    durations: Durations
    limits: dict[str, dict[str, int]]
    day: dict[str, Day]
    cluster: list[ClusterPlan] = []
    custom_model: list[CustomModelPlan] = []
    model: list[BaseModelPlan] = []
    limit: list[Limit]
    bucket: list[BucketPlan] = []
    budget: list[BudgetPlan] = []
    anomaly: list[AnomalyPlan] = []
    alarm: list[AlarmPlan] = []
    prices: Prices = Prices()

    @property
    def home(self) -> str:
        return self.regions[0]

    @model_validator(mode="after")
    def _names_resolve(self) -> Scenario:
        shapes = {shape for limit in self.limit for shape in limit.shapes}
        models = {model.name for model in self.model} | {model.name for model in self.custom_model}
        for cluster in self.cluster:
            _known(cluster.region, self.regions, "region")
            _known(cluster.compartment, self.compartments, "compartment")
            _known(cluster.shape, shapes, "shape")
            for endpoint in cluster.endpoint:
                _known(endpoint.model, models, "model")
                if endpoint.traffic:
                    _known(endpoint.traffic.day, self.day, "day")
        for region, values in self.limits.items():
            _known(region, self.regions, "region")
            for name in values:
                _known(name, {limit.name for limit in self.limit}, "limit")
        for custom in self.custom_model:
            _known(custom.base, models, "model")
            _known(custom.cluster, {cluster.name for cluster in self.cluster}, "cluster")
        placings: list[BucketPlan | AlarmPlan] = [*self.bucket, *self.alarm]
        for placed in placings:
            _known(placed.region, self.regions, "region")
            _known(placed.compartment, self.compartments, "compartment")
        for budget in self.budget:
            if budget.compartment:
                _known(budget.compartment, self.compartments, "compartment")
        return self

    @model_validator(mode="after")
    def _anomalies_resolve(self) -> Scenario:
        for anomaly in self.anomaly:
            _known(anomaly.region or self.home, self.regions, "region")
        return self


def _known(name: str, names: object, kind: str) -> None:
    if isinstance(names, dict | list | set) and name not in names:
        raise ValueError(f"there is no {kind} {name!r}")


def read(path: Path) -> Scenario:
    """Read a scenario; what one with a `base` does not say stands in the file of that name beside it."""
    own = path.read_text(encoding="utf-8")
    base = tomllib.loads(own).get("base")
    below = path.with_name(base).read_text(encoding="utf-8") if base else ""
    return _checked(SHAPES.read_text(encoding="utf-8"), below, own)


@lru_cache(maxsize=8)
def _checked(*texts: str) -> Scenario:
    """Of the same texts the same scenario, which nobody can change: control planes come and go, and share it."""
    told: dict[str, Any] = {}
    for text in texts:
        told |= tomllib.loads(text)
    told.pop("base", None)
    return Scenario.model_validate(told)
