"""Endpoints: a new one, the end of one, and the move to another cluster, which is both with people in between."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Literal

from dac.catalog import Catalog
from dac.change import Look, Subject, about
from dac.cluster import Cluster, ClusterType, Endpoint, Fleet, Guardrails, Lifecycle, Model, Resource, ResourceKind
from dac.errors import Conflict, Invalid, NotFound
from dac.figures import Unknown
from dac.fitting import base_of, check_fits, doubt, runs_as
from dac.making import Fact, Stepwise, calls_of, check_name, on, quoted, traffic_of
from dac.naming import clip, nearest
from dac.pricing import monthly
from dac.steps import MakeEndpoint, Pause, RemoveEndpoint
from dac.still import REMOVABLE

MOST = 50
"""Endpoints that a cluster holds where it does not say how many itself: Oracle's default."""

NO_LIMIT = Unknown(what="the service limit", settle="endpoints count against none that is read here")


class CreateEndpointPlan(Stepwise):
    """Make an endpoint on a cluster. Its OCID is news to clients."""

    action: Literal["endpoint-create"] = "endpoint-create"
    cluster: Cluster
    model: Model

    @property
    def kind(self) -> str:
        return self.action

    @property
    def new(self) -> MakeEndpoint:
        step = self.doing_[0]
        assert isinstance(step, MakeEndpoint)  # noqa: S101 - its only step
        return step

    @property
    def subject(self) -> Subject:
        return about(self.cluster)

    @property
    def touches(self) -> tuple[str, ...]:
        return (self.cluster.id,)

    @property
    def goal(self) -> str:
        return "a new endpoint"

    @property
    def summary(self) -> str:
        return f"Create endpoint {clip(self.new.name)} on {clip(self.cluster.name)}"

    @property
    def more_units(self) -> int:
        return 0

    @property
    def command(self) -> str:
        guards = self.new.guardrails
        said = "".join(
            f" --{name} {value}"
            for name, value in (
                ("moderation", guards.moderation),
                ("injection", guards.prompt_injection),
                ("pii", guards.pii),
            )
            if value != "off"
        )
        return f"endpoint create {self.cluster.id} {quoted(self.new.name)} --model {self.model.id}{said}"

    def again(self, look: Look) -> CreateEndpointPlan:
        cluster = look.reader.cluster(self.cluster.region, self.cluster.id)
        model = model_of(look.reader.resource(ResourceKind.MODEL, cluster.region, self.model.id))
        return plan_create_endpoint(
            cluster,
            self.new.name,
            model=model,
            base=base_of(model, look.reader),
            guardrails=self.new.guardrails,
            there=endpoints_of(look.reader.resources(ResourceKind.ENDPOINT, cluster.region, cluster.compartment_id)),
            catalog=look.catalog,
            now=look.now,
        )


class DeleteEndpointPlan(Stepwise):
    """Delete an endpoint, for good: who calls it then gets errors, so whether anybody does is part of the decision."""

    action: Literal["endpoint-delete"] = "endpoint-delete"
    cluster: Cluster
    endpoint: Endpoint
    called: str

    @property
    def kind(self) -> str:
        return self.action

    @property
    def subject(self) -> Subject:
        return about(self.cluster)

    @property
    def touches(self) -> tuple[str, ...]:
        return (self.cluster.id,)

    @property
    def goal(self) -> str:
        return "its deletion"

    @property
    def summary(self) -> str:
        return f"Delete endpoint {clip(self.endpoint.name)} of {clip(self.cluster.name)}"

    @property
    def more_units(self) -> int:
        return 0

    @property
    def etag(self) -> str:
        return self.endpoint.etag or ""

    @property
    def matters(self) -> dict[str, str]:
        held = self.endpoint
        return super().matters | {"endpoint": held.id, "model": held.model_id, "traffic": self.called}

    @property
    def command(self) -> str:
        return f"endpoint delete {self.endpoint.id}"

    def again(self, look: Look) -> DeleteEndpointPlan:
        held = endpoint_of(look.reader.resource(ResourceKind.ENDPOINT, self.endpoint.region, self.endpoint.id))
        cluster = look.reader.cluster(held.region, held.cluster_id)
        return plan_delete_endpoint(held, cluster, fleet=look.reader.fleet(), catalog=look.catalog, now=look.now)


