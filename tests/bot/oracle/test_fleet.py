"""The whole fleet in one reading, and what becomes of the parts that fail."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from bot.oracle import Identity
from bot.oracle.calls import Calls
from bot.oracle.clients import Clients
from bot.oracle.config import Patience
from bot.oracle.connection import Oracle
from bot.oracle.identity import Kind
from bot.oracle.workrequests import work_in
from dac.cluster import Fleet, Gap, WorkStatus
from dac.errors import Denied
from dac.figures import Unknown
from sandbox.oracle import Key
from sandbox.oracle.config import Fleet as MadeUp
from sandbox.serving import running
from tests.bot.oracle.conftest import CHICAGO, FRANKFURT, LIMITS, NOW, Open, Place, local_oracle


def names(fleet: Fleet) -> set[str]:
    return {each.address for each in fleet.clusters}


def gaps(fleet: Fleet, region: str) -> dict[str, str]:
    """What is missing in a region, without the compartments' names, and why."""
    return {each.what.split(" in ")[0]: each.because for each in fleet.gaps if each.region == region}


def test_two_regions_and_two_compartments_are_seen_at_once(oracle: Oracle) -> None:
    fleet = oracle.reader.fleet()
    assert fleet.taken_at == NOW
    assert not fleet.gaps
    assert {f"chat-prod@{CHICAGO}", f"dev-gpt-oss@{CHICAGO}", f"support-llama@{FRANKFURT}"} <= names(fleet)
    assert len({each.compartment_id for each in fleet.clusters}) == 2


def test_a_cluster_of_the_list_carries_all_but_the_etag(oracle: Oracle) -> None:
    (chat,) = [each for each in oracle.reader.fleet().clusters if each.name == "chat-prod"]
    assert (chat.unit_shape, chat.unit_count, chat.endpoint_capacity) == ("LARGE_COHERE_V3", 2, 50)
    assert chat.freeform_tags["team"] == "assistant"
    assert chat.etag is None


def test_a_cluster_has_its_defined_tags_by_namespace_and_key(place: Place, oracle: Oracle) -> None:
    place.set(str(place.found("clusters", "chat-prod")["id"]), definedTags={"ops": {"owner": "search", "level": 2}})
    (chat,) = [each for each in oracle.reader.fleet().clusters if each.name == "chat-prod"]
    assert chat.defined_tags == {"ops.owner": "search", "ops.level": "2"}


def test_endpoints_find_their_cluster_and_their_model(oracle: Oracle) -> None:
    fleet = oracle.reader.fleet()
    (chat,) = [each for each in fleet.clusters if each.name == "chat-prod"]
    models = {each.id: each.name for each in fleet.models}
    found = [each for each in fleet.endpoints if each.cluster_id == chat.id]
    assert {each.name for each in found} == {"chat-prod-web", "chat-prod-app"}
    assert {models[each.model_id] for each in found} == {"cohere.command-a-03-2025"}


def test_a_base_model_that_every_compartment_lists_is_there_once(oracle: Oracle) -> None:
    models = oracle.reader.fleet().models
    assert len({each.id for each in models}) == len(models)
    assert {"BASE", "CUSTOM"} == {each.type for each in models}
    assert any(each.time_dedicated_retired for each in models)


def test_what_oracle_still_lists_after_its_deletion_is_left_out(oracle: Oracle, place: Place) -> None:
    place.set(place.found("endpoints", "docs-idle")["id"], lifecycleState="DELETED")
    place.set(place.found("clusters", "docs-idle")["id"], lifecycleState="DELETED")
    fleet = oracle.reader.fleet()
    assert f"docs-idle@{CHICAGO}" not in names(fleet)
    assert "docs-idle" not in {each.name for each in fleet.endpoints}
    assert [each.name for each in fleet.deleted] == ["docs-idle"]


def test_a_shape_newer_than_the_sdk_keeps_its_own_text(oracle: Oracle, place: Place) -> None:
    ocid = place.found("clusters", "chat-prod")["id"]
    place.set(ocid, unitShape="VERA_RUBIN_X9", lifecycleState="PONDERING")
    (listed,) = [each for each in oracle.reader.fleet().clusters if each.id == ocid]
    read = oracle.reader.cluster(CHICAGO, ocid)
    assert (listed.unit_shape, read.unit_shape) == ("VERA_RUBIN_X9", "VERA_RUBIN_X9")
    assert (listed.lifecycle_state, read.lifecycle_state) == ("PONDERING", "PONDERING")


