"""/dac model delete: ask for the end of a custom model, which Oracle wants before that of its fine-tuning cluster."""

from __future__ import annotations

from commands import _making
from commands._asked import submitted
from commands._command import Arguments, Call, Command, Group, Reply, Services
from commands._making import Named, Reason
from dac.cluster import ResourceKind
from dac.deleting_models import DeleteModelPlan, plan_delete_model, surroundings
from dac.endpoints import model_of


class ModelDelete(Arguments):
    model: Named
    because: Reason = ""


def plan(args: ModelDelete, call: Call, services: Services) -> DeleteModelPlan:  # noqa: ARG001 - as every plan
    reader, fleet = services.fleet, services.fleet.fleet()
    named = _making.find_custom(args.model, services, fleet)
    held = model_of(reader.resource(ResourceKind.MODEL, named.region, named.id))
    return plan_delete_model(surroundings(held, reader), fleet=fleet, catalog=services.catalog, now=services.now())


def run(args: ModelDelete, call: Call, services: Services) -> Reply:
    return submitted(plan(args, call, services), args.because, call, services)


COMMAND = Command(
    name="model delete",
    summary="Ask for the end of a custom model, for good; after it its fine-tuning cluster can be deleted.",
    arguments=ModelDelete,
    run=run,
    plan=plan,
    examples=("model delete support-v1 because support-v2 serves instead",),
    aliases=("delete model", "models delete"),
    menus={"model": _making.customs},
    submit="Ask for approval",
    group=Group.ASK,
    order=48,
)
