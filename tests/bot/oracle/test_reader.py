"""Reading one cluster, its work, and what is left of its limit."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from bot.oracle.config import Patience
from bot.oracle.connection import Oracle
from dac.cluster import Cluster, Headroom, WorkStatus
from dac.errors import DacError, NotFound, Unavailable
from dac.figures import Unknown
from tests.bot.oracle.conftest import CHICAGO, FRANKFURT, HASTY, NOW, Open, Place

GET = "GetDedicatedAiCluster"


@pytest.fixture
def chat(oracle: Oracle, place: Place) -> Cluster:
    cluster = oracle.reader.cluster(CHICAGO, place.found("clusters", "chat-prod")["id"])
    place.ask("DELETE", "calls")
    return cluster


def test_a_cluster_read_by_itself_carries_the_etag_of_that_reading(chat: Cluster, place: Place) -> None:
    assert chat.etag == place.found("clusters", "chat-prod")["etag"]
    assert (chat.address, chat.unit_count, chat.unit_shape) == (f"chat-prod@{CHICAGO}", 2, "LARGE_COHERE_V3")


def test_a_cluster_of_another_region_is_not_found_here(oracle: Oracle, chat: Cluster) -> None:
    with pytest.raises(NotFound, match=f"Reading cluster …{chat.id[-6:]} in {FRANKFURT}: Oracle answered 404"):
        oracle.reader.cluster(FRANKFURT, chat.id)


def test_no_cluster_at_all_is_refused_before_oracle_is_asked(oracle: Oracle, place: Place) -> None:
    with pytest.raises(DacError, match="refused to send"):
        oracle.reader.cluster(CHICAGO, "")
    assert not place.calls(GET)


def test_a_busy_oracle_is_asked_again_after_the_wait_it_asks_for(oracle: Oracle, chat: Cluster, place: Place) -> None:
    place.fault("status", operation=GET, status=429, retry_after=2, times=1)
    assert oracle.reader.cluster(CHICAGO, chat.id) == chat
    assert place.slept == [2]


def test_a_wait_longer_than_anybody_would_is_told_at_once(oracle: Oracle, chat: Cluster, place: Place) -> None:
    place.fault("status", operation=GET, status=429, retry_after=60)
    with pytest.raises(Unavailable, match=r"429 TooManyRequests.*Oracle asks to wait 60 s\."):
        oracle.reader.cluster(CHICAGO, chat.id)
    assert len(place.calls(GET)) == 1
    assert not place.slept


@pytest.mark.parametrize(
    ("fault", "attempts"),
    [
        ({"kind": "status", "status": 500}, 3),
        ({"kind": "status", "status": 503}, 3),
        ({"kind": "status", "status": 429}, 3),
        ({"kind": "drop"}, 3),
        ({"kind": "drop_after"}, 3),
        ({"kind": "status", "status": 501}, 1),
    ],
)
def test_what_may_pass_is_tried_three_times_and_no_more(
    oracle: Oracle, chat: Cluster, place: Place, fault: dict[str, str], attempts: int
) -> None:
    place.fault(**fault, operation=GET)
    with pytest.raises(Unavailable, match="Reading cluster"):
        oracle.reader.cluster(CHICAGO, chat.id)
    assert len(place.calls(GET)) == attempts
    assert len(place.slept) == attempts - 1
    assert all(0.1 <= pause <= 0.6 for pause in place.slept)


@pytest.mark.parametrize("status", [400, 401, 404, 409])
def test_a_refusal_is_not_tried_again(oracle: Oracle, chat: Cluster, place: Place, status: int) -> None:
    place.fault("status", operation=GET, status=status)
    with pytest.raises(DacError):
        oracle.reader.cluster(CHICAGO, chat.id)
    assert len(place.calls(GET)) == 1


def test_ten_failures_do_not_close_the_way_for_the_next_question(oracle: Oracle, chat: Cluster, place: Place) -> None:
    place.fault("status", operation=GET, status=503, times=12)
    for _ in range(4):
        with pytest.raises(Unavailable):
            oracle.reader.cluster(CHICAGO, chat.id)
    assert oracle.reader.cluster(CHICAGO, chat.id) == chat


@pytest.mark.parametrize("fault", [{"kind": "timeout"}, {"kind": "slow_body", "seconds": 60}])
def test_an_answer_that_hangs_or_trickles_ends_at_the_deadline(
    place: Place, connecting: Open, chat: Cluster, fault: dict[str, str]
) -> None:
    place.fault(**fault, operation=GET)
    with pytest.raises(Unavailable, match="did not answer in time"):
        connecting(patience=HASTY).reader.cluster(CHICAGO, chat.id)
    place.ask("DELETE", "faults")


def test_bytes_that_keep_coming_do_not_stretch_the_deadline(place: Place, connecting: Open, chat: Cluster) -> None:
    place.fault("slow_body", operation=GET, seconds=20)
    with pytest.raises(Unavailable, match="did not answer in time"):
        connecting(patience=Patience(silence=5, read=2.5)).reader.cluster(CHICAGO, chat.id)
    place.ask("DELETE", "faults")


def test_no_listener_is_told_as_unreachable(place: Place, connecting: Open) -> None:
    with pytest.raises(Unavailable, match="could not be reached"):
        connecting(endpoint="http://127.0.0.1:9").reader.cluster(CHICAGO, "ocid1.x")


def test_an_error_carries_neither_signature_nor_the_sdks_request(oracle: Oracle, chat: Cluster, place: Place) -> None:
    place.fault("drop", operation=GET)
    with pytest.raises(Unavailable) as caught:
        oracle.reader.cluster(CHICAGO, chat.id)
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None
    assert "127.0.0.1" not in str(caught.value)


def test_a_cluster_nobody_has_touched_has_no_work(oracle: Oracle, chat: Cluster) -> None:
    assert oracle.reader.work_requests(chat) == ()


def test_work_comes_newest_first_and_bounded(oracle: Oracle, chat: Cluster, place: Place) -> None:
    for number in range(12):
        current = oracle.reader.cluster(CHICAGO, chat.id)
        oracle.writer.scale(current, 3 + number % 2, tags={})
        place.advance(60)
    found = oracle.reader.work_requests(chat)
    assert len(found) == 10
    assert [each.time_accepted for each in found] == sorted((each.time_accepted for each in found), reverse=True)
    assert {each.status for each in found} == {WorkStatus.SUCCEEDED}
    assert found[0].percent_complete == Decimal(100)
    assert found[0].time_finished is not None


def test_failed_work_tells_oracles_errors(oracle: Oracle, chat: Cluster, place: Place) -> None:
    place.ask("POST", "fail_next", {"ocid": chat.id, "message": "Out of host capacity."})
    oracle.writer.scale(chat, 3, tags={})
    place.advance(120)
    (work,) = oracle.reader.work_requests(chat)
    assert work.status == WorkStatus.FAILED
    assert len(work.errors) == 1
    assert work.errors[0].endswith("Out of host capacity.")


def test_headroom_is_the_tenancys(oracle: Oracle, chat: Cluster) -> None:
    assert oracle.reader.headroom(chat) == Headroom(
        limit_name="dedicated-unit-large-cohere-count", region=CHICAGO, used=4, available=6, read_at=NOW
    )


def test_headroom_of_a_shape_nobody_has_mapped_is_unknown(oracle: Oracle, chat: Cluster) -> None:
    found = oracle.reader.headroom(chat.model_copy(update={"unit_shape": "VERA_RUBIN_X9"}))
    assert isinstance(found, Unknown)
    assert "what VERA_RUBIN_X9 counts against" in found.settle


@pytest.mark.parametrize(
    ("fault", "settle"),
    [
        ({"kind": "status", "status": 404}, "inspect resource-availability in tenancy"),
        ({"kind": "status", "status": 503}, "ask again later"),
    ],
)
def test_headroom_that_cannot_be_read_is_unknown_and_says_what_would_settle_it(
    oracle: Oracle, chat: Cluster, place: Place, fault: dict[str, str], settle: str
) -> None:
    place.fault(**fault, service="limits")
    found = oracle.reader.headroom(chat)
    assert isinstance(found, Unknown)
    assert settle in found.settle
    assert "Oracle answered" in found.settle


def test_headroom_without_signing_in_is_unknown(place: Place, connecting: Open, chat: Cluster) -> None:
    reader = replace(place.config().reader, profile="NOBODY")
    found = connecting(reader=reader).reader.headroom(chat)
    assert isinstance(found, Unknown)
    assert "NOBODY" in found.settle


def test_a_tenancy_that_is_configured_is_used(place: Place, connecting: Open, chat: Cluster) -> None:
    connecting(tenancy="ocid1.tenancy.oc1..other").reader.headroom(chat)
    (call,) = place.calls("GetResourceAvailability")
    assert "ocid1.tenancy.oc1..other" in call["path"]
