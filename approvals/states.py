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
    APPROVE = "approve"  # the approval that suffices
    DENY = "deny"
    EXPIRE = "expire"
    CANCEL = "cancel"
    OUTDATE = "outdate"
    START = "start"  # the claim, before Oracle is called
    RECLAIM = "reclaim"  # another process takes over a claim whose holder is gone
    SEND = "send"  # Oracle has taken the change on
    PROGRESS = "progress"
    SUCCEED = "succeed"
    FAIL = "fail"
    TROUBLE = "trouble"  # something does not answer; tried again
    REFUSE = "refuse"  # somebody tried what they may not


TRANSITIONS: dict[tuple[State, Action], State] = {
    (State.PENDING, Action.VOTE): State.PENDING,
    (State.PENDING, Action.APPROVE): State.APPROVED,
    (State.PENDING, Action.DENY): State.DENIED,
    (State.PENDING, Action.EXPIRE): State.EXPIRED,
    (State.PENDING, Action.CANCEL): State.CANCELLED,
    (State.APPROVED, Action.EXPIRE): State.EXPIRED,
    (State.APPROVED, Action.CANCEL): State.CANCELLED,
    (State.APPROVED, Action.OUTDATE): State.STALE,
    (State.APPROVED, Action.TROUBLE): State.APPROVED,
    (State.APPROVED, Action.START): State.APPLYING,
    (State.APPLYING, Action.RECLAIM): State.APPLYING,
    (State.APPLYING, Action.SEND): State.APPLYING,
    (State.APPLYING, Action.PROGRESS): State.APPLYING,
    (State.APPLYING, Action.TROUBLE): State.APPLYING,
    (State.APPLYING, Action.SUCCEED): State.APPLIED,
    (State.APPLYING, Action.FAIL): State.FAILED,
} | {(state, Action.REFUSE): state for state in State}

FINAL = frozenset(State) - {state for state, action in TRANSITIONS if action is not Action.REFUSE}
"""States nothing leads out of."""

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
