"""/dac finetune: ask for a model to be trained on a data set, by settings that are brought within Oracle's ranges."""

from __future__ import annotations

import contextlib
from decimal import Decimal, InvalidOperation
from typing import Annotated

from pydantic import AfterValidator, Field

from commands import _making
from commands._advice import typed_as
from commands._asked import submitted
from commands._command import Arguments, Call, Choice, Command, Group, Option, Reply, Services
from commands._dataset import dataset_at, find, is_address, known
from commands._making import Compartment, Name, Reason
from commands.size_finetune import PRESETS, preset_named, presets
from dac.cluster import Cluster, ClusterType, Fleet, Lifecycle, ResourceKind, Space
from dac.creating import Wish, tunable
from dac.dataset_seen import Seen, seen, unseen
from dac.errors import Denied, Invalid, Unavailable
from dac.figures import Unknown
from dac.finetune_told import Advice
from dac.finetuning import FineTunePlan, plan_finetune
from dac.naming import handle
from dac.quantities import count
from dac.steps import Dataset
from dac.tuning import BATCH, EPOCHS, RATE, band_for
from dac.tuning import tunable as tunable_today

LEAST_RATE = Decimal("1e-9")
"""Below that it is a slip of the finger: nothing would be learned."""


def _rate(text: str) -> Decimal:
    try:
        value = Decimal(text.strip()) if text.strip().isascii() else Decimal(0)
    except InvalidOperation:
        value = Decimal(0)
    if not value.is_finite() or not LEAST_RATE <= value <= 1:
        raise Invalid("A learning rate is a number from 0.000000001 to 1, such as 0.0002.")
    return value


class Finetune(Arguments):
    name: Name
    model: Annotated[
        str,
        Option(asked=True),
        Field(max_length=300, description="The base model, of those that can be fine-tuned today"),
    ]
    dataset: Annotated[
        str,
        AfterValidator(is_address),
        Option(asked=True),
        Field(
            max_length=1100,
            title="bucket/object",
            description="bucket/object: a JSONL file in Object Storage, a prompt and a completion a line",
        ),
    ]
    namespace: Annotated[
        str | None,
        Option(),
        Field(max_length=100, description="The namespace of Object Storage; left out, the tenancy's own"),
    ] = None
    preset: Annotated[
        str | None,
        Option(asked=True, among=PRESETS),
        Field(
            max_length=40,
            description="Left out, Oracle's defaults. What you give below goes before it",
        ),
    ] = None
    epochs: Annotated[
        int | None,
        typed_as(lambda text: count(text, "epochs", 1000)),
        Option(asked=True),
        Field(title="n", description="Times that all pairs are gone through"),
    ] = None
    batch: Annotated[
        int | None,
        typed_as(lambda text: count(text, "examples of a batch", 100_000)),
        Option(asked=True),
        Field(title="n", description="Pairs of one step"),
    ] = None
    rate: Annotated[
        Decimal | None,
        typed_as(_rate),
        Option(asked=True),
        Field(title="x", description="How far one step goes, such as 0.0002"),
    ] = None
    method: Annotated[
        str | None,
        Option(asked=True),
        Field(max_length=20, title="LORA", description="Left out, the first that the model is trained by"),
    ] = None
    cluster: Annotated[
        str | None,
        Option(asked=True),
        Field(
            max_length=300,
            description="A fine-tuning cluster; left out, one is made, and costs until it is deleted",
        ),
    ] = None
    region: Annotated[
        str | None,
        Option(asked=True),
        Field(max_length=100, description="Where; left out, where the data set is"),
    ] = None
    compartment: Compartment = None
    because: Reason = ""


