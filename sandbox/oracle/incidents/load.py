"""Incidents of how a cluster is called, and of what answers there: they show in the metrics alone."""

from __future__ import annotations

from sandbox.oracle.incidents.scene import HOUR, Act, Scene

CROWDED = 1.35
"""The share of a cluster's capacity that is in demand where it has too few units."""
NEVER = 1e-3


def undersized(scene: Scene) -> None:
    """Its endpoints are called more than the units carry: calls queue, latency grows, some fail."""
    times = max(CROWDED / max(scene.load, NEVER), 1.0)
    scene.call_all_differently(lambda told: {"peak_rps": told["peak_rps"] * times})


def long_prompts(scene: Scene) -> None:
    """Callers send six times the text: latency grows, the number of calls does not."""
    scene.call_all_differently(
        lambda told: {"input_tokens": told["input_tokens"] * 6, "latency_ms": told["latency_ms"] * 5}
    )


def long_completions(scene: Scene) -> None:
    """Callers ask for six times the answer: latency grows, the number of calls does not."""
    scene.call_all_differently(
        lambda told: {"output_tokens": told["output_tokens"] * 6, "latency_ms": told["latency_ms"] * 6}
    )


def network(scene: Scene) -> None:
    """The way to a private endpoint is slow: callers notice, Oracle's own figures do not."""
    for endpoint in scene.endpoints:
        ocid = f"ocid1.generativeaiprivateendpoint.oc1.{scene.region}.{endpoint.ocid.rsplit('.', 1)[-1]}"
        scene.world.touch(endpoint, {"generativeAiPrivateEndpointId": ocid}, scene.since)


def server_errors(scene: Scene) -> None:
    """One call in eight fails at Oracle's side, though there is room."""
    scene.call_all_differently(lambda _: {"server_errors": 0.12})


def client_errors(scene: Scene) -> None:
    """One call in four is refused for what the caller sent."""
    scene.call_all_differently(lambda _: {"client_errors": 0.25})


def throttled_callers(scene: Scene) -> None:
    """Callers come too fast and are refused with 429, which counts among the client errors."""
    times = max(CROWDED / max(scene.load, NEVER), 1.0)
    scene.call_all_differently(lambda told: {"peak_rps": told["peak_rps"] * times, "client_errors": 0.35})


def idle(scene: Scene) -> None:
    """Nobody has called for four days; the cluster costs what it did."""
    for endpoint in scene.endpoints:
        scene.stop_calls(endpoint, scene.ago(96 * HOUR))


def calls_stopped(scene: Scene) -> None:
    """No call has reached an endpoint since, though callers go on: what is in between has changed."""
    scene.stop_calls(scene.endpoint, scene.since)


INCIDENTS: dict[str, Act] = {
    "undersized": undersized,
    "long-prompts": long_prompts,
    "long-completions": long_completions,
    "network": network,
    "server-errors": server_errors,
    "client-errors": client_errors,
    "throttled-callers": throttled_callers,
    "idle": idle,
    "calls-stopped": calls_stopped,
}
