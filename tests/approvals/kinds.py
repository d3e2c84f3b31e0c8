"""Every kind of plan in one small world: how it is made, and the calls that carry it out."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from approvals.executor import Executor
from approvals.request import Request
from dac.cluster import Cluster, ClusterType, Endpoint, Guardrails, Model, ResourceKind, Space
from dac.creating import Wish, plan_create
from dac.dataset_seen import Seen
from dac.deleting import plan_delete
from dac.deleting_models import plan_delete_model, surroundings
from dac.endpoints import plan_create_endpoint, plan_delete_endpoint, plan_move_endpoint
from dac.finetuning import plan_finetune
from dac.migrating import plan_migrate
from dac.plans import Plan
from dac.steps import Dataset, Making, Removing, Scaling
from dac.tuning import EPOCHS
from tests.approvals.conftest import House
from tests.dac.plannings import ADVICE
from tests.fakes import ANN, BOB, CATALOG, REGION, cluster, endpoint, model, plan

TEAM = "ocid1.compartment.oc1..team"
CHAT, BARE = cluster("chat"), cluster("bare")
SERVED = endpoint(CHAT, "chat-endpoint", guardrails=Guardrails(pii="block"))
COMMAND = model(name="cohere.command-a-03-2025")
REASONING = model(id="ocid1.generativeaimodel.oc1..reasoning", name="cohere.command-a-reasoning")
LLAMA = model(id="ocid1.generativeaimodel.oc1..llama", name="meta.llama-3.3-70b-instruct")
TUNER = cluster("tuner", type="FINE_TUNING", unit_shape="LARGE_GENERIC")
OURS = model(
    id="ocid1.generativeaimodel.oc1..ours",
    name="llama-old",
    compartment_id=TEAM,
    type="CUSTOM",
    base_model_id=LLAMA.id,
    tuned_on=TUNER.id,
)
DATA = Dataset(namespace="acme", bucket="training", object_name="pairs.jsonl")
PAIRS = 40
PAIR = b'{"prompt": "Where is my parcel?", "completion": "On its way."}\n'


def furnish(house: House) -> None:
    """Two hosting clusters, an endpoint on one, Oracle's models, and one of our own with where it was trained."""
    for each in (CHAT, BARE, TUNER, SERVED, COMMAND, REASONING, LLAMA, OURS):
        house.oracle.add(each)
    house.oracle.objects[str(DATA)] = PAIR * PAIRS


def _scale(house: House) -> Plan:
    return plan(house.oracle.held(CHAT.id), 4, now=house.clock.now())


def _create(house: House) -> Plan:
    wish = Wish(name="chat-new", region=REGION, compartment_id=TEAM, model=COMMAND.name, unit_count=2)
    return plan_create(
        wish,
        there=house.oracle.resources(ResourceKind.CLUSTER, REGION, TEAM),
        headroom=house.oracle.headroom(Space(region=REGION, unit_shape=CHAT.unit_shape)),
        catalog=CATALOG,
        now=house.clock.now(),
    )


def _delete(house: House) -> Plan:
    return plan_delete(
        house.oracle.held(BARE.id),
        endpoints=house.oracle.there(Endpoint),
        models=house.oracle.there(Model),
        fleet=house.oracle.fleet(),
        catalog=CATALOG,
        now=house.clock.now(),
    )


def _endpoint_create(house: House) -> Plan:
    return plan_create_endpoint(
        house.oracle.held(BARE.id),
        "bare-endpoint",
        model=COMMAND,
        guardrails=Guardrails(moderation="inform"),
        there=house.oracle.there(Endpoint),
        catalog=CATALOG,
        now=house.clock.now(),
    )


def _served(house: House) -> Endpoint:
    found = house.oracle.thing(SERVED.id)
    assert isinstance(found, Endpoint)
    return found


def _endpoint_delete(house: House) -> Plan:
    seen, now = house.oracle.fleet(), house.clock.now()
    return plan_delete_endpoint(_served(house), house.oracle.held(CHAT.id), fleet=seen, catalog=CATALOG, now=now)


def _endpoint_move(house: House) -> Plan:
    return plan_move_endpoint(
        _served(house),
        house.oracle.held(CHAT.id),
        house.oracle.held(BARE.id),
        "chat-endpoint-2",
        model=COMMAND,
        there=house.oracle.there(Endpoint),
        catalog=CATALOG,
        now=house.clock.now(),
    )


