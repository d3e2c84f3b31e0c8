"""How a thread tells what becomes of the fine-tuning cluster that a request has left."""

from __future__ import annotations

from approvals.request import Request
from approvals.watch import Watched
from commands._blocks import clip, date, escape, named
from commands._words import amount, price_name, sources
from dac.cluster import Lifecycle
from dac.figures import Unknown

HANGING = 600
"""Characters of what hangs on it."""

DETAILS = 200
"""Characters of what Oracle says of its state."""


def watched(after: Request, body: Watched) -> str:
    """One line of it; who asked is called while it costs in vain."""
    assert after.watch  # noqa: S101 - only what is watched is seen
    name, price = named(after.watch.name), _spent(body)
    match body.what:
        case "busy":
            return f"🔧 Somebody trains a model on {name}, without a request here; it costs as long as it is there."
        case "free":
            return f"🔧 That training on {name} has ended, {date(body.since)}."
        case "used":
            return f"🔁 Request {body.by_request} trains on {name} now, and its thread goes on. {price}"
        case "gone":
            return f"🏁 The fine-tuning cluster {name} is deleted. {price}"
        case _:
            order = "Nothing hangs on it, so it can be deleted."
            if body.hanging:
                models = clip(escape(", ".join(body.hanging)), HANGING)
                order = f"Oracle deletes it only after the models trained on it: {models}."
            return (
                f"🔥 <@{after.requester}>: nothing has been trained on the fine-tuning cluster {name} since "
                f"{date(body.since)}, and {_stands(body)}. {price}\n{order}"
            )


def _stands(body: Watched) -> str:
    """Why it should not be left as it is."""
    if not body.state:
        return "it costs until it is deleted"
    details = f" ({clip(escape(body.details), DETAILS)})" if body.details else ""
    billed = "; whether Oracle bills it like that is not known" if body.state == Lifecycle.FAILED else ""
    return f"it is {escape(body.state)}{details}, so nothing can be; it is there until it is deleted{billed}"


def _spent(body: Watched) -> str:
    """The sum so far with what an hour is, and where that is read."""
    if isinstance(body.hour, Unknown):
        return f"What that costs is not known: {escape(body.hour.settle)}"
    so_far = "It has cost" if body.what == "idle" else "It cost"
    if body.state == Lifecycle.FAILED:
        so_far = "Billed, it has cost"
    return (
        f"{so_far} {amount(body.cost)} since the end of training, {amount(body.hour)} an hour; Oracle bills at least "
        f"{escape(body.least)}. {price_name(body.hour)}: {sources([body.hour])}"
    )
