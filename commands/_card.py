"""What Slack shows of a request: a card in the channel, and in its thread the detail, the decisions, the progress."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from approvals.request import (
    Approved,
    Cancelled,
    Denied,
    Event,
    Expired,
    Failed,
    Outdated,
    Request,
    Succeeded,
    Troubled,
    Voted,
)
from approvals.states import State
from commands._blocks import (
    Block,
    actions,
    button,
    clip,
    confirm,
    context,
    date,
    escape,
    fields,
    named,
    people,
    quote,
    quotes,
    section,
)
from commands._words import age, amount, bar, linked, signed, sources
from dac.cluster import Headroom
from dac.figures import Price, Unknown
from dac.plans import cost_change, units

BADGE: dict[State, str] = {
    State.PENDING: "🟡 Waiting for approval",
    State.APPROVED: "🔵 Approved, about to begin",
    State.APPLYING: "🔵 Being carried out",
    State.APPLIED: "🟢 Done",
    State.FAILED: "🔴 Failed",
    State.DENIED: "⛔ Denied",
    State.EXPIRED: "⚪ Expired",
    State.CANCELLED: "⚪ Cancelled",
    State.STALE: "🟠 Stale: the world has changed",
}

REASON_SHOWN = 600
"""Characters of the reason on the card; the whole of it stands in the thread."""

SECTIONS = 3
"""Full sections of text in one message, well below what Slack refuses."""

DIGEST = 12
"""Characters of the plan's digest that a button carries: enough that no other plan has them."""


@dataclass(frozen=True)
class Message:
    """One message as it should look; `text` is what a notification and a screen reader get."""

    text: str
    blocks: tuple[Block, ...]


def card(request: Request) -> Message:
    """The one message in the channel, drawn from the request alone, never read back."""
    plan = request.plan
    blocks: list[Block] = [
        section(f"*{_title(request)}*\n{BADGE[request.state]} · request *{request.id}*"),
        section(f"<@{request.requester}> asks:\n{quote(request.reason or 'No reason given.', REASON_SHOWN)}"),
        fields(
            [
                ("Units", f"{plan.from_units} → *{plan.to_units}* × {named(plan.cluster.unit_shape)}"),
                ("List cost a month", _cost(request)),
                ("Cluster", f"{named(plan.cluster.name)}\n{plan.cluster.region}"),
                ("Service limit", _headroom(plan.headroom)),
            ]
        ),
        context(_where_from(request)),
        section(_standing(request)),
    ]
    text = f"{_title(request)}: {BADGE[request.state]} (request {request.id})"
    return Message(text=text, blocks=(*blocks, *_row(request)))


def thread(request: Request, events: Sequence[Event]) -> dict[str, Message]:
    """The messages of the thread by the name each keeps; one that is there already is brought up to date."""
    told: dict[str, Message] = {"detail": _detail(request)} | _long_reason(request)
    for event in events:
        said = _said(request, event)
        if said:
            told[f"event:{event.seq}"] = Message(text=clip(said, 3000), blocks=(section(said),))
    if request.claim:
        told["progress"] = _progress(request)
    return told


def command_line(request: Request) -> str:
    """What to type to ask for the same again."""
    reason = " ".join(request.reason.split())
    # The OCID: a name may meet a namesake, or hold what a command line would take apart.
    line = f"scale {request.plan.cluster.id} {request.plan.to_units}"
    return clip(line + (f" because {reason}" if reason else ""), 1900)


def _cost(request: Request) -> str:
    plan, change = request.plan, cost_change(request.plan)
    both = f"{amount(plan.cost_before)} → *{amount(plan.cost_after)}*"
    return f"{both}\n{signed(change)} a month" if isinstance(change, Price) else both