def _migrate(house: House) -> Plan:
    wish = Wish(name="chat-2", region=REGION, compartment_id=TEAM, model=REASONING.name, unit_count=1)
    return plan_migrate(
        house.oracle.held(CHAT.id),
        wish,
        model=REASONING,
        endpoints=house.oracle.there(Endpoint),
        there=house.oracle.there(Cluster),
        headroom=house.oracle.headroom(Space(region=REGION, unit_shape="LARGE_COHERE_V2_2")),
        catalog=CATALOG,
        now=house.clock.now(),
    )


def finetune(house: House, *, name: str = "llama-ours", data: Seen | None = None, on: Cluster | None = None) -> Plan:
    """On a cluster that is there, or on one made for it."""
    wish = Wish(
        name="tuning", region=REGION, compartment_id=TEAM, type=ClusterType.FINE_TUNING, model="llama-3.3-70b-instruct"
    )
    return plan_finetune(
        name,
        base=LLAMA,
        dataset=DATA,
        data=data or Seen(etag=house.oracle.stored(REGION, DATA).etag, pairs=PAIRS),
        method="LORA",
        advice=ADVICE.model_copy(update={"asked": {EPOCHS: Decimal(3)}}),
        cluster=on,
        wish=None if on else wish.model_copy(update={"model": LLAMA.name}),
        models=house.oracle.there(Model),
        clusters=house.oracle.there(Cluster),
        headroom=house.oracle.headroom(Space(region=REGION, unit_shape="LARGE_GENERIC")),
        catalog=CATALOG,
        now=house.clock.now(),
    )


def _model_delete(house: House) -> Plan:
    held = house.oracle.thing(OURS.id)
    assert isinstance(held, Model)
    seen = surroundings(held, house.oracle)
    return plan_delete_model(seen, fleet=house.oracle.fleet(), catalog=CATALOG, now=house.clock.now())


KINDS: dict[str, Callable[[House], Plan]] = {
    "scale": _scale,
    "create": _create,
    "delete": _delete,
    "endpoint-create": _endpoint_create,
    "endpoint-delete": _endpoint_delete,
    "endpoint-move": _endpoint_move,
    "migrate": _migrate,
    "finetune": finetune,
    "model-delete": _model_delete,
}


def asked(house: House, kind: str) -> Request:
    made = KINDS[kind](house)
    return house.approvals().submit(
        made, requester=ANN, reason="as planned", channel="CTEAM", delivery=uuid.uuid4().hex
    )


def approved(house: House, kind: str) -> Request:
    return house.approvals().approve(asked(house, kind).id, BOB)


def turn(house: House, executor: Executor, request: Request, *, minutes: float = 10) -> Request:
    """One turn of a bot, people confirming what they are asked, and some time that passes."""
    after = executor.advance(request.id)
    if after.claim and after.claim.question and not after.final:
        after = house.approvals().confirm(request.id, BOB)
    house.clock.advance(minutes=minutes)
    return after


def finish(house: House, executor: Executor, request: Request) -> Request:
    for _ in range(80):
        if turn(house, executor, request).final:
            break
    return house.store.get(request.id)


def reaches(house: House, executor: Executor, request: Request, done: int) -> Request:
    """So many of its steps are at their end, and the next is not claimed."""
    for _ in range(80):
        now = house.store.get(request.id)
        count = len(now.claim.done) if now.claim else 0
        if count == done and (now.claim is None or not now.claim.begun):
            return now
        turn(house, executor, request)
    raise AssertionError("it never comes there")


@dataclass(frozen=True)
class Calls:
    """What Oracle was asked for, in all."""

    scaled: int
    made: tuple[str, ...]
    removed: tuple[str, ...]


def wanted(plan: Plan) -> Calls:
    """Each step once."""
    steps = plan.doing
    return Calls(
        sum(isinstance(each, Scaling) for each in steps),
        tuple(each.name for each in steps if isinstance(each, Making)),
        tuple(each.id for each in steps if isinstance(each, Removing)),
    )


def given(house: House) -> Calls:
    oracle = house.oracle
    return Calls(len(oracle.accepted), tuple(each.name for each in oracle.made), tuple(oracle.removed))
