"""A cluster's hours: sums that are never too small, the peak, the mean call, and the day as people live it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from dac.errors import Invalid
from dac.figures import Trust
from dac.history import HOUR, History, Hour, calls_per_second, full_hour, together, total, window

MONDAY = datetime(2026, 11, 23, 0, 0, tzinfo=UTC)
ALL = (
    "TotalInvocationCount",
    "ClientErrorCount",
    "ServerErrorCount",
    "InputTokenCount",
    "OutputTokenCount",
    "InvocationLatency",
)
LONDON, CHICAGO, KOLKATA = ZoneInfo("Europe/London"), ZoneInfo("America/Chicago"), ZoneInfo("Asia/Kolkata")


def history(*hours: dict[str, Any], since: datetime = MONDAY) -> History:
    return History.model_validate(
        {
            "cluster_id": "ocid1.cluster",
            "since": since,
            "until": since + len(hours) * HOUR,
            "hours": [{"since": since + number * HOUR, **each} for number, each in enumerate(hours)],
            "read_at": since + len(hours) * HOUR + timedelta(minutes=20),
        }
    )


def calls(*counts: int | None, since: datetime = MONDAY) -> History:
    return history(*({"calls": each} for each in counts), since=since)


def test_the_peak_is_the_hour_with_most_calls_and_the_first_of_several() -> None:
    peak = calls(3, 9, 0, 9).peak
    assert peak is not None
    assert (peak.since, peak.calls) == (MONDAY + HOUR, Decimal(9))


def test_without_calls_there_still_is_a_busiest_hour_and_it_says_zero() -> None:
    peak = calls(0, 0).peak
    assert peak is not None
    assert peak.calls == 0


@pytest.mark.parametrize("counts", [(), (None,), (9, None, 3)])
def test_the_peak_is_not_known_where_an_hour_was_not_counted(counts: tuple[int | None, ...]) -> None:
    assert calls(*counts).peak is None


def test_calls_per_second_is_the_average_of_the_hour() -> None:
    assert calls_per_second(Hour(since=MONDAY, calls=Decimal(5400))) == Decimal("1.5")
    assert calls_per_second(Hour(since=MONDAY, calls=Decimal(0))) == 0
    assert calls_per_second(Hour(since=MONDAY)) is None


@pytest.mark.parametrize(
    ("counts", "said"), [((3, 4), Decimal(7)), ((0, 0), Decimal(0)), ((3, None), None), ((None,), None), ((), None)]
)
def test_all_calls_are_known_where_every_hour_was_counted(counts: tuple[int | None, ...], said: Decimal | None) -> None:
    assert calls(*counts).total_calls == said


@pytest.mark.parametrize(
    ("hours", "means"),
    [
        pytest.param(
            [{"calls": 1, "input_tokens": 100, "output_tokens": 9}, {"calls": 3, "input_tokens": 500}],
            (Decimal(150), None),
            id="each of the two for itself",
        ),
        pytest.param(
            [
                {"calls": 1, "input_tokens": 10, "output_tokens": 5},
                {"calls": 9, "input_tokens": 90, "output_tokens": 0},
            ],
            (Decimal(10), Decimal("0.5")),
            id="by calls, not by hours",
        ),
        pytest.param([{"calls": 0, "input_tokens": 0, "output_tokens": 0}], (None, None), id="no calls"),
        pytest.param([{"input_tokens": 5, "output_tokens": 5}], (None, None), id="calls not measured"),
        pytest.param([], (None, None), id="no hours"),
    ],
)
def test_the_mean_call_is_known_where_calls_and_tokens_are(
    hours: list[dict[str, Any]], means: tuple[Decimal | None, Decimal | None]
) -> None:
    seen = history(*hours)
    assert (seen.mean_input_tokens, seen.mean_output_tokens) == means


def test_a_week_gives_the_worst_of_each_hour_on_working_days_and_at_weekends() -> None:
    counts = [100 * (number // 24) + number % 24 for number in range(7 * 24)]
    day = calls(*counts).by_hour_of_day(ZoneInfo("UTC"))
    assert [(each.weekend, each.hour) for each in day] == [(when, hour) for when in (False, True) for hour in range(24)]
    assert [each.calls for each in day[:24]] == [400 + hour for hour in range(24)]
    assert [each.calls for each in day[24:]] == [600 + hour for hour in range(24)]


@pytest.mark.parametrize(
    ("zone", "slot"),
    [
        pytest.param(LONDON, (False, 3), id="as in UTC"),
        pytest.param(CHICAGO, (True, 21), id="still Sunday there"),
        pytest.param(KOLKATA, (False, 8), id="half hours fall to the hour they begin in"),
    ],
)
def test_the_day_is_that_of_the_zone(zone: ZoneInfo, slot: tuple[bool, int]) -> None:
    day = calls(7, since=MONDAY + 3 * HOUR).by_hour_of_day(zone)
    assert [(each.weekend, each.hour) for each in day if each.calls is not None] == [slot]


def test_the_hour_that_comes_twice_in_autumn_shows_its_worse_one() -> None:
    day = calls(5, 2, since=datetime(2026, 10, 25, 0, 0, tzinfo=UTC)).by_hour_of_day(LONDON)
    assert [(each.weekend, each.hour, each.calls) for each in day if each.calls is not None] == [(True, 1, Decimal(5))]


def test_an_hour_of_the_day_is_not_known_where_one_of_its_hours_is_not() -> None:
    counts: list[int | None] = [1] * 48
    counts[30] = None
    day = calls(*counts).by_hour_of_day(ZoneInfo("UTC"))
    assert [each.hour for each in day[:24] if each.calls is None] == [6]
    assert {each.calls for each in day[24:]} == {None}


@pytest.mark.parametrize(
    ("hours", "title"),
    [
        (
            [{"calls": 1, "errors": 0, "input_tokens": 0, "output_tokens": 1, "p95_seconds": 1}],
            f"Oracle Monitoring, {', '.join(ALL)}, hourly",
        ),
        ([{"calls": 1}, {"p95_seconds": 2}], "Oracle Monitoring, TotalInvocationCount, InvocationLatency, hourly"),
        ([{}], "Oracle Monitoring, hourly"),
    ],
)
def test_the_source_names_what_was_measured_and_when_it_was_read(hours: list[dict[str, Any]], title: str) -> None:
    source = history(*hours).source
    assert (source.title, source.url, source.as_of, source.trust) == (title, None, MONDAY.date(), Trust.LIVE)


@pytest.mark.parametrize("starts", [(0, 2), (1, 0), (0,), (0, 1, 2)])
def test_hours_that_are_not_every_hour_of_the_window_are_refused(starts: tuple[int, ...]) -> None:
    hours = tuple(Hour(since=MONDAY + each * HOUR) for each in starts)
    with pytest.raises(ValidationError, match="every hour of the window, in order"):
        History(cluster_id="ocid1", since=MONDAY, until=MONDAY + 2 * HOUR, hours=hours, read_at=MONDAY)


def test_the_window_is_full_hours_and_leaves_out_the_one_under_way() -> None:
    at = datetime(2026, 11, 23, 15, 22, 33, 7, tzinfo=UTC)
    assert window(at, 7) == (datetime(2026, 11, 16, 15, 0, tzinfo=UTC), datetime(2026, 11, 23, 15, 0, tzinfo=UTC))
    assert full_hour(at) == full_hour(full_hour(at))


@pytest.mark.parametrize("days", [0, -1, 90])
def test_days_that_monitoring_does_not_keep_are_refused(days: int) -> None:
    with pytest.raises(Invalid, match="ask for 1 to 89"):
        window(MONDAY, days)


def test_endpoints_together_are_sums_and_the_slowest_p95() -> None:
    whole = together(MONDAY, [hour(calls=1, errors=1, p95_seconds=3), hour(calls=2, errors=0, p95_seconds=1)])
    assert whole == hour(calls=3, errors=1, p95_seconds=3)


def test_a_part_that_is_not_measured_leaves_the_sum_unknown() -> None:
    whole = together(MONDAY, [hour(calls=1, input_tokens=5), hour(input_tokens=5, output_tokens=2)])
    assert whole == hour(input_tokens=10)


@pytest.mark.parametrize(
    ("other", "slowest"),
    [
        pytest.param({"calls": 0}, Decimal(3), id="nobody called it"),
        pytest.param({"calls": 5}, None, id="it was called and its latency is not known"),
        pytest.param({}, None, id="it may have been called"),
    ],
)
def test_the_slowest_is_known_where_every_endpoint_that_may_have_been_called_is(
    other: dict[str, int], slowest: Decimal | None
) -> None:
    assert together(MONDAY, [hour(calls=1, p95_seconds=3), hour(**other)]).p95_seconds == slowest


def test_nothing_is_known_of_no_endpoints_and_nobody_is_slow_where_nobody_called() -> None:
    assert together(MONDAY, []) == hour()
    assert together(MONDAY, [hour(calls=0)]) == hour(calls=0)


def test_a_sum_of_nothing_is_zero() -> None:
    assert total([]) == 0


def hour(**figures: int) -> Hour:
    return Hour.model_validate({"since": MONDAY, **figures})
