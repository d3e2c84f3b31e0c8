"""A request as its events have left it; nothing else can change it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import reduce

from pydantic import AwareDatetime

from approvals.claims import Claim, stepped
from approvals.events import (
    LEASE_ANNOUNCED,
    Amended,
    Announced,
    Approved,
    BrokenGlass,
    Cancelled,
    Closed,
    Consented,
    Denied,
    Escalated,
    Event,
    Extended,
    Failed,
    Held,
    Objected,
    Outdated,
    Progressed,
    Reclaimed,
    Refused,
    Reminded,
    Returning,
    Reviewed,
    Sent,
    Started,
    Submitted,
    Succeeded,
    Troubled,
    Voted,
)
from approvals.policy import Rule
from approvals.states import DECIDED, FINAL, State, after
from approvals.step_events import Confirmed, Paused, Resumed, Stepped
from approvals.tally import Approval, Objection, Tally, tally
from approvals.watch import Watch, Watched, begun, seen
from dac.figures import Frozen
from dac.plans import Plan
from dac.steps import AnyStep, MakeCluster

_SMOOTH: dict[str, object] = {"trouble": "", "trouble_since": None, "escalated_at": None, "held": None}
"""Nothing keeps it any more."""


class Glass(Frozen):
    """An emergency: who acted alone and why, who owes a review until when, and what it said."""

    by: str
    at: AwareDatetime
    because: str
    reviewers: tuple[str, ...]
    review_by: AwareDatetime
    reminded: int = 0
    reviewed_by: str = ""
    justified: bool | None = None
    comment: str = ""

    @property
    def owed(self) -> bool:
        return not self.reviewed_by


class Lease(Frozen):
    """A size kept for a while: until when, which requests were to give it back, and how that ended.

    `returning` is the one that is to do so now. Open until `outcome` says that nothing is left to undo.
    """

    began_at: AwareDatetime
    ends_at: AwareDatetime
    announced: bool = False
    returning: int | None = None
    returned_by: tuple[int, ...] = ()
    extended_by: tuple[int, ...] = ()
    outcome: str = ""

    @property
    def open(self) -> bool:
        return not self.outcome

    @property
    def announce_at(self) -> datetime:
        return self.ends_at - min(LEASE_ANNOUNCED, (self.ends_at - self.began_at) / 2)


class Request(Frozen):
    """What somebody asked for; `version` is the `seq` of its last event."""

    id: int
    version: int
    state: State = State.PENDING
    plan: Plan
    digest: str
    requester: str
    reason: str
    rule: Rule
    rule_digest: str
    eligible: tuple[str, ...]
    channel: str
    asked_in: str
    nonce: str
    asked_at: AwareDatetime
    expires_at: AwareDatetime
    changed_at: AwareDatetime
    rehearsal: bool = False
    returns: int | None = None
    replaces: int | None = None
    approvals: tuple[Approval, ...] = ()
    objections: tuple[Objection, ...] = ()
    consented: bool = True
    amended_by: str = ""
    amended_at: AwareDatetime | None = None
    reminded: int = 0
    decided_at: AwareDatetime | None = None
    begin_by: AwareDatetime | None = None
    glass: Glass | None = None
    held: Held | None = None
    claim: Claim | None = None
    lease: Lease | None = None
    watch: Watch | None = None
    trouble: str = ""
    trouble_since: AwareDatetime | None = None
    escalated_at: AwareDatetime | None = None
    outcome: str = ""
    ways: tuple[str, ...] = ()
    ended_by: str = ""
    ended_at: AwareDatetime | None = None

    @property
    def tag(self) -> str:
        """What the change carries into Oracle; the nonce keeps it apart from a request of another database."""
        return f"{self.id}-{self.nonce}"

    @property
    def final(self) -> bool:
        return self.state in FINAL

    @property
    def start_at(self) -> datetime | None:
        """Before this moment it is not begun."""
        return self.plan.begins

    @property
    def step(self) -> AnyStep:
        """The one that is under way, or comes next."""
        return self.plan.doing[len(self.claim.done) if self.claim else 0]

    @property
    def remaining(self) -> tuple[AnyStep, ...]:
        """What is still to be done, the step that is under way included."""
        return self.plan.doing[len(self.claim.done) if self.claim else 0 :]

    @property
    def touches(self) -> tuple[str, ...]:
        """What nobody else may change meanwhile: what its plan touches, and the clusters it has made by now."""
        claim, steps = self.claim, self.plan.doing
        if claim is None:
            return self.plan.touches
        made = claim.made | ({self.step.key: claim.resource_id} if claim.resource_id else {})
        clusters = [made[each.key] for each in steps if isinstance(each, MakeCluster) and each.key in made]
        return (*self.plan.touches, *clusters)

    @property
    def waits_because(self) -> str:
        """What keeps it, or the return of what it leased, from going on."""
        return self.held.sentence if self.held else self.trouble

    @property
    def voters(self) -> tuple[str, ...]:
        return tuple(each.voter for each in self.approvals)

    @property
    def tally(self) -> Tally:
        return tally(self.rule, self.approvals)

    @property
    def missing(self) -> int:
        """Approvals still needed."""
        return self.tally.missing

    @property
    def can_still_approve(self) -> tuple[str, ...]:
        """Who was able to when it was asked and has not yet; the click is judged by who may then."""
        return tuple(each for each in self.eligible if each not in self.voters and each != self.requester)


def submitted(event: Event) -> Request:
    """The request its first event makes."""
    body = event.body
    if not isinstance(body, Submitted):
        raise TypeError(f"event {event.seq} does not submit anything")
    return Request(
        id=event.request_id,
        version=event.seq,
        requester=event.actor,
        asked_at=event.at,
        changed_at=event.at,
        **{name: getattr(body, name) for name in Submitted.model_fields if name != "action"},
    )


def replayed(events: Sequence[Event]) -> Request:
    """The request as its events alone say it is."""
    first, *rest = events
    return reduce(happened, rest, submitted(first))


def happened(request: Request, event: Event) -> Request:
    """The request after one more event; raises `Conflict` where the table of states forbids it."""
    state = after(request.state, event.body.action)
    changed: dict[str, object] = {"state": state, "version": event.seq}
    if not isinstance(event.body, Refused):
        changed["changed_at"] = event.at
    if state is not request.state and state in DECIDED and request.decided_at is None:
        changed["decided_at"] = event.at
    if state is not request.state and state in FINAL:
        changed |= {"ended_by": event.actor, "ended_at": event.at, "trouble": "", "trouble_since": None, "held": None}
        changed["watch"] = begun(request.plan, request.claim, event.at)
    changed |= (
        _deciding(request, event) or _doing(request, event) or _between(request, event) or _afterwards(request, event)
    )
    return request.model_copy(update=changed)


def _deciding(request: Request, event: Event) -> dict[str, object]:
    """What people's words, or their silence, make of it."""
    body = event.body
    match body:
        case Voted() | Approved(by="vote"):
            return _agreed(request, event, body.comment, body.groups) | _to_begin(body)
        case Consented():
            return {"consented": True}
        case Approved():
            return {"consented": True} | _to_begin(body)
        case Objected() | Denied():
            objection = Objection(voter=event.actor, at=event.at, because=body.because)
            return {
                "approvals": tuple(each for each in request.approvals if each.voter != event.actor),
                "objections": (*(each for each in request.objections if each.voter != event.actor), objection),
                "outcome": body.because if isinstance(body, Denied) else "",
            }
        case Amended():
            return _amended(event, body, by_requester=event.actor == request.requester)
        case Reminded(what="approval"):
            return {"reminded": body.number}
        case BrokenGlass():
            glass = Glass(
                by=event.actor,
                at=event.at,
                because=body.because,
                reviewers=body.reviewers,
                review_by=body.review_by,
            )
            return {"glass": glass, "begin_by": body.begin_by, "consented": True}
        case _:
            return {}


