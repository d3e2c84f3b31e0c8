"""Carrying out what was agreed, once, however often and wherever this is called: claim, act, confirm."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from approvals.beginning import Beginning
from approvals.events import Reclaimed
from approvals.going_on import GoingOn
from approvals.hands import Hand, Tools
from approvals.lengthening import Lengthening
from approvals.making import MakingHand
from approvals.policy import Policy
from approvals.removing import RemovingHand
from approvals.request import Request
from approvals.resizing import Resizing
from approvals.states import State
from approvals.steps import Steps, claim_of
from approvals.store import Store
from dac.catalog import Catalog
from dac.errors import DacError
from dac.gateway import ClusterWriter, FleetReader
from dac.steps import (
    MakeCluster,
    MakeEndpoint,
    MakeModel,
    MovingLease,
    RemoveCluster,
    RemoveEndpoint,
    RemoveModel,
    Scaling,
    Step,
)

_NOTHING = "this request changed nothing"


class Executor:
    """Moves requests from APPROVED to their end, one step at a time.

    `holder` names this process in claims; `lease` is how long a claim keeps others away and must be longer than
    one call to Oracle can take. Safety does not rest on the lease: Oracle's etag lets only one call through. In a
    `dry_run` nothing is begun. By the `policy`, what has come under another rule since it was asked goes stale.
    """

    def __init__(  # noqa: PLR0913 - its parts, by name
        self,
        store: Store,
        reader: FleetReader,
        writer: ClusterWriter,
        catalog: Catalog,
        now: Callable[[], datetime],
        *,
        holder: str,
        lease: timedelta,
        dry_run: bool = False,
        policy: Callable[[], Policy] | None = None,
    ) -> None:
        self._store = store
        self._reader = reader
        self._writer = writer
        self._now = now
        self._holder = holder
        self._lease = lease
        self._steps = Steps(store, now)
        self._beginning = Beginning(
            store, reader, catalog, now, holder=holder, lease=lease, dry_run=dry_run, policy=policy
        )
        self._going_on = GoingOn(reader, now, self._steps, self._beginning, holder=holder, lease=lease)
        tools = Tools(store, reader, writer, now, self._steps, self._beginning)
        making, removing = MakingHand(tools), RemovingHand(tools)
        self._hands: dict[type[Step], Hand] = {
            Scaling: Resizing(tools),
            MovingLease: Lengthening(tools),
            MakeCluster: making,
            MakeEndpoint: making,
            MakeModel: making,
            RemoveEndpoint: removing,
            RemoveCluster: removing,
            RemoveModel: removing,
        }
        self._busy: set[int] = set()
        self._guard = threading.Lock()

    def due(self) -> dict[int, int]:
        """Requests that have a next step and their versions, oldest first."""
        return {each.id: each.version for each in self._store.in_states(State.APPROVED, State.APPLYING)}

    def advance(self, request_id: int) -> Request:
        """Take the next step of one request, if there is one and nobody else is taking it."""
        with self._alone(request_id) as alone:
            request = self._store.get(request_id)
            if not alone:
                return request
            try:
                return self._step(request)
            except DacError as trouble:
                # Before the claim nothing has been asked of Oracle, and after it only Oracle can say what became of
                # it: either way the request stays as it is, says so, and is tried again.
                return self._steps.trouble(request_id, trouble, State.APPROVED, State.APPLYING)

    def _step(self, request: Request) -> Request:
        if request.state is State.APPROVED:
            request = self._beginning.begin(request)
            if request.state is State.APPLYING:
                # What this very step has claimed, nobody can have called for yet.
                return self._act(request, called=_NOTHING)
        if request.state is not State.APPLYING:
            return request
        claim = claim_of(request)
        if claim.question:
            # It is a person's turn.
            return request
        if not claim.begun:
            return self._going_on.go_on(request)
        if claim.sent_at is not None:
            return self._hands[type(request.step)].confirm(request)
        if claim.holder != self._holder and (self._now() < claim.until or self._waits(request)):
            return request
        return self._act(self._take_over(request), called="whether its own call got through is not known")

    def _waits(self, request: Request) -> bool:
        """Whether its holder has it wait, so that nothing would be won by taking it over."""
        now = self._beginning.held_by(request)
        return now is not None and request.held is not None and now.why is request.held.why

    def _act(self, request: Request, *, called: str) -> Request:
        if claim_of(request).holder != self._holder:
            return request
        return self._hands[type(request.step)].act(request, called=called)

    def _take_over(self, request: Request) -> Request:
        if claim_of(request).holder == self._holder:
            return request
        reclaimed = Reclaimed(holder=self._holder, until=self._now() + self._lease)
        return self._steps.write(request, State.APPLYING, reclaimed)

    @contextmanager
    def _alone(self, request_id: int) -> Iterator[bool]:
        with self._guard:
            alone = request_id not in self._busy
            self._busy.add(request_id)
        try:
            yield alone
        finally:
            if alone:
                with self._guard:
                    self._busy.discard(request_id)