@pytest.mark.parametrize("kind", ["status", "drop"])
def test_a_region_that_is_down_becomes_gaps_and_the_other_is_shown(oracle: Oracle, place: Place, kind: str) -> None:
    place.fault(kind, region=FRANKFURT, service="generative-ai", status=503)
    fleet = oracle.reader.fleet()
    assert set(gaps(fleet, FRANKFURT)) == {"clusters", "endpoints", "models", "work requests"}
    assert all(each.startswith("Listing ") for each in gaps(fleet, FRANKFURT).values())
    assert not gaps(fleet, CHICAGO)
    assert f"chat-prod@{CHICAGO}" in names(fleet)
    assert FRANKFURT not in {each.region for each in fleet.clusters}


def test_a_compartment_the_identity_may_not_see_is_a_gap_that_names_it(place: Place, connecting: Open) -> None:
    seen = place.config().compartments
    fleet = connecting(compartments=(*seen, "ocid1.compartment.oc1..aaaasecret")).reader.fleet()
    assert (
        Gap(region=CHICAGO, what="clusters in compartment …secret", because=gaps(fleet, CHICAGO)["clusters"])
        in fleet.gaps
    )
    assert "404 NotAuthorizedOrNotFound" in gaps(fleet, CHICAGO)["clusters"]
    assert f"chat-prod@{CHICAGO}" in names(fleet)


@pytest.mark.parametrize(
    ("fault", "because"),
    [
        ({"kind": "timeout"}, "Oracle did not answer in time."),
        # A piece every two seconds: the second one is not waited for.
        ({"kind": "slow_body", "seconds": 40}, "no complete answer within 3 s"),
    ],
)
def test_a_region_that_hangs_or_trickles_does_not_hold_up_the_other(
    place: Place, connecting: Open, fault: dict[str, str], because: str
) -> None:
    place.fault(**fault, region=FRANKFURT)
    fleet = connecting(patience=Patience(silence=60, read=60, fleet=3)).reader.fleet()
    assert gaps(fleet, FRANKFURT)["clusters"].endswith(because)
    assert f"chat-prod@{CHICAGO}" in names(fleet)
    place.ask("DELETE", "faults")


def test_traffic_measured_before_the_deadline_is_kept(place: Place, connecting: Open) -> None:
    chat = place.found("endpoints", "chat-prod-web")["id"]
    oracle = connecting(regions=(CHICAGO,), compartments=place.config().compartments[:1], patience=Patience(fleet=3))
    place.fault("hold_before", operation="SummarizeMetricsData")
    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(oracle.reader.fleet)
        while not place.ask("GET", "held"):
            assert not asked.done()
        place.ask("DELETE", "faults")
        place.fault("timeout", operation="SummarizeMetricsData")
        place.ask("POST", "release", {})
        fleet = asked.result(20)
    recent, idle = (each for each in fleet.traffic if each.endpoint_id == chat)
    assert recent.calls is not None
    assert idle.calls is None
    assert "did not answer in time" in gaps(fleet, CHICAGO)["traffic"]
    place.ask("DELETE", "faults")


def test_a_part_that_gives_up_before_the_deadline_says_why(place: Place, connecting: Open) -> None:
    place.fault("timeout", operation="ListModels")
    fleet = connecting(patience=Patience(silence=1, read=1)).reader.fleet()
    assert gaps(fleet, CHICAGO)["models"].endswith("Oracle did not answer in time.")
    assert f"chat-prod@{CHICAGO}" in names(fleet)
    place.ask("DELETE", "faults")


def test_twenty_people_asking_at_once_make_one_reading(oracle: Oracle, place: Place) -> None:
    together = threading.Barrier(20)

    def ask() -> Fleet:
        together.wait(10)
        return oracle.reader.fleet()

    with ThreadPoolExecutor(20) as pool:
        answers = [each.result() for each in [pool.submit(ask) for _ in range(20)]]
    assert all(each is answers[0] for each in answers)
    for operation in ("ListDedicatedAiClusters", "ListEndpoints", "ListModels"):
        assert len(place.calls(operation)) == 4


def test_a_reading_is_given_again_until_it_is_twenty_seconds_old(oracle: Oracle, place: Place) -> None:
    first = oracle.reader.fleet()
    place.advance(19)
    assert oracle.reader.fleet() is first
    place.advance(1)
    assert oracle.reader.fleet().taken_at == place.now


