"""/dac break-glass, review, freeze and unfreeze: for whom the policy names, and for all to see."""

from __future__ import annotations

from pathlib import Path

import pytest

from approvals.policy import People, Policy
from approvals.states import State
from dac.errors import Conflict, DacError, Denied, Invalid
from tests.commands.room import Room, lines, shown
from tests.commands.sound import refused
from tests.fakes import ANN, BOB, CAT, EVE, cluster, fleet, rule

RULES = Policy(
    rules=(rule(approvals=2, break_glass=People(users=frozenset({EVE}))),), freezers=People(users=frozenset({CAT, EVE}))
)


@pytest.fixture
def asked(tmp_path: Path) -> Room:
    room = Room(tmp_path, fleet(cluster(), cluster("chat prod")), rules=RULES)
    room.say("scale chat@eu-frankfurt-1 4 because launch")
    return room


@pytest.mark.parametrize("name", ["chat", "CHAT", "“chat”"])
def test_the_glass_is_broken_by_the_clusters_name(asked: Room, name: str) -> None:
    reply = asked.say(f"break-glass 1 {name} because production is down", EVE)
    glass = asked.request().glass
    assert glass
    assert (asked.request().state, glass.by, glass.because) == (State.APPROVED, EVE, "production is down")
    assert "a review by <@UBOB>, <@UCAT> or <@UDAN>" in shown(reply)
    assert refused(reply.text, reply.blocks) == []


@pytest.mark.parametrize("name", ["cha", "chatt", "chat-prod", "1"])
def test_another_name_breaks_nothing(asked: Room, name: str) -> None:
    with pytest.raises(Invalid, match="repeat the cluster's name, chat"):
        asked.say(f"break-glass 1 {name} because down", EVE)
    assert asked.request().state is State.PENDING


def test_a_name_of_two_words_is_put_in_quotes(asked: Room) -> None:
    asked.say("scale “chat prod” 3")
    with pytest.raises(Invalid, match="repeat the cluster's name"):
        asked.say("break-glass 2 chat prod because down", EVE)
    asked.say("break-glass 2 “chat prod” because down", EVE)
    assert asked.request(2).state is State.APPROVED


def test_a_freeze_that_stops_even_an_emergency_is_told(asked: Room) -> None:
    asked.say("freeze because incident", CAT)
    assert "Everything is frozen by <@UCAT>" in shown(asked.say("break-glass 1 chat because down", EVE))


@pytest.mark.parametrize(("verdict", "justified"), [("justified", True), ("Unjustified", False), ("“justified”", True)])
def test_a_review_says_whether_it_was_an_emergency(asked: Room, verdict: str, *, justified: bool) -> None:
    asked.say("break-glass 1 chat because down", EVE)
    reply = asked.say(f"review 1 {verdict} because the outage was there", BOB)
    glass = asked.request().glass
    assert glass
    assert (glass.justified, glass.reviewed_by, glass.comment) == (justified, BOB, "the outage was there")
    assert "You reviewed" in shown(reply)


@pytest.mark.parametrize(
    ("line", "user", "error", "says"),
    [
        ("break-glass 1 chat because down", BOB, Denied, "lets break the glass"),
        ("break-glass 1 chat because “”", BOB, Denied, "lets break the glass"),
        ("review 1 justified because ok", BOB, Conflict, "nothing to review"),
        ("review 1 perhaps because ok", BOB, Invalid, "say justified or unjustified"),
        ("freeze", BOB, Denied, "not among those"),
        ("unfreeze", BOB, Denied, "not among those"),
        ("unfreeze", CAT, Conflict, "Nothing is frozen"),
    ],
)
def test_who_may_not_is_told_and_nothing_changes(
    asked: Room, line: str, user: str, error: type[DacError], says: str
) -> None:
    with pytest.raises(error, match=says):
        asked.say(line, user)
    assert asked.request().state is State.PENDING
    assert asked.services.freezer.current() is None


