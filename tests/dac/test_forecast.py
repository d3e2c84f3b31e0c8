from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dac.catalog import Catalog, shipped
from dac.cluster import Cluster
from dac.errors import Invalid
from dac.figures import Price, Source, Trust, Unknown
from dac.forecast import (
    CommitmentStatus,
    Forecast,
    change_to_month_end,
    commitment,
    lease_cost,
    month_end,
    to_month_end,
)
from dac.pricing import difference, unit_hour

CATALOG = shipped()
PRICED = sorted(name for name, shape in CATALOG.shapes.items() if shape.billing is not None)
LARGE = "LARGE_COHERE_V3"  # $24 a unit-hour
RERANK = "RERANK_COHERE"  # $10 a cluster hour
DARK = "LARGE_GENERIC_2"
IMPORTED = "H100_X1"  # $6.01 a unit-hour
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)  # 36 hours before December
PAGE = "read Oracle's pricing page, https://docs.oracle.com/en-us/iaas/Content/generative-ai/pay-dedicated.htm"


def known(cost: Price | Unknown) -> Decimal:
    assert isinstance(cost, Price)
    return cost.money.amount


def sums(forecast: Forecast) -> tuple[Decimal | int, Decimal | int, Decimal | int]:
    return known(forecast.before), known(forecast.after), known(forecast.difference)


def change(
    before: int, after: int, start: datetime, lease: timedelta | None = None, *, shape: str = LARGE, at: datetime = NOW
) -> Forecast:
    return change_to_month_end(CATALOG, shape, before, after, start, lease=lease, at=at)


def status(of: Cluster, at: datetime, catalog: Catalog = CATALOG) -> CommitmentStatus:
    found = commitment(of, catalog, at)
    assert isinstance(found, CommitmentStatus)
    return found


@pytest.mark.parametrize(
    ("at", "end"),
    [
        (datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC)),
        (datetime(2026, 11, 30, 23, 59, 59, 999999, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC)),
        (datetime(2026, 12, 31, 23, 59, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)),
        (datetime(2028, 2, 29, tzinfo=UTC), datetime(2028, 3, 1, tzinfo=UTC)),
        (datetime(2026, 12, 1, 0, 30, tzinfo=BERLIN), datetime(2026, 12, 1, tzinfo=UTC)),
    ],
    ids=["first moment", "last moment", "December", "leap day", "already December in Berlin, not for Oracle"],
)
def test_a_month_ends_where_the_next_begins_in_utc(at: datetime, end: datetime) -> None:
    assert month_end(at) == end
    assert month_end(at).tzinfo is UTC


MOMENTS = st.datetimes(
    min_value=datetime(2024, 1, 1),  # noqa: DTZ001 - hypothesis adds the zone
    max_value=datetime(2032, 1, 1),  # noqa: DTZ001
    timezones=st.sampled_from([UTC, BERLIN, ZoneInfo("America/New_York")]),
)


@given(at=MOMENTS)
@settings(deadline=None)
def test_the_end_of_the_month_is_ahead_and_at_most_31_days_away(at: datetime) -> None:
    end = month_end(at)
    assert timedelta() < end - at.astimezone(UTC) <= 31 * DAY
    assert (end - timedelta(microseconds=1)).month == at.astimezone(UTC).month


@pytest.mark.parametrize(
    ("shape", "units", "at", "amount", "per"),
    [
        (LARGE, 1, NOW, "864", "rest of November 2026"),
        (LARGE, 3, NOW, "2592", "rest of November 2026"),
        ("large_cohere_v3", 1, NOW, "864", "rest of November 2026"),
        (LARGE, 1, datetime(2026, 12, 1, tzinfo=UTC), "17856", "rest of December 2026"),
        (LARGE, 1, datetime(2026, 11, 30, 23, 40, tzinfo=UTC), "8", "rest of November 2026"),
        (IMPORTED, 2, NOW, "432.72", "rest of November 2026"),
        (RERANK, 1, NOW, "360", "rest of November 2026"),
        (RERANK, 5, NOW, "360", "rest of November 2026"),
        (RERANK, 0, NOW, "0", "rest of November 2026"),
        (LARGE, 0, NOW, "0", "rest of November 2026"),
    ],
    ids=[
        "one unit",
        "three units",
        "name in any case",
        "a whole month of 31 days",
        "a third of an hour",
        "cents",
        "billed by the cluster",
        "billed by the cluster whatever its units",
        "no such cluster",
        "no cluster",
    ],
)
def test_the_rest_of_the_month_at_list_price(shape: str, units: int, at: datetime, amount: str, per: str) -> None:
    cost = to_month_end(CATALOG, shape, units, at)
    assert isinstance(cost, Price)
    assert (cost.money.amount, cost.money.currency, cost.per) == (Decimal(amount), "USD", per)
    hour = unit_hour(CATALOG, shape)
    assert isinstance(hour, Price)
    assert cost.sources == hour.sources


