"""Lines of a digest on requests: those that wait, leases that end, and emergencies with the reviews owed for them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from approvals.request import Request
from commands._digest_look import Look
from dac.digest import Kind, Line, Press
from dac.figures import Source, Trust
from dac.findings import Severity
from dac.naming import clip
from dac.scaling import ScalePlan

SOON = timedelta(days=7)
URGENT = timedelta(days=3)
WORDS = 120
"""Characters of what somebody said."""


def waiting(look: Look) -> Iterator[Line]:
    """The oldest first."""
    for each in look.services.requests.waiting():
        if look.covers(each.plan.subject):
            who = each.can_still_approve if each.missing else (each.requester,)
            yield _line(look, Kind.REQUEST, each, each.plan.summary, until=each.expires_at, who=who)


def reviews(look: Look) -> Iterator[Line]:
    for each in look.services.requests.review_owed():
        if each.glass and look.covers(each.plan.subject):
            said = f"{each.plan.summary}, done without approval: “{clip(each.glass.because, WORDS)}”"
            who, due = each.glass.reviewers, each.glass.review_by
            press = Press(label="Review …", line=f"review {each.id}")
            yield _line(look, Kind.REVIEW, each, said, until=due, who=who, presses=(press,))


def emergencies(look: Look, since: datetime) -> Iterator[Line]:
    """Those that have been reviewed; the others are told as reviews that are owed."""
    for each in look.services.requests.emergencies(since):
        glass = each.glass
        if glass and not glass.owed and glass.at <= look.at and look.covers(each.plan.subject):
            found = "justified" if glass.justified else "not justified"
            said = f"{each.plan.summary}, done without approval: “{clip(glass.because, WORDS)}”. Reviewed: {found}"
            yield _line(look, Kind.EMERGENCY, each, said, who=(glass.by,), severity=Severity.OK)


def leases(look: Look) -> Iterator[Line]:
    """Those that end within a week, the next first; one that ends within three days wants a word soon."""
    for each in look.services.requests.leased():
        lease, plan = each.lease, each.plan
        if not (lease and lease.open and lease.ends_at <= look.at + SOON and look.covers(plan.subject)):
            continue
        back = f", then {plan.from_units} again" if isinstance(plan, ScalePlan) else ""
        yield _line(
            look,
            Kind.LEASE,
            each,
            f"{plan.goal}{back}",
            until=lease.ends_at,
            severity=Severity.ATTENTION if lease.ends_at <= look.at + URGENT else Severity.OK,
            presses=(Press(label="Extend …", line=f"extend {each.id}"),),
        )


def record(at: datetime) -> Source:
    """Where all this is from."""
    return Source(title="The bot's own record of requests", as_of=at.date(), trust=Trust.TEAM)


def _line(
    look: Look,
    kind: Kind,
    request: Request,
    text: str,
    *,
    until: datetime | None = None,
    who: tuple[str, ...] = (),
    severity: Severity = Severity.ATTENTION,
    presses: tuple[Press, ...] | None = None,
) -> Line:
    details = Press(label="Details", line=f"request {request.id}")
    return Line(
        key=f"{kind}:{request.id}",
        kind=kind,
        name=request.plan.subject.name,
        text=text,
        severity=severity,
        until=until,
        who=who,
        request=request.id,
        link=look.services.link(request.id),
        presses=(details,) if presses is None else presses,
        sources=(record(look.at),),
    )
