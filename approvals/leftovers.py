"""What a request that was stopped on its way has left at Oracle, and the commands that undo it."""

from __future__ import annotations

from typing import NamedTuple

from approvals.request import Request
from dac.cluster import ResourceKind
from dac.steps import Making, Removing

_UNDO = {
    ResourceKind.CLUSTER: "delete",
    ResourceKind.ENDPOINT: "endpoint delete",
    ResourceKind.MODEL: "model delete",
}
"""How the command begins that asks for the removal of a thing."""


class Left(NamedTuple):
    said: str
    ways_back: tuple[str, ...]


def left(request: Request, *, lost: bool = False) -> Left:
    """Said in a sentence, and as what to type to undo it; what is deleted cannot be brought back.

    The newest first, for Oracle removes nothing while something hangs on it. `lost` is whether what the step that is
    under way has made is gone.
    """
    claim, steps = request.claim, request.plan.doing
    making = "" if claim is None or lost else claim.resource_id
    if claim is None or (len(steps) == 1 and not making):
        return Left("", ())
    made = claim.made | ({request.step.key: making} if making else {})
    there = [(each, made[each.key]) for each in steps if isinstance(each, Making) and each.key in made]
    gone = [each for each in steps[: len(claim.done)] if isinstance(each, Removing)]
    said = [f"the {each.makes} {each.name} ({ocid}) is there" for each, ocid in there]
    said += [f"the {each.removes} {each.name} is deleted for good" for each in gone]
    back = tuple(f"{_UNDO[each.makes]} {ocid}" for each, ocid in reversed(there))
    if not said:
        return Left("By then it had changed nothing.", ())
    return Left(f"What it leaves: {'; '.join(said)}.", back)
