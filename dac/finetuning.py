"""A fine-tune: a cluster for it where there is none, then the training, which to Oracle is the making of a model."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Literal

from dac.catalog import Catalog
from dac.change import Look, Subject, about
from dac.cluster import Cluster, ClusterType, Headroom, Lifecycle, Model, Resource, ResourceKind, Space
from dac.creating import Wish, make_cluster, tunable
from dac.endpoints import model_of
from dac.errors import Conflict, Invalid
from dac.figures import Basis, Price, Unknown, cost_name
from dac.making import Fact, Stepwise, check_name, check_room, new_name, nothing, quoted
from dac.naming import clip
from dac.pricing import monthly, unit_hour
from dac.steps import AnyStep, Dataset, Id, MakeCluster, MakeModel, Ref, Training

HOURS_UNKNOWN = "how long it trains is not known beforehand"


class FineTunePlan(Stepwise):
    """Train a model. `cluster` is the one that is used, None where one is made for it; that one stays, and costs."""

    action: Literal["finetune"] = "finetune"
    cluster: Cluster | None
    wish: Wish | None
    base: Model

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
    def command(self) -> str:
        new, how = self.new, self.new.training
        place = f"--region {new.region} --compartment {new.compartment_id}"
        where = f"--cluster {self.cluster.id}" if self.cluster else place
        data = f"--dataset {quoted(str(new.dataset))} --namespace {new.dataset.namespace}"
        chosen = (("epochs", how.epochs), ("batch", how.batch_size), ("rate", how.learning_rate))
        settings = "".join(f" --{name} {value}" for name, value in chosen if value is not None)
        model = f"--model {self.base.id} {data} {where} --method {how.method}{settings}"
        return f"finetune {quoted(new.name)} {model}"

    def again(self, look: Look) -> FineTunePlan:
        new = self.new
        place = (new.region, new.compartment_id)
        wished = self.made
        return plan_finetune(
            new.name,
            base=model_of(look.reader.resource(ResourceKind.MODEL, new.region, self.base.id)),
            dataset=new.dataset,
            training=new.training,
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
    training: Training,
    cluster: Cluster | None,
    wish: Wish | None,
    models: Iterable[Resource],
    clusters: Iterable[Resource],
    headroom: Headroom | Unknown | None,
    catalog: Catalog,
    now: datetime,
) -> FineTunePlan:
    """Plan it on a cluster that is, or on the one that is wished for; or raise why it cannot be done."""
    tuning = tunable(catalog.model(base.name), catalog)
    if training.method not in {_method(each) for each in tuning.methods}:
        can = " or ".join(_method(each) for each in tuning.methods)
        raise Invalid(f"{base.name} is fine-tuned by {can}, not by {training.method}.")
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
    hourly = unit_hour(catalog, tuning.shape)
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
        training=training,
    )
    return FineTunePlan(
        cluster=cluster,
        wish=None if cluster else wish,
        base=base,
        doing_=(*steps, new),
        facts=(
            Fact(label="Units", said=f"{tuning.units} × {tuning.shape}, preset by Oracle"),
            Fact(label="Method", said=str(training)),
            Fact(label="Dataset", said=str(dataset)),
            Fact(label=f"{cost_name(_basis(hourly))} an hour", said=_per_hour(hourly, tuning.units)),
        ),
        warnings=_warnings(steps, catalog),
        cost_before=cost if cluster else nothing(cost),
        cost_after=cost,
        headroom=headroom if headroom is not None else Unknown(what="the service limit", settle="none of it is needed"),
        planned_at=now,
    )


def _warnings(steps: tuple[AnyStep, ...], catalog: Catalog) -> tuple[str, ...]:
    least = f"Oracle bills at least {catalog.commitments.fine_tuning}; {HOURS_UNKNOWN}."
    burns = (
        "The cluster made for it stays and costs by the hour: Oracle deletes it only after the model trained on it. "
        "Ask for that as soon as the model is not needed, or use the cluster for the next one."
    )
    return (least, burns) if steps else (least,)


def _usable(cluster: Cluster, shape: str) -> str:
    if cluster.type != ClusterType.FINE_TUNING:
        raise Invalid(f"{cluster.name} is a hosting cluster; training needs a fine-tuning cluster.")
    if cluster.lifecycle_state != Lifecycle.ACTIVE:
        raise Conflict(f"{cluster.name} is {cluster.lifecycle_state}; training needs it ACTIVE.")
    if cluster.unit_shape != shape:
        raise Invalid(f"{cluster.name} has {cluster.unit_shape}; this model is fine-tuned on {shape}.")
    return cluster.id


def _method(word: str) -> str:
    """As Oracle's SDK writes it."""
    return word.upper().replace("-", "").replace(" ", "")


def _basis(hourly: Price | Unknown) -> Basis:
    return hourly.basis if isinstance(hourly, Price) else "list"


def _per_hour(hourly: Price | Unknown, count: int) -> str:
    return f"{hourly.money * count}" if isinstance(hourly, Price) else str(hourly)
