"""How moments and spans are said, and what is made of them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from commands._when import Moment, moment, said, span
from dac.errors import Invalid

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 23, 16, 30, 20, tzinfo=UTC)
"""A Monday, 17:30:20 in Berlin."""


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def means(text: str, now: datetime = NOW, zone: ZoneInfo = BERLIN) -> Moment:
    found = moment(text, zone=zone, now=now)
    assert found.at.tzinfo is UTC
    assert found.at > now
    return found


@pytest.mark.parametrize(
    ("typed", "minutes"),
    [
        ("8h", 480),
        ("8H", 480),
        (" 8  hours ", 480),
        ("8hrs", 480),
        ("90m", 90),
        ("90 min", 90),
        ("1 minute", 1),
        ("2d", 2880),
        ("1 week", 10_080),
        ("1h30m", 90),
        ("1h30", 90),
        ("1d 4h", 1680),
        ("1 day and 4 hours", 1680),
        ("1d, 4h, 5 mins", 1685),
        ("1:30", 90),
        ("26:05", 1565),
        ("PT8H", 480),
        ("pt90m", 90),
        ("P1DT4H", 1680),
        ("P1W", 10_080),
        ("PT1.5H", 90),
        ("1.5h", 90),
        ("1,5h", 90),
        ("120s", 2),
        ("366d", 527_040),
        ("8\u00a0h", 480),
    ],
)
def test_a_span_is_read_as_people_say_it(typed: str, minutes: int) -> None:
    assert span(typed) == timedelta(minutes=minutes)


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("", "No length of time was given; say one such as 8h"),
        ("   ", "No length of time was given"),
        ("0h", "“0h” is no time at all; at least a minute"),
        ("0:00", "“0:00” is no time at all"),
        ("PT0S", "“PT0S” is no time at all"),
        ("-8h", "“-8h” is negative"),
        ("−8h", "“−8h” is negative"),
        ("- 1:30", "“- 1:30” is negative"),
        ("-PT8H", "“-PT8H” is negative"),
        ("366d 1m", "“366d 1m” is too long; 366 days is the most"),
        ("9" * 5000 + "h", "9…” is too long"),
        ("PT99999999999H", "“PT99999999999H” is too long"),
        ("90s", "“90s” is not in whole minutes"),
        ("1.33h", "“1.33h” is not in whole minutes"),
        ("8", "“8” has no unit: say 8h for hours or 8 min for minutes"),
        ("soon", "“soon” is no length of time I understand; say one such as 8h, 90 min, 1d 4h, 1:30 or PT8H"),
        ("-", "“-” is no length of time I understand"),
        ("-soon", "“-soon” is no length of time I understand"),
        ("1:75", "is no length of time I understand"),
        ("1h 1h", "is no length of time I understand"),
        ("30m 1h", "is no length of time I understand"),
        ("P", "is no length of time I understand"),
        ("PT", "is no length of time I understand"),
        ("P1M", "is no length of time I understand"),
        ("P1Y", "is no length of time I understand"),
        ("8 hippos", "is no length of time I understand"),
        ("x" * 4000, "x…” is no length of time I understand"),
    ],
)
def test_what_is_no_span_is_refused_with_its_reason(typed: str, why: str) -> None:
    with pytest.raises(Invalid) as refused:
        span(typed)
    assert why in str(refused.value)
    assert len(str(refused.value)) < 200


@pytest.mark.parametrize(
    ("length", "words"),
    [
        (timedelta(hours=8), "8 h"),
        (timedelta(minutes=90), "1 h 30 min"),
        (timedelta(days=2), "2 days"),
        (timedelta(days=1), "1 day"),
        (timedelta(days=1, minutes=1), "1 day 1 min"),
        (timedelta(days=14, hours=4), "14 days 4 h"),
        (timedelta(minutes=2, seconds=5), "2 min 5 s"),
        (timedelta(), "0 min"),
        (timedelta(hours=-1, minutes=-30), "-1 h 30 min"),
    ],
)
def test_a_span_is_said_without_rounding(length: timedelta, words: str) -> None:
    assert said(length) == words


@given(st.integers(1, 366 * 1440))
def test_a_span_that_is_said_is_read_back_the_same(minutes: int) -> None:
    length = timedelta(minutes=minutes)
    assert span(said(length)) == length


@pytest.mark.parametrize(
    ("typed", "at"),
    [
        ("18:00", "2026-11-23T17:00"),
        ("at 18:00", "2026-11-23T17:00"),
        ("17:30", "2026-11-24T16:30"),
        ("17:30:30", "2026-11-23T16:30:30"),
        ("17:30:20", "2026-11-24T16:30:20"),
        ("9:00", "2026-11-24T08:00"),
        ("6pm", "2026-11-23T17:00"),
        ("6 PM", "2026-11-23T17:00"),
        ("6 p.m.", "2026-11-23T17:00"),
        ("6:30 pm", "2026-11-23T17:30"),
        ("12am", "2026-11-23T23:00"),
        ("12pm", "2026-11-24T11:00"),
        ("noon", "2026-11-24T11:00"),
        ("tomorrow 09:00", "2026-11-24T08:00"),
        ("Tomorrow at 9am", "2026-11-24T08:00"),
        ("9am tomorrow", "2026-11-24T08:00"),
        ("tomorrow noon", "2026-11-24T11:00"),
        ("today 18:00", "2026-11-23T17:00"),
        ("mon 09:00", "2026-11-30T08:00"),
        ("mon 18:00", "2026-11-23T17:00"),
        ("monday 9:00", "2026-11-30T08:00"),
        ("on Tues, 9am", "2026-11-24T08:00"),
        ("sun 18:00", "2026-11-29T17:00"),
        ("2026-11-24 18:00", "2026-11-24T17:00"),
        ("2026-11-24T18:00", "2026-11-24T17:00"),
        ("2026-11-24T18:00:30.250", "2026-11-24T17:00:30"),
        ("2026-11-24t18:00z", "2026-11-24T18:00"),
        ("2026-11-24T18:00+01:00", "2026-11-24T17:00"),
        ("2026-11-24T18:00-0530", "2026-11-24T23:30"),
        ("2026-11-24 18:00 −05", "2026-11-24T23:00"),
        ("18:00 UTC+1", "2026-11-23T17:00"),
        ("18:00 +05:30", "2026-11-24T12:30"),
        ("24 Nov 18:00", "2026-11-24T17:00"),
        ("24. November, 18:00", "2026-11-24T17:00"),
        ("Nov 24 18:00", "2026-11-24T17:00"),
        ("Nov 24, 2026 6pm", "2026-11-24T17:00"),
        ("24th Nov 2026 at 6pm", "2026-11-24T17:00"),
        ("18:00 24 Nov", "2026-11-24T17:00"),
        ("1 Sept 18:00", "2027-09-01T16:00"),
        ("1 May 18:00", "2027-05-01T16:00"),
        ("23 Nov 18:00", "2026-11-23T17:00"),
        ("23 Oct 17:00", "2027-10-23T15:00"),
        ("+2h", "2026-11-23T18:30:20"),
        ("in 2h", "2026-11-23T18:30:20"),
        ("In 1 h 30 min", "2026-11-23T18:00:20"),
        ("+ 1:30", "2026-11-23T18:00:20"),
        ("in 366d", "2027-11-24T16:30:20"),
        ("18:00\u00a0", "2026-11-23T17:00"),
    ],
)
def test_a_moment_is_read_as_people_say_it(typed: str, at: str) -> None:
    found = means(typed)
    assert found.at == utc(at)
    assert found.note == ""


@pytest.mark.parametrize(
    ("typed", "at", "zone"),
    [
        ("18:00", "2026-11-23T17:00", "Europe/Berlin"),
        ("18:00 europe/london", "2026-11-23T18:00", "Europe/London"),
        ("18:00 UTC", "2026-11-23T18:00", "UTC"),
        ("18:00Z", "2026-11-23T18:00", "UTC"),
        ("18:00+00:00", "2026-11-23T18:00", "Europe/Berlin"),
        ("6pm America/New_York", "2026-11-23T23:00", "America/New_York"),
        ("11am America/New_York", "2026-11-24T16:00", "America/New_York"),
        ("today 08:00 Pacific/Auckland", "2026-11-23T19:00", "Pacific/Auckland"),
        ("9am tomorrow UTC", "2026-11-24T09:00", "UTC"),
        ("mon 09:00 Asia/Tokyo", "2026-11-30T00:00", "Asia/Tokyo"),
        ("in 1h 30 min Europe/London", "2026-11-23T18:00:20", "Europe/London"),
        ("+2h utc", "2026-11-23T18:30:20", "UTC"),
    ],
)
def test_a_zone_that_is_named_goes_before_the_person_s(typed: str, at: str, zone: str) -> None:
    found = means(typed)
    assert (found.at, found.zone) == (utc(at), zone)


@pytest.mark.parametrize(
    ("typed", "now", "at", "note"),
    [
        (
            "2027-03-28 02:30",
            "2026-11-23",
            "2027-03-28T01:00",
            (
                "02:30 on 28 March 2027 does not exist in Europe/Berlin, where the clocks go forward: "
                "this is the first moment that does, 03:00."
            ),
        ),
        (
            "02:30",
            "2027-03-27T20:00",
            "2027-03-28T01:00",
            (
                "02:30 on 28 March 2027 does not exist in Europe/Berlin, where the clocks go forward: "
                "this is the first moment that does, 03:00."
            ),
        ),
        ("28 Mar 03:00", "2027-03-27", "2027-03-28T01:00", ""),
        (
            "2026-10-25 02:30",
            "2026-10-24",
            "2026-10-25T00:30",
            "02:30 on 25 October 2026 comes twice in Europe/Berlin, where the clocks go back: this is the first.",
        ),
        (
            "02:30",
            "2026-10-25T00:45",
            "2026-10-25T01:30",
            (
                "02:30 on 25 October 2026 comes twice in Europe/Berlin, where the clocks go back: "
                "this is the second, as the first has passed."
            ),
        ),
        ("2026-10-25 02:30+01:00", "2026-10-24", "2026-10-25T01:30", ""),
        ("2026-10-25 02:30 UTC", "2026-10-24", "2026-10-25T02:30", ""),
        ("in 24h", "2026-10-24T10:00", "2026-10-25T10:00", ""),
        ("tomorrow 12:00", "2026-10-24T10:00", "2026-10-25T11:00", ""),
        (
            "2011-12-30 12:00 Pacific/Apia",
            "2011-12-29",
            "2011-12-30T10:00",
            (
                "12:00 on 30 December 2011 does not exist in Pacific/Apia, where the clocks go forward: "
                "this is the first moment that does, 00:00 on 31 December 2011."
            ),
        ),
    ],
)
def test_a_change_of_the_clocks_is_said_where_it_matters(typed: str, now: str, at: str, note: str) -> None:
    found = means(typed, utc(now))
    assert (found.at, found.note) == (utc(at), note)


@pytest.mark.parametrize(
    ("typed", "now", "at"),
    [
        ("29 Feb 09:00", "2027-11-01", "2028-02-29T08:00"),
        ("31 Dec 18:00", "2027-02-15", "2027-12-31T17:00"),
        ("2 Jan 09:00", "2026-12-31", "2027-01-02T08:00"),
    ],
    ids=["the next leap day", "this year's", "next year's"],
)
def test_a_date_without_its_year_is_the_next(typed: str, now: str, at: str) -> None:
    assert means(typed, utc(now)).at == utc(at)


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("", "No moment was given; say one such as 18:00"),
        ("soon", "“soon” is no moment I understand; say one such as 18:00, tomorrow 9am, mon 09:00, 2026-11-30 18:00"),
        ("next monday 9:00", "“next monday 9:00” is no moment I understand"),
        ("24/11 18:00", "is no moment I understand"),
        ("18:000", "is no moment I understand"),
        ("-18:00", "is no moment I understand"),
        ("tomorrow", "“tomorrow” names no time of day; say it as tomorrow 09:00"),
        ("24 Nov", "“24 Nov” names no time of day"),
        ("2h", "“2h” is a length of time; say in 2h"),
        ("in soon", "“soon” is no length of time I understand"),
        ("+400d", "“400d” is too long"),
        ("24:00", "“24:00” is no time of day: hours run from 0 to 23"),
        ("18:99", "“18:99” is no time of day"),
        ("13pm", "“13pm” is no time of day: with am or pm"),
        ("0am", "“0am” is no time of day: with am or pm"),
        ("today 09:00", "“today 09:00” was 8 h ago; say a moment still to come, such as in 2h"),
        ("2026-11-23T16:30:20Z", "was under 1 s ago"),
        ("today 01:00 Pacific/Auckland", "was 4 h ago"),
        ("2025-01-01 10:00", "was 691 days ago"),
        ("20 Nov 18:00", "“20 Nov 18:00” was 2 days ago; say a moment still to come, with its year if next year's"),
        ("20 Nov 2026 18:00", "was 2 days ago; say a moment still to come, such as in 2h"),
        ("2027-11-25 18:00", "is more than 366 days away; say one such as"),
        ("29 Feb 09:00", "is more than 366 days away"),
        ("31 Nov 09:00", "“31 Nov 09:00” names a day that the calendar does not have"),
        ("2027-02-29 09:00", "names a day that the calendar does not have"),
        ("0001-01-01 10:00", "names a day that the calendar does not have"),
        ("9999-12-31 23:59 America/New_York", "names a day that the calendar does not have"),
        ("18:00 Europe/Berln", "“Europe/Berln” is no time zone I know"),
        ("18:00 Europe/Berln", "did you mean Europe/Berlin or"),
        ("in 2h Europe/Lodon", "did you mean Europe/London or"),
        ("18:00 +99:00", "“+99:00” is no time zone I know"),
        ("18:00 zZ", "“zZ” is no time zone I know"),
        ("18:00 ../../etc/passwd", "is no time zone I know"),
        ("18:00 and a story " + "x" * 4000, "x…” is no time zone I know"),
        ("x" * 4000, "x…” is no moment I understand"),
    ],
)
def test_what_is_no_moment_is_refused_with_its_reason(typed: str, why: str) -> None:
    with pytest.raises(Invalid) as refused:
        means(typed)
    assert why in str(refused.value)
    assert len(str(refused.value)) < 320


def test_last_year_s_date_that_passed_lately_is_not_next_year_s() -> None:
    with pytest.raises(Invalid, match="was 2 days ago"):
        means("31 Dec 18:00", utc("2027-01-02T18:00"))


PIECES = st.sampled_from(
    [
        *(
            "18:00",
            "6pm",
            "25:99",
            "noon",
            "tomorrow",
            "today",
            "mon",
            "24 Nov",
            "Nov 31",
            "2026-11-24",
            "T",
            "+",
            "in",
        ),
        *(
            "2h",
            "1:30",
            "Z",
            "+01:00",
            "UTC",
            "Europe/Berlin",
            "Europe",
            "on",
            "at",
            ",",
            "-",
            "PT8H",
            "٣",
            "\x00",
            "é",
        ),
    ]
)


@given(st.lists(PIECES | st.text(max_size=6), max_size=5), st.sampled_from(["", " "]))
@settings(max_examples=100, deadline=None)
def test_whatever_is_typed_is_a_moment_to_come_or_refused_in_a_sentence(pieces: list[str], between: str) -> None:
    try:
        found: Moment | None = means(between.join(pieces))
    except Invalid as refused:
        found, sentence = None, str(refused)
    if found:
        assert found.at <= NOW + timedelta(days=366)
        assert ZoneInfo(found.zone).key == found.zone
    else:
        assert sentence.endswith((".", "?"))


@given(st.lists(PIECES | st.text(max_size=6), max_size=5).map("".join))
@settings(max_examples=200, deadline=None)
def test_whatever_is_typed_is_a_span_or_refused_in_a_sentence(typed: str) -> None:
    try:
        length = span(typed)
    except Invalid as refused:
        length, sentence = timedelta(), str(refused)
    if length:
        assert timedelta(minutes=1) <= length <= timedelta(days=366)
        assert length % timedelta(minutes=1) == timedelta()
    else:
        assert sentence.endswith(".")


@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31)),  # noqa: DTZ001 - hypothesis wants naive bounds
    st.integers(1, 365 * 1440),
    st.sampled_from(["Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe"]),
)
@settings(deadline=None)
def test_a_moment_written_with_its_offset_is_read_exactly(naive: datetime, minutes: int, name: str) -> None:
    now = naive.replace(tzinfo=UTC)
    zone = ZoneInfo(name)
    at = (now + timedelta(minutes=minutes)).replace(second=0, microsecond=0).astimezone(zone)
    if at > now:
        assert means(at.isoformat(timespec="minutes"), now, zone) == Moment(at=at, zone=name)
