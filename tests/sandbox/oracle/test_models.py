"""Base models, which are Oracle's, and custom models, which come of fine-tuning."""

from __future__ import annotations

from typing import Any

import oci
import pytest

from tests.sandbox.oracle.conftest import EUROPE, HOME, Tenancy, refused
from tests.sandbox.oracle.test_signatures import signed

models = oci.generative_ai.models
LLAMA = "meta.llama-3.3-70b-instruct"


def dataset(namespace: str = "acmeai", bucket: str = "fine-tuning", name: str = "new.jsonl") -> Any:
    return models.ObjectStorageDataset(
        dataset_type="OBJECT_STORAGE", namespace_name=namespace, bucket_name=bucket, object_name=name
    )


def job(
    tenancy: Tenancy,
    base: str = LLAMA,
    cluster: str = "tickets-ft",
    config: Any = None,
    data: Any = None,
    **changes: Any,
) -> Any:
    details = models.FineTuneDetails(
        training_dataset=data or dataset(), dedicated_ai_cluster_id=tenancy.cluster(cluster), training_config=config
    )
    told = {
        "display_name": "triage-2",
        "compartment_id": tenancy.prod,
        "base_model_id": tenancy.model(base),
        "fine_tune_details": details,
    }
    return models.CreateModelDetails(**told | changes)


def test_fine_tuning_ends_with_metrics(tenancy: Tenancy) -> None:
    ai = tenancy.ai()
    config = models.LoraTrainingConfig(
        training_config_type="LORA_TRAINING_CONFIG", total_training_epochs=3, learning_rate=0.0002, lora_r=8
    )
    started = ai.create_model(job(tenancy, config=config))
    model = started.data
    assert (model.lifecycle_state, model.type, model.vendor) == ("CREATING", "CUSTOM", "meta")
    assert model.model_metrics is None
    tenancy.advance(30)
    work = ai.get_work_request(started.headers["opc-work-request-id"]).data
    assert work.status == "IN_PROGRESS"
    assert 40 < work.percent_complete < 60
    tenancy.advance(30)
    done = ai.get_model(model.id).data
    assert done.lifecycle_state == "ACTIVE"
    assert 0.8 < done.model_metrics.final_accuracy < 1
    assert 0 < done.model_metrics.final_loss < 0.5
    assert done.fine_tune_details.training_config.lora_r == 8


@pytest.mark.parametrize(
    "data",
    [dataset(name="gone.jsonl"), dataset(bucket="none"), dataset(namespace="elsewhere")],
    ids=["object", "bucket", "namespace"],
)
def test_a_job_needs_training_data_that_is_there(tenancy: Tenancy, data: Any) -> None:
    with refused(400, "RelatedResourceNotAuthorizedOrNotFound", "trainingDataset"):
        tenancy.ai().create_model(job(tenancy, data=data))
    assert tenancy.ai().list_work_requests(tenancy.prod).data.items == []


def test_training_data_may_have_been_uploaded_a_moment_ago(tenancy: Tenancy) -> None:
    pairs = b'{"prompt": "a", "completion": "b"}\n' * 40
    tenancy.storage("EXECUTOR").put_object("acmeai", "training-data", "mine.jsonl", pairs)
    model = tenancy.ai().create_model(job(tenancy, data=dataset(bucket="training-data", name="mine.jsonl"))).data
    tenancy.advance(60)
    assert tenancy.ai().get_model(model.id).data.lifecycle_state == "ACTIVE"


@pytest.mark.parametrize(
    ("name", "why"),
    [("tiny.jsonl", "it has 20 pairs"), ("support-chat-flawed.jsonl", "line ")],
)
def test_a_job_fails_on_data_that_is_too_little_or_wrong(tenancy: Tenancy, name: str, why: str) -> None:
    ai = tenancy.ai()
    started = ai.create_model(job(tenancy, data=dataset(bucket="training-data", name=name)))
    work = started.headers["opc-work-request-id"]
    assert started.data.lifecycle_state == "CREATING"
    tenancy.advance(20)
    model = ai.get_model(started.data.id).data
    assert (model.lifecycle_state, model.model_metrics) == ("FAILED", None)
    assert why in model.lifecycle_details
    assert [it.message for it in ai.list_work_request_errors(work).data.items] == [model.lifecycle_details]
    logged = [it.message for it in ai.list_work_request_logs(work, sort_order="ASC").data.items]
    expected = ["Work request accepted.", "Reading the training dataset.", f"Failed: {model.lifecycle_details}"]
    assert logged == expected
    assert ai.delete_model(model.id).status == 204


