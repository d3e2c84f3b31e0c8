"""/dac create finetune: ask for a new cluster to train a model on; its shape and units are preset by Oracle."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from commands import _making
from commands._asked import submitted
from commands._command import Arguments, Call, Command, Group, Option, Reply, Services
from commands._making import Compartment, Name, Reason, Region
from commands.create_hosting import planned
from dac.cluster import ClusterType
from dac.creating import CreateClusterPlan, Wish


class CreateFinetune(Arguments):
    name: Name
    model: Annotated[str, Option(asked=True), Field(max_length=300, description="The base model that is to be trained")]
    region: Region = None
    compartment: Compartment = None
    because: Reason = ""


def plan(args: CreateFinetune, call: Call, services: Services) -> CreateClusterPlan:  # noqa: ARG001 - as every plan
    fleet = services.fleet.fleet()
    meant = _making.model_meant(args.model, services, fleet)
    where = _making.place(args.region, args.compartment, services, fleet)
    wish = Wish(
        name=args.name,
        region=where.region,
        compartment_id=where.compartment_id,
        compartment=_making.compartment_name(where.compartment_id, services),
        type=ClusterType.FINE_TUNING,
        model=meant.entry.id,
    )
    return planned(wish, services)


def run(args: CreateFinetune, call: Call, services: Services) -> Reply:
    return submitted(plan(args, call, services), args.because, call, services)


COMMAND = Command(
    name="create finetune",
    summary="Ask for a new fine-tuning cluster, such as for several trainings. /dac finetune makes its own.",
    arguments=CreateFinetune,
    run=run,
    plan=plan,
    examples=("create finetune tuning --model llama-3.3-70b",),
    aliases=("create fine-tune", "create fine-tuning", "create finetuning"),
    menus={"model": _making.tunable, "region": _making.regions, "compartment": _making.compartments},
    submit="Ask for approval",
    group=Group.ASK,
    order=41,
)
