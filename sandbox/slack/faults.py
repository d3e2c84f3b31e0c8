"""Troubles that can be ordered: slow or failing calls, outages, deliveries lost, doubled or out of order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta

from sandbox.clock import Clock
from sandbox.slack.errors import Json, bad_arguments

API_KINDS = frozenset({"ratelimited", "http_500", "slow", "drop", "drop_after"})
DELIVERY_KINDS = frozenset({"duplicate", "lost_ack", "out_of_order"})
KINDS = API_KINDS | DELIVERY_KINDS | {"outage"}


@dataclass
class Fault:
    kind: str
    method: str | None = None
    """A Web API method, `response_url`, `upload` or `download`; None is any."""
    times: int | None = 1
    seconds: float | None = None
    """How slow a call is (by default one second), or how long an outage lasts (by default until cleared)."""
    retry_after: int = 1
    channel: str | None = None


class Faults:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._waiting: list[Fault] = []
        self._outage_until: datetime | None = None

    def add(self, fault: Fault) -> None:
        if fault.kind not in KINDS:
            raise bad_arguments(f"unknown kind: {fault.kind}; one of {', '.join(sorted(KINDS))}")
        if fault.kind != "outage":
            self._waiting.append(fault)
        elif fault.seconds is None:
            self._outage_until = datetime.max.replace(tzinfo=UTC)
        else:
            self._outage_until = self._clock.now() + timedelta(seconds=fault.seconds)

    def clear(self) -> None:
        self._waiting.clear()
        self._outage_until = None

    @property
    def outage(self) -> bool:
        return self._outage_until is not None and self._clock.now() < self._outage_until

    def of_call(self, method: str, channel: str | None) -> Fault | None:
        """The trouble this call meets, used up by meeting it."""
        return self._take(
            lambda fault: (
                fault.kind in API_KINDS and fault.method in {None, method} and fault.channel in {None, channel}
            )
        )

    def of_delivery(self, kind: str) -> bool:
        return self._take(lambda fault: fault.kind == kind) is not None

    def as_json(self) -> list[Json]:
        outage: list[Json] = [{"kind": "outage"}] if self.outage else []
        return outage + [asdict(fault) for fault in self._waiting]

    def _take(self, fits: Callable[[Fault], bool]) -> Fault | None:
        for fault in self._waiting:
            if fits(fault):
                if fault.times is not None:
                    fault.times -= 1
                    if fault.times <= 0:
                        self._waiting.remove(fault)
                return fault
        return None
