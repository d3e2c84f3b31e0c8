"""A fine-tune tells what is known of its data set, what it will come to, and which settings Oracle changes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from approvals.states import State
from commands._card import card
from commands._form import form, options
from commands._terms import cost
from commands._thread import thread
from commands.finetune import offers
from dac.errors import Denied, Invalid, NotFound, Unavailable
from dac.figures import Unknown
from dac.finetuning import FineTunePlan
from sandbox.slack.blockkit import validate
from tests.commands.room import Room, lines, shown, texts, understood
from tests.commands.test_making import PAIRS, TRAIN, approved, go_on, sound, step, stocked, world
from tests.dac.plannings import LLAMA, TUNING
from tests.dac.test_finetune_told import DATA as DATASET
from tests.dac.test_finetune_told import checked
from tests.fakes import BOB, CATALOG, REGION

LARGE = PAIRS * 4000


@pytest.fixture
def room(tmp_path: Path) -> Room:
    return stocked(Room(tmp_path, world()))


def asked(room: Room, number: int = 1) -> FineTunePlan:
    plan = room.request(number).plan
    assert isinstance(plan, FineTunePlan)
    return plan


def drawn(room: Room) -> str:
    """The card, looked at as Slack does."""
    message = card(room.request())
    sound(message.text, message.blocks)
    return "\n".join(texts(list(message.blocks)))


class TestSettings:
    def test_what_nobody_chose_is_left_to_oracle(self, room: Room) -> None:
        room.say(TRAIN)
        chosen = step(room).training
        assert chosen.method == "LORA"
        assert (chosen.epochs, chosen.batch_size, chosen.learning_rate) == (None, None, None)
        assert "LoRA: epochs 3, batch size 8, learning rate 0.0002, all by Oracle's default" in drawn(room)

    def test_a_preset_is_the_handbooks_and_the_clamp_is_said_to_both(self, room: Room) -> None:
        answer = shown(room.say(f"{TRAIN} --preset careful"))
        assert str(step(room).training) == "LORA, epochs 2, learning rate 0.00005, batch size 8"
        clamp = (
            "Batch size 4 of the handbook's preset careful is not taken (Oracle's range is from 8 to 16): 8 is used."
        )
        assert clamp in answer
        card = drawn(room)
        assert clamp in card
        assert "the handbook's preset careful (if overfitting)" in card
        assert room.services.handbook.source.title in card

    def test_what_is_said_comes_before_the_preset(self, room: Room) -> None:
        answer = shown(room.say(f"{TRAIN} --preset aggr --epochs 7 --rate 0.0001"))
        assert str(step(room).training) == "LORA, epochs 7, learning rate 0.0001, batch size 16"
        assert "is not taken" not in answer
        again = asked(room).command
        assert "--preset aggressive --epochs 7 --rate 0.0001" in again
        room.say(again.replace("support-v2", "support-v3"))
        assert asked(room, 2).new.training == asked(room).new.training

    def test_a_cluster_that_is_there_is_used(self, tmp_path: Path) -> None:
        room = stocked(Room(tmp_path, world(TUNING)))
        answer = shown(room.say(f"{TRAIN} --cluster tuning"))
        assert step(room).on == TUNING.id
        assert asked(room).more_units == 0
        assert "List cost: +$0 a month" in answer
        assert "of what its cluster costs anyway" in drawn(room)


class TestWhatItComesTo:
    def test_the_training_leads_and_the_month_is_said_to_be_of_a_cluster_that_stays(self, room: Room) -> None:
        room.say(TRAIN)
        said = "$96 to $192 for the training, +$35,712 a month if its cluster is kept"
        assert cost(asked(room)) == f"List cost: {said}"
        assert said in str(card(room.request()).blocks)
        told = thread(room.request(), room.store.events(1))["detail"]
        assert "• $96 to $192 for the training" in "\n".join(texts(list(told.blocks)))
        shown_ = drawn(room)
        for each in (
            "40 pairs, with warnings: training/pairs.jsonl",
            "15 = 3 epochs × 40 pairs / 8 a batch",
            "2 to 4 hours by the handbook's rule of thumb",
            "2 × LARGE_GENERIC, preset by Oracle; $48 an hour",
            "List cost a month, if its cluster is kept",
            "Oracle bills at least 1 unit-hour",
            "after the training, $1,152 a day, until it is deleted",
        ):
            assert each in shown_


class TestDataSet:
    def test_the_tenancys_namespace_goes_without_saying(self, room: Room) -> None:
        _, parsed = understood(TRAIN)
        assert parsed.missing == ()
        room.say(TRAIN)
        assert step(room).dataset.namespace == "acme"

    def test_its_address_may_hold_it(self, room: Room) -> None:
        room.oracle.objects["training/in/pairs.jsonl"] = PAIRS
        room.say("finetune support-v2 --model llama-3.3-70b --dataset oci://training@acme/in/pairs.jsonl")
        data = step(room).dataset
        assert (data.namespace, data.bucket, data.object_name) == ("acme", "training", "in/pairs.jsonl")

    def test_where_oracle_does_not_tell_it_is_asked_for(self, room: Room) -> None:
        room.oracle.fail("namespace", Denied("Oracle answered 403."))
        with pytest.raises(Invalid, match=r"Oracle answered 403\. Say with --namespace"):
            room.say(TRAIN)

    @pytest.mark.parametrize("error", [NotFound("404 ObjectNotFound"), Denied("404 BucketNotFound")])
    def test_the_one_region_that_has_it_is_meant(self, room: Room, error: Exception) -> None:
        room.services = replace(room.services, regions=("us-chicago-1", REGION))
        room.oracle.fail("stored", error)
        room.say(TRAIN)
        assert asked(room).new.region == REGION

    def test_a_region_that_does_not_answer_may_be_the_one(self, room: Room) -> None:
        room.services = replace(room.services, regions=("us-chicago-1", REGION))
        room.oracle.fail("stored", Unavailable("no answer"))
        with pytest.raises(Invalid, match=rf"Which region is it to be in: us-chicago-1 or {REGION}\? Say it with --"):
            room.say(TRAIN)

    def test_where_no_region_has_it_that_is_said(self, room: Room) -> None:
        room.services = replace(room.services, regions=("us-chicago-1", REGION))
        with pytest.raises(NotFound, match=r"Reading training/pears\.jsonl from Object Storage in us-chicago-1"):
            room.say(TRAIN.replace("pairs.jsonl", "pears.jsonl"))

    def test_in_several_regions_or_in_none_that_may_be_looked_at_the_region_has_to_be_said(self, room: Room) -> None:
        room.services = replace(room.services, regions=(REGION, "us-chicago-1"))
        with pytest.raises(Invalid, match="There is such an object in eu-frankfurt-1 and us-chicago-1; say with --reg"):
            room.say(TRAIN)
        with pytest.raises(Invalid, match="Which region is it to be in"):
            room.say(TRAIN.replace("training/", "secret/"))
        room.say(f"{TRAIN} --region {REGION}")
        assert asked(room).subject.region == REGION

    def test_one_that_is_not_there_is_refused(self, room: Room) -> None:
        with pytest.raises(NotFound, match=r"Reading training/pears\.jsonl from Object Storage in eu-frankfurt-1"):
            room.say(TRAIN.replace("pairs.jsonl", "pears.jsonl"))
        assert room.services.requests.open() == []

    def test_one_that_oracle_would_not_train_on_is_refused_with_where_to_look(self, room: Room) -> None:
        room.oracle.objects["training/pairs.jsonl"] = PAIRS + b"{}\n"
        with pytest.raises(Invalid, match=r"Oracle would not train on .+ All that was found: /dac dataset check trai"):
            room.say(TRAIN)

    def test_one_that_the_bot_may_not_look_at_goes_on_with_a_warning(self, room: Room) -> None:
        room.say(TRAIN.replace("training/", "secret/"))
        data = asked(room).data
        assert isinstance(data.etag, Unknown)
        said = drawn(room)
        assert (
            "⚠️ Whether the data set is there and fit to be trained on is not known: Reading secret/pairs.jsonl" in said
        )
        assert "Oracle answered 404 BucketNotFound" in said
        assert [line for line in lines(card(room.request()).blocks) if line.startswith("dataset")] == []
        room.say("approve 1", BOB)
        go_on(room)
        assert room.request().state is State.APPLIED

    def test_one_too_large_to_be_checked_at_once_can_be_checked_from_the_card(self, room: Room) -> None:
        room.oracle.part = 1_000_000
        room.oracle.objects["training/pairs.jsonl"] = LARGE
        room.say(TRAIN)
        assert isinstance(asked(room).data.pairs, Unknown)
        said = drawn(room)
        assert "unknown: 3 epochs × the number of pairs / 8 a batch" in said
        assert "cost unknown for the training, +$35,712 a month if its cluster is kept" in said
        button = next(each for each in card(room.request()).blocks[-1]["elements"] if "dataset" in each["value"])
        assert button["text"]["text"] == "Check the data set"
        command, parsed = understood(button["value"])
        assert (command.name, parsed.values["region"]) == ("dataset check", REGION)


class TestForm:
    def test_offers_what_can_be_had_today_and_says_what_each_preset_is(self, tmp_path: Path) -> None:
        busy = TUNING.model_copy(update={"id": "ocid1.busy", "name": "busy", "lifecycle_state": "UPDATING"})
        room = Room(tmp_path, world(TUNING, busy))
        command, parsed = understood("finetune support-v2")
        assert command.offers
        view = form(command, parsed, room.call(), offered=command.offers(room.services))
        assert validate("modal", view) == []
        fields = {each["block_id"]: each["element"] for each in view["blocks"] if each["type"] == "input"}
        told = {each["value"]: each["description"]["text"] for each in fields["arg:preset"]["options"]}
        assert told["conservative"] == "Epochs 3, batch size 8, learning rate 0.0001"
        assert told["careful"] == "Epochs 2, batch size 4 (Oracle: 8), learning rate 0.00005"
        assert [each["value"] for each in fields["arg:method"]["options"]] == ["LORA"]
        assert "arg:namespace" not in fields
        assert [each["value"] for each in options(list(command.menus["model"](room.services)), "")] == [LLAMA.name]
        assert [each["value"] for each in options(list(command.menus["cluster"](room.services)), "")] == ["tuning"]

    def test_where_nothing_can_be_trained_it_has_the_handbooks_values_alone(self, room: Room) -> None:
        nothing = replace(room.services, catalog=CATALOG.model_copy(update={"models": {}}))
        offered = offers(nothing)
        assert offered["method"] == {}
        assert offered["preset"]["careful"].more == "Epochs 2, batch size 4, learning rate 0.00005"


BOTH = [
    ("handbook fine-tuning", "Medium (10K-100K):         4 units, ~4-8 hours", "cannot be chosen: 8 for Command R"),
    ("handbook hyperparameters", "batch_size: 4", "batch size 8 to 16 (default 8); the careful"),
    ("handbook hyperparameters", "learning_rate: 0.0001", "learning rate 0 to 1 (default 0.0002)"),
    ("handbook quality", "Minimum: 100 high-quality examples", "What Oracle demands is 32 pairs; 100 is advice"),
    ("handbook quality", "Hold out 10-20% for testing", "Oracle itself splits the file 80/20"),
    ("handbook data", "// training_data.jsonl format", "a comment such as the first line here is no such line"),
    ("handbook terraform", "unit_count     = 4", "unit_count is fixed for each base model"),
    ("handbook troubleshooting", "Request quota increase", "LimitExceeded is Oracle's service limit"),
    ("handbook iam", "read objectstorage-objects", "name objects or object-family instead"),
    ("handbook cost", "Training Units × Unit Price × Training Hours", "1 unit-hour for each fine-tuning job"),
    ("size finetune 20k", "Medium (10K-100K): 4 units", "handbook's 4 units are not what Oracle presets today: 2"),
    ("size finetune 60", "the handbook wants 100 at least", "Oracle takes 32 examples or more"),
    ("size finetune 600", "the handbook's 10 to 20 % for testing", "It trains on 80 % and holds the rest out itself"),
    ("size finetune 600 --preset careful", "4 of the handbook's preset careful", "Oracle's range is from 8 to 16"),
]
"""What the seed says of fine-tuning where Oracle does otherwise today: where it is asked, its words, and Oracle's."""


