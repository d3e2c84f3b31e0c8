"""How figures, ages and money are put into words, so that they read alike in every answer."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from decimal import Decimal

from dac.figures import Basis, Price, Source, Unknown, at
from dac.figures import cost_name as named_by
from dac.pricing import cents

MINUTE, HOUR, DAY = 60, 3600, 86_400
OFTEN = Decimal("0.1")
TOP_PERCENT = 100
BAR = 10


def age(span: timedelta) -> str:
    """Such as "5 s", "12 min", "3 h", "41 days"; what takes no time at all has taken some."""
    seconds = int(span.total_seconds())
    if seconds < 1:
        return "under 1 s"
    if seconds < MINUTE:
        return f"{seconds} s"
    if seconds < HOUR:
        return f"{seconds // MINUTE} min"
    if seconds < 2 * DAY:
        return f"{seconds // HOUR} h"
    return f"{seconds // DAY} days"


def number(value: Decimal) -> str:
    """Three figures that matter, thousands as k and M."""
    rounded = Decimal(f"{value:.3g}")
    for size, letter in ((Decimal(1_000_000), " M"), (Decimal(1_000), " k")):
        if rounded >= size:
            return f"{_plain(rounded / size)}{letter}"
    return _plain(rounded)


def rate(per_second: Decimal, what: str) -> str:
    """How often, in the unit that keeps a small rate from looking like none."""
    if per_second >= OFTEN:
        return f"{number(per_second)} {what}/s"
    return f"{number(per_second * HOUR)} {what}/h"


def _plain(value: Decimal) -> str:
    return f"{value:f}".rstrip("0").rstrip(".") if "." in f"{value:f}" else f"{value:f}"


def amount(cost: Price | Unknown) -> str:
    """The sum alone; the unknown is said to be unknown."""
    return str(cents(cost.money)) if isinstance(cost, Price) else "unknown"


def by_contract(*costs: Price | Unknown | None) -> bool:
    """Whether any of these is by what the team's own file says of its contract, and so none of Oracle's list."""
    return any(isinstance(each, Price) and each.basis == "contract" for each in costs)


def by(basis: Basis) -> str:
    """How a price is called: Oracle's public one, or what the team's own file says."""
    return at(basis)


def at_price(*costs: Price | Unknown | None) -> str:
    return by("contract" if by_contract(*costs) else "list")


def cost_name(*costs: Price | Unknown | None) -> str:
    """How a sum by these is called: a list price is said to be one."""
    return named_by("contract" if by_contract(*costs) else "list")


def price_name(*costs: Price | Unknown | None) -> str:
    """Before the sources of prices."""
    return "Contract's rate" if by_contract(*costs) else "List price"


def caution(*costs: Price | Unknown | None) -> str:
    """What is to be known of a sum by these, before its sources."""
    if by_contract(*costs):
        return "At your contract's rate, as the team's own file has it"
    return "At list price, not your contract's"


def signed(cost: Price) -> str:
    """A change of cost: +$17,856 or -$17,856."""
    return f"{'+' if cost.money.amount >= 0 else ''}{cents(cost.money)}"


def sources(figures: Iterable[Price | Unknown]) -> str:
    """Where figures come from, each source once; for an unknown one, what would settle it."""
    said: list[str] = []
    for figure in figures:
        found = [f"{figure.what}: {figure.settle}"] if isinstance(figure, Unknown) else map(linked, figure.sources)
        said += [each for each in found if each not in said]
    return " · ".join(said)


def linked(source: Source) -> str:
    """A source a person can open, with its date."""
    named = f"<{source.url}|{source.title}>" if source.url and source.url.startswith("https://") else source.title
    return f"{named}, {source.as_of.isoformat()}"


def bar(percent: int) -> str:
    """Progress as text that also reads on a phone."""
    full = min(max(percent, 0), TOP_PERCENT) * BAR // TOP_PERCENT
    return "▰" * full + "▱" * (BAR - full) + f" {percent} %"
