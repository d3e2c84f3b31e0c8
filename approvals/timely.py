"""What time alone does to a request: it is reminded of, it expires, its lease is announced, its review is asked for."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from approvals.claims import Claim
from approvals.events import (
    ESCALATES_AGAIN,
    PAUSE_REMINDED,
    PAUSE_REMINDED_AGAIN,
    REVIEW_REMINDED,
    TROUBLE_ESCALATES,
    Announced,
    Body,
    Escalated,
    Expired,
    Reminded,
)
from approvals.request import Glass, Request
from approvals.states import State


def due(request: Request) -> datetime | None:
    """When the next of these happens, as far as is known now."""
    return min((at for at, _ in _ahead(request, request.changed_at)), default=None)


def timely(request: Request, at: datetime) -> Body | None:
    """What has come due by then, the earliest first; asked again until it is nothing."""
    ripe = [(when, body) for when, body in _ahead(request, at) if when <= at]
    return min(ripe, key=lambda each: each[0])[1] if ripe else None


def _ahead(request: Request, at: datetime) -> Iterator[tuple[datetime, Body]]:
    """What is still to come at that moment, and when.

    What nobody was there to say in time is said once, late, and not at all where it would no longer be true.
    """
    lease, glass = request.lease, request.glass
    if request.state is State.PENDING:
        yield request.expires_at, Expired()
        if at < request.expires_at:
            yield from _reminder(request, at)
    if request.state is State.APPROVED and request.begin_by:
        yield request.begin_by, Expired()
    if request.state is State.APPLYING and request.claim and request.claim.asked_at:
        yield _pause(request.claim, request.claim.asked_at, at)
    if glass and glass.owed:
        yield _review(glass, at)
    if lease and lease.open and not lease.announced and at < lease.ends_at:
        yield lease.announce_at, Announced()
    if request.trouble_since and _must_return(request):
        yield _escalates(request, request.trouble_since), Escalated(sentence=request.waits_because)


def _reminder(request: Request, at: datetime) -> Iterator[tuple[datetime, Body]]:
    since = request.amended_at or request.asked_at
    moments = [since + each for each in request.rule.reminders]
    if request.reminded < len(moments):
        passed = sum(each <= at for each in moments)
        yield moments[request.reminded], Reminded(what="approval", number=max(passed, request.reminded + 1))


def _pause(claim: Claim, since: datetime, at: datetime) -> tuple[datetime, Body]:
    passed = (at - since - PAUSE_REMINDED) // PAUSE_REMINDED_AGAIN + 1
    number = max(passed, claim.reminded + 1)
    return since + PAUSE_REMINDED + claim.reminded * PAUSE_REMINDED_AGAIN, Reminded(what="pause", number=number)


def _review(glass: Glass, at: datetime) -> tuple[datetime, Body]:
    passed = (at - glass.review_by) // REVIEW_REMINDED + 1
    number = max(passed, glass.reminded + 1)
    return glass.review_by + glass.reminded * REVIEW_REMINDED, Reminded(what="review", number=number)


def _escalates(request: Request, since: datetime) -> datetime:
    """Again and again, but while a freeze window holds it up, once is enough: it says when that ends."""
    if request.escalated_at is None:
        return since + TROUBLE_ESCALATES
    again = request.escalated_at + ESCALATES_AGAIN
    until = request.held.until if request.held else None
    return max(again, until + TROUBLE_ESCALATES) if until else again


def _must_return(request: Request) -> bool:
    """Whether a leased size waits to be given back; other requests may wait without anybody being called."""
    if request.state in {State.APPROVED, State.APPLYING}:
        return request.returns is not None
    return request.state is State.APPLIED and request.lease is not None and request.lease.open


def begin_by(request: Request, at: datetime) -> datetime:
    """Until when a request agreed at that moment may be begun."""
    start: datetime = max(at, request.start_at) if request.start_at else at
    within: timedelta = request.rule.begin_within
    return start.astimezone(UTC) + within
