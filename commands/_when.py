"""How people say moments and spans of time in a command line, and how those are said back to them."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from decimal import Decimal
from zoneinfo import ZoneInfo

from pydantic import AwareDatetime

from approvals.windows import FARTHEST
from commands._words import age
from dac.errors import Invalid
from dac.figures import Frozen
from dac.naming import clip
from dac.zones import is_zone, moments, zone_named

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
SHORTEST_NAME = 3
NOON = 12

DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)
RECENT = 31 * DAY
"""A date without its year that passed this lately was not meant for next year."""

LEAP_DAYS = range(-1, 9)
"""Years, counted from this one, among which every day of the year comes both before and after now."""

YEARS = range(1970, 3000)

SECONDS = {"weeks": 7 * 86_400, "days": 86_400, "hours": 3600, "minutes": 60, "seconds": 1}
NUMBER = r"\d+(?:[.,]\d+)?"
SPAN = re.compile(
    rf"""
    (?: (?P<weeks>   {NUMBER}) \s* w(?:eeks?|ks?)?            [\s,]*(?:and\s+)? )?
    (?: (?P<days>    {NUMBER}) \s* d(?:ays?)?                 [\s,]*(?:and\s+)? )?
    (?: (?P<hours>   {NUMBER}) \s* h(?:ours?|rs?)?            [\s,]*(?:and\s+)? )?
    (?: (?P<minutes> {NUMBER}) \s* m(?:in(?:ute)?s?)?         [\s,]*(?:and\s+)? )?
    (?: (?P<seconds> {NUMBER}) \s* s(?:ec(?:ond)?s?)? )?
    """,
    re.VERBOSE | re.IGNORECASE | re.ASCII,
)
CLOCK = re.compile(r"(?P<hours>\d+)\s*[:h]\s*(?P<minutes>[0-5]\d)", re.IGNORECASE | re.ASCII)
ISO = re.compile(
    rf"P(?P<date>(?:{NUMBER}[WD])*)(?:T(?P<time>(?:{NUMBER}[HMS])+))?",
    re.IGNORECASE | re.ASCII,
)


def _names(among: tuple[str, ...]) -> str:
    """A pattern for these names and their beginnings."""
    return "|".join(name[:length] for name in among for length in range(len(name), SHORTEST_NAME - 1, -1))


RELATIVE = re.compile(r"(?:\+\s*|in\s+)(?P<span>\S.*)", re.IGNORECASE)
TIME = re.compile(
    r"""
    (?<! [\d:+−–-] )
    (?: (?P<hour>\d{1,2}) (?= :\d\d(?!\d) | \s*[ap]\.?m\b )
        (?: :(?P<minute>\d\d) (?: :(?P<second>\d\d) (?:\.\d+)? )? )?
        (?: \s* (?P<half>[ap])\.?m\b\.? )?
    |   \bnoon\b )
    """,
    re.VERBOSE | re.IGNORECASE | re.ASCII,
)
DATE = re.compile(
    rf"""
    (?:on\s+)?
    (?: (?P<iso>\d{{4}}-\d{{1,2}}-\d{{1,2}}) T?
    |   (?P<day>\d{{1,2}}) (?:st|nd|rd|th|\.)? \s* (?P<month>{_names(MONTHS)})\.? (?: ,?\s*(?P<year>\d{{4}}) )?
    |   (?P<month2>{_names(MONTHS)})\.? \s* (?P<day2>\d{{1,2}}) (?:st|nd|rd|th)? (?: ,?\s*(?P<year2>\d{{4}}) )?
    |   (?P<near>today|tomorrow)
    |   (?P<weekday>{_names(WEEKDAYS)})\.? )
    (?= [\s,] | $ )
    """,
    re.VERBOSE | re.IGNORECASE | re.ASCII,
)
OFFSET = re.compile(
    r"(?:(?:UTC|GMT)\s*)?(?P<sign>[+−–-])(?P<hours>0?\d|1[0-4])(?::?(?P<minutes>[0-5]\d))?", re.IGNORECASE
)


class Moment(Frozen):
    """`zone` is always an IANA name; `note` is a sentence where a change of the clocks made the time special."""

    at: AwareDatetime
    zone: str
    note: str = ""


def span(text: str) -> timedelta:
    """Such as 8h, 90 min, 1d 4h, 1:30 or PT8H, in whole minutes; `Invalid` says why something else is none."""
    flat, quoted = " ".join(text.split()), f"“{clip(text)}”"
    if not flat:
        raise Invalid("No length of time was given; say one such as 8h, 90 min, 1d 4h or 1:30.")
    if re.fullmatch(r"\d+", flat):
        raise Invalid(f"{quoted} has no unit: say {clip(flat, 12)}h for hours or {clip(flat, 12)} min for minutes.")
    seconds = _seconds(flat.lstrip("-−– "))
    if seconds is None:
        raise Invalid(f"{quoted} is no length of time I understand; say one such as 8h, 90 min, 1d 4h, 1:30 or PT8H.")
    if flat[0] in "-−–":
        raise Invalid(f"{quoted} is negative; say how long from then on, such as 8h or 90 min.")
    if not seconds:
        raise Invalid(f"{quoted} is no time at all; at least a minute is needed, such as 30 min or 8h.")
    if seconds > FARTHEST // SECOND:
        raise Invalid(f"{quoted} is too long; {FARTHEST.days} days is the most, and 8h or 2d are usual.")
    if seconds % SECONDS["minutes"]:
        raise Invalid(f"{quoted} is not in whole minutes; say it as 90 min or 1h30m, for example.")
    return int(seconds) * SECOND


def _seconds(flat: str) -> Decimal | None:
    if iso := ISO.fullmatch(flat):
        flat = f"{iso['date']} {iso['time'] or ''}".strip()
    match = CLOCK.fullmatch(flat) or SPAN.fullmatch(flat)
    if not match or not flat:
        return None
    given = {unit: Decimal(number.replace(",", ".")) for unit, number in match.groupdict().items() if number}
    return sum((number * SECONDS[unit] for unit, number in given.items()), Decimal())


def is_span(text: str) -> bool:
    with contextlib.suppress(Invalid):
        return bool(span(text))
    return False


def said(span: timedelta) -> str:
    """Such as "8 h", "1 h 30 min", "2 days 4 h": all of it, but for fractions of a second."""
    minutes, seconds = divmod(abs(span) // SECOND, 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    counted = ((days, "day" if days == 1 else "days"), (hours, "h"), (minutes, "min"), (seconds, "s"))
    words = " ".join(f"{number} {unit}" for number, unit in counted if number) or "0 min"
    return f"-{words}" if span < timedelta() else words


def moment(text: str, *, zone: ZoneInfo, now: datetime) -> Moment:
    """The moment a person means by that, in their zone unless they name another; `Invalid` says why it is none."""
    flat = " ".join(text.split())
    if not flat:
        raise Invalid(f"No moment was given; {_examples(now)}.")
    if relative := RELATIVE.fullmatch(flat):
        return _from_now(relative["span"], zone, now)
    parts = _parts(flat)
    if parts is None:
        raise Invalid(_why_no_moment(flat, now))
    found, day, zoned = parts
    clock, named = _clock(zoned, zone)
    return _chosen(flat, _time_of_day(found), day, clock, named, now)


def is_moment(text: str) -> bool:
    """Whether that says a moment, be it one that has passed."""
    flat = " ".join(text.split())
    if relative := RELATIVE.fullmatch(flat):
        length, _, last = relative["span"].rpartition(" ")
        return is_span(relative["span"]) or (is_zone(last) and is_span(length))
    parts = _parts(flat)
    with contextlib.suppress(Invalid):
        return parts is not None and bool(_clock(parts[2], ZoneInfo("UTC")))
    return False


def _parts(flat: str) -> tuple[re.Match[str], re.Match[str] | None, str] | None:
    """The time of day, the day where one is named, and the words for the zone; None where there is no time of day."""
    found = TIME.search(flat)
    if not found:
        return None
    before = re.sub(r"[\s,]*(\bat)?$", "", flat[: found.start()].rstrip(), flags=re.IGNORECASE)
    after = flat[found.end() :].lstrip(" ,")
    day = DATE.fullmatch(before) if before else DATE.match(after)
    if before and not day:
        return None
    return found, day, (after if before or not day else after[day.end() :]).lstrip(" ,")


def _from_now(words: str, zone: ZoneInfo, now: datetime) -> Moment:
    length, _, last = words.rpartition(" ")
    if length and (is_zone(last) or "/" in last):
        words, zone = length, zone_named(last)
    return Moment(at=now.astimezone(UTC) + span(words), zone=zone.key)


def _chosen(typed: str, hour: time, day: re.Match[str] | None, clock: tzinfo, zone: ZoneInfo, now: datetime) -> Moment:
    """The first of the moments meant that is still to come."""
    walls = [datetime.combine(each, hour) for each in _dates(typed, day, now.astimezone(clock).date())]
    read = [(wall, *moments(wall, clock)) for wall in walls]
    gone = [last for _, _, last in read if last <= now]
    ahead = [each for each in read if each[2] > now]
    yearless = day is not None and bool(day["month"] or day["month2"]) and not (day["year"] or day["year2"])
    if gone and (not ahead or (yearless and now - gone[-1] <= RECENT)):
        hint = "with its year if next year's is meant" if yearless else "such as in 2h"
        raise Invalid(f"“{clip(typed)}” was {age(now - gone[-1])} ago; say a moment still to come, {hint}.")
    wall, first, last = ahead[0]
    at = first if first > now else last
    if at - now > FARTHEST:
        raise Invalid(f"“{clip(typed)}” is more than {FARTHEST.days} days away; {_examples(now)}.")
    return Moment(at=at, zone=zone.key, note=_note(wall, (first, last), at, clock))


def _dates(typed: str, day: re.Match[str] | None, today: date) -> Iterator[date]:
    """The days that may be meant, in order."""
    if day is None:
        yield from (today, today + DAY)
    elif day["near"]:
        yield today if day["near"].casefold() == "today" else today + DAY
    elif day["weekday"]:
        ahead = (_place(day["weekday"], WEEKDAYS) - today.weekday()) % len(WEEKDAYS)
        yield from (today + ahead * DAY, today + (ahead + len(WEEKDAYS)) * DAY)
    elif day["iso"]:
        yield from _valid(typed, [(int(part) for part in day["iso"].split("-"))])
    else:
        year, month, number = (day[name] or day[f"{name}2"] for name in ("year", "month", "day"))
        years = [int(year)] if year else [today.year + each for each in LEAP_DAYS]
        yield from _valid(typed, [(each, _place(month, MONTHS) + 1, int(number)) for each in years])


def _valid(typed: str, parts: Iterable[Iterable[int]]) -> list[date]:
    """Those of these years, months and days that the calendar has."""
    found: list[date] = []
    for year, month, day in parts:
        with contextlib.suppress(ValueError):
            found += [date(year, month, day)] if year in YEARS else []
    if not found:
        raise Invalid(f"“{clip(typed)}” names a day that the calendar does not have; check day, month and year.")
    return found


def _place(word: str, names: tuple[str, ...]) -> int:
    return next(place for place, name in enumerate(names) if name.startswith(word.casefold()))


def _time_of_day(found: re.Match[str]) -> time:
    if not found["hour"]:
        return time(NOON)
    hour, minute, second = (int(found[part] or 0) for part in ("hour", "minute", "second"))
    if found["half"] and not 1 <= hour <= NOON:
        raise Invalid(f"“{found[0]}” is no time of day: with am or pm, hours run from 1 to 12; say 6pm or 18:00.")
    if found["half"]:
        hour = hour % NOON + (NOON if found["half"] in "pP" else 0)
    try:
        return time(hour, minute, second)
    except ValueError:
        raise Invalid(
            f"“{found[0]}” is no time of day: hours run from 0 to 23 and minutes to 59; say 18:00 or 6pm, for example."
        ) from None


def _clock(words: str, zone: ZoneInfo) -> tuple[tzinfo, ZoneInfo]:
    """The clock by which a time is meant, and the zone in which it is said back: an offset has no name of its own."""
    if not words:
        return zone, zone
    if offset := OFFSET.fullmatch(words):
        ahead = timedelta(hours=int(offset["hours"]), minutes=int(offset["minutes"] or 0))
        return timezone(ahead if offset["sign"] == "+" else -ahead), zone
    named = zone_named("UTC" if words.casefold() == "z" else words)
    return named, named


def _note(wall: datetime, read: tuple[datetime, datetime], at: datetime, clock: tzinfo) -> str:
    shown, local = f"{wall:%H:%M} on {_day(wall)}", at.astimezone(clock)
    if read[0] != read[1]:
        which = "the first" if at == read[0] else "the second, as the first has passed"
        return f"{shown} comes twice in {clock}, where the clocks go back: this is {which}."
    if local.replace(tzinfo=None) != wall:
        instead = f"{local:%H:%M}" if local.date() == wall.date() else f"{local:%H:%M} on {_day(local)}"
        return (
            f"{shown} does not exist in {clock}, where the clocks go forward: "
            f"this is the first moment that does, {instead}."
        )
    return ""


def _day(moment: datetime) -> str:
    return f"{moment.day} {MONTHS[moment.month - 1].capitalize()} {moment.year}"


def _why_no_moment(typed: str, now: datetime) -> str:
    if DATE.fullmatch(typed):
        return f"“{clip(typed)}” names no time of day; say it as {clip(typed)} 09:00, for example."
    if _seconds(typed):
        return f"“{clip(typed)}” is a length of time; say in {clip(typed)} for that long from now."
    return f"“{clip(typed)}” is no moment I understand; {_examples(now)}."


def _examples(now: datetime) -> str:
    return (
        f"say one such as 18:00, tomorrow 9am, mon 09:00, {now + 7 * DAY:%Y-%m-%d} 18:00 or in 2h, "
        "and a time zone after it where yours is not meant (18:00 Europe/Berlin)"
    )
