"""/dac scale makes a request of what was asked, says where it is and who can agree, or says why not."""

from __future__ import annotations

from pathlib import Path

import pytest

from approvals.states import State
from dac.errors import Conflict, DacError, Denied, Invalid, NotFound, Unavailable
from tests.commands.fleets import twins
from tests.commands.requests import HOSTILE, HOSTILE_NAME, UNPRICED
from tests.commands.room import CHANNEL, Room, lines, shown
from tests.commands.sound import live, markup, refused, unsourced
from tests.fakes import ANN, BOB, cluster, fleet, policy, rule, scaled


@pytest.mark.parametrize(("typed", "units"), [("4", 4), ("+2", 4), ("-1", 1), ("−1", 1), ("1", 1)])
def test_a_request_is_made_of_what_was_asked(room: Room, typed: str, units: int) -> None:
    reply = room.say(f"scale chat {typed} because launch week")
    made = room.request()
    assert scaled(made).to_units == units
    assert (made.requester, made.reason, made.state) == (ANN, "launch week", State.PENDING)
    assert made.channel == CHANNEL
    assert not reply.public
    assert room.oracle.accepted == []


def test_the_plan_is_made_from_a_reading_of_its_own_and_not_from_the_list(room: Room) -> None:
    room.say("scale chat 4")
    assert scaled(room.request()).cluster.etag == room.oracle.cluster("eu-frankfurt-1", cluster().id).etag


def test_a_change_is_counted_from_the_size_the_cluster_has_now(room: Room) -> None:
    room.oracle.change(cluster().id, unit_count=5)
    room.say("scale chat +2")
    assert (scaled(room.request()).from_units, scaled(room.request()).to_units) == (5, 7)


def test_the_answer_says_what_was_asked_who_can_agree_and_until_when(room: Room) -> None:
    answer = shown(room.say("scale chat 4"))
    made = room.request()
    assert made.plan.summary in answer
    assert f"<#{CHANNEL}>" in answer
    assert "It needs 1 approval by <!date^" in answer
    assert ", from <@UBOB>, <@UCAT> or <@UDAN>." in answer
    assert "+$" in answer


def test_the_card_is_where_the_rule_puts_it(tmp_path: Path) -> None:
    room = Room(tmp_path, rules=policy(rule(channel="COTHER")))
    assert "<#COTHER>" in shown(room.say("scale chat 4"))


def test_the_answer_offers_to_cancel_and_that_button_does(room: Room) -> None:
    offered = lines(room.say("scale chat 4").blocks)
    assert offered == ["why 1", "cancel 1"]
    room.say(offered[1])
    assert room.request().state is State.CANCELLED


def test_a_price_nobody_knows_leaves_the_money_out(tmp_path: Path) -> None:
    room = Room(tmp_path, fleet(cluster(unit_shape=UNPRICED)))
    answer = shown(room.say("scale chat 4"))
    assert "$" not in answer
    assert "is not known" in answer


def test_the_money_in_the_answer_has_its_source_and_date(room: Room) -> None:
    reply = room.say("scale chat 4")
    assert not unsourced(reply.text, reply.blocks)


def test_a_reason_is_not_needed(room: Room) -> None:
    room.say("scale chat 4")
    assert room.request().reason == ""


def test_a_namesake_is_asked_apart(tmp_path: Path) -> None:
    room = Room(tmp_path, twins())
    with pytest.raises(Invalid, match="which one"):
        room.say("scale chat 4")
    room.say("scale chat@us-chicago-1 4")
    assert room.request().plan.subject.region == "us-chicago-1"


@pytest.mark.parametrize(
    ("line", "error", "says"),
    [
        ("scale embed 4", NotFound, "There is no cluster “embed”"),
        ("scale chat 2", Invalid, "already has 2 units"),
        ("scale chat 0", Invalid, "at least 1"),
        ("scale chat -5", Invalid, "at least 1"),
        ("scale chat 500", Invalid, "service limit"),
        ("scale tuning 4", Invalid, "fine-tuning"),
        ("scale growing 4", Conflict, "UPDATING"),
    ],
)
def test_what_cannot_be_done_is_refused_in_a_sentence_and_leaves_no_request(
    tmp_path: Path, line: str, error: type[DacError], says: str
) -> None:
    held = (
        cluster(),
        cluster("tuning", type="FINE_TUNING"),
        cluster("growing", lifecycle_state="UPDATING"),
    )
    room = Room(tmp_path, fleet(*held))
    with pytest.raises(error, match=says):
        room.say(line)
    assert room.store.in_states(*State) == []


def test_whoever_is_changing_the_cluster_is_named(room: Room) -> None:
    room.say("scale chat 4")
    room.say("approve 1", BOB)
    room.pass_time()
    with pytest.raises(Conflict, match=r"is UPDATING.*Request 1 is changing it: Scale chat from 2 to 4 units"):
        room.say("scale chat 6")


def test_a_second_copy_of_a_delivery_asks_for_nothing_more(room: Room) -> None:
    first, second = (shown(room.say("scale chat 4", delivery="d")) for _ in range(2))
    assert first == second
    assert len(room.store.in_states(*State)) == 1


@pytest.mark.parametrize("call", ["fleet", "cluster", "headroom"])
def test_when_oracle_does_not_answer_nothing_is_asked(room: Room, call: str) -> None:
    room.oracle.fail(call, Unavailable("Oracle did not answer."))
    with pytest.raises(Unavailable):
        room.say("scale chat 4")
    assert room.store.in_states(*State) == []


def test_what_no_rule_covers_is_refused(tmp_path: Path) -> None:
    room = Room(tmp_path, rules=policy(rule(clusters=frozenset({"embed*"}))))
    with pytest.raises(Denied, match="No rule"):
        room.say("scale chat 4")


def test_hostile_words_are_taken_and_call_nobody(tmp_path: Path) -> None:
    held = cluster(HOSTILE_NAME).model_copy(update={"id": "ocid1.generativeaidedicatedaicluster.oc1..h"})
    room = Room(tmp_path, fleet(held))
    reply = room.say(f"scale {held.id} 4 because {HOSTILE}")
    assert refused(reply.text, reply.blocks) == []
    assert [wrong for text in markup(reply.blocks) for wrong in live(text)] == []


def test_the_fallback_of_the_answer_calls_nobody(tmp_path: Path) -> None:
    held = cluster(HOSTILE_NAME).model_copy(update={"id": "ocid1.generativeaidedicatedaicluster.oc1..h"})
    room = Room(tmp_path, fleet(held))
    assert live(room.say(f"scale {held.id} 4").text) == []


def test_the_same_words_said_twice_make_two_requests(room: Room) -> None:
    room.say("scale chat 4", BOB)
    room.say("scale chat 4", BOB)
    assert len(room.store.in_states(*State)) == 2


def test_in_a_dry_run_the_one_who_asks_is_told_so(tmp_path: Path) -> None:
    assert "This is a dry run" in shown(Room(tmp_path, dry_run=True).say("scale chat 4"))
    assert "dry run" not in shown(Room(tmp_path / "real").say("scale chat 4"))
