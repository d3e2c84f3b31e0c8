"""The world's time zones by name, and the moments at which their clocks show a time."""

from __future__ import annotations

import zoneinfo
from collections import defaultdict
from datetime import UTC, datetime, timedelta, tzinfo
from functools import cache
from zoneinfo import ZoneInfo

from dac.errors import Invalid
from dac.naming import clip, nearest

SECOND = timedelta(seconds=1)
OF_THE_MACHINE = frozenset({"localtime", "Factory"})
"""Files beside the zones that name none."""


@cache
def _zones() -> dict[str, str]:
    return {name.casefold(): name for name in sorted(zoneinfo.available_timezones() - OF_THE_MACHINE)}


def is_zone(word: str) -> bool:
    return word.casefold() in _zones()


AREAS = frozenset(
    {"Africa", "America", "Antarctica", "Arctic", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific"}
)
"""Under which zones go by their cities."""


@cache
def _cities() -> dict[str, frozenset[str]]:
    found = defaultdict[str, set[str]](set)
    for name in _zones().values():
        area, _, city = name.partition("/")
        if area in AREAS:
            found[city.rpartition("/")[2].casefold().replace("_", " ")].add(name)
    return {city: frozenset(names) for city, names in found.items()}


def is_place(words: str) -> bool:
    """Whether that is the name of a zone, or of a city by which just one goes, such as New York."""
    return is_zone(words) or len(_cities().get(words.casefold(), ())) == 1


def zone_of_place(words: str) -> ZoneInfo:
    """The zone of that name or city; `Invalid` as of `zone_named`."""
    of_city = _cities().get(words.casefold(), frozenset())
    return zone_named(next(iter(of_city)) if len(of_city) == 1 and not is_zone(words) else words)


def zone_named(word: str) -> ZoneInfo:
    """The time zone of that IANA name, in any case; `Invalid` offers the nearest names."""
    name = _zones().get(word.casefold())
    if name:
        return ZoneInfo(name)
    near = nearest(clip(word).replace(" ", "_"), tuple(_zones().values()))
    meant = f"; did you mean {' or '.join(near)}?" if near else "."
    raise Invalid(f"“{clip(word)}” is no time zone I know (names look like Europe/Berlin or UTC){meant}")


def moments(wall: datetime, zone: tzinfo) -> tuple[datetime, datetime]:
    """The first and the last moment, in UTC, at which a clock in the zone shows that.

    They differ where the clock is put back. What it skips when put forward is the first moment after the gap.
    """
    first, last = (wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    if first <= last:
        return first, last
    # Skipped: the change lies between the two readings, which are taken with the offsets of after and before it.
    before, after = last.replace(microsecond=0), first.replace(microsecond=0)
    offset = after.astimezone(zone).utcoffset()
    while after - before > SECOND:
        middle = before + (after - before) // SECOND // 2 * SECOND
        if middle.astimezone(zone).utcoffset() == offset:
            after = middle
        else:
            before = middle
    return after, after
