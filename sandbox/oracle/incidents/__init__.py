"""What can happen in the tenancy, by name: each changes the world as the real cause would."""

from __future__ import annotations

from sandbox.oracle.incidents import load, refusals, states
from sandbox.oracle.incidents.scene import Act, Scene

INCIDENTS: dict[str, Act] = load.INCIDENTS | states.INCIDENTS | refusals.INCIDENTS

__all__ = ["INCIDENTS", "Scene"]
