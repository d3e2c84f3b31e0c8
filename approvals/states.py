"""The one table of a request's states and what may happen in each."""

from __future__ import annotations

from enum import StrEnum

from dac.errors import Conflict


class State(StrEnum):
    PENDING = "pending"  # waiting for people
    APPROVED = "approved"  # agreed, not yet begun
    APPLYING = "applying"  # claimed: Oracle has been or is being asked
    APPLIED = "applied"  # Oracle says it is done
    FAILED = "failed"  # Oracle or the world said no
    DENIED = "denied"  # a person said no
    EXPIRED = "expired"  # nobody said enough in time
    CANCELLED = "cancelled"  # withdrawn
    STALE = "stale"  # the world changed under the approval


class Action(StrEnum):
    """What happens to a request; each is one event of its history."""

    SUBMIT = "submit"
    VOTE = "vote"  # an approval that does not yet suffice
    CONSENT = "consent"  # the requester agrees to what an approver made of it
    APPROVE = "approve"  # the approval, or the consent, that suffices
    OBJECT = "object"  # a denial that does not yet end it
    DENY = "deny"  # the denial that does
    AMEND = "amend"  # another size is proposed; everybody agrees anew
    REMIND = "remind"
    EXPIRE = "expire"
    CANCEL = "cancel"
    BREAK_GLASS = "break-glass"  # an emergency: done now, reviewed afterwards
    REVIEW = "review"  # what an approver says of it afterwards
    HOLD = "hold"  # agreed, and something keeps it from being begun
    OUTDATE = "outdate"
    REHEARSE = "rehearse"  # a dry run ends here, with nothing asked of Oracle
    START = "start"  # the claim, before Oracle is called
    RECLAIM = "reclaim"  # another process takes over a claim whose holder is gone
    SEND = "send"  # Oracle has taken the change on
    PROGRESS = "progress"
    STEP = "step"  # one of several steps is at its end
    RESUME = "resume"  # the claim of the next
    PAUSE = "pause"  # a person is asked before it goes on
    CONFIRM = "confirm"  # and lets it
    SUCCEED = "succeed"
    FAIL = "fail"
    TROUBLE = "trouble"  # something does not answer; tried again
    ESCALATE = "escalate"  # it has not answered for long: people are told
    EXTEND = "extend"  # the lease ends later
    ANNOUNCE = "announce"  # the lease ends soon
    RETURN = "return"  # the lease has ended: a request of its own undoes the change
    CLOSE = "close"  # nothing is left to undo
    WATCH = "watch"  # what has become of the cluster that a fine-tune leaves
    REFUSE = "refuse"  # somebody tried what they may not


_FORWARD: dict[tuple[State, Action], State] = {
    (State.PENDING, Action.APPROVE): State.APPROVED,
    (State.PENDING, Action.BREAK_GLASS): State.APPROVED,
    (State.PENDING, Action.DENY): State.DENIED,
    (State.PENDING, Action.EXPIRE): State.EXPIRED,
    (State.PENDING, Action.CANCEL): State.CANCELLED,
    (State.APPROVED, Action.EXPIRE): State.EXPIRED,
    (State.APPROVED, Action.CANCEL): State.CANCELLED,
    (State.APPROVED, Action.OUTDATE): State.STALE,
    (State.APPROVED, Action.REHEARSE): State.CANCELLED,
    (State.APPROVED, Action.START): State.APPLYING,
    (State.APPLYING, Action.SUCCEED): State.APPLIED,
    (State.APPLYING, Action.FAIL): State.FAILED,
    # Between two steps, or where a person is asked: the checks see to it that Oracle is not at work.
    (State.APPLYING, Action.CANCEL): State.CANCELLED,
}

_WITHIN: dict[State, frozenset[Action]] = {
    State.PENDING: frozenset({Action.VOTE, Action.CONSENT, Action.OBJECT, Action.AMEND, Action.REMIND}),
    State.APPROVED: frozenset(
        {
            # What is agreed may wait for the end of a freeze window, which an emergency does not.
            Action.BREAK_GLASS,
            Action.HOLD,
            Action.TROUBLE,
            Action.ESCALATE,
            Action.REVIEW,
            Action.REMIND,
        }
    ),
    State.APPLYING: frozenset(
        {
            Action.RECLAIM,
            Action.SEND,
            Action.PROGRESS,
            Action.STEP,
            Action.RESUME,
            Action.PAUSE,
            Action.CONFIRM,
            Action.HOLD,
            Action.TROUBLE,
            Action.ESCALATE,
            Action.REVIEW,
            Action.REMIND,
        }
    ),
    State.APPLIED: frozenset(
        {
            Action.EXTEND,
            Action.ANNOUNCE,
            Action.RETURN,
            Action.CLOSE,
            Action.TROUBLE,
            Action.ESCALATE,
            Action.REVIEW,
            Action.REMIND,
            Action.WATCH,
        }
    ),
    # A broken glass is reviewed however the change has ended, and what it has made by then goes on costing.
    State.FAILED: frozenset({Action.REVIEW, Action.REMIND, Action.WATCH}),
    State.STALE: frozenset({Action.REVIEW, Action.REMIND}),
    State.EXPIRED: frozenset({Action.REVIEW, Action.REMIND}),
    State.CANCELLED: frozenset({Action.REVIEW, Action.REMIND, Action.WATCH}),
    State.DENIED: frozenset(),
}

TRANSITIONS: dict[tuple[State, Action], State] = (
    _FORWARD
    | {(state, action): state for state, actions in _WITHIN.items() for action in actions}
    | {(state, Action.REFUSE): state for state in State}
)

FINAL = frozenset(State) - {state for state, _ in _FORWARD}
"""States nothing leads out of."""

DECIDED = frozenset(State) - {State.PENDING}
"""People, or time, have had their say."""

SAID: dict[State, str] = {
    State.PENDING: "is waiting for approval",
    State.APPROVED: "is approved and about to be carried out",
    State.APPLYING: "is being carried out",
    State.APPLIED: "has been carried out",
    State.FAILED: "has failed",
    State.DENIED: "was denied",
    State.EXPIRED: "expired",
    State.CANCELLED: "was cancelled",
    State.STALE: "went stale: the cluster changed after it was asked",
}
"""How a sentence about a request goes on after "Request 12"."""


def after(state: State, action: Action) -> State:
    """The state an action leads to; raises `Conflict` where the table has no such pair."""
    if (state, action) not in TRANSITIONS:
        raise Conflict(f"that request {SAID[state]}; it is too late to {action} it.")
    return TRANSITIONS[state, action]
