"""How evidence is worded: figures, names and times alike in every check."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from decimal import Decimal

from dac.naming import clip

LATELY = timedelta(days=7)
"""How far back what was done explains what people complain of today."""

NAMED = 3
LONGEST = 300
"""Characters of what Oracle wrote that are quoted."""


def names(found: Iterable[str]) -> str:
    """Such as "a, b and 2 more"."""
    all_of_them = list(dict.fromkeys(clip(each, LONGEST) for each in found))
    shown, rest = all_of_them[:NAMED], len(all_of_them) - NAMED
    if rest > 0:
        return f"{', '.join(shown)} and {rest} more"
    return " and ".join(filter(None, [", ".join(shown[:-1]), shown[-1] if shown else ""]))


def said(text: str | None) -> str:
    """What Oracle says of it, after a colon; nothing where it says nothing."""
    return f": {clip(text, LONGEST)}" if text else ""


def rate(calls: Decimal, over: timedelta = timedelta(hours=1)) -> str:
    """Calls of a window as calls a second."""
    per_second = calls / Decimal(over.total_seconds())
    return f"{per_second:.2f} calls/s" if per_second >= Decimal("0.01") else f"{calls:,.0f} calls/h"


def span(time: timedelta) -> str:
    """In minutes up to two hours, then in hours."""
    minutes = int(time.total_seconds() // 60)
    return f"{minutes} min" if time < timedelta(hours=2) else f"{minutes // 60} h"


def counted(number: int, what: str) -> str:
    """Such as "1 hour" and "3 hours"."""
    return f"{number:,} {what}{'' if number == 1 else 's'}"