class MoveEndpointPlan(Stepwise):
    """Serve the same model on another cluster: a new endpoint there, clients switch, then the old one goes."""

    action: Literal["endpoint-move"] = "endpoint-move"
    cluster: Cluster
    target: Cluster
    endpoint: Endpoint
    model: Model

    @property
    def kind(self) -> str:
        return self.action

    @property
    def new(self) -> MakeEndpoint:
        step = self.doing_[0]
        assert isinstance(step, MakeEndpoint)  # noqa: S101 - its first step
        return step

    @property
    def subject(self) -> Subject:
        return about(self.target)

    @property
    def touches(self) -> tuple[str, ...]:
        return (self.target.id, self.cluster.id)

    @property
    def goal(self) -> str:
        return "the move"

    @property
    def summary(self) -> str:
        return f"Move endpoint {clip(self.endpoint.name)} from {clip(self.cluster.name)} to {clip(self.target.name)}"

    @property
    def more_units(self) -> int:
        return 0

    @property
    def command(self) -> str:
        return f"endpoint move {self.endpoint.id} {self.target.id} --name {quoted(self.new.name)}"

    def again(self, look: Look) -> MoveEndpointPlan:
        held = endpoint_of(look.reader.resource(ResourceKind.ENDPOINT, self.endpoint.region, self.endpoint.id))
        target = look.reader.cluster(self.target.region, self.target.id)
        model = model_of(look.reader.resource(ResourceKind.MODEL, held.region, held.model_id))
        return plan_move_endpoint(
            held,
            look.reader.cluster(held.region, held.cluster_id),
            target,
            self.new.name,
            model=model,
            base=base_of(model, look.reader),
            there=endpoints_of(look.reader.resources(ResourceKind.ENDPOINT, target.region, target.compartment_id)),
            catalog=look.catalog,
            now=look.now,
        )


def plan_create_endpoint(
    cluster: Cluster,
    name: str,
    *,
    model: Model,
    base: Model | None = None,
    guardrails: Guardrails,
    there: Iterable[Endpoint],
    catalog: Catalog,
    now: datetime,
) -> CreateEndpointPlan:
    """Plan it, or raise why it cannot be done. `there` are the endpoints of the cluster's region and compartment.

    `base` is what a custom model was trained from, None where that is not known.
    """
    step = make_endpoint(
        cluster, name, model=model, base=base, guardrails=guardrails, there=there, catalog=catalog, now=now
    )
    cost = monthly(catalog, cluster.unit_shape, cluster.unit_count)
    return CreateEndpointPlan(
        cluster=cluster,
        model=model,
        doing_=(step,),
        facts=(
            Fact(label="Model", said=model.name),
            Fact(label="Guardrails", said=str(guardrails)),
        ),
        warnings=(
            "Its OCID is made by Oracle; clients must be pointed at it.",
            *doubt(model, runs_as(model, base, catalog), cluster.unit_shape, cluster.region),
        ),
        cost_before=cost,
        cost_after=cost,
        headroom=NO_LIMIT,
        planned_at=now,
    )


def plan_delete_endpoint(
    endpoint: Endpoint, cluster: Cluster, *, fleet: Fleet, catalog: Catalog, now: datetime
) -> DeleteEndpointPlan:
    """Plan it, or raise why it cannot be done; `fleet` tells the traffic."""
    _check_removable(endpoint)
    cost, told = monthly(catalog, cluster.unit_shape, cluster.unit_count), traffic_of(endpoint, fleet)
    return DeleteEndpointPlan(
        cluster=cluster,
        endpoint=endpoint,
        called=calls_of(endpoint, fleet),
        doing_=(remove_endpoint(endpoint),),
        facts=(Fact(label="Traffic", said=told), Fact(label="Endpoint", said=endpoint.id)),
        warnings=("It cannot be undone, and saves nothing: the cluster costs what it did.",),
        cost_before=cost,
        cost_after=cost,
        headroom=NO_LIMIT,
        planned_at=now,
    )


def plan_move_endpoint(  # noqa: PLR0913 - what a move is made of, by name
    endpoint: Endpoint,
    cluster: Cluster,
    target: Cluster,
    name: str,
    *,
    model: Model,
    base: Model | None = None,
    there: Iterable[Endpoint],
    catalog: Catalog,
    now: datetime,
) -> MoveEndpointPlan:
    """Plan it, or raise why it cannot be done. `there` are the endpoints of the target's region and compartment.

    `base` is what a custom model was trained from, None where that is not known.
    """
    _check_removable(endpoint)
    if target.id == cluster.id:
        raise Invalid(f"The endpoint {endpoint.name} is on {cluster.name} already.")
    if target.region != cluster.region:
        raise Invalid(f"{target.name} is in {target.region}; models differ by region, so create the endpoint there.")
    new = make_endpoint(
        target, name, model=model, base=base, guardrails=endpoint.guardrails, there=there, catalog=catalog, now=now
    )
    cost = monthly(catalog, target.unit_shape, target.unit_count)
    return MoveEndpointPlan(
        cluster=cluster,
        target=target,
        endpoint=endpoint,
        model=model,
        doing_=(new, switched((endpoint,)), remove_endpoint(endpoint)),
        facts=(Fact(label="Model", said=model.name), Fact(label="From", said=cluster.name)),
        warnings=(
            "Oracle cannot move an endpoint: the new one has another OCID, and clients must be pointed at it.",
            *doubt(model, runs_as(model, base, catalog), target.unit_shape, target.region),
        ),
        cost_before=cost,
        cost_after=cost,
        headroom=NO_LIMIT,
        planned_at=now,
    )