def _where_from(request: Request) -> str:
    """The list the price was read from, and the least that is billed; the whole sum stands in the thread."""
    plan = request.plan
    costs = (plan.cost_before, plan.cost_after)
    lists = dict.fromkeys(linked(cost.sources[0]) for cost in costs if isinstance(cost, Price))
    said = [f"At list price, not your contract's: {' · '.join(lists)}. The sum is in the thread."] if lists else []
    said += dict.fromkeys(_not_known(cost) for cost in costs if isinstance(cost, Unknown))
    if plan.commitment:
        said.append(f"{plan.commitment.text} {'; '.join(map(linked, plan.commitment.sources))}.")
    return clip("\n".join(said), 2000)


def _title(request: Request) -> str:
    return escape(request.plan.summary)


def _not_known(cost: Unknown) -> str:
    """Ends without a full stop, which would stick to the address it names."""
    return f"{cost.what[:1].upper()}{escape(cost.what[1:])} is not known: {escape(cost.settle)}"


def _headroom(headroom: Headroom | Unknown) -> str:
    if isinstance(headroom, Unknown):
        return f"unknown: {escape(headroom.settle)}"
    return f"{headroom.available} free of {headroom.available + headroom.used}\nread {date(headroom.read_at)}"


def _standing(request: Request) -> str:
    """Who has agreed, who still can, until when; or how it ended."""
    given = len(set(request.voters))
    agreed = f"*{given} of {request.rule.approvals}* approvals"
    if request.voters:
        agreed += f": {people(request.voters, 'and')}"
    match request.state:
        case State.PENDING:
            return f"{agreed} · waiting for {people(request.can_still_approve)}\nExpires {date(request.expires_at)}"
        case State.APPROVED:
            return f"{agreed}{_trouble(request)}"
        case State.APPLYING:
            percent = request.claim.percent if request.claim else 0
            return f"{agreed}\n{bar(percent)}{_trouble(request)}"
        case State.DENIED:
            return f"Denied by <@{request.ended_by}> {date(request.changed_at)}:\n{quote(request.outcome)}"
        case State.EXPIRED:
            why = "It could not be carried out in time" if not request.missing else "Nobody decided in time"
            return f"{agreed}. {why}; it expired {date(request.expires_at)}. Nothing was changed."
        case State.CANCELLED:
            return f"Cancelled by <@{request.ended_by}> {date(request.changed_at)}. Nothing was changed."
        case State.STALE:
            return f"{agreed}. Nothing was changed, because since it was asked:\n{quote(request.outcome)}"
        case State.APPLIED | State.FAILED:
            return f"{agreed}\n{quote(request.outcome)}\n{date(request.changed_at)}"


def _trouble(request: Request) -> str:
    return f"\n⚠️ {escape(request.trouble)} It is tried again." if request.trouble else ""


def _row(request: Request) -> list[Block]:
    plan = request.plan
    if request.state is State.PENDING:
        change = cost_change(plan)
        money = f"{signed(change)} a month at list price" if isinstance(change, Price) else "cost unknown"
        where = f"{named(plan.cluster.name)} in {plan.cluster.region}"
        sure = confirm(
            f"Approve request {request.id}?",
            f"From {plan.from_units} to {units(plan.to_units)}, {money}: {where}.",
            f"Approve {units(plan.to_units)}",
        )
        digest = request.digest[:DIGEST]
        return [
            actions(
                button("Approve", f"approve {request.id} --plan {digest}", style="primary", confirm=sure),
                button("Deny …", f"deny {request.id}", style="danger"),
            )
        ]
    if request.state in {State.STALE, State.EXPIRED, State.FAILED}:
        return [actions(button("Ask anew", command_line(request)))]
    return []


