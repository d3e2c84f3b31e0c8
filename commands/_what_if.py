"""What a person wants reckoned, from words such as "10 units LARGE_COHERE_V3, 12 h a day, weekdays vs chat-prod"."""

from __future__ import annotations

import re
from decimal import Decimal

from dac.errors import Invalid
from dac.estimate import Schedule
from dac.figures import Frozen
from dac.naming import clip

BETWEEN = re.compile(r"\s+(?:vs\.?|versus)\s+|\s*;\s*", re.IGNORECASE)
MOST_ITEMS = 4
"""Side by side on a phone, more would be a list."""

NUMBER = r"(\d{1,6}(?:\.\d{1,4})?)"
UNITS = re.compile(r"(?<![\w.-])(\d{1,6})\s*(?:x|×|units?(?:\s+of)?)(?!\w)", re.IGNORECASE)
OTHERWISE = re.compile(r"(?:otherwise|else|rest)\s+(\d{1,6})(?:\s*units?)?(?!\w)", re.IGNORECASE)
DAILY = re.compile(rf"(?<![\w.-]){NUMBER}\s*(?:h|hours?|hrs?)\s*(?:a|per|/)\s*day", re.IGNORECASE)
HOURS = re.compile(rf"(?<![\w.-]){NUMBER}\s*(?:h|hours?|hrs?)(?!\w)", re.IGNORECASE)
WEEKLY = re.compile(r"(?<![\w.-])(\d)\s*days?\s*(?:a|per|/)\s*week", re.IGNORECASE)
TUNING = re.compile(r"^\s*(?:finetun(?:e|ing)|fine-tun(?:e|ing))(?:\s+of)?\s+", re.IGNORECASE)
DAYS = {
    re.compile(r"\b(?:on\s+)?(?:weekdays|working days|workdays)\b", re.IGNORECASE): 5,
    re.compile(r"\b(?:at\s+)?weekends\b", re.IGNORECASE): 2,
    re.compile(r"\b(?:every day|daily|all week|24/7|24x7)\b", re.IGNORECASE): 7,
}


class Item(Frozen):
    """One thing to reckon: a size of something named, or a fine-tune of so many `hours`; None was not said."""

    name: str
    units: int | None = None
    schedule: Schedule = Schedule()
    tuning: bool = False
    hours: Decimal | None = None


def items(text: str) -> tuple[Item, ...]:
    """Each of what stands between "vs" or ";". `Invalid` says which words were not understood."""
    parts = [each for each in BETWEEN.split(text.strip()) if each.strip()]
    if len(parts) > MOST_ITEMS:
        raise Invalid(f"I compare {MOST_ITEMS} at the most; you named {len(parts)}.")
    return tuple(_item(each) for each in parts)


def _item(text: str) -> Item:
    tuning = TUNING.match(text) is not None
    rest = _Words(TUNING.sub("", text))
    units, otherwise = rest.take(UNITS), rest.take(OTHERWISE)
    daily, weekly = rest.take(DAILY), rest.take(WEEKLY)
    hours = "" if daily else rest.take(HOURS)
    days = [count for pattern, count in DAYS.items() if rest.take_all(pattern)]
    if len(days) > 1 or (days and weekly):
        raise Invalid(f"“{clip(text)}” names its days twice: say weekdays, weekends or a number of days a week.")
    name = rest.left
    if not name:
        raise Invalid(f"“{clip(text)}” names no shape, model or cluster, such as “10 units LARGE_COHERE_V3”.")
    if tuning:
        return Item(
            name=name, tuning=True, hours=Decimal(hours) if hours else None, units=int(units) if units else None
        )
    # "12 h" alone can only mean a day's: a month of a cluster is not some hours.
    schedule = Schedule(
        hours=Decimal(daily or hours or 24),
        days=int(weekly) if weekly else days[0] if days else 7,
        otherwise=int(otherwise or 0),
    )
    return Item(name=name, units=int(units) if units else None, schedule=schedule)


class _Words:
    """What has not been understood yet."""

    def __init__(self, text: str) -> None:
        self._text = text

    def take(self, pattern: re.Pattern[str]) -> str:
        """The number in the first match, which is understood with it; empty without one."""
        found = pattern.search(self._text)
        if found is None:
            return ""
        self._text = f"{self._text[: found.start()]} , {self._text[found.end() :]}"
        return found[1]

    def take_all(self, pattern: re.Pattern[str]) -> bool:
        self._text, count = pattern.subn(" , ", self._text)
        return bool(count)

    @property
    def left(self) -> str:
        parts = [each.strip() for each in self._text.split(",") if each.strip()]
        if len(parts) > 1:
            raise Invalid(f"I do not understand “{clip(parts[1])}” after “{clip(parts[0])}”. {EXAMPLE}")
        return parts[0] if parts else ""


EXAMPLE = "Say it as in “10 units LARGE_COHERE_V3, 12 h a day, weekdays”, and put “vs” between what is to be compared."
