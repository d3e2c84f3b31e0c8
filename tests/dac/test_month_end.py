"""The forecast of a month: what is final as charged, the units of now after it, exact and explained by its parts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dac import forecast
from dac.cluster import Cluster
from dac.figures import Money, Unknown
from dac.month_end import ESTIMATED, METHOD, MonthEnd, Resizing, month_end
from dac.usage import SETTLES_AFTER, Spend, UsageRow
from tests.fakes import CATALOG, cluster

PART = "B108082"
"""Of the fakes' shape, which counts one AI unit for a unit: 24 dollars of list price, here at a quarter off."""

UNIT = Decimal(18)
DAY = timedelta(days=1)
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
NO_ACCESS = Unknown(what="what Oracle charged", settle="let the reading identity see it")


def chat(units: int = 2, **changes: object) -> Cluster:
    """Older than anything that is charged here."""
    of = cluster(units=units, time_created=datetime(2020, 1, 1, tzinfo=UTC))
    return Cluster.model_validate(dict(of) | changes)


def row(day: date, of: Cluster, units: int = 2, **changes: object) -> UsageRow:
    start = datetime(day.year, day.month, day.day, tzinfo=UTC)
    said = {
        "since": start,
        "until": start + DAY,
        "currency": "USD",
        "amount": UNIT * 24 * units,
        "part_number": PART,
        "resource_id": of.id,
        "quantity": Decimal(24 * units),
        "list_rate": Decimal(24),
        "unit_price": UNIT,
    }
    return UsageRow.model_validate(said | changes)


def spend(rows: Sequence[UsageRow], at: datetime = NOON, since: date | None = None) -> Spend:
    return Spend(since=since or at.date().replace(day=1), until=at.date() + DAY, rows=tuple(rows), read_at=at)


def days(of: Cluster, first: date, until: date, units: int = 2) -> list[UsageRow]:
    return [row(first + number * DAY, of, units) for number in range((until - first).days)]


def november(of: Cluster, units: int = 2) -> list[UsageRow]:
    return days(of, date(2026, 11, 1), date(2026, 11, 23), units)


def told(of: MonthEnd) -> list[tuple[str, int, int]]:
    """What is to come: whose, how many units, whole hours."""
    assert all(each.hours == int(each.hours) for each in of.ahead)
    return [(each.name, each.units, int(each.hours)) for each in of.ahead]


def dollars(of: MonthEnd) -> Decimal:
    assert not isinstance(of.sums, Unknown)
    (money,) = of.sums
    assert money.currency == "USD"
    return money.amount


def test_final_days_are_as_charged_and_all_after_them_are_the_units_of_now_at_what_a_unit_was_charged() -> None:
    of = chat(3)
    found = month_end(spend(november(of, units=2)), [of], CATALOG, NOON)
    # Days that ended 48 hours before the reading: the 20th is the last, and the month has thirty.
    assert (found.reckoned_from, found.until) == (date(2026, 11, 21), date(2026, 12, 1))
    assert dollars(found) == 20 * 24 * 2 * UNIT + 10 * 24 * 3 * UNIT
    (charged,) = found.charged
    assert (charged.rows, charged.provisional) == (20, False)
    assert charged.money == Money(amount=20 * 48 * UNIT)
    rate = found.ahead[0].rate
    assert (rate.amount, rate.basis, rate.as_of) == (UNIT, "charged", date(2026, 11, 22))
    assert told(found) == [("chat", 3, 240)]
    assert (found.method, found.estimated, found.final, found.missing) == (METHOD, False, False, ())


def test_without_a_unit_price_of_its_own_or_its_part_number_a_unit_costs_what_is_on_file() -> None:
    of = chat()
    unpriced = [each.model_copy(update={"unit_price": None}) for each in november(of)]
    (ahead,) = month_end(spend(unpriced), [of], CATALOG, NOON).ahead
    assert (ahead.rate.amount, ahead.rate.basis, ahead.rate.as_of) == (Decimal(24), "list", None)
    assert ahead.rate.sources


def test_a_new_cluster_is_charged_as_others_of_its_part_number_and_from_its_beginning() -> None:
    old, new = chat(), cluster("new", units=1, time_created=datetime(2026, 11, 22, 18, tzinfo=UTC))
    found = month_end(spend(november(old)), [new, old], CATALOG, NOON)
    assert told(found) == [("chat", 2, 240), ("new", 1, 198)]
    assert found.ahead[1].money == Money(amount=198 * UNIT)


