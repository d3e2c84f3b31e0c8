"""Where judging draws its lines, and whose rule each of them is."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Self

from pydantic import Field, model_validator

from dac.figures import Frozen

TEAM = "your team's"
"""Whose a line is that was given, not taken from here."""


class Thresholds(Frozen):
    """A value that is given is the team's own, even where it equals the one that stands here."""

    slow_seconds: Decimal = Field(
        Decimal(5), gt=0, le=3600, description="Seconds of p95 latency in the last hour above which a cluster is slow"
    )
    error_share: Decimal = Field(
        Decimal("0.05"), gt=0, le=1, description="Share of calls that fail, of 1, above which it is broken"
    )
    idle_hours: int = Field(72, ge=24, le=336, description="Hours without a call after which a cluster is idle")
    stuck_minutes: int = Field(
        120, ge=1, description="Minutes after which work that Oracle has not finished is taken to be stuck"
    )
    training_stuck_minutes: int = Field(1440, ge=1, description="The same for a fine-tune, which takes hours")
    failed_hours: int = Field(24, ge=1, description="Hours for which a piece of work that failed is told")
    notice_days: tuple[int, ...] = Field(
        (90, 60, 30, 7),
        min_length=1,
        description="Days before a model retires at which it is told, each time more urgently; at the last, as broken",
    )
    endpoints_full: Decimal = Field(
        Decimal("0.9"), gt=0, le=1, description="Share of a cluster's places for endpoints from which it is nearly full"
    )

    @model_validator(mode="after")
    def _fewer_and_fewer_days(self) -> Self:
        days = self.notice_days
        if days[-1] < 1 or any(later >= earlier for earlier, later in pairwise(days)):
            raise ValueError("notice_days must grow less from one to the next and be 1 or more, such as [90, 30, 7]")
        return self

    @property
    def idle(self) -> timedelta:
        return timedelta(hours=self.idle_hours)

    @property
    def notice(self) -> timedelta:
        """How long before its end a model is told of at all."""
        return timedelta(days=self.notice_days[0])

    def whose(self, name: str) -> str:
        """Who says so: "the handbook's", "your team's rule"."""
        return TEAM if name in self.model_fields_set else RULE_OF[name]


RULE_OF = {
    "slow_seconds": "the handbook's",
    "error_share": "the handbook's",
    "idle_hours": "this bot's",
    "stuck_minutes": "this bot's",
    "training_stuck_minutes": "this bot's",
    "failed_hours": "this bot's",
    "notice_days": "Oracle's",
    "endpoints_full": "this bot's",
}
"""The handbook's are those of its alarms "High latency" and "High errors"; Oracle gives notice of a retirement so long
ahead."""

SHIPPED = Thresholds()
"""Where nobody has drawn others."""
