"""What can happen to a request, and to the bot as a whole: the bodies of events, each as it is kept for ever."""

from __future__ import annotations

from datetime import UTC, timedelta
from enum import StrEnum
from typing import Annotated, Literal, TypeAlias

from pydantic import AwareDatetime, Field

from approvals.policy import Rule
from approvals.states import Action
from approvals.step_events import Confirmed, Paused, Resumed, Stepped
from approvals.watch import Watched
from dac.figures import Frozen
from dac.plans import Plan

BOT = "bot"
"""The actor of what the bot does by itself; people act under their Slack user ids."""


class Submitted(Frozen):
    """`asked_in` is where it was asked, `channel` where it is shown.

    `returns` is the request whose lease this one gives back, `replaces` the one it asks anew.
    """

    action: Literal[Action.SUBMIT] = Action.SUBMIT
    plan: Plan
    digest: str
    reason: str
    rule: Rule
    rule_digest: str
    eligible: tuple[str, ...]
    channel: str
    asked_in: str
    nonce: str
    expires_at: AwareDatetime
    rehearsal: bool = False
    returns: int | None = None
    replaces: int | None = None


class Voted(Frozen):
    """`groups` are those of the rule's groups that the voter was in at the click."""

    action: Literal[Action.VOTE] = Action.VOTE
    comment: str = ""
    groups: tuple[str, ...] = ()


class Consented(Frozen):
    action: Literal[Action.CONSENT] = Action.CONSENT


class Approved(Frozen):
    """What completes the agreement: somebody's approval, the requester's consent, or the lease agreed to before.

    `begin_by` is until when it may be begun; None is for as long as it takes.
    """

    action: Literal[Action.APPROVE] = Action.APPROVE
    by: Literal["vote", "consent", "lease"] = "vote"
    comment: str = ""
    groups: tuple[str, ...] = ()
    begin_by: AwareDatetime | None


class Objected(Frozen):
    action: Literal[Action.OBJECT] = Action.OBJECT
    because: str


class Denied(Frozen):
    action: Literal[Action.DENY] = Action.DENY
    because: str


class Amended(Frozen):
    """Another plan instead, under the rule that covers it. An approver who proposes it has agreed to it as well."""

    action: Literal[Action.AMEND] = Action.AMEND
    plan: Plan
    digest: str
    rule: Rule
    rule_digest: str
    eligible: tuple[str, ...]
    because: str
    expires_at: AwareDatetime
    agrees: bool
    groups: tuple[str, ...] = ()


class Reminded(Frozen):
    """`what` tells who is reminded: those who can still approve, those who owe a review, who is asked at a pause."""

    action: Literal[Action.REMIND] = Action.REMIND
    what: Literal["approval", "review", "pause"]
    number: int


class Expired(Frozen):
    action: Literal[Action.EXPIRE] = Action.EXPIRE


class Cancelled(Frozen):
    """`left` is what exists by then, where it was stopped on its way; `ways_back` are command lines that undo it."""

    action: Literal[Action.CANCEL] = Action.CANCEL
    because: str = ""
    left: str = ""
    ways_back: tuple[str, ...] = ()


class BrokenGlass(Frozen):
    """Somebody has acted alone in an emergency; `reviewers` owe a word on it."""

    action: Literal[Action.BREAK_GLASS] = Action.BREAK_GLASS
    because: str
    reviewers: tuple[str, ...]
    review_by: AwareDatetime
    begin_by: AwareDatetime | None


class Reviewed(Frozen):
    action: Literal[Action.REVIEW] = Action.REVIEW
    justified: bool
    comment: str


class Hold(StrEnum):
    """What keeps an approved request from being begun."""

    FREEZE = "freeze"  # somebody has stopped everything
    WINDOW = "window"  # the rule's own freeze window
    BUSY = "busy"  # another request is changing the cluster
    DRY_RUN = "dry-run"  # the bot changes nothing at present


class Held(Frozen):
    """`by` is the person who froze, `request_id` the request that holds the cluster, `until` when the window ends."""

    action: Literal[Action.HOLD] = Action.HOLD
    why: Hold
    by: str = ""
    because: str = ""
    request_id: int | None = None
    until: AwareDatetime | None = None

    @property
    def sentence(self) -> str:
        if self.why is Hold.BUSY:
            return f"Request {self.request_id} is changing the cluster; this waits for it."
        if self.why is Hold.DRY_RUN:
            return "The bot runs dry and changes nothing at present."
        if self.why is Hold.WINDOW:
            until = f" until {self.until.astimezone(UTC):%Y-%m-%d %H:%M} UTC" if self.until else ""
            return f"The rule's freeze window ({self.because}) lets nothing begin{until}."
        because = f" ({self.because})" if self.because else ""
        return f"Everything is frozen{because}; nothing is begun before somebody lets it go on."


class Outdated(Frozen):
    """The plan made again from the live world differs, or cannot be made any more."""

    action: Literal[Action.OUTDATE] = Action.OUTDATE
    differences: tuple[str, ...]


