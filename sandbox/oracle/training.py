"""Fine-tuning details: the dataset and the hyperparameters with the ranges Oracle accepts."""

from __future__ import annotations

from typing import NamedTuple

from sandbox.oracle.calls import Field, check_fields, is_number, text
from sandbox.oracle.errors import invalid
from sandbox.oracle.world import Json


class Range(NamedTuple):
    """Smallest and largest value; `or_zero` where 0 switches the setting off, `below` where the largest is not in."""

    least: float
    most: float = float("inf")
    or_zero: bool = False
    below: bool = False
    whole: bool = False

    def holds(self, value: object) -> bool:
        if not is_number(value) or not isinstance(value, int | float):
            return False
        if self.whole and value != int(value):
            return False
        if self.or_zero and value == 0:
            return True
        return self.least <= value and (value < self.most if self.below else value <= self.most)

    def __str__(self) -> str:
        most = "" if self.most == float("inf") else f" and {'below' if self.below else 'at most'} {self.most:g}"
        zero = "0, or " if self.or_zero else ""
        return f"{zero}at least {self.least:g}{most}"


T_FEW = {
    "totalTrainingEpochs": Range(1, 10, whole=True),
    "learningRate": Range(5e-6, 0.1),
    "trainingBatchSize": Range(8, 32, whole=True),
    "earlyStoppingPatience": Range(1, 16, or_zero=True, whole=True),
    "earlyStoppingThreshold": Range(0.001, 0.1),
    "logModelMetricsIntervalInSteps": Range(1, 1, whole=True),
}
LORA = {
    "totalTrainingEpochs": Range(1, whole=True),
    "learningRate": Range(0, 1),
    "trainingBatchSize": Range(8, 16, whole=True),
    "earlyStoppingPatience": Range(1, or_zero=True, whole=True),
    "earlyStoppingThreshold": Range(0),
    "logModelMetricsIntervalInSteps": Range(10, 10, whole=True),
    "loraR": Range(1, 64, whole=True),
    "loraAlpha": Range(1, 128, whole=True),
    "loraDropout": Range(0, 1, below=True),
}
RANGES = {
    "TFEW": T_FEW,
    "VANILLA": T_FEW | {"numOfLastLayers": Range(0, 15, whole=True)},
    "LORA": LORA,
}
DATASET: dict[str, Field] = {
    "datasetType": Field(lambda value: value == "OBJECT_STORAGE", "OBJECT_STORAGE", required=True),
    "namespaceName": text(required=True),
    "bucketName": text(required=True),
    "objectName": text(required=True),
}


def check_training(details: Json, methods: list[str]) -> None:
    """Check the dataset and, where one was given, the configuration, against what the base model supports."""
    check_fields(details["trainingDataset"], DATASET, where="fineTuneDetails.trainingDataset.")
    config = {name: it for name, it in details.get("trainingConfig", {}).items() if it is not None}
    if not config:
        return
    method = str(config.get("trainingConfigType", "")).removesuffix("_TRAINING_CONFIG")
    if method not in methods:
        allowed = ", ".join(f"{it}_TRAINING_CONFIG" for it in methods)
        raise invalid(f"fineTuneDetails.trainingConfig.trainingConfigType must be one of {allowed}.")
    ranges = RANGES[method]
    fields = {name: Field(ranges[name].holds, str(ranges[name])) for name in ranges}
    check_fields(config, fields | {"trainingConfigType": text()}, where="fineTuneDetails.trainingConfig.")
