"""Troubles that can be ordered: slow or failing calls, outages, deliveries lost, doubled or out of order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from sandbox.clock import Clock
from sandbox.slack.errors import Json, bad_arguments

API_KINDS = frozenset({"ratelimited", "http_500", "slow", "drop", "drop_after"})
DELIVERY_KINDS = frozenset({"duplicate", "lost_ack", "out_of_order"})
KINDS = API_KINDS | DELIVERY_KINDS | {"outage"}


@dataclass
class Fault:
    kind: str
    method: str | None = None
    """A Web API method, `response_url` or `upload`; None is any."""
    times: int | None = 1
    seconds: float = 1.0
    retry_after: int = 1
    channel: str | None = None


class Faults:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._waiting: list[Fault] = []
        self._outage_until: datetime | None = None

    def add(self, kind: str, *, seconds: float | None = None, **details: object) -> None:
        if kind not in KINDS:
            raise bad_arguments(f"unknown kind: {kind}; one of {', '.join(sorted(KINDS))}")
        if kind == "outage":
            self._outage_until = (
                self._clock.now() + timedelta(seconds=seconds)
                if seconds is not None
                else datetime.max.replace(tzinfo=self._clock.now().tzinfo)
            )
            return
        chosen = {} if seconds is None else {"seconds": seconds}
        self._waiting.append(Fault(kind, **details, **chosen))  # type: ignore[arg-type]

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