def test_two_prices_of_one_part_number_are_none_for_a_cluster_that_has_neither() -> None:
    old, other, new = chat(), chat(id="ocid1.other", name="other"), cluster("new", units=1)
    rows = [*november(old), *(each.model_copy(update={"unit_price": Decimal(20)}) for each in november(other))]
    found = month_end(spend(rows), [old, other, new], CATALOG, NOON)
    assert {each.name: each.rate.amount for each in found.ahead} == {"chat": 18, "new": 24, "other": 20}


def test_a_lease_that_ends_and_a_deletion_that_is_planned_change_what_is_to_come() -> None:
    of = chat(4)
    ends = Resizing(cluster_id=of.id, at=datetime(2026, 11, 25, 12, tzinfo=UTC), before=4, after=2)
    goes = Resizing(cluster_id=of.id, at=datetime(2026, 11, 28, tzinfo=UTC), before=2, after=0)
    elsewhere = Resizing(cluster_id="ocid1.other", at=datetime(2026, 11, 24, tzinfo=UTC), before=1, after=9)
    found = month_end(spend(november(of, 2)), [of], CATALOG, NOON, resizings=[goes, ends, elsewhere])
    assert told(found) == [("chat", 4, 108), ("chat", 2, 60)]
    assert dollars(found) == (20 * 48 + 4 * 108 + 2 * 60) * UNIT


def test_a_change_of_days_that_are_not_final_counts_from_when_it_was_made() -> None:
    of = chat(4)
    made = Resizing(cluster_id=of.id, at=datetime(2026, 11, 22, tzinfo=UTC), before=2, after=4)
    found = month_end(spend(november(of, 2)), [of], CATALOG, NOON, resizings=[made])
    assert told(found) == [("chat", 2, 24), ("chat", 4, 216)]


def test_what_is_being_deleted_costs_nothing_from_now_and_what_is_gone_what_its_rows_say() -> None:
    of, going = chat(), chat(1, id="ocid1.going", name="going", lifecycle_state="DELETING")
    gone = chat(1, id="ocid1.gone", name="gone", lifecycle_state="DELETED")
    late = days(gone, date(2026, 11, 21), date(2026, 11, 22), units=1)
    found = month_end(spend([*november(of), *late]), [of, going, gone], CATALOG, NOON)
    assert told(found) == [("chat", 2, 240), ("going", 1, 60)]
    assert [(each.money.amount, each.provisional) for each in found.charged] == [
        (20 * 48 * UNIT, False),
        (24 * UNIT, True),
    ]
    assert dollars(found) == (20 * 48 + 24 + 240 * 2 + 60) * UNIT


def test_rows_that_do_not_go_by_clusters_are_not_counted_beside_the_hours_they_are_for() -> None:
    of = chat()
    found = month_end(
        spend([each.model_copy(update={"resource_id": "x"}) for each in november(of)]), [of], CATALOG, NOON
    )
    assert dollars(found) == 30 * 48 * UNIT
    nobody = month_end(
        spend([each.model_copy(update={"resource_id": "x"}) for each in november(of)]), [], CATALOG, NOON
    )
    assert dollars(nobody) == 22 * 48 * UNIT


def test_currencies_are_sums_of_their_own() -> None:
    of, other = chat(), chat(1, id="ocid1.other", name="other")
    rows = [*november(of), *(each.model_copy(update={"currency": "EUR"}) for each in november(other, 1))]
    found = month_end(spend(rows), [of, other], CATALOG, NOON)
    assert found.sums == (
        Money(amount=30 * 24 * UNIT, currency="EUR"),
        Money(amount=30 * 48 * UNIT, currency="USD"),
    )
    assert found.plain == found.sums
    assert not found.apart


def test_a_shape_that_bills_the_cluster_costs_the_same_whatever_its_units() -> None:
    of = cluster("rank", units=3, unit_shape="RERANK_COHERE", time_created=datetime(2020, 1, 1, tzinfo=UTC))
    rows = [each.model_copy(update={"part_number": "B111015"}) for each in november(of, 1)]
    (ahead,) = month_end(spend(rows), [of], CATALOG, NOON).ahead
    assert (ahead.rate.per_cluster, ahead.money.amount) == (True, 240 * UNIT)


