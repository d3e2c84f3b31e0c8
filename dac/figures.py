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


class Money(Frozen):
    amount: Decimal
    currency: str = "USD"

    def __str__(self) -> str:
        sign = "-" if self.amount < 0 else ""
        digits = f"{self.amount.copy_abs():,.2f}".removesuffix(".00")
        return f"{sign}${digits}" if self.currency == "USD" else f"{sign}{digits} {self.currency}"

    def __sub__(self, other: Money) -> Money:
        if self.currency != other.currency:
            raise ValueError(f"{self.currency} and {other.currency} do not add up")
        return Money(amount=self.amount - other.amount, currency=self.currency)

    def __mul__(self, factor: Decimal | int) -> Money:
        return Money(amount=self.amount * factor, currency=self.currency)


def exact(money: Money) -> str:
    """With every digit that matters, where a `Money` as text ends at the cents: price lists count in parts of them."""
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
