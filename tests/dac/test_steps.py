"""Steps as data, and whether the world still is what one was made for."""

from __future__ import annotations

from typing import Any

import pytest

from dac.cluster import ClusterType, Guardrails, Lifecycle
from dac.deleting import remove_cluster
from dac.deleting_models import remove_model
from dac.endpoints import remove_endpoint
from dac.errors import Conflict, NotFound
from dac.making import Stepwise
from dac.steps import (
    AnyStep,
    Dataset,
    MakeCluster,
    MakeEndpoint,
    MakeModel,
    Making,
    MovingLease,
    Pause,
    Ref,
    Removing,
    Scaling,
    Step,
    Training,
)
from dac.still import etag_of
from tests.dac.plannings import OURS, TEAM, created
from tests.fakes import REGION, FakeClock, FakeOracle, When, cluster, endpoint

PLACE: dict[str, Any] = {"name": "new", "region": REGION, "compartment_id": TEAM}
ON_NEW = MakeEndpoint(key="e", on=Ref(step="cluster"), on_name="new", model_id="ocid1.m", model_name="command", **PLACE)
TRAIN = MakeModel(
    key="model",
    on=Ref(step="cluster"),
    on_name="tuning",
    base_model_id="ocid1.m",
    base_name="llama",
    dataset=Dataset(namespace="n", bucket="b", object_name="o.jsonl"),
    training=Training(method="LORA", epochs=3, lora_r=8),
    **PLACE,
)


def test_a_reference_becomes_the_ocid_of_what_was_made() -> None:
    assert ON_NEW.resolved({"cluster": "ocid1.made", "other": "x"}).on == "ocid1.made"
    assert TRAIN.resolved({"cluster": "ocid1.made"}).on == "ocid1.made"
    assert Scaling().resolved({}) == Scaling()


def test_a_step_says_what_it_does() -> None:
    made = MakeCluster(key="c", type=ClusterType.FINE_TUNING, unit_shape="S", unit_count=1, **PLACE)
    assert made.words == f"Create the fine-tuning cluster new in {REGION}: 1 unit of S"
    assert "serving command; its OCID is announced" in ON_NEW.words
    guarded = ON_NEW.model_copy(update={"guardrails": Guardrails(pii="block")})
    assert "with content moderation off, prompt injection off, PII block" in guarded.words
    assert TRAIN.words == "Train the model new from llama on tuning with b/o.jsonl (LORA, epochs 3, lora r 8)"
    assert remove_model(OURS).words == "Delete the custom model support-v1, for good"
    assert Pause(key="p", question="all switched?").words == "Wait until a person confirms: all switched?"


@pytest.mark.parametrize("asks", [Scaling(), MovingLease(), Step(key="x")])
def test_a_step_that_stands_alone_leaves_the_words_to_its_plan(asks: Step) -> None:
    with pytest.raises(NotImplementedError):
        _ = asks.words


def test_whatever_makes_or_removes_must_say_what() -> None:
    with pytest.raises(NotImplementedError):
        _ = Making(key="x", **PLACE).makes
    with pytest.raises(NotImplementedError):
        _ = Removing(key="x", id="ocid1.x", **PLACE).removes
    bare = Stepwise(**{name: getattr(created(), name) for name in Stepwise.model_fields})
    with pytest.raises(NotImplementedError):
        _ = bare.command


def world(**chat: Any) -> FakeOracle:
    oracle = FakeOracle(FakeClock())
    oracle.add(cluster(**chat))
    oracle.add(endpoint(cluster()))
    return oracle


def on(cluster_id: str) -> MakeEndpoint:
    return ON_NEW.model_copy(update={"on": cluster_id})


@pytest.mark.parametrize("step", [Scaling(), on(cluster().id), MakeCluster(
    key="c", type=ClusterType.HOSTING, unit_shape="S", unit_count=1, **PLACE)])  # fmt: skip
def test_what_makes_something_needs_no_etag(step: AnyStep) -> None:
    assert etag_of(step, world()) == ""


REMOVE, EMPTY = remove_endpoint(endpoint(cluster())), remove_cluster(cluster())


