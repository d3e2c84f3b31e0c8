"""A hundred digests due in the same minute, with limits, 429s and an outage of Slack: when all are out, and acks."""

from __future__ import annotations

import subprocess
import sys
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from bench._servers import call, servers
from bot.schedules import ScheduleBook
from dac.digest import Scope
from dac.recurrence import recurrence

DIGESTS, LIMITED, OUTAGE = 100, 10, 15
CHANNELS = ("C01OPS", "C02GENERAL")
SCOPES = (Scope(), Scope(by="region", value="us-chicago-1"), Scope(by="region", value="eu-frankfurt-1"))
LONGEST = 300
"""Seconds after which nobody waits any more."""


def schedule(database: Path) -> datetime:
    """Have all of them due at one moment, a minute or so from now."""
    book, now = ScheduleBook(database), datetime.now(UTC)
    due = (now + timedelta(seconds=75)).replace(second=0, microsecond=0)
    when = recurrence(f"daily {due:%H:%M} UTC", ZoneInfo("UTC"))
    for each in range(DIGESTS):
        book.add(
            CHANNELS[each % len(CHANNELS)],
            "U01ROSA",
            when,
            SCOPES[each % len(SCOPES)],
            at=now,
            delivery=f"bench-{each}",
        )
    return due


def digests(slack: str) -> Counter[str]:
    """How often each has been posted, by the name that its message carries."""
    found = Counter[str]()
    for channel in CHANNELS:
        for each in call(f"{slack}/_control/messages/{channel}")["messages"]:
            name = ((each.get("metadata") or {}).get("event_payload") or {}).get("name", "")
            if name.startswith("digest-"):
                found[name] += 1
    return found


def main() -> None:
    with servers() as local:
        due = schedule(Path(local.variables["DAC_DATABASE"]))
        command = [sys.executable, "-m", "bot"]
        quiet = subprocess.DEVNULL
        with subprocess.Popen(command, env=local.variables, stdout=quiet, stderr=quiet) as bot:
            try:
                watch(local.slack, due)
            finally:
                bot.kill()


def watch(slack: str, due: datetime) -> None:
    while datetime.now(UTC) < due:
        time.sleep(0.1)
    fault = f"{slack}/_control/faults"
    call(fault, {"kind": "ratelimited", "method": "chat.postMessage", "times": LIMITED, "retry_after": 2})
    acks, cut = list[float](), False
    while (since := (datetime.now(UTC) - due).total_seconds()) < LONGEST and len(digests(slack)) < DIGESTS:
        if since > OUTAGE and not cut:
            call(fault, {"kind": "outage", "seconds": OUTAGE})
            cut = True
        if not OUTAGE < since < 2 * OUTAGE + 5:
            # Slack delivers nothing while it is away.
            body = {"channel": CHANNELS[0], "user": "U01ROSA", "command": "/dac", "text": "digest schedules"}
            acks.append(float(call(f"{slack}/_control/command", body)["ack_ms"] or LONGEST * 1000))
        time.sleep(0.5)
    found = digests(slack)
    twice = sum(count > 1 for count in found.values())
    print(
        f"{len(found)} of {DIGESTS} digests to {len(CHANNELS)} channels within {since:.0f} s, {twice} of them twice, "
        f"with {LIMITED} refusals for the rate and {OUTAGE} s without Slack; {len(acks)} commands meanwhile, "
        f"slowest acknowledgement {max(acks):.0f} ms"
    )


if __name__ == "__main__":
    main()
