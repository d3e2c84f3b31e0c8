"""When something comes round again, as people say it and as cron does, on the clocks of a named zone."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError

from dac.errors import Invalid
from dac.figures import Frozen
from dac.naming import clip
from dac.zones import is_zone, moments, zone_named

WEEK = ("sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday")
"""As cron counts them, from 0."""

SHORTEST_NAME = 3
NOON = 12
HOUR = 60
DAY = 24 * HOUR
LONGEST = 200
CRON_FIELDS = 5
BEFORE_ALL = datetime(2000, 1, 1)  # noqa: DTZ001 - the wall clock from which it is tried whether a pattern ever comes

EVERY = {
    **dict.fromkeys(("daily", "day", "days", "everyday"), "* * *"),
    **dict.fromkeys(("weekdays", "weekday", "workdays", "workday"), "* * 1-5"),
    **dict.fromkeys(("weekends", "weekend"), "* * 0,6"),
}
"""Words for days, as cron's fields for day, month and weekday."""

ORDINALS = {
    "first": "#1",
    "1st": "#1",
    "second": "#2",
    "2nd": "#2",
    "third": "#3",
    "3rd": "#3",
    "fourth": "#4",
    "4th": "#4",
    "last": "L",
}
UNSAID = frozenset({"at", "every", "on", "each", "the", "of", "month", "weekly", "monthly", "and", "in"})
"""What people say and what changes nothing."""

NICKNAMES = {
    "@hourly": "0 * * * *",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *",
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
}
"""What cron takes instead of its five fields."""

CRON = re.compile(r"[\d*][\d*,/-]*")
TIME = re.compile(
    r"(?<![\w:+/-]) (?: (?P<hour>\d{1,2}) (?: :(?P<minute>\d\d) (?:\s*(?P<half>[ap])\.?m\b\.?)? (?!\d|:\d)"
    r" | \s*(?P<bare_half>[ap])\.?m\b\.? ) | at\ (?P<bare_hour>\d{1,2}) (?![\w:.'’]|\ [ap]\.?m\b)"  # noqa: RUF001 - as phones type it
    r" | (?P<name>noon|midnight)\b )",
    re.VERBOSE | re.IGNORECASE | re.ASCII,
)
NUMBERED = re.compile(r"(\d{1,2})(?:st|nd|rd|th|\.)?", re.ASCII)
EXAMPLES = (
    "say one such as “weekdays 09:00 Europe/Berlin”, “mon,thu 8:30”, “1st 09:00”, “last day 17:00” or five fields of "
    "cron, “0 9 * * 1-5”"
)


class Recurrence(Frozen):
    """`words` can be read again and mean the same; `crons` are five fields each, which together are all of it.

    A time that the clocks skip when put forward comes at the first moment after the gap; one that comes twice when
    they are put back counts once, the first time. That holds for every pattern, hourly ones too.
    """

    words: str
    crons: tuple[str, ...]
    zone: str

    def next_after(self, moment: datetime) -> datetime:
        """The first of its moments that is later, aware and in UTC; `OverflowError` where the calendar ends."""
        return min(_next(cron, moment, ZoneInfo(self.zone)) for cron in self.crons)

    def preview(self, moment: datetime, count: int) -> tuple[datetime, ...]:
        found = list[datetime]()
        for _ in range(count):
            moment = self.next_after(moment)
            found.append(moment)
        return tuple(found)


def recurrence(text: str, zone: ZoneInfo) -> Recurrence:
    """What is meant by that, in that zone unless it names another; `Invalid` says why it is none."""
    flat = re.sub(r"[–—−]", "-", " ".join(text.split()))
    if not flat or len(flat) > LONGEST:
        raise Invalid(f"{f'“{clip(flat)}” is too long' if flat else 'It is not said when'}; {EXAMPLES}.")
    first, _, rest = flat.partition(" ")
    words = f"{NICKNAMES.get(first.casefold(), first)} {rest}".split()
    made = _of_cron(flat, words, zone) if len(words) > 1 and all(map(CRON.fullmatch, words[:2])) else None
    made = made or _of_words(flat, zone)
    _check(flat, made)
    return made


def _next(cron: str, moment: datetime, zone: ZoneInfo) -> datetime:
    # cronsim walks the calendar only; what a zone's clocks skip or show twice is read in one place, `moments`.
    for wall in CronSim(cron, moment.astimezone(zone).replace(tzinfo=None, fold=0)):
        at, _ = moments(wall, zone)
        if at > moment:
            return at
    raise OverflowError(f"{cron} does not come again")


def _of_cron(flat: str, words: Sequence[str], zone: ZoneInfo) -> Recurrence:
    fields, rest = words[:CRON_FIELDS], words[CRON_FIELDS:]
    if len(fields) < CRON_FIELDS or (rest and CRON.fullmatch(rest[0])):
        raise Invalid(
            f"“{clip(flat)}” does not have cron's five fields (minute, hour, day, month, weekday), as in “0 9 * * 1”."
        )
    named = zone_named(" ".join(rest)) if rest else zone
    cron = " ".join(fields).upper()
    try:
        next(CronSim(cron, BEFORE_ALL))
    except CronSimError as error:
        wrong = str(error).removeprefix("Bad ")
        raise Invalid(
            f"“{clip(flat)}” is no cron I understand: its {wrong} is wrong, as “0 9 * * 1-5” is not."
        ) from None
    except StopIteration:
        raise Invalid(f"“{clip(flat)}” names a day that never comes.") from None
    return Recurrence(words=f"{cron} {named.key}", crons=(cron,), zone=named.key)


