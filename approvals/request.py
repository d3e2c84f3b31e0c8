"""A request and the events its state follows from; nothing else can change it."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from pydantic import AwareDatetime, Field

from approvals.policy import Rule
from approvals.states import FINAL, Action, State, after
from dac.figures import Frozen
from dac.plans import Plan

BOT = "bot"
"""The actor of what the bot does by itself; people act under their Slack user ids."""


class Submitted(Frozen):
    action: Literal[Action.SUBMIT] = Action.SUBMIT
    plan: Plan
    digest: str
    reason: str
    rule: Rule
    eligible: tuple[str, ...]
    channel: str
    nonce: str
    expires_at: AwareDatetime


class Voted(Frozen):
    action: Literal[Action.VOTE] = Action.VOTE
    comment: str = ""


class Approved(Frozen):
    action: Literal[Action.APPROVE] = Action.APPROVE
    comment: str = ""


class Denied(Frozen):
    action: Literal[Action.DENY] = Action.DENY
    because: str


class Expired(Frozen):
    action: Literal[Action.EXPIRE] = Action.EXPIRE


class Cancelled(Frozen):
    action: Literal[Action.CANCEL] = Action.CANCEL
    because: str = ""


class Outdated(Frozen):
    """The plan made again from the live world differs, or cannot be made any more."""

    action: Literal[Action.OUTDATE] = Action.OUTDATE
    differences: tuple[str, ...]


class Started(Frozen):
    """The claim. Whoever holds it may call Oracle until `until`; then anybody may look and take over."""

    action: Literal[Action.START] = Action.START
    etag: str
    holder: str
    until: AwareDatetime


class Reclaimed(Frozen):
    action: Literal[Action.RECLAIM] = Action.RECLAIM
    holder: str
    until: AwareDatetime


class Sent(Frozen):
    action: Literal[Action.SEND] = Action.SEND
    work_request_id: str | None = None


class Progressed(Frozen):
    action: Literal[Action.PROGRESS] = Action.PROGRESS
    percent: int
    work_request_id: str | None = None


class Succeeded(Frozen):
    action: Literal[Action.SUCCEED] = Action.SUCCEED
    outcome: str


class Failed(Frozen):
    action: Literal[Action.FAIL] = Action.FAIL
    because: str


class Troubled(Frozen):
    action: Literal[Action.TROUBLE] = Action.TROUBLE
    sentence: str


class Refused(Frozen):
    action: Literal[Action.REFUSE] = Action.REFUSE
    attempt: str
    because: str


Body: TypeAlias = Annotated[
    Submitted
    | Voted
    | Approved
    | Denied
    | Expired
    | Cancelled
    | Outdated
    | Started
    | Reclaimed
    | Sent
    | Progressed
    | Succeeded
    | Failed
    | Troubled
    | Refused,
    Field(discriminator="action"),
]


class Event(Frozen):
    """One thing that happened to a request; `seq` counts over all requests."""

    seq: int
    request_id: int
    at: AwareDatetime
    actor: str
    body: Body


class Approval(Frozen):
    voter: str
    at: AwareDatetime
    comment: str = ""


class Claim(Frozen):
    """Who is carrying the plan out, on which reading of the cluster, and what Oracle calls the work."""

    etag: str
    holder: str
    until: AwareDatetime
    started_at: AwareDatetime
    sent_at: AwareDatetime | None = None
    work_request_id: str | None = None
    percent: int = 0


class Request(Frozen):
    """What somebody asked for, as its events have left it; `version` is the `seq` of the last one."""

    id: int
    version: int
    state: State = State.PENDING
    plan: Plan
    digest: str
    requester: str
    reason: str
    rule: Rule
    eligible: tuple[str, ...]
    channel: str
    nonce: str
    asked_at: AwareDatetime
    expires_at: AwareDatetime
    changed_at: AwareDatetime
    approvals: tuple[Approval, ...] = ()
    claim: Claim | None = None
    trouble: str = ""
    outcome: str = ""
    ended_by: str = ""

    @property
    def tag(self) -> str:
        """What the change carries into Oracle; the nonce keeps it apart from a request of another database."""
        return f"{self.id}-{self.nonce}"

    @property
    def final(self) -> bool:
        return self.state in FINAL

    @property
    def voters(self) -> tuple[str, ...]:
        return tuple(each.voter for each in self.approvals)

    @property
    def missing(self) -> int:
        """Approvals still needed."""
        return max(self.rule.approvals - len(set(self.voters)), 0)

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


def happened(request: Request, event: Event) -> Request:
    """The request after one more event; raises `Conflict` where the table of states forbids it."""
    body = event.body
    state = after(request.state, body.action)
    changed: dict[str, object] = {"state": state, "version": event.seq}
    if not isinstance(body, Refused):
        changed["changed_at"] = event.at
    if state in FINAL and not isinstance(body, Refused):
        changed |= {"ended_by": event.actor, "trouble": ""}
    match body:
        case Voted() | Approved():
            approval = Approval(voter=event.actor, at=event.at, comment=body.comment)
            changed["approvals"] = (*request.approvals, approval)
        case Denied() | Cancelled() | Failed():
            changed["outcome"] = body.because
        case Outdated():
            changed["outcome"] = "; ".join(body.differences)
        case Succeeded():
            changed["outcome"] = body.outcome
        case Troubled():
            changed["trouble"] = body.sentence
        case Started():
            claim = Claim(etag=body.etag, holder=body.holder, until=body.until, started_at=event.at)
            changed |= {"claim": claim, "trouble": ""}
        case Reclaimed() | Sent() | Progressed():
            changed |= {"claim": _claim_after(request, event, body), "trouble": ""}
        case _:
            pass
    return request.model_copy(update=changed)


def _claim_after(request: Request, event: Event, body: Reclaimed | Sent | Progressed) -> Claim:
    assert request.claim  # noqa: S101 - the table lets these happen only after START
    update: dict[str, object]
    if isinstance(body, Reclaimed):
        update = {"holder": body.holder, "until": body.until}
    elif isinstance(body, Sent):
        update = {"sent_at": event.at, "work_request_id": body.work_request_id}
    else:
        update = {"percent": body.percent, "work_request_id": body.work_request_id or request.claim.work_request_id}
    return request.claim.model_copy(update=update)
