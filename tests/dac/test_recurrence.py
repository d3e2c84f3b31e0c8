"""When things come round, against a clock on the wall read every quarter of an hour of a year."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dac.errors import Invalid
from dac.recurrence import recurrence
from dac.rhythm import Recurrence
from tests.dac.walls import BEGIN, DAYS, END, expected

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 29, 10, tzinfo=UTC)
ZONES = (
    "Europe/Berlin",
    "America/New_York",
    "America/Santiago",
    "Australia/Lord_Howe",
    "Asia/Kolkata",
    "Africa/Casablanca",
    "UTC",
)


@pytest.mark.parametrize(
    ("text", "words", "then"),
    [
        ("weekdays 09:00 Europe/Berlin", "weekdays 09:00 Europe/Berlin", "2026-11-30T08:00"),
        ("weekdays 09:00", "weekdays 09:00 Europe/Berlin", "2026-11-30T08:00"),
        ("daily 9:00 utc", "daily 09:00 UTC", "2026-11-30T09:00"),
        ("every day at noon", "daily 12:00 Europe/Berlin", "2026-11-29T11:00"),
        ("daily midnight", "daily 00:00 Europe/Berlin", "2026-11-29T23:00"),
        ("first day of the month 9:00", "monthly 1 09:00 Europe/Berlin", "2026-12-01T08:00"),
        ("weekends 10am", "weekends 10:00 Europe/Berlin", "2026-12-05T09:00"),
        ("mondays 8:30", "mondays 08:30 Europe/Berlin", "2026-11-30T07:30"),
        ("weekly on Tuesday at 6 p.m.", "tuesdays 18:00 Europe/Berlin", "2026-12-01T17:00"),
        ("tues 9:00", "tuesdays 09:00 Europe/Berlin", "2026-12-01T08:00"),
        ("mon,wed, fri 18:00", "mon,wed,fri 18:00 Europe/Berlin", "2026-11-30T17:00"),
        ("Mon–Wed 9:00", "mon,tue,wed 09:00 Europe/Berlin", "2026-11-30T08:00"),
        ("fri-mon 9:00", "mon,fri,sat,sun 09:00 Europe/Berlin", "2026-11-30T08:00"),
        ("1st 09:00", "monthly 1 09:00 Europe/Berlin", "2026-12-01T08:00"),
        ("monthly 1 09:00", "monthly 1 09:00 Europe/Berlin", "2026-12-01T08:00"),
        ("on the 1st and 15th of every month at 9:00", "monthly 1,15 09:00 Europe/Berlin", "2026-12-01T08:00"),
        ("last day 17:00", "last day 17:00 Europe/Berlin", "2026-11-30T16:00"),
        ("monthly last 5pm", "last day 17:00 Europe/Berlin", "2026-11-30T16:00"),
        ("first monday 09:00", "first monday 09:00 Europe/Berlin", "2026-12-07T08:00"),
        ("last friday 9:00 UTC", "last friday 09:00 UTC", "2026-12-25T09:00"),
        ("daily 17:00,09:00", "daily 09:00,17:00 Europe/Berlin", "2026-11-29T16:00"),
        ("daily 9:30 and 12 am", "daily 00:00,09:30 Europe/Berlin", "2026-11-29T23:00"),
        ("at 09:00 on weekdays asia/kolkata", "weekdays 09:00 Asia/Kolkata", "2026-11-30T03:30"),
        ("09:00 weekdays", "weekdays 09:00 Europe/Berlin", "2026-11-30T08:00"),
        ("0 9 * * 1-5", "0 9 * * 1-5 Europe/Berlin", "2026-11-30T08:00"),
        ("0 9 * * mon–fri america/new_york", "0 9 * * MON-FRI America/New_York", "2026-11-30T14:00"),
        ("0 */4 * * *", "0 */4 * * * Europe/Berlin", "2026-11-29T11:00"),
        ("30 9 1 jan,jul * UTC", "30 9 1 JAN,JUL * UTC", "2027-01-01T09:30"),
        ("0 9 * * 7", "0 9 * * 7 Europe/Berlin", "2026-12-06T08:00"),
        ("0 9 13 * 5", "0 9 13 * 5 Europe/Berlin", "2026-12-04T08:00"),
        ("0 9 L * *", "0 9 L * * Europe/Berlin", "2026-11-30T08:00"),
        ("0 9 * * 1#2", "0 9 * * 1#2 Europe/Berlin", "2026-12-14T08:00"),
        ("@daily", "0 0 * * * Europe/Berlin", "2026-11-29T23:00"),
        ("@Weekly UTC", "0 0 * * 0 UTC", "2026-12-06T00:00"),
        ("every weekday at 9", "weekdays 09:00 Europe/Berlin", "2026-11-30T08:00"),
        ("every day at 9 and at 17:00", "daily 09:00,17:00 Europe/Berlin", "2026-11-29T16:00"),
        ("mondays at 9 in America/New_York", "mondays 09:00 America/New_York", "2026-11-30T14:00"),
        ("mondays at 9 pm", "mondays 21:00 Europe/Berlin", "2026-11-30T20:00"),
        ("Europe/Berlin weekdays 09:00", "weekdays 09:00 Europe/Berlin", "2026-11-30T08:00"),
        ("New York weekdays 09:00", "weekdays 09:00 America/New_York", "2026-11-30T14:00"),
        ("weekdays 9 o'clock", "weekdays 09:00 Europe/Berlin", "2026-11-30T08:00"),
        ("UTC 0 9 * * 1", "0 9 * * 1 UTC", "2026-11-30T09:00"),
        ("weekdays 0900", "weekdays 09:00 Europe/Berlin", "2026-11-30T08:00"),
        ("0930 weekdays New York", "weekdays 09:30 America/New_York", "2026-11-30T14:30"),
        ("weekdays 9h30", "weekdays 09:30 Europe/Berlin", "2026-11-30T08:30"),
        ("weekdays 9h", "weekdays 09:00 Europe/Berlin", "2026-11-30T08:00"),
        ("each weekday 9 Uhr Berlin", "weekdays 09:00 Europe/Berlin", "2026-11-30T08:00"),
        ("weekdays 09:30 Uhr in Sao Paulo", "weekdays 09:30 America/Sao_Paulo", "2026-11-30T12:30"),
        ("every other monday 9:00", "every other monday 09:00 Europe/Berlin from 2026-11-30", "2026-11-30T08:00"),
        ("biweekly on thu 9am", "every other thursday 09:00 Europe/Berlin from 2026-12-03", "2026-12-03T08:00"),
        (
            "every 2 weeks on mon and thu 9:00 from 2026-11-23",
            "every other mon,thu 09:00 Europe/Berlin from 2026-11-23",
            "2026-12-07T08:00",
        ),
        ("first workday 09:00", "first workday 09:00 Europe/Berlin", "2026-12-01T08:00"),
        ("last business day of the month at 17:00", "last workday 17:00 Europe/Berlin", "2026-11-30T16:00"),
        ("9am every weekday in Asia/Kolkata", "weekdays 09:00 Asia/Kolkata", "2026-11-30T03:30"),
    ],
)
def test_what_people_and_cron_say_is_understood_and_said_back(text: str, words: str, then: str) -> None:
    made = recurrence(text, BERLIN).anchored(NOW)
    assert made.words == words
    assert made.next_after(NOW) == datetime.fromisoformat(then).replace(tzinfo=UTC)
    assert recurrence(words, ZoneInfo("UTC")) == made


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "It is not said when; say one such as"),
        ("daily 9:00 " * 30, "is too long; say one such as"),
        ("daily", "“daily” says no time of day"),
        ("every 2 hours", "says no time of day"),
        ("daily 9:5", "says no time of day"),
        ("9:00", "“9:00” does not say on which days"),
        ("weekly 9:00", "does not say on which days"),
        ("monthly monday 9:00", "does not say which of the month; say “first monday 09:00” for once a month"),
        ("every other monday of the month 9:00", "or leave out “month”."),
        ("weekly first monday 9:00", "does not come every week; leave out “weekly”"),
        ("someday 9:00", "“someday” names no days I know"),
        ("mo 9:00", "“mo” names no days I know"),
        ("mon- 9:00", "“mon-” names no days I know"),
        ("last week 9:00", "“last week” names no days I know"),
        ("1st monday tuesday 9:00", "“1st monday tuesday” names no days I know"),
        ("32nd 9:00", "names a day that no month has; “last day 09:00” is the last"),
        ("daily at 25", "“at 25” is no time of day"),
        ("@reboot", "“@reboot” says no time of day"),
        ("daily 25:00", "“25:00” is no time of day"),
        ("daily 9:75", "“9:75” is no time of day"),
        ("daily 13pm", "“13pm” is no time of day"),
        ("daily 9:00 or 10:00", "“or” stands between two times"),
        ("daily 09:00 Louisville", "“Louisville” is no time zone I know .* did you mean"),
        ("every second monday 9:00", "in two ways: say “every other monday” for every two weeks, or “second monday”"),
        ("every other day 9:00", "does not say on which weekday; say “every other monday 09:00”"),
        ("biweekly 9:00", "does not say on which days"),
        ("every other weekday 9:00", "does not say on which weekday"),
        ("mondays 9:00 from 2026-11-30", "is for what comes every other week"),
        ("every other monday 9:00 from 2026-13-30", "is no day of the calendar"),
        ("weekdays 09:00 Europe/Berln", "did you mean Europe/Berlin"),
        ("09:00 weekdays Europe/Berln", "did you mean Europe/Berlin"),
        ("0 9 * * 1-5 Europe/Berln", "did you mean Europe/Berlin"),
        ("0 9 * *", "does not have cron's five fields"),
        ("0 0 9 * * 1", "does not have cron's five fields"),
        ("61 9 * * *", "is no cron I understand: its minute is wrong"),
        ("0 9 * * FUN", "its day-of-week is wrong"),
        ("0 9 30 2 *", "its day-of-month is wrong"),
        ("0 9 */40 * 1#2", "names a day that never comes"),
        ("*/15 * * * *", "comes more often than once an hour"),
        ("0,30 9 * * *", "comes more often than once an hour"),
        ("daily 9:00, 9:30", "comes more often than once an hour"),
        ("daily 23:30,0:15", "comes more often than once an hour"),
    ],
)
def test_what_is_no_such_thing_is_told_in_a_sentence(text: str, why: str) -> None:
    with pytest.raises(Invalid, match=why):
        recurrence(text, BERLIN)


def test_what_does_not_come_again_says_so() -> None:
    never = Recurrence(words="never", crons=("0 9 */40 * 1#2",), zone="UTC")
    with pytest.raises(OverflowError):
        never.next_after(NOW)


def test_a_zone_that_is_known_no_more_is_said_to_be_that() -> None:
    with pytest.raises(Invalid, match="knows no time zone Old/Town any more"):
        Recurrence(words="daily", crons=("0 9 * * *",), zone="Old/Town").next_after(NOW)


@pytest.mark.parametrize(
    ("text", "after", "then"),
    [
        ("daily 02:30 Europe/Berlin", "2027-03-27T12:00", ["2027-03-28T01:00", "2027-03-29T00:30"]),
        ("daily 02:30,03:30 Europe/Berlin", "2027-03-27T12:00", ["2027-03-28T01:00", "2027-03-28T01:30"]),
        ("daily 02:00,03:00 Europe/Berlin", "2027-03-27T12:00", ["2027-03-28T01:00", "2027-03-29T00:00"]),
        ("daily 02:30 Europe/Berlin", "2026-10-24T12:00", ["2026-10-25T00:30", "2026-10-26T01:30"]),
        ("daily 02:30 Europe/Berlin", "2026-10-25T01:10", ["2026-10-26T01:30"]),
        ("0 * * * * Europe/Berlin", "2026-10-25T00:00", ["2026-10-25T02:00"]),
        ("daily 00:00 America/Santiago", "2026-09-05T12:00", ["2026-09-06T04:00", "2026-09-07T03:00"]),
        ("daily 02:15 Australia/Lord_Howe", "2026-10-03T12:00", ["2026-10-03T15:30", "2026-10-04T15:15"]),
        ("daily 01:45 Australia/Lord_Howe", "2026-04-04T12:00", ["2026-04-04T14:45", "2026-04-05T15:15"]),
    ],
)
def test_a_change_of_the_clocks_neither_drops_nor_doubles_a_day(text: str, after: str, then: list[str]) -> None:
    moment = datetime.fromisoformat(after).replace(tzinfo=UTC)
    wanted = tuple(datetime.fromisoformat(each).replace(tzinfo=UTC) for each in then)
    assert recurrence(text, BERLIN).preview(moment, len(then)) == wanted


def test_it_is_strictly_after_and_may_be_asked_from_any_zone() -> None:
    made = recurrence("daily 09:00", BERLIN)
    at = datetime(2026, 11, 30, 9, tzinfo=BERLIN)
    assert made.next_after(at - timedelta(microseconds=1)) == at
    assert made.next_after(at) == at + timedelta(days=1)
    assert made.next_after(at).tzinfo is UTC


MINUTES = st.sampled_from([0, 15, 45])
HOURS = st.sampled_from([[0], [1], [2], [3], [2, 9], [1, 22], [3, 12], [0, 9, 22]])
"""Far enough from one another whatever their minutes; the clocks change between 0 and 3."""


@settings(max_examples=30, deadline=None)
@given(zone=st.sampled_from(ZONES), days=st.sampled_from(sorted(DAYS)), hours=HOURS, minute=MINUTES, other=MINUTES)
def test_a_year_of_it_is_what_the_clock_on_the_wall_shows(
    zone: str, days: str, hours: list[int], minute: int, other: int
) -> None:
    times = {time(hour, other if place else minute) for place, hour in enumerate(hours)}
    made = recurrence(f"{days} {','.join(f'{each:%H:%M}' for each in times)} {zone}", BERLIN).anchored(BEGIN)
    found, at = list[datetime](), BEGIN
    while (at := made.next_after(at)) < END:
        found.append(at)
    assert found == expected(zone, DAYS[days], times)
