"""What Oracle's SDK is handed for a thing that is to be made."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import oci

from dac.cluster import Guard
from dac.steps import MakeCluster, MakeEndpoint, MakeModel, Training


def cluster(step: MakeCluster, tags: Mapping[str, str]) -> Any:
    return oci.generative_ai.models.CreateDedicatedAiClusterDetails(
        display_name=step.name,
        compartment_id=step.compartment_id,
        type=step.type.value,
        unit_shape=step.unit_shape,
        unit_count=step.unit_count,
        freeform_tags={**step.freeform_tags, **tags},
    )


def endpoint(step: MakeEndpoint, tags: Mapping[str, str]) -> Any:
    models = oci.generative_ai.models
    guards = step.guardrails
    return models.CreateEndpointDetails(
        display_name=step.name,
        compartment_id=step.compartment_id,
        dedicated_ai_cluster_id=str(step.on),
        model_id=str(step.model_id),
        content_moderation_config=_guard(models.ContentModerationConfig, guards.moderation),
        prompt_injection_config=_guard(models.PromptInjectionConfig, guards.prompt_injection),
        pii_detection_config=_guard(models.PiiDetectionConfig, guards.pii),
        freeform_tags=dict(tags),
    )


def model(step: MakeModel, tags: Mapping[str, str]) -> Any:
    models, data = oci.generative_ai.models, step.dataset
    return models.CreateModelDetails(
        display_name=step.name,
        compartment_id=step.compartment_id,
        base_model_id=step.base_model_id,
        fine_tune_details=models.FineTuneDetails(
            dedicated_ai_cluster_id=str(step.on),
            training_dataset=models.ObjectStorageDataset(
                namespace_name=data.namespace, bucket_name=data.bucket, object_name=data.object_name
            ),
            training_config=_training(step.training),
        ),
        freeform_tags=dict(tags),
    )


def _guard(make: Any, guard: Guard) -> Any:
    """Left out where it is off, as Oracle's own default is."""
    return None if guard == "off" else make(is_enabled=True, mode=guard.upper())


def _training(told: Training) -> Any:
    models = oci.generative_ai.models
    common = {
        "total_training_epochs": told.epochs,
        "learning_rate": _number(told.learning_rate),
        "training_batch_size": told.batch_size,
        "early_stopping_patience": told.patience,
        "early_stopping_threshold": _number(told.threshold),
    }
    match told.method:
        case "TFEW":
            return models.TFewTrainingConfig(**common)
        case "VANILLA":
            return models.VanillaTrainingConfig(**common, num_of_last_layers=told.last_layers)
        case "LORA":
            lora = {"lora_r": told.lora_r, "lora_alpha": told.lora_alpha, "lora_dropout": _number(told.lora_dropout)}
            return models.LoraTrainingConfig(**common, **lora)


def _number(value: Any) -> float | None:
    """The SDK takes floats alone."""
    return None if value is None else float(value)
