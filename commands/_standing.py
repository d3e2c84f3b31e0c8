"""How a request stands, in sentences for everybody: who has agreed, who still must, what holds it up, how it ended."""

from __future__ import annotations

import re

from approvals.events import BOT, Held, Hold
from approvals.request import Glass, Request
from approvals.states import State
from commands._blocks import clip, date, escape, people, quote
from commands._waits import one_of
from commands._words import bar
from dac.plans import Plan

QUOTED = 600
"""Characters of people's words on the card; the whole of them stands in the thread."""

REHEARSAL = "This was a dry run: it would be done now as approved, and Oracle was asked for nothing."

OCID = re.compile(r"\bocid1\.[\w.-]{24,}([\w-]{6})\b")

NOTHING = "Nothing was changed."

SENTENCE = 1000
"""Characters of what Oracle said."""


def standing(request: Request) -> str:
    """Who has agreed and who still must, until when; or how it ended."""
    return "\n".join(filter(None, [*_standing(request), *_lease(request), *_trouble(request)]))


def _standing(request: Request) -> list[str]:
    match request.state:
        case State.PENDING:
            return [*_undecided(request), f"Expires {date(request.expires_at)}"]
        case State.APPROVED:
            return [agreed(request), *_begins(request)]
        case State.APPLYING:
            return [agreed(request), *_under_way(request), *_holds(request)]
        case State.DENIED:
            said = f"Denied by {people([each.voter for each in request.objections], 'and')}{_ended(request)}"
            return [f"{said}:", quote(request.outcome, QUOTED)]
        case State.EXPIRED:
            why = expired(request)
            return [f"{agreed(request)}. {why[:1].upper()}{why[1:]}; it expired{_ended(request)}. Nothing was changed."]
        case State.CANCELLED if request.ended_by == BOT:
            return [f"{agreed(request)}. {REHEARSAL}"]
        case State.CANCELLED:
            return [f"Cancelled by <@{request.ended_by}>{_ended(request)}. {_left(request)}"]
        case State.STALE:
            return [
                f"{agreed(request)}. Nothing was changed, because since it was asked:",
                quote(request.outcome, SENTENCE),
            ]
        case State.APPLIED | State.FAILED:
            how = "Done" if request.state is State.APPLIED else "Failed"
            return [agreed(request), quote(_shortened(request.outcome), SENTENCE), f"{how}{_ended(request)}"]


def _under_way(request: Request) -> list[str]:
    """How far it is; or what a person is asked before it goes on."""
    claim, steps = request.claim, len(request.plan.doing)
    if claim is None or steps == 1:
        return [bar(claim.percent if claim else 0)]
    place = f"Step {len(claim.done) + 1} of {steps}: {escape(request.step.words)}"
    if claim.question:
        who = "One of its approvers, or the person who asked, confirms that it goes on, or stops it"
        return [f"✋ {place}", quote(_shortened(claim.question), SENTENCE), who]
    return [place, bar(claim.percent)]


def _left(request: Request) -> str:
    """What it had done by then, where it was stopped on its way."""
    return f"It was stopped on its way:\n{quote(_shortened(request.outcome), SENTENCE)}" if request.claim else NOTHING


def agreed(request: Request) -> str:
    """How many of the approvals are there and whose."""
    if request.returns is not None:
        return f"Agreed to with the lease of request {request.returns}"
    count = request.tally
    apart = " from different groups" if request.rule.different_groups else ""
    said = f"*{count.counted} of {count.needed}* {'approval' if count.needed == 1 else 'approvals'}{apart}"
    if request.glass and not count.enough:
        said += " when the glass was broken"
    return f"{said}: {people(request.voters, 'and')}" if request.voters else said


def consent(request: Request) -> str:
    """What the person who asked has to agree to."""
    return f"<@{request.requester}> must agree to {size(request.plan)}, proposed by <@{request.amended_by}>"


def size(plan: Plan) -> str:
    return plan.goal


