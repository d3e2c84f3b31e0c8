"""The Identity API, as far as it tells what a compartment is called."""

from __future__ import annotations

from sandbox.oracle import ids
from sandbox.oracle.calls import Answer, Call
from sandbox.oracle.errors import not_found
from sandbox.oracle.world import Json, World

CREATED = "2024-01-15T09:00:00.000Z"
"""Before anything in them."""


def get(world: World, call: Call) -> Answer:
    """Tell of one compartment; the tenancy is the root of all, and is in none."""
    ocid = call.path["compartmentId"]
    if ocid == world.tenancy:
        return _answer(world.scenario.tenancy, ocid, None)
    name = next((name for name, known in world.compartments.items() if known == ocid), None)
    if name is None:
        raise not_found()
    return _answer(name, ocid, world.tenancy)


def _answer(name: str, ocid: str, parent: str | None) -> Answer:
    body: Json = {
        "id": ocid,
        "compartmentId": parent,
        "name": name,
        "description": f"{name} of the local Oracle",
        "lifecycleState": "ACTIVE",
        "inactiveStatus": None,
        "timeCreated": CREATED,
        "freeformTags": {},
        "definedTags": {},
    }
    return Answer(body, {"etag": ids.unique(name)})