def _agreed(request: Request, event: Event, comment: str, groups: tuple[str, ...]) -> dict[str, object]:
    approval = Approval(voter=event.actor, at=event.at, comment=comment, groups=groups)
    return {
        "approvals": (*request.approvals, approval),
        "objections": tuple(each for each in request.objections if each.voter != event.actor),
    }


def _to_begin(body: Voted | Approved) -> dict[str, object]:
    return {"begin_by": body.begin_by} if isinstance(body, Approved) else {}


def _amended(event: Event, body: Amended, *, by_requester: bool) -> dict[str, object]:
    agreed = (Approval(voter=event.actor, at=event.at, comment=body.because, groups=body.groups),)
    return {
        "plan": body.plan,
        "digest": body.digest,
        "rule": body.rule,
        "rule_digest": body.rule_digest,
        "eligible": body.eligible,
        "expires_at": body.expires_at,
        "approvals": agreed if body.agrees else (),
        "objections": (),
        "consented": by_requester,
        "amended_by": event.actor,
        "amended_at": event.at,
        "reminded": 0,
    }


def _doing(request: Request, event: Event) -> dict[str, object]:
    """What carrying it out makes of it."""
    body = event.body
    match body:
        case Held():
            return {"held": body, "trouble": "", "trouble_since": request.trouble_since or event.at}
        case Troubled():
            return {"held": None, "trouble": body.sentence, "trouble_since": request.trouble_since or event.at}
        case Escalated():
            return {"escalated_at": event.at}
        case Started():
            claim = Claim(etag=body.etag, holder=body.holder, until=body.until, started_at=event.at)
            return _SMOOTH | {"claim": claim}
        case Reclaimed() | Sent() | Progressed():
            return _SMOOTH | {"claim": _claim_after(request, event, body)}
        case Succeeded():
            return _SMOOTH | {"outcome": body.outcome, "ways": body.ways_on} | _leased(request, event)
        case Cancelled():
            return {"outcome": " ".join(filter(None, [body.because, body.left])), "ways": body.ways_back}
        case Failed():
            return {"outcome": body.because, "ways": body.ways_back}
        case Outdated():
            return {"outcome": "; ".join(body.differences)}
        case _:
            return {}


