"""Scaling: once, only from the state that was read, and told as it ended."""

from __future__ import annotations

import pytest

from bot.oracle.connection import Oracle
from dac.cluster import Cluster, Lifecycle
from dac.errors import Conflict, Denied, Invalid, NotFound, Unavailable
from tests.bot.oracle.conftest import CHICAGO, HASTY, Open, Place

UPDATE = "UpdateDedicatedAiCluster"
TAGS = {"dac-request": "R-17"}


@pytest.fixture
def chat(oracle: Oracle, place: Place) -> Cluster:
    return oracle.reader.cluster(CHICAGO, place.found("clusters", "chat-prod")["id"])


def test_the_world_has_the_units_and_the_tag_beside_those_it_had(oracle: Oracle, chat: Cluster, place: Place) -> None:
    work_request = oracle.writer.scale(chat, 4, tags=TAGS)
    place.advance(120)
    found = place.found("clusters", "chat-prod")
    assert (found["unitCount"], found["lifecycleState"]) == (4, Lifecycle.ACTIVE)
    assert found["freeformTags"] == {**chat.freeform_tags, **TAGS}
    assert work_request in {None, oracle.reader.work_requests(chat)[0].id}


def test_the_fleet_shows_a_change_at_once(oracle: Oracle, chat: Cluster) -> None:
    oracle.reader.fleet()
    oracle.writer.scale(chat, 4, tags={})
    (found,) = [each for each in oracle.reader.fleet().clusters if each.id == chat.id]
    assert found.lifecycle_state == Lifecycle.UPDATING


def test_each_call_carries_its_own_request_id(oracle: Oracle, chat: Cluster, place: Place) -> None:
    for units in (3, 3):
        with pytest.raises(Conflict):
            oracle.writer.scale(chat.model_copy(update={"etag": "stale"}), units, tags={})
    first, second = (each["opcRequestId"].split("/")[0] for each in place.calls(UPDATE))
    assert len(first) == 32
    assert first != second


def test_a_cluster_changed_since_it_was_read_is_left_alone(oracle: Oracle, chat: Cluster, place: Place) -> None:
    place.set(chat.id, displayName="chat-renamed")
    with pytest.raises(Conflict, match="has changed since it was read; nothing was changed now"):
        oracle.writer.scale(chat, 4, tags=TAGS)
    found = place.found("clusters", "chat-renamed")
    assert (found["unitCount"], found["freeformTags"]) == (2, chat.freeform_tags)


def test_a_busy_cluster_is_left_alone(oracle: Oracle, chat: Cluster, place: Place) -> None:
    oracle.writer.scale(chat, 3, tags={})
    busy = oracle.reader.cluster(CHICAGO, chat.id)
    with pytest.raises(Conflict, match="409"):
        oracle.writer.scale(busy, 4, tags={})
    place.advance(120)
    assert place.found("clusters", "chat-prod")["unitCount"] == 3


def test_a_cluster_of_a_list_is_refused_for_it_has_no_etag(oracle: Oracle, chat: Cluster, place: Place) -> None:
    with pytest.raises(Invalid, match="read it by itself"):
        oracle.writer.scale(chat.model_copy(update={"etag": None}), 4, tags={})
    assert not place.calls(UPDATE)


def test_more_than_the_service_limit_says_where_to_have_it_raised(oracle: Oracle, chat: Cluster, place: Place) -> None:
    with pytest.raises(Invalid, match=r"400 LimitExceeded.*ask Oracle to raise it in the Console"):
        oracle.writer.scale(chat, 50, tags={})
    assert place.found("clusters", "chat-prod")["unitCount"] == 2


def test_more_than_the_quota_names_the_administrator(oracle: Oracle, chat: Cluster, place: Place) -> None:
    place.fault("status", operation=UPDATE, status=400, code="QuotaExceeded")
    with pytest.raises(Invalid, match="a tenancy administrator sets it"):
        oracle.writer.scale(chat, 3, tags={})


def test_the_everyday_identity_cannot_scale(place: Place, connecting: Open, chat: Cluster) -> None:
    oracle = connecting(executor=place.config().reader)
    with pytest.raises((NotFound, Denied), match="may not see or use it"):
        oracle.writer.scale(chat, 4, tags={})
    assert place.found("clusters", "chat-prod")["unitCount"] == 2


def test_without_an_executor_nothing_can_be_changed(connecting: Open, chat: Cluster) -> None:
    with pytest.raises(Denied, match="No identity for changes"):
        connecting(executor=None).writer.scale(chat, 4, tags={})


@pytest.mark.parametrize(
    "fault",
    [{"kind": "status", "status": 500}, {"kind": "status", "status": 504}, {"kind": "drop"}, {"kind": "timeout"}],
)
def test_a_change_that_may_have_got_through_is_tried_once_and_said_to_be_unknown(
    place: Place, connecting: Open, chat: Cluster, fault: dict[str, str]
) -> None:
    place.fault(**fault, operation=UPDATE)
    with pytest.raises(Unavailable, match="Whether the change got through is not known"):
        connecting(patience=HASTY).writer.scale(chat, 4, tags=TAGS)
    assert len(place.calls(UPDATE)) == 1
    place.ask("DELETE", "faults")


def test_an_answer_lost_on_the_way_leaves_the_tag_to_find_out_by(oracle: Oracle, chat: Cluster, place: Place) -> None:
    place.fault("drop_after", operation=UPDATE)
    with pytest.raises(Unavailable, match="not known"):
        oracle.writer.scale(chat, 4, tags=TAGS)
    assert oracle.reader.cluster(CHICAGO, chat.id).freeform_tags["dac-request"] == "R-17"


def test_a_change_oracle_had_no_time_for_did_not_get_through(oracle: Oracle, chat: Cluster, place: Place) -> None:
    place.fault("status", operation=UPDATE, status=429, retry_after=1)
    with pytest.raises(Unavailable, match="429") as caught:
        oracle.writer.scale(chat, 4, tags=TAGS)
    assert "not known" not in str(caught.value)
    assert len(place.calls(UPDATE)) == 1
    assert not place.slept
