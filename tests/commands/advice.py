"""A fleet to advise on: clusters of several models, each with a week of its own, and lines that ask for advice."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

from dac.cluster import Cluster, Endpoint, Fleet, Model
from dac.history import History, Hour, each_hour, window
from tests.commands.room import Room
from tests.fakes import START, cluster

CHICAGO = "us-chicago-1"
COMPARTMENT = "ocid1.compartment.oc1..ai"

FLEET = {
    "chat": ("LARGE_COHERE_V3", 4, "cohere.command-a-03-2025"),
    "support": ("LARGE_GENERIC", 3, "meta.llama-3.3-70b-instruct"),
    "support-two": ("LARGE_GENERIC", 2, "meta.llama-3.3-70b-instruct"),
    "idle": ("LARGE_GENERIC", 1, "meta.llama-3.3-70b-instruct"),
    "crowded": ("LARGE_COHERE_V3", 1, "cohere.command-a-03-2025"),
    "contracts": ("LARGE_COHERE_V2_2", 1, "cohere.command-r-plus-08-2024"),
    "scout": ("LARGE_GENERIC_V2", 1, "meta.llama-4-scout-17b-16e-instruct"),
    "unmeasured": ("LARGE_COHERE_V3", 1, "cohere.command-a-03-2025"),
}
"""Shape, units and model of each cluster; all of them are in Chicago."""

PEAKS = {"chat": 8, "support": 4, "support-two": 1, "idle": 0, "crowded": 9, "contracts": 1, "scout": 1}
"""Requests a second at the busiest; what is not named here was not measured."""

LINES = (
    "size hosting command-r-08-2024 --rps 12 --latency 10s",
    "size hosting llama-3.3-70b-instruct --concurrency 64 --speed 15",
    "size hosting command-r-08-2024 --rps 12 --prompt 1150 --response 260",
    "size hosting command-r-08-2024 --rps 12 --latency 1s",
    "size hosting command-a-03-2025 --rps 12",
    "size hosting llama-3.3-70b-instruct",
    "size hosting command-a-03-2025",
    "size hosting chat",
    "size hosting support --latency 10s",
    "size hosting crowded",
    "size hosting idle",
    "size hosting unmeasured",
    "size hosting scout",
    "size hosting chat --rps 5 --latency 4s",
    "size hosting chat --latency 1s",
    "size hosting crowded --speed 15",
    "size finetune 600",
    "size finetune 10k --preset careful",
    "size finetune 50 --preset aggressive --epochs 7",
    "size finetune 3m",
    "cost chat",
    "cost idle",
    "cost unmeasured",
    "cost scout",
    "cost 10 units LARGE_COHERE_V3, 12 h a day, weekdays",
    "cost 1 unit LARGE_COHERE_V3, 12 h a day, weekdays",
    "cost 4 units LARGE_COHERE_V3, 10h, weekdays, otherwise 1",
    "cost 2 units command-a-03-2025 vs 3 units llama-3.3-70b-instruct vs RERANK_COHERE",
    "cost 2 units chat vs llama-4-scout",
    "cost command-r-08-2024; cohere.command-r-16k",
    "cost finetune llama-3.3-70b-instruct 6 h",
    "cost 2 units H100_X2 8 h/day",
    "choose command-a-03-2025",
    "choose llama-3.3-70b-instruct --rps 2 --needs isolation,tuning,models,sla,volume,compliance --uses testing",
    "choose gpt-oss-20b --shape OAI_H100_X1 --rps 20 --prompt 1000 --response 500",
    "choose command-r-08-2024",
    "choose command-r-08-2024 --rps 7",
    "choose embed-v4.0",
    "choose llama-4-scout --rps 5",
    "model",
    "model complex reasoning",
    "model multi-modal --region us-chicago-1",
    "model embeddings --live",
    "model command-r-plus",
    "model llama-4-scout",
    "model llama-3.3-70b-instruct --live",
    "model gpt-oss-120b",
    "model gemini-2.5-pro",
    "model command-r-08-2024 --region eu-frankfurt-1",
    "optimise",
    "optimise --page 2",
    "optimise --page 3",
    "optimise chat",
    "optimise unmeasured",
)


def advised(path: Path) -> Room:
    """A room over that fleet, with its histories."""
    room = Room(path, fleet())
    for name, peak in PEAKS.items():
        room.oracle.histories[ocid(name)] = week(ocid(name), Decimal(peak), crowded=name == "crowded")
    return room


def ocid(name: str) -> str:
    return f"ocid1.generativeaidedicatedaicluster.oc1..{name}"


def fleet() -> Fleet:
    models = {model for _, _, model in FLEET.values()}
    return Fleet(
        taken_at=START,
        clusters=tuple(_cluster(name, shape, units) for name, (shape, units, _) in FLEET.items()),
        endpoints=tuple(_endpoint(name, model) for name, (_, _, model) in FLEET.items()),
        models=tuple(Model(id=f"ocid1.model..{each}", name=each, region=CHICAGO) for each in sorted(models)),
    )


def week(cluster_id: str, peak: Decimal, *, crowded: bool = False) -> History:
    """Seven days: a working day is busy from 8 to 18 UTC, its nights are a tenth of that, weekends are quiet."""
    since, until = window(START, 7)
    return History(
        cluster_id=cluster_id,
        since=since,
        until=until,
        hours=tuple(_hour(at, peak, crowded=crowded) for at in each_hour(since, until)),
        read_at=START,
    )


def _hour(at: datetime, peak: Decimal, *, crowded: bool) -> Hour:
    busy = at.weekday() < 5 and 8 <= at.hour < 18
    calls = (peak if busy else peak / 10) * 3600
    return Hour(
        since=at,
        calls=calls,
        errors=calls / 100,
        input_tokens=calls * 500,
        output_tokens=calls * 200,
        p95_seconds=None if not calls else Decimal(9) if crowded and busy else Decimal(3),
    )


def _cluster(name: str, shape: str, units: int) -> Cluster:
    return cluster(name).model_copy(
        update={
            "id": ocid(name),
            "region": CHICAGO,
            "compartment_id": COMPARTMENT,
            "unit_shape": shape,
            "unit_count": units,
            "time_created": START - timedelta(days=200),
        }
    )


def _endpoint(name: str, model: str) -> Endpoint:
    return Endpoint(
        id=f"ocid1.generativeaiendpoint..{name}",
        name=f"{name}-endpoint",
        region=CHICAGO,
        compartment_id=COMPARTMENT,
        cluster_id=ocid(name),
        model_id=f"ocid1.model..{model}",
        lifecycle_state="ACTIVE",
        time_created=START - timedelta(days=200),
    )
