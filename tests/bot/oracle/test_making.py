"""Making and removing things over Oracle's real SDK: once for a token, only from the state that was read."""

from __future__ import annotations

from decimal import Decimal

import pytest

from bot.oracle.connection import Oracle
from dac.cluster import Cluster, ClusterType, Endpoint, Guardrails, Lifecycle, Model, Resource, ResourceKind, Space
from dac.errors import Conflict, Invalid, NotFound, Unavailable
from dac.steps import Dataset, MakeCluster, MakeEndpoint, MakeModel, Training
from tests.bot.oracle.conftest import CHICAGO, Place

TAGS = {"dac-request": "7-ab", "dac-step": "cluster"}


@pytest.fixture
def prod(place: Place) -> str:
    return str(place.found("clusters", "chat-prod")["compartmentId"])


def hosting(prod: str, **changes: object) -> MakeCluster:
    given = {
        "key": "cluster",
        "name": "chat-new",
        "region": CHICAGO,
        "compartment_id": prod,
        "type": ClusterType.HOSTING,
        "unit_shape": "LARGE_COHERE_V3",
        "unit_count": 2,
        "freeform_tags": {"team": "search"},
    }
    return MakeCluster.model_validate({**given, **changes})


def model_named(place: Place, name: str) -> str:
    return str(place.found("models", name)["id"])


def test_a_cluster_is_made_as_it_was_wished_for_and_followed_to_its_end(
    oracle: Oracle, place: Place, prod: str
) -> None:
    taken = oracle.writer.create(hosting(prod), tags=TAGS, token="7-ab-cluster")
    made = oracle.reader.resource(ResourceKind.CLUSTER, CHICAGO, taken.resource_id)
    assert isinstance(made, Cluster)
    assert (made.name, made.unit_count, made.unit_shape) == ("chat-new", 2, "LARGE_COHERE_V3")
    assert made.lifecycle_state == Lifecycle.CREATING
    assert made.freeform_tags == {"team": "search", **TAGS}
    work = oracle.reader.work_requests(made)[0]
    assert (work.id, work.operation_type) == (taken.work_request_id, "CREATE_DEDICATED_AI_CLUSTER")
    place.advance(120)
    assert place.found("clusters", "chat-new")["lifecycleState"] == Lifecycle.ACTIVE


def test_the_same_token_makes_one_cluster_however_often_it_is_sent(oracle: Oracle, place: Place, prod: str) -> None:
    first = oracle.writer.create(hosting(prod), tags=TAGS, token="7-ab-cluster")
    second = oracle.writer.create(hosting(prod), tags=TAGS, token="7-ab-cluster")
    assert first == second
    named = [each for each in place.state()["regions"][CHICAGO]["clusters"] if each["displayName"] == "chat-new"]
    assert len(named) == 1


def test_what_was_made_is_found_in_the_list_by_its_tags(oracle: Oracle, prod: str) -> None:
    taken = oracle.writer.create(hosting(prod), tags=TAGS, token="1")
    there = oracle.reader.resources(ResourceKind.CLUSTER, CHICAGO, prod)
    assert [each.id for each in there if TAGS.items() <= each.freeform_tags.items()] == [taken.resource_id]
    assert all(each.etag is None for each in there)


def test_an_unanswered_call_says_that_it_may_have_got_through(oracle: Oracle, place: Place, prod: str) -> None:
    place.fault("status", operation="CreateDedicatedAiCluster", status=503)
    with pytest.raises(Unavailable, match="Whether the change got through is not known"):
        oracle.writer.create(hosting(prod), tags=TAGS, token="1")


def test_more_than_the_limit_is_refused_in_oracles_words(oracle: Oracle, prod: str) -> None:
    with pytest.raises(Invalid, match="400 LimitExceeded"):
        oracle.writer.create(hosting(prod, unit_count=90), tags=TAGS, token="1")


def test_the_room_for_a_cluster_that_is_not_there_yet_is_that_of_its_shape(oracle: Oracle, place: Place) -> None:
    chat = oracle.reader.cluster(CHICAGO, place.found("clusters", "chat-prod")["id"])
    assert oracle.reader.headroom(Space(region=CHICAGO, unit_shape="LARGE_COHERE_V3")) == oracle.reader.headroom(chat)


def test_an_endpoint_is_made_with_its_guardrails_and_read_back_with_them(
    oracle: Oracle, place: Place, prod: str
) -> None:
    chat = place.found("clusters", "chat-prod")
    serving = next(each for each in place.state()["regions"][CHICAGO]["endpoints"]
                   if each["dedicatedAiClusterId"] == chat["id"])  # fmt: skip
    guards = Guardrails(moderation="block", pii="inform")
    step = MakeEndpoint(
        key="endpoint",
        name="chat-two",
        region=CHICAGO,
        compartment_id=prod,
        on=chat["id"],
        on_name="chat-prod",
        model_id=serving["modelId"],
        model_name="command",
        guardrails=guards,
    )
    taken = oracle.writer.create(step, tags=TAGS, token="e")
    place.advance(120)
    made = oracle.reader.resource(ResourceKind.ENDPOINT, CHICAGO, taken.resource_id)
    assert isinstance(made, Endpoint)
    assert (made.guardrails, made.lifecycle_state, made.cluster_id) == (guards, Lifecycle.ACTIVE, chat["id"])
    assert oracle.writer.delete(made)
    place.advance(120)
    gone = oracle.reader.resource(ResourceKind.ENDPOINT, CHICAGO, taken.resource_id)
    assert gone.lifecycle_state == Lifecycle.DELETED