def test_a_job_that_was_told_to_fail_fails_for_that_reason(tenancy: Tenancy) -> None:
    tenancy.control("POST", "fail_next", {"ocid": "triage-2", "message": "Out of memory."})
    model = tenancy.ai().create_model(job(tenancy)).data
    tenancy.advance(60)
    failed = tenancy.ai().get_model(model.id).data
    assert (failed.lifecycle_state, failed.lifecycle_details) == ("FAILED", "Out of memory.")


@pytest.mark.parametrize(
    ("config", "steps", "epochs"),
    [(None, 191, 3), ({"total_training_epochs": 2, "training_batch_size": 16}, 63, 2)],
    ids=["Oracle's defaults", "told"],
)
def test_a_job_logs_how_the_training_goes(tenancy: Tenancy, config: Any, steps: int, epochs: int) -> None:
    ai = tenancy.ai()
    told = config and models.LoraTrainingConfig(training_config_type="LORA_TRAINING_CONFIG", **config)
    started = ai.create_model(job(tenancy, config=told))
    work = started.headers["opc-work-request-id"]
    tenancy.advance(30)
    halfway = [it.message for it in ai.list_work_request_logs(work, sort_order="ASC").data.items]
    assert halfway[:3] == [
        "Work request accepted.",
        "Reading the training dataset.",
        "Read 510 pairs: 408 to train on, 102 to evaluate with.",
    ]
    assert "Training step" in halfway[-1]
    tenancy.advance(30)
    logged = ai.list_work_request_logs(work, sort_order="ASC").data.items
    assert [it.message for it in logged][: len(halfway)] == halfway
    assert [it.message for it in logged[-2:]] == ["Storing the model.", "Completed."]
    training = [it.message for it in logged if it.message.startswith("Training step")]
    assert training[-1].startswith(f"Training step {steps} of {steps} (epoch {epochs} of {epochs}): loss ")
    losses = [float(it.split("loss ")[1].split(",")[0]) for it in training]
    assert losses == sorted(losses, reverse=True)
    metrics = ai.get_model(started.data.id).data.model_metrics
    assert losses[-1] == metrics.final_loss
    times = [it.timestamp for it in logged]
    assert times == sorted(times)


def test_a_model_bears_the_tags_it_was_made_with(tenancy: Tenancy) -> None:
    tags: dict[str, Any] = {"freeform_tags": {"dac-request": "r1"}, "defined_tags": {"ops": {"owner": "support"}}}
    model = tenancy.ai().create_model(job(tenancy, **tags)).data
    listed = tenancy.ai().list_models(tenancy.prod, id=model.id).data.items[0]
    assert (listed.freeform_tags, listed.defined_tags) == (tags["freeform_tags"], tags["defined_tags"])


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"base": "cohere.command-a-03-2025"}, "does not support fine-tuning"),
        ({"base": "cohere.command-r-08-2024"}, "is retired"),
        ({"cluster": "docs-idle"}, "type FINE_TUNING"),
    ],
)
def test_which_jobs_are_refused(tenancy: Tenancy, changes: dict[str, Any], why: str) -> None:
    with refused(400, "InvalidParameter", why):
        tenancy.ai().create_model(job(tenancy, **changes))


def test_a_job_needs_a_cluster_of_the_right_shape_that_is_active(tenancy: Tenancy) -> None:
    ai = tenancy.ai()
    cluster = tenancy.cluster("tickets-ft")
    tenancy.control("POST", "set", {"ocid": cluster, "unitShape": "SMALL_COHERE_V2"})
    with refused(400, "InvalidParameter", "LARGE_GENERIC"):
        ai.create_model(job(tenancy))
    tenancy.control("POST", "set", {"ocid": cluster, "lifecycleState": "NEEDS_ATTENTION"})
    with refused(409, "IncorrectState", "NEEDS_ATTENTION"):
        ai.create_model(job(tenancy))


