"""How quiet hours are written in a setting: from, to and the time zone, as in "22:00-07:00 Europe/Berlin"."""

from __future__ import annotations

import re
from datetime import time

from dac.errors import Invalid
from dac.quiet_hours import QuietHours
from dac.zones import zone_named

WRITTEN = re.compile(r"((?:[01]\d|2[0-3]):[0-5]\d)\s*[-–]\s*((?:[01]\d|2[0-3]):[0-5]\d)\s+(\S+)")


def quiet_hours(text: str) -> QuietHours:
    """`Invalid` says what is wrong with it."""
    read = WRITTEN.fullmatch(text.strip())
    if read is None:
        raise Invalid("must be written as from, to and the time zone: 22:00-07:00 Europe/Berlin")
    start, end = time.fromisoformat(read[1]), time.fromisoformat(read[2])
    if start == end:
        raise Invalid("must not end when it begins: leave it out, or name another end")
    return QuietHours(start, end, zone_named(read[3]))