def test_unknown_stays_unknown_and_the_known_parts_are_there() -> None:
    of, strange = chat(), cluster("strange", unit_shape="NEVER_HEARD_OF")
    found = month_end(spend(november(of)), [of, strange], CATALOG, NOON)
    assert isinstance(found.sums, Unknown)
    assert "NEVER_HEARD_OF" in found.sums.settle
    assert [each.name for each in found.ahead] == ["chat"]
    assert found.plain == (Money(amount=30 * 48 * UNIT),)
    assert not found.apart


def test_a_region_that_was_not_read_is_unknown_and_a_month_that_is_over_needs_none() -> None:
    of = chat()
    assert isinstance(month_end(spend(november(of)), [of], CATALOG, NOON, unseen=["us-chicago-1"]).sums, Unknown)
    last = datetime(2026, 11, 30, 23, tzinfo=UTC)
    rows = days(of, date(2026, 11, 1), date(2026, 12, 1))
    late = Spend(since=date(2026, 11, 1), until=date(2026, 12, 1), rows=tuple(rows), read_at=last + 3 * DAY)
    found = month_end(late, [of], CATALOG, last, unseen=["us-chicago-1"])
    assert found.final
    assert (dollars(found), found.ahead) == (30 * 48 * UNIT, ())
    assert found.plain == found.sums


def test_days_that_are_final_without_a_row_while_a_cluster_ran_are_not_taken_for_free() -> None:
    of = chat()
    found = month_end(spend([]), [of], CATALOG, NOON)
    assert isinstance(found.sums, Unknown)
    assert "2026-11-01 to 2026-11-20, though chat ran" in found.sums.settle
    assert found.plain == ()
    young = cluster(time_created=NOON)
    assert dollars(month_end(spend([]), [young], CATALOG, NOON)) == 180 * 2 * 24
    assert month_end(spend([]), [], CATALOG, NOON).sums == ()


def test_on_the_first_of_a_month_all_is_to_come() -> None:
    first = datetime(2026, 11, 1, 6, tzinfo=UTC)
    of = chat()
    found = month_end(spend([], at=first), [of], CATALOG, first)
    assert (found.reckoned_from, found.charged) == (date(2026, 11, 1), ())
    assert dollars(found) == 30 * 48 * 24
    assert found.plain == ()


def test_days_before_the_month_serve_the_rate_and_the_average_alone() -> None:
    first = datetime(2026, 11, 1, 6, tzinfo=UTC)
    of = chat()
    before = days(of, date(2026, 10, 1), date(2026, 11, 1), units=1)
    found = month_end(spend(before, at=first, since=date(2026, 10, 1)), [of], CATALOG, first)
    assert dollars(found) == 30 * 48 * UNIT
    assert found.plain == (Money(amount=30 * 24 * UNIT),)
    assert found.apart


def test_without_access_to_charges_it_is_an_estimate_of_the_whole_month_and_says_so() -> None:
    of = chat()
    found = month_end(NO_ACCESS, [of], CATALOG, NOON)
    assert (found.method, found.estimated, found.plain, found.apart) == (ESTIMATED, True, (), False)
    assert dollars(found) == 30 * 48 * 24


def test_spend_must_hold_the_month() -> None:
    with pytest.raises(ValueError, match="does not hold the month"):
        month_end(spend([], since=date(2026, 11, 2)), [], CATALOG, NOON)


def test_it_survives_being_kept_as_text() -> None:
    of = chat()
    found = month_end(spend(november(of)), [of], CATALOG, NOON, unseen=["us-chicago-1"])
    assert MonthEnd.model_validate_json(found.model_dump_json()) == found


