"""/dac confirm: let a request go on that waits for a person; what is still called is not removed by the first word."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from approvals.request import Request
from approvals.standing import CONFIRM
from approvals.words import REASON_LENGTH
from commands._blocks import actions, button, clip, date, escape, named, phrase, section
from commands._command import Call, Command, Group, Option, Reply, Rest, Services
from commands._decide import OfRequest, done, number
from commands._words import age
from dac.cluster import Traffic
from dac.errors import Conflict, DacError
from dac.making import GONE, newest
from dac.steps import RemoveEndpoint
from dac.still import newcomers

LINES = 12
"""Endpoints told one by one."""

LINE = 1900
"""Characters of a command line that a button holds for sure."""


class Confirm(OfRequest):
    anyway: Annotated[bool, Option(), Field(description="Though what is to be removed is still called")] = False
    because: Annotated[
        str,
        Rest(),
        Field(max_length=REASON_LENGTH, title="comment", description="What has been seen to, for everybody"),
    ] = ""


def run(args: Confirm, call: Call, services: Services) -> Reply:
    request = services.approvals.get(number(args.request))
    # Who may not is told that, and it is put on record, whatever the traffic.
    refused = dict(services.approvals.possible(request, call.user))[CONFIRM]
    if not refused:
        _check_alone(request, services)
    called, unknown = ([], []) if refused or args.anyway else _traffic(request, services)
    note = f"Whether anybody still calls {phrase(unknown, 'or')} is not known: Monitoring gave no figures."
    if called:
        return _ask_again(request, [*called, *([note] if unknown else [])], args)
    went_on = services.approvals.confirm(request.id, call.user, comment=args.because, delivery=call.delivery)
    return done(went_on, "You let go on", services, *([note] if unknown else []))


def _check_alone(request: Request, services: Services) -> None:
    """`Conflict` while something is on a cluster that is to be removed which came there since it was agreed to."""
    try:
        seen = services.fleet.fleet().endpoints if request.remaining else ()
    except DacError:
        # It is looked at again before anything is removed.
        return
    if others := newcomers(request.remaining, (each for each in seen if each.lifecycle_state not in GONE)):
        names = ", ".join(clip(each.name, 60) for each in others[:LINES])
        raise Conflict(
            f"Request {request.id} goes on waiting: nobody agreed to delete what is new on the cluster it removes, "
            f"{names}. Delete or move it, then confirm; or stop the request."
        )


def _traffic(request: Request, services: Services) -> tuple[list[str], list[str]]:
    """Of the endpoints that are to be removed: those that were called in the newest window, and those not measured."""
    removed = [each for each in request.remaining if isinstance(each, RemoveEndpoint)]
    try:
        measured = services.fleet.fleet().traffic if removed else ()
    except DacError:
        measured = ()
    called, unknown = [], []
    for each in removed:
        seen = newest(each.id, measured)
        if seen is None or seen.calls is None:
            unknown.append(named(each.name, 60))
        elif seen.calls:
            called.append(_line(each, seen))
    return called, unknown


def _line(step: RemoveEndpoint, seen: Traffic) -> str:
    count = f"{int(seen.calls or 0):,} {'call' if seen.calls == 1 else 'calls'}"
    return f"• *{named(step.name, 60)}*: {count} in {age(seen.window)}, {date(seen.since)} to {date(seen.until)}"


def _ask_again(request: Request, called: list[str], args: Confirm) -> Reply:
    text = escape(f"Request {request.id} does not go on yet: what it is to remove is still called.")
    told = (
        f"{text}\n"
        + "\n".join(called[:LINES])
        + "\nWho calls it then gets errors. Oracle Monitoring has these figures."
    )
    because = f" because {' '.join(args.because.split())}" if args.because else ""
    line = clip(f"confirm {request.id} --anyway{because}", LINE)
    row = actions(
        button("Confirm all the same", line, style="danger"), button("Why does it wait?", f"why {request.id}")
    )
    return Reply(text=text, blocks=[section(told), row])


COMMAND = Command(
    name="confirm",
    summary="Let a request go on that waits for a person, such as for clients to be switched.",
    arguments=Confirm,
    run=run,
    examples=("confirm 12", "confirm 12 because all clients use the new endpoint"),
    group=Group.DECIDE,
    order=37,
)
