"""Another model or shape: neither changes in place, so a new cluster is made, clients switch, the old one goes."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Literal

from dac.catalog import Catalog
from dac.change import Look, Subject, about, units
from dac.cluster import Cluster, ClusterType, Endpoint, Headroom, Lifecycle, Model, Resource, ResourceKind, Space
from dac.creating import Wish, make_cluster
from dac.deleting import remove_cluster
from dac.endpoints import endpoints_of, model_of, remove_endpoint, switched
from dac.errors import Conflict, Invalid
from dac.figures import Unknown
from dac.fitting import check_fits, doubt
from dac.making import Fact, Stepwise, check_name, check_room, committed, new_name, on, quoted
from dac.naming import clip
from dac.pricing import monthly
from dac.steps import MakeCluster, MakeEndpoint, Ref
from dac.still import attached


class MigratePlan(Stepwise):
    """From one cluster to a new one: while people switch, both cost. `serves` is the model on the new one."""

    action: Literal["migrate"] = "migrate"
    cluster: Cluster
    wish: Wish
    serves: Model

    @property
    def kind(self) -> str:
        return self.action

    @property
    def new(self) -> MakeCluster:
        step = self.doing_[0]
        assert isinstance(step, MakeCluster)  # noqa: S101 - its first step
        return step

    @property
    def subject(self) -> Subject:
        return about(self.cluster)

    @property
    def touches(self) -> tuple[str, ...]:
        return (self.cluster.id, new_name(self.new.region, self.new.compartment_id, self.new.name))

    @property
    def goal(self) -> str:
        return "the migration"

    @property
    def summary(self) -> str:
        new = self.new
        sized = f"{units(new.unit_count)} of {new.unit_shape}"
        return f"Migrate {clip(self.cluster.name)} to {clip(new.name)}: {clip(self.serves.name)} on {sized}"

    @property
    def more_units(self) -> int:
        return self.new.unit_count - self.cluster.unit_count

    @property
    def matters(self) -> dict[str, str]:
        held = self.cluster
        sized = {"name": held.name, "units": str(held.unit_count), "shape": held.unit_shape, "model": self.serves.id}
        return super().matters | sized

    @property
    def command(self) -> str:
        new = self.new
        made = f"--name {quoted(new.name)} --shape {new.unit_shape} --units {new.unit_count}"
        return f"migrate {self.cluster.id} --model {self.serves.id} {made}"

    def again(self, look: Look) -> MigratePlan:
        held = look.reader.cluster(self.cluster.region, self.cluster.id)
        place = (held.region, held.compartment_id)
        there = endpoints_of(look.reader.resources(ResourceKind.ENDPOINT, *place))
        known = {each.id for each in there}
        elsewhere = (each for each in attached(held.id, *place, look.reader) if each.id not in known)
        return plan_migrate(
            held,
            self.wish,
            model=model_of(look.reader.resource(ResourceKind.MODEL, held.region, self.serves.id)),
            endpoints=(*there, *elsewhere),
            there=look.reader.resources(ResourceKind.CLUSTER, *place),
            headroom=look.reader.headroom(Space(region=held.region, unit_shape=self.new.unit_shape)),
            catalog=look.catalog,
            now=look.now,
        )


def plan_migrate(
    cluster: Cluster,
    wish: Wish,
    *,
    model: Model,
    endpoints: Iterable[Endpoint],
    there: Iterable[Resource],
    headroom: Headroom | Unknown,
    catalog: Catalog,
    now: datetime,
) -> MigratePlan:
    """Plan it, or raise why it cannot be done: `Invalid`, `Conflict`.

    `model` is served on the new cluster, `endpoints` and `there` are what stands in the same region and compartment.
    """
    if cluster.type != ClusterType.HOSTING:
        raise Invalid(f"{cluster.name} is a fine-tuning cluster; only a hosting cluster is migrated.")
    if cluster.lifecycle_state != Lifecycle.ACTIVE:
        raise Conflict(f"{cluster.name} is {cluster.lifecycle_state}; only an ACTIVE cluster is migrated.")
    endpoints = tuple(endpoints)
    old = on(cluster, endpoints)
    busy = next((each for each in old if each.lifecycle_state != Lifecycle.ACTIVE), None)
    if busy:
        raise Conflict(f"The endpoint {busy.name} is {busy.lifecycle_state}; wait until it is ACTIVE.")
    new = make_cluster(wish, catalog)
    if new.unit_shape == cluster.unit_shape and all(each.model_id == model.id for each in old):
        raise Invalid(f"{cluster.name} has that shape and serves that model; to change its units, scale it.")
    entry = catalog.model(wish.model) if wish.model else None
    check_fits(model, entry, new.unit_shape, new.region)
    if model.time_dedicated_retired and model.time_dedicated_retired <= now:
        raise Invalid(f"{model.name} is retired for dedicated clusters, and nothing new can serve it.")
    check_name("cluster", wish.name, there)
    shape = catalog.shapes[new.unit_shape]
    check_room(new.name, new.region, new.unit_count, shape, headroom)
    made = tuple(_successor(each, place, new, model, endpoints) for place, each in enumerate(old, 1))
    gone = tuple(remove_endpoint(each, key=f"delete-endpoint-{place}") for place, each in enumerate(old, 1))
    wait = (switched(old),) if old else ()
    return MigratePlan(
        cluster=cluster,
        wish=wish,
        serves=model,
        doing_=(new, *made, *wait, *gone, remove_cluster(cluster)),
        facts=(
            Fact(label="Units", said=f"{cluster.unit_count} × {cluster.unit_shape} → {new.unit_count} × {shape.name}"),
            Fact(label="Model", said=model.name),
            Fact(label="Endpoints", said=f"{len(old)}, each with a new OCID"),
        ),
        warnings=(
            "Until the switch is confirmed both clusters cost, and both count against the limit.",
            f"For the new one: {committed(catalog, shape)}",
            *doubt(model, entry, shape.name, new.region),
        ),
        cost_before=monthly(catalog, cluster.unit_shape, cluster.unit_count),
        cost_after=monthly(catalog, new.unit_shape, new.unit_count),
        headroom=headroom,
        planned_at=now,
    )


def _successor(old: Endpoint, place: int, new: MakeCluster, model: Model, taken: Iterable[Endpoint]) -> MakeEndpoint:
    """The endpoint that takes an old one's place, with the same guardrails; the name says which it follows."""
    return MakeEndpoint(
        key=f"endpoint-{place}",
        name=check_name("endpoint", f"{old.name}-{new.name}"[:200], taken),
        region=new.region,
        compartment_id=new.compartment_id,
        on=Ref(step=new.key),
        on_name=new.name,
        model_id=model.id,
        model_name=model.name,
        guardrails=old.guardrails,
    )
