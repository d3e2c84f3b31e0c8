"""What happens between the steps of a request that takes several: the bodies of these events."""

from __future__ import annotations

from typing import Literal

from pydantic import AwareDatetime

from approvals.states import Action
from dac.figures import Frozen


class Stepped(Frozen):
    """A step is at its end, as Oracle says; `resource_id` is what it has made."""

    action: Literal[Action.STEP] = Action.STEP
    key: str
    resource_id: str = ""
    said: str


class Resumed(Frozen):
    """The claim of the next step, with the etag of what it changes."""

    action: Literal[Action.RESUME] = Action.RESUME
    key: str
    etag: str
    holder: str
    until: AwareDatetime


class Paused(Frozen):
    """Nothing goes on before a person says so: what they are asked, with what has been made by then."""

    action: Literal[Action.PAUSE] = Action.PAUSE
    key: str
    question: str


class Confirmed(Frozen):
    """A person lets it go on."""

    action: Literal[Action.CONFIRM] = Action.CONFIRM
    comment: str = ""