def plan(args: Finetune, call: Call, services: Services) -> FineTunePlan:  # noqa: ARG001 - as every plan
    fleet, catalog = services.fleet.fleet(), services.catalog
    entry = _making.model_meant(args.model, services, fleet).entry
    tuning = tunable(entry, catalog)
    cluster = _making.read_cluster(args.cluster, services, fleet) if args.cluster else None
    region, compartment = _place(args, cluster, services, fleet)
    dataset = _dataset(args, region, services)
    data = _seen(region, dataset, services)
    models = services.fleet.resources(ResourceKind.MODEL, region, compartment)
    clusters_there = services.fleet.resources(ResourceKind.CLUSTER, region, compartment)
    wish = Wish(
        name=_making.free_name(f"{args.name[:200]}-tuning", clusters_there),
        region=region,
        compartment_id=compartment,
        type=ClusterType.FINE_TUNING,
        model=entry.id,
    )
    return plan_finetune(
        args.name,
        base=_making.model_there(args.model, region, services, models),
        dataset=dataset,
        data=data,
        method=args.method,
        advice=_advice(args, data, services),
        cluster=cluster,
        wish=None if cluster else wish,
        models=models,
        clusters=clusters_there,
        headroom=None if cluster else services.fleet.headroom(Space(region=region, unit_shape=tuning.shape)),
        catalog=catalog,
        now=services.now(),
    )


def run(args: Finetune, call: Call, services: Services) -> Reply:
    made = plan(args, call, services)
    return submitted(made, args.because, call, services, note="\n".join(made.warnings))


def offers(services: Services) -> dict[str, dict[str, Choice]]:
    """The handbook's presets, and the methods of what can be fine-tuned today."""
    rules = services.catalog.fine_tuning
    keys = [key for each in tunable_today(services.catalog) if each.fine_tuning for key in each.fine_tuning.methods]
    return {
        "preset": presets(services),
        "method": {key: Choice(rules.methods[key].name) for key in keys if rules},
    }


def tuners(services: Services) -> list[tuple[str, str]]:
    """The clusters that a model can be trained on now."""
    fleet = services.fleet.fleet()
    return [
        (handle(each, fleet), f"{each.name} · {each.region} · {each.unit_shape}")
        for each in sorted(fleet.clusters, key=lambda each: (each.name.casefold(), each.region, each.id))
        if (each.type, each.lifecycle_state) == (ClusterType.FINE_TUNING, Lifecycle.ACTIVE)
    ]


def _place(args: Finetune, cluster: Cluster | None, services: Services, fleet: Fleet) -> tuple[str, str]:
    """Where the model will be: with the cluster it is trained on, else where the data set is."""
    if cluster:
        return cluster.region, cluster.compartment_id
    regions, region = _making.regions_known(services, fleet), args.region
    if region is None and len(regions) > 1:
        # Where nobody may look, or a region does not answer that may have it, it has to be said.
        with contextlib.suppress(Denied, Unavailable):
            region = find(args.dataset, args.namespace, regions, services).region
    return _making.place(region, args.compartment, services, fleet)


def _dataset(args: Finetune, region: str, services: Services) -> Dataset:
    try:
        return dataset_at(args.dataset, args.namespace, region, services)
    except Denied as no:
        raise Invalid(f"{no} Say with --namespace in which namespace of Object Storage the data set is.") from None


def _seen(region: str, dataset: Dataset, services: Services) -> Seen:
    """What is known of the data set; where the bot may not look, Oracle may still."""
    try:
        stored = services.fleet.stored(region, dataset)
        return seen(dataset, stored, known(region, dataset, stored, services))
    except Denied as no:
        return unseen(str(no))


def _advice(args: Finetune, data: Seen, services: Services) -> Advice:
    handbook = services.handbook
    given = ((EPOCHS, args.epochs), (BATCH, args.batch), (RATE, args.rate))
    return Advice(
        handbook=handbook.source,
        preset=preset_named(args.preset, services) if args.preset else None,
        asked={name: Decimal(value) for name, value in given if value is not None},
        band=None if isinstance(data.pairs, Unknown) else band_for(handbook, data.pairs),
    )


COMMAND = Command(
    name="finetune",
    summary="Ask for a model to be trained on your examples. Nothing is made before it is approved.",
    arguments=Finetune,
    run=run,
    plan=plan,
    examples=(
        "finetune support-v2 --model llama-3.3-70b --dataset training/pairs.jsonl",
        "finetune support-v3 --model llama-3.3-70b --dataset oci://training@acme/pairs.jsonl --preset careful",
    ),
    aliases=("fine-tune",),
    menus={
        "model": _making.tunable,
        "cluster": tuners,
        "region": _making.regions,
        "compartment": _making.compartments,
    },
    offers=offers,
    submit="Ask for approval",
    group=Group.ASK,
    order=47,
)
