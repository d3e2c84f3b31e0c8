"""When something comes round again: by patterns of cron on a zone's clocks, and on which of their days."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from cronsim import CronSim

from dac.errors import Invalid
from dac.figures import Frozen
from dac.zones import moments

ONE = timedelta(days=1)
FRIDAY = 4
"""As Python counts weekdays, from Monday, which is 0."""
FORTNIGHT = 14

Only = Literal["", "first workday", "last workday", "other week"]


class Recurrence(Frozen):
    """`words` can be read again and mean the same; `crons` are five fields each, which together are all of it.

    A time that the clocks skip when put forward comes at the first moment after the gap; one that comes twice when
    they are put back counts once, the first time. That holds for every pattern, hourly ones too.

    Of the days of `crons` only those count which are that workday of their month or, where it comes every other week,
    are in the week of `since` or an even number of weeks from it. Without `since`, every week counts.
    """

    words: str
    crons: tuple[str, ...]
    zone: str
    only: Only = ""
    since: date | None = None

    def anchored(self, moment: datetime) -> Recurrence:
        """The same, where it comes every other week: in the week of the first that comes after that moment."""
        if self.only != "other week" or self.since:
            return self
        since = self.next_after(moment).astimezone(ZoneInfo(self.zone)).date()
        return self.model_copy(update={"since": since, "words": f"{self.words} from {since}"})

    def counts(self, day: date) -> bool:
        """Whether it comes on that one of the days of its patterns."""
        if self.only == "other week":
            return self.since is None or (_week(day) - _week(self.since)).days % FORTNIGHT == 0
        if self.only:
            return day == _workday(day, last=self.only == "last workday")
        return True

    def next_after(self, moment: datetime) -> datetime:
        """The first of its moments that is later, aware and in UTC; `OverflowError` where the calendar ends.

        `Invalid` where the machine knows that zone no more.
        """
        try:
            zone = ZoneInfo(self.zone)
        except ZoneInfoNotFoundError:
            raise Invalid(f"The machine I run on knows no time zone {self.zone} any more.") from None
        return min(self._next(cron, moment, zone) for cron in self.crons)

    def _next(self, cron: str, moment: datetime, zone: ZoneInfo) -> datetime:
        # cronsim walks the calendar only; what a zone's clocks skip or show twice is read in one place, `moments`.
        for wall in CronSim(cron, moment.astimezone(zone).replace(tzinfo=None, fold=0)):
            at, _ = moments(wall, zone)
            if at > moment and self.counts(wall.date()):
                return at
        raise OverflowError(f"{cron} does not come again")

    def preview(self, moment: datetime, count: int) -> tuple[datetime, ...]:
        found = list[datetime]()
        for _ in range(count):
            moment = self.next_after(moment)
            found.append(moment)
        return tuple(found)


def _week(day: date) -> date:
    """The Monday of its week."""
    return day - timedelta(days=day.weekday())


def _workday(day: date, *, last: bool) -> date:
    """The first or the last day of its month that is from Monday to Friday."""
    first = day.replace(day=1)
    found, step = (first + timedelta(days=31)).replace(day=1) - ONE if last else first, -ONE if last else ONE
    while found.weekday() > FRIDAY:
        found += step
    return found
