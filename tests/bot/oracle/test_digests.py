"""Ledgers of every kind, put into the local Oracle, read by the real SDK and told by `/dac digest` to the cent."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from commands._digest import told
from commands._digest_message import message
from dac import digest_sums
from dac.catalog import shipped
from dac.digest import Kind, Scope, Total
from dac.figures import Money
from dac.usage import Spend
from tests.bot.oracle.conftest import Open, Place
from tests.bot.oracle.test_ledgers import (
    AMOUNTS,
    GONE,
    LATE,
    NEVER,
    OURS,
    Ledger,
    Row,
    Sums,
    ledger,
    summed,
)

__all__ = ("ledger",)

TODAY = date(2026, 11, 23)
SPANS = {
    "total:yesterday": [(1, 0), (2, 1), (8, 7)],
    "total:week": [(7, 0), (14, 7)],
}
"""In days before today: the span, then those it is compared with."""

MONTHS = [(date(2026, 11, 1), TODAY), (date(2026, 10, 1), date(2026, 10, 23))]

ROWS = st.builds(
    Row,
    at=st.builds(
        lambda back, hour: datetime.combine(TODAY, time(hour), UTC) - timedelta(days=back),
        st.one_of(st.integers(-1, 20), st.integers(0, 60)),
        st.integers(0, 23),
    ),
    amount=AMOUNTS,
    currency=st.sampled_from(["USD", "USD", "EUR"]),
    resource=st.sampled_from(["chat-prod", "docs-idle", GONE, ""]),
    part=st.sampled_from(sorted(OURS)),
    compartment=st.sampled_from(["prod", "prod", "dev", "ocid1.compartment.oc1..others"]),
    arrives_in=st.sampled_from([0.0, 0.0, LATE, NEVER]),
    credit=st.booleans(),
)


def sums(found: Iterable[Money]) -> Sums:
    return {each.currency: Fraction(each.amount) for each in found}


def there(rows: Iterable[Row], since: date, until: date, *, late: bool) -> list[Row]:
    return [
        row
        for row in rows
        if row.compartment in {"prod", "dev"}
        and since <= row.at.date() < until
        and row.arrives_in <= (LATE if late else 0)
    ]


def reconciles(totals: tuple[Total, ...], rows: list[Row], *, late: bool) -> None:
    spans = {
        key: [(TODAY - timedelta(days=first), TODAY - timedelta(days=last)) for first, last in found]
        for key, found in SPANS.items()
    } | {"total:month": MONTHS}
    assert [each.key for each in totals] == list(spans)
    for total in totals:
        of, *before = spans[total.key]
        assert sums(total.spent) == summed(there(rows, *of, late=late))
        assert [sums(each.spent) for each in total.compared] == [
            summed(there(rows, *each, late=late)) for each in before
        ]
        open_ = (max(of[0], TODAY - timedelta(days=2)), TODAY)
        assert sums(total.provisional) == summed(there(rows, *open_, late=late))


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(ROWS, max_size=20))
def test_any_ledger_is_told_to_the_cent(ledger: Ledger, rows: list[Row]) -> None:
    kept = ledger.load(rows)
    for late in (False, True):
        spend = ledger.oracle.reader.spend(digest_sums.since(TODAY), TODAY)
        assert isinstance(spend, Spend), spend
        reconciles(digest_sums.told(spend, TODAY), kept, late=late)
        ledger.place.advance(LATE)


def test_a_row_that_comes_late_changes_yesterday(ledger: Ledger) -> None:
    day = datetime.combine(TODAY, time(5), UTC)
    kept = ledger.load(
        [
            Row(day - timedelta(days=back), amount, currency, resource, "B108082", "prod", arrives_in, credit=False)
            for back, amount, currency, resource, arrives_in in (
                (1, "100.005", "USD", "chat-prod", 0.0),
                (1, "0.5", "EUR", "", 0.0),
                (1, "-20.01", "USD", GONE, LATE),
                (9, "70", "USD", "docs-idle", 0.0),
                (9, "12.34", "USD", "chat-prod", LATE),
            )
        ]
    )
    before = None
    for late, said in ((False, "0.50 EUR and $100.01"), (True, "0.50 EUR and $80")):
        made = told(
            ledger.room.services, Scope(), datetime.combine(TODAY, time(12), UTC), ZoneInfo("UTC"), before=before
        )
        before = made.charges
        reconciles(made.totals, kept, late=late)
        assert message(made, {}).text.startswith(f"Yesterday {said}, November ")
        ledger.place.advance(LATE)
    assert {Kind.IDLE, Kind.RETIREMENT, Kind.MOVER} <= {each.kind for each in made.lines}
    assert [(each.day, str(each.then.amount), str(each.now.amount), each.final) for each in made.restated] == [
        (date(2026, 11, 22), "100.005", "79.995", False),
        (date(2026, 11, 14), "70", "82.34", True),
    ]


@pytest.mark.parametrize("by", ["compartment", "region"])
def test_scopes_part_what_was_charged_and_lose_nothing(ledger: Ledger, by: str) -> None:
    day = datetime.combine(TODAY, time(3), UTC) - timedelta(days=1)
    resources = ("chat-prod", "docs-idle", "tickets-ft", GONE, "")
    known = ledger.clusters
    rows = [
        Row(day, f"{2**place}.005", "USD", known.get(name, name), "B108082", "prod", 0.0, credit=False)
        for place, name in enumerate(resources)
    ]
    ledger.load(rows)
    fleet = ledger.oracle.reader.fleet()
    places = sorted({each.compartment_id if by == "compartment" else each.region for each in fleet.clusters})
    at = datetime.combine(TODAY, time(12), UTC)
    found, unknown = Fraction(0), set[Fraction]()
    for place in places:
        scope = Scope.model_validate({"by": by, "value": place})
        made = told(ledger.room.services, scope, at, ZoneInfo("UTC"))
        found += sum(sums(made.totals[0].spent).values(), Fraction(0))
        unknown.add(sum(sums(made.unattributed).values(), Fraction(0)))
    (left,) = unknown
    assert found + left == sum((Fraction(each.amount) for each in rows), Fraction(0))


def test_one_reading_of_the_bill_serves_a_hundred_digests(place: Place, connecting: Open, ledger: Ledger) -> None:
    oracle = connecting(part_numbers=shipped().part_numbers, slow_fresh_for=300)
    services = replace(ledger.room.services, fleet=oracle.reader)
    place.ask("DELETE", "calls")
    at = datetime.combine(TODAY, time(12), UTC)
    for _ in range(3):
        told(services, Scope(), at, ZoneInfo("UTC"))
        told(services, Scope(by="region", value="us-chicago-1"), at, ZoneInfo("Europe/Berlin"))
    # One of what clusters are sold by, one of what else is on the bill.
    assert len(place.calls("RequestSummarizedUsages")) == 2