class Rehearsed(Frozen):
    """A dry run: it still is what was approved and would be done now, and Oracle was asked for nothing."""

    action: Literal[Action.REHEARSE] = Action.REHEARSE


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
    """`resource_id` is what Oracle makes, where it makes something."""

    action: Literal[Action.SEND] = Action.SEND
    work_request_id: str | None = None
    resource_id: str = ""


class Progressed(Frozen):
    action: Literal[Action.PROGRESS] = Action.PROGRESS
    percent: int
    work_request_id: str | None = None


class Succeeded(Frozen):
    """`ways_on` are command lines that people may want next."""

    action: Literal[Action.SUCCEED] = Action.SUCCEED
    outcome: str
    ways_on: tuple[str, ...] = ()


class Failed(Frozen):
    """`because` says what exists now as well; `ways_back` are command lines that undo what was done by then."""

    action: Literal[Action.FAIL] = Action.FAIL
    because: str
    ways_back: tuple[str, ...] = ()


class Troubled(Frozen):
    action: Literal[Action.TROUBLE] = Action.TROUBLE
    sentence: str


class Escalated(Frozen):
    """What has kept a lease from being given back for so long that people must know."""

    action: Literal[Action.ESCALATE] = Action.ESCALATE
    sentence: str


class Extended(Frozen):
    """The lease ends at `until` instead, by the request that asked for it."""

    action: Literal[Action.EXTEND] = Action.EXTEND
    until: AwareDatetime
    by_request: int


class Announced(Frozen):
    action: Literal[Action.ANNOUNCE] = Action.ANNOUNCE


class Returning(Frozen):
    """The request that gives the leased size back."""

    action: Literal[Action.RETURN] = Action.RETURN
    by_request: int


class Closed(Frozen):
    action: Literal[Action.CLOSE] = Action.CLOSE
    outcome: str


class Refused(Frozen):
    action: Literal[Action.REFUSE] = Action.REFUSE
    attempt: str
    because: str


Body: TypeAlias = Annotated[
    Submitted
    | Voted
    | Consented
    | Approved
    | Objected
    | Denied
    | Amended
    | Reminded
    | Expired
    | Cancelled
    | BrokenGlass
    | Reviewed
    | Held
    | Outdated
    | Rehearsed
    | Started
    | Reclaimed
    | Sent
    | Progressed
    | Stepped
    | Resumed
    | Paused
    | Confirmed
    | Succeeded
    | Failed
    | Troubled
    | Escalated
    | Extended
    | Announced
    | Returning
    | Closed
    | Watched
    | Refused,
    Field(discriminator="action"),
]


class Event(Frozen):
    """One thing that happened to a request; `seq` counts over everything that ever happened.

    `delivery` names the click or command it came by, so that a second copy of that does nothing.
    """

    seq: int
    request_id: int
    at: AwareDatetime
    actor: str
    delivery: str | None = None
    body: Body


class NoteKind(StrEnum):
    """What happens to the bot as a whole."""

    FREEZE = "freeze"
    UNFREEZE = "unfreeze"
    POLICY = "policy"
    REFUSE = "refuse"
    SCHEDULE = "schedule"


class Stopped(Frozen):
    """Nothing is begun any more, on any cluster, until somebody lets it go on."""

    action: Literal[NoteKind.FREEZE] = NoteKind.FREEZE
    because: str = ""


class LetGo(Frozen):
    action: Literal[NoteKind.UNFREEZE] = NoteKind.UNFREEZE
    because: str = ""


class PolicyRead(Frozen):
    """From now on requests are judged by this policy; `digest` names its content."""

    action: Literal[NoteKind.POLICY] = NoteKind.POLICY
    digest: str
    rules: tuple[str, ...]


class AskRefused(Frozen):
    """Somebody asked what they may not, so that no request came of it; or tried to freeze or unfreeze."""

    action: Literal[NoteKind.REFUSE] = NoteKind.REFUSE
    attempt: str
    because: str


class Rescheduled(Frozen):
    """Somebody has had a digest come round, or has changed when it does; `change` is the verb they used."""

    action: Literal[NoteKind.SCHEDULE] = NoteKind.SCHEDULE
    schedule: int
    change: str
    channel: str
    when: str
    scope: str


Note: TypeAlias = Annotated[Stopped | LetGo | PolicyRead | AskRefused | Rescheduled, Field(discriminator="action")]


class Freeze(Frozen):
    """Everything is stopped: by whom, since when and why."""

    by: str
    since: AwareDatetime
    because: str


LEASE_ANNOUNCED = timedelta(minutes=30)
"""How long before its end a lease is announced; a short one, when half of it has passed."""

TROUBLE_ESCALATES = timedelta(minutes=15)
"""How long a return may be held up before people are told."""

ESCALATES_AGAIN = timedelta(hours=1)
"""How often they are told again; not before its end if a freeze window is what holds it up."""

PAUSE_REMINDED = timedelta(hours=4)
"""How long a request may wait for a person between two steps before it is reminded of."""

PAUSE_REMINDED_AGAIN = timedelta(hours=24)

REVIEW_REMINDED = timedelta(hours=24)
"""How often people are reminded of a review that is overdue."""
