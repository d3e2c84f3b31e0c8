"""The end of a cluster: refused while anything hangs on it, with what is saved and what is still owed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Literal

from dac.catalog import Catalog
from dac.change import Look, Subject, about
from dac.cluster import Cluster, ClusterType, Endpoint, Fleet, Lifecycle, Model
from dac.errors import Conflict, Invalid
from dac.figures import Unknown
from dac.forecast import CommitmentStatus, commitment
from dac.making import NAMED, Fact, Stepwise, nothing, on, quoted, traffic_of
from dac.naming import ODD, clip
from dac.pricing import monthly
from dac.steps import RemoveCluster
from dac.still import REMOVABLE, attached, trained_on


class DeleteClusterPlan(Stepwise):
    """Delete a cluster, for good. What matters is which, what it is, and what it costs."""

    action: Literal["delete"] = "delete"
    cluster: Cluster
    commitment: CommitmentStatus | Unknown | None

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
        return f"Delete {clip(self.cluster.name)}"

    @property
    def more_units(self) -> int:
        return -self.cluster.unit_count

    @property
    def etag(self) -> str:
        return self.cluster.etag or ""

    @property
    def matters(self) -> dict[str, str]:
        held = self.cluster
        sized = {"name": held.name, "units": str(held.unit_count), "shape": held.unit_shape}
        return super().matters | sized

    @property
    def command(self) -> str:
        return f"delete {self.cluster.id}"

    def again(self, look: Look) -> DeleteClusterPlan:
        held = look.reader.cluster(self.cluster.region, self.cluster.id)
        place = (held.region, held.compartment_id)
        return plan_delete(
            held,
            endpoints=attached(held.id, *place, look.reader),
            models=trained_on(held.id, *place, look.reader),
            fleet=Fleet(taken_at=look.now),
            catalog=look.catalog,
            now=look.now,
        )


def remove_cluster(cluster: Cluster, *, key: str = "delete-cluster") -> RemoveCluster:
    return RemoveCluster(
        key=key,
        id=cluster.id,
        name=cluster.name,
        region=cluster.region,
        compartment_id=cluster.compartment_id,
        unit_shape=cluster.unit_shape,
        unit_count=cluster.unit_count,
    )


def plan_delete(
    cluster: Cluster,
    *,
    endpoints: Iterable[Endpoint],
    models: Iterable[Model],
    fleet: Fleet,
    catalog: Catalog,
    now: datetime,
) -> DeleteClusterPlan:
    """Plan it, or raise what hangs on it: `Invalid`, `Conflict`. `fleet` tells the traffic of what does."""
    if cluster.lifecycle_state not in REMOVABLE:
        raise Conflict(f"{cluster.name} is {cluster.lifecycle_state} and cannot be deleted now.")
    _check_endpoints(cluster, on(cluster, endpoints), fleet)
    _check_models(cluster, models)
    cost, owed = monthly(catalog, cluster.unit_shape, cluster.unit_count), commitment(cluster, catalog, now)
    return DeleteClusterPlan(
        cluster=cluster,
        commitment=owed,
        doing_=(remove_cluster(cluster),),
        facts=(
            Fact(label="Units", said=f"{cluster.unit_count} × {cluster.unit_shape}, given up"),
            Fact(label="Traffic", said="no endpoint hangs on it, so nobody can call it"),
        ),
        warnings=("It cannot be undone: a new cluster gets another OCID.", *_owed(owed)),
        cost_before=cost,
        cost_after=nothing(cost),
        headroom=Unknown(what="the service limit", settle="a deletion needs none of it"),
        planned_at=now,
    )


def _owed(owed: CommitmentStatus | Unknown | None) -> tuple[str, ...]:
    if owed is None or (isinstance(owed, CommitmentStatus) and owed.met):
        return ()
    if isinstance(owed, Unknown):
        return (f"Whether the least that Oracle bills is met is not known: {owed.settle}",)
    return (f"Not met yet, so deleting saves nothing before that: {owed.text}",)


def _check_endpoints(cluster: Cluster, hanging: tuple[Endpoint, ...], fleet: Fleet) -> None:
    if not hanging:
        return
    named = [f"{clip(each.name)} ({traffic_of(each, fleet)})" for each in hanging[:NAMED]]
    more = f" and {len(hanging) - NAMED} more" if len(hanging) > NAMED else ""
    raise Invalid(
        f"{cluster.name} still has endpoints: {', '.join(named)}{more}. Oracle deletes a cluster only after its "
        "endpoints; ask for their deletion first (/dac endpoint delete)."
    )


def _check_models(cluster: Cluster, models: Iterable[Model]) -> None:
    if cluster.type != ClusterType.FINE_TUNING:
        return
    trained = [each for each in models if each.tuned_on == cluster.id and each.lifecycle_state != Lifecycle.DELETED]
    if trained:
        names = ", ".join(f"{clip(each.name)} ({each.lifecycle_state})" for each in trained[:NAMED])
        raise Invalid(
            f"Custom models hang on {cluster.name}: {names}. Oracle deletes a fine-tuning cluster only after the "
            f"models trained on it; {_first(trained)}."
        )


def _first(trained: Iterable[Model]) -> str:
    """What to do before the cluster can be deleted."""
    ready = next((each for each in trained if each.lifecycle_state in REMOVABLE), None)
    if ready is None:
        return "wait until Oracle is done with them"
    # A name with quotation marks in it could not be typed, and might be read as another.
    called = ready.id if set(ready.name) & ODD else quoted(ready.name)
    return f"ask for their deletion first (/dac model delete {called})"
