"""What can be made to go wrong between a client and the control plane, and the requests held meanwhile."""

from __future__ import annotations

import asyncio
import fnmatch
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from sandbox.oracle.errors import CODES, OracleError
from sandbox.oracle.world import Json

Kind = Literal["status", "timeout", "slow", "drop", "drop_after", "slow_body", "drop_body", "hold_before", "hold_after"]
SILENCE_SECONDS = 3600.0
SLOW_SECONDS = 5.0


class Fault(BaseModel):
    """One thing that goes wrong, for the calls it matches, as often as it is told to."""

    model_config = ConfigDict(extra="forbid")

    kind: Kind
    operation: str = "*"
    """An operation name, or a glob over "METHOD /path" with or without region and version."""
    service: str | None = None
    region: str | None = None
    status: int = Field(500, ge=400, le=599)
    code: str | None = None
    message: str = "This fault was asked for."
    retry_after: float | None = None
    seconds: float | None = Field(None, ge=0)
    bytes: int | None = Field(None, ge=0)
    """How much of the body arrives before the connection is dropped in its midst; half of it, if not said."""
    times: int | None = Field(1, ge=1)

    def matches(self, names: Sequence[str], service: str | None, region: str) -> bool:
        return (
            self.service in {None, service}
            and self.region in {None, region}
            and any(fnmatch.fnmatchcase(name, self.operation) for name in names)
        )

    def refusal(self) -> OracleError:
        code = self.code or CODES.get(self.status, "InternalServerError")  # type: ignore[call-overload]
        headers = {} if self.retry_after is None else {"retry-after": f"{self.retry_after:g}"}
        return OracleError(self.status, code, self.message, headers)


@dataclass
class Held:
    """A request that waits to be let through."""

    number: int
    kind: str
    operation: str
    path: str
    at: str
    request_id: str
    go: asyncio.Event = field(default_factory=asyncio.Event)
    abandoned: bool = False


class Faults:
    """The faults switched on, oldest first, and the requests they hold."""

    def __init__(self) -> None:
        self.active: list[Fault] = []
        self._held: dict[int, Held] = {}
        self._numbers = 0
        self._any_held = asyncio.Event()
        self._cleared = asyncio.Event()

    @property
    def held(self) -> list[Held]:
        return list(self._held.values())

    def take(self, names: Sequence[str], service: str | None, region: str) -> Fault | None:
        """Give the fault that strikes this call, using it up by one."""
        for fault in self.active:
            if fault.matches(names, service, region):
                if fault.times is not None:
                    fault.times -= 1
                    if fault.times == 0:
                        self.active.remove(fault)
                return fault
        return None

    def clear(self) -> None:
        """Switch all faults off and end the silences; what is held stays held until it is released."""
        self.active.clear()
        cleared, self._cleared = self._cleared, asyncio.Event()
        cleared.set()

    async def silence(self, seconds: float | None) -> None:
        """Say nothing for real seconds, or until the faults are cleared."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._cleared.wait(), SILENCE_SECONDS if seconds is None else seconds)

    async def hold(self, kind: Kind, operation: str, path: str, at: str, request_id: str) -> bool:
        """Wait to be released; tell whether to go on."""
        self._numbers += 1
        held = Held(self._numbers, kind, operation, path, at, request_id)
        self._held[held.number] = held
        self._any_held.set()
        try:
            await held.go.wait()
        finally:
            self._let_go(held)
        return not held.abandoned

    def _let_go(self, held: Held) -> None:
        self._held.pop(held.number, None)
        if not self._held:
            self._any_held.clear()

    async def until_held(self, seconds: float) -> None:
        """Wait until at least one request is held, at most for real seconds."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._any_held.wait(), seconds)

    def release(self, *, abandon: bool = False) -> int:
        """Let everything held go on; abandoned requests are dropped instead, and never act."""
        released = self.held
        for held in released:
            held.abandoned = abandon
            held.go.set()
            self._let_go(held)
        return len(released)


def described(held: Held) -> Json:
    return {
        "id": held.number,
        "kind": held.kind,
        "operation": held.operation,
        "path": held.path,
        "at": held.at,
        "opcRequestId": held.request_id,
    }
