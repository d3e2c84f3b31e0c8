"""Schedules of digests in the bot's database, as people make, pause, resume and remove them."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from sqlite_utils import Database, Migrations

from approvals.database import File, prepare, stamp
from dac.digest import Scope
from dac.errors import Conflict, NotFound
from dac.rhythm import Recurrence
from dac.schedules import Occurrence, Pause, Schedule, State

schedules = Migrations("schedules")

OPEN = (State.WAITING.value, State.POSTED.value)
DONE = (State.SENT.value, State.POSTED.value)

TWICE = timedelta(seconds=10)
"""Within so long, one more out of turn is the second click of a double one."""


@schedules()
def tables(db: Database) -> None:
    db.execute(
        "CREATE TABLE schedules (id INTEGER PRIMARY KEY AUTOINCREMENT, delivery TEXT NOT NULL UNIQUE, "
        "next_at TEXT, removed INTEGER NOT NULL DEFAULT 0, untold INTEGER NOT NULL DEFAULT 0, "
        "holder TEXT, held_at TEXT, body TEXT NOT NULL)"
    )
    db.execute("CREATE INDEX schedules_due ON schedules (next_at) WHERE next_at IS NOT NULL")
    db.execute(
        """
        CREATE TABLE occurrences (
            schedule INTEGER NOT NULL REFERENCES schedules (id),
            due TEXT NOT NULL,
            channel TEXT NOT NULL,
            state TEXT NOT NULL,
            delivery TEXT UNIQUE,
            retry_at TEXT NOT NULL DEFAULT '',
            holder TEXT,
            held_at TEXT,
            body TEXT NOT NULL,
            PRIMARY KEY (schedule, due)
        )
        """
    )
    db.execute("CREATE INDEX occurrences_open ON occurrences (state, due)")


@schedules()
def thickness(db: Database) -> None:
    """Whether a row may still have its digest's value, and whether who asked for it has to be told that none comes."""
    db.execute("ALTER TABLE occurrences ADD COLUMN thick INTEGER NOT NULL DEFAULT 1")
    db.execute("ALTER TABLE occurrences ADD COLUMN owed INTEGER NOT NULL DEFAULT 0")
    db.execute("CREATE INDEX occurrences_thick ON occurrences (due) WHERE thick")
    db.execute("CREATE INDEX occurrences_owed ON occurrences (due) WHERE owed")


class ScheduleBook:
    """Safe for two processes: each change reads and writes in one transaction."""

    def __init__(self, path: Path) -> None:
        prepare(path, schedules)
        self._file = File(path)

    def every(self) -> list[Schedule]:
        with self._file.transaction(write=False) as db:
            rows = db.execute("SELECT body FROM schedules WHERE NOT removed ORDER BY id").fetchall()
        return [Schedule.model_validate_json(row["body"]) for row in rows]

    def get(self, number: int) -> Schedule:
        with self._file.transaction(write=False) as db:
            return read(db, number)

    def last(self, number: int) -> Occurrence | None:
        with self._file.transaction(write=False) as db:
            row = db.execute(
                "SELECT body FROM occurrences WHERE schedule = ? AND state IN (?, ?) ORDER BY due DESC LIMIT 1",
                [number, *DONE],
            ).fetchone()
        return Occurrence.model_validate_json(row["body"]) if row else None

    def add(
        self, channel: str, owner: str, recurrence: Recurrence, scope: Scope, *, at: datetime, delivery: str
    ) -> Schedule:
        with self._file.transaction(write=True) as db:
            made = db.execute("SELECT body FROM schedules WHERE delivery = ?", [delivery]).fetchone()
            if made:
                return Schedule.model_validate_json(made["body"])
            db.execute("INSERT INTO schedules (delivery, body) VALUES (?, '')", [delivery])
            recurrence = recurrence.anchored(at)
            schedule = Schedule(
                id=db.execute("SELECT last_insert_rowid()").fetchone()[0],
                channel=channel,
                owner=owner,
                recurrence=recurrence,
                scope=scope,
                created=at,
                next_at=recurrence.next_after(at),
            )
            write(db, schedule)
            return schedule

    def pause(self, number: int, pause: Pause) -> Schedule:
        def paused(schedule: Schedule) -> Schedule:
            if schedule.paused and schedule.paused.by != pause.by:
                raise Conflict(f"Schedule {number} is paused already.")
            if schedule.paused:
                return schedule
            return schedule.model_copy(update={"paused": pause, "next_at": None})

        return self._change(number, paused, skips=True)

    def resume(self, number: int, at: datetime) -> Schedule:
        def resumed(schedule: Schedule) -> Schedule:
            if not schedule.paused:
                raise Conflict(f"Schedule {number} is not paused.")
            following = schedule.recurrence.next_after(at)
            return schedule.model_copy(update={"paused": None, "trouble": None, "next_at": following})

        return self._change(number, resumed)

    def remove(self, number: int, by: str) -> Schedule:
        with self._file.transaction(write=True) as db:
            removed = read(db, number).model_copy(update={"removed": True, "next_at": None})
            write(db, removed)
            skip(db, number)
            skip(db, number, by=by)
            return removed

    def take_over(self, number: int, by: str) -> Schedule:
        return self._change(number, lambda schedule: schedule.model_copy(update={"owner": by, "owner_left": None}))

    def run(self, number: int, by: str, *, at: datetime, delivery: str) -> Occurrence:
        with self._file.transaction(write=True) as db:
            made = db.execute("SELECT body FROM occurrences WHERE delivery = ?", [delivery]).fetchone()
            if made:
                return Occurrence.model_validate_json(made["body"])
            schedule = read(db, number)
            twice = db.execute(
                "SELECT body FROM occurrences WHERE schedule = ? AND delivery IS NOT NULL AND due > ? AND due <= ? "
                "AND state <> ?",
                [number, stamp(at - TWICE), stamp(at), State.SKIPPED.value],
            ).fetchone()
            if twice:
                return Occurrence.model_validate_json(twice["body"])
            asked = Occurrence(schedule=number, due=at, channel=schedule.channel, made_at=at, asked_by=by)
            if not insert(db, asked, delivery):
                raise Conflict(f"Schedule {number} is being run at this very moment.")
            return asked

    def _change(self, number: int, change: Callable[[Schedule], Schedule], *, skips: bool = False) -> Schedule:
        with self._file.transaction(write=True) as db:
            changed = change(read(db, number))
            write(db, changed)
            if skips:
                skip(db, number)
            return changed


