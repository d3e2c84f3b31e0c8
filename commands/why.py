"""/dac why: what a request waits for, and what you can and cannot do about it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from approvals.events import Hold
from approvals.request import Request
from commands import _terms
from commands._blocks import Block, actions, button, context, escape, named, section
from commands._card import badge
from commands._command import Call, Command, Group, Reply, Services
from commands._decide import OfRequest, number, offered, possible, stands
from commands._rows import priced
from commands._waits import deadline, waits
from dac.errors import Unavailable
from dac.scaling import ScalePlan


class Why(OfRequest):
    """Only its number is needed."""


def run(args: Why, call: Call, services: Services) -> Reply:
    request = services.requests.get(number(args.request))
    known = request.held is not None and request.held.why is Hold.FREEZE
    stopped = [] if request.final or known else _terms.frozen(services)
    waiting = list(waits(request, services.now(), stopped=bool(stopped)))
    can = possible(request, call.user, services)
    title = f"*Request {request.id}*: {escape(request.plan.summary)}\n{badge(request)}"
    blocks: list[Block] = [section(title)]
    if never := _hopeless(request, services):
        blocks.append(section(f"❗ {escape(never)}"))
    if waiting or not stopped:
        blocks.append(section(_listed("It waits for", waiting) or "It waits for nothing: it is over."))
    if ends := deadline(request):
        blocks.append(context(ends))
    if stopped:
        blocks.append(section("\n".join(stopped)))
    doable = [attempt for attempt, no in can.items() if not no]
    row = offered(request, doable)
    found = [ATTEMPTS[each["value"].split(" ", 1)[0]] for each in row]
    blocks.append(section(_listed("You can", found) or "*You can* do nothing with it now."))
    refused = list(_refused({each: no for each, no in can.items() if no and _is_asked(each, request, call.user)}))
    if refused:
        blocks.append(section(_listed("You cannot", refused)))
    blocks.append(context(f"Judged under the rule “{named(request.rule.name)}”."))
    blocks += priced([request])
    row.append(button("Details", f"request {request.id}"))
    return Reply(text=stands(request), blocks=[*blocks, actions(*row)])


def _hopeless(request: Request, services: Services) -> str:
    """Why nobody can approve it any more; nothing where Slack does not say who could."""
    try:
        return services.approvals.hopeless(request)
    except Unavailable:
        return ""


SAME = (
    (re.compile(r"; it is too late to .*"), "; it is too late for that."),
    (re.compile(r", so you cannot (approve|deny|edit|confirm|stop) request \d+\.$"), "."),
)
"""Reasons that differ only in the attempt they name, and how such a one goes on for all of them."""

ATTEMPTS = {
    "approve": "approve it",
    "deny": "deny it",
    "edit": "propose another size",
    "agree": "agree to what was made of it",
    "cancel": "cancel it",
    "break-glass": "break the glass for it",
    "review": "review its broken glass",
    "confirm": "let it go on",
    "stop": "stop it here",
    "extend": "ask to keep the size for longer",
}


def _refused(refusals: dict[str, str]) -> Iterator[str]:
    """What is refused for the same reason is said together."""
    together: dict[str, list[str]] = {}
    for attempt, no in refusals.items():
        together.setdefault(_whatever(no), []).append(attempt)
    for why, attempts in together.items():
        said = refusals[attempts[0]] if len(attempts) == 1 else why
        yield f"{', '.join(ATTEMPTS[each] for each in attempts)}: {named(said, 300)}"


def _whatever(no: str) -> str:
    """A refusal without the attempt that it names."""
    for pattern, ending in SAME:
        no = pattern.sub(ending, no)
    return no


def _is_asked(attempt: str, request: Request, person: str) -> bool:
    """Whether somebody would ask why they cannot do that: what makes no sense at this point is left out."""
    if request.final:
        return attempt == "review" and request.glass is not None
    match attempt:
        case "agree":
            return not request.consented and person == request.requester
        case "cancel":
            return person == request.requester
        case "confirm" | "stop":
            return request.claim is not None and bool(request.claim.question)
        case "edit":
            return isinstance(request.plan, ScalePlan)
        case "break-glass":
            return request.rule.break_glass is not None and request.glass is None
        case "review":
            return request.glass is not None
        case _:
            return True


def _listed(title: str, lines: list[str]) -> str:
    return "\n".join([f"*{title}*", *(f"• {each}" for each in lines)]) if lines else ""


COMMAND = Command(
    name="why",
    summary="What a request waits for, and why you can or cannot act on it.",
    arguments=Why,
    run=run,
    examples=("why 12",),
    group=Group.LOOK,
    order=16,
)
