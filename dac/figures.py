"""Figures that know where they come from, and the unknown that says what would settle it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Literal

from pydantic import BaseModel, ConfigDict


class Frozen(BaseModel):
    """Base of every value in `dac` and `approvals`: immutable, strict about unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Trust(StrEnum):
    """How well a fact is supported, best first."""

    LIVE = "live"  # read from Oracle's service just now
    SDK = "sdk"  # read in the source of Oracle's SDK
    DOC = "doc"  # Oracle's documentation
    MIRROR = "mirror"  # a third party's copy of Oracle's data
    DERIVED = "derived"  # arithmetic on other facts
    TEAM = "team"  # the team's own handbook or file
    UNVERIFIED = "unverified"  # not confirmed; never shown as fact


class Source(Frozen):
    """Where a figure can be read, and when that was done.

    `url` is None where the source is not a page, such as a live reading.
    """

    title: str
    url: str | None = None
    as_of: date
    trust: Trust

    def __str__(self) -> str:
        return f"{self.title}, {self.as_of.isoformat()}"


MINOR_UNITS = {
    "BIF": 0, "CLP": 0, "DJF": 0, "GNF": 0, "ISK": 0, "JPY": 0, "KMF": 0, "KRW": 0, "PYG": 0,
    "RWF": 0, "UGX": 0, "UYI": 0, "VND": 0, "VUV": 0, "XAF": 0, "XOF": 0, "XPF": 0,
    "BHD": 3, "IQD": 3, "JOD": 3, "KWD": 3, "LYD": 3, "OMR": 3, "TND": 3,
    "CLF": 4, "UYW": 4,
}  # fmt: skip
"""Digits after the point of what a currency is paid in, where that is no hundredth: by ISO 4217."""


class Money(Frozen):
    amount: Decimal
    currency: str = "USD"

    @property
    def places(self) -> int:
        """Digits after the point of the smallest amount that can be paid in this currency."""
        return MINOR_UNITS.get(self.currency, 2)

    def __str__(self) -> str:
        digits = f"{self.amount.copy_abs():,.{self.places}f}"
        sign = "-" if self.amount < 0 and digits.strip("0.") else ""
        digits = digits.removesuffix(f".{'0' * self.places}")
        return f"{sign}${digits}" if self.currency == "USD" else f"{sign}{digits} {self.currency}"

    def __sub__(self, other: Money) -> Money:
        if self.currency != other.currency:
            raise ValueError(f"{self.currency} and {other.currency} do not add up")
        return Money(amount=self.amount - other.amount, currency=self.currency)

    def __mul__(self, factor: Decimal | int) -> Money:
        return Money(amount=self.amount * factor, currency=self.currency)


def exact(money: Money) -> str:
    """With every digit that matters, where a `Money` as text ends at the smallest coin: price lists go beyond it."""
    whole, _, cents = f"{money.amount.normalize():,f}".partition(".")
    digits = f"{whole}.{cents.ljust(2, '0')}" if cents else whole
    return f"${digits}" if money.currency == "USD" else f"{digits} {money.currency}"


Basis = Literal["list", "contract"]
"""Whether money is by Oracle's public price list, or by what a team's own file says its contract comes to."""


def at(basis: Basis) -> str:
    """How a price is called after a sum."""
    return "at your contract's rate" if basis == "contract" else "at list price"


def cost_name(basis: Basis) -> str:
    """How a sum is called: what is Oracle's list price is said to be that."""
    return "Contract cost" if basis == "contract" else "List cost"


class Price(Frozen):
    """An amount of money per something, with its sources; `per` is words, such as "month at 744 hours"."""

    money: Money
    per: str
    sources: tuple[Source, ...]
    basis: Basis = "list"


class Figure(Frozen):
    """A number that is no money, with its unit in words and its sources, such as 8.49 "requests/s"."""

    value: Decimal
    unit: str
    sources: tuple[Source, ...]


class Unknown(Frozen):
    """A figure nobody here knows: what it is and what would settle it."""

    what: str
    settle: str

    def __str__(self) -> str:
        return f"unknown ({self.settle})"
