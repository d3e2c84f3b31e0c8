"""/dac finetune: ask for a model to be trained on a data set, by settings that are brought within Oracle's ranges."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any

from pydantic import AfterValidator, Field

from commands import _making
from commands._advice import figure, typed_as
from commands._asked import submitted
from commands._command import Arguments, Call, Command, Group, Option, Reply, Services
from commands._dataset import ADDRESS, is_address
from commands._making import Compartment, Name, Reason, Region
from commands._pick import clusters
from commands.size_finetune import NAMES, PRESETS
from dac.cluster import Cluster, ClusterType, Fleet, ResourceKind, Space
from dac.creating import Wish, tunable
from dac.errors import Invalid
from dac.finetuning import FineTunePlan, plan_finetune
from dac.models import ModelEntry
from dac.quantities import count
from dac.steps import Dataset, Training
from dac.tuning import BATCH, EPOCHS, RATE, Setting, of_preset, plan_tuning

LEAST_RATE = Decimal("1e-9")
"""Below that it is a slip of the finger: nothing would be learned."""


def _is_preset(word: str) -> str:
    found = [each for each in PRESETS if each.startswith(word.strip().casefold())]
    if len(found) != 1:
        raise ValueError(f"the handbook has {', '.join(PRESETS)}")
    return found[0]


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
    model: Annotated[str, Option(asked=True), Field(max_length=300, description="The base model")]
    dataset: Annotated[
        str,
        AfterValidator(is_address),
        Option(asked=True),
        Field(max_length=1100, title="bucket/object", description="The JSONL file in Object Storage"),
    ]
    namespace: Annotated[
        str | None,
        Option(asked=True),
        Field(max_length=100, description="The tenancy's namespace of Object Storage, as its Console shows it"),
    ] = None
    cluster: Annotated[
        str | None,
        Option(asked=True),
        Field(max_length=300, description="A fine-tuning cluster that is there; left out, one is made, and stays"),
    ] = None
    region: Region = None
    compartment: Compartment = None
    method: Annotated[
        str | None, Option(), Field(max_length=20, title="LORA", description="How; left out, as the model is trained")
    ] = None
    preset: Annotated[
        str | None,
        AfterValidator(_is_preset),
        Option(asked=True, among=PRESETS),
        Field(max_length=20, description="The handbook's settings; left out, Oracle's defaults"),
    ] = None
    epochs: Annotated[
        int | None,
        typed_as(lambda text: count(text, "epochs", 1000)),
        Option(asked=True),
        Field(title="n", description="Times that all examples are gone through"),
    ] = None
    batch: Annotated[
        int | None,
        typed_as(lambda text: count(text, "examples of a batch", 100_000)),
        Option(asked=True),
        Field(title="n", description="Examples of one step"),
    ] = None
    rate: Annotated[
        Decimal | None,
        typed_as(_rate),
        Option(asked=True),
        Field(title="x", description="The learning rate, such as 0.0002"),
    ] = None
    because: Reason = ""


def needs(values: Mapping[str, Any]) -> tuple[str, ...]:
    """The namespace is asked for, unless it is in the address of the data set."""
    found = ADDRESS.fullmatch(str(values.get("dataset") or "").strip())
    return () if found and found["namespace"] else ("namespace",)


def plan(args: Finetune, call: Call, services: Services) -> FineTunePlan:  # noqa: ARG001 - as every plan
    return _planned(args, services)[0]


def run(args: Finetune, call: Call, services: Services) -> Reply:
    made, clamped = _planned(args, services)
    return submitted(made, args.because, call, services, note=" ".join(map(_said, clamped)))


def _planned(args: Finetune, services: Services) -> tuple[FineTunePlan, list[Setting]]:
    fleet, catalog = services.fleet.fleet(), services.catalog
    entry = _making.model_meant(args.model, services, fleet).entry
    tuning = tunable(entry, catalog)
    cluster = _making.read_cluster(args.cluster, services, fleet) if args.cluster else None
    region, compartment = _place(args, cluster, services, fleet)
    training, clamped = _training(args, entry, services)
    models = services.fleet.resources(ResourceKind.MODEL, region, compartment)
    clusters_there = services.fleet.resources(ResourceKind.CLUSTER, region, compartment)
    wish = Wish(
        name=_making.free_name(f"{args.name[:200]}-tuning", clusters_there),
        region=region,
        compartment_id=compartment,
        type=ClusterType.FINE_TUNING,
        model=entry.id,
    )
    made = plan_finetune(
        args.name,
        base=_making.model_there(args.model, region, services, models),
        dataset=_dataset(args),
        training=training,
        cluster=cluster,
        wish=None if cluster else wish,
        models=models,
        clusters=clusters_there,
        headroom=None if cluster else services.fleet.headroom(Space(region=region, unit_shape=tuning.shape)),
        catalog=catalog,
        now=services.now(),
    )
    return made, clamped


def _place(args: Finetune, cluster: Cluster | None, services: Services, fleet: Fleet) -> tuple[str, str]:
    """Where the model will be: with the cluster it is trained on."""
    if cluster:
        return cluster.region, cluster.compartment_id
    return _making.place(args.region, args.compartment, services, fleet)


def _dataset(args: Finetune) -> Dataset:
    found = ADDRESS.fullmatch(args.dataset)
    assert found  # noqa: S101 - checked as it was typed
    namespace = args.namespace or found["namespace"]
    if not namespace:
        raise Invalid("Say with --namespace in which namespace of Object Storage the data set is.")
    return Dataset(namespace=namespace, bucket=found["bucket"], object_name=found["object"])


def _training(args: Finetune, entry: ModelEntry, services: Services) -> tuple[Training, list[Setting]]:
    """How it is trained, and which settings had to give way to what Oracle takes; what nobody chose is Oracle's."""
    wanted: dict[str, Decimal] = {}
    for each in services.handbook.presets:
        if args.preset and each.name.casefold().startswith(args.preset):
            wanted = of_preset(each)
    given = ((EPOCHS, args.epochs), (BATCH, args.batch), (RATE, args.rate))
    wanted |= {name: Decimal(value) for name, value in given if value is not None}
    rules = services.catalog.fine_tuning
    least = rules.min_examples if rules else 1
    tuned = plan_tuning(services.catalog, services.handbook, entry, least, wanted, args.method)
    taken = {each.name: each.taken for each in tuned.settings if each.name in wanted}
    training = Training.model_validate(
        {
            "method": tuned.method.name.upper(),
            "epochs": taken.get(EPOCHS),
            "batch_size": taken.get(BATCH),
            "learning_rate": taken.get(RATE),
        }
    )
    return training, [each for each in tuned.settings if each.name in wanted and each.clamped]


def _said(setting: Setting) -> str:
    wanted, taken = figure(setting.wanted, 6), figure(setting.taken, 6)
    return f"Oracle does not take a {NAMES[setting.name]} of {wanted}: {taken} is used, the nearest that it takes."


COMMAND = Command(
    name="finetune",
    summary="Ask for a model to be trained on your examples. Nothing is made or read before it is approved.",
    arguments=Finetune,
    run=run,
    plan=plan,
    needs=needs,
    examples=(
        "finetune support-v2 --model llama-3.3-70b --dataset training/pairs.jsonl --namespace acme",
        "finetune support-v3 --model llama-3.3-70b --dataset oci://training@acme/pairs.jsonl --preset careful",
    ),
    aliases=("fine-tune",),
    menus={
        "model": _making.tunable,
        "cluster": clusters,
        "region": _making.regions,
        "compartment": _making.compartments,
    },
    submit="Ask for approval",
    group=Group.ASK,
    order=47,
)