def make_endpoint(
    cluster: Cluster,
    name: str,
    *,
    model: Model,
    base: Model | None,
    guardrails: Guardrails,
    there: Iterable[Endpoint],
    catalog: Catalog,
    now: datetime,
) -> MakeEndpoint:
    """The step that makes it, or why Oracle would refuse: `Invalid`, `Conflict`."""
    there = tuple(there)
    if cluster.type != ClusterType.HOSTING:
        raise Invalid(f"{cluster.name} is a fine-tuning cluster; endpoints need a hosting cluster.")
    if cluster.lifecycle_state != Lifecycle.ACTIVE:
        raise Conflict(f"{cluster.name} is {cluster.lifecycle_state}; endpoints are made on an ACTIVE cluster.")
    hanging = on(cluster, there)
    other = next((each for each in hanging if each.model_id != model.id), None)
    if other:
        raise Invalid(
            f"{cluster.name} serves another model at {clip(other.name)}, and all endpoints of a cluster serve the same."
        )
    most = cluster.endpoint_capacity or MOST
    if len(hanging) >= most:
        raise Invalid(f"{cluster.name} holds {most} endpoints at most and has {len(hanging)}.")
    check_fits(model, runs_as(model, base, catalog), cluster.unit_shape, cluster.region)
    if not hanging and model.time_dedicated_retired and model.time_dedicated_retired <= now:
        raise Invalid(f"{model.name} is retired for dedicated clusters, and nothing new can serve it.")
    return MakeEndpoint(
        key="endpoint",
        name=check_name("endpoint", name, there),
        region=cluster.region,
        compartment_id=cluster.compartment_id,
        on=cluster.id,
        on_name=cluster.name,
        model_id=model.id,
        model_name=model.name,
        guardrails=guardrails,
    )


def remove_endpoint(endpoint: Endpoint, *, key: str = "delete-endpoint") -> RemoveEndpoint:
    return RemoveEndpoint(
        key=key,
        id=endpoint.id,
        name=endpoint.name,
        region=endpoint.region,
        compartment_id=endpoint.compartment_id,
        on=endpoint.cluster_id,
        model_id=endpoint.model_id,
    )


def switched(old: Iterable[Endpoint]) -> Pause:
    names = ", ".join(clip(each.name) for each in old)
    return Pause(key="switch", question=f"have all clients been switched from {names} to what is new?")


def find_model(word: str, models: Iterable[Model], region: str) -> Model:
    """The one model there with that OCID or name; `NotFound` offers the nearest."""
    here = [each for each in models if each.region == region and each.lifecycle_state == Lifecycle.ACTIVE]
    wanted = word.strip().casefold()
    found = [each for each in here if wanted in {each.id.casefold(), each.name.casefold()}]
    if len(found) > 1:
        raise Invalid(f"Several models are called {clip(word)} in {region}; give the OCID of one.")
    if not found:
        near = nearest(word, [each.name for each in here])
        meant = f" Did you mean {' or '.join(near)}?" if near else ""
        raise NotFound(f"There is no model “{clip(word)}” in {region}.{meant}")
    return found[0]


def endpoint_of(resource: Resource) -> Endpoint:
    assert isinstance(resource, Endpoint)  # noqa: S101 - asked for by its kind
    return resource


def endpoints_of(resources: Iterable[Resource]) -> tuple[Endpoint, ...]:
    return tuple(each for each in resources if isinstance(each, Endpoint))


def model_of(resource: Resource) -> Model:
    assert isinstance(resource, Model)  # noqa: S101 - asked for by its kind
    return resource


def _check_removable(endpoint: Endpoint) -> None:
    if endpoint.lifecycle_state not in REMOVABLE:
        raise Conflict(f"The endpoint {endpoint.name} is {endpoint.lifecycle_state} and cannot be deleted now.")