def held(by: Held, cluster: str) -> str:
    """What keeps it from being begun."""
    match by.why:
        case Hold.FREEZE:
            because = f": {clip(escape(by.because), 300)}" if by.because else ""
            return f"🧊 Frozen by <@{by.by}>{because}. It waits for `/dac unfreeze`."
        case Hold.WINDOW:
            until = f" until {date(by.until)}" if by.until else ""
            return f"🧊 Freeze window{until}: {clip(escape(by.because), 300)}. It waits for its end."
        case Hold.BUSY:
            return f"⏳ Waits for request {by.request_id}, which holds {clip(escape(cluster), 80)}."
        case Hold.DRY_RUN:
            return "🧪 The bot runs dry (`DAC_DRY_RUN`) and changes nothing. It waits for that to end."


def expired(request: Request) -> str:
    """What had not come in time; a time-out is nobody's no."""
    if request.begin_by is not None:
        return "it could not be begun in time"
    return "nobody decided in time" if request.missing else f"<@{request.requester}> had not agreed in time"


def broken(glass: Glass) -> str:
    """The emergency, for as long as the request is shown."""
    said = [f"🚨 *Break-glass* by <@{glass.by}>, {date(glass.at)}:", quote(glass.because, QUOTED)]
    if glass.owed:
        who = people(glass.reviewers) or "one of its approvers"
        said.append(f"Review owed by {date(glass.review_by)}, from {who}")
    else:
        found = "justified" if glass.justified else "*not* justified"
        said += [f"Reviewed by <@{glass.reviewed_by}>, {found}:", quote(glass.comment, QUOTED)]
    return "\n".join(said)


def returning(request: Request) -> int | None:
    """The request that is giving the leased size back."""
    return request.lease.returning if request.lease and request.lease.open else None


def _undecided(request: Request) -> list[str]:
    count, rule, said = request.tally, request.rule, []
    waits = count.counted < count.needed
    left = people(request.can_still_approve) or "somebody the policy has named since"
    said.append(f"{agreed(request)} · waiting for {left}" if waits else agreed(request))
    if rule.must_include and not count.obligatory:
        who = one_of(rule.must_include)
        said.append(f"{who[:1].upper()}{who[1:]} must be among them")
    if rule.comment_required and request.missing:
        said.append("An approval wants a comment")
    if not request.consented:
        said.append(consent(request))
    if request.objections:
        against = people([each.voter for each in request.objections], "and")
        said.append(f"*{len(request.objections)} of {rule.denials}* denials: {against}")
    return said


def _begins(request: Request) -> list[str]:
    said = [f"Begins {date(request.start_at)}"] if request.start_at else []
    said += _holds(request)
    if request.begin_by and (said or request.trouble):
        said.append(f"If it cannot be begun by {date(request.begin_by)}, it expires")
    return said


def _holds(request: Request) -> list[str]:
    by = request.held
    overridden = by is not None and by.why is Hold.WINDOW and request.glass is not None
    return [held(by, request.plan.subject.name)] if by and not overridden else []


def _lease(request: Request) -> list[str]:
    lease = request.lease
    if lease is None:
        return []
    if not lease.open:
        return ["🔁 The lease is over:", quote(lease.outcome, SENTENCE)]
    extended = f", extended by request {lease.extended_by[-1]}" if lease.extended_by else ""
    back = returning(request)
    if back is not None:
        return [f"🔁 The lease ended {date(lease.ends_at)}{extended}: request {back} gives it back"]
    return [f"🔁 Leased until *{date(lease.ends_at)}*{extended}, then given back by itself"]


def _trouble(request: Request) -> list[str]:
    return [f"⚠️ {clip(escape(request.trouble), SENTENCE)} It is tried again by itself."] if request.trouble else []


def _shortened(words: str) -> str:
    """What Oracle's identifiers end with tells them apart; the whole of them stands in the thread."""
    return OCID.sub(r"…\1", words)


def _ended(request: Request) -> str:
    return f" {date(request.ended_at)}" if request.ended_at else ""
