"""Charts as values: what is to be drawn, and the words for who cannot see it."""

from __future__ import annotations

from typing import Literal, TypeAlias

from pydantic import Field

from dac.figures import Frozen


class Bar(Frozen):
    """So many of `least` to `most`, both included."""

    least: int
    most: int
    count: int


class Spread(Frozen):
    """How one thing is distributed, and where its middle is."""

    name: str
    bars: tuple[Bar, ...]
    median: int


class Distributions(Frozen):
    """Several distributions over one axis, one below the other; `unit` is of the axis, `counted` of the bars."""

    title: str
    unit: str
    counted: str
    spreads: tuple[Spread, ...]
    alt: str


class Curve(Frozen):
    """One value an hour; None is not known and drawn as a hole. `together` is how several hours become one value."""

    name: str
    points: tuple[float | None, ...]
    together: Literal["sum", "most"]


class Curves(Frozen):
    """Several curves over the same hours, one below the other; `first_hour` is the hour of the day of the first."""

    title: str
    unit: str
    first_hour: int = Field(ge=0, le=23)
    curves: tuple[Curve, ...]
    alt: str


class SpendDay(Frozen):
    """One day by its label, and the day of the period before that it is compared with; None is not known."""

    label: str
    amount: float | None
    before: float | None
    provisional: bool


class SpendDays(Frozen):
    """Spend day by day as bars, those that may still change apart, and the period before as a line.

    `title` says what of, such as "Spend by day, November 2026"; `name` and `before_name` are those of the periods.
    """

    title: str
    currency: str
    name: str
    before_name: str
    days: tuple[SpendDay, ...]
    alt: str


Chart: TypeAlias = Distributions | Curves | SpendDays
