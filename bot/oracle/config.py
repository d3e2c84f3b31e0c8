"""What has to be known to reach Oracle: where, as whom, and how long to wait."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from bot.oracle.identity import Identity


@dataclass(frozen=True)
class Patience:
    """How long, in seconds, Oracle is waited for before a person is told.

    `connect` and `silence` bound one exchange (making the connection; each wait for more of the answer), `read` and
    `write` everything done for one question including attempts after the first, `fleet` the reading of all regions and
    `soon` that for somebody who would rather have less of it, `history` that of the hours of many days, `names` that of
    what compartments are called.
    """

    connect: float = 3.0
    silence: float = 10.0
    read: float = 15.0
    write: float = 20.0
    fleet: float = 20.0
    soon: float = 8.0
    history: float = 30.0
    names: float = 3.0
    attempts: int = 3


@dataclass(frozen=True)
class OracleConfig:
    """`endpoint` replaces Oracle's own addresses: `{region}` and `{service}` in it are filled in where present.

    `limit_of_shape` names the service limit that each cluster shape counts against. Without an `executor` nothing can
    be changed. `tenancy` is only needed where the reading identity does not name it. `fresh_for` is how many seconds a
    reading of the fleet is given again, `slow_fresh_for` one of what changes slowly: hours that are over, and models.
    `part_numbers` are those that dedicated clusters are billed by; Oracle is asked for a `home_region` that is not
    given. `idle` is how far back calls are counted to tell who is idle.
    """

    regions: tuple[str, ...]
    compartments: tuple[str, ...]
    reader: Identity
    executor: Identity | None = None
    tenancy: str | None = None
    endpoint: str | None = None
    limit_of_shape: Mapping[str, str] = field(default_factory=dict)
    part_numbers: tuple[str, ...] = ()
    home_region: str | None = None
    patience: Patience = field(default_factory=Patience)
    fresh_for: float = 20.0
    slow_fresh_for: float = 300.0
    idle: timedelta = timedelta(hours=72)
    parallel: int = 16

    def __post_init__(self) -> None:
        if not self.regions or not self.compartments:
            raise ValueError("at least one region and one compartment are needed to find clusters in")
