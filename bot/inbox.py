"""What Slack has delivered and been thanked for, kept until it is carried out, so that a crash forgets nothing."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlite_utils import Database, Migrations

from approvals.database import prepare, stamp, unit_of_work

inbox = Migrations("inbox")


@inbox()
def deliveries(db: Database) -> None:
    db.execute(
        "CREATE TABLE inbox (delivery TEXT PRIMARY KEY, kind TEXT NOT NULL, body TEXT NOT NULL, "
        "holder TEXT NOT NULL, at TEXT NOT NULL, held_until TEXT NOT NULL)"
    )


@dataclass(frozen=True)
class Delivery:
    """`kind` says which listener it is for, `body` is Slack's payload.

    `since` is when it came, if that was to a process that is gone.
    """

    name: str
    kind: str
    body: Mapping[str, Any]
    since: datetime | None = None


class Inbox:
    """`holder` is this process; what another one holds is left alone for `lease`."""

    def __init__(self, path: Path, holder: str, lease: timedelta) -> None:
        self._path = path
        self._holder = holder
        self._lease = lease
        prepare(path, inbox)

    def write(self, kept: Sequence[Delivery], done: Sequence[str], at: datetime) -> None:
        """Have these on disk and those off it, in one go; a copy of one that is there already changes nothing."""
        rows = [[each.name, each.kind, _text(each), self._holder, stamp(at), stamp(at + self._lease)] for each in kept]
        with unit_of_work(self._path, write=True) as db:
            db.conn.executemany("INSERT INTO inbox VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING", rows)
            db.conn.executemany("DELETE FROM inbox WHERE delivery = ?", [[name] for name in done])

    def left_behind(self, at: datetime) -> list[Delivery]:
        """Take over what a process that is gone has not carried out, oldest first, however old it is.

        What this process holds itself it goes on holding: it is to be asked again well within the lease.
        """
        waiting = "holder <> ? AND held_until <= ?"
        with unit_of_work(self._path, write=False) as db:
            if not db.table("inbox").count:
                return []
        with unit_of_work(self._path, write=True) as db:
            db.execute("UPDATE inbox SET held_until = ? WHERE holder = ?", [stamp(at + self._lease), self._holder])
            rows = list(db.table("inbox").rows_where(waiting, [self._holder, stamp(at)], order_by="at"))
            for row in rows:
                db.execute(
                    "UPDATE inbox SET holder = ?, held_until = ? WHERE delivery = ?",
                    [self._holder, stamp(at + self._lease), row["delivery"]],
                )
        return [
            Delivery(
                str(row["delivery"]),
                str(row["kind"]),
                json.loads(str(row["body"])),
                datetime.fromisoformat(str(row["at"])),
            )
            for row in rows
        ]


def _text(delivery: Delivery) -> str:
    # Slack's old verification token is no use here, and a secret.
    return json.dumps({key: value for key, value in delivery.body.items() if key != "token"})
