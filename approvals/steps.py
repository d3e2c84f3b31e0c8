"""Recording what the bot does with a request by itself: each step once, and only if nobody else has been quicker."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime

from approvals.claims import Claim
from approvals.events import BOT, Body, Failed, Freeze, Held, Hold, Progressed, Succeeded, Troubled
from approvals.leftovers import left
from approvals.request import Request
from approvals.states import State
from approvals.step_events import Stepped
from approvals.store import Store
from dac.cluster import WorkRequest
from dac.errors import DacError


class Steps:
    def __init__(self, store: Store, now: Callable[[], datetime]) -> None:
        self._store = store
        self._now = now

    def write(self, request: Request, state: State, body: Body) -> Request:
        """Record a step, unless somebody else has recorded one since the request was read."""

        def decide(now: Request) -> Body | None:
            return body if now.state is state and now.claim == request.claim else None

        return self._store.change(request.id, decide, actor=BOT, at=self._now())

    def fail(self, request: Request, because: str, *, lost: bool = False) -> Request:
        """It ends here; what it has made by now is said, with the way back, `lost` being what this step has made."""
        said, ways_back = left(request, lost=lost)
        failed = Failed(because=f"{because} {said}".rstrip(), ways_back=ways_back)
        return self.write(request, State.APPLYING, failed)

    def done(self, request: Request, said: str, *, resource_id: str = "", ways_on: tuple[str, ...] = ()) -> Request:
        """The step that is under way is at its end; with the last one, the request is."""
        done = claim_of(request).done
        if len(done) + 1 < len(request.plan.doing):
            body: Body = Stepped(key=request.step.key, resource_id=resource_id, said=said)
        else:
            body = Succeeded(outcome=" ".join([*(each.said for each in done), said]), ways_on=ways_on)
        return self.write(request, State.APPLYING, body)

    def progress(self, request: Request, work: WorkRequest | None) -> Request:
        """How far Oracle is, if that is news."""
        percent = int(work.percent_complete) if work else 0

        def decide(now: Request) -> Body | None:
            claim = claim_of(now)
            named = claim.work_request_id or not work
            if now.state is not State.APPLYING or (claim.percent >= percent and named and not now.trouble):
                return None
            if len(claim.done) != len(claim_of(request).done) or not claim.busy:
                return None
            return Progressed(percent=max(percent, claim.percent), work_request_id=work.id if work else None)

        return self._store.change(request.id, decide, actor=BOT, at=self._now())

    def hold(self, request: Request, held: Held) -> Request:
        """What keeps it waiting, once for as long as it does."""
        at = self._now()

        def decide(now: Request) -> Body | None:
            return None if now.state is not request.state or _is_on_record(now.held, held, at) else held

        return self._store.change(request.id, decide, actor=BOT, at=at)

    def trouble(self, request_id: int, trouble: DacError, *states: State) -> Request:
        """What does not answer, once until it does or something else is the matter."""

        def decide(now: Request) -> Body | None:
            if now.state not in states or _gist(now.trouble) == _gist(str(trouble)):
                return None
            return Troubled(sentence=str(trouble))

        return self._store.change(request_id, decide, actor=BOT, at=self._now())


def claim_of(request: Request) -> Claim:
    assert request.claim  # noqa: S101 - the table of states gives every APPLYING request one
    return request.claim


def frozen(freeze: Freeze) -> Held:
    return Held(why=Hold.FREEZE, by=freeze.by, because=freeze.because)


def _is_on_record(known: Held | None, held: Held, at: datetime) -> bool:
    """The end of a window that never ends is only looked for so far ahead, and so moves on with time."""
    if known is None or (known.until and known.until <= at):
        return False
    return known.model_copy(update={"until": held.until}) == held


def _gist(sentence: str) -> str:
    """Without what differs from one try to the next, such as Oracle's request id."""
    return re.sub(r"\([^)]*\)|\d+", "", sentence)
