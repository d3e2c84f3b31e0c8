"""Digests that come round: which are to go where and when, and each single time that one was due."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from pydantic import AwareDatetime, ValidationError, ValidatorFunctionWrapHandler, field_validator

from dac.digest import Digest, Scope
from dac.figures import Frozen
from dac.recurrence import Recurrence

LATE = timedelta(minutes=5)
"""How long after its time a digest is on time."""

REFUSED_FOR = timedelta(hours=24)
"""How long one is tried again that its channel does not take; after that nobody waits for it."""

TROUBLE_PAUSES = timedelta(days=7)
"""How long a channel may take none until the schedule is paused."""

COUNTED = 1000
"""Of times that were skipped so many are counted; of more it is only said that there are more."""


class Trouble(Frozen):
    """Why the channel takes none at present; `told` once the owner has been."""

    said: str
    since: AwareDatetime
    told: bool = False


class Pause(Frozen):
    """`by` is a person, or the bot itself."""

    by: str
    at: AwareDatetime
    because: str = ""


class Schedule(Frozen):
    """`next_at` is the first time that has not come round yet; None while it is paused or once it is removed."""

    id: int
    channel: str
    owner: str
    recurrence: Recurrence
    scope: Scope
    created: AwareDatetime
    next_at: AwareDatetime | None
    paused: Pause | None = None
    trouble: Trouble | None = None
    removed: bool = False

    def skipped(self, until: datetime) -> int:
        """How many of its times a pause has left out by then, `COUNTED` at the most."""
        at, count = (self.paused.at if self.paused else until), 0
        while count < COUNTED and (at := self.recurrence.next_after(at)) <= until:
            count += 1
        return count


def come_round(schedule: Schedule, now: datetime, most: int) -> tuple[tuple[datetime, ...], datetime | None]:
    """Its times until now that are new, `most` at the most, and what is then its next."""
    due, at = list[datetime](), schedule.next_at
    while at is not None and at <= now and len(due) < most:
        due.append(at)
        at = schedule.recurrence.next_after(at)
    return tuple(due), at


class State(StrEnum):
    """What has become of one time that a digest was due."""

    WAITING = "waiting"
    POSTED = "posted"  # its files are still to come
    SENT = "sent"
    SKIPPED = "skipped"  # paused or removed before it was sent
    MISSED = "missed"  # its channel did not take it for a day


Key = tuple[int, datetime]
"""A schedule's number and when its digest was due."""


class Occurrence(Frozen):
    """One digest of a schedule: known by the moment it was due, and sent once.

    `made_at` is when it was found to be due, `asked_by` who wanted it out of turn. `tried_at` is when its posting was
    last begun: with neither `ts` nor that it is certainly not there. `why` is what has kept it from being sent,
    `drawn` tells one look of the message from another.
    """

    schedule: int
    due: AwareDatetime
    channel: str
    made_at: AwareDatetime
    state: State = State.WAITING
    asked_by: str = ""
    tried_at: AwareDatetime | None = None
    refused_since: AwareDatetime | None = None
    why: str = ""
    digest: Digest | None = None
    ts: str | None = None
    sent_at: AwareDatetime | None = None
    drawn: str = ""

    @field_validator("digest", mode="wrap")
    @classmethod
    def _readable(cls, kept: object, read: ValidatorFunctionWrapHandler) -> Digest | None:
        """None for one that another version of the bot has made: it is gathered anew, or left as it is."""
        try:
            found: Digest | None = read(kept)
        except ValidationError:
            return None
        return found

    @property
    def key(self) -> Key:
        return self.schedule, self.due

    @property
    def name(self) -> str:
        """By which its message is found again."""
        return f"digest-{self.schedule}/{self.due.isoformat()}"

    def late(self, at: datetime) -> bool:
        """Whether it is to be said, of a message of that moment, that it should have come before."""
        return not self.asked_by and at - self.due > LATE

    @property
    def because(self) -> str:
        """Why it is late, as far as that is known."""
        return "I was not at work then." if self.made_at - self.due > LATE else self.why


class Schedules(Protocol):
    """The schedules there are, and what people may do with them; `NotFound` where there is none of that number."""

    def every(self) -> list[Schedule]:
        """All that are not removed, the oldest first."""
        ...

    def get(self, number: int) -> Schedule: ...

    def last(self, number: int) -> Occurrence | None:
        """The newest that was sent."""
        ...

    def add(
        self, channel: str, owner: str, recurrence: Recurrence, scope: Scope, *, at: datetime, delivery: str
    ) -> Schedule:
        """A new one, or that which this same delivery has already made."""
        ...

    def pause(self, number: int, pause: Pause) -> Schedule:
        """What is due and not yet sent is skipped too. `Conflict` where it is paused already."""
        ...

    def resume(self, number: int, at: datetime) -> Schedule:
        """Go on with what comes after that moment. `Conflict` where it is not paused."""
        ...

    def remove(self, number: int) -> Schedule: ...

    def run(self, number: int, by: str, *, at: datetime, delivery: str) -> Occurrence:
        """One out of turn, due at that moment; the same for the same delivery, and for the second click of two."""
        ...
