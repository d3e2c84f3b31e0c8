"""A new cluster: its shape fits the model, the limit has room, the name is free, the least that is billed is said."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Literal

from pydantic import Field

from dac.catalog import Catalog
from dac.change import Look, Subject, units
from dac.cluster import ClusterType, Headroom, Model, Resource, ResourceKind, Space
from dac.compartments import spelled
from dac.errors import Invalid
from dac.figures import Frozen, Unknown
from dac.making import Fact, Stepwise, check_name, check_room, committed, new_name, nothing, quoted
from dac.models import FineTuning, ModelEntry
from dac.naming import clip, nearest
from dac.pricing import monthly, working
from dac.shapes import Shape
from dac.steps import MakeCluster


class Wish(Frozen):
    """What somebody wants a cluster to be; what is left out follows from the model. `shape` alone will do as well.

    `custom` is the team's own model where it is for one, which runs as `model` does, from which it was trained.
    `compartment` is what people call the one that it is to be in, empty where that is not known.
    """

    name: str
    region: str
    compartment_id: str
    compartment: str = ""
    type: ClusterType = ClusterType.HOSTING
    model: str | None = None
    custom: Model | None = None
    shape: str | None = None
    unit_count: int | None = None
    freeform_tags: dict[str, str] = Field(default_factory=dict)


class CreateClusterPlan(Stepwise):
    """Make a cluster. What matters is what it will be, where, and what it costs."""

    action: Literal["create"] = "create"
    wish: Wish

    @property
    def kind(self) -> str:
        return self.action

    @property
    def new(self) -> MakeCluster:
        step = self.doing_[0]
        assert isinstance(step, MakeCluster)  # noqa: S101 - its only step
        return step

    @property
    def subject(self) -> Subject:
        made = self.new
        return Subject(
            name=made.name,
            region=made.region,
            compartment_id=made.compartment_id,
            freeform_tags=made.freeform_tags,
        )

    @property
    def touches(self) -> tuple[str, ...]:
        made = self.new
        return (new_name(made.region, made.compartment_id, made.name),)

    @property
    def goal(self) -> str:
        return "a new cluster"

    @property
    def summary(self) -> str:
        made = self.new
        what = "hosting" if made.type is ClusterType.HOSTING else "fine-tuning"
        return f"Create {what} cluster {clip(made.name)} with {units(made.unit_count)} of {made.unit_shape}"

    @property
    def more_units(self) -> int:
        return self.new.unit_count

    @property
    def command(self) -> str:
        made, wish = self.new, self.wish
        kind = "hosting" if made.type is ClusterType.HOSTING else "finetune"
        meant = wish.custom.id if wish.custom else wish.model
        model = f" --model {meant}" if meant else ""
        sized = f" --shape {made.unit_shape} --units {made.unit_count}" if kind == "hosting" else ""
        place = f" --region {made.region} --compartment {made.compartment_id}"
        return f"create {kind} {quoted(made.name)}{model}{sized}{place}"

    def again(self, look: Look) -> CreateClusterPlan:
        made = self.new
        return plan_create(
            self.wish,
            there=look.reader.resources(ResourceKind.CLUSTER, made.region, made.compartment_id),
            headroom=look.reader.headroom(Space(region=made.region, unit_shape=made.unit_shape)),
            catalog=look.catalog,
            now=look.now,
        )


def plan_create(
    wish: Wish, *, there: Iterable[Resource], headroom: Headroom | Unknown, catalog: Catalog, now: datetime
) -> CreateClusterPlan:
    """Plan it, or raise the sentence that says why it cannot be done: `Invalid`, `Conflict`.

    `there` are the clusters of its region and compartment; `headroom` is of the shape that `sized` finds.
    """
    made = make_cluster(wish, catalog)
    shape = catalog.shapes[made.unit_shape]
    check_name("cluster", wish.name, there)
    check_room(made.name, made.region, made.unit_count, shape, headroom)
    cost = monthly(catalog, shape.name, made.unit_count)
    sum_ = working(catalog, shape.name, made.unit_count)
    return CreateClusterPlan(
        wish=wish,
        doing_=(made,),
        facts=(
            Fact(label="Units", said=f"{made.unit_count} × {shape.name}"),
            Fact(label="Model", said=_hosted(wish)),
            Fact(label="Compartment", said=spelled(made.compartment_id, wish.compartment)),
            *((Fact(label="Sum", said=sum_),) if isinstance(sum_, str) else ()),
        ),
        warnings=(_least(made, catalog, shape),),
        cost_before=nothing(cost),
        cost_after=cost,
        headroom=headroom,
        planned_at=now,
    )


def make_cluster(wish: Wish, catalog: Catalog, *, key: str = "cluster") -> MakeCluster:
    """The cluster that is wished for, shape and units worked out; `Invalid` where that cannot be."""
    shape, count = sized(wish, catalog)
    return MakeCluster(
        key=key,
        name=" ".join(wish.name.split()),
        region=wish.region,
        compartment_id=wish.compartment_id,
        type=wish.type,
        unit_shape=shape.name,
        unit_count=count,
        serves=wish.custom.id if wish.custom else wish.model or "",
        freeform_tags=wish.freeform_tags,
    )


def _hosted(wish: Wish) -> str:
    if wish.custom:
        return f"{clip(wish.custom.name)}, trained from {wish.model}"
    return wish.model or "any that fits the shape"


def sized(wish: Wish, catalog: Catalog) -> tuple[Shape, int]:
    """The shape, and how many units of it; `Invalid` where that cannot be."""
    entry = _entry(wish.model, catalog) if wish.model else None
    if wish.type is ClusterType.FINE_TUNING:
        return _preset(wish, entry, catalog)
    least = entry.hosting.units if entry and entry.hosting else 1
    count = least if wish.unit_count is None else wish.unit_count
    if count < least:
        whose = entry.name if entry else "A cluster"
        raise Invalid(f"{whose} needs at least {units(least)}, so {units(count)} cannot be.")
    return _hosting_shape(wish, entry, catalog), count


def _entry(model: str, catalog: Catalog) -> ModelEntry:
    entry = catalog.model(model)
    if entry is None:
        near = nearest(model, [name for each in catalog.models.values() for name in (each.id, each.name)])
        meant = f" Did you mean {' or '.join(near)}?" if near else ""
        raise Invalid(f"There is no model “{clip(model)}” in what we hold.{meant}")
    return entry


def _hosting_shape(wish: Wish, entry: ModelEntry | None, catalog: Catalog) -> Shape:
    fitting = fitting_shapes(entry, wish.region) if entry else None
    if wish.shape is None:
        if not fitting:
            what = (
                f"the unit shape of {entry.id} is not known" if entry else "neither a model nor a unit shape is named"
            )
            raise Invalid(f"Name the unit shape, for {what}.")
        if len(fitting) > 1:
            raise Invalid(f"Which unit shape: {' or '.join(fitting)}? Which of them it is there is not known.")
        return catalog.shapes[fitting[0]]
    shape = catalog.shape(wish.shape)
    if shape is None:
        near = nearest(wish.shape, list(catalog.shapes))
        meant = f" Did you mean {' or '.join(near)}?" if near else ""
        raise Invalid(f"There is no unit shape “{clip(wish.shape)}” in what we hold.{meant}")
    if entry and fitting and shape.name not in fitting:
        raise Invalid(f"{entry.name} does not run on {shape.name} in {wish.region}: it needs {' or '.join(fitting)}.")
    return shape


def fitting_shapes(entry: ModelEntry, region: str) -> tuple[str, ...]:
    """On which a new cluster for it may be made there, none where that is not known; `Invalid` where none can be."""
    if entry.dedicated is False:
        instead = f"; Oracle names {entry.successor} as its successor" if entry.successor else ""
        raise Invalid(f"{entry.name} cannot be had on a new dedicated cluster today{instead}.")
    if entry.dedicated_regions and region not in entry.dedicated_regions:
        raise Invalid(f"{entry.name} is not offered in {region}, but in {', '.join(entry.dedicated_regions)}.")
    shapes = entry.shapes_in(region)
    if isinstance(shapes, Unknown):
        return ()
    if not shapes:
        raise Invalid(f"{entry.name} cannot be hosted on a dedicated cluster: it is offered on demand only.")
    return shapes


def _preset(wish: Wish, entry: ModelEntry | None, catalog: Catalog) -> tuple[Shape, int]:
    tuning = tunable(entry, catalog)
    shape = catalog.shapes[tuning.shape]
    asked: Mapping[str, object] = {"shape": wish.shape and wish.shape.upper(), "unit_count": wish.unit_count}
    for what, preset in (("shape", shape.name), ("unit_count", tuning.units)):
        if asked[what] not in {None, preset}:
            raise Invalid(
                f"Oracle presets a fine-tuning cluster for {entry.name if entry else 'it'}: "
                f"{units(tuning.units)} of {shape.name}; leave units and shape out."
            )
    return shape, tuning.units


def tunable(entry: ModelEntry | None, catalog: Catalog) -> FineTuning:
    """How the model is fine-tuned; `Invalid` names those that can be today."""
    if entry is None or not entry.fine_tunable or entry.fine_tuning is None:
        can = ", ".join(each.id for each in catalog.models.values() if each.fine_tunable) or "none"
        what = f"{entry.name} cannot be fine-tuned today" if entry else "Name the model that is to be fine-tuned"
        raise Invalid(f"{what}; those that can: {can}.")
    return entry.fine_tuning


def _least(made: MakeCluster, catalog: Catalog, shape: Shape) -> str:
    if made.type is ClusterType.HOSTING:
        return committed(catalog, shape)
    return f"Oracle bills at least {catalog.commitments.fine_tuning}, and for as long as the cluster is there"