@pytest.mark.parametrize(
    ("until", "amount", "per"),
    [
        (NOW + 10 * HOUR, "240", "rest of November 2026 until 29 Nov 22:00 UTC"),
        (datetime(2026, 11, 30, 0, 0, tzinfo=BERLIN), "264", "rest of November 2026 until 29 Nov 23:00 UTC"),
        (datetime(2026, 12, 1, tzinfo=UTC), "864", "rest of November 2026"),
        (NOW + 90 * DAY, "864", "rest of November 2026"),
        (NOW - HOUR, "0", "rest of November 2026 until 29 Nov 11:00 UTC"),
    ],
    ids=["earlier", "in another zone", "the end itself", "next year", "over already"],
)
def test_until_shortens_the_month_and_never_lengthens_it(until: datetime, amount: str, per: str) -> None:
    cost = to_month_end(CATALOG, LARGE, 1, NOW, until=until)
    assert isinstance(cost, Price)
    assert (cost.money.amount, cost.per) == (Decimal(amount), per)


def test_an_hour_that_the_clocks_repeat_is_billed_twice() -> None:
    before, after = (datetime(2026, 10, 25, hour, tzinfo=BERLIN) for hour in (1, 5))
    assert known(to_month_end(CATALOG, LARGE, 1, before, until=after)) == 24 * 5
    assert sums(change(0, 1, before, 3 * HOUR, at=before)) == (0, 24 * 3, 24 * 3)


@pytest.mark.parametrize(
    ("start", "lease", "before", "after"),
    [
        (NOW, None, 864, 2592),
        (NOW + 30 * HOUR, None, 864, 864 + 48 * 6),
        (NOW, 8 * HOUR, 864, 864 + 48 * 8),
        (NOW + 4 * HOUR, 8 * HOUR, 864, 864 + 48 * 8),
        (NOW + 30 * HOUR, 8 * HOUR, 864, 864 + 48 * 6),
        (NOW, 36 * HOUR, 864, 2592),
        (NOW, timedelta.max, 864, 2592),
        (NOW + 40 * HOUR, None, 864, 864),
        (NOW + 40 * HOUR, 8 * HOUR, 864, 864),
        (NOW - 3 * HOUR, 8 * HOUR, 864, 864 + 48 * 5),
        (NOW - 9 * HOUR, 8 * HOUR, 864, 864),
    ],
    ids=[
        "now for good",
        "later for good",
        "a lease from now",
        "a lease later",
        "a lease beyond the month",
        "a lease to its last moment",
        "a lease without end",
        "only next month",
        "a lease next month",
        "a lease that already runs",
        "a lease that is over",
    ],
)
def test_a_change_counts_from_its_start_to_its_undoing_within_the_month(
    start: datetime, lease: timedelta | None, before: int, after: int
) -> None:
    forecast = change(1, 3, start, lease)
    assert sums(forecast) == (before, after, after - before)
    assert isinstance(forecast.difference, Price)
    assert forecast.difference.per == "rest of November 2026"


@pytest.mark.parametrize(
    ("shape", "before", "after", "more"),
    [
        (LARGE, 3, 1, -1728),
        (LARGE, 0, 2, 1728),
        (LARGE, 2, 0, -1728),
        (RERANK, 1, 5, 0),
        (RERANK, 0, 2, 360),
        (RERANK, 2, 0, -360),
    ],
    ids=["fewer units", "creation", "end", "units of a shape billed by the cluster", "its creation", "its end"],
)
def test_a_change_may_save_or_cost_nothing(shape: str, before: int, after: int, more: int) -> None:
    assert known(change(before, after, NOW, shape=shape).difference) == more