moments = st.datetimes(datetime(2024, 1, 1), datetime(2029, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001 - hypothesis


@settings(max_examples=60)
@given(at=moments, units=st.integers(1, 50), price=st.decimals("0.01", "99", places=7), longer=st.booleans())
def test_with_one_size_all_along_the_month_is_its_length_at_any_moment(
    at: datetime, units: int, price: Decimal, *, longer: bool
) -> None:
    """28 to 31 days, the first and the last included: charged and reckoned meet without a gap or an overlap."""
    of = chat(units)
    first = at.date().replace(day=1)
    since = first - 40 * DAY if longer else first
    settled = (at - SETTLES_AFTER).date()
    rows = [
        each.model_copy(update={"unit_price": price, "amount": price * 24 * units})
        for each in days(of, since, at.date() + DAY, units)
    ]
    found = month_end(spend(rows, at, since), [of], CATALOG, at)
    length = (forecast.month_end(at).date() - first).days
    assert dollars(found) == price * 24 * units * length
    assert found.reckoned_from == max(first, settled)
    assert sum(each.rows for each in found.charged) + sum(each.hours for each in found.ahead) / 24 == length
    assert found.plain in {(), found.sums}
    assert bool(found.plain) == ((settled - since).days >= 7)


amounts = st.integers(-(10**20), 10**24).map(lambda digits: Decimal(f"{digits}e-17"))


@settings(max_examples=40)
@given(st.lists(st.tuples(st.integers(1, 20), amounts, st.sampled_from(["USD", "EUR", "JPY"])), min_size=1))
def test_sums_are_their_parts_to_the_last_digit(ledger: list[tuple[int, Decimal, str]]) -> None:
    of = chat(3)
    rows = [row(date(2026, 11, day), of, amount=amount, currency=currency) for day, amount, currency in ledger]
    found = month_end(spend(rows), [of], CATALOG, NOON)
    parts: dict[str, Fraction] = {}
    for money in (*(each.money for each in found.charged), *(each.money for each in found.ahead)):
        parts[money.currency] = parts.get(money.currency, Fraction(0)) + Fraction(money.amount)
    assert not isinstance(found.sums, Unknown)
    assert {each.currency: Fraction(each.amount) for each in found.sums} == parts
    charged: dict[str, Fraction] = {}
    for _, amount, currency in ledger:
        charged[currency] = charged.get(currency, Fraction(0)) + Fraction(amount)
    assert {each.money.currency: Fraction(each.money.amount) for each in found.charged} == charged


@pytest.mark.parametrize(("before", "apart"), [(2, False), (4, True)])
def test_the_other_method_is_worth_a_word_where_it_differs_by_more_than_a_tenth(before: int, *, apart: bool) -> None:
    of = chat(2)
    assert month_end(spend(november(of, before)), [of], CATALOG, NOON).apart is apart


def test_the_forecast_is_never_less_than_what_was_charged_already() -> None:
    of = chat()
    late = [
        row(date(2026, 11, 21), of, units=5),
        row(date(2026, 11, 22), of, amount=Decimal(-30), quantity=None, unit_price=None),
        row(date(2026, 11, 22), of, currency="EUR", part_number="B9", amount=Decimal(7)),
    ]
    rows = [*days(of, date(2026, 11, 1), date(2026, 11, 21)), *late]
    found = month_end(spend(rows), [of], CATALOG, NOON)
    assert [(each.money.amount, each.money.currency) for each in found.charged if each.beyond] == [
        (Decimal(7), "EUR"),
        # Three units more on the 21st, and the credit.
        (UNIT * 24 * 3 - 30, "USD"),
    ]
    assert not isinstance(found.sums, Unknown)
    assert {each.currency: each.amount for each in found.sums} == {
        "EUR": Decimal(7),
        "USD": UNIT * 24 * 2 * 30 + UNIT * 24 * 3 - 30,
    }
    unnamed = [each.model_copy(update={"resource_id": "ocid1.pool"}) for each in rows]
    assert month_end(spend(unnamed), [of], CATALOG, NOON).sums == found.sums


def test_of_several_prices_the_last_counts_and_within_a_day_each_by_its_quantity() -> None:
    of = chat()
    day = date(2026, 11, 22)
    tiers = [
        row(day, of, currency="CHF", quantity=Decimal(1), unit_price=Decimal(1)),
        row(day, of, quantity=Decimal(24), unit_price=Decimal(10)),
        row(day, of, quantity=Decimal(12), unit_price=Decimal(16)),
    ]
    found = month_end(spend([*days(of, date(2026, 11, 1), day), *tiers]), [of], CATALOG, NOON)
    assert {(each.rate.amount, each.rate.currency) for each in found.ahead} == {(Decimal(12), "USD")}


def test_an_estimate_counts_a_cluster_that_is_gone_until_then() -> None:
    of, old = chat(), chat(1, id="ocid1.old", name="old")
    ended = datetime(2026, 11, 2, tzinfo=UTC)
    found = month_end(NO_ACCESS, [of], CATALOG, NOON, gone=[(old, ended), (of, NOON)])
    assert told(found) == [("chat", 2, 22 * 24 + 12), ("old", 1, 24)]
    assert told(month_end(spend(november(of)), [of], CATALOG, NOON, gone=[(old, ended)])) == [("chat", 2, 240)]
