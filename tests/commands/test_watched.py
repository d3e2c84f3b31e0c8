"""The thread of a fine-tune tells what becomes of the cluster that it leaves, and what to do about it."""

from __future__ import annotations

from pathlib import Path

import pytest

from approvals.watch import Watched
from commands._card import Message
from commands._thread import thread
from commands._watched import watched
from dac.cluster import Cluster, Lifecycle, Model
from dac.figures import Unknown
from tests.commands.room import Room, lines, texts, understood
from tests.commands.sound import halved, live, markup, refused, unsourced
from tests.dac.plannings import COMMAND, LLAMA
from tests.fakes import ANN, BOB, cluster, endpoint, fleet

TRAIN = "finetune support-v2 --model llama-3.3-70b --dataset training/pairs.jsonl --namespace acme"


@pytest.fixture
def room(tmp_path: Path) -> Room:
    made = Room(tmp_path, fleet(cluster(), models=(COMMAND, LLAMA)))
    made.say(TRAIN)
    made.say("approve 1", BOB)
    while not made.request().final:
        made.pass_time(minutes=21)
    return made


def newest(room: Room, number: int = 1) -> tuple[str, Message]:
    """What the thread's last line says, and its message; whatever it is, Slack takes it."""
    messages = thread(room.request(number), room.store.events(number))
    name = max((each for each in messages if each.startswith("event:")), key=lambda each: int(each[6:]))
    message = messages[name]
    assert refused(message.text, message.blocks) == []
    assert not unsourced(message.text, message.blocks)
    for each in markup(list(message.blocks)):
        assert live(each) + halved(each) == []
    for line in lines(message.blocks):
        assert understood(line)
    return "\n".join(texts(list(message.blocks))), message


def ids(room: Room) -> tuple[str, str]:
    """The cluster that was made, and the model."""
    made = [each.resource_id for each in room.oracle.made]
    return made[0], made[1]


def test_idle_it_calls_who_asked_with_the_sum_and_what_to_do(room: Room) -> None:
    on, ours = ids(room)
    room.pass_time(hours=1)
    said, message = newest(room)
    assert f"<@{ANN}>: nothing has been trained on the fine-tuning cluster support-v2-tuning since" in said
    assert "It has cost $48" in said
    assert "$48 an hour; Oracle bills at least 1 unit-hour for each fine-tuning job. List price: " in said
    assert "Oracle deletes it only after the models trained on it: support-v2." in said
    assert lines(message.blocks) == [
        f"create hosting --model {ours}",
        f"finetune --model {LLAMA.name} --cluster {on}",
        f"model delete {ours}",
    ]
    assert "Host support-v2 …" in said
    assert "Train another on support-v2-tuning …" in said


@pytest.mark.parametrize(
    ("state", "billed"), [("NEEDS_ATTENTION", "It has cost $48"), ("FAILED", "Billed, it has cost $48")]
)
def test_one_that_does_not_work_is_told_with_its_state(room: Room, state: str, billed: str) -> None:
    on, ours = ids(room)
    room.oracle.change(on, lifecycle_state=state, lifecycle_details="a <node> is down")
    room.pass_time(hours=1)
    said, message = newest(room)
    assert f"and it is {state} (a &lt;node&gt; is down), so nothing can be" in said
    assert billed in said
    assert ("whether Oracle bills it like that is not known" in said) is (state == "FAILED")
    assert lines(message.blocks) == [f"create hosting --model {ours}", f"model delete {ours}"]


def test_without_a_word_of_oracles_the_state_stands_alone(room: Room) -> None:
    room.oracle.change(ids(room)[0], lifecycle_state="NEEDS_ATTENTION")
    room.pass_time(hours=1)
    assert "it is NEEDS_ATTENTION, so nothing can be; it is there until it is deleted." in newest(room)[0]


def test_the_next_time_takes_the_buttons_from_the_time_before(room: Room) -> None:
    room.pass_time(hours=1)
    room.pass_time(hours=24)
    told = [each for each in thread(room.request(), room.store.events(1)).values() if "nothing has been" in each.text]
    assert [len(lines(each.blocks)) for each in told] == [0, 3]
    assert "It has cost $1,200" in newest(room)[0]


def test_deleted_it_says_what_it_cost(room: Room) -> None:
    on, ours = ids(room)
    room.say(f"model delete {ours}")
    room.say("approve 2", BOB)
    for _ in range(3):
        room.pass_time(minutes=21)
    room.say(f"delete {on}")
    room.say("approve 3", BOB)
    for _ in range(4):
        room.pass_time(minutes=21)
    said, message = newest(room)
    assert "The fine-tuning cluster support-v2-tuning is deleted. It cost $" in said
    assert "since the end of training" in said
    assert lines(message.blocks) == []
    assert room.store.watched() == []


def test_the_next_fine_tune_on_it_goes_on_in_its_own_thread(room: Room) -> None:
    on, _ = ids(room)
    room.pass_time(minutes=30)
    room.say(f"finetune support-v3 --model llama-3.3-70b --dataset b/o --namespace acme --cluster {on}")
    room.say("approve 2", BOB)
    for _ in range(3):
        room.pass_time(minutes=11)
    said, _ = newest(room)
    assert "Request 2 trains on support-v2-tuning now, and its thread goes on. It cost $32.80" in said
    assert room.store.get(2).watch
    room.pass_time(hours=2)
    assert "nothing has been trained" in newest(room, 2)[0]


def test_training_without_a_request_is_told_and_its_end(room: Room) -> None:
    ours = room.oracle.thing(ids(room)[1])
    room.oracle.add(ours.model_copy(update={"id": "ocid1.by-hand", "lifecycle_state": Lifecycle.CREATING}))
    room.pass_time(minutes=15)
    assert "Somebody trains a model on support-v2-tuning, without a request here" in newest(room)[0]
    room.oracle.change("ocid1.by-hand", lifecycle_state=Lifecycle.ACTIVE)
    room.pass_time(minutes=15)
    assert "That training on support-v2-tuning has ended" in newest(room)[0]


def test_with_nothing_left_on_it_its_end_is_offered(room: Room) -> None:
    on, ours = ids(room)
    room.oracle.change(ours, lifecycle_state=Lifecycle.DELETED)
    room.pass_time(hours=1)
    said, message = newest(room)
    assert "Nothing hangs on it, so it can be deleted." in said
    assert lines(message.blocks)[1:] == [f"delete {on}"]


def test_names_from_outside_call_nobody(room: Room) -> None:
    on, ours = ids(room)
    room.oracle.change(ours, name="<!channel> *b*")
    held = next(each for each in room.oracle.there(Cluster) if each.id == on)
    served = next(each for each in room.oracle.there(Model) if each.id == ours)
    room.oracle.add(endpoint(held, "<@UEVIL>", model_id=served.id))
    room.pass_time(hours=1)
    said, message = newest(room)
    assert "(served by " in said
    assert [each.split()[0] for each in lines(message.blocks)] == ["finetune"]


def test_a_price_that_is_not_known_is_said_to_be_that(room: Room) -> None:
    room.pass_time(hours=1)
    event = room.store.events(1)[-1]
    assert isinstance(event.body, Watched)
    unknown = Unknown(what="the price of NEW_X1", settle="read <Oracle's> page")
    body = event.body.model_copy(update={"hour": unknown, "cost": unknown})
    assert "What that costs is not known: read &lt;Oracle's&gt; page" in watched(room.request(), body)