@pytest.mark.parametrize(
    ("training", "shown"),
    [
        (
            Training(method="LORA", epochs=3, learning_rate=Decimal("0.0002"), batch_size=8, lora_r=8, lora_alpha=16,
                     lora_dropout=Decimal("0.1"), patience=15, threshold=Decimal("0.0001")),
            {"trainingConfigType": "LORA_TRAINING_CONFIG", "totalTrainingEpochs": 3, "learningRate": 0.0002,
             "loraR": 8, "loraAlpha": 16, "loraDropout": 0.1},
        ),
        (Training(method="LORA"), {"trainingConfigType": "LORA_TRAINING_CONFIG"}),
    ],
)  # fmt: skip
def test_a_fine_tune_is_a_model_that_is_made_and_tells_how_well_it_went(
    oracle: Oracle, place: Place, prod: str, training: Training, shown: dict[str, object]
) -> None:
    cluster = oracle.writer.create(
        hosting(prod, name="tuning", type=ClusterType.FINE_TUNING, unit_shape="LARGE_GENERIC", freeform_tags={}),
        tags=TAGS,
        token="c",
    )
    place.advance(120)
    step = MakeModel(
        key="model",
        name="llama-ours",
        region=CHICAGO,
        compartment_id=prod,
        on=cluster.resource_id,
        on_name="tuning",
        base_model_id=model_named(place, "meta.llama-3.3-70b-instruct"),
        base_name="meta.llama-3.3-70b-instruct",
        dataset=Dataset(namespace="acmeai", bucket="training-data", object_name="support-chat.jsonl"),
        training=training,
    )
    taken = oracle.writer.create(step, tags=TAGS, token="m")
    config = place.found("models", "llama-ours")["fineTuneDetails"]["trainingConfig"]
    assert shown.items() <= config.items()
    place.advance(600)
    made = oracle.reader.resource(ResourceKind.MODEL, CHICAGO, taken.resource_id)
    assert isinstance(made, Model)
    assert (made.lifecycle_state, made.tuned_on, made.compartment_id) == ("ACTIVE", cluster.resource_id, prod)
    assert made.accuracy
    assert made.loss
    held = oracle.reader.resource(ResourceKind.CLUSTER, CHICAGO, cluster.resource_id)
    assert isinstance(held, Cluster)
    with pytest.raises(Conflict, match="custom models"):
        oracle.writer.delete(held)


@pytest.mark.parametrize("method", ["TFEW", "VANILLA"])
def test_a_method_that_the_base_does_not_know_oracle_refuses_by_its_name(
    oracle: Oracle, place: Place, prod: str, method: str
) -> None:
    tuning = next(
        each for each in place.state()["regions"][CHICAGO]["clusters"]
        if each["type"] == "FINE_TUNING" and each["unitShape"] == "LARGE_GENERIC"
    )  # fmt: skip
    step = MakeModel(
        key="model",
        name="ours",
        region=CHICAGO,
        compartment_id=prod,
        on=tuning["id"],
        on_name="tuning",
        base_model_id=model_named(place, "meta.llama-3.3-70b-instruct"),
        base_name="llama",
        dataset=Dataset(namespace="acmeai", bucket="training-data", object_name="support-chat.jsonl"),
        training=Training.model_validate({"method": method}),
    )
    with pytest.raises(Invalid, match="trainingConfigType must be one of LORA_TRAINING_CONFIG"):
        oracle.writer.create(step, tags=TAGS, token="m")


def test_a_cluster_with_endpoints_is_not_deleted_and_one_read_from_a_list_not_either(
    oracle: Oracle, place: Place
) -> None:
    chat = oracle.reader.cluster(CHICAGO, place.found("clusters", "chat-prod")["id"])
    with pytest.raises(Conflict, match="has endpoints"):
        oracle.writer.delete(chat)
    with pytest.raises(Conflict, match="has changed since it was read"):
        oracle.writer.delete(chat.model_copy(update={"etag": "stale"}))
    with pytest.raises(Invalid, match="read it by itself"):
        oracle.writer.delete(chat.model_copy(update={"etag": None}))


def test_what_nobody_made_is_not_found(oracle: Oracle) -> None:
    with pytest.raises(NotFound):
        oracle.reader.resource(ResourceKind.MODEL, CHICAGO, "ocid1.generativeaimodel.oc1..nobody")


def test_a_model_is_deleted_at_its_etag_after_what_serves_it_and_never_a_base_model(
    oracle: Oracle, place: Place
) -> None:
    def read(name: str) -> Resource:
        return oracle.reader.resource(ResourceKind.MODEL, CHICAGO, model_named(place, name))

    with pytest.raises(
        NotFound, match=r"Deleting model meta\.llama-3\.3-70b-instruct in us-chicago-1: Oracle answered"
    ):
        oracle.writer.delete(read("meta.llama-3.3-70b-instruct"))
    ours = read("tickets-triage")
    with pytest.raises(Conflict, match=r"409 Conflict.*used by endpoints"):
        oracle.writer.delete(ours)
    serving = str(place.found("endpoints", "tickets-prod")["id"])
    oracle.writer.delete(oracle.reader.resource(ResourceKind.ENDPOINT, CHICAGO, serving))
    place.advance(60)
    with pytest.raises(Invalid, match="was read from a list"):
        oracle.writer.delete(ours.model_copy(update={"etag": None}))
    with pytest.raises(Conflict, match="412"):
        oracle.writer.delete(ours.model_copy(update={"etag": "older"}))
    work = oracle.writer.delete(ours)
    assert [each.id for each in oracle.reader.work_requests(ours)] == [work]
    place.advance(60)
    assert read("tickets-triage").lifecycle_state == Lifecycle.DELETED