def test_more_than_one_page_is_read_to_the_end(
    keys: tuple[Path, tuple[Key, ...]], open_at: Callable[[Place], Open]
) -> None:
    with local_oracle(keys, MadeUp(clusters=50, endpoints=21)) as place:
        oracle = open_at(place)(regions=(CHICAGO,), patience=Patience(fleet=60))
        fleet = oracle.reader.fleet()
        assert (len(fleet.clusters), len(fleet.endpoints)) == (50, 1050)
        assert len({each.id for each in fleet.endpoints}) == 1050
        assert not fleet.gaps


def test_an_identity_that_cannot_sign_in_is_one_refusal_not_a_gap_for_each_part(place: Place, connecting: Open) -> None:
    reader = Identity(Kind.CONFIG_FILE, str(place.keys / "config"), "NOBODY")
    with pytest.raises(Denied, match="has no profile NOBODY"):
        connecting(reader=reader).reader.fleet()


def test_a_key_oracle_does_not_know_is_told_in_every_gap(place: Place, connecting: Open, tmp_path: Path) -> None:
    config = (place.keys / "config").read_text().replace("fingerprint = ", "fingerprint=")
    lines = [
        f"fingerprint={':'.join(['ab'] * 16)}" if each.startswith("fingerprint") else each
        for each in config.splitlines()
    ]
    (tmp_path / "config").write_text("\n".join(lines))
    oracle = connecting(reader=replace(place.config().reader, path=str(tmp_path / "config")))
    assert "key or token was not accepted" in gaps(oracle.reader.fleet(), CHICAGO)["clusters"]


