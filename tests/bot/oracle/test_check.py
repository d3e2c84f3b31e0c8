"""What is missing at Oracle is found before anything runs, without changing anything."""

from __future__ import annotations

from dataclasses import replace

from bot.oracle.connection import Oracle
from tests.bot.oracle.conftest import CHICAGO, FRANKFURT, Open, Place


def test_everything_in_order_is_said_for_each_place(oracle: Oracle, place: Place) -> None:
    findings = oracle.check()
    assert all(each.ok for each in findings)
    asked = [each.what for each in findings]
    assert len([each for each in asked if each.startswith("reading clusters in ")]) == 4
    assert len([each for each in asked if each.startswith("reading metrics in ")]) == 4
    assert f"reading service limits in {CHICAGO}" in asked
    assert [each.sentence for each in findings if "name of compartment" in each.what] == [
        "It is called prod.",
        "It is called dev.",
    ]
    assert f"signing in for changes in {FRANKFURT}" in asked


def test_checking_changes_nothing(oracle: Oracle, place: Place) -> None:
    before = place.state()
    oracle.check()
    assert place.state() == before
    assert {each["method"] for each in place.ask("GET", "calls")} <= {"GET", "POST"}
    assert {each["operation"] for each in place.ask("GET", "calls") if each["method"] == "POST"} == {
        "ListMetrics",
        "RequestSummarizedUsages",
    }


def test_an_executor_that_cannot_sign_in_is_told_and_the_rest_is_in_order(place: Place, connecting: Open) -> None:
    executor = replace(place.config().reader, profile="NOBODY")
    bad = [each for each in connecting(executor=executor).check() if not each.ok]
    assert {each.what for each in bad} == {f"signing in for changes in {each}" for each in (CHICAGO, FRANKFURT)}
    assert all("has no profile NOBODY" in each.sentence for each in bad)


def test_a_region_that_is_down_is_told(oracle: Oracle, place: Place) -> None:
    place.fault("status", status=503, region=FRANKFURT)
    bad = [each for each in oracle.check() if not each.ok]
    assert bad
    assert all(FRANKFURT in each.what for each in bad)


def test_limits_are_only_asked_for_where_any_shape_is_mapped(connecting: Open) -> None:
    assert not [each for each in connecting(limit_of_shape={}).check() if "limits" in each.what]
