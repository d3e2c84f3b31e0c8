"""A request's thread: the detail, whoever is to be told, every decision as it was made, and the progress."""

from __future__ import annotations

from collections.abc import Sequence

from approvals.events import Amended, Announced, Event, Hold, Reminded
from approvals.request import Request, happened, submitted
from approvals.states import State
from approvals.step_events import Paused
from approvals.watch import Watched
from commands._blocks import (
    SECTION_TEXT,
    Block,
    actions,
    button,
    clip,
    context,
    date,
    escape,
    fields,
    mentions,
    named,
    phrase,
    quotes,
    section,
)
from commands._card import (
    Message,
    agree_button,
    break_glass_button,
    cancel_button,
    confirm_button,
    extend_button,
    forecast_sums,
    review_button,
    stop_button,
)
from commands._history import told
from commands._sums import not_known, ranged
from commands._ways import way_button
from commands._when import said as spoken
from commands._words import amount, bar, by_contract, caution, signed, sources
from dac.figures import Price, Unknown
from dac.plans import Plan
from dac.scaling import ScalePlan
from dac.steps import MovingLease, RemoveEndpoint

SECTIONS = 3
"""Full sections of text in one message, well below what Slack refuses."""

NOTIFIED = 100
"""People and groups that one message calls."""

DIGEST = 12
"""Characters of a rule's digest that are enough to tell it from every other."""


def thread(request: Request, events: Sequence[Event]) -> dict[str, Message]:
    """The messages of the thread by the name each keeps; one that is there already is brought up to date.

    `events` are all of the request's, from the first on: each is told as the request stood when it happened.
    """
    messages: dict[str, Message] = {"detail": _detail(request)} | _long_reason(request) | _notify(request)
    after = submitted(events[0])
    for event in events[1:]:
        before, after = after, happened(after, event)
        said = _sections(told(before, after, event))
        if said:
            blocks = (*map(section, said), *_next(request, after, event))
            messages[f"event:{event.seq}"] = Message(text=said[0], blocks=blocks)
    if request.claim and not isinstance(request.step, MovingLease):
        messages["progress"] = _progress(request)
    return messages


def _sections(text: str) -> list[str]:
    """The lines of a text over as many sections as it takes."""
    sections: list[str] = []
    for line in text.splitlines():
        if sections and len(sections[-1]) + len(line) < SECTION_TEXT:
            sections[-1] += f"\n{line}"
        else:
            sections.append(line)
    return sections


def _next(request: Request, then: Request, event: Event) -> list[Block]:
    """What to press below a line, for as long as that still does something."""
    lease, body = request.lease, event.body
    if isinstance(body, Amended) and not request.consented and request.digest == then.digest:
        return [actions(agree_button(request))] if request.state is State.PENDING else []
    if isinstance(body, Announced) and lease and lease.open and lease == then.lease:
        return [actions(extend_button(request))]
    if isinstance(body, Reminded) and body.what == "review" and request.glass and request.glass.owed:
        return [actions(review_button(request))]
    if isinstance(body, Paused) or (isinstance(body, Reminded) and body.what == "pause"):
        return _at_pause(request) if request.state is State.APPLYING and request.claim == then.claim else []
    if isinstance(body, Watched) and body.ways_on and request.watch and request.watch == then.watch:
        return [actions(*(way_button(each, request) for each in body.ways_on))]
    return []


def _at_pause(request: Request) -> list[Block]:
    """Whether clients have switched, the traffic of what is to be removed tells."""
    clusters = dict.fromkeys(each.on for each in request.remaining if isinstance(each, RemoveEndpoint))
    looks = [button("See the traffic", f"status {each}") for each in clusters]
    return [actions(confirm_button(request), stop_button(request), *looks)]


def _detail(request: Request) -> Message:
    plan, rule = request.plan, request.rule
    steps = "\n".join(f"{place}. {escape(step)}" for place, step in enumerate(plan.steps, 1))
    blocks = [
        section(f"*What will be done*\n{steps}"),
        *_reason(request),
        fields(
            [
                ("Asked", f"<@{request.requester}>\n{date(request.asked_at)}"),
                (f"{plan.subject.what} read", date(plan.planned_at)),
                ("Rule", f"{named(rule.name)} `{request.rule_digest[:DIGEST]}`\n{_wants(request)}"),
                (f"{plan.subject.what} OCID", f"`{named(plan.subject.id or 'none yet', 300)}`"),
            ]
        ),
        section(f"*Where the cost comes from*\n{_cost(plan)}"),
        *_how_to(request),
    ]
    return Message(text=f"Details of request {request.id}", blocks=tuple(blocks))


