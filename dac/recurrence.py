"""When something comes round again, as people say it and as cron does, on the clocks of a named zone."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from itertools import pairwise
from typing import NamedTuple
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError

from dac.errors import Invalid
from dac.naming import clip
from dac.rhythm import Only, Recurrence
from dac.zones import is_place, zone_of_place

WEEK = ("sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday")
"""As cron counts them, from 0."""

SHORTEST_NAME = 3
NOON = 12
HOUR = 60
DAY = 24 * HOUR
LONGEST = 200
LONGEST_PLACES = (3, 2, 1)
"""Words of the name of a city."""

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
    r"(?<![\w:+/-]) (?: (?P<hour>\d{1,2}) (?:"
    r" :(?P<minute>\d\d) (?:\s*(?:(?P<half>[ap])\.?m\b\.?|(?:uhr|h)\b))? (?!\d|:\d)"
    r" | \s*(?P<bare_half>[ap])\.?m\b\.? | \s*(?:h(?P<after_h>\d\d)?|uhr|o['’]clock)\b )"  # noqa: RUF001 - as phones type it
    r" | (?P<whole>(?:[01]\d|2[0-3])[0-5]\d) (?![\w:/-]) | at\ (?P<bare_hour>\d{1,2}) (?![\w:.'’]|\ [ap]\.?m\b)"  # noqa: RUF001 - as phones type it
    r" | (?P<name>noon|midnight)\b )",
    re.VERBOSE | re.IGNORECASE | re.ASCII,
)
FROM = re.compile(r"\s*\bfrom (\d{4}-\d\d-\d\d)\b", re.IGNORECASE | re.ASCII)
OTHER_WEEK = re.compile(
    r"\b(?:every other(?: week(?: on)?)?|every (?:2|two) weeks(?: on)?|(?:bi-?weekly|fortnightly)(?: on)?)\b",
    re.IGNORECASE,
)
WORKDAY = re.compile(r"\b(?:(?:business|working|work) ?day|weekday)\b", re.IGNORECASE)
MONTH, WEEKLY = re.compile(r"\bmonth(?:ly)?\b", re.IGNORECASE), re.compile(r"\bweekly\b", re.IGNORECASE)
EITHER = re.compile(r"\bevery (?:second|2nd) (\w+)(?! of\b)(?!\w)", re.IGNORECASE)
NUMBERED = re.compile(r"(\d{1,2})(?:st|nd|rd|th|\.)?", re.ASCII)
EXAMPLES = (
    "say one such as “weekdays 09:00 Europe/Berlin”, “mon,thu 8:30”, “1st 09:00”, “last day 17:00” or five fields of "
    "cron, “0 9 * * 1-5”"
)


def recurrence(text: str, zone: ZoneInfo) -> Recurrence:
    """What is meant by that, in that zone unless it names another; `Invalid` says why it is none."""
    flat = re.sub(r"[–—−]", "-", " ".join(text.split()))
    if not flat or len(flat) > LONGEST:
        raise Invalid(f"{f'“{clip(flat)}” is too long' if flat else 'It is not said when'}; {EXAMPLES}.")
    for many in LONGEST_PLACES:
        # "Europe/Berlin weekdays 09:00": the zone stands in front.
        place, rest = " ".join(flat.split()[:many]), " ".join(flat.split()[many:])
        if rest and is_place(place):
            flat = f"{rest} {place}"
            break
    first, _, rest = flat.partition(" ")
    words = f"{NICKNAMES.get(first.casefold(), first)} {rest}".split()
    made = _of_cron(flat, words, zone) if len(words) > 1 and all(map(CRON.fullmatch, words[:2])) else None
    made = made or _of_words(flat, zone)
    _check(flat, made)
    return made


def _of_cron(flat: str, words: Sequence[str], zone: ZoneInfo) -> Recurrence:
    fields, rest = words[:CRON_FIELDS], words[CRON_FIELDS:]
    if len(fields) < CRON_FIELDS or (rest and CRON.fullmatch(rest[0])):
        raise Invalid(
            f"“{clip(flat)}” does not have cron's five fields (minute, hour, day, month, weekday), as in “0 9 * * 1”."
        )
    named = zone_of_place(" ".join(rest)) if rest else zone
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
    if either := EITHER.search(flat):
        raise Invalid(
            f"“{clip(either[0])}” can be meant in two ways: say “every other {clip(either[1])}” for every two weeks, "
            f"or “second {clip(either[1])}” for once a month."
        )
    since, flat = _since(flat)
    found = list(TIME.finditer(flat))
    if not found:
        raise Invalid(f"“{clip(flat)}” says no time of day; {EXAMPLES}.")
    between = [flat[one.end() : other.start()] for one, other in pairwise(found)]
    if strange := next((each for each in between if each.strip(" ,").casefold() not in {"", "and", "and at"}), None):
        raise Invalid(f"“{clip(strange.strip())}” stands between two times; {EXAMPLES}.")
    before, after = flat[: found[0].start()], flat[found[-1].end() :].strip(" ,")
    if not _words(before) and after:
        # "09:00 on weekdays Europe/Berlin": the zone, if one is named, is the last of it.
        before, after = _days_and_zone(after)
    after = re.sub(r"^in ", "", after, flags=re.IGNORECASE)
    named = zone_of_place(after) if after else zone
    times = sorted({_time(each) for each in found})
    days = _named_days(flat, before)
    if since and days.only != "other week":
        raise Invalid(
            f"“from {since}” is for what comes every other week, as in “every other monday 09:00 from {since}”."
        )
    crons = tuple(
        f"{minute} {','.join(map(str, hours))} {day}" for day in days.crons for minute, hours in _by_minute(times)
    )
    clock = ",".join(f"{hour:02}:{minute:02}" for hour, minute in times)
    words = f"{days.said} {clock} {named.key}"
    return Recurrence(
        words=f"{words} from {since}" if since else words, crons=crons, zone=named.key, only=days.only, since=since
    )


def _since(flat: str) -> tuple[date | None, str]:
    """The day in whose week it comes first, where one is named, and what else is said."""
    found = FROM.search(flat)
    if not found:
        return None, flat
    try:
        return date.fromisoformat(found[1]), f"{flat[: found.start()]}{flat[found.end() :]}".strip()
    except ValueError:
        raise Invalid(f"“{clip(found[1])}” is no day of the calendar.") from None


def _days_and_zone(text: str) -> tuple[str, str]:
    words = text.split(" ")
    for many in LONGEST_PLACES:
        last = " ".join(words[-many:])
        if len(words) > many and (is_place(last) or (many == 1 and "/" in last)):
            return " ".join(words[:-many]), last
    return text, ""


class _Days(NamedTuple):
    """Cron's fields for day, month and weekday, how these days are said, and which of them count."""

    crons: list[str]
    said: str
    only: Only = ""


