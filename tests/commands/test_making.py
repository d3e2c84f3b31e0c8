"""Creating, deleting, moving, migrating and fine-tuning are asked for by a line, and done once they are approved."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Any

import pytest

from approvals.making import _ways_on as ways_on
from approvals.states import State
from commands import COMMANDS
from commands._card import card
from commands._command import Reply
from commands._form import errors, form, options, read
from commands._making import compartments, customs, endpoints, hostable, regions, shapes, tunable
from commands._parse import Parsed, arguments
from dac.cluster import Cluster, Endpoint, Fleet, Guardrails, Lifecycle, Model
from dac.creating import CreateClusterPlan
from dac.errors import Conflict, DacError, Invalid, NotFound
from dac.finetuning import FineTunePlan
from dac.making import Stepwise, quoted
from dac.steps import MakeModel
from sandbox.slack.blockkit import validate
from tests.commands.requests import HOSTILE, HOSTILE_NAME
from tests.commands.room import Room, lines, shown, understood
from tests.commands.sound import halved, live, markup, refused, unsourced
from tests.dac.plannings import (
    COMMAND,
    LLAMA,
    OURS,
    REASONING,
    TEAM,
    TUNING,
    created,
    deleted,
    endpoint_gone,
    endpoint_made,
    migrated,
    model_gone,
    moved,
    tuned,
)
from tests.fakes import ANN, BOB, REGION, Ending, cluster, endpoint, fleet, gap, model

CHAT, BARE = cluster(), cluster("bare")
DEV = "ocid1.compartment.oc1..dev"
SERVED = endpoint(CHAT, etag="etag-0")
DATA = "--dataset training/pairs.jsonl"
PAIRS = "".join(f'{{"prompt": "What of {n}?", "completion": "All of {n} is well."}}\n' for n in range(40)).encode()
TRAIN = f"finetune support-v2 --model llama-3.3-70b {DATA}"


def world(*more: Cluster, **changes: Any) -> Fleet:
    given: dict[str, Any] = {"endpoints": (SERVED,), "models": (COMMAND, REASONING, LLAMA, OURS)}
    return fleet(CHAT, BARE, *more, **{**given, **changes})


@pytest.fixture
def room(tmp_path: Path) -> Room:
    return stocked(Room(tmp_path, world()))


def stocked(room: Room, pairs: bytes = PAIRS) -> Room:
    """With a data set where the lines here say it is."""
    room.oracle.objects["training/pairs.jsonl"] = pairs
    return room


def approved(room: Room, line: str) -> None:
    """Ask, look at the answer as Slack does, agree, and let the work be done."""
    reply = room.say(f"{line} because we need it")
    sound(reply.text, reply.blocks)
    assert room.request().reason == "we need it"
    assert room.oracle.made == []
    assert room.oracle.removed == []
    room.say("approve 1", BOB)
    room.pass_time()


def go_on(room: Room) -> None:
    for _ in range(12):
        room.pass_time(minutes=21)


def sound(text: str, blocks: Any) -> None:
    assert refused(text, blocks) == []
    assert not unsourced(text, blocks)
    for each in (*markup(blocks), text):
        assert live(each) + halved(each) == []
    for line in lines(blocks):
        assert understood(line)


def named(room: Room, kind: type[Any], name: str) -> Any:
    return next(each for each in room.oracle.there(kind) if each.name == name)


class TestFromLineToDone:
    def test_a_hosting_cluster(self, room: Room) -> None:
        approved(room, "create hosting chat-eu --model command-a --units 2")
        go_on(room)
        assert room.request().state is State.APPLIED
        made = named(room, Cluster, "chat-eu")
        assert (made.type, made.unit_shape, made.unit_count) == ("HOSTING", "LARGE_COHERE_V3", 2)
        assert (made.region, made.compartment_id, made.lifecycle_state) == (REGION, TEAM, "ACTIVE")

    def test_a_fine_tuning_cluster_with_the_units_that_oracle_presets(self, room: Room) -> None:
        approved(room, "create fine-tune tuning --model llama-3.3-70b")
        go_on(room)
        made = named(room, Cluster, "tuning")
        assert (made.type, made.unit_shape) == ("FINE_TUNING", "LARGE_GENERIC")

    def test_the_end_of_a_cluster(self, room: Room) -> None:
        approved(room, "delete bare")
        go_on(room)
        assert room.request().state is State.APPLIED
        assert [each.name for each in room.oracle.there(Cluster)] == ["chat"]

    def test_an_endpoint_with_guardrails(self, room: Room) -> None:
        approved(room, "endpoint create bare bare-api --model command-a --moderation block --pii INFORM")
        go_on(room)
        made = named(room, Endpoint, "bare-api")
        assert (made.cluster_id, made.model_id) == (BARE.id, COMMAND.id)
        assert made.guardrails == Guardrails(moderation="block", pii="inform")

    def test_an_endpoint_serves_what_its_cluster_serves_unless_said_otherwise(self, room: Room) -> None:
        approved(room, "endpoint create chat second --injection block")
        go_on(room)
        made = named(room, Endpoint, "second")
        assert (made.model_id, made.guardrails.prompt_injection) == (COMMAND.id, "block")

    def test_the_end_of_an_endpoint(self, room: Room) -> None:
        approved(room, "endpoint delete chat-end")
        go_on(room)
        assert room.request().state is State.APPLIED
        assert room.oracle.there(Endpoint) == []

    def test_the_move_of_an_endpoint_waits_for_the_switch(self, room: Room) -> None:
        approved(room, "endpoint move chat-endpoint bare")
        go_on(room)
        assert room.request().state is State.APPLYING
        assert {each.name for each in room.oracle.there(Endpoint)} == {"chat-endpoint", "chat-endpoint-2"}
        room.say("confirm 1 because all switched")
        go_on(room)
        assert room.request().state is State.APPLIED
        assert [(each.name, each.cluster_id) for each in room.oracle.there(Endpoint)] == [("chat-endpoint-2", BARE.id)]

    def test_a_migration_to_another_model(self, room: Room) -> None:
        approved(room, "migrate chat --model command-a-reasoning")
        go_on(room)
        assert room.request().state is State.APPLYING
        room.say("confirm 1")
        go_on(room)
        assert room.request().state is State.APPLIED
        left = {each.name: each for each in room.oracle.there(Cluster)}
        assert set(left) == {"bare", "chat-2"}
        assert (left["chat-2"].unit_shape, left["chat-2"].unit_count) == ("LARGE_COHERE_V2_2", 2)
        assert [each.model_id for each in room.oracle.there(Endpoint)] == [REASONING.id]

    def test_a_fine_tune_and_then_its_hosting(self, room: Room) -> None:
        approved(room, f"{TRAIN} --preset careful --epochs 4")
        go_on(room)
        assert room.request().state is State.APPLIED
        made = named(room, Model, "support-v2")
        assert made.base_model_id == LLAMA.id
        assert named(room, Cluster, "support-v2-tuning").id == made.tuned_on
        (offered,) = ways_on(step(room), made)
        assert understood(offered)[1].missing == ("name",)
        room.say(offered.replace("hosting", "hosting support"))
        asked = room.request(2).plan
        assert isinstance(asked, CreateClusterPlan)
        assert (asked.new.unit_shape, asked.wish.model) == ("LARGE_GENERIC", "meta.llama-3.3-70b-instruct")

    def test_the_end_of_a_model_and_then_of_the_cluster_it_was_trained_on(self, tmp_path: Path) -> None:
        room = Room(tmp_path, world(TUNING, models=(COMMAND, LLAMA, OURS)))
        with pytest.raises(Invalid, match=r"first \(/dac model delete support-v1\)"):
            room.say("delete tuning")
        approved(room, "model delete support-v1")
        assert "tuning, which can be deleted after this" in shown(Reply("", card(room.request()).blocks))
        go_on(room)
        assert room.request().state is State.APPLIED
        assert {each.name for each in room.oracle.there(Model)} == {COMMAND.name, LLAMA.name}
        room.say("delete tuning")
        room.say("approve 2", BOB)
        go_on(room)
        assert {each.name for each in room.oracle.there(Cluster)} == {"chat", "bare"}


def step(room: Room) -> MakeModel:
    asked = room.request().plan
    assert isinstance(asked, FineTunePlan)
    return asked.new


class TestWhere:
    def test_the_settings_say_where_something_new_can_be(self, room: Room) -> None:
        two = Room(room.path, world())
        two.services = services(two, regions=("eu-frankfurt-1", "us-chicago-1"), compartments=(TEAM,))
        with pytest.raises(
            Invalid, match=r"Which region is it to be in: eu-frankfurt-1 or us-chicago-1\? Say it with --"
        ):
            two.say("create hosting x --model command-a")
        two.say("create hosting x --model command-a --region us-chicago-1 --compartment team")
        asked = two.request().plan
        assert isinstance(asked, CreateClusterPlan)
        assert (asked.new.region, asked.new.compartment_id) == ("us-chicago-1", TEAM)

    def test_a_region_nobody_looks_after_is_refused_with_the_nearest(self, room: Room) -> None:
        with pytest.raises(Invalid, match=r"no region “eu-frankfrut-1”\. Did you mean eu-frankfurt-1\?"):
            room.say("create hosting x --model command-a --region eu-frankfrut-1")

    def test_where_there_is_nothing_yet_it_has_to_be_said(self, tmp_path: Path) -> None:
        with pytest.raises(Invalid, match=r"Which region is it to be in\? Say it with --region"):
            Room(tmp_path, fleet()).say("create hosting x --model command-a")

    def test_a_compartment_goes_by_its_name(self, room: Room) -> None:
        named = two_compartments(room)
        with pytest.raises(
            Invalid, match=r"Which compartment is it to be in: prod or dev\? Say it with --compartment\."
        ):
            named.say("create hosting x --model command-a")
        with pytest.raises(Invalid, match=r"I look after no compartment “test”\. Did you mean prod or dev\?"):
            named.say("create hosting x --model command-a --compartment test")
        for number, word in enumerate(("DEV", DEV, "oc1..dev"), 1):
            named.say(f"create hosting x-{number} --model command-a --compartment {word}")
            asked = named.request(number).plan
            assert isinstance(asked, CreateClusterPlan)
            assert asked.new.compartment_id == DEV
            assert f"dev ({DEV})" in shown(Reply("", card(named.request(number)).blocks))
            assert asked.command.endswith(f"--compartment {DEV}")

    @pytest.mark.parametrize("line", ["create finetune x --model llama-3.3-70b", TRAIN])
    def test_every_verb_that_makes_something_takes_the_name(self, room: Room, line: str) -> None:
        named = two_compartments(room)
        named.say(f"{line} --compartment prod")
        assert named.request().plan.subject.compartment_id == TEAM

    def test_a_menu_shows_the_names_and_means_the_ocids(self, room: Room) -> None:
        assert compartments(two_compartments(room).services) == [(TEAM, "prod"), (DEV, "dev")]

    def test_a_compartment_whose_name_cannot_be_read_goes_by_the_end_of_its_ocid(self, room: Room) -> None:
        named = two_compartments(room)
        named.oracle.compartments_named[DEV] = None
        assert compartments(named.services) == [(TEAM, "prod"), (DEV, "…1..dev")]
        named.say("create hosting x --model command-a --compartment …1..dev")
        answer = shown(Reply("", card(named.request()).blocks))
        assert DEV in answer
        assert f"({DEV})" not in answer

    def test_our_own_model_is_hosted_where_it_is(self, tmp_path: Path) -> None:
        room = Room(tmp_path, world(cluster("far", region="us-chicago-1"), models=(COMMAND, LLAMA, OURS)))
        for number, word in enumerate((OURS.id, "Support-V1"), 1):
            room.say(f"create hosting ours-{number} --model {word}")
            asked = room.request(number).plan
            assert isinstance(asked, CreateClusterPlan)
            assert (asked.new.region, asked.new.unit_shape) == (REGION, "LARGE_GENERIC")


def two_compartments(room: Room) -> Room:
    """A house that looks after two, whose names Oracle tells."""
    room.services = services(room, compartments=(TEAM, DEV))
    room.oracle.compartments_named = {TEAM: "prod", DEV: "dev"}
    return room


def services(room: Room, **changes: Any) -> Any:
    return type(room.services)(**{**vars(room.services), **changes})


WRONG = [
    ("create hosting x --model comand-a", NotFound, "Did you mean"),
    ("create hosting x --model gemini-2.5-pro", Invalid, "cannot be had on a new dedicated cluster"),
    ("create hosting x --shape LARGE_COHER_V3", Invalid, "Did you mean LARGE_COHERE_V3"),
    ("create hosting x --model command-a --shape LARGE_GENERIC", Invalid, "it needs LARGE_COHERE_V3"),
    ("create hosting chat --model command-a", Conflict, "There is a cluster chat there already"),
    ("create hosting x --model command-a --units 900", Invalid, "service limit"),
    ("create hosting x --model command-a --units 0", Invalid, "give a whole one from 1"),
    ("create hosting x --model command-a --compartment other", Invalid, "I look after no compartment “other”"),
    ("create hosting <!channel> --model command-a", Invalid, "could not be typed later"),
    (
        "create finetune x --model command-a",
        Invalid,
        "Command A cannot be fine-tuned today; those that can: meta.llama",
    ),
    ("create", Invalid, "Did you mean `/dac create"),
    ("delete chta", NotFound, "Did you mean chat"),
    ("delete chat", Invalid, "chat still has endpoints: chat-endpoint (not known whether anybody called it"),
    ("endpoint create bare x", Invalid, "bare serves nothing yet, so say which model with --model"),
    ("endpoint create bare x --model command-b", NotFound, "Did you mean"),
    ("endpoint create bare x --model gpt-oss-20b", NotFound, "Oracle lists no model openai.gpt-oss-20b in eu-frank"),
    ("endpoint create bare x --model llama-3.3-70b", Invalid, "does not run on LARGE_COHERE_V3"),
    ("endpoint create bare x --model support-v1", Invalid, "support-v1, trained from Llama 3.3 70B"),
    ("endpoint create chat x --moderation maybe", Invalid, "it can be off, inform, block"),
    ("endpoint create chat chat-endpoint", Conflict, "There is an endpoint chat-endpoint there already"),
    ("endpoint delete chat-endpiont", NotFound, "Did you mean chat-endpoint"),
    ("endpoint move chat-endpoint chat", Invalid, "is on chat already"),
    ("endpoint move chat-endpoint bare --name “", Invalid, "could not be typed later"),
    ("model delete cohere.command-a-03-2025", Invalid, "is a base model of Oracle's; only custom models"),
    ("model delete command-a", Invalid, "Command A is a base model of Oracle's"),
    ("model delete suport", NotFound, "There is no custom model “suport”"),
    ("migrate chat --model command-a", Invalid, "to change its units, scale it"),
    ("migrate bare --shape LARGE_GENERIC", Invalid, "bare serves nothing yet"),
    ("migrate chat --shape LARGE_GENERIC", Invalid, "it needs LARGE_COHERE_V3"),
    (f"{TRAIN} --method TFEW", Invalid, "is fine-tuned by LORA, not by TFEW"),
    (f"{TRAIN} --preset wild", Invalid, "has no preset “wild”; it has conservative, aggressive, careful"),
    (f"{TRAIN} --rate 7", Invalid, "A learning rate is a number from 0.000000001 to 1"),
    (f"{TRAIN} --rate NaN", Invalid, "A learning rate is a number from 0.000000001 to 1"),
    (f"{TRAIN} --rate x", Invalid, "A learning rate is a number from 0.000000001 to 1"),
    (f"{TRAIN} --epochs 1.5", Invalid, "is no number of epochs"),
    (f"{TRAIN} --cluster chat", Invalid, "chat is a hosting cluster; training needs a fine-tuning cluster"),
    ("finetune x --model llama-3.3-70b --dataset pairs --namespace acme", Invalid, "give bucket/object"),
    ("finetune x --model command-a --dataset b/o --namespace acme", Invalid, "those that can: meta.llama-3.3-70b"),
]


@pytest.mark.parametrize(("line", "kind", "said"), WRONG, ids=[line for line, _, _ in WRONG])
def test_what_cannot_be_is_said_in_a_sentence_and_asks_for_nothing(
    room: Room, line: str, kind: type[DacError], said: str
) -> None:
    with pytest.raises(kind) as caught:
        room.say(line)
    assert said in str(caught.value)
    assert room.services.requests.open() == []


VERBS = {
    "create hosting": "create hosting x --model command-a",
    "create finetune": "create finetune x --model llama-3.3-70b",
    "delete": "delete bare",
    "endpoint create": "endpoint create bare x --model command-a",
    "endpoint delete": "endpoint delete chat-endpoint",
    "endpoint move": "endpoint move chat-endpoint bare",
    "migrate": "migrate chat --model command-a-reasoning",
    "finetune": TRAIN,
    "model delete": "model delete support-v1",
}


@pytest.mark.parametrize("verb", VERBS)
class TestEachVerb:
    def test_a_dry_run_tells_what_it_would_come_to_and_records_nothing(self, room: Room, verb: str) -> None:
        reply = room.say(f"policy {VERBS[verb]}")
        sound(reply.text, reply.blocks)
        assert "You may ask for it" in shown(reply)
        assert room.services.requests.open() == []

    def test_slack_takes_the_form_and_what_is_given_is_in_it(self, room: Room, verb: str) -> None:
        for line in (verb, VERBS[verb]):
            command, parsed = understood(line)
            view = form(command, parsed, room.call())
            assert [each.message for each in validate("modal", view)] == []
            for name in set(command.menus) - ({"cluster"} if verb == "finetune" else set()):
                assert options(list(command.menus[name](room.services)), ""), name

    def test_a_form_filled_in_with_nothing_says_what_is_needed(self, room: Room, verb: str) -> None:
        command = COMMANDS[verb]
        back = read(form(command, Parsed(values={}, missing=()), room.call()))
        assert errors(command, back)

    @pytest.mark.parametrize("name", ["because", "--units", "a b", "7", "– x", "ﷺ" * 20, "x|y", "*b*_i_`c`"])
    def test_a_name_from_a_form_comes_back_in_the_line_that_asks_again(self, room: Room, verb: str, name: str) -> None:
        command, parsed = understood(VERBS[verb])
        given = {**parsed.values, **({"name": name} if "name" in command.arguments.kinds() else {})}
        reply = command.run(arguments(command, given), room.call(), room.services)
        sound(reply.text, reply.blocks)
        asked = room.request().plan
        assert isinstance(asked, Stepwise)
        room.say("cancel 1")
        room.say(asked.command)
        assert room.request(2).plan.digest == asked.digest


def hostile() -> Fleet:
    bad = cluster(HOSTILE_NAME, id="ocid1.generativeaidedicatedaicluster.oc1..h", lifecycle_details=HOSTILE)
    bare = cluster(f"{HOSTILE_NAME} bare", id="ocid1.generativeaidedicatedaicluster.oc1..b")
    held = endpoint(bad, HOSTILE_NAME, id="ocid1.generativeaiendpoint.oc1..h")
    custom = OURS.model_copy(update={"name": HOSTILE_NAME})
    return fleet(bad, bare, endpoints=(held,), models=(COMMAND, REASONING, LLAMA, custom), gaps=(gap(HOSTILE),))


def test_names_that_are_worded_against_us_call_nobody(tmp_path: Path) -> None:
    room, bad = Room(tmp_path, hostile()), "ocid1.generativeaidedicatedaicluster.oc1..h"
    bare, held = "ocid1.generativeaidedicatedaicluster.oc1..b", "ocid1.generativeaiendpoint.oc1..h"
    asked = 0
    for line in (
        f"create hosting x --model {OURS.id}",
        f"delete {bare}",
        f"endpoint create {bad} x",
        f"endpoint delete {held}",
        f"endpoint move {held} {bare} --name x",
        f"migrate {bad} --model command-a-reasoning --name y",
        "finetune x --model llama-3.3-70b --dataset <!channel>/<@UEVIL> --namespace <!here>",
        f"model delete {OURS.id}",
    ):
        for said in (line, f"policy {line}"):
            reply = room.say(f"{said} because {HOSTILE[:200]}")
            sound(reply.text, reply.blocks)
        asked += 1
    assert len(room.services.requests.open()) == asked
    for menu in (customs, endpoints, hostable, regions, compartments, shapes, tunable):
        assert validate("modal", _menu(options(menu(room.services), ""))) == []


def _menu(found: list[Any]) -> dict[str, Any]:
    select = {"type": "static_select", "action_id": "a", "options": found}
    title = {"type": "plain_text", "text": "x"}
    block = {"type": "input", "block_id": "b", "label": title, "element": select}
    return {"type": "modal", "title": title, "submit": title, "blocks": [block]}


class TestEndpoints:
    def test_what_the_menu_offers_is_found(self, tmp_path: Path) -> None:
        twins = tuple(endpoint(CHAT, "twin", id=f"ocid1.endpoint..{number}") for number in range(2))
        gone = endpoint(CHAT, "gone", lifecycle_state="DELETED")
        room = Room(tmp_path, world(endpoints=(*twins, gone, SERVED, endpoint(CHAT, '12" x'))))
        offered = [each["value"] for each in options(endpoints(room.services), "")]
        assert sorted(offered) == sorted([*(each.id for each in twins), "chat-endpoint", endpoint(CHAT, '12" x').id])

    def test_namesakes_are_told_apart_by_their_ocids(self, tmp_path: Path) -> None:
        twins = tuple(endpoint(CHAT, "twin", id=f"ocid1.endpoint..{number}") for number in range(2))
        room = Room(tmp_path, world(endpoints=twins))
        with pytest.raises(Invalid, match=r"could be ocid1\.endpoint\.\.0 or ocid1\.endpoint\.\.1: which one"):
            room.say("endpoint delete twin")

    def test_of_many_that_begin_alike_a_few_are_named(self, tmp_path: Path) -> None:
        many = tuple(endpoint(CHAT, f"api-{number}") for number in range(9))
        with pytest.raises(Invalid, match=r"api-4 or 4 more: which one"):
            Room(tmp_path, world(endpoints=many)).say("endpoint delete api")

    def test_a_region_that_did_not_answer_is_named(self, tmp_path: Path) -> None:
        with pytest.raises(NotFound, match="It may be in eu-frankfurt-1, which did not answer whole"):
            Room(tmp_path, world(gaps=(gap(),))).say("endpoint delete nothing-like-it")

    def test_those_in_another_compartment_keep_a_cluster_from_being_deleted(self, tmp_path: Path) -> None:
        far = endpoint(BARE, "far", compartment_id="ocid1.compartment.oc1..other")
        with pytest.raises(Invalid, match="bare still has endpoints: far"):
            Room(tmp_path, world(endpoints=(far,))).say("delete bare")

    def test_one_that_is_on_its_way_out_is_not_what_a_cluster_serves(self, tmp_path: Path) -> None:
        going = endpoint(CHAT, lifecycle_state=Lifecycle.DELETING)
        with pytest.raises(Invalid, match="serves nothing yet"):
            Room(tmp_path, world(endpoints=(going,))).say("endpoint create chat x")


def test_a_custom_model_whose_base_is_not_known_is_refused(tmp_path: Path) -> None:
    lost = OURS.model_copy(update={"base_model_id": "ocid1.gone"})
    room = Room(tmp_path, world(models=(COMMAND, lost)))
    with pytest.raises(Invalid, match="name the base model it needs"):
        room.say("create hosting x --model support-v1")


def test_a_new_shape_alone_keeps_the_model(tmp_path: Path) -> None:
    gpt = model(id="ocid1.generativeaimodel.oc1..gpt", name="openai.gpt-oss-20b")
    held = cluster("gpt", unit_shape="OAI_A10_X2", units=1)
    room = Room(tmp_path, fleet(held, endpoints=(endpoint(held, "gpt", model_id=gpt.id),), models=(gpt,)))
    room.say("migrate gpt --shape oai_h100_x1")
    assert "Migrate gpt to gpt-2: openai.gpt-oss-20b on 1 unit of OAI_H100_X1" in room.request().plan.summary


@pytest.mark.parametrize(
    ("plan", "missing"),
    [
        (created(), ()),
        (created(name="my cluster"), ()),
        (created(model=None, shape="large_cohere_v3"), ()),
        (deleted(), ()),
        (endpoint_made(guardrails=Guardrails(moderation="block", prompt_injection="inform", pii="block")), ()),
        (endpoint_gone(), ()),
        (moved(), ()),
        (migrated(), ()),
        (tuned(), ()),
        (tuned(cluster=TUNING, wish=None, headroom=None), ()),
        (model_gone(), ()),
    ],
)
def test_the_line_that_asks_for_the_same_again_is_understood(plan: Stepwise, missing: tuple[str, ...]) -> None:
    command, parsed = understood(f"{plan.command} because of a reason")
    assert command.plan
    assert parsed.missing == missing
    assert parsed.values["because"] == "of a reason"


@pytest.mark.parametrize(
    ("line", "verb", "missing"),
    [
        ("delete chat because nobody has called it for 7 days", "delete", ()),
        ('endpoint move "my endpoint" "my cluster"', "endpoint move", ()),
        ("create hosting --model cohere.command-a-03-2025 --units 2", "create hosting", ("name",)),
        ("finetune --model meta.llama-3.3-70b-instruct", "finetune", ("name", "dataset")),
        ("endpoint delete ocid1.made", "endpoint delete", ()),
        ("delete ocid1.made", "delete", ()),
        ("model delete ocid1.made", "model delete", ()),
        ("delete model support-v1", "model delete", ()),
        ("model delete", "model delete", ("model",)),
        ("model", "model", ()),
        ("model embeddings", "model", ()),
        ("models deletion", "model", ()),
        (f"create hosting --model {OURS.id}", "create hosting", ("name",)),
        ("fine-tune x", "finetune", ("model", "dataset")),
        ("create hosting x", "create hosting", ("model",)),
        ("migrate chat", "migrate", ("model",)),
        ("move endpoint a", "endpoint move", ("cluster",)),
    ],
)
def test_lines_that_other_answers_offer_lead_here(line: str, verb: str, missing: tuple[str, ...]) -> None:
    command, parsed = understood(line)
    assert (command.name, parsed.missing) == (verb, missing)


@pytest.mark.parametrize(
    ("name", "typed"), [("chat", "chat"), ("a b", '"a b"'), ("because", '"because"'), ("--x", '"--x"')]
)
def test_a_name_is_quoted_where_it_could_be_taken_for_more_than_a_word(name: str, typed: str) -> None:
    assert quoted(name) == typed


def test_who_asks_is_the_one_who_typed_it(room: Room) -> None:
    with contextlib.suppress(Invalid):
        room.say("delete chat")
    room.say("delete bare")
    assert room.request().requester == ANN


def test_what_was_stopped_half_way_is_taken_back_by_lines_that_are_understood(room: Room) -> None:
    room.say("migrate chat --model command-a-reasoning")
    room.say("approve 1", BOB)
    go_on(room)
    room.say("stop 1 because we stay")
    back = room.request().ways
    assert [understood(line)[0].name for line in back] == ["endpoint delete", "delete"]
    for line in back[:1]:
        room.say(line)
    assert "chat-endpoint-chat-2" in room.request(2).plan.summary


def test_a_fine_tune_that_fails_offers_the_end_of_its_model_and_then_of_its_cluster(room: Room) -> None:
    room.say(TRAIN)
    room.say("approve 1", BOB)
    room.pass_time()
    room.oracle.ending = Ending.FAILED
    go_on(room)
    assert room.request().state is State.FAILED
    assert [understood(line)[0].name for line in room.request().ways] == ["model delete", "delete"]
    room.oracle.ending = Ending.DONE
    for number, line in enumerate(room.request().ways, 2):
        room.say(line)
        room.say(f"approve {number}", BOB)
        go_on(room)
        assert room.request(number).state is State.APPLIED
    assert {each.name for each in room.oracle.there(Cluster)} == {"chat", "bare"}


def test_a_custom_model_on_its_way_out_is_found_by_its_name_and_refused(tmp_path: Path) -> None:
    going = OURS.model_copy(update={"lifecycle_state": "DELETING"})
    with pytest.raises(Conflict, match="The model support-v1 is DELETING"):
        Room(tmp_path, world(models=(LLAMA, going))).say("model delete support-v1")


def test_the_menu_of_custom_models_tells_each_by_where_it_was_trained(tmp_path: Path) -> None:
    twin = OURS.model_copy(update={"id": "ocid1.twin"})
    room = Room(tmp_path, world(TUNING, models=(LLAMA, OURS, twin, OURS.model_copy(update={"id": "x", "name": "v2"}))))
    offered = {each["value"]: each["text"]["text"] for each in options(customs(room.services), "")}
    assert offered == {OURS.id: "support-v1 · tuning", "ocid1.twin": "support-v1 · tuning", "v2": "v2 · tuning"}
