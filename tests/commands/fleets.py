"""Fleets as Oracle may show them: quiet, broken, unmeasured, huge, hostile."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from dac.cluster import Cluster, Endpoint, Fleet, Traffic
from tests.commands.requests import HOSTILE, HOSTILE_NAME
from tests.fakes import REGION, START, cluster, endpoint, fleet, gap, model, traffic

BUSY: dict[str, Any] = {
    "calls": Decimal(7200),
    "client_errors": Decimal(36),
    "server_errors": Decimal(36),
    "p95_latency": Decimal(1500),
    "latency_unit": "ms",
    "input_tokens": Decimal(3_600_000),
    "output_tokens": Decimal(3_600_000),
}
QUIET: dict[str, Any] = {"calls": Decimal(0), "client_errors": Decimal(0), "server_errors": Decimal(0)}


def served(of: Cluster, *, hours: tuple[int, ...] = (1, 72), **figures: Any) -> tuple[Endpoint, tuple[Traffic, ...]]:
    """An endpoint of the cluster with the same figures for each window."""
    made = endpoint(of, f"{of.name}-endpoint")
    return made, tuple(traffic(made, hours=each, **figures) for each in hours)


def world(*held: tuple[Cluster, dict[str, Any] | None], **more: Any) -> Fleet:
    """Clusters, each with one endpoint and its figures; None has no endpoint, {} one that is not measured."""
    endpoints: list[Endpoint] = []
    measured: list[Traffic] = []
    for of, figures in held:
        if figures is not None:
            made, windows = served(of, **figures)
            endpoints.append(made)
            measured += windows
    return fleet(
        *(of for of, _ in held),
        endpoints=tuple(endpoints),
        traffic=tuple(measured),
        models=(model(),),
        **more,
    )


def mixed() -> Fleet:
    """One of each: busy, idle, unmeasured, broken, without endpoints, being changed, for fine-tuning."""
    return world(
        (cluster("busy", units=8, endpoint_capacity=50), BUSY),
        (cluster("idle"), QUIET),
        (cluster("unmeasured"), {}),
        (cluster("broken", lifecycle_state="NEEDS_ATTENTION", lifecycle_details="a node did not come up"), BUSY),
        (cluster("bare"), None),
        (cluster("growing", lifecycle_state="UPDATING"), BUSY),
        (cluster("tuning", type="FINE_TUNING", unit_shape="SMALL_COHERE"), None),
        (cluster("slow", region="us-chicago-1"), {**BUSY, "p95_latency": Decimal(9000)}),
        (cluster("failing", region="us-chicago-1"), {**BUSY, "server_errors": Decimal(3600)}),
    )


def gappy() -> Fleet:
    """Most of it could not be read."""
    gaps = tuple(gap(f"endpoints in compartment …{place}") for place in range(6))
    return world((cluster("chat"), {}), gaps=gaps)


def unseen() -> Fleet:
    return fleet(gaps=(gap(), gap(region="us-chicago-1")))


def large(clusters: int = 200, endpoints: int = 2000) -> Fleet:
    held = [
        cluster(f"chat-{number:03}", region=("eu-frankfurt-1", "us-chicago-1", "uk-london-1")[number % 3])
        for number in range(clusters)
    ]
    made = [endpoint(held[number % clusters], f"endpoint-{number:04}") for number in range(endpoints)]
    measured = [traffic(each, hours=hours, **BUSY) for each in made for hours in (1, 72)]
    models = tuple(model(region) for region in sorted({each.region for each in held}))
    return fleet(*held, endpoints=tuple(made), traffic=tuple(measured), models=models)


def twins() -> Fleet:
    """Namesakes in two regions."""
    return world((cluster("chat"), BUSY), (cluster("chat", region="us-chicago-1", units=5), QUIET))


def hostile(count: int = 12) -> Fleet:
    """Everything that people or Oracle may word is worded against us."""
    held = []
    for number in range(count):
        named = cluster(
            f"{HOSTILE_NAME} {number:02} " + "&" * 150, lifecycle_state="FAILED", lifecycle_details=HOSTILE * 20
        )
        held.append(named.model_copy(update={"id": f"ocid1.generativeaidedicatedaicluster.oc1.{REGION}.{number}"}))
    endpoints = tuple(
        endpoint(held[0], f"{HOSTILE_NAME} {number}", lifecycle_state="FAILED", lifecycle_details=HOSTILE)
        for number in range(30)
    )
    gaps = tuple(gap(HOSTILE, region="<!here>") for _ in range(9))
    served_by = model(name=HOSTILE_NAME, time_dedicated_retired=START + timedelta(days=20))
    return fleet(*held, endpoints=endpoints, gaps=gaps, models=(served_by,))
