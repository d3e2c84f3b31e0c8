"""Digests due at one moment are gathered once where they tell the same: what was told before belongs to that."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from bot.gathering import Gathering
from bot.workers import Workers
from dac.digest import Digest, Scope
from dac.errors import Denied
from dac.figures import Money
from dac.recurrence import recurrence
from dac.restated import Charges, DayCharge
from dac.schedules import Occurrence, Schedule

NINE = datetime(2026, 11, 24, 9, tzinfo=UTC)
DAY = timedelta(days=1)
EU = Scope(by="compartment", value="ocid1.compartment.oc1..eu", name="eu")


def schedule(number: int = 1, scope: Scope = EU, zone: str = "UTC") -> Schedule:
    when = recurrence(f"daily 09:00 {zone}", ZoneInfo(zone))
    return Schedule(
        id=number, channel="C1", owner="U1", recurrence=when, scope=scope, created=NINE - DAY, next_at=NINE + DAY
    )


def occurrence(number: int, due: datetime, digest: Digest | None = None) -> Occurrence:
    return Occurrence(schedule=number, due=due, channel="C1", made_at=due, digest=digest)


def before(number: int, amount: str | None, scope: Scope = EU, zone: str = "UTC") -> Occurrence:
    """The digest of the day before, that told of one day that sum."""
    return occurrence(number, NINE - DAY, Digest(at=NINE - DAY, scope=scope, zone=zone, charges=knew(amount)))


def knew(amount: str | None) -> Charges | None:
    if amount is None:
        return None
    first = NINE.date() - 9 * DAY
    sums = (DayCharge(day=first, charged=Money(amount=Decimal(amount))),)
    return Charges(since=first, until=NINE.date(), settled_until=first + 7 * DAY, sums=sums)


class Press:
    """Tells what it was told of the digest before."""

    def __init__(self) -> None:
        self.gathered = list[Charges | None]()
        self.refuses = False

    def told(
        self,
        scope: Scope,
        at: datetime,
        zone: ZoneInfo,
        *,
        since: datetime | None = None,
        before: Charges | None = None,
    ) -> Digest:
        assert since == NINE - DAY
        if self.refuses:
            raise Denied("Not yours.")
        self.gathered.append(before)
        return Digest(at=at, zone=zone.key, scope=scope, charges=before)


@pytest.fixture
def workers() -> Iterator[Workers]:
    made = Workers("test", 2, 100)
    yield made
    made.close(10)


def gather(press: Press, workers: Workers, *asked: tuple[Schedule, Occurrence | None]) -> list[Digest]:
    async def all_of_them() -> list[Digest]:
        gathering = Gathering(press.told, workers, lambda: NINE)
        made = (gathering.digest(each, occurrence(each.id, NINE), last) for each, last in asked)
        return list(await asyncio.gather(*made))

    return asyncio.run(all_of_them())


def test_schedules_that_had_told_otherwise_are_each_compared_with_their_own(workers: Workers) -> None:
    press = Press()
    told = gather(
        press,
        workers,
        (schedule(1), before(1, "372")),
        (schedule(2), before(2, "372")),
        (schedule(3), before(3, "384")),
        (schedule(4), before(4, None)),
    )
    assert [each.charges for each in told] == [knew("372"), knew("372"), knew("384"), None]
    assert len(press.gathered) == 3


@pytest.mark.parametrize(
    ("last", "compared"),
    [
        (before(1, "372"), True),
        (before(1, "372", EU.model_copy(update={"name": "another name"})), True),
        (before(1, "372", Scope()), False),
        (before(1, "372", zone="Europe/Berlin"), False),
        (occurrence(1, NINE - DAY), False),
    ],
)
def test_only_one_of_the_same_clusters_and_zone_is_compared_with(
    workers: Workers, last: Occurrence, *, compared: bool
) -> None:
    (told,) = gather(Press(), workers, (schedule(), last))
    assert told.charges == (knew("372") if compared else None)


def test_what_was_told_last_is_kept_by_one_that_cannot_be_gathered(workers: Workers) -> None:
    press = Press()
    press.refuses = True
    (told,) = gather(press, workers, (schedule(), before(1, "372")))
    assert told.unknown
    assert told.charges == knew("372")