def _named_days(flat: str, before: str) -> _Days:
    other, times = OTHER_WEEK.subn("", before)
    if times:
        crons, said = _days(flat, _words(other))
        if (
            "week" in said
            or not crons[0].startswith("* * ")
            or crons[0] == "* * *"
            or "#" in crons[0]
            or "L" in crons[0]
        ):
            raise Invalid(f"“{clip(flat)}” does not say on which weekday; say “every other monday 09:00”, for example.")
        if found := MONTH.search(before):
            raise _which(flat, found)
        return _Days(crons, f"every other {said.removesuffix('s') if ',' not in said else said}", "other week")
    days = _days_or_workday(flat, _words(WORKDAY.sub("workday", before)))
    weekly = days.crons[0].startswith("* * ") and "#" not in days.crons[0] and "L" not in days.crons[0]
    if weekly and (found := MONTH.search(before)):
        raise _which(flat, found)
    if not weekly and WEEKLY.search(before):
        raise Invalid(f"“{clip(flat)}” does not come every week; leave out “weekly”, or name a weekday alone.")
    return days


def _which(flat: str, month: re.Match[str]) -> Invalid:
    return Invalid(
        f"“{clip(flat)}” does not say which of the month; say “first monday 09:00” for once a month, for example, "
        f"or leave out “{month[0]}”."
    )


def _days_or_workday(flat: str, words: Sequence[str]) -> _Days:
    if words in (["first", "workday"], ["1st", "workday"]):
        return _Days(["1-3 * *"], "first workday", "first workday")
    if words == ["last", "workday"]:
        return _Days(["26-31 * *"], "last workday", "last workday")
    return _Days(*_days(flat, words))


def _words(text: str) -> list[str]:
    return [each for each in re.split(r"[\s,]+", text.casefold()) if each and each not in UNSAID]


def _time(found: re.Match[str]) -> tuple[int, int]:
    if found["name"]:
        return (NOON, 0) if found["name"].casefold() == "noon" else (0, 0)
    if found["whole"]:
        return int(found["whole"][:2]), int(found["whole"][2:])
    hour, minute, half = (
        int(found["hour"] or found["bare_hour"]),
        int(found["minute"] or found["after_h"] or 0),
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
    if words == ["first", "day"]:
        return ["1 * *"], "monthly 1"
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
