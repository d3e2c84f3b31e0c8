"""What a local control plane is started with."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from sandbox.clock import Clock
from sandbox.oracle.ledger import Ledger

SCENARIO = Path(__file__).parents[1] / "scenario.toml"
HEALTHY = SCENARIO.with_name("healthy.toml")
"""A tenancy in which nothing is wrong."""


class Permission(StrEnum):
    """What the policies of the tenancy allow the owner of a key."""

    READ = "read"
    MANAGE = "manage"


@dataclass(frozen=True)
class Key:
    """An API key registered with a user: `key_id` is tenancy/user/fingerprint."""

    key_id: str
    public_key: bytes = field(repr=False)
    permission: Permission


@dataclass(frozen=True)
class Fleet:
    """A made-up fleet for benchmarks, in place of the scenario's clusters."""

    clusters: int
    endpoints: int
    spread: bool = False
    """Over all regions and compartments in turn, not all in the first ones."""

    @classmethod
    def parse(cls, text: str) -> Fleet:
        """Read `200x10`: 200 clusters with 10 endpoints each; `200x10@all` has them in all regions and compartments."""
        size, _, where = text.partition("@")
        clusters, cross, endpoints = size.partition("x")
        if where not in {"", "all"}:
            raise ValueError(f"a fleet is at all places, or at one without saying so, not at {where!r}")
        if not (cross and clusters.isdecimal() and endpoints.isdecimal()):
            raise ValueError(f"a fleet is written like 200x10, not {text!r}")
        return cls(int(clusters), int(endpoints), where == "all")


@dataclass(frozen=True)
class Config:
    keys: tuple[Key, ...]
    clock: Clock
    scenario: Path = SCENARIO
    state: Path | None = None
    """Where the world is kept so that it survives a restart."""
    fleet: Fleet | None = None
    ledger: Ledger | None = None
    """What is charged beside, or instead of, what runs; from the scenario's first day on."""
    latency: float = 0.0
    """Seconds every answer takes at least, as Oracle's do."""
