"""Every time that a digest was due, in the bot's database: found, claimed and settled by whichever process is there."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from approvals.database import File, prepare, stamp
from approvals.events import BOT
from bot.schedules import DONE, OPEN, insert, owe, read, schedules, skip, store, write
from bot.thinning import thin
from dac.errors import Invalid, NotFound
from dac.schedules import (
    LATE,
    REFUSED_FOR,
    TROUBLE_PAUSES,
    Key,
    Occurrence,
    Pause,
    Schedule,
    State,
    Trouble,
    come_round,
)

AT_ONCE = 200
"""Occurrences found to be due in one transaction."""

OF_A_CHANNEL = 5
"""Of a channel's so many are worked at in one round: it may be told one a second, and the others wait."""

IN_A_ROUND = 60

FOLLOWED = 3
"""Digests of a channel that follow what people say of their lines; nobody scrolls further back for that."""


class Claim(NamedTuple):
    """`on` is whether the schedule is still there and not paused."""

    occurrence: Occurrence
    schedule: Schedule
    on: bool


class Occurrences:
    """`holder` names this process; what it has claimed is its own until `lease` has passed."""

    def __init__(self, path: Path, holder: str, lease: timedelta) -> None:
        self._holder = holder
        self._lease = lease
        prepare(path, schedules)
        self._file = File(path)

    def come_round(self, now: datetime) -> bool:
        """Put down what has become due since the last time; whether there may be more."""
        due = "SELECT body FROM schedules WHERE next_at <= ? ORDER BY next_at LIMIT ?"
        with self._file.transaction(write=False) as db:
            if not db.execute(due, [stamp(now), 1]).fetchone():
                return False
        with self._file.transaction(write=True) as db:
            left = AT_ONCE
            for row in db.execute(due, [stamp(now), AT_ONCE]).fetchall():
                schedule = Schedule.model_validate_json(row["body"])
                try:
                    moments, following = come_round(schedule, now, left)
                except Invalid as error:
                    # The others come round all the same.
                    write(db, _stuck(schedule, str(error), now))
                    continue
                for each in moments:
                    insert(db, Occurrence(schedule=schedule.id, due=each, channel=schedule.channel, made_at=now))
                write(db, schedule.model_copy(update={"next_at": following}))
                left -= len(moments)
                if not left:
                    break
        return not left

    def waiting(self, now: datetime) -> dict[str, list[Key]]:
        """What can be worked at now, by channel, the oldest first."""
        with self._file.transaction(write=False) as db:
            rows = db.execute(
                "SELECT schedule, due, channel FROM (SELECT schedule, due, channel, row_number() OVER "
                "(PARTITION BY channel ORDER BY due, schedule) AS place FROM occurrences WHERE state IN (?, ?) "
                "AND retry_at <= ? AND (holder IS NULL OR holder = ? OR held_at <= ?)) "
                "WHERE place <= ? ORDER BY due, schedule LIMIT ?",
                [*OPEN, stamp(now), self._holder, stamp(now - self._lease), OF_A_CHANNEL, IN_A_ROUND],
            ).fetchall()
        found: dict[str, list[Key]] = {}
        for row in rows:
            found.setdefault(row["channel"], []).append((row["schedule"], datetime.fromisoformat(row["due"])))
        return found

    def claim(self, key: Key, now: datetime) -> Claim | None:
        """Take it on oneself; None where another process has, or where it is settled."""
        with self._file.transaction(write=True) as db:
            held = self._hold(db, key, now)
            if held is None:
                return None
            row = db.execute("SELECT body, removed FROM schedules WHERE id = ?", [key[0]]).fetchone()
        schedule = Schedule.model_validate_json(row["body"])
        return Claim(held, schedule, not row["removed"] and schedule.paused is None)

    def begin(self, occurrence: Occurrence, now: datetime) -> Occurrence | None:
        """From now on it may be in Slack; None where the claim has been lost, or there is nothing to send any more."""
        with self._file.transaction(write=True) as db:
            if self._hold(db, occurrence.key, now) is None:
                return None
            begun = occurrence.model_copy(update={"tried_at": now})
            store(db, begun)
            return begun

    def sent(self, key: Key, *, ts: str, drawn: str, now: datetime, files: bool) -> Occurrence | None:
        """It is there, its files may still be to come; what troubled its channel is over. None where it is settled."""
        state = State.POSTED if files else State.SENT
        with self._file.transaction(write=True) as db:
            sent = self._settle(db, key, now, keep=files, state=state, ts=ts, sent_at=now, drawn=drawn)
            schedule = _there(db, key[0])
            if sent and schedule and schedule.trouble:
                write(db, schedule.model_copy(update={"trouble": None}))
        return sent

    def settle(self, key: Key, state: State, now: datetime) -> None:
        """Nothing is left to do for it."""
        with self._file.transaction(write=True) as db:
            self._settle(db, key, now, state=state)

    def put_off(self, key: Key, why: str, retry_at: datetime) -> None:
        """It could not be sent for now; it may be there nevertheless."""
        with self._file.transaction(write=True) as db:
            self._settle(db, key, retry_at, why=why)

    def unmade(self, key: Key, why: str, now: datetime, retry_at: datetime) -> None:
        """It could not be gathered, for now."""
        with self._file.transaction(write=True) as db:
            self._fail(db, key, why, now, retry_at)

    def failed(self, key: Key, why: str, now: datetime, retry_at: datetime) -> None:
        """Something of the bot's keeps it from being sent: once it is late, the schedule is in trouble."""
        with self._file.transaction(write=True) as db:
            failing = self._fail(db, key, why, now, retry_at)
            schedule = _there(db, key[0])
            if failing is None or schedule is None or now - failing < LATE:
                return
            trouble = schedule.trouble or Trouble(said=why, since=now, ours=True)
            write(db, schedule.model_copy(update={"trouble": trouble}))

    def _fail(self, db: sqlite3.Connection, key: Key, why: str, now: datetime, retry_at: datetime) -> datetime | None:
        """Since when it fails; after a day it is given up."""
        before = self._settle(db, key, retry_at, why=why)
        if before is None:
            return None
        since = before.failing_since or now
        given_up = State.SENT if before.ts else State.MISSED
        state = given_up if now - since >= REFUSED_FOR else before.state
        store(db, before.model_copy(update={"failing_since": since, "state": state}))
        if state is State.MISSED and before.asked_by:
            owe(db, before)
        return since

    def refused(self, key: Key, why: str, now: datetime, retry_at: datetime) -> None:
        """It was certainly not posted, for its channel does not take it: the schedule is in trouble."""
        with self._file.transaction(write=True) as db:
            before = self._settle(db, key, retry_at, why=why, tried_at=None)
            if before is None:
                return
            since = before.refused_since or now
            state = State.MISSED if now - since >= REFUSED_FOR else State.WAITING
            store(db, before.model_copy(update={"refused_since": since, "state": state}))
            if state is State.MISSED and before.asked_by:
                owe(db, before)
            schedule = _there(db, key[0])
            if schedule is None:
                return
            trouble = schedule.trouble
            trouble = Trouble(said=why, since=now) if trouble is None or trouble.ours else trouble.again(now)
            if trouble.days >= TROUBLE_PAUSES and schedule.paused is None:
                pause = Pause(by=BOT, at=now, because=why)
                trouble = trouble.model_copy(update={"told": False})
                schedule = schedule.model_copy(update={"paused": pause, "next_at": None})
                skip(db, schedule.id)
            write(db, schedule.model_copy(update={"trouble": trouble}))

    def owner(self, schedule: Schedule, left: datetime | None) -> None:
        """Whether its owner has left is known anew; nothing where it has another owner by now."""
        with self._file.transaction(write=True) as db:
            now = _there(db, schedule.id)
            if now and now.owner == schedule.owner:
                write(db, now.model_copy(update={"owner_left": left}))

    def redrawn(self, key: Key, drawn: str) -> None:
        """Its message looks like that now."""
        with self._file.transaction(write=True) as db:
            db.execute(
                "UPDATE occurrences SET body = json_set(body, '$.drawn', ?) WHERE schedule = ? AND due = ?",
                [drawn, key[0], stamp(key[1])],
            )

    def before(self, key: Key) -> Occurrence | None:
        """What was sent last of that schedule, of all that were due earlier."""
        with self._file.transaction(write=False) as db:
            row = db.execute(
                "SELECT body FROM occurrences WHERE schedule = ? AND due < ? AND state IN (?, ?) "
                "ORDER BY due DESC LIMIT 1",
                [key[0], stamp(key[1]), *DONE],
            ).fetchone()
        return Occurrence.model_validate_json(row["body"]) if row else None

    def channels(self, since: datetime) -> list[str]:
        """Those in which a digest was sent that was due since then."""
        with self._file.transaction(write=False) as db:
            rows = db.execute(
                "SELECT DISTINCT channel FROM occurrences WHERE state IN (?, ?) AND due >= ?", [*DONE, stamp(since)]
            ).fetchall()
        return [row["channel"] for row in rows]

    def newest(self, channel: str, since: datetime) -> list[Occurrence]:
        """The newest digests of a channel, of those due since then."""
        with self._file.transaction(write=False) as db:
            rows = db.execute(
                "SELECT body FROM occurrences WHERE channel = ? AND state IN (?, ?) AND due >= ? "
                "ORDER BY due DESC LIMIT ?",
                [channel, *DONE, stamp(since), FOLLOWED],
            ).fetchall()
        return [Occurrence.model_validate_json(row["body"]) for row in rows]

    def untold(self, now: datetime) -> list[tuple[Schedule, datetime | None]]:
        """Schedules of whose trouble somebody is to be told by this process, and when that was tried before."""
        owed = (
            "SELECT body, held_at FROM schedules WHERE untold AND NOT removed "
            "AND (holder IS NULL OR holder = ? OR held_at <= ?)"
        )
        asked = [self._holder, stamp(now - self._lease)]
        with self._file.transaction(write=False) as db:
            if not db.execute(owed, asked).fetchone():
                return []
        with self._file.transaction(write=True) as db:
            rows = db.execute(owed, asked).fetchall()
            found = [
                (Schedule.model_validate_json(row["body"]), row["held_at"] and datetime.fromisoformat(row["held_at"]))
                for row in rows
            ]
            for each, _ in found:
                db.execute(
                    "UPDATE schedules SET holder = ?, held_at = ? WHERE id = ?", [self._holder, stamp(now), each.id]
                )
        return found

    def owed(self, now: datetime) -> list[tuple[Occurrence, Schedule, datetime | None]]:
        """Those asked for out of turn that are not sent, of which this process is to tell; and when that was tried."""
        owed = (
            "SELECT o.body, o.held_at, s.body AS schedule "
            "FROM occurrences AS o JOIN schedules AS s ON s.id = o.schedule "
            "WHERE o.owed AND (o.holder IS NULL OR o.holder = ? OR o.held_at <= ?)"
        )
        asked = [self._holder, stamp(now - self._lease)]
        with self._file.transaction(write=False) as db:
            if not db.execute(owed, asked).fetchone():
                return []
        with self._file.transaction(write=True) as db:
            found = []
            for row in db.execute(owed, asked).fetchall():
                one = Occurrence.model_validate_json(row["body"])
                tried_at = row["held_at"] and datetime.fromisoformat(row["held_at"])
                found.append((one, Schedule.model_validate_json(row["schedule"]), tried_at))
                db.execute(
                    "UPDATE occurrences SET holder = ?, held_at = ? WHERE schedule = ? AND due = ?",
                    [self._holder, stamp(now), one.schedule, stamp(one.due)],
                )
        return found

    def paid(self, key: Key) -> None:
        """Who asked for it knows that it is not sent."""
        with self._file.transaction(write=True) as db:
            db.execute(
                "UPDATE occurrences SET owed = 0, holder = NULL WHERE schedule = ? AND due = ?", [key[0], stamp(key[1])]
            )

    def thin(self, until: datetime) -> bool:
        return thin(self._file, until)

    def told(self, schedule: Schedule, whom: Sequence[str]) -> None:
        """These know of this very trouble."""
        with self._file.transaction(write=True) as db:
            db.execute("UPDATE schedules SET holder = NULL, held_at = NULL WHERE id = ?", [schedule.id])
            now = _there(db, schedule.id)
            if now and now.trouble == schedule.trouble and now.trouble:
                told = now.trouble.model_copy(update={"told": True, "told_to": tuple(whom)})
                write(db, now.model_copy(update={"trouble": told}))

    def _hold(self, db: sqlite3.Connection, key: Key, now: datetime) -> Occurrence | None:
        held = db.execute(
            "UPDATE occurrences SET holder = ?, held_at = ? WHERE schedule = ? AND due = ? "
            "AND state IN (?, ?) AND (holder IS NULL OR holder = ? OR held_at <= ?) RETURNING body",
            [self._holder, stamp(now), key[0], stamp(key[1]), *OPEN, self._holder, stamp(now - self._lease)],
        ).fetchone()
        return Occurrence.model_validate_json(held["body"]) if held else None

    def _settle(
        self, db: sqlite3.Connection, key: Key, retry_at: datetime, *, keep: bool = False, **changes: object
    ) -> Occurrence | None:
        """Write what has come of it and let go of it; None where another process has taken it over meanwhile."""
        mine = db.execute(
            "UPDATE occurrences SET holder = ?, retry_at = ? WHERE schedule = ? AND due = ? AND state IN (?, ?) "
            "AND holder = ? RETURNING body",
            [self._holder if keep else None, stamp(retry_at), key[0], stamp(key[1]), *OPEN, self._holder],
        ).fetchone()
        if mine is None:
            return None
        settled = Occurrence.model_validate_json(mine["body"]).model_copy(update=changes)
        store(db, settled)
        return settled


def _stuck(schedule: Schedule, why: str, now: datetime) -> Schedule:
    """When it comes next is not known any more."""
    pause = Pause(by=BOT, at=now, because=why)
    trouble = Trouble(said=why, since=now, ours=True)
    return schedule.model_copy(update={"paused": pause, "trouble": trouble, "next_at": None})


def _there(db: sqlite3.Connection, number: int) -> Schedule | None:
    try:
        return read(db, number)
    except NotFound:
        return None
