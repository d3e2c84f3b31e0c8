"""Digests that come round: which are to go where and when, and each single time that one was due."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Protocol

from pydantic import AwareDatetime, ConfigDict, ValidationError, ValidatorFunctionWrapHandler, field_validator

from dac.digest import Digest, Scope
from dac.figures import Frozen
from dac.rhythm import Recurrence

LATE = timedelta(minutes=5)
"""How long after its time a digest is on time."""

REFUSED_FOR = timedelta(hours=24)
"""How long one is tried again that its channel does not take; after that nobody waits for it."""

TROUBLE_PAUSES = 7
"""On how many days a channel may refuse one until the schedule is paused; days on which none was tried do not count."""

GATHERED_FOR = timedelta(hours=1)
"""How long one is gathered again that could not be; after that it says what is not known."""

COUNTED = 1000
"""Of times that were skipped so many are counted; of more it is only said that there are more."""


class Lasting(Frozen):
    """Kept in the database, where a newer version of the bot may have put down more than this one knows."""

    model_config = ConfigDict(extra="ignore")


class Trouble(Lasting):
    """Why none gets through at present: for its channel refuses it, or for a fault of the bot's.

    `told` once somebody has been, and `told_to` whom; `days` counts those on which it was refused, `last` is the
    newest of them.
    """

    said: str
    since: AwareDatetime
    ours: bool = False
    told: bool = False
    told_to: tuple[str, ...] = ()
    days: int = 1
    last: AwareDatetime | None = None

    def again(self, now: datetime) -> Trouble:
        """Refused once more."""
        if now.astimezone(UTC).date() <= (self.last or self.since).astimezone(UTC).date():
            return self
        return self.model_copy(update={"days": self.days + 1, "last": now})


class Pause(Lasting):
    """`by` is a person, or the bot itself."""

    by: str
    at: AwareDatetime
    because: str = ""


class Schedule(Lasting):
    """`next_at` is the first time that has not come round yet; None while it is paused or once it is removed.

    `owner_left` is when it was found that its owner is not in the workspace any more.
    """

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
    owner_left: AwareDatetime | None = None

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
    MISSED = "missed"  # for a day its channel did not take it, or something of the bot's failed


Key = tuple[int, datetime]
"""A schedule's number and when its digest was due."""


class Occurrence(Lasting):
    """One digest of a schedule: known by the moment it was due, and sent once.

    `made_at` is when it was found to be due, `asked_by` who wanted it out of turn. `tried_at` is when its posting was
    last begun: with neither `ts` nor that it is certainly not there. `why` is what has kept it from being sent,
    `failing_since` since when that was a fault of the bot's or of Oracle's. `drawn` tells one look of the message from
    another, `ownerless` that it asks for somebody to take its schedule over.
    """

    schedule: int
    due: AwareDatetime
    channel: str
    made_at: AwareDatetime
    state: State = State.WAITING
    asked_by: str = ""
    tried_at: AwareDatetime | None = None
    refused_since: AwareDatetime | None = None
    failing_since: AwareDatetime | None = None
    why: str = ""
    digest: Digest | None = None
    ts: str | None = None
    sent_at: AwareDatetime | None = None
    drawn: str = ""
    ownerless: bool = False

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
        """What is due and not yet sent is skipped too, but for what somebody has asked for out of turn.

        `Conflict` where it is paused already.
        """
        ...

    def resume(self, number: int, at: datetime) -> Schedule:
        """Go on with what comes after that moment. `Conflict` where it is not paused."""
        ...

    def remove(self, number: int, by: str) -> Schedule:
        """Nothing is sent by it any more; somebody else who has asked for one out of turn is told."""
        ...

    def take_over(self, number: int, by: str) -> Schedule:
        """It is that person's from now on."""
        ...

    def run(self, number: int, by: str, *, at: datetime, delivery: str) -> Occurrence:
        """One out of turn, due at that moment; the same for the same delivery, and for the second click of two."""
        ...