def test_what_removes_something_carries_the_etag_it_has_now() -> None:
    oracle = world()
    assert etag_of(REMOVE, oracle) == "etag-2"
    oracle.change(endpoint(cluster()).id, lifecycle_state=Lifecycle.DELETED)
    assert etag_of(EMPTY, oracle) == "etag-1"


@pytest.mark.parametrize(
    ("step", "changes", "sentence"),
    [
        (on(cluster().id), {"lifecycle_state": "UPDATING"}, "chat is UPDATING, and this needs it ACTIVE"),
        (on(cluster().id), {"type": "FINE_TUNING"}, "chat is of type FINE_TUNING, and this needs HOSTING"),
        (TRAIN.model_copy(update={"on": cluster().id}), {}, "chat is of type HOSTING, and this needs FINE_TUNING"),
        (EMPTY, {"lifecycle_state": "UPDATING"}, "is UPDATING; somebody else is at it"),
        (EMPTY, {"unit_shape": "S"}, "has the shape S now, not LARGE_COHERE_V3"),
        (EMPTY, {"units": 5}, "has so many units: 5 now, not 2"),
        (EMPTY, {}, "has endpoints that nobody agreed to delete: chat-endpoint"),
    ],
)
def test_another_cluster_than_was_agreed_to_stops_the_step(
    step: AnyStep, changes: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(Conflict, match=sentence):
        etag_of(step, world(**changes))


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"lifecycle_state": "UPDATING"}, "is UPDATING; somebody else is at it"),
        ({"name": "other"}, "is called other now, not chat-endpoint"),
        ({"cluster_id": "ocid1.c"}, "is on the cluster ocid1.c now"),
        ({"model_id": "ocid1.m"}, "serves the model ocid1.m now"),
    ],
)
def test_another_endpoint_than_was_agreed_to_stops_the_step(changes: dict[str, Any], sentence: str) -> None:
    oracle = world()
    oracle.change(endpoint(cluster()).id, **changes)
    with pytest.raises(Conflict, match=sentence):
        etag_of(REMOVE, oracle)


FAR: dict[str, Any] = {"compartment_id": "ocid1.compartment.oc1..other"}


def test_an_endpoint_of_another_compartment_stops_the_end_of_its_cluster_while_it_is_there() -> None:
    oracle = FakeOracle(FakeClock())
    far = oracle.add(endpoint(oracle.add(cluster()), "far", **FAR))
    with pytest.raises(Conflict, match="has endpoints that nobody agreed to delete: far"):
        etag_of(EMPTY, oracle)
    oracle.on("fleet", When.AFTER, lambda: oracle.change(far.id, lifecycle_state=Lifecycle.DELETED))
    assert etag_of(EMPTY, oracle) == "etag-1"
    oracle.change(far.id, lifecycle_state=Lifecycle.ACTIVE)
    oracle.on("fleet", When.AFTER, lambda: oracle.remove(far.id))
    assert etag_of(EMPTY, oracle) == "etag-1"


GONE = remove_model(OURS)


def test_a_model_that_nothing_serves_is_removed_at_its_etag() -> None:
    oracle = world()
    oracle.add(OURS)
    assert etag_of(GONE, oracle) == "etag-3"


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"lifecycle_state": "CREATING"}, "The model support-v1 is CREATING; somebody else is at it"),
        ({"name": "other"}, "is called other now, not support-v1"),
    ],
)
def test_another_model_than_was_agreed_to_stops_the_step(changes: dict[str, Any], sentence: str) -> None:
    oracle = world()
    oracle.add(OURS)
    oracle.change(OURS.id, **changes)
    with pytest.raises(Conflict, match=sentence):
        etag_of(GONE, oracle)


@pytest.mark.parametrize("place", [{}, FAR])
def test_a_model_that_is_served_since_stops_the_step(place: dict[str, Any]) -> None:
    oracle = world()
    oracle.add(OURS)
    oracle.add(endpoint(cluster(), "late", model_id=OURS.id, **place))
    with pytest.raises(Conflict, match="is served by endpoints that came since it was agreed to: late"):
        etag_of(GONE, oracle)


def test_what_is_gone_is_not_found() -> None:
    oracle = world()
    oracle.remove(cluster().id)
    with pytest.raises(NotFound):
        etag_of(on(cluster().id), oracle)
