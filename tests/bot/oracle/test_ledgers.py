"""Ledgers of every kind, put into the local Oracle, read by the real SDK and told by `/dac cost actual` to the cent."""

from __future__ import annotations

import csv
import html
import io
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.oracle.connection import Oracle
from commands._command import Reply
from dac.catalog import shipped
from dac.usage import Spend
from tests.bot.oracle.conftest import Open, Place
from tests.commands.room import Room, shown

PERIODS = {
    "yesterday": (date(2026, 11, 22), date(2026, 11, 23)),
    "week": (date(2026, 11, 16), date(2026, 11, 23)),
    "month": (date(2026, 11, 1), date(2026, 11, 24)),
    "last month": (date(2026, 10, 1), date(2026, 11, 1)),
    "2026-02": (date(2026, 2, 1), date(2026, 3, 1)),
    "2026-04": (date(2026, 4, 1), date(2026, 5, 1)),
    "2025-12": (date(2025, 12, 1), date(2026, 1, 1)),
    "91d": (date(2026, 8, 24), date(2026, 11, 23)),
    "366d": (date(2025, 11, 22), date(2026, 11, 23)),
}
OURS = frozenset(shipped().part_numbers)
ON_DEMAND, NEW, COMPUTE = "B108077", "B999999", "B91628"
GONE = "ocid1.generativeaidedicatedaicluster.oc1.us-chicago-1.amaaaaaagone4242"
LATE = 60.0
NEVER = 10.0**8
PLACES = {"JPY": 0, "KWD": 3}

Sums = dict[str, Fraction]


@dataclass(frozen=True)
class Row:
    """A row as this test keeps it, apart from both sides."""

    at: datetime
    amount: str
    currency: str
    resource: str
    part: str
    compartment: str
    arrives_in: float
    credit: bool

    def posted(self, compartments: Mapping[str, str]) -> dict[str, Any]:
        dedicated = self.part in OURS or self.part == NEW
        product = "Huge Cohere - Dedicated" if dedicated else "Large Cohere"
        told = {
            "timeUsageStarted": self.at.isoformat(),
            "computedAmount": self.amount,
            "currency": self.currency,
            "resourceId": self.resource,
            "skuPartNumber": self.part,
            "skuName": "Standard E5" if self.part == COMPUTE else product,
            "service": "Compute" if self.part == COMPUTE else "Generative AI",
            "compartmentId": compartments.get(self.compartment, self.compartment),
        }
        if dedicated and not self.credit:
            told |= {"computedQuantity": "1.5", "listRate": "24", "unitPrice": "18.000001", "unit": "AI Unit Per Hour"}
        return told


def amounts(low: int, high: int, scale: int) -> st.SearchStrategy[str]:
    return st.integers(low, high).map(lambda digits: f"{Decimal(digits).scaleb(-scale):f}")


AMOUNTS = st.one_of(
    amounts(-(10**6), 10**6, 2),
    amounts(-(10**9), 10**9, 12),
    amounts(-(10**30), 10**30, 20),
    amounts(-(10**17), 10**17, 2),
    st.sampled_from(["0.005", "-0.005", "0.015", "2.675", "1e-9", "0", "0.30000000000000004"]),
)
INSTANTS = st.sampled_from(sorted(PERIODS)).flatmap(
    lambda name: st.integers(-1, (PERIODS[name][1] - PERIODS[name][0]).days).map(
        lambda days: datetime.combine(PERIODS[name][0], time(), UTC) + timedelta(days=days)
    )
)
ROWS = st.builds(
    Row,
    at=st.builds(lambda at, hour: at + timedelta(hours=hour), INSTANTS, st.integers(0, 23)),
    amount=AMOUNTS,
    currency=st.sampled_from(["USD", "USD", "EUR", "JPY", "KWD"]),
    resource=st.sampled_from(["chat-prod", "docs-idle", GONE, ""]),
    part=st.sampled_from([*sorted(OURS), *sorted(OURS), ON_DEMAND, NEW, COMPUTE]),
    compartment=st.sampled_from(["prod", "prod", "dev", "ocid1.compartment.oc1..others"]),
    arrives_in=st.sampled_from([0.0, 0.0, LATE, NEVER]),
    credit=st.booleans(),
)


