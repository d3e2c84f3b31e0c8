"""The end of a custom model: refused while it is trained or served, with what can be deleted after it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Literal, NamedTuple

from dac.catalog import Catalog
from dac.change import Look, Subject, about
from dac.cluster import Cluster, Endpoint, Fleet, Lifecycle, Model, ResourceKind
from dac.endpoints import model_of
from dac.errors import Conflict, Denied, Invalid, NotFound
from dac.figures import Price, Unknown, cost_name
from dac.gateway import FleetReader
from dac.making import NAMED, Fact, Stepwise, traffic_of
from dac.naming import clip
from dac.pricing import cluster_hour, monthly
from dac.steps import RemoveModel
from dac.still import REMOVABLE, endpoints_where, trained_on

NO_LIMIT = Unknown(what="the service limit", settle="models count against none that is read here")


class DeleteModelPlan(Stepwise):
    """Delete a custom model, for good. `cluster` is where it was trained, None where that cannot be read.

    A policy judges it by that cluster, as it does a fine-tune.
    """

    action: Literal["model-delete"] = "model-delete"
    model: Model
    cluster: Cluster | None

    @property
    def kind(self) -> str:
        return self.action

    @property
    def subject(self) -> Subject:
        if self.cluster:
            return about(self.cluster)
        held = self.model
        return Subject(
            what="Model",
            name=held.name,
            region=held.region,
            compartment_id=held.compartment_id,
            freeform_tags=held.freeform_tags,
            id=held.id,
        )

    @property
    def touches(self) -> tuple[str, ...]:
        return (self.cluster.id, self.model.id) if self.cluster else (self.model.id,)

    @property
    def goal(self) -> str:
        return "its deletion"

    @property
    def summary(self) -> str:
        return f"Delete custom model {clip(self.model.name)}"

    @property
    def more_units(self) -> int:
        return 0

    @property
    def etag(self) -> str:
        return self.model.etag or ""

    @property
    def matters(self) -> dict[str, str]:
        held = self.model
        return super().matters | {"model": held.id, "state": held.lifecycle_state, "base": held.base_model_id or ""}

    @property
    def command(self) -> str:
        return f"model delete {self.model.id}"

    def again(self, look: Look) -> DeleteModelPlan:
        held = model_of(look.reader.resource(ResourceKind.MODEL, self.model.region, self.model.id))
        seen = surroundings(held, look.reader)
        return plan_delete_model(seen, fleet=Fleet(taken_at=look.now), catalog=look.catalog, now=look.now)


class Surroundings(NamedTuple):
    """A custom model with what hangs together with it: who serves it, where it was trained, what else was there."""

    model: Model
    endpoints: tuple[Endpoint, ...]
    cluster: Cluster | None
    siblings: tuple[Model, ...]


def surroundings(model: Model, reader: FleetReader) -> Surroundings:
    """As Oracle has it now; a cluster that may not be read is not known."""
    place = (model.region, model.compartment_id)
    cluster = _trained_on(model, reader)
    beside = (cluster.region, cluster.compartment_id) if cluster else place
    others = trained_on(model.tuned_on, *beside, reader) if model.tuned_on else ()
    return Surroundings(
        model=model,
        endpoints=endpoints_where(lambda each: each.model_id == model.id, *place, reader),
        cluster=cluster,
        siblings=tuple(each for each in others if each.id != model.id),
    )


def _trained_on(model: Model, reader: FleetReader) -> Cluster | None:
    try:
        found = reader.cluster(model.region, model.tuned_on) if model.tuned_on else None
    except (NotFound, Denied):
        return None
    return found if found and found.lifecycle_state != Lifecycle.DELETED else None


def plan_delete_model(seen: Surroundings, *, fleet: Fleet, catalog: Catalog, now: datetime) -> DeleteModelPlan:
    """Plan it, or raise why it cannot be done: `Invalid`, `Conflict`. `fleet` tells the traffic of what serves it."""
    model, cluster = seen.model, seen.cluster
    _check(model)
    _check_endpoints(model, seen.endpoints, fleet)
    cost = monthly(catalog, cluster.unit_shape, cluster.unit_count) if cluster else _not_known(model)
    return DeleteModelPlan(
        model=model,
        cluster=cluster,
        doing_=(remove_model(model),),
        facts=(
            Fact(label="Model", said=model.id),
            *((Fact(label="State", said=_how(model)),) if model.lifecycle_state != Lifecycle.ACTIVE else ()),
            Fact(label="Endpoints", said="none serves it"),
            Fact(label="Trained on", said=_after(seen)),
            *_hour(seen, catalog),
            Fact(label="Training data", said="stays in Object Storage"),
        ),
        warnings=_warnings(seen),
        cost_before=cost,
        cost_after=cost,
        headroom=NO_LIMIT,
        planned_at=now,
    )


def remove_model(model: Model, *, key: str = "delete-model") -> RemoveModel:
    return RemoveModel(key=key, id=model.id, name=model.name, region=model.region, compartment_id=model.compartment_id)


def base_refused(name: str) -> Invalid:
    """Why a model of Oracle's own is not deleted."""
    return Invalid(
        f"{clip(name)} is a base model of Oracle's; only custom models, those trained by you, can be deleted."
    )


