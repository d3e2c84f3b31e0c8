from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from dac.quiet_hours import QuietHours

BERLIN = ZoneInfo("Europe/Berlin")
NIGHT = QuietHours(time(22), time(7), BERLIN)
NOON = QuietHours(time(12), time(13, 30), BERLIN)


@pytest.mark.parametrize(
    ("wall", "quiet"),
    [("21:59", False), ("22:00", True), ("23:59", True), ("00:00", True), ("06:59", True), ("07:00", False)],
)
def test_they_go_over_midnight(wall: str, *, quiet: bool) -> None:
    moment = datetime.fromisoformat(f"2026-11-23T{wall}").replace(tzinfo=BERLIN)
    assert NIGHT.covers(moment.astimezone(UTC)) is quiet


@pytest.mark.parametrize(("wall", "quiet"), [("11:59", False), ("12:00", True), ("13:29", True), ("13:30", False)])
def test_or_lie_within_a_day(wall: str, *, quiet: bool) -> None:
    assert NOON.covers(datetime.fromisoformat(f"2026-11-23T{wall}").replace(tzinfo=BERLIN)) is quiet


@pytest.mark.parametrize(
    ("evening", "hours"),
    [(datetime(2026, 3, 28, 12, tzinfo=UTC), 8), (datetime(2026, 10, 24, 12, tzinfo=UTC), 10)],
    ids=["clocks put forward", "clocks put back"],
)
def test_a_night_in_which_the_clocks_change_is_as_long_as_it_is(evening: datetime, hours: int) -> None:
    minutes = [evening + timedelta(minutes=each) for each in range(24 * 60)]
    assert sum(NIGHT.covers(each) for each in minutes) == hours * 60