@dataclass
class Ledger:
    """The local Oracle with no charges but those that a test puts in, and a team that asks."""

    place: Place
    oracle: Oracle
    room: Room
    clusters: dict[str, str]
    compartments: dict[str, str]

    def load(self, rows: Iterable[Row]) -> list[Row]:
        """As they are in the end: resources named by OCID."""
        self.place.ask("DELETE", "usage")
        named = [replace(each, resource=self.clusters.get(each.resource, each.resource)) for each in rows]
        for arrives_in, credit in {(each.arrives_in, each.credit) for each in named}:
            alike = [each for each in named if (each.arrives_in, each.credit) == (arrives_in, credit)]
            posted = [each.posted(self.compartments) for each in alike]
            self.place.ask("POST", "usage", {"rows": posted, "arrives_in": arrives_in, "credit": credit})
        return named

    def spend(self, period: str) -> Spend:
        found = self.oracle.reader.spend(*PERIODS[period])
        assert isinstance(found, Spend), found
        return found

    def say(self, line: str) -> Reply:
        return self.room.say(line)


@pytest.fixture
def ledger(place: Place, connecting: Open, tmp_path: Path) -> Ledger:
    # Nothing of what runs is told: all there is comes from the test.
    place.ask("POST", "usage", {"alone": True})
    oracle = connecting(part_numbers=shipped().part_numbers, slow_fresh_for=0)
    room = Room(tmp_path)
    room.services = replace(room.services, fleet=oracle.reader, now=lambda: place.now)
    known = {name: str(place.found("clusters", name)["id"]) for name in ("chat-prod", "docs-idle")}
    return Ledger(place, oracle, room, known, place.state()["compartments"])


def summed(rows: Iterable[Row]) -> Sums:
    found: Sums = {}
    for row in rows:
        found[row.currency] = found.get(row.currency, Fraction(0)) + Fraction(row.amount)
    return found


def counts(row: Row, period: str, *, late: bool) -> bool:
    since, until = PERIODS[period]
    here = row.compartment in {"prod", "dev"}
    return here and since <= row.at.date() < until and row.arrives_in <= (LATE if late else 0)


def coins(amount: Fraction, currency: str) -> int:
    """Of the smallest that there are, half a one away from nought."""
    whole = int(abs(amount) * Fraction(10) ** PLACES.get(currency, 2) + Fraction(1, 2))
    return -whole if amount < 0 else whole


def read(said: str) -> dict[str, int]:
    """What an answer says, in the smallest coins, by currency; no sum is zero."""
    found = {}
    for sign, dollar, digits, code in re.findall(r"\*?(-?)(\$?)(\d[\d,]*(?:\.\d+)?)(?: ([A-Z]{3}))?\*?", said):
        assert bool(dollar) != bool(code), said
        whole, _, part = digits.replace(",", "").partition(".")
        places = PLACES.get(code, 2)
        assert len(part) in {0, places}, said
        found[code or "USD"] = int(f"{sign}{whole}{part or '0' * places}")
    return found


def told(reply: Reply) -> str:
    return html.unescape(shown(reply))


def charged(text: str) -> dict[str, int]:
    sentence = re.search(r"Oracle charged (.*?) for ", text)
    assert sentence, text
    return {} if sentence[1] == "*nothing*" else read(sentence[1])


def told_of(pattern: str, text: str) -> dict[str, int]:
    found = re.search(pattern, text)
    return read(found[1]) if found else {}


def in_cents(sums: Sums) -> dict[str, int]:
    return {currency: coins(each, currency) for currency, each in sums.items()}


def sheet(reply: Reply) -> Sums:
    """The sums of the file that came with an answer."""
    assert reply.then is not None
    (last,) = reply.then
    found: Sums = {}
    for line in csv.DictReader(io.StringIO(last.files[0].content.decode())):
        found[line["currency"]] = found.get(line["currency"], Fraction(0)) + Fraction(line["amount"])
    return found


def reconciles(ledger: Ledger, rows: list[Row], period: str, *, late: bool) -> None:
    there = [row for row in rows if counts(row, period, late=late)]
    ours = [row for row in there if row.part in OURS]
    spend = ledger.spend(period)
    assert {each.currency: Fraction(each.amount) for each in spend.totals} == summed(ours)
    reply = ledger.say(f"cost actual {period}")
    text = told(reply)
    assert charged(text) == in_cents(summed(ours))
    if reply.then is not None:
        assert sheet(reply) == summed(ours)
    new, demand = [row for row in there if row.part == NEW], [row for row in there if row.part == ON_DEMAND]
    assert told_of(r"⚠️ (.*?) of what is dedicated by its name is", text) == in_cents(summed(new))
    assert told_of(r"takes no cluster: (.*?) of Generative AI on demand", text) == in_cents(summed(demand))
    assert COMPUTE not in text
    for ocid in ledger.clusters.values():
        mine = [row for row in ours if row.resource == ocid]
        assert {each.currency: Fraction(each.amount) for each in spend.of(ocid).totals} == summed(mine)
    mine = [row for row in there if row.resource == ledger.clusters["chat-prod"]]
    alone = told(ledger.say(f"cost actual chat-prod {period}"))
    assert charged(alone) == in_cents(summed(row for row in mine if row.part in OURS))
    assert told_of(r"⚠️ (.*?) of chat-prod is", alone) == in_cents(summed(row for row in mine if row.part not in OURS))


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(ROWS, max_size=14), period=st.sampled_from(sorted(PERIODS)))
def test_any_ledger_is_told_to_the_cent(ledger: Ledger, rows: list[Row], period: str) -> None:
    kept = ledger.load(rows)
    reconciles(ledger, kept, period, late=False)
    ledger.place.advance(LATE)
    reconciles(ledger, kept, period, late=True)


