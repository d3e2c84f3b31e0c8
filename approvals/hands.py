"""What every kind of step is carried out with, and what is looked at last before Oracle is called for one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from approvals.beginning import Beginning
from approvals.request import Request
from approvals.steps import Steps, claim_of
from approvals.store import Store
from approvals.workrequests import UNSTARTED
from dac.gateway import ClusterWriter, FleetReader

REMOVED = frozenset({"DELETING", "DELETED"})
"""States from which nothing comes back."""


class Hand(Protocol):
    """Carries out one kind of step. Either method records one event at most, and raises what does not answer."""

    def act(self, request: Request, *, called: str) -> Request:
        """Look whether the call got through already; if not, make it.

        `called` is what can be said of this request's own call, should somebody else have changed the world.
        """
        ...

    def confirm(self, request: Request) -> Request:
        """See what has become of it at Oracle."""
        ...


@dataclass(frozen=True)
class Tools:
    """What a hand works with."""

    store: Store
    reader: FleetReader
    writer: ClusterWriter
    now: Callable[[], datetime]
    steps: Steps
    beginning: Beginning

    def stopped(self, request: Request, nothing: str) -> Request | None:
        """The last thing before the call: None where it may be made. `nothing` says how things stand without it."""
        claim = claim_of(request)
        begin_by = None if claim.done else request.begin_by
        if begin_by and self.now() > max(begin_by, claim.started_at + UNSTARTED):
            # A freeze, or Oracle away, may have come between claim and call, and people count on this not to begin now.
            because = "It was claimed in time, but could not be asked of Oracle before it was to be begun"
            return self.steps.fail(request, f"{because}; nothing was changed{nothing}.")
        # What was claimed before a freeze or a window is not called for during it.
        if held := self.beginning.held_by(request):
            return self.steps.hold(request, held)
        return None
