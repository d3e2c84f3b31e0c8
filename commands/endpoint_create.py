"""/dac endpoint create: ask for a new endpoint on a cluster, with its guardrails."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field

from commands import _making
from commands._asked import submitted
from commands._command import Arguments, Call, Command, Group, Option, Reply, Services
from commands._making import Name, Named, Reason
from commands._pick import clusters
from dac.cluster import Cluster, Endpoint, Guardrails, Lifecycle, Model, ResourceKind
from dac.endpoints import CreateEndpointPlan, model_of, plan_create_endpoint
from dac.errors import Invalid
from dac.fitting import base_of
from dac.making import on

GUARDS = {"off": "Off", "inform": "Tell about it, and let it through", "block": "Stop it"}


def _is_guard(word: str) -> str:
    guard = word.strip().casefold()
    if guard not in GUARDS:
        raise ValueError(f"it can be {', '.join(GUARDS)}")
    return guard


Guard = Annotated[str, AfterValidator(_is_guard), Option(asked=True, among=GUARDS)]


class EndpointCreate(Arguments):
    cluster: Named
    name: Name
    model: Annotated[
        str | None,
        Option(asked=True),
        Field(max_length=300, description="What it serves; left out, what the cluster serves already"),
    ] = None
    moderation: Annotated[
        Guard, Field(max_length=20, title="off|inform|block", description="What becomes of harmful content")
    ] = "off"
    injection: Annotated[
        Guard, Field(max_length=20, title="off|inform|block", description="What becomes of prompts that smuggle orders")
    ] = "off"
    pii: Annotated[
        Guard, Field(max_length=20, title="off|inform|block", description="What becomes of personal data")
    ] = "off"
    because: Reason = ""


def plan(args: EndpointCreate, call: Call, services: Services) -> CreateEndpointPlan:  # noqa: ARG001 - as every plan
    fleet = services.fleet.fleet()
    cluster = _making.read_cluster(args.cluster, services, fleet)
    there = _making.on_cluster(cluster, services, fleet)
    model = _model(args.model, cluster, there, services)
    guards = {"moderation": args.moderation, "prompt_injection": args.injection, "pii": args.pii}
    return plan_create_endpoint(
        cluster,
        args.name,
        model=model,
        base=base_of(model, services.fleet),
        guardrails=Guardrails.model_validate(guards),
        there=there,
        catalog=services.catalog,
        now=services.now(),
    )


def _model(word: str | None, cluster: Cluster, there: tuple[Endpoint, ...], services: Services) -> Model:
    if word is None:
        return served(cluster, there, services)
    models = services.fleet.resources(ResourceKind.MODEL, cluster.region, cluster.compartment_id)
    return _making.model_there(word, cluster.region, services, models)


def served(cluster: Cluster, there: tuple[Endpoint, ...], services: Services) -> Model:
    """What it serves already; `Invalid` where it serves nothing."""
    found = next((each for each in on(cluster, there) if each.lifecycle_state != Lifecycle.DELETING), None)
    if found is None:
        raise Invalid(f"{cluster.name} serves nothing yet, so say which model with --model.")
    return model_of(services.fleet.resource(ResourceKind.MODEL, cluster.region, found.model_id))


def run(args: EndpointCreate, call: Call, services: Services) -> Reply:
    return submitted(plan(args, call, services), args.because, call, services)


COMMAND = Command(
    name="endpoint create",
    summary="Ask for a new endpoint on a cluster. Oracle makes its OCID, and clients must be pointed at it.",
    arguments=EndpointCreate,
    run=run,
    plan=plan,
    examples=(
        "endpoint create chat-eu chat-api --model command-a",
        "endpoint create chat-eu chat-public --moderation block --pii inform",
    ),
    aliases=("create endpoint",),
    menus={"cluster": clusters, "model": _making.hostable},
    submit="Ask for approval",
    group=Group.ASK,
    order=43,
)
