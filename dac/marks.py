"""What people have said of a line of a digest, acknowledged or not now, and when such a word ends by itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Protocol

from pydantic import AwareDatetime

from dac.digest import Digest
from dac.figures import Frozen

WORSE = Decimal("1.2")
"""By how much the figure of an acknowledged line has to grow until it is told again: a fifth."""


class MarkKind(StrEnum):
    ACKNOWLEDGED = "acknowledged"
    SNOOZED = "snoozed"


class Mark(Frozen):
    """A word on one line in one place: a channel, or a person's own digests.

    `scope` is the digest's of which the line was. `figure` is the line's when it was given, None where the line had
    none. `until` is when a snooze ends, None for an
    acknowledgement. `text` is what the line said, for whoever lists what is hidden.
    """

    place: str
    scope: str
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


def figures(digest: Digest) -> dict[str, Decimal | None]:
    """Of all its lines, by their keys."""
    return {each.key: each.figure for each in digest.lines}


def standing(marks: Iterable[Mark], digest: Digest) -> tuple[Mark, ...]:
    """Those that still hold after that digest.

    An acknowledgement of a line that is gone from digests of its scope has ended, so that the line is told again if it
    comes back. Where something could not be read, a line may only not have been seen. What was said after the moment
    of the digest, which may come late, was said of something newer.
    """
    return tuple(each for each in marks if _stands(each, digest))


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

    def told(self, digest: Digest, place: str) -> tuple[Mark, ...]:
        """It is told there now: marks that have ended are forgotten, and those left are given."""
        ...

    def digests(self, place: str) -> tuple[Digest, ...]:
        """The last one told there of each scope, the newest first."""
        ...


def _stands(mark: Mark, digest: Digest) -> bool:
    line = digest.line(mark.key)
    if mark.at > digest.at:
        return True
    if mark.kind is MarkKind.ACKNOWLEDGED and line is None:
        return mark.scope != str(digest.scope) or bool(digest.unknown or digest.estimated)
    return mark.hides(line.figure if line else None, digest.at)


def _worse(before: Decimal, now: Decimal) -> bool:
    return now > before * WORSE if before > 0 else now > before
