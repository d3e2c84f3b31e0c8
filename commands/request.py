"""/dac request: one request in full, with all that has happened to it and the rule it was judged under."""

from __future__ import annotations

from collections.abc import Sequence

from approvals.request import Request as Asked
from commands._blocks import MESSAGE_TEXT, Block, actions, button, context, escape, length, named, section
from commands._card import badge, card
from commands._command import Call, Command, Group, Reply, Services
from commands._decide import OfRequest, number, offered, possible
from commands._past import past
from commands._thread import thread

DIGEST = 12
EVENTS = 12


class Request(OfRequest):
    """Only its number is needed."""


def run(args: Request, call: Call, services: Services) -> Reply:
    request = services.requests.get(number(args.request))
    events = services.requests.events(request.id)
    can = possible(request, call.user, services)
    row = offered(request, [each for each, no in can.items() if not no])
    blocks = [
        *_shown(card(request).blocks),
        section("\n".join(["*What has happened*", *past(events, EVENTS)])),
        context(*_on_record(request, services)),
        actions(*row, button("Why?", f"why {request.id}")),
    ]
    detail = [section("*In detail*"), *_shown(thread(request, events)["detail"].blocks, "context")]
    if length([*blocks, *detail]) < MESSAGE_TEXT:
        blocks[-1:-1] = detail
    text = f"Request {request.id}: {escape(request.plan.summary)}: {badge(request)}"
    return Reply(text=text, blocks=blocks)


def _shown(blocks: Sequence[Block], *without: str) -> list[Block]:
    """Without the buttons meant for everybody: below stand those for this person."""
    return [each for each in blocks if each["type"] not in {"actions", *without}]


def _on_record(request: Asked, services: Services) -> list[str]:
    link = services.link(request.id)
    policy = services.approvals.policy
    since = "" if request.rule_digest in {each.digest for each in policy.rules} else ", which has changed since"
    told = [f"<{escape(link)}|Its card and thread>"] if link else []
    told.append(f"Judged under the rule “{named(request.rule.name)}” `{request.rule_digest[:DIGEST]}`{since}")
    told.append(f"Plan `{request.digest[:DIGEST]}` · event {request.version}")
    told.append(f"The whole record: `python -m bot audit export --request {request.id}`")
    return told


COMMAND = Command(
    name="request",
    summary="One request in full: what it is, what it waits for and all that has happened to it.",
    arguments=Request,
    run=run,
    examples=("request 12",),
    group=Group.LOOK,
    order=14,
)