def _of_words(flat: str, zone: ZoneInfo) -> Recurrence:
    found = list(TIME.finditer(flat))
    if not found:
        raise Invalid(f"“{clip(flat)}” says no time of day; {EXAMPLES}.")
    between = [flat[one.end() : other.start()] for one, other in pairwise(found)]
    if strange := next((each for each in between if each.strip(" ,").casefold() not in {"", "and", "and at"}), None):
        raise Invalid(f"“{clip(strange.strip())}” stands between two times; {EXAMPLES}.")
    before, after = flat[: found[0].start()], flat[found[-1].end() :].strip(" ,")
    if not _words(before) and after:
        # "09:00 on weekdays Europe/Berlin": the zone, if one is named, is the last word.
        most, _, last = after.rpartition(" ")
        before, after = (most, last) if most and (is_zone(last) or "/" in last) else (after, "")
    after = re.sub(r"^in ", "", after, flags=re.IGNORECASE)
    named = zone_named(after) if after else zone
    times = sorted({_time(each) for each in found})
    days, said = _days(flat, _words(before))
    crons = tuple(f"{minute} {','.join(map(str, hours))} {day}" for day in days for minute, hours in _by_minute(times))
    clock = ",".join(f"{hour:02}:{minute:02}" for hour, minute in times)
    return Recurrence(words=f"{said} {clock} {named.key}", crons=crons, zone=named.key)


def _words(text: str) -> list[str]:
    return [each for each in re.split(r"[\s,]+", text.casefold()) if each and each not in UNSAID]


def _time(found: re.Match[str]) -> tuple[int, int]:
    if found["name"]:
        return (NOON, 0) if found["name"].casefold() == "noon" else (0, 0)
    hour, minute, half = (
        int(found["hour"] or found["bare_hour"]),
        int(found["minute"] or 0),
        found["half"] or found["bare_half"],
    )
    if half and 1 <= hour <= NOON:
        hour = hour % NOON + (NOON if half in "pP" else 0)
    elif half or hour * HOUR + minute >= DAY or minute >= HOUR:
        raise Invalid(f"“{clip(found[0])}” is no time of day; say 18:00 or 6pm, for example.")
    return hour, minute


def _by_minute(times: Sequence[tuple[int, int]]) -> Iterator[tuple[int, list[int]]]:
    """One pattern of cron is for the same minute of several hours."""
    for minute in sorted({minute for _, minute in times}):
        yield minute, [hour for hour, other in times if other == minute]


def _days(flat: str, words: Sequence[str]) -> tuple[list[str], str]:
    """Cron's fields for day, month and weekday, and how these days are said."""
    if len(words) == 1 and words[0] in EVERY:
        return [EVERY[words[0]]], {"* * *": "daily", "* * 1-5": "weekdays", "* * 0,6": "weekends"}[EVERY[words[0]]]
    if words in (["last"], ["last", "day"]):
        return ["L * *"], "last day"
    if len(words) == 2 and words[0] in ORDINALS and (place := _weekday(words[1])) is not None:  # noqa: PLR2004 - a pair
        return [f"* * {place}{ORDINALS[words[0]]}"], f"{words[0]} {WEEK[place]}"
    if words and (weekdays := [_weekdays(each) for each in words]) and all(weekdays):
        chosen = sorted({place for each in weekdays for place in each}, key=lambda place: place or len(WEEK))
        said = f"{WEEK[chosen[0]]}s" if len(chosen) == 1 else ",".join(WEEK[each][:SHORTEST_NAME] for each in chosen)
        return [f"* * {','.join(map(str, chosen))}"], said
    return _dates(flat, words)


def _dates(flat: str, words: Sequence[str]) -> tuple[list[str], str]:
    numbers = [NUMBERED.fullmatch(each) for each in words if each != "day"]
    days = sorted({int(each[1]) for each in numbers if each})
    if not days or not all(numbers):
        said = (
            f"“{clip(' '.join(words))}” names no days I know" if words else f"“{clip(flat)}” does not say on which days"
        )
        raise Invalid(f"{said}; {EXAMPLES}.")
    if not 1 <= days[0] <= days[-1] <= 31:  # noqa: PLR2004 - the days of a month
        raise Invalid(f"“{clip(flat)}” names a day that no month has; “last day 09:00” is the last of each month.")
    return [f"{','.join(map(str, days))} * *"], "monthly " + ",".join(map(str, days))


def _weekdays(word: str) -> list[int]:
    """Those of a word such as mon, Mondays or mon-fri; none where it is no such word."""
    first, dash, last = word.partition("-")
    begin, end = _weekday(first), _weekday(last or first)
    if begin is None or end is None or (dash and not last):
        return []
    return [(begin + each) % len(WEEK) for each in range((end - begin) % len(WEEK) + 1)]


def _weekday(word: str) -> int | None:
    bare = word.removesuffix(".").removesuffix("s") if len(word) > SHORTEST_NAME else word
    if len(bare) < SHORTEST_NAME:
        return None
    return next((place for place, name in enumerate(WEEK) if name.startswith(bare)), None)


def _check(flat: str, made: Recurrence) -> None:
    """Refuse what comes more often than hourly on a day on which it comes, or over midnight."""
    patterns = [CronSim(each, BEFORE_ALL) for each in made.crons]
    minutes = sorted({hour * HOUR + minute for each in patterns for hour in each.hours for minute in each.minutes})
    if any(later - earlier < HOUR for earlier, later in pairwise([*minutes, minutes[0] + DAY])):
        raise Invalid(
            f"“{clip(flat)}” comes more often than once an hour, which nobody reads; leave an hour in between."
        )