def test_what_has_no_list_price_stays_unknown_and_says_what_would_settle_it() -> None:
    unknown = unit_hour(CATALOG, DARK)
    assert isinstance(unknown, Unknown)
    assert to_month_end(CATALOG, DARK, 2, NOW) == unknown
    forecast = change(1, 2, NOW, shape=DARK)
    assert (forecast.before, forecast.after) == (unknown, unknown)
    assert forecast.difference == Unknown(what="the difference in cost", settle=unknown.settle)
    assert lease_cost(CATALOG, DARK, 1, 2, HOUR) == forecast.difference


UNITS = st.integers(min_value=0, max_value=10_000)
SPANS = st.timedeltas(min_value=timedelta(microseconds=1), max_value=60 * DAY)


@given(
    shape=st.sampled_from(PRICED),
    before=UNITS,
    after=UNITS,
    at=MOMENTS,
    wait=st.timedeltas(min_value=timedelta(), max_value=40 * DAY),
    lease=st.none() | SPANS,
)
@settings(deadline=None)
def test_before_and_difference_are_after_to_the_last_digit(
    shape: str, before: int, after: int, at: datetime, wait: timedelta, lease: timedelta | None
) -> None:
    forecast = change(before, after, at.astimezone(UTC) + wait, lease, shape=shape, at=at)
    was, will_be, more = sums(forecast)
    assert was + more == will_be
    assert forecast.before == to_month_end(CATALOG, shape, before, at)


@given(
    shape=st.sampled_from([name for name in PRICED if name != RERANK]),
    before=UNITS,
    after=UNITS,
    hours=st.integers(min_value=1, max_value=600),
)
@settings(deadline=None)
def test_a_lease_wholly_within_the_month_costs_its_hours_at_the_rate(
    shape: str, before: int, after: int, hours: int
) -> None:
    at = datetime(2026, 11, 3, 7, tzinfo=UTC)
    rate = known(unit_hour(CATALOG, shape))
    assert known(change(before, after, at, hours * HOUR, shape=shape, at=at).difference) == rate * hours * (
        after - before
    )
    assert known(lease_cost(CATALOG, shape, before, after, hours * HOUR)) == rate * hours * (after - before)


@given(shape=st.sampled_from(PRICED), before=UNITS, after=UNITS, lease=SPANS)
@settings(deadline=None)
def test_a_lease_there_and_back_costs_nothing(shape: str, before: int, after: int, lease: timedelta) -> None:
    there, back = (lease_cost(CATALOG, shape, *units, lease) for units in ((before, after), (after, before)))
    assert known(there) + known(back) == 0


@given(units=UNITS, at=MOMENTS, part=st.floats(min_value=0, max_value=1))
@settings(deadline=None)
def test_a_month_cut_in_two_costs_the_same(units: int, at: datetime, part: float) -> None:
    cut = at.astimezone(UTC) + (month_end(at) - at.astimezone(UTC) - timedelta(microseconds=1)) * part
    first, second = to_month_end(CATALOG, LARGE, units, at, until=cut), to_month_end(CATALOG, LARGE, units, cut)
    assert abs(known(first) + known(second) - known(to_month_end(CATALOG, LARGE, units, at))) <= Decimal("2e-9")


@pytest.mark.parametrize(
    ("shape", "before", "after", "lease", "amount", "per"),
    [
        (LARGE, 2, 8, 8 * HOUR, "1152", "lease of 8 hours"),
        (LARGE, 8, 2, 8 * HOUR, "-1152", "lease of 8 hours"),
        (LARGE, 1, 2, 1000 * HOUR, "24000", "lease of 1,000 hours"),
        (LARGE, 1, 2, timedelta(minutes=90), "36", "lease of 1 hour 30 minutes"),
        (LARGE, 0, 1, timedelta(minutes=1, seconds=1), "0.406666667", "lease of 1 minute 1 second"),
        (LARGE, 1, 2, timedelta(milliseconds=3), "0.00002", "lease of less than a second"),
        (RERANK, 1, 4, DAY, "0", "lease of 24 hours"),
    ],
)
def test_a_lease_as_a_whole_at_list_price(
    shape: str, before: int, after: int, lease: timedelta, amount: str, per: str
) -> None:
    cost = lease_cost(CATALOG, shape, before, after, lease)
    assert isinstance(cost, Price)
    assert (cost.money.amount, cost.per) == (Decimal(amount), per)
    assert cost.sources


