"""What a person wants reckoned, from words such as "10 units LARGE_COHERE_V3, 12 h a day, weekdays vs chat-prod"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from dac.errors import Invalid
from dac.estimate import Schedule
from dac.figures import Frozen
from dac.naming import clip

BETWEEN = re.compile(r"\s+(?:vs\.?|versus)\s+|\s*[;\n]\s*", re.IGNORECASE)
MOST_ITEMS = 4
"""Side by side on a phone, more would be a list."""

MOST_UNITS = 10_000
"""Beyond it is a slip of the finger: a service limit of Oracle's is a fraction of it."""

NAMELESS = "names no shape, model or cluster, such as “10 units LARGE_COHERE_V3”."
EXAMPLE = "Say it as in “10 units LARGE_COHERE_V3, 12 h a day, weekdays”, and put “vs” between what is to be compared."

# A number is taken with all that sticks to it, and then it is a plain one or refused: of "1,5 h" nothing slips through.
NUMBER = r"(?<![^\s,])([-+−–]?\d\S*?)\s*"
HOUR = r"(?:h|hrs?|hours?)"
END = r"(?![\w-])"


def _words(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


QUOTED = _words(r'["“”„]([^"“”„]*)["“”„]')
TUNING = _words(r"^\s*(?:fine[- ]?tun(?:e|ing))(?:\s+of)?\s+")
OTHERWISE = _words(rf"(?<!\w)(?:otherwise|else|rest)\s+(\S+?)(?:\s*units?)?(?=[\s,]|$){END}")
UNITS = _words(rf"{NUMBER}(?:x|×|units?(?:\s+of)?){END}")
DAILY = _words(rf"{NUMBER}{HOUR}(?:\s*(?:(?:a|per|each|every)\s+|/\s*)d(?:ay)?|\s+daily){END}")
HOURS = _words(rf"{NUMBER}{HOUR}{END}")
WEEKLY = _words(rf"{NUMBER}days?\s*(?:(?:a|per|each|every)\s+|/\s*)w(?:eek)?{END}")
ON = _words(r"(?<!\S)on\s+(\w+_\w+)(?![\w-])")
DAYS = {
    _words(rf"(?<![\w-])(?:on\s+)?(?:weekdays|working\s+days|workdays){END}"): 5,
    _words(rf"(?<![\w-])(?:(?:at|on)\s+)?weekends{END}"): 2,
    _words(rf"(?<![\w-])(?:every\s+day|daily|all\s+week|24/7|24x7|round\s+the\s+clock){END}"): 7,
}

WHOLE = re.compile(r"\d{1,6}|\d{1,3}(?:,\d{3})+", re.ASCII)
PLAIN = re.compile(r"\d{1,6}(?:\.\d{1,4})?", re.ASCII)
DAY = re.compile(r"\d{1,2}", re.ASCII)


class Item(Frozen):
    """One thing to reckon: a size of something named, or a fine-tune of so many `hours`; None was not said."""

    name: str
    units: int | None = None
    schedule: Schedule = Schedule()
    tuning: bool = False
    hours: Decimal | None = None
    shape: str | None = None


def items(text: str) -> tuple[Item, ...]:
    """Each of what stands between "vs", ";" or in a line of its own. `Invalid` says which words make no sense."""
    parts = [each.strip() for each in _parted(text.strip()) if each.strip()]
    if not parts:
        raise Invalid(f"“{clip(text)}” {NAMELESS}")
    if len(parts) > MOST_ITEMS:
        raise Invalid(f"I compare {MOST_ITEMS} at the most; you named {len(parts)}.")
    return tuple(_tuning(each) if TUNING.match(each) else _hosting(each) for each in parts)


def _parted(text: str) -> Iterator[str]:
    """Between its separators, of which there are none within quotation marks."""
    masked, start = QUOTED.sub(lambda quoted: "_" * len(quoted[0]), text), 0
    for found in BETWEEN.finditer(masked):
        yield text[start : found.start()]
        start = found.end()
    yield text[start:]


def _tuning(text: str) -> Item:
    rest = _Words(TUNING.sub("", text))
    units, hours = rest.take(UNITS), None
    daily = rest.take(DAILY) or rest.take(WEEKLY) or rest.take(OTHERWISE) or any(map(rest.remove, DAYS))
    if daily:
        raise Invalid(
            f"A fine-tune runs until it is done: give its hours in all, such as 6 h, instead of “{clip(text)}”."
        )
    if found := rest.take(HOURS):
        hours = _hours(found)
    return Item(name=rest.name(text), units=_units(units), tuning=True, hours=hours)


def _hosting(text: str) -> Item:
    rest = _Words(text)
    # First, for its number of units is not the one that is reckoned.
    otherwise, units, shape = rest.take(OTHERWISE), rest.take(UNITS), rest.take(ON)
    daily, weekly = rest.take(DAILY), rest.take(WEEKLY)
    # "12 h" alone can only mean a day's: a month of a cluster is not some hours.
    hours = daily or rest.take(HOURS)
    days = [count for pattern, count in DAYS.items() if rest.remove(pattern)]
    if len(days) + bool(weekly) > 1:
        raise Invalid(f"“{clip(text)}” names its days twice: say weekdays, weekends or a number of days a week.")
    schedule = Schedule(
        hours=_hours(hours) if hours else Decimal(24),
        days=_days(weekly) if weekly else days[0] if days else 7,
        otherwise=_units(otherwise) or 0,
    )
    if otherwise and schedule.always:
        raise Invalid(f"“{clip(text)}” does not say when it is otherwise: add such as “12 h a day, weekdays”.")
    return Item(name=rest.name(text), units=_units(units), schedule=schedule, shape=shape or None)


class _Words:
    """What has not been understood yet; what stands in quotation marks is a name, whatever it holds."""

    def __init__(self, text: str) -> None:
        quoted = QUOTED.search(text)
        self._quoted = quoted[1].strip() if quoted else ""
        self._text = f"{text[: quoted.start()]} , {text[quoted.end() :]}" if quoted else text

    def take(self, pattern: re.Pattern[str]) -> str:
        """The number in the first match, which is understood with it; empty without one."""
        found = pattern.search(self._text)
        if found is None:
            return ""
        self._text = f"{self._text[: found.start()]} , {self._text[found.end() :]}"
        return found[1]

    def remove(self, pattern: re.Pattern[str]) -> bool:
        self._text, count = pattern.subn(" , ", self._text)
        return bool(count)

    def name(self, text: str) -> str:
        """The one thing that is left."""
        left = [each.strip() for each in self._text.split(",") if each.strip()]
        parts = [self._quoted, *left] if self._quoted else left
        if not parts:
            raise Invalid(f"“{clip(text)}” {NAMELESS}")
        if len(parts) > 1:
            raise Invalid(f"I do not understand “{clip(parts[1])}” after “{clip(parts[0])}”. {EXAMPLE}")
        return parts[0]


def _units(said: str) -> int | None:
    if not said:
        return None
    if not WHOLE.fullmatch(said) or (count := int(said.replace(",", ""))) > MOST_UNITS:
        raise Invalid(f"“{clip(said)}” is no number of units: give a whole one up to {MOST_UNITS:,}, such as 10.")
    return count


def _hours(said: str) -> Decimal:
    if not PLAIN.fullmatch(said):
        raise Invalid(f"“{clip(said)}” is no number of hours: give one such as 8 or 7.5.")
    return Decimal(said)


def _days(said: str) -> int:
    if not DAY.fullmatch(said):
        raise Invalid(f"“{clip(said)}” is no number of days of a week: give 1 to 7.")
    return int(said)
