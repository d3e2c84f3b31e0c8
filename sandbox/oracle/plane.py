"""One request from arrival to answer: who asks, what goes wrong on the way, which rule answers."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from dataclasses import dataclass, field

from aiohttp import web

from sandbox.oracle import ids, storage
from sandbox.oracle.build import build
from sandbox.oracle.calls import Answer, Call
from sandbox.oracle.config import Config, Permission
from sandbox.oracle.errors import OracleError, not_found
from sandbox.oracle.faults import SLOW_SECONDS, Fault, Faults
from sandbox.oracle.fleet import with_fleet
from sandbox.oracle.operations import Operation, Place, find, place
from sandbox.oracle.scenario import read
from sandbox.oracle.signatures import Keyring, Signed
from sandbox.oracle.world import Json, World

LOGGED_CALLS = 20_000
SLOW_PARTS = 20


class DroppedError(Exception):
    """The connection is to be closed without an answer."""


@dataclass
class Arrival:
    """A request with what could be told of it before it was answered."""

    request: web.Request
    body: bytes
    where: Place
    operation: Operation | None
    parameters: dict[str, str]
    request_id: str

    @property
    def name(self) -> str:
        return self.operation.name if self.operation else "Unknown"

    @property
    def names(self) -> tuple[str, ...]:
        """Give what a fault may call it by."""
        method, path = self.request.method, self.request.path
        return (self.name, f"{method} {path}", f"{method} {self.where.path}")


@dataclass(frozen=True)
class Reply:
    """An answer as bytes: what the world becomes while the reply is on its way does not show in it."""

    status: int
    headers: dict[str, str]
    body: bytes | None

    @classmethod
    def of(cls, answer: Answer, request_id: str) -> Reply:
        headers = answer.headers | {"opc-request-id": request_id}
        if answer.body is None:
            return cls(answer.status, headers, None)
        body = json.dumps(answer.body, separators=(",", ":")).encode()
        return cls(answer.status, headers | {"content-type": "application/json"}, body)


@dataclass
class ControlPlane:
    """One running control plane; `control.py` gives tests and people a hand on it."""

    config: Config
    world: World = field(init=False)
    faults: Faults = field(default_factory=Faults)
    calls: deque[Json] = field(default_factory=lambda: deque(maxlen=LOGGED_CALLS))

    def __post_init__(self) -> None:
        self.scenario = read(self.config.scenario)
        if self.config.fleet:
            self.scenario = with_fleet(self.scenario, self.config.fleet)
        self.keyring = Keyring(self.config.keys)
        if self.config.state and self.config.state.exists():
            self.world = storage.load(self.scenario, self.config.clock, self.config.state)
        else:
            self.reset()

    def reset(self) -> None:
        """Go back to the scenario's first day, which is today by the clock."""
        self.world = build(self.scenario, self.config.clock)
        self.save()

    def save(self) -> None:
        """Keep the world, if it is to be kept and has changed."""
        if self.config.state and self.world.changed:
            storage.save(self.world, self.config.state)
        self.world.changed = False

    # --------------------------------------------------------------------------------------- a request

    async def handle(self, request: web.Request) -> web.StreamResponse:
        arrival = await self._arrival(request)
        fault = self.faults.take(arrival.names, arrival.where.service, arrival.where.region)
        entry = self._log(arrival, fault)
        try:
            reply = await self._reply(arrival, fault, entry)
        except DroppedError:
            if request.transport is not None:
                request.transport.close()
            return web.Response()
        entry["status"] = reply.status
        return await _send(request, reply, fault)

    async def _arrival(self, request: web.Request) -> Arrival:
        body = await request.read()
        where = place(request.path, self.scenario.home)
        found = find(where, request.method)
        operation, parameters = found or (None, {})
        return Arrival(
            request, body, where, operation, parameters, ids.request_id(request.headers.get("opc-request-id"))
        )

    async def _reply(self, arrival: Arrival, fault: Fault | None, entry: Json) -> Reply:
        try:
            await self._before(arrival, fault)
            answer = self._act(arrival, entry)
        except OracleError as error:
            answer = Answer({"code": error.code, "message": error.message}, error.headers, error.status)
        reply = Reply.of(answer, arrival.request_id)
        await self._after(arrival, fault)
        return reply

    async def _before(self, arrival: Arrival, fault: Fault | None) -> None:
        if fault is None:
            return
        match fault.kind:
            case "status":
                raise fault.refusal()
            case "timeout":
                await self.faults.silence(fault.seconds)
                raise DroppedError
            case "drop":
                raise DroppedError
            case "hold_before":
                await self._hold(arrival, fault)
            case _:
                pass

    async def _after(self, arrival: Arrival, fault: Fault | None) -> None:
        if fault is None:
            return
        match fault.kind:
            case "slow":
                await asyncio.sleep(SLOW_SECONDS if fault.seconds is None else fault.seconds)
            case "drop_after":
                raise DroppedError
            case "hold_after":
                await self._hold(arrival, fault)
            case _:
                pass

    async def _hold(self, arrival: Arrival, fault: Fault) -> None:
        path, now = arrival.request.path_qs, self.world.now()
        if not await self.faults.hold(fault.kind, arrival.name, path, now, arrival.request_id):
            raise DroppedError

    def _act(self, arrival: Arrival, entry: Json) -> Answer:
        """Check and carry out, without an await in between: calls are served one after the other."""
        request = arrival.request
        headers = {name.lower(): value for name, value in request.headers.items()}
        permission = self.keyring.permission(Signed(request.method, request.raw_path, headers, arrival.body))
        entry["permission"] = permission.value
        operation = arrival.operation
        if operation is None or arrival.where.region not in self.scenario.regions:
            raise not_found()
        if operation.changes and permission is not Permission.MANAGE:
            raise not_found()
        call = Call(
            operation.name,
            arrival.where.region,
            arrival.parameters,
            {name: request.query.getall(name) for name in request.query},
            arrival.body,
            headers.get("if-match"),
            headers.get("opc-retry-token"),
        )
        self.world.settle()
        try:
            return operation.rule(self.world, call)
        finally:
            self.world.settle()
            self.save()

    def _log(self, arrival: Arrival, fault: Fault | None) -> Json:
        headers = arrival.request.headers
        entry: Json = {
            "at": self.world.now(),
            "method": arrival.request.method,
            "operation": arrival.name,
            "service": arrival.where.service,
            "region": arrival.where.region,
            "path": arrival.request.path_qs,
            "status": None,
            "permission": None,
            "fault": fault.kind if fault else None,
            "opcRequestId": arrival.request_id,
            "opcRetryToken": headers.get("opc-retry-token"),
            "ifMatch": headers.get("if-match"),
        }
        self.calls.append(entry)
        return entry


async def _send(request: web.Request, reply: Reply, fault: Fault | None) -> web.StreamResponse:
    if fault is None or fault.kind != "slow_body" or not reply.body:
        return web.Response(status=reply.status, headers=reply.headers, body=reply.body)
    seconds = SLOW_SECONDS if fault.seconds is None else fault.seconds
    parts = min(SLOW_PARTS, len(reply.body))
    size = -(-len(reply.body) // parts)
    response = web.StreamResponse(status=reply.status, headers=reply.headers)
    response.content_length = len(reply.body)
    await response.prepare(request)
    for start in range(0, len(reply.body), size):
        await asyncio.sleep(seconds / parts)
        await response.write(reply.body[start : start + size])
    await response.write_eof()
    return response
