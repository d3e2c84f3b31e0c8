"""Who may have digests come round, stop them and take them away, and what of it is on record."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import NoReturn

from approvals.events import AskRefused, Rescheduled
from approvals.policy import MembersOf, Policy
from approvals.store import Store
from dac.digest import Scope
from dac.errors import Conflict, DacError, Denied
from dac.rhythm import Recurrence
from dac.schedules import Occurrence, Pause, Schedule, Schedules

MOST = 500
"""Schedules at a time; more would keep Slack and Oracle busy with what nobody reads."""

IsIn = Callable[[str, str], bool]
"""Whether that channel has that person in it; False where it is not known."""


class Scheduling:
    """Anybody may schedule to a channel that they are in.

    What it then does is for its owner, for all who are in that channel, and for those whom the policy lets freeze, who
    may stop anything.
    """

    def __init__(
        self,
        schedules: Schedules,
        store: Store,
        policy: Callable[[], Policy],
        members_of: MembersOf,
        is_in: IsIn,
        now: Callable[[], datetime],
        most: int = MOST,
    ) -> None:
        self._schedules = schedules
        self._store = store
        self._policy = policy
        self._members_of = members_of
        self._is_in = is_in
        self._now = now
        self._most = most

    def every(self) -> list[Schedule]:
        return self._schedules.every()

    def get(self, number: int) -> Schedule:
        return self._schedules.get(number)

    def last(self, number: int) -> Occurrence | None:
        return self._schedules.last(number)

    def add(self, actor: str, channel: str, recurrence: Recurrence, scope: Scope, *, delivery: str) -> Schedule:
        if not self._is_in(channel, actor):
            no = Denied("You are not in that channel; who is in it can have a digest come there.")
            self._refuse(actor, "schedule a digest", no, delivery)
        if len(self._schedules.every()) >= self._most:
            raise Conflict(
                f"There are {self._most} schedules already, which is the most; remove one that nobody reads."
            )
        made = self._schedules.add(channel, actor, recurrence, scope, at=self._now(), delivery=delivery)
        self._note(actor, made, "add", delivery)
        return made

    def pause(self, actor: str, number: int, *, delivery: str) -> Schedule:
        self._check(actor, number, "pause", delivery)
        paused = self._schedules.pause(number, Pause(by=actor, at=self._now()))
        self._note(actor, paused, "pause", delivery)
        return paused

    def resume(self, actor: str, number: int, *, delivery: str) -> tuple[Schedule, int]:
        """The schedule, and how many of its times the pause has left out."""
        paused = self._check(actor, number, "resume", delivery)
        resumed = self._schedules.resume(number, self._now())
        self._note(actor, resumed, "resume", delivery)
        return resumed, paused.skipped(self._now())

    def remove(self, actor: str, number: int, *, delivery: str) -> Schedule:
        self._check(actor, number, "remove", delivery)
        removed = self._schedules.remove(number, actor)
        self._note(actor, removed, "remove", delivery)
        return removed

    def take_over(self, actor: str, number: int, *, delivery: str) -> tuple[str, Schedule]:
        """Whose it was, and the schedule, which is that person's from now on."""
        before = self._check(actor, number, "take over", delivery)
        taken = self._schedules.take_over(number, actor)
        self._note(actor, taken, "take over", delivery)
        return before.owner, taken

    def run(self, actor: str, number: int, *, delivery: str) -> Schedule:
        """Have one digest told now, out of turn."""
        schedule = self._check(actor, number, "run", delivery)
        self._schedules.run(number, actor, at=self._now(), delivery=delivery)
        self._note(actor, schedule, "run", delivery)
        return schedule

    def _check(self, actor: str, number: int, attempt: str, delivery: str) -> Schedule:
        schedule = self._schedules.get(number)
        if not (actor == schedule.owner or self._is_in(schedule.channel, actor) or self._may_stop(actor)):
            no = Denied(
                f"Schedule {number} is for its owner, for those in its channel, and for those whom the policy lets "
                "freeze. That you tried is on record."
            )
            self._refuse(actor, f"{attempt} schedule {number}", no, delivery)
        return schedule

    def _may_stop(self, actor: str) -> bool:
        try:
            return self._policy().freezers.include(actor, self._members_of)
        except DacError:
            # Who is in a group is not known just now: then nobody may for being in it.
            return False

    def _note(self, actor: str, schedule: Schedule, change: str, delivery: str) -> None:
        note = Rescheduled(
            schedule=schedule.id,
            change=change,
            channel=schedule.channel,
            when=schedule.recurrence.words,
            scope=str(schedule.scope),
        )
        self._store.note(note, actor=actor, at=self._now(), delivery=delivery)

    def _refuse(self, actor: str, attempt: str, no: DacError, delivery: str) -> NoReturn:
        tried = AskRefused(attempt=attempt, because=str(no))
        self._store.note(tried, actor=actor, at=self._now(), delivery=delivery)
        raise no
