"""How far carrying a request out has come: whose claim it is, which step is under way, and what has been made."""

from __future__ import annotations

from pydantic import AwareDatetime

from approvals.step_events import Confirmed, Paused, Resumed, Stepped
from dac.figures import Frozen
from dac.steps import Done


class Claim(Frozen):
    """Who is carrying the plan out, on which reading of what it changes, and what Oracle calls the work.

    `done` are the steps at their end, in the plan's order. The next one is under way from when it is claimed
    (`begun`); `question` is what a person is asked before it goes on, of which they were `reminded` so many times.
    """

    etag: str
    holder: str
    until: AwareDatetime
    started_at: AwareDatetime
    sent_at: AwareDatetime | None = None
    work_request_id: str | None = None
    percent: int = 0
    done: tuple[Done, ...] = ()
    begun: bool = True
    begun_at: AwareDatetime | None = None
    resource_id: str = ""
    question: str = ""
    asked_at: AwareDatetime | None = None
    reminded: int = 0

    @property
    def since(self) -> AwareDatetime:
        """When the step that is under way was claimed."""
        return self.begun_at or self.started_at

    @property
    def made(self) -> dict[str, str]:
        """The OCIDs of what has been made, by the step that made it; what is still being made too."""
        return {each.key: each.resource_id for each in self.done if each.resource_id}

    @property
    def busy(self) -> bool:
        """Whether a step is under way that only Oracle can end."""
        return self.begun and not self.question


Between = Stepped | Resumed | Paused | Confirmed


def stepped(claim: Claim, body: Between, at: AwareDatetime, actor: str) -> Claim:
    """The claim after what happens between two steps."""
    match body:
        case Stepped():
            return _ended(claim, Done(key=body.key, resource_id=body.resource_id, said=body.said))
        case Resumed():
            begun = {"etag": body.etag, "holder": body.holder, "until": body.until, "begun": True, "begun_at": at}
            return claim.model_copy(update=begun)
        case Paused():
            return claim.model_copy(update={"begun": True, "question": body.question, "asked_at": at})
        case _:
            return _ended(claim, Done(key="", said=f"confirmed by {actor}"))


def _ended(claim: Claim, done: Done) -> Claim:
    nothing = {"etag": "", "sent_at": None, "work_request_id": None, "percent": 0, "begun": False, "begun_at": None}
    asked = {"resource_id": "", "question": "", "asked_at": None, "reminded": 0}
    return claim.model_copy(update={**nothing, **asked, "done": (*claim.done, done)})
