"""Every API operation that is served: its name, where it is found, and the rule that answers it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from sandbox.oracle import (
    alarms,
    anomalies,
    budgets,
    clusters,
    compartments,
    discovery,
    endpoints,
    limits,
    models,
    monitoring,
    objects,
    prices,
    regions,
    usage,
    workrequests,
)
from sandbox.oracle.calls import Answer, Call, collection
from sandbox.oracle.world import World

GENERATIVE_AI = "generative-ai"
MONITORING = "monitoring"
LIMITS = "limits"
IDENTITY = "identity"
OBJECT_STORAGE = "object-storage"
PRICES = "prices"
USAGE = "usage"
BUDGETS = "budgets"
BASES = {
    "20231130": GENERATIVE_AI,
    "20180401": MONITORING,
    "20190729": LIMITS,
    "20160918": IDENTITY,
    "n": OBJECT_STORAGE,
    "pls": PRICES,
    "20200107": USAGE,
    "20190111": BUDGETS,  # and Cost Anomaly Detection, of the same base at another host
}

Rule = Callable[[World, Call], Answer]


@dataclass(frozen=True)
class Operation:
    name: str
    service: str
    method: str
    template: str
    rule: Rule
    changes: bool = False
    public: bool = False
    """Anybody may call it, without a signature."""
    before_body: Callable[[World, Call], None] | None = None
    """Where the body is of any size: what is checked before it is asked for and written down."""
    pattern: re.Pattern[str] = field(init=False)

    def __post_init__(self) -> None:
        """Read the template: a name in braces is one part of the path, with a plus all the rest of it."""
        parts = re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", self.template)
        object.__setattr__(self, "pattern", re.compile(re.sub(r"\{(\w+)\+\}", r"(?P<\1>.+)", parts)))


def _nothing(world: World, call: Call) -> Answer:
    """List a kind of resource of which this tenancy has none."""
    world.known_compartment(call.needed("compartmentId"))
    return collection(call, [])


def _generative_ai() -> list[Operation]:
    found = []
    for plural, singular, parameter, rules in (
        ("dedicatedAiClusters", "DedicatedAiCluster", "dedicatedAiClusterId", clusters),
        ("endpoints", "Endpoint", "endpointId", endpoints),
        ("models", "Model", "modelId", models),
    ):
        one = f"/{plural}/{{{parameter}}}"
        move = f"{one}/actions/changeCompartment"
        found += [
            _op(f"List{singular}s", "GET", f"/{plural}", rules.list_),
            _op(f"Get{singular}", "GET", one, rules.get),
            _op(f"Create{singular}", "POST", f"/{plural}", rules.create, changes=True),
            _op(f"Update{singular}", "PUT", one, rules.update, changes=True),
            _op(f"Delete{singular}", "DELETE", one, rules.delete, changes=True),
            _op(f"Change{singular}Compartment", "POST", move, rules.change_compartment, changes=True),
        ]
    work = "/workRequests/{workRequestId}"
    return [
        *found,
        _op("ListModelDiscovery", "GET", "/modelDiscovery", discovery.list_),
        _op("ListImportedModels", "GET", "/importedModels", _nothing),
        _op("ListGenerativeAiPrivateEndpoints", "GET", "/generativeAiPrivateEndpoints", _nothing),
        _op("ListWorkRequests", "GET", "/workRequests", workrequests.list_),
        _op("GetWorkRequest", "GET", work, workrequests.get),
        _op("ListWorkRequestErrors", "GET", f"{work}/errors", workrequests.list_errors),
        _op("ListWorkRequestLogs", "GET", f"{work}/logs", workrequests.list_logs),
    ]


def _object_storage() -> list[Operation]:
    bucket = "/{namespaceName}/b/{bucketName}"
    one = f"{bucket}/o/{{objectName+}}"
    return [
        Operation("GetNamespace", OBJECT_STORAGE, "GET", "/", objects.get_namespace),
        Operation("ListBuckets", OBJECT_STORAGE, "GET", "/{namespaceName}/b", objects.list_buckets),
        Operation("GetBucket", OBJECT_STORAGE, "GET", bucket, objects.get_bucket),
        Operation("HeadBucket", OBJECT_STORAGE, "HEAD", bucket, objects.get_bucket),
        Operation("ListObjects", OBJECT_STORAGE, "GET", f"{bucket}/o", objects.list_objects),
        Operation("HeadObject", OBJECT_STORAGE, "HEAD", one, objects.head),
        Operation("GetObject", OBJECT_STORAGE, "GET", one, objects.get),
        Operation("PutObject", OBJECT_STORAGE, "PUT", one, objects.put, changes=True, before_body=objects.may_put),
        Operation("DeleteObject", OBJECT_STORAGE, "DELETE", one, objects.delete, changes=True),
    ]


def _prices() -> list[Operation]:
    products = "/apex/cetools/api/v1/products"
    return [
        Operation("ListProducts", PRICES, "GET", f"{products}/?", prices.list_, public=True),
        Operation("GetProduct", PRICES, "GET", f"{products}/{{partNumber}}", prices.get, public=True),
    ]


def _op(name: str, method: str, template: str, rule: Rule, *, changes: bool = False) -> Operation:
    return Operation(name, GENERATIVE_AI, method, template, rule, changes)


OPERATIONS = (
    *_generative_ai(),
    Operation("ListMetrics", MONITORING, "POST", "/metrics/actions/listMetrics", monitoring.list_metrics),
    Operation(
        "SummarizeMetricsData", MONITORING, "POST", "/metrics/actions/summarizeMetricsData", monitoring.summarize
    ),
    Operation("ListAlarms", MONITORING, "GET", "/alarms", alarms.list_),
    Operation("ListAlarmsStatus", MONITORING, "GET", "/alarms/status", alarms.list_status),
    Operation("ListServices", LIMITS, "GET", "/services", limits.list_services),
    Operation("ListLimitDefinitions", LIMITS, "GET", "/limitDefinitions", limits.list_definitions),
    Operation("ListLimitValues", LIMITS, "GET", "/limitValues", limits.list_values),
    Operation(
        "GetResourceAvailability",
        LIMITS,
        "GET",
        "/services/{serviceName}/limits/{limitName}/resourceAvailability",
        limits.get_availability,
    ),
    Operation("GetCompartment", IDENTITY, "GET", "/compartments/{compartmentId}", compartments.get),
    Operation("ListRegionSubscriptions", IDENTITY, "GET", "/tenancies/{tenancyId}/regionSubscriptions", regions.list_),
    Operation("RequestSummarizedUsages", USAGE, "POST", "/usage", usage.summarize),
    Operation("ListBudgets", BUDGETS, "GET", "/budgets", budgets.list_),
    Operation("GetBudget", BUDGETS, "GET", "/budgets/{budgetId}", budgets.get),
    Operation("ListCostAnomalyEvents", BUDGETS, "GET", "/costAnomalyEvents", anomalies.list_),
    Operation("GetCostAnomalyEvent", BUDGETS, "GET", "/costAnomalyEvents/{costAnomalyEventId}", anomalies.get),
    *_object_storage(),
    *_prices(),
)


@dataclass(frozen=True)
class Place:
    """Where a path leads: the region it names, the service, and what is left of it."""

    region: str
    service: str | None
    path: str


REGION = re.compile(r"[a-z]{2,}(-[a-z]+)+-\d+")


def place(path: str, home: str) -> Place:
    """Read `/[region/]version/path`; without a region it is the home region."""
    first, _, rest = path.lstrip("/").partition("/")
    region = home
    if REGION.fullmatch(first):
        region = first
        first, _, rest = rest.partition("/")
    return Place(region, BASES.get(first), f"/{rest}")


def find(where: Place, method: str) -> tuple[Operation, dict[str, str]] | None:
    for operation in OPERATIONS:
        if operation.service == where.service and operation.method == method:
            found = operation.pattern.fullmatch(where.path)
            if found:
                return operation, found.groupdict()
    return None