def _check(model: Model) -> None:
    if model.type == "BASE":
        raise base_refused(model.name)
    if model.lifecycle_state == Lifecycle.CREATING:
        raise Conflict(f"{model.name} is still being trained (CREATING); it can be deleted once that has ended.")
    if model.lifecycle_state not in REMOVABLE:
        raise Conflict(f"The model {model.name} is {model.lifecycle_state} and cannot be deleted now.")


def _check_endpoints(model: Model, serving: Iterable[Endpoint], fleet: Fleet) -> None:
    found = tuple(serving)
    if not found:
        return
    named = [f"{clip(each.name)} ({traffic_of(each, fleet)})" for each in found[:NAMED]]
    more = f" and {len(found) - NAMED} more" if len(found) > NAMED else ""
    raise Invalid(
        f"{model.name} is served by endpoints: {', '.join(named)}{more}. Oracle deletes a model only after its "
        "endpoints; ask for their deletion first (/dac endpoint delete)."
    )


def _not_known(model: Model) -> Unknown:
    where = f"the fine-tuning cluster {model.tuned_on}" if model.tuned_on else "a fine-tuning cluster of it"
    return Unknown(what="what hangs on its deletion", settle=f"{where} could not be read; look in the Console")


def _how(model: Model) -> str:
    return f"{model.lifecycle_state}: {model.lifecycle_details}" if model.lifecycle_details else model.lifecycle_state


def _after(seen: Surroundings) -> str:
    """Which cluster can be deleted after it, and what still hangs on that."""
    if seen.cluster is None:
        return f"{seen.model.tuned_on or 'not known'}, which could not be read"
    if not seen.siblings:
        return f"{seen.cluster.name}, which can be deleted after this"
    return f"{seen.cluster.name}, on which {_others(seen)} still {'hangs' if len(seen.siblings) == 1 else 'hang'}"


def _others(seen: Surroundings) -> str:
    named = ", ".join(clip(each.name) for each in seen.siblings[:NAMED])
    return f"{named} and {len(seen.siblings) - NAMED} more" if len(seen.siblings) > NAMED else named


def _hour(seen: Surroundings, catalog: Catalog) -> tuple[Fact, ...]:
    if seen.cluster is None:
        return ()
    hour = cluster_hour(catalog, seen.cluster.unit_shape, seen.cluster.unit_count)
    said = f"{hour.money}" if isinstance(hour, Price) else str(hour)
    basis = hour.basis if isinstance(hour, Price) else "list"
    return (Fact(label=f"{cost_name(basis)} an hour", said=f"{said}, until that cluster is deleted"),)


def _warnings(seen: Surroundings) -> tuple[str, ...]:
    final = "It cannot be undone: to have the model again, it must be trained again."
    if seen.cluster is None:
        return (final,)
    cluster = clip(seen.cluster.name)
    next_ = f"{_others(seen)} must go as well before it can be deleted" if seen.siblings else "ask for its end as well"
    return (final, f"It saves nothing by itself: the cluster {cluster} costs by the hour until it is deleted; {next_}.")