def test_work_is_read_page_by_page_until_it_explains_nothing_any_more(place: Place) -> None:
    config = place.config()
    clients = Clients(config.reader, config, lambda: place.now)

    class OneByOne:
        """The SDK's own client, asking for small pages."""

        def __init__(self, client: Any) -> None:
            self.list_work_request_errors = client.list_work_request_errors
            self._list = client.list_work_requests

        def list_work_requests(self, **told: Any) -> Any:
            return self._list(**told | {"limit": 1})

    def read() -> list[float]:
        client = OneByOne(clients.generative_ai(CHICAGO))
        found = work_in(client, Calls(config.patience), CHICAGO, place.state()["compartments"]["prod"], place.now)
        return [(place.now - each.time_accepted).total_seconds() // 3600 for each in found]

    def failed(*hours_ago: float) -> None:
        for each in hours_ago:
            place.ask("POST", "incidents", {"name": "work-failed", "cluster": "chat-prod", "hours": each})

    failed(300, 200, 100, 50)
    assert read() == [50, 100, 200]
    failed(40, 30, 20, 10)
    assert read() == [10, 20, 30, 40, 50]
    clients.close()


def test_the_work_of_every_compartment_is_there_newest_first_with_what_it_is_about(
    oracle: Oracle, place: Place
) -> None:
    chat = oracle.reader.cluster(CHICAGO, place.found("clusters", "chat-prod")["id"])
    oracle.writer.scale(chat, 3, tags={})
    place.advance(60)
    place.ask("POST", "fail_next", {"ocid": chat.id, "message": "Out of host capacity."})
    oracle.writer.scale(oracle.reader.cluster(CHICAGO, chat.id), 2, tags={})
    place.advance(120)
    newest, before = oracle.reader.fleet().work
    assert (newest.status, before.status) == (WorkStatus.FAILED, WorkStatus.SUCCEEDED)
    assert newest.resources == (chat.id,)
    assert newest.errors[0].endswith("Out of host capacity.")
    assert len(place.calls("ListWorkRequests")) == 4


def test_that_work_failed_is_known_without_its_errors(oracle: Oracle, place: Place) -> None:
    chat = oracle.reader.cluster(CHICAGO, place.found("clusters", "chat-prod")["id"])
    place.ask("POST", "fail_next", {"ocid": chat.id, "message": "Out of host capacity."})
    oracle.writer.scale(chat, 3, tags={})
    place.advance(120)
    place.fault("status", operation="ListWorkRequestErrors", status=404)
    (work,) = oracle.reader.fleet().work
    assert work.status == WorkStatus.FAILED
    assert work.errors[0].startswith("its errors were not read. Reading the errors of work request")


def test_each_limit_in_use_is_read_once_for_a_region(oracle: Oracle, place: Place) -> None:
    fleet = oracle.reader.fleet()
    seen = {(each.region, LIMITS[each.unit_shape]) for each in fleet.clusters if each.unit_shape in LIMITS}
    assert {(each.region, each.limit_name) for each in fleet.headrooms} == seen
    assert len(place.calls("GetResourceAvailability")) == len(seen)
    cohere = next(each for each in fleet.headrooms if each.limit_name == "dedicated-unit-large-cohere-count")
    assert (cohere.used, cohere.available) == ((4, 6) if cohere.region == CHICAGO else (cohere.used, cohere.available))


@pytest.mark.parametrize(
    ("fault", "missing"),
    [
        ({"service": "limits"}, ["limit dedicated-unit-large-cohere-count"]),
        ({"operation": "ListWorkRequests"}, ["work requests"]),
        ({"service": "monitoring"}, ["traffic", "alarms"]),
        ({"operation": "ListAlarmsStatus"}, ["alarms"]),
        ({"operation": "ListModels"}, ["models"]),
    ],
    ids=str,
)
def test_what_cannot_be_read_is_missing_by_itself(
    oracle: Oracle, place: Place, fault: dict[str, str], missing: list[str]
) -> None:
    place.fault("status", status=404, **fault)
    fleet = oracle.reader.fleet()
    assert set(missing) <= set(gaps(fleet, CHICAGO))
    assert {each.split(" ")[0] for each in gaps(fleet, CHICAGO)} == {each.split(" ")[0] for each in missing}
    assert bool(fleet.headrooms) is ("limits" not in fault.values())
    assert bool(fleet.traffic) is ("monitoring" not in fault.values())
    assert fleet.clusters
    assert fleet.endpoints


def test_a_limit_that_oracle_does_not_count_is_a_gap(connecting: Open) -> None:
    cluster = {
        "id": "ocid1.generativeaidedicatedaicluster.oc1..one",
        "compartmentId": "ocid1.compartment.oc1..one",
        "type": "HOSTING",
        "lifecycleState": "ACTIVE",
        "unitCount": 1,
        "unitShape": "LARGE_COHERE_V3",
        "timeCreated": "2026-01-01T00:00:00Z",
    }

    async def answer(request: web.Request) -> web.Response:
        if request.path.endswith("resourceAvailability"):
            return web.json_response({"used": None})
        if request.path.endswith("alarms"):
            return web.json_response([])
        return web.json_response({"items": [cluster] if request.path.endswith("dedicatedAiClusters") else []})

    def app() -> web.Application:
        made = web.Application()
        made.router.add_get("/{path:.*}", answer)
        return made

    with running(app) as url:
        oracle = connecting(endpoint=url, regions=(CHICAGO,), compartments=("ocid1.compartment.oc1..one",))
        fleet = oracle.reader.fleet()
        of = oracle.reader.headroom(fleet.clusters[0])
        oracle.close()
    assert fleet.headrooms == ()
    assert gaps(fleet, CHICAGO) == {"limit dedicated-unit-large-cohere-count": "Oracle does not count it"}
    assert isinstance(of, Unknown)
    assert "Oracle does not count" in of.settle


def test_who_would_have_it_soon_is_given_what_has_come_by_then(connecting: Open) -> None:
    reader = connecting(patience=Patience(soon=0)).reader
    soon = reader.fleet(soon=True)
    assert soon.clusters == ()
    assert gaps(soon, FRANKFURT)["clusters"] == "no complete answer within 0 s"
    assert reader.known() == soon
    whole = reader.fleet()
    assert not whole.gaps
    assert reader.fleet(soon=True) is whole


def test_a_reading_that_is_there_is_soon_enough_and_is_known_until_something_changes(
    oracle: Oracle, place: Place
) -> None:
    assert oracle.reader.known() is None
    whole = oracle.reader.fleet()
    place.ask("DELETE", "calls")
    assert oracle.reader.fleet(soon=True) is whole
    assert oracle.reader.known() is whole
    assert not place.calls("ListEndpoints")
    chat = oracle.reader.cluster(CHICAGO, place.found("clusters", "chat-prod")["id"])
    oracle.writer.scale(chat, 3, tags={})
    assert oracle.reader.known() is None
    assert oracle.reader.fleet(soon=True).clusters != whole.clusters
