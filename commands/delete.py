"""/dac delete: ask for the end of a cluster; refused while anything hangs on it."""

from __future__ import annotations

from commands import _making
from commands._asked import submitted
from commands._command import Arguments, Call, Command, Group, Reply, Services
from commands._making import Named, Reason
from commands._pick import clusters
from dac.deleting import DeleteClusterPlan, plan_delete
from dac.still import trained_on


class Delete(Arguments):
    cluster: Named
    because: Reason = ""


def plan(args: Delete, call: Call, services: Services) -> DeleteClusterPlan:  # noqa: ARG001 - as every plan
    fleet = services.fleet.fleet()
    cluster = _making.read_cluster(args.cluster, services, fleet)
    return plan_delete(
        cluster,
        endpoints=_making.on_cluster(cluster, services, fleet),
        models=trained_on(cluster.id, cluster.region, cluster.compartment_id, services.fleet),
        fleet=fleet,
        catalog=services.catalog,
        now=services.now(),
    )


def run(args: Delete, call: Call, services: Services) -> Reply:
    return submitted(plan(args, call, services), args.because, call, services)


COMMAND = Command(
    name="delete",
    summary="Ask for the end of a cluster, for good. Nothing is deleted before it is approved.",
    arguments=Delete,
    run=run,
    plan=plan,
    examples=("delete chat-old because nobody calls it any more",),
    aliases=("delete cluster",),
    menus={"cluster": clusters},
    submit="Ask for approval",
    group=Group.ASK,
    order=42,
)
