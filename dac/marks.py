"""What people have said of a line of a digest, acknowledged or not now, and when such a word ends by itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Protocol

from pydantic import AwareDatetime

from dac.figures import Frozen

WORSE = Decimal("1.2")
"""By how much the figure of an acknowledged line has to grow until it is told again: a fifth."""


class MarkKind(StrEnum):
    ACKNOWLEDGED = "acknowledged"
    SNOOZED = "snoozed"


class Mark(Frozen):
    """A word on one line in one place: a channel, or a person's own digests.

    `figure` is the line's when it was given, None where the line had none. `until` is when a snooze ends, None for an
    acknowledgement. `text` is what the line said, for whoever lists what is hidden.
    """

    place: str
    key: str
    kind: MarkKind
    by: str
    at: AwareDatetime
    until: AwareDatetime | None = None
    figure: Decimal | None = None
    text: str = ""

    def hides(self, figure: Decimal | None, at: datetime) -> bool:
        """Whether the line stays out of a digest of that moment, in which its figure is that one.

        A snooze lasts to its end, whatever comes. An acknowledgement was of what was known then: it does not hold for
        a figure that has grown by a fifth, nor for one that was not known.
        """
        if self.kind is MarkKind.SNOOZED:
            return self.until is not None and at < self.until
        if figure is None:
            return True
        return self.figure is not None and not _worse(self.figure, figure)


def hidden(marks: Iterable[Mark], figures: Mapping[str, Decimal | None], at: datetime) -> dict[str, Mark]:
    """Those that hide a line of a digest, by the line's key; `figures` are of all its lines."""
    return {each.key: each for each in marks if each.key in figures and each.hides(figures[each.key], at)}


def standing(
    marks: Iterable[Mark], figures: Mapping[str, Decimal | None], at: datetime, *, complete: bool
) -> tuple[Mark, ...]:
    """Those that still hold after a digest of that moment.

    An acknowledgement of a line that is gone has ended, so that the line is told again if it comes back; where the
    digest is not `complete`, it may only not have been seen.
    """
    return tuple(each for each in marks if _stands(each, figures, at, complete=complete))


class Marks(Protocol):
    """The marks there are, as commands and rounds need them."""

    def of(self, place: str) -> tuple[Mark, ...]:
        """All of a place, the newest last."""
        ...

    def mark(self, mark: Mark) -> None:
        """It takes the place of an earlier one on the same line."""
        ...

    def unmark(self, place: str, key: str) -> Mark:
        """Take it back; `NotFound` where there is none."""
        ...


def _stands(mark: Mark, figures: Mapping[str, Decimal | None], at: datetime, *, complete: bool) -> bool:
    if mark.kind is MarkKind.ACKNOWLEDGED and mark.key not in figures:
        return not complete
    return mark.hides(figures.get(mark.key), at)


def _worse(before: Decimal, now: Decimal) -> bool:
    return now > before * WORSE if before > 0 else now > before