@pytest.mark.parametrize("lease", [timedelta(), -HOUR])
def test_a_lease_of_no_length_is_refused(lease: timedelta) -> None:
    for asked in (lambda: lease_cost(CATALOG, LARGE, 1, 2, lease), lambda: change(1, 2, NOW, lease)):
        with pytest.raises(Invalid, match="A lease lasts for some time: give a length such as 8h"):
            asked()


def test_fewer_than_no_units_are_refused() -> None:
    with pytest.raises(Invalid, match="-1 is not a number of units"):
        to_month_end(CATALOG, LARGE, -1, NOW)


NAIVE = datetime(2026, 11, 29, 12)  # noqa: DTZ001


@pytest.mark.parametrize(
    "asked",
    [
        lambda: month_end(NAIVE),
        lambda: to_month_end(CATALOG, LARGE, 1, NAIVE),
        lambda: to_month_end(CATALOG, LARGE, 1, NOW, until=NAIVE),
        lambda: change(1, 2, NAIVE),
        lambda: commitment(born(), CATALOG, NAIVE),
    ],
)
def test_a_time_without_a_zone_is_no_moment(asked: Callable[[], object]) -> None:
    with pytest.raises(ValueError, match="2026-11-29 12:00:00 names no moment: it has no time zone"):
        asked()


BORN = datetime(2026, 11, 2, tzinfo=UTC)  # 744 hours before 3 December


def born(*, units: int = 1, shape: str = LARGE, kind: str = "HOSTING", state: str = "ACTIVE") -> Cluster:
    return Cluster(
        id="ocid1.generativeaidedicatedaicluster.oc1.eu-frankfurt-1.chat",
        name="chat",
        region="eu-frankfurt-1",
        compartment_id="ocid1.compartment.oc1..team",
        type=kind,
        lifecycle_state=state,
        unit_count=units,
        unit_shape=shape,
        time_created=BORN,
    )


@pytest.mark.parametrize(
    ("hours", "remaining", "cost", "text"),
    [
        (0, "744", "17856", "744 unit-hours minimum: up to 744 still owed ($17,856 at list price), met by 3 Dec"),
        (432, "312", "7488", "744 unit-hours minimum: up to 312 still owed ($7,488 at list price), met by 3 Dec"),
        (743.5, "0.5", "12", "744 unit-hours minimum: up to 0.5 still owed ($12 at list price), met by 3 Dec"),
        (743.99, "0.01", "0.24", "744 unit-hours minimum: up to 0.1 still owed ($0.24 at list price), met by 3 Dec"),
        (-5, "744", "17856", "744 unit-hours minimum: up to 744 still owed ($17,856 at list price), met by 3 Dec"),
    ],
    ids=["just made", "on its way", "nearly", "a little is not nothing", "a clock that is behind"],
)
def test_an_open_minimum_is_owed_at_most_and_met_at_the_latest(
    hours: float, remaining: str, cost: str, text: str
) -> None:
    found = status(born(), BORN + hours * HOUR)
    assert (found.least, found.measure, found.met) == (744, "unit-hours", False)
    assert (found.remaining_at_most, known(found.cost_at_most)) == (Decimal(remaining), Decimal(cost))
    assert found.met_at_latest == datetime(2026, 12, 3, tzinfo=UTC)
    assert found.text == f"{text} at the latest"


@pytest.mark.parametrize("hours", [744, 745, 100_000])
def test_one_unit_for_744_hours_has_met_it_for_certain(hours: int) -> None:
    found = status(born(units=3), BORN + hours * HOUR)
    assert found.met
    assert found.remaining_at_most == known(found.cost_at_most) == 0
    year = "" if hours < 1000 else " 2026"
    assert found.text == f"744 unit-hours minimum: met since 3 Dec{year}"


def test_how_several_units_count_is_not_known_so_they_promise_nothing_more_than_one() -> None:
    at = BORN + 100 * HOUR
    assert status(born(units=8), at) == status(born(units=1), at)
    assert status(born(units=8, shape=RERANK), at).cost_at_most == status(born(shape=RERANK), at).cost_at_most


def test_a_day_in_another_year_says_which() -> None:
    december = born().model_copy(update={"time_created": datetime(2026, 12, 15, tzinfo=UTC)})
    assert "met by 15 Jan 2027 at the latest" in status(december, datetime(2026, 12, 20, tzinfo=UTC)).text