@pytest.mark.parametrize(("line", "handbook", "oracle"), BOTH)
def test_where_oracle_differs_from_the_seed_the_answer_says_both(
    room: Room, line: str, handbook: str, oracle: str
) -> None:
    answer = shown(room.say(line))
    assert handbook in answer
    assert oracle in answer
    assert room.services.handbook.source.title in answer


def test_so_does_the_card_of_a_fine_tune(room: Room) -> None:
    checks, data = room.services.checks, room.oracle.objects["training/pairs.jsonl"]
    stored = room.oracle.stored(REGION, DATASET)
    report = checked(data).report.model_copy(update={"rows": 20_000})
    checks.keep(checked(data).model_copy(update={"etag": stored.etag, "report": report}))
    room.say(f"{TRAIN} --preset careful")
    card = drawn(room)
    assert "4 to 8 hours by the handbook's rule of thumb for its 4 units; Oracle presets 2, so it may not hold" in card
    assert "Batch size 4 of the handbook's preset careful is not taken (Oracle's range is from 8 to 16)" in card


class TestAnotherFile:
    def replace(self, room: Room) -> None:
        room.oracle.objects["training/pairs.jsonl"] = PAIRS * 2

    def test_put_there_before_it_begins_nothing_is_begun(self, room: Room) -> None:
        room.say(TRAIN)
        self.replace(room)
        room.say("approve 1", BOB)
        room.pass_time()
        assert room.request().state is State.STALE
        why = room.request().outcome
        assert why.startswith("the data set was 40 pairs (etag ")
        assert "and is now a file that nobody has checked (etag " in why
        assert room.oracle.made == []

    def test_put_there_before_the_training_leaves_the_cluster_with_the_way_back(self, room: Room) -> None:
        approved(room, TRAIN)
        self.replace(room)
        go_on(room)
        ended = room.request()
        assert ended.state is State.FAILED
        assert "It stopped before step 2 of 2" in ended.outcome
        assert "The data set training/pairs.jsonl is another file than was agreed to" in ended.outcome
        assert [understood(line)[0].name for line in ended.ways] == ["delete"]
