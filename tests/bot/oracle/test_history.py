"""A cluster's last days by the hour, as the local Oracle's Monitoring knows them."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from bot.oracle.connection import Oracle
from dac.cluster import Cluster
from dac.errors import Invalid, Unavailable
from dac.history import History
from tests.bot.oracle.conftest import CHICAGO, Open, Place

SUMMARIZE = "SummarizeMetricsData"


def cluster(oracle: Oracle, place: Place, name: str) -> Cluster:
    return oracle.reader.cluster(CHICAGO, place.found("clusters", name)["id"])


def week(oracle: Oracle, place: Place, name: str) -> History:
    return oracle.reader.history(cluster(oracle, place, name))


def test_a_week_is_all_its_full_hours_with_every_figure(oracle: Oracle, place: Place) -> None:
    history = week(oracle, place, "chat-prod")
    assert history.until == place.now.replace(minute=0, second=0, microsecond=0)
    assert len(history.hours) == 7 * 24
    assert all(hour.calls and hour.p95_seconds and hour.errors is not None for hour in history.hours)
    assert history.peak
    assert history.peak.calls
    # The scenario gives both endpoints 13.5 calls a second together at the busiest hour.
    assert Decimal(9) < history.peak.calls / 3600 < Decimal(14)
    assert history.mean_input_tokens
    assert 820 < history.mean_input_tokens < 1150


def test_a_cluster_nobody_called_was_called_no_times_and_has_no_mean(oracle: Oracle, place: Place) -> None:
    idle = week(oracle, place, "docs-idle")
    assert idle.total_calls == 0
    assert idle.mean_input_tokens is None


def test_a_young_cluster_has_no_hours_before_it_was_made(oracle: Oracle, place: Place) -> None:
    made = place.found("clusters", "chat-prod")["id"]
    born = place.now - timedelta(hours=5)
    young = oracle.reader.cluster(CHICAGO, made).model_copy(update={"time_created": born})
    assert len(oracle.reader.history(young).hours) == 5


def test_clusters_of_one_compartment_are_asked_for_once(oracle: Oracle, place: Place) -> None:
    week(oracle, place, "chat-prod")
    asked = len(place.calls(SUMMARIZE))
    week(oracle, place, "search-embed")
    week(oracle, place, "chat-prod")
    assert len(place.calls(SUMMARIZE)) == asked


def test_figures_are_minutes_old_at_the_most(connecting: Open, place: Place) -> None:
    oracle = connecting(slow_fresh_for=300)
    week(oracle, place, "chat-prod")
    asked = len(place.calls(SUMMARIZE))
    place.advance(301)
    week(oracle, place, "chat-prod")
    assert len(place.calls(SUMMARIZE)) > asked


def test_a_monitoring_that_does_not_answer_is_said_and_is_no_zero(oracle: Oracle, place: Place) -> None:
    chat = cluster(oracle, place, "chat-prod")
    oracle.reader.fleet()
    place.fault("status", operation=SUMMARIZE, status=500)
    with pytest.raises(Unavailable):
        oracle.reader.history(chat)


def test_more_days_than_monitoring_keeps_are_refused_before_it_is_asked(oracle: Oracle, place: Place) -> None:
    chat = cluster(oracle, place, "chat-prod")
    oracle.reader.fleet()
    asked = len(place.calls(SUMMARIZE))
    with pytest.raises(Invalid, match="ask for 1 to 89, not 400"):
        oracle.reader.history(chat, days=400)
    assert len(place.calls(SUMMARIZE)) == asked


def test_endpoints_that_were_not_listed_leave_the_load_unknown(oracle: Oracle, place: Place) -> None:
    chat = cluster(oracle, place, "chat-prod")
    place.fault("status", operation="ListEndpoints", status=404, code="NotAuthorizedOrNotFound")
    with pytest.raises(Unavailable, match="is not known in full"):
        oracle.reader.history(chat)