def _detail(request: Request) -> Message:
    plan = request.plan
    steps = "\n".join(f"{place}. {escape(step)}" for place, step in enumerate(plan.steps, 1))
    blocks = [
        section(f"*What will be done*\n{steps}"),
        *_reason(request),
        fields(
            [
                ("Asked", f"<@{request.requester}>\n{date(request.asked_at)}"),
                ("Cluster read", date(plan.planned_at)),
                ("Rule", f"{named(request.rule.name)}: {request.rule.approvals} of {people(request.eligible)}"),
                ("Cluster OCID", f"`{plan.cluster.id}`"),
            ]
        ),
        section(f"*Where the cost comes from*\n{_cost_detail(request)}"),
        context(
            "Decide with the buttons, or reply here mentioning me: “approve”, or “deny because …”. "
            "Just before it is carried out, the cluster is read again; if it has changed, nothing is done."
        ),
    ]
    return Message(text=f"Details of request {request.id}", blocks=tuple(blocks))


def _reason(request: Request) -> list[Block]:
    why = quotes(request.reason or "No reason given.")
    return [section("*Why*"), *why] if len(why) == 1 else [section("*Why*: in full below.")]


def _long_reason(request: Request) -> dict[str, Message]:
    """A reason too long to stand with the rest, whole, a message for every few thousand characters."""
    why = quotes(request.reason)
    parts = [why[at : at + SECTIONS] for at in range(0, len(why), SECTIONS)] if len(why) > 1 else []
    return {
        f"reason:{place}": Message(text=f"Why, part {place} of {len(parts)}", blocks=tuple(part))
        for place, part in enumerate(parts, 1)
    }


def _cost_detail(request: Request) -> str:
    plan = request.plan
    workings = plan.cost_working or ("", "")
    lines = []
    for cost, working in zip((plan.cost_before, plan.cost_after), workings, strict=True):
        if isinstance(cost, Unknown):
            lines.append(f"• {_not_known(cost)}")
        else:
            lines.append(f"• {amount(cost)} a {cost.per} = {escape(working)}")
    lines.append(f"List price, not your contract's: {sources([plan.cost_before, plan.cost_after])}")
    return clip("\n".join(dict.fromkeys(lines)), 2900)


def _progress(request: Request) -> Message:
    claim = request.claim
    assert claim  # noqa: S101 - asked for only where there is one
    work = f"\nWork request `{claim.work_request_id}`" if claim.work_request_id else ""
    match request.state:
        case State.APPLIED:
            text = bar(100)
        case State.FAILED:
            text = "Ended without success."
        case _ if claim.sent_at is None:
            text = f"Asking Oracle, since {date(claim.started_at)}"
        case _:
            text = f"{bar(claim.percent)}\nOracle has been at it since {date(claim.sent_at)}"
    return Message(text=f"Request {request.id}: progress", blocks=(section(text + work),))


def _said(request: Request, event: Event) -> str:
    """One line of the thread's history; what is shown elsewhere says nothing here."""
    who, at, body = f"<@{event.actor}>", date(event.at), event.body
    match body:
        case Voted() | Approved():
            return f"✅ {who} approved, {at}" + _because(body.comment)
        case Denied():
            return f"⛔ <@{request.requester}>, {who} denied this, {at}; nothing was changed{_because(body.because)}"
        case Cancelled():
            return f"{who} cancelled this, {at}{_because(body.because)}"
        case Expired():
            return f"<@{request.requester}>, this expired at {at} before it was carried out. Nothing was changed."
        case Outdated():
            changed = "\n".join(f"• {escape(each)}" for each in body.differences)
            costs = [request.plan.cost_before, request.plan.cost_after] if "cost" in changed else []
            listed = f"\nList price: {sources(costs)}" if costs else ""
            return f"🟠 <@{request.requester}>, this is stale and nothing was changed:\n{changed}{listed}"
        case Troubled():
            return f"⚠️ {escape(body.sentence)} It is tried again by itself."
        case Succeeded():
            took = age(event.at - request.claim.started_at) if request.claim else ""
            return f"🟢 <@{request.requester}>, done in {took}: {escape(body.outcome)}"
        case Failed():
            return f"🔴 <@{request.requester}>, this failed: {escape(body.because)}"
        case _:
            return ""


def _because(comment: str) -> str:
    return f":\n{quote(comment)}" if comment else ""
