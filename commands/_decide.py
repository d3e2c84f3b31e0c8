"""What the commands that decide over a request share: how it is named, answered and offered as buttons."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Annotated

from pydantic import Field

from approvals.request import Request
from approvals.states import SAID, State
from commands._blocks import Block, button, context, escape, named, section
from commands._card import (
    DIGEST,
    agree_button,
    approve_button,
    break_glass_button,
    cancel_button,
    confirm_button,
    deny_button,
    extend_button,
    review_button,
    stop_button,
)
from commands._command import Arguments, Option, Reply, Services, Word
from commands._standing import returning
from commands._terms import frozen
from commands._waits import deadline, waits
from dac.errors import Invalid
from dac.naming import clip

RECORDED = " That you tried is on record."

NUMBER = Field(min_length=1, max_length=20, description="The request's number")


class OfRequest(Arguments):
    request: Annotated[str, Word(fixed=True, from_thread=True), NUMBER]


ShownPlan = Annotated[
    str | None,
    Option(by_button=True),
    Field(min_length=8, max_length=64, title="digest", description="Only for the plan that was shown"),
]


def number(word: str) -> int:
    """A request's number as people write it: 12 or #12."""
    digits = word.strip().removeprefix("#")
    # str.isdigit() also takes digits int() does not know; a number this long is no request of ours.
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 9):  # noqa: PLR2004 - below 64 bits
        raise Invalid(f"“{clip(word)}” is not the number of a request: it is on the card, such as 12.")
    return int(digits)


def done(request: Request, what: str, services: Services, *then: str) -> Reply:
    """A short private word, and what it waits for now; the card and its thread say the rest to everybody."""
    text = escape(f"{what} request {request.id}: {request.plan.summary}.")
    rest = list(then)
    if request.state in {State.PENDING, State.APPROVED}:
        stopped = frozen(services)
        rest += [f"It waits for {each}." for each in waits(request, services.now(), stopped=bool(stopped))]
        rest += filter(None, [deadline(request) if request.state is State.PENDING else ""])
        rest += stopped
    return Reply(text=text, blocks=[section(text), *([context("\n".join(rest))] if rest else [])])


def stands(request: Request) -> str:
    """How a request stands, as a sentence."""
    return f"Request {request.id} {SAID[request.state]}: {named(request.plan.summary, 200)}."


def possible(request: Request, person: str, services: Services) -> dict[str, str]:
    """Everything one can try with a request, and why this person cannot; empty where they can."""
    found = dict(services.approvals.possible(request, person))
    # Here nobody has tried anything yet.
    return {attempt: why.replace(RECORDED, "") for attempt, why in found.items()}


def offered(request: Request, attempts: Iterable[str]) -> list[Block]:
    """Buttons for what somebody may do with a request now; for a lease that is open, also to extend it."""
    made = [_button(request, each) for each in attempts]
    if request.lease and request.lease.open and returning(request) is None:
        made.append(extend_button(request))
    return made


def _button(request: Request, attempt: str) -> Block:
    of = request.id
    match attempt:
        case "approve" if request.rule.comment_required:
            shown = f"--plan {request.digest[:DIGEST]}"
            return button("Approve …", f"approve {of} {shown} --comment", style="primary")
        case "edit":
            return button("Other size …", f"edit {of}")
        case _:
            return _BUTTONS[attempt](request)


_BUTTONS: dict[str, Callable[[Request], Block]] = {
    "approve": approve_button,
    "agree": agree_button,
    "deny": deny_button,
    "cancel": cancel_button,
    "break-glass": break_glass_button,
    "review": review_button,
    "confirm": confirm_button,
    "stop": stop_button,
}
