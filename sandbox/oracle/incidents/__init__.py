"""What can happen in the tenancy, by name: each changes the world as the real cause would."""

from __future__ import annotations

from sandbox.oracle.incidents import load, refusals, states
from sandbox.oracle.incidents.scene import Act, Scene

GROUPS: dict[str, dict[str, Act]] = {
    "What is called and answered": load.INCIDENTS,
    "What becomes of clusters, endpoints and models": states.INCIDENTS,
    "What Oracle refuses or does not answer": refusals.INCIDENTS,
}
INCIDENTS: dict[str, Act] = {name: act for group in GROUPS.values() for name, act in group.items()}

__all__ = ["GROUPS", "INCIDENTS", "Scene"]
