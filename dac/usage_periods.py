"""The days that a person means by "last month", "2026-10-01..2026-10-14" or "7d", in UTC, in which Oracle bills."""

from __future__ import annotations

import re
from datetime import date, timedelta

from dac.errors import Invalid
from dac.figures import Frozen
from dac.naming import clip

DAYS = re.compile(r"([1-9]\d{0,2})\s*d(?:ays?)?", re.ASCII)
MONTH = re.compile(r"(20\d\d)-(0[1-9]|1[0-2])", re.ASCII)
DAY = re.compile(r"20\d\d-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])", re.ASCII)
RANGE = re.compile(rf"({DAY.pattern})(?: ?\.\. ?| to )({DAY.pattern})", re.ASCII)
MOST_DAYS = 366
EXAMPLES = "yesterday, week, month, last month, 2026-10, 2026-10-31, 2026-10-01..2026-10-14 or 7d"


class Period(Frozen):
    """`until` is the first day that is not in it any more; `name` is what it is called in an answer."""

    name: str
    since: date
    until: date

    @property
    def days(self) -> str:
        """Such as "2026-10-01 to 2026-10-31"."""
        last = self.until - timedelta(days=1)
        return f"{self.since}" if self.since == last else f"{self.since} to {last}"


def is_period(text: str) -> bool:
    """Whether it is written as one, even if there is nothing to be said of those days."""
    word = " ".join(text.casefold().split())
    return word in _NAMED or any(each.fullmatch(word) for each in (DAYS, MONTH, DAY, RANGE))


def period(text: str, today: date) -> Period:
    """Raise `Invalid` for what is none, is to come, or is longer than a year."""
    word = " ".join(text.casefold().split())
    if word in _NAMED:
        return _named(_NAMED[word], today)
    if days := DAYS.fullmatch(word):
        count = int(days[1])
        if count > MOST_DAYS:
            raise Invalid(f"“{clip(text)}” is too long: give {MOST_DAYS}d at the most.")
        return Period(
            name=f"the last {count} days" if count > 1 else "yesterday", since=_ago(today, count), until=today
        )
    if month := MONTH.fullmatch(word):
        first = date(int(month[1]), int(month[2]), 1)
        if first > today:
            raise Invalid(f"{word} is still to come: nothing has been charged for it.")
        return Period(name=f"{first:%B %Y}", since=first, until=min(_next_month(first), today + timedelta(days=1)))
    if DAY.fullmatch(word):
        return _day(word, today)
    if span := RANGE.fullmatch(word):
        return _range(_day(span[1], today), _day(span[2], today))
    raise Invalid(f"“{clip(text)}” is no period: give {EXAMPLES}.")


_NAMED = {
    "today": "today",
    "yesterday": "yesterday",
    "week": "week",
    "last week": "week",
    "this month": "month",
    "month": "month",
    "last month": "last month",
}


def _named(name: str, today: date) -> Period:
    first, tomorrow = today.replace(day=1), today + timedelta(days=1)
    match name:
        case "today":
            return Period(name="today", since=today, until=tomorrow)
        case "yesterday":
            return Period(name="yesterday", since=_ago(today, 1), until=today)
        case "week":
            return Period(name="the last 7 days", since=_ago(today, 7), until=today)
        case "month":
            return Period(name=f"{first:%B %Y} so far", since=first, until=tomorrow)
        case _:
            before = _ago(first, 1).replace(day=1)
            return Period(name=f"{before:%B %Y}", since=before, until=first)


def _day(word: str, today: date) -> Period:
    try:
        day = date.fromisoformat(word)
    except ValueError:
        raise Invalid(f"There is no {word}: its month has no such day.") from None
    if day > today:
        raise Invalid(f"{word} is still to come: nothing has been charged for it.")
    return Period(name=f"{day.day} {day:%B %Y}", since=day, until=day + timedelta(days=1))


def _range(first: Period, last: Period) -> Period:
    if last.since < first.since:
        raise Invalid(f"{last.since} is before {first.since}: give the earlier day first.")
    if (last.until - first.since).days > MOST_DAYS:
        raise Invalid(f"{first.since} to {last.since} is too long: give {MOST_DAYS} days at the most.")
    name = first.name if first == last else f"{first.name} to {last.name}"
    return Period(name=name, since=first.since, until=last.until)


def _ago(day: date, days: int) -> date:
    return day - timedelta(days=days)


def _next_month(first: date) -> date:
    return date(first.year + first.month // 12, first.month % 12 + 1, 1)