def test_who_broke_the_glass_does_not_review_it(asked: Room) -> None:
    asked.say("break-glass 1 chat because down", EVE)
    with pytest.raises(Denied, match="someone else must review"):
        asked.say("review 1 justified because I said so", EVE)


def test_the_verdicts_offered_are_those_understood(asked: Room) -> None:
    from commands.review import COMMAND  # noqa: PLC0415 - beside the other commands nobody needs it

    offered = [value for value, _ in COMMAND.menus["verdict"](asked.services)]
    assert offered == ["justified", "unjustified"]


@pytest.mark.parametrize(("line", "because"), [("freeze", ""), ("freeze because incident", "incident")])
def test_a_freeze_is_told_to_the_whole_channel_with_who_can_lift_it(asked: Room, line: str, because: str) -> None:
    reply = asked.say(line, CAT)
    held = asked.services.freezer.current()
    assert held
    assert (held.by, held.because) == (CAT, because)
    assert reply.public
    assert "lifted by <@UCAT> or <@UEVE>" in shown(reply)
    assert because in shown(reply)
    assert refused(reply.text, reply.blocks) == []


def test_a_freeze_says_what_goes_on_all_the_same(asked: Room) -> None:
    asked.say("break-glass 1 chat because down", EVE)
    asked.pass_time()
    assert asked.request().state is State.APPLYING
    assert "goes on: request 1." in shown(asked.say("freeze", CAT))


def test_the_button_of_a_freeze_lifts_it(asked: Room) -> None:
    (unfreeze,) = lines(asked.say("freeze", CAT).blocks)
    asked.clock.advance(hours=3)
    reply = asked.say(unfreeze, EVE)
    assert asked.services.freezer.current() is None
    assert reply.public
    assert "frozen by <@UCAT>" in shown(reply)
    assert "for 3 h" in shown(reply)


def test_the_button_of_a_freeze_that_is_over_does_not_lift_the_next_one(asked: Room) -> None:
    (old,) = lines(asked.say("freeze", CAT).blocks)
    asked.say("unfreeze", EVE)
    with pytest.raises(Conflict, match="Nothing is frozen"):
        asked.say(old, CAT)
    asked.clock.advance(minutes=5)
    asked.say("freeze because of another incident", EVE)
    with pytest.raises(Conflict, match="<@UEVE> has frozen everything anew"):
        asked.say(old, CAT)
    with pytest.raises(Denied, match="not among those"):
        asked.say(old, BOB)
    assert asked.services.freezer.current()
    asked.say("unfreeze", CAT)
    assert asked.services.freezer.current() is None


@pytest.mark.parametrize(
    ("approved", "says"),
    [(0, "No approved request was waiting"), (1, "One approved request"), (2, "2 approved requests can begin now")],
)
def test_lifting_a_freeze_says_how_many_begin_now(asked: Room, approved: int, says: str) -> None:
    asked.say("scale “chat prod” 3")
    asked.say("freeze", CAT)
    for number in range(1, approved + 1):
        for user in (BOB, CAT):
            asked.say(f"approve {number}", user)
    reply = asked.say("unfreeze because it is over", CAT)
    assert says in shown(reply)
    assert "it is over" in shown(reply)
    assert refused(reply.text, reply.blocks) == []


def test_while_frozen_nothing_is_begun_and_then_it_is(asked: Room) -> None:
    asked.say("freeze", CAT)
    for user in (BOB, CAT):
        asked.say("approve 1", user)
    asked.pass_time(minutes=1)
    assert asked.oracle.accepted == []
    asked.say("unfreeze", CAT)
    asked.pass_time(minutes=1)
    assert [each.unit_count for each in asked.oracle.accepted] == [4]


def test_the_person_who_asked_may_be_the_one_who_freezes_only_if_named(asked: Room) -> None:
    with pytest.raises(Denied):
        asked.say("freeze", ANN)
