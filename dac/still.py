"""Whether the world still is what a step of a plan was made for, read just before that step is begun."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress

from dac.cluster import Cluster, ClusterType, Endpoint, Lifecycle, Model, Resource, ResourceKind
from dac.errors import Conflict, NotFound
from dac.gateway import FleetReader
from dac.making import GONE
from dac.naming import clip
from dac.steps import AnyStep, MakeEndpoint, MakeModel, Making, RemoveCluster, RemoveEndpoint, RemoveModel

REMOVABLE = frozenset({Lifecycle.ACTIVE, Lifecycle.FAILED, Lifecycle.NEEDS_ATTENTION})
"""States in which Oracle deletes a thing."""

SERVING = frozenset({Lifecycle.ACTIVE, Lifecycle.UPDATING})
"""States in which a thing does its work."""


def etag_of(step: AnyStep, reader: FleetReader) -> str:
    """The etag of what the step changes, empty where it makes something; references are resolved.

    It is empty as well where what is to be removed is gone, or on its way out: whoever did that did what was agreed to.
    Raises `Conflict` or `NotFound` with what is different.
    """
    match step:
        case MakeEndpoint():
            _check_cluster(step.region, str(step.on), ClusterType.HOSTING, reader)
            return ""
        case MakeModel():
            _check_cluster(step.region, str(step.on), ClusterType.FINE_TUNING, reader)
            check_dataset(step, reader)
            return ""
        case RemoveEndpoint() | RemoveCluster() | RemoveModel() if _is_gone(step, reader):
            return ""
        case RemoveEndpoint():
            return _of_endpoint(step, reader)
        case RemoveCluster():
            return _of_cluster(step, reader)
        case RemoveModel():
            return _of_model(step, reader)
        case _:
            return ""


def check_dataset(step: MakeModel, reader: FleetReader) -> None:
    """`Conflict` where another file has taken the place of the one that was agreed to, `NotFound` where none has."""
    if step.etag is None:
        return
    now = reader.stored(step.region, step.dataset).etag
    if now != step.etag:
        raise Conflict(
            f"The data set {step.dataset} is another file than was agreed to: "
            f"its etag was {step.etag} and is {now} now."
        )


def check_made(steps: Iterable[AnyStep], made: Mapping[str, str], reader: FleetReader) -> None:
    """`Conflict` where what these steps have made does not serve any more: then what it was to replace stays."""
    for step in steps:
        if not isinstance(step, Making) or step.key not in made:
            continue
        there = found(step.makes, step.region, step.compartment_id, made[step.key], reader)
        if there is None or there.lifecycle_state not in SERVING:
            state = there.lifecycle_state if there else "gone"
            raise Conflict(f"The new {step.makes} {clip(step.name)} is {state}, so what it replaces is not removed.")


def newcomers(steps: Sequence[AnyStep], endpoints: Iterable[Endpoint]) -> tuple[Endpoint, ...]:
    """Of these endpoints, those on a cluster that the steps remove, and which no step removes."""
    clusters = {each.id for each in steps if isinstance(each, RemoveCluster)}
    agreed = {each.id for each in steps if isinstance(each, RemoveEndpoint)}
    return tuple(each for each in endpoints if each.cluster_id in clusters and each.id not in agreed)


def check_alone(steps: Sequence[AnyStep], reader: FleetReader) -> None:
    """`Conflict` where something came onto a cluster that the steps remove: then nothing of it is removed."""
    for step in steps:
        if isinstance(step, RemoveCluster):
            there = attached(step.id, step.region, step.compartment_id, reader)
            if others := newcomers(steps, there):
                names = ", ".join(clip(each.name) for each in others)
                raise Conflict(f"The cluster {clip(step.name)} has endpoints that nobody agreed to delete: {names}.")


def found(
    kind: ResourceKind, region: str, compartment_id: str, resource_id: str, reader: FleetReader
) -> Resource | None:
    """As it is now, None where it is gone; `NotFound` for what the list has and may not be seen."""
    try:
        return reader.resource(kind, region, resource_id)
    except NotFound:
        # Oracle says the same of what is gone and of what one may not see.
        listed = reader.resources(kind, region, compartment_id)
        if any(each.id == resource_id and each.lifecycle_state != Lifecycle.DELETED for each in listed):
            raise
        return None


def attached(cluster_id: str, region: str, compartment_id: str, reader: FleetReader) -> tuple[Endpoint, ...]:
    """The endpoints on a cluster, those that are on their way out included."""
    return endpoints_where(lambda each: each.cluster_id == cluster_id, region, compartment_id, reader)


def endpoints_where(
    fits: Callable[[Endpoint], bool], region: str, compartment_id: str, reader: FleetReader
) -> tuple[Endpoint, ...]:
    """Those that fit and are not deleted, of that compartment and of all others that the reader looks at."""
    here = reader.resources(ResourceKind.ENDPOINT, region, compartment_id)
    elsewhere = (each for each in reader.fleet().endpoints if each.region == region and fits(each))
    seen = (*here, *_read_again(ResourceKind.ENDPOINT, elsewhere, compartment_id, reader))
    return tuple(
        each for each in seen if isinstance(each, Endpoint) and fits(each) and each.lifecycle_state != Lifecycle.DELETED
    )


def trained_on(cluster_id: str, region: str, compartment_id: str, reader: FleetReader) -> tuple[Model, ...]:
    """The models trained, or being trained, on a fine-tuning cluster, wherever they are, those deleted left out."""
    here = reader.resources(ResourceKind.MODEL, region, compartment_id)
    elsewhere = (each for each in reader.fleet().models if each.region == region and each.tuned_on == cluster_id)
    seen = (*here, *_read_again(ResourceKind.MODEL, elsewhere, compartment_id, reader))
    return tuple(
        each
        for each in seen
        if isinstance(each, Model) and each.tuned_on == cluster_id and each.lifecycle_state != Lifecycle.DELETED
    )


def _read_again(
    kind: ResourceKind, seen: Iterable[Resource], compartment_id: str, reader: FleetReader
) -> Iterator[Resource]:
    """Of other compartments, as it is now where it is still there: the fleet may be seconds old."""
    for each in seen:
        if each.compartment_id != compartment_id:
            with suppress(NotFound):
                yield reader.resource(kind, each.region, each.id)


def _check_cluster(region: str, cluster_id: str, kind: ClusterType, reader: FleetReader) -> None:
    cluster = reader.cluster(region, cluster_id)
    if cluster.lifecycle_state != Lifecycle.ACTIVE:
        raise Conflict(f"{cluster.name} is {cluster.lifecycle_state}, and this needs it ACTIVE.")
    if cluster.type != kind:
        raise Conflict(f"{cluster.name} is of type {cluster.type}, and this needs {kind}.")


def _is_gone(step: RemoveEndpoint | RemoveCluster | RemoveModel, reader: FleetReader) -> bool:
    there = found(step.removes, step.region, step.compartment_id, step.id, reader)
    return there is None or there.lifecycle_state in GONE


def _of_endpoint(step: RemoveEndpoint, reader: FleetReader) -> str:
    endpoint = reader.resource(ResourceKind.ENDPOINT, step.region, step.id)
    if not isinstance(endpoint, Endpoint) or endpoint.lifecycle_state not in REMOVABLE:
        raise Conflict(f"The endpoint {step.name} is {endpoint.lifecycle_state}; somebody else is at it.")
    for what, was, now in (
        ("is called", step.name, endpoint.name),
        ("is on the cluster", step.on, endpoint.cluster_id),
        ("serves the model", step.model_id, endpoint.model_id),
    ):
        if was != now:
            raise Conflict(f"The endpoint {step.name} {what} {now} now, not {was} as it was agreed to.")
    return endpoint.etag or ""


def _of_cluster(step: RemoveCluster, reader: FleetReader) -> str:
    cluster = reader.resource(ResourceKind.CLUSTER, step.region, step.id)
    if not isinstance(cluster, Cluster) or cluster.lifecycle_state not in REMOVABLE:
        raise Conflict(f"The cluster {step.name} is {cluster.lifecycle_state}; somebody else is at it.")
    for what, was, now in (
        ("is called", step.name, cluster.name),
        ("has the shape", step.unit_shape, cluster.unit_shape),
        ("has so many units:", str(step.unit_count), str(cluster.unit_count)),
    ):
        if was != now:
            raise Conflict(f"The cluster {step.name} {what} {now} now, not {was} as it was agreed to.")
    check_alone([step], reader)
    return cluster.etag or ""


def _of_model(step: RemoveModel, reader: FleetReader) -> str:
    model = reader.resource(ResourceKind.MODEL, step.region, step.id)
    if not isinstance(model, Model) or model.lifecycle_state not in REMOVABLE:
        raise Conflict(f"The model {step.name} is {model.lifecycle_state}; somebody else is at it.")
    if model.name != step.name:
        raise Conflict(f"The model {step.name} is called {model.name} now, not {step.name} as it was agreed to.")
    serving = endpoints_where(lambda each: each.model_id == step.id, step.region, model.compartment_id, reader)
    if serving:
        names = ", ".join(each.name for each in serving)
        raise Conflict(f"The model {step.name} is served by endpoints that came since it was agreed to: {names}.")
    return model.etag or ""
