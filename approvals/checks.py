"""Who may do what with a request now: each check says no in a sentence, to who clicks and to who asks why."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from approvals.events import Hold
from approvals.request import Request
from approvals.states import SAID, State
from dac.errors import Conflict, Denied, Invalid
from dac.extending import ExtendPlan
from dac.scaling import ScalePlan

RECENT = timedelta(minutes=1)
"""So fresh a proposal that a typed yes may have been meant for what stood there before."""

Check = Callable[[Request, str, datetime, bool], None]
"""Request, person, now, and whether that person is among those whom the rule names for it."""


def may_approve(request: Request, person: str, at: datetime, named: bool) -> None:  # noqa: FBT001 - as Check says
    _decides(request, person, at, "approve", named)
    if person in request.voters:
        raise Conflict(f"You have already approved request {request.id}.")


def may_deny(request: Request, person: str, at: datetime, named: bool) -> None:  # noqa: FBT001 - as Check says
    _decides(request, person, at, "deny", named)
    if person in {each.voter for each in request.objections}:
        raise Conflict(f"You have already denied request {request.id}.")


def may_amend(request: Request, person: str, at: datetime, named: bool) -> None:  # noqa: FBT001 - as Check says
    """The person who asked may ask for something else; an approver may propose it."""
    _open(request, at, "edit")
    if isinstance(request.plan, ExtendPlan):
        raise Invalid(f"Request {request.id} extends a lease and has no size to change; ask for another one.")
    if not isinstance(request.plan, ScalePlan):
        raise Invalid(f"Request {request.id} has no size to change: cancel it and ask for another one.")
    if person != request.requester:
        _named(request, named, "edit")


def may_agree(request: Request, person: str, at: datetime, named: bool) -> None:  # noqa: ARG001, FBT001 - as Check says
    _open(request, at, "agree to")
    if person != request.requester:
        raise Denied(f"Only the person who asked can agree to what was made of request {request.id}.")
    if request.consented:
        raise Conflict(f"Request {request.id} is as you asked for it; there is nothing to agree to.")


def may_cancel(request: Request, person: str, at: datetime, named: bool) -> None:  # noqa: ARG001, FBT001 - as Check says
    if request.returns is not None:
        raise Denied(
            f"Request {request.id} gives back what request {request.returns} leased, as was agreed, so nobody can "
            f"cancel it; to keep the size, extend that lease before this has begun."
        )
    if request.requester != person:
        raise Denied(f"Only the person who asked for it can cancel request {request.id}.")
    if request.state is State.APPLYING:
        _between_steps(request)
        return
    if request.state not in {State.PENDING, State.APPROVED}:
        raise Conflict(f"Request {request.id} {SAID[request.state]}; it is too late to cancel it.")
    ends = request.expires_at if request.state is State.PENDING else request.begin_by
    if ends and at >= ends:
        raise Conflict(f"Request {request.id} has expired; there is nothing to cancel.")


def may_confirm(request: Request, person: str, at: datetime, named: bool) -> None:  # noqa: ARG001, FBT001 - as Check says
    """Those who could approve it, and the person who asked: it is agreed to, and they know who must have switched."""
    _waits_for_a_person(request)
    if person != request.requester:
        _named(request, named, "confirm")


def may_stop(request: Request, person: str, at: datetime, named: bool) -> None:  # noqa: ARG001, FBT001 - as Check says
    _waits_for_a_person(request)
    if person != request.requester:
        _named(request, named, "stop")


def may_break_glass(request: Request, person: str, at: datetime, named: bool) -> None:  # noqa: FBT001 - as Check says
    """The person who asked may, if the rule names them: an emergency is what it is for.

    What is agreed already and waits for a freeze window to end can be an emergency as well.
    """
    if request.glass:
        raise Conflict(f"The glass is broken for request {request.id} already.")
    if not _waits_for_window(request):
        _open(request, at, "break the glass for")
    if request.rule.break_glass is None:
        raise Denied(f"The rule “{request.rule.name}” lets nobody break the glass.")
    if not named:
        raise Denied(
            f"You are not among those whom the rule “{request.rule.name}” lets break the glass for request "
            f"{request.id}."
        )
    if not reviewers(request, person):
        raise Denied(
            f"Nobody without a part in request {request.id} could review it afterwards, so its glass cannot be broken."
        )


def may_review(request: Request, person: str, at: datetime, named: bool) -> None:  # noqa: ARG001, FBT001 - as Check says
    glass = request.glass
    if glass is None:
        raise Conflict(f"Nobody broke the glass for request {request.id}; there is nothing to review.")
    if not glass.owed:
        raise Conflict(f"Request {request.id} has been reviewed already.")
    if person in _had_part(request, glass.by):
        raise Denied(f"You had a part in request {request.id}; someone else must review it.")
    _named(request, named, "review")


def reviewers(request: Request, breaker: str) -> tuple[str, ...]:
    """Who could review it if that person broke the glass: its approvers, but for those who had a part in it."""
    return tuple(each for each in request.eligible if each not in _had_part(request, breaker))


def must_be_meant(request: Request, digest: str | None) -> None:
    """`digest` is how the digest of the plan begins that was shown, where a button tells."""
    if digest is not None and not (digest and request.digest.startswith(digest)):
        raise Conflict(f"Request {request.id} is for another plan than the one shown; look at it again.")


def must_be_shown(request: Request, digest: str | None, at: datetime) -> None:
    """A yes is for the plan that was shown; what is typed does not tell, so a fresh proposal must be looked at."""
    must_be_meant(request, digest)
    if digest is None and request.amended_at and at < request.amended_at + RECENT:
        raise Conflict(
            f"Request {request.id} was changed a moment ago: {request.plan.summary}. Look at it, then decide again."
        )


def _decides(request: Request, person: str, at: datetime, attempt: str, named: bool) -> None:  # noqa: FBT001
    _open(request, at, attempt)
    if person == request.requester:
        raise Denied("You asked for this change; someone else must decide over it.")
    _named(request, named, attempt)


def _named(request: Request, named: bool, attempt: str) -> None:  # noqa: FBT001 - as Check says
    if not named:
        raise Denied(
            f"You are not among the approvers of the rule “{request.rule.name}”, so you cannot {attempt} "
            f"request {request.id}."
        )


def _had_part(request: Request, breaker: str) -> set[str]:
    """Who asked, who proposed what it is now, and who broke its glass."""
    return {breaker, request.requester, request.amended_by}


def _waits_for_window(request: Request) -> bool:
    held = request.held if request.state is State.APPROVED and request.returns is None else None
    return held is not None and held.why is Hold.WINDOW


def _waits_for_a_person(request: Request) -> None:
    if request.state is not State.APPLYING or request.claim is None or not request.claim.question:
        raise Conflict(f"Request {request.id} {SAID[request.state]}; it asks nobody to confirm anything now.")


def _between_steps(request: Request) -> None:
    """What Oracle works on cannot be called back."""
    claim, steps = request.claim, len(request.plan.doing)
    if steps == 1:
        raise Conflict(f"Request {request.id} {SAID[request.state]}; it is too late to cancel it.")
    if claim is not None and claim.busy:
        place = f"step {len(claim.done) + 1} of {steps}"
        raise Conflict(
            f"Oracle works on {place} of request {request.id}, and that cannot be stopped; cancel it between two steps."
        )


def _open(request: Request, at: datetime, attempt: str) -> None:
    if request.state is not State.PENDING:
        raise Conflict(f"Request {request.id} {SAID[request.state]}; it is too late to {attempt} it.")
    if at >= request.expires_at:
        raise Conflict(f"Request {request.id} has expired; ask again.")
