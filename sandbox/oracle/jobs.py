"""How a fine-tuning job goes: it reads its training data first, may fail on it, and logs its progress."""

# Oracle documents the minimum of 32 pairs, the 80/20 split and the figures a finished job has. That a job fails on what
# it reads, what it then says, and how it logs its steps is not documented and made up here.

from __future__ import annotations

import json
import random
from dataclasses import dataclass

from sandbox.oracle import buckets
from sandbox.oracle.buckets import Source
from sandbox.oracle.errors import related_not_found
from sandbox.oracle.times import later, seconds_between
from sandbox.oracle.world import Json, World

LEAST_PAIRS = 32
TRAINED_ON = 0.8
READ_BYTES = 4 * 2**20
"""So much of the data is looked at; of what is longer than that, the rest is taken to be like it."""
DEFAULTS = {"LORA": (3, 8), "TFEW": (1, 16), "VANILLA": (1, 16)}
"""Epochs and batch size."""
LOGGED_STEPS = 8


@dataclass(frozen=True)
class Job:
    """What will come of it: `failure` where it will fail, `log` as what is said after which share of its time."""

    seconds: float
    failure: str | None
    log: list[tuple[float, str]]
    metrics: Json


def training_data(world: World, region: str, data: Json) -> Source:
    """Give the content of a data set, which has to be in Object Storage before the job is taken on."""
    bucket = world.buckets.get(buckets.key(region, data["bucketName"]))
    found = bucket.objects.get(data["objectName"]) if bucket else None
    if found is None or data["namespaceName"] != world.scenario.namespace:
        raise related_not_found(
            f"fineTuneDetails.trainingDataset: authorization failed or the object {data['objectName']!r} was not found "
            f"in bucket {data['bucketName']!r} of namespace {data['namespaceName']!r}."
        )
    return found.source


def plan(world: World, ocid: str, details: Json, method: str, data: Source) -> Job:
    seconds = world.scenario.durations.create_model
    metrics = _metrics(ocid)
    pairs, wrong = examined(data)
    if wrong is None and pairs < LEAST_PAIRS:
        wrong = f"it has {pairs} pairs of prompt and completion, and at least {LEAST_PAIRS} are needed"
    log = [(0.0, "Reading the training dataset.")]
    if wrong:
        return Job(seconds / 4, f"The training dataset cannot be used: {wrong}.", log, metrics)
    train = int(pairs * TRAINED_ON)
    log.append((0.1, f"Read {pairs} pairs: {train} to train on, {pairs - train} to evaluate with."))
    config, (epochs, batch) = details.get("trainingConfig") or {}, DEFAULTS[method]
    epochs, batch = int(config.get("totalTrainingEpochs") or epochs), int(config.get("trainingBatchSize") or batch)
    log += _training(random.Random(ocid), epochs, max(epochs * pairs // batch, 1), metrics)
    log.append((0.9, f"Evaluated: accuracy {metrics['finalAccuracy']:.4f}, loss {metrics['finalLoss']:.4f}."))
    log.append((0.95, "Storing the model."))
    return Job(seconds, None, log, metrics)


def _training(chance: random.Random, epochs: int, steps: int, metrics: Json) -> list[tuple[float, str]]:
    """Let loss fall and accuracy rise towards what they will be, fast at first and never smoothly."""
    lines = []
    for part in range(1, LOGGED_STEPS + 1):
        done = part / LOGGED_STEPS
        left = (1 - done) ** 2 * chance.uniform(0.85, 1.15)
        loss = metrics["finalLoss"] + left * 1.9
        accuracy = metrics["finalAccuracy"] - left * 0.55
        step, epoch = max(round(steps * done), 1), max(-(-epochs * part // LOGGED_STEPS), 1)
        said = f"Training step {step} of {steps} (epoch {epoch} of {epochs}): loss {loss:.4f}, accuracy {accuracy:.4f}."
        lines.append((0.15 + 0.7 * done, said))
    return lines


def timed(job: Job, starts: str, ends: str) -> list[list[str]]:
    seconds = seconds_between(starts, ends)
    return [[later(starts, share * seconds), message] for share, message in job.log]


def examined(data: Source) -> tuple[int, str | None]:
    """Count the pairs, and say what is wrong with the first line that is none."""
    looked_at = min(data.size, READ_BYTES)
    content = b"".join(data.read(0, looked_at)) if looked_at else b""
    lines = content.split(b"\n")
    if data.size > looked_at:
        lines.pop()
    lines = [line for line in lines if line.strip()]
    for number, line in enumerate(lines, 1):
        if wrong := _wrong(line):
            return 0, f"line {number} {wrong}"
    return int(len(lines) * data.size / max(looked_at, 1)), None


def _wrong(line: bytes) -> str | None:
    try:
        told = json.loads(line.decode())
    except UnicodeDecodeError:
        return "is not UTF-8"
    except (ValueError, RecursionError):
        return "is not JSON"
    if not isinstance(told, dict) or set(told) != {"prompt", "completion"}:
        return "does not have exactly the keys prompt and completion"
    if not all(isinstance(it, str) and it.strip() for it in told.values()):
        return "has a prompt or completion without text"
    return None


def _metrics(ocid: str) -> Json:
    """Make up how well the training went; the same model always gives the same figures."""
    chance = random.Random(ocid)
    return {
        "modelMetricsType": "CHAT_MODEL_METRICS",
        "finalAccuracy": round(chance.uniform(0.82, 0.96), 4),
        "finalLoss": round(chance.uniform(0.08, 0.45), 4),
    }