@pytest.mark.parametrize(
    ("config", "why"),
    [
        ({"lora_r": 65}, "loraR must be at least 1 and at most 64"),
        ({"lora_dropout": 1.0}, "loraDropout must be at least 0 and below 1"),
        ({"training_batch_size": 4}, "trainingBatchSize must be at least 8"),
        ({"training_batch_size": 8.5}, "trainingBatchSize"),
        ({"early_stopping_patience": -1}, "0, or at least 1"),
        ({"training_config_type": "VANILLA_TRAINING_CONFIG"}, "must be one of LORA_TRAINING_CONFIG"),
        ({"num_of_last_layers": 3}, None),
    ],
)
def test_hyperparameters_have_ranges(tenancy: Tenancy, config: dict[str, Any], why: str | None) -> None:
    kind = models.VanillaTrainingConfig if "num_of_last_layers" in config else models.LoraTrainingConfig
    told = kind(**{"training_config_type": "LORA_TRAINING_CONFIG"} | config)
    if why is None:
        told.training_config_type = "LORA_TRAINING_CONFIG"
        with refused(400, "CannotParseRequest", "numOfLastLayers"):
            tenancy.ai().create_model(job(tenancy, config=told))
        return
    with refused(400, "InvalidParameter", why):
        tenancy.ai().create_model(job(tenancy, config=told))


def test_patience_may_be_switched_off(tenancy: Tenancy) -> None:
    config = models.LoraTrainingConfig(training_config_type="LORA_TRAINING_CONFIG", early_stopping_patience=0)
    assert tenancy.ai().create_model(job(tenancy, config=config)).status == 200


def test_a_custom_model_is_renamed_at_once(tenancy: Tenancy) -> None:
    ai, model = tenancy.ai(), tenancy.model("tickets-triage")
    etag = ai.get_model(model).headers["etag"]
    changed = ai.update_model(model, models.UpdateModelDetails(display_name="triage", version="2"), if_match=etag)
    assert (changed.data.lifecycle_state, changed.data.display_name, changed.data.version) == ("ACTIVE", "triage", "2")
    assert changed.headers["etag"] != etag


def test_a_model_under_way_is_not_changed(tenancy: Tenancy) -> None:
    ai = tenancy.ai()
    model = ai.create_model(job(tenancy), opc_retry_token="t").data
    assert ai.create_model(job(tenancy), opc_retry_token="t").data.id == model.id
    with refused(409, "IncorrectState", "CREATING"):
        ai.update_model(model.id, models.UpdateModelDetails(display_name="x"))
    with refused(409, "IncorrectState", "CREATING"):
        ai.delete_model(model.id)


def test_nobody_changes_a_base_model(tenancy: Tenancy) -> None:
    ai, base = tenancy.ai(), tenancy.model(LLAMA)
    with refused(404, "NotAuthorizedOrNotFound"):
        ai.update_model(base, models.UpdateModelDetails(display_name="mine"))
    with refused(404, "NotAuthorizedOrNotFound"):
        ai.delete_model(base)
    with refused(404, "NotAuthorizedOrNotFound"):
        ai.change_model_compartment(base, models.ChangeModelCompartmentDetails(compartment_id=tenancy.dev))


def test_a_model_is_deleted_after_its_endpoints_and_before_its_cluster(tenancy: Tenancy) -> None:
    ai, model = tenancy.ai(), tenancy.model("tickets-triage")
    with refused(409, "Conflict", "used by endpoints"):
        ai.delete_model(model)
    ai.delete_endpoint(tenancy.endpoint("tickets-prod"))
    tenancy.advance(10)
    ai.delete_model(model)
    tenancy.advance(8)
    assert ai.get_model(model).data.lifecycle_state == "DELETED"
    assert ai.delete_dedicated_ai_cluster(tenancy.cluster("tickets-ft")).status == 204


def test_a_custom_model_moves_and_is_listed_where_it_is(tenancy: Tenancy) -> None:
    ai, model = tenancy.ai(), tenancy.model("tickets-triage")
    ai.change_model_compartment(model, models.ChangeModelCompartmentDetails(compartment_id=tenancy.dev))
    assert model in [it.id for it in ai.list_models(tenancy.dev).data.items]
    assert model not in [it.id for it in ai.list_models(tenancy.prod).data.items]


