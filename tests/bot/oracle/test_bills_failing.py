"""Whichever of Oracle's services fails, and however: it takes its own lines of an answer with it, and no others."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from dac.catalog import shipped
from tests.bot.oracle.conftest import HASTY, Open, Place
from tests.commands.room import Room, shown

USAGE, BUDGETS, ANOMALIES = "RequestSummarizedUsages", "ListBudgets", "ListCostAnomalyEvents"
HOME, METRICS, LIMITS = "ListRegionSubscriptions", "SummarizeMetricsData", "GetResourceAvailability"
REFUSALS = (401, 403, 404)
FAULTS: tuple[dict[str, Any], ...] = (
    *({"kind": "status", "status": each} for each in (*REFUSALS, 429, 500)),
    {"kind": "drop_body"},
    {"kind": "drop"},
)
SPAN = "cost actual"
BUDGET = re.compile(r"^(Budget “|What Oracle's budgets say is not known)")
ANOMALY = re.compile(r"^(📈 Cost anomalies|What cost anomalies Oracle found is not known)")
NOTES = re.compile(r"^[⁰¹²³⁴⁵⁶⁷⁸⁹]+ ")
MARKS = re.compile(r"\s*[⁰¹²³⁴⁵⁶⁷⁸⁹\N{NARROW NO-BREAK SPACE}]+$")


@dataclass
class Asking:
    place: Place
    room: Room

    @contextmanager
    def struck(self, operation: str, fault: dict[str, Any]) -> Iterator[None]:
        self.place.fault(**fault, operation=operation)
        yield
        self.place.ask("DELETE", "faults")

    def lines(self, line: str) -> list[str]:
        """What a person reads, without the sources at the end and the marks that lead there."""
        text = html.unescape(shown(self.room.say(line)))
        return [MARKS.sub("", each) for each in text.splitlines() if not NOTES.match(each)]


@pytest.fixture
def asks(place: Place, connecting: Open, tmp_path: Path) -> Callable[..., Asking]:
    def asking(**changes: Any) -> Asking:
        # Nothing is kept from one question to the next.
        oracle = connecting(part_numbers=shipped().part_numbers, slow_fresh_for=0, fresh_for=0, **changes)
        room = Room(tmp_path)
        room.services = replace(room.services, fleet=oracle.reader, now=lambda: place.now)
        return Asking(place, room)

    return asking


@pytest.fixture
def asking(asks: Callable[..., Asking]) -> Asking:
    return asks()


def without(lines: list[str], pattern: re.Pattern[str]) -> list[str]:
    return [each for each in lines if not pattern.match(each)]


@pytest.mark.parametrize(("operation", "own"), [(BUDGETS, BUDGET), (ANOMALIES, ANOMALY)])
def test_what_stands_beside_the_bill_fails_by_itself(asking: Asking, operation: str, own: re.Pattern[str]) -> None:
    well = asking.lines(SPAN)
    assert without(well, own) != well
    for fault in FAULTS:
        with asking.struck(operation, fault):
            ill = asking.lines(SPAN)
        assert without(ill, own) == without(well, own)
        (said,) = [each for each in ill if own.match(each)]
        assert " is not known: " in said
        assert ("let the reading identity" if fault.get("status") in REFUSALS else "ask again later") in said
        if "status" in fault:
            assert f"Oracle answered {fault['status']}" in said
    assert asking.lines(SPAN) == well


@pytest.mark.parametrize(("operation", "own"), [(BUDGETS, BUDGET), (ANOMALIES, ANOMALY)])
def test_who_is_silent_is_not_waited_for(asks: Callable[..., Asking], operation: str, own: re.Pattern[str]) -> None:
    hasty = asks(patience=HASTY)
    with hasty.struck(operation, {"kind": "timeout"}):
        (said,) = [each for each in hasty.lines(SPAN) if own.match(each)]
    assert "is not known: ask again later" in said
    assert "Oracle did not answer in time" in said


def test_without_usage_there_is_an_estimate_and_what_else_oracle_says(asking: Asking) -> None:
    well = asking.lines(SPAN)
    for fault in FAULTS:
        with asking.struck(USAGE, fault):
            ill = asking.lines(SPAN)
        assert "*estimated*" in ill[0]
        (why,) = [each for each in ill if each.startswith("What Oracle charged is not known: ")]
        refused = fault.get("status") in REFUSALS
        assert ("let the reading identity `read usage-report in tenancy`" if refused else "ask again later") in why
        for own in (BUDGET, ANOMALY):
            assert [each for each in ill if own.match(each)] == [each for each in well if own.match(each)]
    assert asking.lines(SPAN) == well


@pytest.mark.parametrize("fault", [FAULTS[1], FAULTS[-1]])
def test_without_a_home_region_nothing_of_bills_is_known_and_the_rest_is(asking: Asking, fault: dict[str, Any]) -> None:
    with asking.struck(HOME, fault):
        ill = asking.lines(SPAN)
        assert "*estimated*" in ill[0]
        unknown = [each for each in ill if " is not known: " in each]
        assert len(unknown) == 3
        assert all(("DAC_OCI_HOME_REGION" in each) == ("status" in fault) for each in unknown)
    assert "Oracle charged" in asking.lines(SPAN)[0]


def test_a_bill_does_without_metrics_and_limits(asking: Asking) -> None:
    well = asking.lines(SPAN)
    for operation in (METRICS, LIMITS):
        with asking.struck(operation, FAULTS[1]):
            assert asking.lines(SPAN) == well


def test_a_status_does_without_bills(asking: Asking) -> None:
    well = asking.lines("status chat-prod")
    for operation in (USAGE, BUDGETS, ANOMALIES):
        with asking.struck(operation, FAULTS[-1]):
            assert asking.lines("status chat-prod") == well


def test_a_bill_without_a_list_of_clusters_is_the_same_bill(asking: Asking) -> None:
    well = asking.lines(SPAN)
    for fault in (FAULTS[1], FAULTS[-1]):
        with asking.struck("ListDedicatedAiClusters", fault):
            assert asking.lines(SPAN)[0] == well[0]
