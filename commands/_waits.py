"""What a request waits for now, in sentences: people, a consent, a freeze, a moment, Oracle, the end of a lease."""

from __future__ import annotations

from datetime import datetime

from approvals.events import Held, Hold
from approvals.policy import People
from approvals.request import Request
from approvals.states import State
from approvals.windows import frozen_until
from commands._blocks import date, mentions, named, people, phrase

TURN = "its turn, which comes within seconds"


def waits(request: Request, now: datetime, *, stopped: bool = False) -> tuple[str, ...]:
    """What it waits for, a phrase each, what matters first; none for a request that is over and owes nothing.

    Where everything is `stopped`, its turn does not come within seconds; that it is so is told beside this.
    """
    match request.state:
        case State.PENDING:
            said = [*lacks(request), *_later(request, now)]
        case State.APPROVED:
            said = [*_trouble(request), *(_later(request, now) or ([] if stopped else [TURN]))]
        case State.APPLYING if request.claim and request.claim.question:
            who = people([request.requester, *(each for each in request.eligible if each != request.requester)])
            said = [f"the word of {who} that it may go on (`/dac confirm {request.id}`)"]
        case State.APPLYING:
            percent = f", {request.claim.percent} % done" if request.claim and request.claim.percent else ""
            said = [*_trouble(request), *_held(request), f"Oracle to carry it out{percent}"]
        case _:
            said = [*_lease(request), *_trouble(request)]
    return (*_review(request), *said)


def deadline(request: Request) -> str:
    """When it ends by itself, as a sentence; empty where it does not."""
    if request.state is State.PENDING:
        return f"Undecided, it expires {date(request.expires_at)}."
    if request.state is State.APPROVED and request.begin_by:
        return f"If it cannot be begun by {date(request.begin_by)}, it expires."
    return ""


def lacks(request: Request) -> list[str]:
    """What people have yet to say before it is approved."""
    said = []
    if not request.consented:
        said.append(f"<@{request.requester}> to agree to {request.plan.goal}, as <@{request.amended_by}> proposed")
    count, rule = request.tally, request.rule
    left = people(request.can_still_approve) or "somebody the policy has added since"
    if count.counted < count.needed:
        apart = " of different groups" if rule.different_groups else ""
        said.append(f"approval, {count.counted} of {count.needed}{apart} so far, by {left}")
    if not count.obligatory and rule.must_include:
        said.append(f"the approval of {one_of(rule.must_include)}")
    return said


def called(these: People, joined: str = "or") -> str:
    """People and groups as one phrase; in a private answer this calls nobody."""
    return phrase(mentions(sorted(these.users), sorted(these.groups)), joined, most=12)


def one_of(these: People) -> str:
    """Any of them; a single person is just named."""
    alone = len(these.users) == 1 and not these.groups
    return called(these) if alone else f"one of {called(these)}"


def _later(request: Request, now: datetime) -> list[str]:
    """What keeps it from being begun even once it is approved."""
    said = _held(request)
    if request.start_at and request.start_at > now:
        said.append(f"its start, {date(request.start_at)}")
    begins = max(request.start_at or now, now)
    covered = None if request.glass or request.held else frozen_until(request.rule.freeze, begins)
    if covered:
        window, until = covered
        said.append(f"the end of the freeze window “{named(window.reason, 200)}”, {date(until)}")
    return said


def _held(request: Request) -> list[str]:
    held = request.held
    return [_hold(held)] if held else []


def _hold(held: Held) -> str:
    match held.why:
        case Hold.FREEZE:
            because = f" ({named(held.because, 200)})" if held.because else ""
            return f"the freeze by <@{held.by}>{because} to be lifted with `/dac unfreeze`"
        case Hold.WINDOW:
            until = f", {date(held.until)}" if held.until else ""
            return f"the end of the freeze window “{named(held.because, 200)}”{until}"
        case Hold.BUSY:
            return f"request {held.request_id}, which is changing the same cluster, to end"
        case Hold.DRY_RUN:
            return "the end of the dry run in which the bot changes nothing"


def _trouble(request: Request) -> list[str]:
    if not request.trouble:
        return []
    since = f" since {date(request.trouble_since)}" if request.trouble_since else ""
    return [f"a trouble to pass{since}, tried again by itself: {named(request.trouble, 400)}"]


def _lease(request: Request) -> list[str]:
    lease = request.lease
    if lease is None or not lease.open:
        return []
    if lease.returning is not None:
        return [f"request {lease.returning}, which gives the leased size back, to end"]
    return [f"the end of its lease, {date(lease.ends_at)}, when the size is given back"]


def _review(request: Request) -> list[str]:
    glass = request.glass
    if glass is None or not glass.owed:
        return []
    who = people(glass.reviewers) or "one of its approvers"
    return [f"a review of the broken glass by {who}, due {date(glass.review_by)}"]