@pytest.mark.parametrize(
    ("units", "minutes", "text"),
    [
        (1, 30, "1 hour minimum: up to 0.5 still owed ($3.01 at list price), met by 2 Nov at the latest"),
        (4, 30, "1 hour minimum: up to 0.5 still owed ($12.02 at list price), met by 2 Nov at the latest"),
        (4, 60, "1 hour minimum: met since 2 Nov"),
    ],
)
def test_an_imported_models_cluster_owes_its_first_hour_with_all_its_units(units: int, minutes: int, text: str) -> None:
    found = status(born(units=units, shape=IMPORTED), BORN + timedelta(minutes=minutes))
    assert found.text == text
    assert found.sources == CATALOG.commitments.imported.sources


def test_without_a_list_price_the_hours_owed_are_still_said() -> None:
    found = status(born(shape=DARK), BORN + 432 * HOUR)
    assert isinstance(found.cost_at_most, Unknown)
    assert found.text == (
        "744 unit-hours minimum: up to 312 still owed, list price unknown (its price multiplier is not published in "
        f"what we hold; {PAGE}), met by 3 Dec at the latest"
    )
    assert status(born(shape=DARK), BORN + 744 * HOUR).text == "744 unit-hours minimum: met since 3 Dec"


def test_a_minimum_names_its_source_and_its_cost_those_of_the_price() -> None:
    found = status(born(), BORN)
    assert [str(source) for source in found.sources] == ["Oracle, Paying for Dedicated AI Clusters, 2026-11-23"]
    assert isinstance(found.cost_at_most, Price)
    assert found.cost_at_most.per == "rest of 744 unit-hours"
    assert CATALOG.sources["price-list"] in found.cost_at_most.sources


def test_a_fine_tuning_cluster_has_no_such_minimum() -> None:
    assert commitment(born(kind="FINE_TUNING"), CATALOG, BORN) is None


@pytest.mark.parametrize("state", ["DELETED", "FAILED"])
def test_of_a_cluster_that_runs_no_more_age_cannot_tell(state: str) -> None:
    assert commitment(born(state=state), CATALOG, BORN + 100 * HOUR) == Unknown(
        what="the least that Oracle bills for chat",
        settle=f"how long a cluster that is {state} has been billed cannot be told from its age; "
        "read its lines in Oracle's cost report",
    )


def test_the_minimum_of_a_shape_nobody_here_knows_is_unknown() -> None:
    assert commitment(born(shape="B999_X1"), CATALOG, BORN) == Unknown(
        what="the least that Oracle bills for chat", settle=f"B999_X1 is not among the unit shapes we hold; {PAGE}"
    )


def test_a_minimum_on_an_unverified_source_is_unknown() -> None:
    rumour = Source(title="A rumour", as_of=date(2026, 11, 1), trust=Trust.UNVERIFIED)
    hosting = CATALOG.commitments.hosting.model_copy(update={"sources": (rumour,)})
    commitments = CATALOG.commitments.model_copy(update={"hosting": hosting})
    answer = commitment(born(), CATALOG.model_copy(update={"commitments": commitments}), BORN)
    assert isinstance(answer, Unknown)
    assert answer.settle == f"what we hold of it is not confirmed (A rumour, 2026-11-01); {PAGE}"


@given(hours=st.integers(min_value=0, max_value=2000), more=st.integers(min_value=0, max_value=2000))
@settings(deadline=None)
def test_what_is_owed_never_grows_and_is_what_its_time_costs(hours: int, more: int) -> None:
    sooner, later = status(born(), BORN + hours * HOUR), status(born(), BORN + (hours + more) * HOUR)
    assert later.remaining_at_most <= sooner.remaining_at_most
    assert sooner.remaining_at_most == max(744 - hours, 0)
    assert known(sooner.cost_at_most) == sooner.remaining_at_most * 24


def test_forecasts_and_minimums_survive_being_written_down() -> None:
    forecast, owed = change(1, 3, NOW, 7 * HOUR), status(born(), BORN + timedelta(minutes=1))
    assert Forecast.model_validate_json(forecast.model_dump_json()) == forecast
    assert CommitmentStatus.model_validate_json(owed.model_dump_json()) == owed


def test_costs_of_different_spans_do_not_compare() -> None:
    november, december = (to_month_end(CATALOG, LARGE, 1, at) for at in (NOW, NOW + 10 * DAY))
    with pytest.raises(ValueError, match="rest of November 2026 and one per rest of December 2026 do not compare"):
        difference(november, december)
