"""What is dropped of digests that nobody needs any more: their values, while it stays on record that they were sent."""

from __future__ import annotations

from datetime import datetime

from approvals.database import File, stamp
from bot.schedules import OPEN

AT_ONCE = 100


def thin(file: File, until: datetime) -> bool:
    """Drop the values of digests due until then, but for the newest sent of each schedule; whether there may be more.

    The row stays: it is what keeps a digest from being sent again.
    """
    thick = (
        "SELECT rowid FROM occurrences AS one WHERE thick AND state NOT IN (?, ?) AND due < ? AND (state = 'skipped' "
        "OR state = 'missed' OR EXISTS (SELECT 1 FROM schedules WHERE id = one.schedule AND removed) OR EXISTS "
        "(SELECT 1 FROM occurrences AS later WHERE later.schedule = one.schedule AND later.due > one.due "
        "AND later.state = 'sent')) LIMIT ?"
    )
    asked = [*OPEN, stamp(until)]
    with file.transaction(write=False) as db:
        if not db.execute(thick, [*asked, 1]).fetchone():
            return False
    with file.transaction(write=True) as db:
        thinned = db.execute(
            f"UPDATE occurrences SET thick = 0, body = json_remove(body, '$.digest') WHERE rowid IN ({thick})",  # noqa: S608 - of constants
            [*asked, AT_ONCE],
        )
    return bool(thinned.rowcount == AT_ONCE)