def _wants(request: Request) -> str:
    """What the rule asks for. The card names the people: here they would only be called a second time."""
    if request.returns is not None:
        return f"agreed to with request {request.returns}, nobody has to approve it again"
    rule, who = request.rule, len(request.eligible)
    approvals = f"{rule.approvals} of {who} {'person' if who == 1 else 'people'} must approve"
    apart = ", each of another group" if rule.different_groups else ""
    must = ", and certain ones among them" if rule.must_include else ""
    denials = f"{rule.denials} denials end it" if rule.denials > 1 else "1 denial ends it"
    return f"{approvals}{apart}{must}; {denials}"


def _how_to(request: Request) -> list[Block]:
    """How to decide, as long as there is something to decide; and what else can be done."""
    row, blocks = [], []
    if request.state is State.PENDING:
        blocks.append(
            context(
                "Decide with the buttons, or reply here mentioning me: “approve”, or “deny because …”. "
                "Just before it is carried out, the cluster is read again; if it has changed, nothing is done."
            )
        )
    if request.state in {State.PENDING, State.APPROVED} and request.returns is None:
        row.append(cancel_button(request))
    if request.rule.break_glass and (request.state is State.PENDING or _in_window(request)):
        row.append(break_glass_button(request))
    if not request.final:
        row.append(button("Why does it wait?", f"why {request.id}"))
    return [*blocks, *([actions(*row)] if row else [])]


def _in_window(request: Request) -> bool:
    """Agreed, and kept by what a broken glass overrides."""
    held = request.held if request.state is State.APPROVED and request.glass is None else None
    return held is not None and held.why is Hold.WINDOW


def _notify(request: Request) -> dict[str, Message]:
    """Those who are to know of it and need not decide; a mention is what makes Slack tell them."""
    notify = request.rule.notify
    if not notify.users and not notify.groups:
        return {}
    who = phrase(mentions(sorted(notify.users), sorted(notify.groups)), "and", NOTIFIED)
    text = f"For your information, {who}: {escape(request.plan.summary)}. You need not decide over it."
    return {"notify": Message(text=text, blocks=(section(text),))}


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


def _cost(plan: Plan) -> str:
    """Every sum with what it was made of, and where the prices can be read."""
    lines, asked = [], [plan.cost_before, plan.cost_after]
    if not isinstance(plan, ScalePlan):
        lines += [_sum(cost) for cost in asked]
    else:
        workings = plan.cost_working or ("", "")
        lines += [_sum(cost, working) for cost, working in zip(asked, workings, strict=True)]
        before, after, change = forecast_sums(plan)
        if isinstance(after, Price) and isinstance(change, Price):
            lines.append(
                f"• {after.per[:1].upper()}{after.per[1:]}: {amount(before)} → {amount(after)}, {signed(change)}"
            )
    if plan.once:
        lines.insert(0, f"• {ranged(plan.once)} for {plan.once.what}")
        asked += [plan.once.least, plan.once.most]
    if isinstance(plan.span_cost, Price) and plan.span:
        lines.append(f"• {signed(plan.span_cost)} in all for the {spoken(plan.span)}")
        asked.append(plan.span_cost)
    lines.append(f"{_caution(asked)}: {sources(asked)}")
    return clip("\n".join(dict.fromkeys(lines)), 2900)


def _sum(cost: Price | Unknown, working: str = "") -> str:
    if isinstance(cost, Unknown):
        return f"• {not_known(cost)}"
    return f"• {amount(cost)} a {cost.per}{f' = {escape(working)}' if working else ''}"


def _progress(request: Request) -> Message:
    claim = request.claim
    assert claim  # noqa: S101 - asked for only where there is one
    work = f"\nWork request `{named(claim.work_request_id, 300)}`" if claim.work_request_id else ""
    match request.state:
        case State.APPLIED:
            text = bar(100)
        case State.FAILED:
            text = "Ended without success."
        case State.CANCELLED:
            text = "Stopped on its way."
        case _ if claim.question:
            text = "Waits for a person."
        case _ if not claim.begun:
            text = "Between two steps."
        case _ if claim.sent_at is None:
            text = f"Asking Oracle, since {date(claim.since)}"
        case _:
            text = f"{bar(claim.percent)}\nOracle has been at it since {date(claim.sent_at)}"
    return Message(text=f"Request {request.id}: progress", blocks=(section(text + work),))


def _caution(asked: Sequence[Price | Unknown]) -> str:
    return caution(*asked) if by_contract(*asked) else "List price, not your contract's"