def test_retired_models_stay_in_the_list_as_active(tenancy: Tenancy) -> None:
    found = tenancy.ai().list_models(tenancy.prod, display_name="cohere.command-r-08-2024").data.items[0]
    assert found.lifecycle_state == "ACTIVE"
    assert str(found.time_dedicated_retired).startswith("2026-09-30")


@pytest.mark.parametrize(
    ("filters", "names"),
    [
        ({"capability": ["TEXT_RERANK"]}, {"cohere.rerank-v4.0-pro", "cohere.rerank.v3-5"}),
        ({"vendor": "openai"}, {"openai.gpt-oss-120b", "openai.gpt-oss-20b"}),
        ({"vendor": "meta", "capability": ["FINE_TUNE"]}, {LLAMA}),
        ({"lifecycle_state": "CREATING"}, set()),
    ],
)
def test_models_are_filtered(tenancy: Tenancy, filters: dict[str, Any], names: set[str]) -> None:
    assert {it.display_name for it in tenancy.ai().list_models(tenancy.prod, **filters).data.items} == names


@pytest.mark.parametrize(
    ("filters", "expected", "unexpected"),
    [
        ({"is_dedicated_retired": True}, "cohere.command-light", LLAMA),
        ({"is_dedicated_retired": False}, LLAMA, "cohere.command-light"),
        ({"is_deprecated": True}, "cohere.command-r-plus-08-2024", LLAMA),
        ({"is_on_demand_retired": True}, "cohere.command-r-08-2024", LLAMA),
        ({"serving_mode": ["DEDICATED"]}, LLAMA, "google.gemini-2.5-pro"),
        ({"model_access": ["PROXY"]}, "xai.grok-4.3", LLAMA),
        ({"region": [EUROPE]}, LLAMA, "meta.llama-4-scout-17b-16e-instruct"),
        ({"realm": ["oc1"]}, LLAMA, "none"),
        ({"capability": ["TEXT_EMBEDDINGS"]}, "cohere.embed-v4.0", LLAMA),
        ({"api_capability": ["RERANK_TEXT"]}, "cohere.rerank-v4.0-pro", LLAMA),
        ({"model_id": LLAMA}, LLAMA, "cohere.embed-v4.0"),
    ],
)
def test_discovery_tells_what_is_offered_where(
    tenancy: Tenancy, filters: dict[str, Any], expected: str, unexpected: str
) -> None:
    names = {it.model_id for it in tenancy.ai().list_model_discovery(tenancy.prod, **filters).data.items}
    assert expected in names
    assert unexpected not in names


def test_discovery_names_dates_and_replacements_by_region(tenancy: Tenancy) -> None:
    found = tenancy.ai().list_model_discovery(tenancy.prod, model_id="cohere.command-r-plus-08-2024").data.items[0]
    assert [it.region for it in found.availability] == ["us-chicago-1", EUROPE, "uk-london-1"]
    assert found.availability[0].supported_replacements == ["cohere.command-a-03-2025"]
    assert found.availability[0].time_dedicated_retired is not None


def test_discovery_is_paged_signed_and_the_same_for_readers_everywhere(tenancy: Tenancy) -> None:
    whole = tenancy.ai("READER").list_model_discovery(tenancy.prod)
    assert whole.headers["opc-request-id"].count("/") == 2
    names = [it.model_id for it in whole.data.items]
    for region in (HOME, EUROPE):
        paged = oci.pagination.list_call_get_all_results(
            tenancy.ai("READER", region).list_model_discovery, tenancy.prod, limit=5
        ).data
        assert [it.model_id for it in paged] == names
    assert tenancy.raw("GET", f"/{HOME}/20231130/modelDiscovery?compartmentId={tenancy.prod}")[0] == 401


@pytest.mark.parametrize("query", ["servingMode=BATCH", "modelAccess=OPEN", "capability=DANCE", "isDeprecated=maybe"])
def test_discovery_refuses_filters_it_does_not_know(tenancy: Tenancy, query: str) -> None:
    path = f"/{HOME}/20231130/modelDiscovery?compartmentId={tenancy.prod}&{query}"
    status, answer = tenancy.raw("GET", path, headers=signed(tenancy, "GET", path))
    assert (status, answer["code"]) == (400, "InvalidParameter")


def test_discovery_in_another_realm_is_empty(tenancy: Tenancy) -> None:
    assert tenancy.ai().list_model_discovery(tenancy.prod, realm=["oc2"]).data.items == []
