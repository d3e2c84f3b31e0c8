"""One request from arrival to answer: who asks, what goes wrong on the way, which rule answers."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass, field, replace

from aiohttp import ClientPayloadError, web

from sandbox.oracle import ids, ledger, objects, storage
from sandbox.oracle.build import build
from sandbox.oracle.calls import Answer, Call
from sandbox.oracle.config import Config, Permission
from sandbox.oracle.datasets import CHUNK
from sandbox.oracle.errors import OracleError, not_found
from sandbox.oracle.faults import SLOW_SECONDS, Fault, Faults
from sandbox.oracle.fleet import with_fleet
from sandbox.oracle.operations import OBJECT_STORAGE, Operation, Place, find, place
from sandbox.oracle.replies import Reply, send
from sandbox.oracle.scenario import read
from sandbox.oracle.signatures import Keyring, Signed
from sandbox.oracle.uploads import Upload, Uploads, discard
from sandbox.oracle.world import Json, World

LOGGED_CALLS = 20_000


CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"


class DroppedError(Exception):
    """The connection is to be closed without an answer."""


@dataclass
class Arrival:
    """A request with what could be told of it before it was answered."""

    request: web.Request
    body: bytes | None
    """None where it is of any size, and not read yet."""
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


@dataclass
class ControlPlane:
    """One running control plane; `control.py` gives tests and people a hand on it."""

    config: Config
    world: World = field(init=False)
    faults: Faults = field(default_factory=Faults)
    calls: deque[Json] = field(default_factory=lambda: deque(maxlen=LOGGED_CALLS))
    incidents: list[Json] = field(default_factory=list)
    """Switched on since the last reset, or since all was made well."""
    _well: tuple[Json, list[Fault]] | None = None
    """How things were before the first of them."""

    def __post_init__(self) -> None:
        self.scenario = read(self.config.scenario)
        if self.config.fleet:
            self.scenario = with_fleet(self.scenario, self.config.fleet)
        self.keyring = Keyring(self.config.keys)
        self.uploads = Uploads(self.config.state)
        if self.config.state and self.config.state.exists():
            self.world = storage.load(self.scenario, self.config.clock, self.config.state)
        else:
            self.reset()

    def reset(self) -> None:
        """Go back to the scenario's first day, which is today by the clock."""
        self.uploads.clear()
        self.incidents.clear()
        self._well = None
        self.world = build(self.scenario, self.config.clock)
        if self.config.ledger:
            ledger.load(self.world, self.config.ledger)
        self.save()

    def remember(self) -> None:
        """Something is about to happen: keep how things are, if nothing has happened yet."""
        self._well = self._well or (storage.copied(self.world), list(self.faults.active))

    def undo(self) -> None:
        """Have nothing happened; what else was changed meanwhile goes with it."""
        if self._well is None:
            return
        world, faults = self._well
        self.incidents.clear()
        self._well = None
        self.faults.clear()
        self.faults.active.extend(faults)
        self.world = storage.restored(self.scenario, self.config.clock, world)
        self.world.changed = True
        self.save()

    async def close(self, _: web.Application) -> None:
        self.uploads.close()

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
        return await send(request, reply, fault)

    async def _arrival(self, request: web.Request) -> Arrival:
        where = place(request.path, self.scenario.home)
        found = find(where, request.method)
        operation, parameters = found or (None, {})
        body = None if operation and operation.before_body else await _body(request)
        return Arrival(
            request, body, where, operation, parameters, ids.request_id(request.headers.get("opc-request-id"))
        )

    async def _reply(self, arrival: Arrival, fault: Fault | None, entry: Json) -> Reply:
        try:
            await self._before(arrival, fault)
            answer = await self._act(arrival, entry)
        except OracleError as error:
            answer = Answer({"code": error.code, "message": error.message}, error.headers, error.status)
        reply = Reply.of(answer, arrival.request_id)
        if self.config.latency:
            await asyncio.sleep(self.config.latency)
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

    async def _act(self, arrival: Arrival, entry: Json) -> Answer:
        """Check and carry out; only a body of any size is awaited in between, and all is checked again after it."""
        request, operation = arrival.request, arrival.operation
        headers = {name.lower(): value for name, value in request.headers.items()}
        permission = None
        if operation is None or not operation.public:
            permission = self.keyring.permission(Signed(request.method, request.raw_path, headers, arrival.body))
            entry["permission"] = permission.value
        if operation is None or arrival.where.region not in self.scenario.regions:
            raise not_found()
        call = Call(
            operation.name,
            arrival.where.region,
            arrival.parameters,
            {name: request.query.getall(name) for name in request.query},
            arrival.body or b"",
            headers.get("if-match"),
            headers.get("opc-retry-token"),
            headers,
            str(request.url),
        )
        if operation.changes and permission is not Permission.MANAGE:
            raise objects.no_bucket(self.world, call) if operation.service == OBJECT_STORAGE else not_found()
        if operation.before_body is None:
            return self._carry_out(operation, call)
        operation.before_body(self.world, call)
        upload = await self._upload(request)
        try:
            return self._carry_out(operation, replace(call, upload=upload))
        except OracleError:
            discard(upload.path)
            raise

    async def _upload(self, request: web.Request) -> Upload:
        """Ask for the body, if the client waits for that, and write it down as it comes."""
        _ask_for_body(request)
        try:
            return await self.uploads.receive(request.content.iter_chunked(CHUNK))
        except (ConnectionError, ClientPayloadError) as error:
            raise DroppedError from error

    def _carry_out(self, operation: Operation, call: Call) -> Answer:
        """Let the rule answer, without an await: calls are served one after the other."""
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


async def when_wanted(request: web.Request) -> None:
    """Let a client that asks whether to send its body wait until it is known whether the body is wanted."""


async def _body(request: web.Request) -> bytes:
    _ask_for_body(request)
    return await request.read()


def _ask_for_body(request: web.Request) -> None:
    if request.headers.get("expect", "").lower() == "100-continue" and request.transport is not None:
        request.transport.write(CONTINUE)