def read(db: sqlite3.Connection, number: int) -> Schedule:
    row = db.execute("SELECT body FROM schedules WHERE id = ? AND NOT removed", [number]).fetchone()
    if row is None:
        raise NotFound(f"There is no schedule {number}; `/dac digest schedules` lists those there are.")
    return Schedule.model_validate_json(row["body"])


def write(db: sqlite3.Connection, schedule: Schedule) -> None:
    db.execute(
        "UPDATE schedules SET next_at = ?, removed = ?, untold = ?, body = ? WHERE id = ?",
        [
            stamp(schedule.next_at) if schedule.next_at else None,
            schedule.removed,
            bool(schedule.trouble and not schedule.trouble.told),
            schedule.model_dump_json(),
            schedule.id,
        ],
    )


def insert(db: sqlite3.Connection, occurrence: Occurrence, delivery: str | None = None) -> bool:
    """Whether it is new."""
    made = db.execute(
        "INSERT INTO occurrences (schedule, due, channel, state, delivery, body) VALUES (?, ?, ?, ?, ?, ?) "
        "ON CONFLICT DO NOTHING",
        [
            occurrence.schedule,
            stamp(occurrence.due),
            occurrence.channel,
            occurrence.state.value,
            delivery,
            occurrence.model_dump_json(),
        ],
    )
    return made.rowcount == 1


def store(db: sqlite3.Connection, occurrence: Occurrence) -> None:
    db.execute(
        "UPDATE occurrences SET state = ?, body = ? WHERE schedule = ? AND due = ?",
        [occurrence.state.value, occurrence.model_dump_json(), occurrence.schedule, stamp(occurrence.due)],
    )


def skip(db: sqlite3.Connection, number: int, *, by: str | None = None) -> None:
    """What waits is not sent any more; what may have been posted already has still to be looked for.

    What somebody has asked for out of turn is left, unless `by` says who has it skipped: then it alone is, and whoever
    else asked for it has to be told.
    """
    rows = db.execute(
        "SELECT body FROM occurrences WHERE schedule = ? AND state = ?", [number, State.WAITING.value]
    ).fetchall()
    for row in rows:
        waiting = Occurrence.model_validate_json(row["body"])
        if waiting.tried_at is None and bool(waiting.asked_by) == (by is not None):
            store(db, waiting.model_copy(update={"state": State.SKIPPED}))
            if waiting.asked_by != (by or ""):
                owe(db, waiting)


def owe(db: sqlite3.Connection, occurrence: Occurrence) -> None:
    """Who asked for it is to be told that it is not sent."""
    db.execute(
        "UPDATE occurrences SET owed = 1 WHERE schedule = ? AND due = ?", [occurrence.schedule, stamp(occurrence.due)]
    )
