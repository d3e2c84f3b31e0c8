"""A fine-tune: a cluster for it where there is none, then the training, which to Oracle is the making of a model."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Literal

from dac.catalog import Catalog
from dac.change import Look, Once, Subject, about
from dac.cluster import Cluster, ClusterType, Headroom, Lifecycle, Model, Resource, ResourceKind, Space
from dac.creating import Wish, make_cluster, tunable
from dac.dataset_seen import Seen
from dac.endpoints import model_of
from dac.errors import Conflict, Invalid
from dac.figures import Price, Unknown
from dac.finetune_told import Advice, plain, tell
from dac.gateway import FleetReader
from dac.making import Offer, Stepwise, check_name, check_room, new_name, nothing, quoted
from dac.naming import clip
from dac.pricing import monthly
from dac.steps import AnyStep, Dataset, Id, MakeCluster, MakeModel, Ref, Training
from dac.tuning import BATCH, EPOCHS, RATE, Chosen, choose


class FineTunePlan(Stepwise):
    """Train a model. `cluster` is the one that is used, None where one is made for it; that one stays, and costs.

    `least` and `most` are what the training itself costs.
    """

    action: Literal["finetune"] = "finetune"
    cluster: Cluster | None
    wish: Wish | None
    base: Model
    data: Seen
    advice: Advice
    least: Price | Unknown
    most: Price | Unknown

    @property
    def kind(self) -> str:
        return self.action

    @property
    def new(self) -> MakeModel:
        step = self.doing_[-1]
        assert isinstance(step, MakeModel)  # noqa: S101 - its last step
        return step

    @property
    def made(self) -> MakeCluster | None:
        step = self.doing_[0]
        return step if isinstance(step, MakeCluster) else None

    @property
    def subject(self) -> Subject:
        if self.cluster:
            return about(self.cluster)
        made = self.made or self.new
        return Subject(name=made.name, region=made.region, compartment_id=made.compartment_id)

    @property
    def touches(self) -> tuple[str, ...]:
        made = self.made or self.new
        named = new_name(made.region, made.compartment_id, made.name)
        return (self.cluster.id, named) if self.cluster else (named,)

    @property
    def goal(self) -> str:
        return "the fine-tune"

    @property
    def summary(self) -> str:
        return f"Fine-tune {clip(self.base.name)} with {clip(str(self.new.dataset), 100)} as {clip(self.new.name)}"

    @property
    def more_units(self) -> int:
        return self.made.unit_count if self.made else 0

    @property
    def matters(self) -> dict[str, str]:
        return super().matters | {"the data set": str(self.data)}

    @property
    def once(self) -> Once | None:
        if self.cluster:
            return None
        return Once(what="the training", kept="its cluster", least=self.least, most=self.most)

    @property
    def offers(self) -> tuple[Offer, ...]:
        new = self.new
        if isinstance(self.data.etag, Unknown) or not isinstance(self.data.pairs, Unknown):
            return ()
        where = f"--namespace {new.dataset.namespace} --region {new.region}"
        return (Offer("Check the data set", f"dataset check {quoted(str(new.dataset))} {where}"),)

    @property
    def command(self) -> str:
        new, how = self.new, self.advice
        place = f"--region {new.region} --compartment {new.compartment_id}"
        where = f"--cluster {self.cluster.id}" if self.cluster else place
        data = f"--dataset {quoted(str(new.dataset))} --namespace {new.dataset.namespace}"
        preset = f" --preset {quoted(how.preset.name.casefold())}" if how.preset else ""
        chosen = (("epochs", EPOCHS), ("batch", BATCH), ("rate", RATE))
        settings = "".join(f" --{name} {plain(how.asked[key])}" for name, key in chosen if key in how.asked)
        model = f"--model {self.base.id} {data} {where} --method {new.training.method}{preset}{settings}"
        return f"finetune {quoted(new.name)} {model}"

    def again(self, look: Look) -> FineTunePlan:
        new = self.new
        place = (new.region, new.compartment_id)
        wished = self.made
        return plan_finetune(
            new.name,
            base=model_of(look.reader.resource(ResourceKind.MODEL, new.region, self.base.id)),
            dataset=new.dataset,
            data=_again(self.data, new, look.reader),
            method=new.training.method,
            advice=self.advice,
            cluster=look.reader.cluster(self.cluster.region, self.cluster.id) if self.cluster else None,
            wish=self.wish,
            models=look.reader.resources(ResourceKind.MODEL, *place),
            clusters=look.reader.resources(ResourceKind.CLUSTER, *place),
            headroom=look.reader.headroom(Space(region=new.region, unit_shape=wished.unit_shape)) if wished else None,
            catalog=look.catalog,
            now=look.now,
        )


def plan_finetune(  # noqa: PLR0913 - what a fine-tune is made of, by name
    name: str,
    *,
    base: Model,
    dataset: Dataset,
    data: Seen,
    method: str | None,
    advice: Advice,
    cluster: Cluster | None,
    wish: Wish | None,
    models: Iterable[Resource],
    clusters: Iterable[Resource],
    headroom: Headroom | Unknown | None,
    catalog: Catalog,
    now: datetime,
) -> FineTunePlan:
    """Plan it on a cluster that is, or on the one that is wished for; or raise why it cannot be done."""
    entry = catalog.model(base.name)
    tuning = tunable(entry, catalog)
    assert entry  # noqa: S101 - there is one, or it could not be tuned
    chosen = choose(catalog, entry, advice.wanted, method)
    if base.time_dedicated_retired and base.time_dedicated_retired <= now:
        raise Invalid(f"{base.name} is retired for dedicated clusters, so nothing can be trained from it.")
    steps: tuple[AnyStep, ...] = ()
    where: Id
    if cluster:
        where, place = _usable(cluster, tuning.shape), (cluster.name, cluster.region, cluster.compartment_id)
    elif wish:
        made = make_cluster(wish, catalog)
        check_name("cluster", wish.name, clusters)
        if headroom is not None:
            check_room(made.name, made.region, made.unit_count, catalog.shapes[made.unit_shape], headroom)
        steps, where, place = (made,), Ref(step=made.key), (made.name, made.region, made.compartment_id)
    else:
        raise Invalid("Name the fine-tuning cluster, or what the new one is to be called.")
    cost = monthly(catalog, tuning.shape, tuning.units)
    new = MakeModel(
        key="model",
        name=check_name("model", name, models),
        region=place[1],
        compartment_id=place[2],
        on=where,
        on_name=place[0],
        base_model_id=base.id,
        base_name=base.name,
        dataset=dataset,
        training=_training(chosen, advice),
        etag=None if isinstance(data.etag, Unknown) else data.etag,
    )
    told = tell(catalog, chosen, dataset, data, advice, made=bool(steps))
    return FineTunePlan(
        cluster=cluster,
        wish=None if cluster else wish,
        base=base,
        doing_=(*steps, new),
        data=data,
        advice=advice,
        least=told.least,
        most=told.most,
        facts=told.facts,
        warnings=told.warnings,
        sources=told.sources,
        cost_before=cost if cluster else nothing(cost),
        cost_after=cost,
        headroom=headroom if headroom is not None else Unknown(what="the service limit", settle="none of it is needed"),
        planned_at=now,
    )


def _training(chosen: Chosen, advice: Advice) -> Training:
    """What nobody chose is left to Oracle."""
    taken = {each.name: each.taken for each in chosen.settings if each.name in advice.wanted}
    return Training.model_validate(
        {
            "method": chosen.method.config.removesuffix("_TRAINING_CONFIG"),
            "epochs": taken.get(EPOCHS),
            "batch_size": taken.get(BATCH),
            "learning_rate": taken.get(RATE),
        }
    )


def _again(data: Seen, new: MakeModel, reader: FleetReader) -> Seen:
    """What could not be looked at was agreed to as such."""
    return data if isinstance(data.etag, Unknown) else data.now(reader.stored(new.region, new.dataset).etag)


def _usable(cluster: Cluster, shape: str) -> str:
    if cluster.type != ClusterType.FINE_TUNING:
        raise Invalid(f"{cluster.name} is a hosting cluster; training needs a fine-tuning cluster.")
    if cluster.lifecycle_state != Lifecycle.ACTIVE:
        raise Conflict(f"{cluster.name} is {cluster.lifecycle_state}; training needs it ACTIVE.")
    if cluster.unit_shape != shape:
        raise Invalid(f"{cluster.name} has {cluster.unit_shape}; this model is fine-tuned on {shape}.")
    return cluster.id
