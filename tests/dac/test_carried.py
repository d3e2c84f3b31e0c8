"""What a cluster's units have carried is read off its own hours, and how many units that makes."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from dac.carried import carried
from dac.history import History, Hour, each_hour
from tests.fakes import START


def history(*hours: tuple[str | None, str | None]) -> History:
    """Calls and p95 of one hour after the other, one call in a hundred an error."""
    since = START.replace(minute=0, second=0, microsecond=0)
    until = since + timedelta(hours=len(hours))
    return History(
        cluster_id="c",
        since=since,
        until=until,
        hours=tuple(_hour(*each) for each in zip(each_hour(since, until), hours, strict=True)),
        read_at=START,
    )


def _hour(at: object, said: tuple[str | None, str | None]) -> Hour:
    calls, p95 = (each if each is None else Decimal(each) for each in said)
    return Hour.model_validate(
        {"since": at, "calls": calls, "errors": None if calls is None else calls / 100, "p95_seconds": p95}
    )


@pytest.mark.parametrize("units", [1, 3, 6, 7, 9, 11, 49])
@pytest.mark.parametrize("calls", ["14400", "100", "25001", "7919"])
def test_what_it_carries_now_takes_the_units_it_has(units: int, calls: str) -> None:
    # A third of four requests a second has no last digit, and three times that is still no more than four.
    found = carried(history((calls, "3"), ("100", "2")), units)
    assert found is not None
    assert found.needed(found.busiest) == units
    assert found.needed(found.busiest * Decimal("1.001")) == units + 1


def test_it_is_told_in_two_lines() -> None:
    found = carried(history(("32400", "9"), ("14400", "3")), 2)
    assert found is not None
    assert found.words == (
        "Busiest hour: 9.00 requests/s on 2 units, p95 9.0 s",
        "In an hour that went well one unit has carried 2.00 requests/s, more was not seen",
    )
    little = carried(history(("100", "2")), 50)
    assert little is not None
    assert little.words == (
        "Busiest hour: 0.028 requests/s on 50 units, p95 2.0 s",
        "In an hour that went well one unit has carried 0.00056 requests/s, more was not seen",
    )


@pytest.mark.parametrize(
    ("latency", "per_unit", "strained"),
    [("9", "4.5", False), ("8.9", "2", True), ("3", "2", True), ("2", "0.5", True)],
)
def test_a_latency_of_ones_own_says_which_hours_went_well(latency: str, per_unit: str, strained: bool) -> None:  # noqa: FBT001 - a column of the table
    found = carried(history(("32400", "9"), ("14400", "3"), ("3600", "1")), 2, Decimal(latency))
    assert found is not None
    assert (found.per_unit, found.strained) == (Decimal(per_unit), strained)


def test_where_no_hour_went_well_or_the_busiest_is_not_known_nothing_is_said() -> None:
    seen = history(("32400", "9"), ("14400", "3"))
    assert carried(seen, 2, Decimal(1)) is None
    assert carried(history(("32400", "3"), (None, "3")), 2) is None
    assert carried(history(("0", None)), 2) is None
    assert carried(history(("99", "1")), 2) is None


def test_more_requests_never_need_fewer_units_and_at_least_one() -> None:
    found = carried(history(("14400", "3")), 3)
    assert found is not None
    wanted = [found.needed(Decimal(each) / 10) for each in range(1, 200)]
    assert wanted == sorted(wanted)
    assert wanted[0] == 1
