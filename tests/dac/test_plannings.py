"""What each kind of plan says, and every sentence with which one is refused."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from pydantic import TypeAdapter

from dac.change import Look, differences
from dac.cluster import ClusterType, Guardrails, Headroom
from dac.creating import sized
from dac.deleting_models import surroundings
from dac.endpoints import find_model
from dac.errors import Conflict, DacError, Denied, Invalid, NotFound
from dac.figures import Price, Unknown
from dac.fitting import base_of
from dac.making import GONE, Stepwise, check_name, nothing, traffic_of
from dac.plans import Plan
from dac.still import trained_on
from dac.tuning import BATCH, EPOCHS, RATE
from tests.dac.plannings import (
    ADVICE,
    COMMAND,
    HANDBOOK,
    LLAMA,
    OURS,
    REASONING,
    TUNING,
    created,
    deleted,
    endpoint_gone,
    endpoint_made,
    migrated,
    model_gone,
    moved,
    tuned,
    wish,
)
from tests.fakes import CATALOG, REGION, START, FakeClock, FakeOracle, When, cluster, endpoint, fleet, model, traffic

PLANS: TypeAdapter[Plan] = TypeAdapter(Plan)
RETIRED = START - timedelta(days=1)
ROOM = Headroom(limit_name="dedicated-unit-large-cohere-count", region=REGION, used=9, available=1, read_at=START)

EACH: dict[str, Callable[[], Plan]] = {
    "create": created,
    "delete": deleted,
    "endpoint-create": endpoint_made,
    "endpoint-delete": endpoint_gone,
    "endpoint-move": moved,
    "migrate": migrated,
    "finetune": tuned,
    "finetune there": lambda: tuned(cluster=TUNING, wish=None, headroom=None),
    "model-delete": model_gone,
    "model-delete unseen": lambda: model_gone(cluster=None),
}


@pytest.mark.parametrize("kind", EACH)
def test_a_plan_survives_being_written_down(kind: str) -> None:
    made = EACH[kind]()
    read = PLANS.validate_json(made.model_dump_json())
    assert read == made
    assert (read.digest, read.kind) == (made.digest, kind.split(maxsplit=1)[0])
    assert differences(made, read) == ()


COMMANDS = {
    "create": f"create hosting chat-new --model {COMMAND.name} --shape LARGE_COHERE_V3 --units 1 --region {REGION} "
    "--compartment ocid1.compartment.oc1..team",
    "delete": f"delete {cluster().id}",
    "endpoint-create": f"endpoint create {cluster().id} new --model {COMMAND.id}",
    "endpoint-delete": f"endpoint delete {endpoint(cluster()).id}",
    "endpoint-move": f"endpoint move {endpoint(cluster()).id} {cluster('bare').id} --name chat-2",
    "migrate": f"migrate {cluster().id} --model {REASONING.id} --name chat-2 --shape LARGE_COHERE_V2_2 --units 1",
    "finetune": f"finetune llama-ours --model {LLAMA.id} --dataset training/pairs.jsonl --namespace acme "
    f"--region {REGION} --compartment ocid1.compartment.oc1..team --method LORA",
    "finetune there": f"finetune llama-ours --model {LLAMA.id} --dataset training/pairs.jsonl --namespace acme "
    f"--cluster {TUNING.id} --method LORA",
    "model-delete": f"model delete {OURS.id}",
    "model-delete unseen": f"model delete {OURS.id}",
}


@pytest.mark.parametrize("kind", EACH)
def test_a_plan_knows_what_to_type_to_ask_for_the_same(kind: str) -> None:
    assert getattr(EACH[kind](), "command") == COMMANDS[kind]  # noqa: B009 - not every plan has one


def test_guardrails_and_names_with_spaces_are_typed_too() -> None:
    made = endpoint_made(name="my endpoint", guardrails=Guardrails(moderation="block", pii="inform"))
    assert made.command.endswith(f'"my endpoint" --model {COMMAND.id} --moderation block --pii inform')
    tuning = created(type=ClusterType.FINE_TUNING, model=LLAMA.name)
    assert tuning.command.startswith(f"create finetune chat-new --model {LLAMA.name} --region")
    assert "--model" not in created(model=None, shape="large_cohere_v3").command
    asked = {EPOCHS: Decimal(3), BATCH: Decimal(4), RATE: Decimal("0.00005")}
    advice = ADVICE.model_copy(update={"asked": asked, "preset": HANDBOOK.presets[2]})
    assert tuned(advice=advice).command.endswith("--method LORA --preset careful --epochs 3 --batch 4 --rate 0.00005")


@pytest.mark.parametrize(
    ("made", "units", "goal", "touched"),
    [
        (created(unit_count=3), 3, "a new cluster", 1),
        (deleted(), -2, "its deletion", 1),
        (endpoint_made(), 0, "a new endpoint", 1),
        (endpoint_gone(), 0, "its deletion", 1),
        (moved(), 0, "the move", 2),
        (migrated(), -1, "the migration", 2),
        (tuned(), 2, "the fine-tune", 1),
        (tuned(cluster=TUNING, wish=None, headroom=None), 0, "the fine-tune", 2),
        (model_gone(), 0, "its deletion", 2),
        (model_gone(cluster=None), 0, "its deletion", 1),
    ],
    ids=lambda value: value.kind if hasattr(value, "kind") else None,
)
def test_what_a_plan_comes_to(made: Plan, units: int, goal: str, touched: int) -> None:
    assert (made.more_units, made.goal, len(made.touches)) == (units, goal, touched)
    assert len(made.steps) == len(made.doing)
    assert (made.begins, made.lasts, made.span, made.span_cost) == (None, None, None, None)


@pytest.mark.parametrize(
    ("made", "summary"),
    [
        (created(), "Create hosting cluster chat-new with 1 unit of LARGE_COHERE_V3"),
        (
            created(type=ClusterType.FINE_TUNING, model=LLAMA.name),
            "Create fine-tuning cluster chat-new with 2 units of LARGE_GENERIC",
        ),
        (deleted(), "Delete chat"),
        (endpoint_made(), "Create endpoint new on chat"),
        (endpoint_gone(), "Delete endpoint chat-endpoint of chat"),
        (moved(), "Move endpoint chat-endpoint from chat to bare"),
        (migrated(), "Migrate chat to chat-2: cohere.command-a-reasoning on 1 unit of LARGE_COHERE_V2_2"),
        (tuned(), "Fine-tune meta.llama-3.3-70b-instruct with training/pairs.jsonl as llama-ours"),
        (model_gone(), "Delete custom model support-v1"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_a_plan_in_one_line(made: Plan, summary: str) -> None:
    assert made.summary == summary


def test_each_thing_that_is_made_or_removed_costs_or_saves_its_month() -> None:
    make, end = created(unit_count=2), deleted()
    assert isinstance(make.cost_change, Price)
    assert isinstance(end.cost_change, Price)
    assert make.cost_change.money.amount == -end.cost_change.money.amount == Decimal(35712)
    assert isinstance(endpoint_made().cost_change, Price)
    unknown = Unknown(what="price", settle="ask")
    assert nothing(unknown) == unknown


def test_what_is_owed_at_least_is_said() -> None:
    assert "744 unit-hours" in created().warnings[0]
    assert "1 unit-hour" in tuned().warnings[0]
    assert "Oracle deletes it only after the model" in tuned().warnings[1]
    assert len(tuned(cluster=TUNING, wish=None, headroom=None).warnings) == 1
    young = cluster(time_created=START - timedelta(days=1))
    assert "Not met yet, so deleting saves nothing before that" in deleted(young).warnings[1]
    assert len(deleted(cluster(time_created=START - timedelta(days=99))).warnings) == 1
    assert "is not known" in deleted(cluster(unit_shape="NEW_X1")).warnings[1]
    assert len(deleted(TUNING).warnings) == 1


def test_a_fine_tune_on_a_cluster_that_is_there_needs_no_limit_and_a_new_one_may_be_unknown() -> None:
    assert isinstance(tuned(cluster=TUNING, wish=None, headroom=None).headroom, Unknown)
    assert tuned(headroom=None).made is not None
    assert tuned().subject.name == "tuning"
    assert tuned(cluster=TUNING, wish=None, headroom=None).subject.id == TUNING.id


def test_who_calls_an_endpoint_is_part_of_deleting_it() -> None:
    held = endpoint(cluster())
    busy = fleet(traffic=(traffic(held, calls=Decimal(9)), traffic(held, hours=72, calls=Decimal(1234))))
    quiet = fleet(traffic=(traffic(held, hours=72, calls=Decimal(0)),))
    blind = fleet(traffic=(traffic(held, hours=72),))
    daily = fleet(traffic=(traffic(held, hours=72, calls=Decimal(1234), day_calls=Decimal(400)),))
    assert endpoint_gone(fleet=busy).facts[0].said == "1,234 calls in the last 72 hours"
    assert endpoint_gone(fleet=daily).facts[0].said == "400 calls in the last 24 hours, 1,234 in the last 72"
    assert endpoint_gone(fleet=busy).called == "called in the last 72 hours"
    assert endpoint_gone(fleet=quiet).called == "not called in the last 72 hours"
    assert "not known" in endpoint_gone(fleet=blind).called == endpoint_gone().called
    assert differences(endpoint_gone(fleet=quiet), endpoint_gone(fleet=busy)) == (
        "traffic was not called in the last 72 hours and is now called in the last 72 hours",
    )
    assert traffic_of(held, blind) == endpoint_gone().called


def test_a_step_that_is_no_longer_there_is_a_difference() -> None:
    two = (endpoint(cluster()), endpoint(cluster(), "second"))
    told = differences(migrated(endpoints=two), migrated())
    assert any(each.endswith("and is now not there") for each in told)
    assert len(migrated(endpoints=()).doing) == 2


def hanging(count: int) -> tuple[object, ...]:
    return tuple(endpoint(cluster(), f"e{place}") for place in range(count))


REFUSED: list[tuple[Callable[[], object], type[DacError], str]] = [
    (lambda: created(name=" "), Invalid, "A name has 1 to 255 characters"),
    (lambda: created(there=(cluster("CHAT-new"),)), Conflict, "There is a cluster CHAT-new there already"),
    (lambda: created(model="cohere.command-b"), Invalid, "There is no model “cohere.command-b” in what we hold. Did"),
    (lambda: created(model="zzzz"), Invalid, "There is no model “zzzz” in what we hold."),
    (
        lambda: created(shape="LARGE_COHERE_V9"),
        Invalid,
        "There is no unit shape “LARGE_COHERE_V9” in what we hold. Did",
    ),
    (lambda: created(shape="%%"), Invalid, "There is no unit shape “%%” in what we hold."),
    (lambda: created(shape="EMBED_COHERE"), Invalid, "does not run on EMBED_COHERE in eu-frankfurt-1: it needs LARGE"),
    (lambda: created(model=None), Invalid, "neither a model nor a unit shape is named"),
    (lambda: created(model="openai.gpt-oss-120b"), Invalid, "Which unit shape: "),
    (lambda: created(model="cohere.command-r-plus"), Invalid, "cannot be had on a new dedicated cluster today"),
    (lambda: created(unit_count=0), Invalid, "needs at least 1 unit, so 0 units cannot be"),
    (lambda: created(model=None, shape="EMBED_COHERE", unit_count=0), Invalid, "A cluster needs at least 1 unit"),
    (lambda: created(unit_count=2, headroom=ROOM), Invalid, "needs 2 of the service limit dedicated-unit-large-cohere"),
    (lambda: created(type=ClusterType.FINE_TUNING), Invalid, "cannot be fine-tuned today; those that can: meta.llama"),
    (lambda: created(type=ClusterType.FINE_TUNING, model=None), Invalid, "Name the model that is to be fine-tuned"),
    (
        lambda: created(type=ClusterType.FINE_TUNING, model=LLAMA.name, unit_count=4),
        Invalid,
        "Oracle presets a fine-tuning cluster",
    ),
    (lambda: deleted(cluster(lifecycle_state="UPDATING")), Conflict, "chat is UPDATING and cannot be deleted now"),
    (lambda: deleted(endpoints=hanging(1)), Invalid, r"chat still has endpoints: e0 \(not known whether"),
    (lambda: deleted(endpoints=hanging(7)), Invalid, "and 2 more. Oracle deletes a cluster only after its endpoints"),
    (
        lambda: deleted(TUNING, models=(model(name="ours", tuned_on=TUNING.id, lifecycle_state="CREATING"),)),
        Invalid,
        r"Custom models hang on tuning: ours \(CREATING\)\. .* wait until Oracle is done with them\.",
    ),
    (
        lambda: deleted(TUNING, models=(OURS.model_copy(update={"name": "our own"}),)),
        Invalid,
        r'hang on tuning: our own \(ACTIVE\)\. .* ask for their deletion first \(/dac model delete "our own"\)\.',
    ),
    (lambda: model_gone(LLAMA), Invalid, r"llama-3.3-70b-instruct is a base model of Oracle's; only custom models"),
    (
        lambda: model_gone(OURS.model_copy(update={"lifecycle_state": "CREATING"})),
        Conflict,
        r"support-v1 is still being trained \(CREATING\); it can be deleted once that has ended",
    ),
    (
        lambda: model_gone(OURS.model_copy(update={"lifecycle_state": "DELETING"})),
        Conflict,
        "The model support-v1 is DELETING and cannot be deleted now",
    ),
    (
        lambda: model_gone(endpoints=hanging(1)),
        Invalid,
        r"support-v1 is served by endpoints: e0 \(not known whether anybody called it",
    ),
    (
        lambda: model_gone(endpoints=hanging(7)),
        Invalid,
        "and 2 more. Oracle deletes a model only after its endpoints; ask for their deletion first",
    ),
    (lambda: endpoint_made(TUNING), Invalid, "tuning is a fine-tuning cluster; endpoints need a hosting cluster"),
    (lambda: endpoint_made(cluster(lifecycle_state="UPDATING")), Conflict, "made on an ACTIVE cluster"),
    (lambda: endpoint_made(model=REASONING, there=hanging(1)), Invalid, "chat serves another model at e0"),
    (lambda: endpoint_made(there=hanging(50)), Invalid, "chat holds 50 endpoints at most and has 50"),
    (lambda: endpoint_made(cluster(endpoint_capacity=1), there=hanging(1)), Invalid, "holds 1 endpoints at most"),
    (lambda: endpoint_made(model=REASONING), Invalid, "does not run on LARGE_COHERE_V3 in eu-frankfurt-1: it needs"),
    (
        lambda: endpoint_made(model=OURS, base=LLAMA),
        Invalid,
        r"support-v1, trained from Llama 3.3 70B.*, does not run on LARGE_COHERE_V3 in eu-frankfurt-1: it needs LARGE",
    ),
    (
        lambda: endpoint_made(model=OURS.model_copy(update={"name": COMMAND.name}), base=LLAMA),
        Invalid,
        "cohere.command-a-03-2025, trained from Llama 3.3 70B.*, does not run on LARGE_COHERE_V3",
    ),
    (lambda: moved(model=OURS, base=LLAMA), Invalid, "support-v1, trained from Llama .* does not run on LARGE_COHERE"),
    (
        lambda: endpoint_made(model=model(name="google.gemini-2.5-pro")),
        Invalid,
        "google.gemini-2.5-pro cannot be hosted on a dedicated cluster",
    ),
    (
        lambda: endpoint_made(model=model(name="ours", time_dedicated_retired=RETIRED)),
        Invalid,
        "ours is retired for dedicated clusters",
    ),
    (lambda: endpoint_made(name="E0", there=hanging(1)), Conflict, "There is an endpoint e0 there already"),
    (
        lambda: endpoint_gone(endpoint(cluster(), lifecycle_state="DELETING")),
        Conflict,
        "is DELETING and cannot be deleted now",
    ),
    (lambda: moved(to=cluster()), Invalid, "is on chat already"),
    (lambda: moved(to=cluster("far", region="us-chicago-1")), Invalid, "far is in us-chicago-1; models differ by"),
    (lambda: migrated(TUNING), Invalid, "only a hosting cluster is migrated"),
    (lambda: migrated(cluster(lifecycle_state="UPDATING")), Conflict, "only an ACTIVE cluster is migrated"),
    (
        lambda: migrated(endpoints=(endpoint(cluster(), lifecycle_state="CREATING"),)),
        Conflict,
        "is CREATING; wait until it is ACTIVE",
    ),
    (lambda: migrated(to=COMMAND), Invalid, "has that shape and serves that model; to change its units, scale it"),
    (
        lambda: migrated(to=REASONING.model_copy(update={"time_dedicated_retired": RETIRED})),
        Invalid,
        "is retired for dedicated clusters",
    ),
    (lambda: tuned(method="T-Few"), Invalid, "is fine-tuned by LORA, not by TFEW"),
    (lambda: tuned(base=COMMAND), Invalid, "cannot be fine-tuned today"),
    (lambda: tuned(base=model(name="unheard-of")), Invalid, "Name the model that is to be fine-tuned"),
    (
        lambda: tuned(base=LLAMA.model_copy(update={"time_dedicated_retired": RETIRED})),
        Invalid,
        "so nothing can be trained from it",
    ),
    (lambda: tuned(wish=None), Invalid, "Name the fine-tuning cluster"),
    (lambda: tuned(cluster=cluster()), Invalid, "training needs a fine-tuning cluster"),
    (
        lambda: tuned(cluster=TUNING.model_copy(update={"lifecycle_state": "UPDATING"})),
        Conflict,
        "training needs it ACTIVE",
    ),
    (
        lambda: tuned(cluster=TUNING.model_copy(update={"unit_shape": "SMALL_COHERE"})),
        Invalid,
        "this model is fine-tuned on LARGE_GENERIC",
    ),
    (lambda: tuned(models=(model(name="llama-ours"),)), Conflict, "There is a model llama-ours there already"),
]


@pytest.mark.parametrize(("make", "kind", "sentence"), REFUSED, ids=[each[2][:40] for each in REFUSED])
def test_what_cannot_be_is_refused_in_a_sentence(
    make: Callable[[], object], kind: type[DacError], sentence: str
) -> None:
    with pytest.raises(kind, match=sentence):
        make()


@pytest.mark.parametrize("state", sorted(GONE))
def test_a_name_is_free_again_once_its_thing_is_going(state: str) -> None:
    assert check_name("cluster", " chat  two ", (cluster("chat two", lifecycle_state=state),)) == "chat two"


def test_the_models_of_a_shape_that_is_not_known_are_taken_at_their_word() -> None:
    unknown = next((each for each in CATALOG.models.values() if each.hosting_unknown and each.dedicated), None)
    entry = unknown or CATALOG.models[LLAMA.name]
    hosting_unknown = entry.model_copy(update={"hosting": None, "hosting_unknown": "read the page", "dedicated": True})
    catalog = CATALOG.model_copy(update={"models": {**CATALOG.models, entry.id: hosting_unknown}})
    catalog.__dict__.pop("_called", None)
    with pytest.raises(Invalid, match=f"Name the unit shape, for the unit shape of {entry.id} is not known"):
        sized(wish(model=entry.id), catalog)
    shape, count = sized(wish(model=entry.id, shape="LARGE_GENERIC"), catalog)
    assert (shape.name, count) == ("LARGE_GENERIC", 1)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"dedicated_regions": ("us-chicago-1",)}, "is not offered in eu-frankfurt-1, but in us-chicago-1"),
        ({"hosting": None, "dedicated": None}, "offered on demand only"),
        ({"dedicated": False, "successor": COMMAND.name}, f"names {COMMAND.name} as its successor"),
    ],
)
def test_where_a_model_cannot_be_had_is_said(changes: dict[str, Any], sentence: str) -> None:
    entry = CATALOG.models[LLAMA.name].model_copy(update=changes)
    catalog = CATALOG.model_copy(update={"models": {**CATALOG.models, entry.id: entry}})
    catalog.__dict__.pop("_called", None)
    with pytest.raises(Invalid, match=sentence):
        sized(wish(model=entry.id), catalog)


def test_a_model_is_found_by_its_name_or_ocid_and_a_wrong_word_offers_the_nearest() -> None:
    there = (COMMAND, LLAMA, model(id="ocid1.a", name="twin"), model(id="ocid1.b", name="twin"))
    assert find_model("META.llama-3.3-70b-instruct", there, REGION) == LLAMA
    assert find_model(COMMAND.id, there, REGION) == COMMAND
    with pytest.raises(Invalid, match="Several models are called twin"):
        find_model("twin", there, REGION)
    with pytest.raises(NotFound, match=r"Did you mean cohere\.command-a-03-2025"):
        find_model("cohere.command-a", there, REGION)
    with pytest.raises(NotFound, match=r"There is no model “zz” in eu-frankfurt-1.$"):
        find_model("zz", there, REGION)


def test_a_model_that_we_hold_nothing_of_is_oracles_to_judge() -> None:
    ours = model(id="ocid1.ours", name="ours", type="CUSTOM")
    assert endpoint_made(model=ours).new.model_id == "ocid1.ours"


def facts(made: Any) -> dict[str, str]:
    return {each.label: each.said for each in made.facts}


def test_the_end_of_a_model_says_what_hangs_together() -> None:
    made = model_gone()
    assert facts(made) == {
        "Model": OURS.id,
        "Endpoints": "none serves it",
        "Trained on": "tuning, which can be deleted after this",
        "List cost an hour": "$48, until that cluster is deleted",
        "Training data": "stays in Object Storage",
    }
    assert "It cannot be undone" in made.warnings[0]
    assert "tuning costs by the hour until it is deleted; ask for its end as well" in made.warnings[1]
    assert isinstance(made.cost_change, Price)
    assert made.cost_change.money.amount == 0
    assert (made.subject.name, made.subject.what) == ("tuning", "Cluster")


def test_what_else_was_trained_there_keeps_its_cluster() -> None:
    one, *more = (OURS.model_copy(update={"id": f"ocid1.m{place}", "name": f"m{place}"}) for place in range(7))
    assert facts(model_gone(siblings=(one,)))["Trained on"] == "tuning, on which m0 still hangs"
    made = model_gone(siblings=(one, *more))
    assert facts(made)["Trained on"] == "tuning, on which m0, m1, m2, m3, m4 and 2 more still hang"
    assert "m4 and 2 more must go as well before it can be deleted" in made.warnings[1]


def test_a_model_that_failed_says_so_and_one_whose_cluster_is_not_seen_says_that() -> None:
    failed = OURS.model_copy(update={"lifecycle_state": "FAILED", "lifecycle_details": "bad data"})
    assert facts(model_gone(failed))["State"] == "FAILED: bad data"
    assert facts(model_gone(failed.model_copy(update={"lifecycle_details": None})))["State"] == "FAILED"
    made = model_gone(cluster=None)
    assert facts(made)["Trained on"] == f"{TUNING.id}, which could not be read"
    assert len(made.warnings) == 1
    assert (made.subject.name, made.subject.what) == ("support-v1", "Model")
    assert isinstance(made.cost_change, Unknown)
    untold = model_gone(OURS.model_copy(update={"tuned_on": None}), cluster=None)
    assert facts(untold)["Trained on"] == "not known, which could not be read"


def test_a_price_that_is_not_known_is_not_known_of_the_cluster_that_stays() -> None:
    made = model_gone(cluster=TUNING.model_copy(update={"unit_shape": "NEW_X1"}))
    assert "not among the unit shapes we hold" in facts(made)["List cost an hour"]


def test_what_surrounds_a_model_is_read_as_it_is_now() -> None:
    oracle = FakeOracle(FakeClock())
    twin, gone = (OURS.model_copy(update={"id": f"ocid1.{name}", "name": name}) for name in ("twin", "gone"))
    far = endpoint(cluster(), "far", model_id=OURS.id, compartment_id="ocid1.compartment.oc1..other")
    away = twin.model_copy(update={"id": "ocid1.away", "name": "away", "compartment_id": far.compartment_id})
    for each in (TUNING, OURS, twin, away, gone.model_copy(update={"lifecycle_state": "DELETED"}), far):
        oracle.add(each)
    seen = surroundings(OURS, oracle)
    assert seen.cluster
    assert (seen.cluster.id, [each.name for each in seen.siblings]) == (TUNING.id, ["twin", "away"])
    assert [each.name for each in seen.endpoints] == ["far"]
    oracle.change(TUNING.id, lifecycle_state="DELETED")
    assert surroundings(OURS, oracle).cluster is None
    oracle.fail("cluster", Denied("Oracle answered 403."))
    assert surroundings(OURS, oracle).cluster is None
    untold = surroundings(OURS.model_copy(update={"tuned_on": None}), oracle)
    assert (untold.cluster, untold.siblings) == (None, ())


def test_models_of_other_compartments_keep_a_fine_tuning_cluster_from_its_end() -> None:
    oracle = FakeOracle(FakeClock())
    oracle.add(TUNING)
    away = oracle.add(OURS.model_copy(update={"name": 'say "hi"', "compartment_id": "ocid1.compartment.oc1..other"}))
    place = (TUNING.region, TUNING.compartment_id)
    (found,) = trained_on(TUNING.id, *place, oracle)
    assert found == away
    with pytest.raises(Invalid, match=f"Custom models hang on tuning: .*/dac model delete {away.id}"):
        deleted(TUNING, models=(found,))
    oracle.on("fleet", When.AFTER, lambda: oracle.remove(away.id))
    assert trained_on(TUNING.id, *place, oracle) == ()


SHAPELESS = next(model(name=each.id) for each in CATALOG.models.values() if each.hosting_unknown)


@pytest.mark.parametrize(
    ("plan", "why"),
    [
        (lambda: endpoint_made(model=OURS, base=None), "what it runs as is not known here"),
        (lambda: endpoint_made(model=OURS, base=model(name="unheard-of")), "what it runs as is not known here"),
        (lambda: endpoint_made(model=model(name="unheard-of")), "what it runs as is not known here"),
        (lambda: moved(model=OURS, base=None), "what it runs as is not known here"),
        (lambda: endpoint_made(model=SHAPELESS), "its unit shape is not known"),
    ],
)
def test_where_it_is_not_known_whether_a_model_fits_that_is_said(plan: Callable[[], Stepwise], why: str) -> None:
    (said,) = (each for each in plan().warnings if each.startswith("Whether "))
    assert f"runs on LARGE_COHERE_V3 is not known, for {why}; if not, Oracle refuses it." in said


def test_where_it_is_known_that_it_fits_nothing_is_doubted() -> None:
    fitting = endpoint_made(cluster("llama", unit_shape="LARGE_GENERIC"), model=OURS, base=LLAMA)
    for each in (fitting, endpoint_made(), moved(), migrated()):
        assert not any(said.startswith("Whether ") for said in each.warnings)


@pytest.mark.parametrize("error", [NotFound("404"), Denied("403")])
def test_what_a_model_was_trained_from_may_not_be_readable(error: DacError) -> None:
    oracle = FakeOracle(FakeClock())
    oracle.add(LLAMA)
    assert base_of(LLAMA, oracle) is None
    found = base_of(OURS, oracle)
    assert found
    assert found.id == LLAMA.id
    oracle.fail("resource", error)
    assert base_of(OURS, oracle) is None


def test_a_model_that_comes_to_fit_no_more_makes_the_request_outdated() -> None:
    """Oracle lists under that OCID what it was trained from only once it may be read."""
    plan = endpoint_made(cluster("bare"), model=OURS, base=None)
    oracle = FakeOracle(FakeClock())
    for each in (cluster("bare"), OURS, LLAMA):
        oracle.add(each)
    with pytest.raises(Invalid, match="does not run on LARGE_COHERE_V3"):
        plan.again(Look(reader=oracle, catalog=CATALOG, now=START))