def _between(request: Request, event: Event) -> dict[str, object]:
    """What comes of it between two steps."""
    match event.body:
        case Reminded(what="pause", number=number) if request.claim:
            return {"claim": request.claim.model_copy(update={"reminded": number})}
        case Stepped() | Resumed() | Paused() | Confirmed() as body if request.claim:
            return _SMOOTH | {"claim": stepped(request.claim, body, event.at, event.actor)}
        case _:
            return {}


def _leased(request: Request, event: Event) -> dict[str, object]:
    span = request.plan.lasts
    # In UTC, for Python adds to the wall clock of a zone: eight hours are eight hours when clocks change, too.
    return {"lease": Lease(began_at=event.at, ends_at=event.at.astimezone(UTC) + span)} if span else {}


def _afterwards(request: Request, event: Event) -> dict[str, object]:
    """What is made of it once it is done: its lease, and the review of a broken glass."""
    body, lease, glass = event.body, request.lease, request.glass
    match body:
        case Reviewed() if glass:
            reviewed = {"reviewed_by": event.actor, "justified": body.justified, "comment": body.comment}
            return {"glass": glass.model_copy(update=reviewed)}
        case Reminded(what="review") if glass:
            return {"glass": glass.model_copy(update={"reminded": body.number})}
        case Extended() if lease:
            extended_by = (*lease.extended_by, body.by_request)
            later = {"ends_at": body.until, "announced": False, "returning": None, "extended_by": extended_by}
            return _SMOOTH | {"lease": lease.model_copy(update=later)}
        case Announced() if lease:
            return {"lease": lease.model_copy(update={"announced": True})}
        case Returning() if lease:
            returned_by = (*lease.returned_by, body.by_request)
            returned = {"announced": True, "returning": body.by_request, "returned_by": returned_by}
            return _SMOOTH | {"lease": lease.model_copy(update=returned)}
        case Watched() if request.watch:
            return {"watch": seen(request.watch, body)}
        case Closed() if lease:
            return _SMOOTH | {"lease": lease.model_copy(update={"outcome": body.outcome})}
        case _:
            return {}


def _claim_after(request: Request, event: Event, body: Reclaimed | Sent | Progressed) -> Claim:
    assert request.claim  # noqa: S101 - the table lets these happen only after START
    update: dict[str, object]
    if isinstance(body, Reclaimed):
        update = {"holder": body.holder, "until": body.until}
    elif isinstance(body, Sent):
        update = {"sent_at": event.at, "work_request_id": body.work_request_id, "resource_id": body.resource_id}
    else:
        update = {"percent": body.percent, "work_request_id": body.work_request_id or request.claim.work_request_id}
    return request.claim.model_copy(update=update)