def row(amount: str = "1", **changes: Any) -> Row:
    known: dict[str, Any] = {
        "at": datetime(2026, 10, 12, tzinfo=UTC),
        "amount": amount,
        "currency": "USD",
        "resource": "chat-prod",
        "part": "B108082",
        "compartment": "prod",
        "arrives_in": 0.0,
        "credit": False,
    }
    return Row(**known | changes)


def test_rows_over_many_pages_are_all_there(ledger: Ledger) -> None:
    ocids = [f"ocid1.generativeaidedicatedaicluster.oc1.us-chicago-1.amaaaaaa{number:04}" for number in range(2300)]
    posted = [row("0.01").posted(ledger.compartments) | {"resourceId": each} for each in ocids]
    ledger.place.ask("POST", "usage", {"rows": posted})
    ledger.place.ask("DELETE", "calls")
    assert [str(each) for each in ledger.spend("last month").totals] == ["$23"]
    assert len(ledger.place.calls("RequestSummarizedUsages")) == 3


@pytest.mark.parametrize("day", ["2026-10-01", "2026-10-31", "2026-02-28", "2026-04-30", "2025-12-31"])
def test_the_first_and_the_last_hour_of_a_month_are_its_own(ledger: Ledger, day: str) -> None:
    first = datetime.fromisoformat(f"{day}T00:00:00+00:00")
    ledger.load([row("1", at=first), row("2", at=first + timedelta(hours=23)), row("4", at=first + timedelta(days=1))])
    name = f"{first:%Y-%m}"
    since = first.date().replace(day=1)
    found = ledger.oracle.reader.spend(since, (since + timedelta(days=32)).replace(day=1))
    assert isinstance(found, Spend)
    expected = 7 if first.day == 1 else 3
    assert [each.amount for each in found.totals] == [expected]
    assert charged(told(ledger.say(f"cost actual {name}"))) == {"USD": expected * 100}


def test_a_refund_after_the_months_end_changes_it_and_is_told_as_one(ledger: Ledger) -> None:
    refund = row("-100.25", arrives_in=LATE, credit=True, resource="")
    ledger.load([row("500"), refund])
    before = told(ledger.say("cost actual last month"))
    assert charged(before) == {"USD": 50_000}
    assert "rows below zero" not in before
    assert "Final: these days ended more than 48 h ago. Credits and refunds may still follow." in before
    ledger.place.advance(LATE)
    after = told(ledger.say("cost actual last month"))
    assert charged(after) == {"USD": 39_975}
    assert "*-$100.25* of it are credits, refunds and corrections" in after
    assert "no resource named" in after


def test_lines_are_rounded_by_themselves_and_the_sum_once(ledger: Ledger) -> None:
    parts = ("B108082", "B108083", "B108084")
    ledger.load([row("0.334", part=each) for each in parts])
    reply = ledger.say("cost actual last month")
    assert charged(told(reply)) == {"USD": 100}
    assert re.findall(r"B10808\d · quantity 1.5 · \*(\$\d+\.\d\d)\*", told(reply)) == ["$0.33"] * 3
    assert "rounded once; a line is rounded by itself" in told(reply)


def test_large_sums_are_not_cut(ledger: Ledger) -> None:
    ledger.load([row("-9999999999999999999.995", currency="EUR")])
    assert "-10,000,000,000,000,000,000 EUR" in told(ledger.say("cost actual last month"))


def test_what_the_ledger_does_not_say_of_a_cluster_is_as_it_is_and_what_is_no_charge_counts_nowhere(
    ledger: Ledger, place: Place
) -> None:
    bare = {"timeUsageStarted": "2026-10-12T05:00:00Z", "computedAmount": 7, "resourceId": ledger.clusters["chat-prod"]}
    no_charges = [bare | {"isForecast": True}, bare | {"computedAmount": None}]
    place.ask("POST", "usage", {"rows": [bare, *no_charges]})
    (found,) = ledger.spend("last month").rows
    assert (found.part_number, found.amount) == ("B108082", Decimal(7))
