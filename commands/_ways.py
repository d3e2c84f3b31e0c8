"""The buttons by which people go on from what a request has made, or back from what it left."""

from __future__ import annotations

import re

from approvals.request import Request
from commands._blocks import Block, button, clip
from dac.steps import Making, Removing

CALLED = (
    ("create hosting --model ", "Host {} …"),
    ("endpoint create ", "Create an endpoint on {} …"),
    ("finetune --model ", "Train another on {} …"),
    ("model delete ", "Delete the model {}"),
    ("endpoint delete ", "Delete the endpoint {}"),
    ("delete ", "Delete the cluster {}"),
)
"""How such a command line begins, and what its button says."""

OCID = re.compile(r"ocid1\.\S+")
LABEL = 60


def way_button(line: str, request: Request) -> Block:
    """A command that undoes what is left, or goes on from what was made; it asks for an approval of its own."""
    found = OCID.findall(line)
    # Of several the last is where: the cluster that is to be trained on.
    meant = found[-1] if line.startswith("finetune") and found else found[0] if found else ""
    name = _names(request).get(meant, f"…{meant[-6:]}")
    label = next((said.format(name) for begins, said in CALLED if line.startswith(begins)), line)
    return button(clip(label, LABEL), line)


def _names(request: Request) -> dict[str, str]:
    """What is called how, of all that this request made, found or removed, by OCID."""
    claim, subject = request.claim, request.plan.subject
    made = {**claim.made, request.step.key: claim.resource_id} if claim else {}
    names = {made[each.key]: each.name for each in request.plan.doing if isinstance(each, Making) and each.key in made}
    names |= {each.id: each.name for each in request.plan.doing if isinstance(each, Removing)}
    return names | ({subject.id: subject.name} if subject.id else {})
