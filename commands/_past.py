"""What has happened to a request, a line an event: when, who, what, and the gist of the words that came with it."""

from __future__ import annotations

from collections.abc import Sequence

from approvals.events import BOT, Amended, Approved, Event, Outdated, Reminded, Reviewed
from approvals.states import Action
from commands._blocks import date, named

WORDS = 120
"""Characters of people's or Oracle's words in one line."""

_DID: dict[Action, str] = {
    Action.SUBMIT: "asked",
    Action.VOTE: "approved",
    Action.CONSENT: "agreed to the change",
    Action.APPROVE: "approved, which was enough",
    Action.OBJECT: "denied, which was not yet enough",
    Action.DENY: "denied",
    Action.AMEND: "changed it",
    Action.REMIND: "reminded of it",
    Action.EXPIRE: "let it expire",
    Action.CANCEL: "cancelled",
    Action.BREAK_GLASS: "broke the glass",
    Action.REVIEW: "reviewed",
    Action.HOLD: "held it up",
    Action.OUTDATE: "found it stale",
    Action.REHEARSE: "rehearsed it, asking Oracle for nothing",
    Action.START: "began",
    Action.RECLAIM: "took over what another process had begun",
    Action.SEND: "was heard by Oracle",
    Action.PROGRESS: "saw progress",
    Action.STEP: "saw a step done",
    Action.RESUME: "began the next step",
    Action.PAUSE: "asked a person before it goes on",
    Action.CONFIRM: "let it go on",
    Action.SUCCEED: "saw it done",
    Action.FAIL: "saw it fail",
    Action.TROUBLE: "met trouble",
    Action.ESCALATE: "called for help",
    Action.EXTEND: "extended the lease",
    Action.ANNOUNCE: "announced the end of the lease",
    Action.RETURN: "asked for the return",
    Action.CLOSE: "closed the lease",
    Action.WATCH: "looked after the cluster it left",
    Action.REFUSE: "was refused",
}


def past(events: Sequence[Event], most: int) -> list[str]:
    """The newest of them, oldest first; what happened several times on end is one line."""
    lines: list[str] = []
    runs: list[list[Event]] = []
    for event in events:
        if runs and runs[-1][0].actor == event.actor and _did(runs[-1][0]) == _did(event):
            runs[-1].append(event)
        else:
            runs.append([event])
    shown = runs[-most:]
    if len(runs) > most:
        earlier = sum(map(len, runs[:-most]))
        lines.append(f"… {earlier} earlier, which `python -m bot audit export` tells")
    return [*lines, *map(_line, shown)]


def _line(run: list[Event]) -> str:
    last = run[-1]
    who = "I" if last.actor == BOT else f"<@{last.actor}>"
    times = f", {len(run)} times" if len(run) > 1 else ""
    words = _words(last)
    return f"• {date(last.at)}: {who} {_did(last)}{times}{f': {named(words, WORDS)}' if words else ''}"


def _did(event: Event) -> str:
    body = event.body
    match body:
        case Approved(by="consent"):
            return "agreed to the change, and it was approved"
        case Approved(by="lease"):
            return "approved it, as was agreed with the lease"
        case Reminded(what="review"):
            return "reminded of the review"
        case Reminded(what="pause"):
            return "reminded of the question"
        case Amended():
            return f"changed it to {body.plan.goal}"
        case Reviewed():
            return "found it justified" if body.justified else "found it not justified"
        case _:
            return _DID[body.action]


def _words(event: Event) -> str:
    """Whatever words the event holds; only what matters is a list."""
    body = event.body
    if isinstance(body, Outdated):
        return "; ".join(body.differences)
    held = (getattr(body, name, "") for name in ("comment", "because", "sentence", "outcome", "reason"))
    return " ".join(next(filter(None, held), "").split())
