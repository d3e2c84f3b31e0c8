from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from dac.errors import Invalid
from dac.zones import is_zone, moments, zone_named


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "wall", "first", "last"),
    [
        ("Europe/Berlin", "2026-11-24T18:00", "2026-11-24T17:00", "2026-11-24T17:00"),
        ("Europe/Berlin", "2026-03-29T02:30", "2026-03-29T01:00", "2026-03-29T01:00"),
        ("Europe/Berlin", "2026-03-29T02:59:59.999", "2026-03-29T01:00", "2026-03-29T01:00"),
        ("Europe/Berlin", "2026-03-29T03:00", "2026-03-29T01:00", "2026-03-29T01:00"),
        ("Europe/Berlin", "2026-10-25T02:30", "2026-10-25T00:30", "2026-10-25T01:30"),
        ("Europe/Berlin", "2026-10-25T03:00", "2026-10-25T02:00", "2026-10-25T02:00"),
        ("Australia/Lord_Howe", "2026-10-04T02:15", "2026-10-03T15:30", "2026-10-03T15:30"),
        ("Australia/Lord_Howe", "2026-04-05T01:45", "2026-04-04T14:45", "2026-04-04T15:15"),
        ("Pacific/Apia", "2011-12-30T12:00", "2011-12-30T10:00", "2011-12-30T10:00"),
    ],
)
def test_a_wall_clock_shows_a_time_once_twice_or_never(zone: str, wall: str, first: str, last: str) -> None:
    assert moments(datetime.fromisoformat(wall), ZoneInfo(zone)) == (utc(first), utc(last))


@pytest.mark.parametrize(
    ("word", "name"),
    [("Europe/Berlin", "Europe/Berlin"), ("america/new_york", "America/New_York"), ("utc", "UTC")],
)
def test_a_zone_is_known_in_any_case(word: str, name: str) -> None:
    assert is_zone(word)
    assert zone_named(word).key == name


@pytest.mark.parametrize(
    ("word", "offered"),
    [("New York", "America/New_York"), ("Berlin", "Europe/Berlin"), ("us/east", "US/Eastern")],
)
def test_a_zone_that_is_not_known_is_offered_its_neighbours(word: str, offered: str) -> None:
    assert not is_zone(word)
    with pytest.raises(Invalid, match=f"“{word}” is no time zone I know .*; did you mean {offered} or"):
        zone_named(word)


def test_where_no_zone_is_near_only_their_looks_are_said() -> None:
    with pytest.raises(Invalid, match=r"“\?\?” is no time zone I know \(names look like Europe/Berlin or UTC\)\.$"):
        zone_named("??")
