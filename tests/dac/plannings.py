"""Plans of every new kind in plain values, each with what may differ."""

from __future__ import annotations

from typing import Any

from dac.cluster import Cluster, ClusterType, Endpoint, Guardrails, Model
from dac.creating import CreateClusterPlan, Wish, plan_create
from dac.dataset_seen import Seen
from dac.deleting import DeleteClusterPlan, plan_delete
from dac.deleting_models import DeleteModelPlan, Surroundings, plan_delete_model
from dac.endpoints import (
    CreateEndpointPlan,
    DeleteEndpointPlan,
    MoveEndpointPlan,
    plan_create_endpoint,
    plan_delete_endpoint,
    plan_move_endpoint,
)
from dac.figures import Unknown
from dac.finetune_told import Advice
from dac.finetuning import FineTunePlan, plan_finetune
from dac.handbook import shipped
from dac.migrating import MigratePlan, plan_migrate
from dac.steps import Dataset
from dac.tuning import band_for
from tests.fakes import CATALOG, REGION, START, cluster, endpoint, fleet, model

TEAM = "ocid1.compartment.oc1..team"
COMMAND = model(name="cohere.command-a-03-2025")
REASONING = model(id="ocid1.generativeaimodel.oc1..reasoning", name="cohere.command-a-reasoning")
LLAMA = model(id="ocid1.generativeaimodel.oc1..llama", name="meta.llama-3.3-70b-instruct")
TUNING = cluster("tuning", type="FINE_TUNING", unit_shape="LARGE_GENERIC", units=2)
OURS = model(
    id="ocid1.generativeaimodel.oc1..ours",
    name="support-v1",
    compartment_id=TEAM,
    type="CUSTOM",
    base_model_id=LLAMA.id,
    tuned_on=TUNING.id,
    etag="etag-0",
)
SEEN = Seen(etag="etag-1", pairs=620)
HANDBOOK = shipped()
ADVICE = Advice(handbook=HANDBOOK.source, band=band_for(HANDBOOK, 620))
LIMIT = Unknown(what="limit", settle="look in the Console")


def wish(**changes: Any) -> Wish:
    given = {"name": "chat-new", "region": REGION, "compartment_id": TEAM, "model": COMMAND.name}
    return Wish.model_validate({**given, **changes})


def created(**changes: Any) -> CreateClusterPlan:
    given: dict[str, Any] = {"there": (), "headroom": LIMIT}
    passed = {name: changes.pop(name, value) for name, value in given.items()}
    return plan_create(wish(**changes), catalog=CATALOG, now=START, **passed)


def deleted(of: Cluster | None = None, **changes: Any) -> DeleteClusterPlan:
    given: dict[str, Any] = {"endpoints": (), "models": (), "fleet": fleet(), "catalog": CATALOG, "now": START}
    return plan_delete(of or cluster(), **{**given, **changes})


def endpoint_made(of: Cluster | None = None, name: str = "new", **changes: Any) -> CreateEndpointPlan:
    given: dict[str, Any] = {
        "model": COMMAND, "guardrails": Guardrails(), "there": (), "catalog": CATALOG, "now": START
    }  # fmt: skip
    return plan_create_endpoint(of or cluster(), name, **{**given, **changes})


def endpoint_gone(of: Endpoint | None = None, **changes: Any) -> DeleteEndpointPlan:
    given: dict[str, Any] = {"fleet": fleet(), "catalog": CATALOG, "now": START}
    return plan_delete_endpoint(of or endpoint(cluster()), cluster(), **{**given, **changes})


def moved(of: Endpoint | None = None, to: Cluster | None = None, **changes: Any) -> MoveEndpointPlan:
    given: dict[str, Any] = {"model": COMMAND, "there": (), "catalog": CATALOG, "now": START}
    target = to or cluster("bare")
    return plan_move_endpoint(of or endpoint(cluster()), cluster(), target, "chat-2", **{**given, **changes})


def migrated(of: Cluster | None = None, *, to: Model = REASONING, **changes: Any) -> MigratePlan:
    given: dict[str, Any] = {"endpoints": (endpoint(cluster()),), "there": (), "headroom": LIMIT}
    passed = {name: changes.pop(name, value) for name, value in given.items()}
    wished = wish(**{"name": "chat-2", "model": to.name, **changes})
    return plan_migrate(of or cluster(), wished, model=to, catalog=CATALOG, now=START, **passed)


def model_gone(of: Model = OURS, **changes: Any) -> DeleteModelPlan:
    seen: dict[str, Any] = {"endpoints": (), "cluster": TUNING, "siblings": ()}
    given: dict[str, Any] = {"fleet": fleet(), "catalog": CATALOG, "now": START}
    seen = {name: changes.pop(name, value) for name, value in seen.items()}
    return plan_delete_model(Surroundings(of, **seen), **{**given, **changes})


def tuned(**changes: Any) -> FineTunePlan:
    given: dict[str, Any] = {
        "base": LLAMA,
        "dataset": Dataset(namespace="acme", bucket="training", object_name="pairs.jsonl"),
        "data": SEEN,
        "method": None,
        "advice": ADVICE,
        "cluster": None,
        "wish": wish(name="tuning", type=ClusterType.FINE_TUNING, model=LLAMA.name),
        "models": (),
        "clusters": (),
        "headroom": LIMIT,
        "catalog": CATALOG,
        "now": START,
    }
    return plan_finetune("llama-ours", **{**given, **changes})
