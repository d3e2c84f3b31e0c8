"""Getting payloads to the app: waiting for the ack, trying events again, and keeping the record."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from sandbox.clock import Clock
from sandbox.slack.background import Background
from sandbox.slack.errors import Json
from sandbox.slack.faults import Faults
from sandbox.slack.ids import Ids
from sandbox.slack.stream import Stream

Ack = Literal["acked", "operation_timeout", "no_app", "dispatch_failed"]

VERIFICATION_TOKEN = "sandbox-verification"  # noqa: S105 - long deprecated at Slack, still in every payload
ACK_SECONDS = 3.0
EVENT_RETRIES = (0.0, 60.0, 300.0)
"""How long after a failed attempt the next one is made."""
_RECORDS_KEPT = 5000
HELD_SECONDS = 1.0
"""How long a delivery may be held back for another to overtake it."""


@dataclass(frozen=True)
class Envelope:
    id: str
    type: str
    """slash_commands, interactive or events_api."""
    payload: Json
    accepts_response_payload: bool
    retry_attempt: int = 0
    retry_reason: str = ""


@dataclass(frozen=True)
class Answer:
    ack: Ack
    payload: Any = None
    reason: str = ""
    """Why it counts as failed, in the transport's own word for it."""
    give_up: bool = False
    """The app asked not to be tried again."""


class Transport(Protocol):
    @property
    def connected(self) -> bool: ...

    async def deliver(self, envelope: Envelope, *, copies: int) -> Answer: ...


@dataclass
class Record:
    id: str
    type: str
    user: str | None
    attempt: int
    ack: str | None = None
    ack_ms: float | None = None
    name: str = ""


@dataclass
class _Overtaking:
    """Lets a held delivery go once a later one has been sent."""

    sent: asyncio.Event = field(default_factory=asyncio.Event)


@dataclass(frozen=True)
class Receipt:
    ack: Ack
    ack_ms: float
    payload: Any


class Deliveries:
    def __init__(
        self,
        transport: Transport,
        clock: Clock,
        ids: Ids,
        faults: Faults,
        stream: Stream,
        background: Background,
    ) -> None:
        self._transport = transport
        self._clock = clock
        self._ids = ids
        self._faults = faults
        self._stream = stream
        self._background = background
        self._held: _Overtaking | None = None
        self.records: deque[Record] = deque(maxlen=_RECORDS_KEPT)

    def clear(self) -> None:
        self.records.clear()

    async def once(self, type_: str, payload: Json, user: str) -> Receipt:
        """Deliver what a person waits for: a command or an interaction is never sent again."""
        envelope = Envelope(self._ids.new("env-"), type_, payload, accepts_response_payload=True)
        answer, took = await self._attempt(envelope, user)
        return Receipt(answer.ack, took, answer.payload)

    def event(self, payload: Json, user: str | None) -> None:
        """Deliver an event in the background, up to three more times if nobody acknowledges it."""
        self._background.start(self._until_acked(payload, user))

    async def _until_acked(self, payload: Json, user: str | None) -> None:
        reason = ""
        for attempt, delay in enumerate((0.0, *EVENT_RETRIES)):
            if attempt and delay:
                await self._clock.sleep(delay)
            envelope = Envelope(
                self._ids.new("env-"),
                "events_api",
                payload,
                accepts_response_payload=False,
                retry_attempt=attempt,
                retry_reason=reason,
            )
            answer, _ = await self._attempt(envelope, user)
            if answer.ack == "acked" or answer.give_up:
                return
            reason = answer.reason

    async def _attempt(self, envelope: Envelope, user: str | None) -> tuple[Answer, float]:
        name = _name(envelope)
        record = Record(envelope.id, envelope.type, user, envelope.retry_attempt, name=name)
        self.records.append(record)
        await self._keep_order()
        entry = self._stream.traffic(
            "to_app", envelope.type, name, user=user, attempt=envelope.retry_attempt, request=envelope.payload
        )
        loop = asyncio.get_running_loop()
        started = loop.time()
        copies = 2 if self._faults.of_delivery("duplicate") else 1
        answer = await self._transport.deliver(envelope, copies=copies)
        took = round((loop.time() - started) * 1000, 3)
        record.ack, record.ack_ms = answer.ack, took
        self._stream.follow_up(entry, ack=answer.ack, ack_ms=took, response=answer.payload, reason=answer.reason)
        return answer, took

    async def _keep_order(self) -> None:
        """Hold this delivery until another has overtaken it, if that was ordered."""
        if self._held:
            self._held.sent.set()
            self._held = None
        elif self._faults.of_delivery("out_of_order"):
            held = self._held = _Overtaking()
            overtaken = asyncio.ensure_future(held.sent.wait())
            timer = asyncio.ensure_future(self._clock.sleep(HELD_SECONDS))
            try:
                await asyncio.wait({overtaken, timer}, return_when=asyncio.FIRST_COMPLETED)
                # the one that overtakes is sent in this same turn of the loop
                await asyncio.sleep(0)
            finally:
                overtaken.cancel()
                timer.cancel()
                if self._held is held:
                    self._held = None


def _name(envelope: Envelope) -> str:
    payload = envelope.payload
    if envelope.type == "events_api":
        return str(payload["event"]["type"])
    return str(payload.get("command") or payload.get("type"))
