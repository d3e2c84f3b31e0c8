"""A request's history as its thread tells it: what each event says, and whom it calls because they must act."""

from __future__ import annotations

from typing import assert_never

from approvals.events import (
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
    Expired,
    Extended,
    Failed,
    Held,
    Objected,
    Outdated,
    Progressed,
    Reclaimed,
    Refused,
    Rehearsed,
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
from approvals.request import Request
from approvals.states import Action, State
from approvals.step_events import Confirmed, Paused, Resumed, Stepped
from approvals.watch import Watched
from commands._blocks import clip, date, escape, mentions, named, phrase, quote
from commands._standing import REHEARSAL, consent, expired, held, size
from commands._sums import money, plan_costs, price_lists
from commands._waits import one_of
from commands._watched import watched
from commands._when import said as spoken
from commands._words import age, amount, cost_name, price_name, sources
from dac.plans import Plan
from dac.scaling import ScalePlan

SILENT = frozenset(
    {
        Action.SUBMIT,  # the card and the detail are what it says
        Action.START,  # these five move the message about the progress
        Action.RECLAIM,
        Action.SEND,
        Action.PROGRESS,
        Action.RESUME,
        Action.REFUSE,  # whoever tried was told alone; it is on record
    }
)
"""What happens without a line of its own."""

CALLED = 60
"""People called one by one; of a larger crowd the rule's user groups are called instead."""

WORDS = 2200
"""Characters of people's words in a line of history."""


def told(before: Request, after: Request, event: Event) -> str:  # noqa: C901, PLR0911, PLR0912 - one case per event
    """What the thread says of one event; empty for the silent ones. It depends on nothing that happens later.

    No line of it is longer than a section holds.
    """
    who, at, body = f"<@{event.actor}>", date(event.at), event.body
    match body:
        case Voted():
            return f"✅ {who} approved{_so_far(after)}, {at}{because(body.comment)}{_then_consent(after)}"
        case Approved():
            return _approved(after, event, body)
        case Consented():
            return f"🤝 {who} agrees to {size(after.plan)}{_so_far(after)}, {at}"
        case Objected():
            return _objected(before, after, event, body.because)
        case Denied():
            return f"⛔ <@{after.requester}>, {who} denied this, {at}; nothing was changed{because(body.because)}"
        case Amended():
            return _amended(before, after, event, body)
        case Reminded():
            return _reminded(after, body)
        case Expired():
            return f"⚪ <@{after.requester}>, this expired {at}: {expired(after)}. Nothing was changed."
        case Rehearsed():
            return f"🧪 <@{after.requester}>, {at}: {REHEARSAL}"
        case Cancelled():
            left = f"\n{_oracle(body.left)}" if body.left else ""
            return f"{who} cancelled this, {at}{because(body.because)}{left}"
        case BrokenGlass():
            return _broken(before, after, event, body)
        case Reviewed():
            found = "✅ justified" if body.justified else "❗ *not* justified"
            return f"🔎 {who} reviewed the broken glass, {at}: {found}{because(body.comment)}"
        case Held():
            return held(body, after.plan.subject.name)
        case Outdated():
            return _outdated(after, body)
        case Succeeded():
            return _succeeded(after, event, body)
        case Failed():
            return f"🔴 {_to(after)}this failed: {_oracle(body.because)}"
        case Troubled():
            return f"⚠️ {_oracle(body.sentence)} It is tried again by itself."
        case Escalated():
            return _escalated(before, body)
        case Announced():
            return _announced(after)
        case Extended():
            return f"🔁 The lease now ends {date(body.until)}, by request {body.by_request}."
        case Returning():
            return f"🔁 The lease has ended: request {body.by_request} gives back what was leased."
        case Closed():
            return f"🏁 The lease is over. {_oracle(body.outcome)}"
        case Watched():
            return watched(after, body)
        case Stepped():
            place = f"{len(after.claim.done) if after.claim else 0} of {len(after.plan.doing)}"
            return f"✔️ Step {place}: {_oracle(body.said)}"
        case Paused():
            return _paused(after, body)
        case Confirmed():
            return f"👍 {who} lets it go on, {at}{because(body.comment)}"
        case Submitted() | Started() | Reclaimed() | Resumed() | Sent() | Progressed() | Refused():
            return ""
        case _:  # pragma: no cover - mypy sees that nothing is left
            assert_never(body)


def because(comment: str) -> str:
    return f":\n{quote(comment, WORDS)}" if comment else ""


def _oracle(words: str) -> str:
    """What Oracle said, short enough that what follows it is seen."""
    return clip(escape(words), WORDS)


def _paused(after: Request, body: Paused) -> str:
    """Whoever can let it go on is called: nothing happens before somebody does."""
    who = phrase([*mentions([after.requester]), *everyone(after, but=after.requester)], "or", CALLED)
    return f"✋ {who}: {_oracle(body.question)}\n{_say(after)}"


def _say(after: Request) -> str:
    return f"Nothing goes on before one of you says `/dac confirm {after.id}`; `/dac stop {after.id}` ends it here."


def _to(after: Request) -> str:
    """The person who asked; of the end of a lease that goes as agreed, nobody is called."""
    return f"<@{after.requester}>, " if after.returns is None else ""


def _so_far(after: Request) -> str:
    count = after.tally
    return f" ({count.counted} of {count.needed})"


def _approved(after: Request, event: Event, body: Approved) -> str:
    who, at = f"<@{event.actor}>", date(event.at)
    begins = f"; it begins {date(after.start_at)}" if after.start_at and after.start_at > event.at else ""
    match body.by:
        case "lease":
            return (
                f"🔁 This gives back what request {after.returns} leased, as was agreed with it; nobody has to approve."
            )
        case "consent":
            return f"🤝 {who} agrees to {size(after.plan)}, {at}; with that it is approved{begins}"
        case "vote":
            enough = "; with that it is approved" if after.rule.approvals > 1 else ""
            return f"✅ {who} approved{_so_far(after)}, {at}{enough}{begins}{because(body.comment)}"


def _then_consent(after: Request) -> str:
    """The person who asked must act once everybody else has."""
    return f"\n{consent(after)}." if after.tally.enough and not after.consented else ""


def _objected(before: Request, after: Request, event: Event, why: str) -> str:
    needed = f"{len(after.objections)} of {after.rule.denials} denials needed"
    withdrawn = "; their approval no longer counts" if event.actor in before.voters else ""
    return f"✋ <@{event.actor}> denies this, {date(event.at)}: {needed}{withdrawn}{because(why)}"


def _amended(before: Request, after: Request, event: Event, body: Amended) -> str:
    """Old and new size and money, and everybody who has to agree to that anew."""
    proposes = "asks for something else" if after.consented else "proposes something else"
    approves = " and approves that" if body.agrees else ""
    lines = [f"✏️ <@{event.actor}> {proposes}{approves}, {date(event.at)}{because(body.because)}"]
    lines += [f"• *{what}*: {was} → *{now}*" for what, was, now in _differences(before.plan, after.plan)]
    if before.rule.digest != after.rule.digest:
        lines.append(f"• *Rule*: {named(before.rule.name)} → *{named(after.rule.name)}* as it is now, {_terms(after)}")
    lines.append(f"It now expires {date(after.expires_at)}.")
    void = [each for each in before.voters if each not in after.voters]
    if void:
        lines.append(f"Agreed before, to be asked anew: {phrase(mentions(void), 'and', CALLED)}.")
    if not after.consented:
        lines.append(f"{consent(after)}.")
    informed = _notified(before)
    told_too = [each for each in _notified(after) if each not in informed]
    if informed and told_too:
        # The message that informs people is there already, and bringing it up to date calls nobody.
        lines.append(f"For your information, {phrase(told_too, 'and', CALLED)}.")
    lists = price_lists(after.plan) or price_lists(before.plan)
    name = price_name(*plan_costs(before.plan), *plan_costs(after.plan))
    return "\n".join([*lines, *([f"{name}: {' · '.join(lists)}"] if lists else [])])


def _differences(before: Plan, after: Plan) -> list[tuple[str, str, str]]:
    """Each thing that a person decides over, as it was and as it is now."""
    pairs = [(_facts(before), _facts(after))]
    return [(what, was[what], now[what]) for was, now in pairs for what in now if was[what] != now[what]]


def _facts(plan: Plan) -> dict[str, str]:
    return {
        "Size": size(plan),
        f"Change of {cost_name(*plan_costs(plan)).lower()}": money(plan),
        f"{cost_name(*plan_costs(plan))} a month then": amount(plan.cost_after),
        "Begins": date(plan.begins) if plan.begins else "at once",
        "Lasts": spoken(plan.span) if plan.span else "for good",
    }


def _terms(request: Request) -> str:
    rule = request.rule
    return f"{rule.approvals} {'approval' if rule.approvals == 1 else 'approvals'} needed"


def _reminded(after: Request, body: Reminded) -> str:
    glass = after.glass
    if body.what == "review" and glass:
        who = phrase(mentions(glass.reviewers), "or", CALLED) or phrase(everyone(after), "or", CALLED)
        return (
            f"⏰ {who}: <@{glass.by}> broke the glass for request {after.id}, and your review of that was owed by "
            f"{date(glass.review_by)}."
        )
    if body.what == "pause" and after.claim and after.claim.asked_at:
        return (
            f"⏰ <@{after.requester}>: request {after.id} waits for a person since {date(after.claim.asked_at)}, and "
            f"until then the old and the new both cost. {_oracle(after.claim.question)}\n{_say(after)}"
        )
    count, lines = after.tally, []
    if count.counted < count.needed:
        left = phrase(mentions(after.can_still_approve), "or", CALLED) or phrase(everyone(after), "or", CALLED)
        lines.append(
            f"⏰ {left}: request {after.id} still waits for you, {count.counted} of {count.needed} approvals are there."
        )
    if after.rule.must_include and not count.obligatory:
        who = one_of(after.rule.must_include)
        lines.append(f"⏰ {who[:1].upper()}{who[1:]} must be among those who approve.")
    if not after.consented:
        lines.append(f"⏰ {consent(after)}.")
    return "\n".join([*lines, f"It expires {date(after.expires_at)}."])


def _broken(before: Request, after: Request, event: Event, body: BrokenGlass) -> str:
    called_up = phrase([*everyone(after, but=event.actor), *_notified(after)], "and", 2 * CALLED)
    count = before.tally
    without = f"approvals, {count.counted} of {count.needed} are there"
    if before.state is State.APPROVED:
        without = "the end of the freeze window"
    return (
        f"🚨 {called_up}: <@{event.actor}> broke the glass for request {after.id}, {date(event.at)}. It is carried out "
        f"without waiting for {without}{because(body.because)}\n"
        f"A review is owed by {date(body.review_by)}, by any approver but <@{event.actor}>."
    )


def _outdated(after: Request, body: Outdated) -> str:
    changed = clip("\n".join(f"• {escape(each)}" for each in body.differences), WORDS)
    costs = [after.plan.cost_before, after.plan.cost_after] if "cost" in changed else []
    listed = f"\n{price_name(*costs)}: {sources(costs)}" if costs else ""
    return f"🟠 {_to(after)}this is stale and nothing was changed:\n{changed}{listed}"


def _succeeded(after: Request, event: Event, body: Succeeded) -> str:
    took = f" in {age(event.at - after.claim.started_at)}" if after.claim else ""
    lease = f"\n🔁 Leased until {date(after.lease.ends_at)}, then given back by itself." if after.lease else ""
    return f"🟢 {_to(after)}done{took}: {_oracle(body.outcome)}{lease}"


def _escalated(before: Request, body: Escalated) -> str:
    """The lease's own request and the one that gives it back both come here."""
    leased = before.returns if before.returns is not None else before.id
    who = phrase([*mentions([before.requester]), *everyone(before, but=before.requester)], "and", CALLED)
    since = f" since {date(before.trouble_since)}" if before.trouble_since else ""
    return (
        f"🚨 {who}: what request {leased} leased should have been given back; that has been held up{since}.\n"
        f"{_oracle(body.sentence)}\n"
        f"It goes on being tried; until then {named(before.plan.subject.name)} keeps costing what it does."
    )


def _announced(after: Request) -> str:
    plan, lease = after.plan, after.lease
    assert isinstance(plan, ScalePlan)  # noqa: S101 - no other plan has a lease
    assert lease  # noqa: S101 - the table of states lets only a lease be announced
    return (
        f"⏳ <@{after.requester}>, the lease of {named(plan.cluster.name)} with {size(plan)} ends "
        f"{date(lease.ends_at)}; it is then set back to {plan.from_units} by itself. To keep it for longer, ask now."
    )


def everyone(request: Request, but: str = "") -> list[str]:
    """Every approver: one by one, or a crowd by its user groups."""
    named_ones = [each for each in request.eligible if each != but]
    if len(named_ones) <= CALLED:
        return mentions(named_ones)
    return mentions(sorted(request.rule.approvers.users - {but}), sorted(request.rule.approvers.groups))


def _notified(request: Request) -> list[str]:
    notify = request.rule.notify
    return mentions(sorted(notify.users), sorted(notify.groups))
