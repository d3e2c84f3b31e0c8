"""/dac extend asks to keep a leased size for longer, and says why that cannot be asked."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from approvals.request import Lease
from approvals.states import State
from commands._blocks import date
from dac.errors import Conflict, DacError, Invalid, NotFound
from dac.extending import ExtendPlan
from tests.commands.room import Room, lines, shown
from tests.commands.sound import refused, unsourced
from tests.fakes import ANN, BOB, EVE


@pytest.fixture
def leased(room: Room) -> Room:
    room.say("scale chat 4 --for 8h")
    room.say("approve 1", BOB)
    room.pass_time(minutes=1)
    room.pass_time(minutes=30)
    return room


def lease(room: Room) -> Lease:
    held = room.request().lease
    assert held
    return held


@pytest.mark.parametrize("line", ["extend 1 4h", "extend #1 4h because the test goes on", "extend 01 “4h”"])
def test_an_extension_is_a_request_of_its_own(leased: Room, line: str) -> None:
    ends = lease(leased).ends_at
    reply = leased.say(line, EVE)
    made = leased.request(2)
    assert isinstance(made.plan, ExtendPlan)
    assert (made.plan.leased, made.plan.until, made.requester) == (1, ends + timedelta(hours=4), EVE)
    assert f"ends {date(ends + timedelta(hours=4))} instead of {date(ends)}" in shown(reply)
    assert "+$192 in all for the 4 h" in shown(reply)
    assert refused(reply.text, reply.blocks) == []
    assert not unsourced(reply.text, reply.blocks)


def test_once_approved_the_lease_ends_later(leased: Room) -> None:
    ends = lease(leased).ends_at
    leased.say("extend 1 4h")
    leased.say("approve 2", BOB)
    leased.pass_time(minutes=1)
    assert lease(leased).ends_at == ends + timedelta(hours=4)


@pytest.mark.parametrize("thread", [1, 2])
def test_in_the_thread_of_the_lease_or_of_its_extension_no_number_is_needed(leased: Room, thread: int) -> None:
    leased.say("extend 1 4h")
    leased.say("extend 1d", in_thread_of=thread)
    plan = leased.request(3).plan
    assert isinstance(plan, ExtendPlan)
    assert plan.leased == 1


def test_the_details_of_a_leased_request_offer_to_extend_it(leased: Room) -> None:
    assert "extend 1" in lines(leased.say("request 1").blocks)


def refused_to_extend(room: Room, line: str, error: type[DacError], says: str) -> None:
    count = len(room.store.in_states(*State))
    with pytest.raises(error, match=re.escape(says)):
        room.say(line)
    assert len(room.store.in_states(*State)) == count


def test_what_has_no_lease_is_not_extended(room: Room) -> None:
    room.say("scale chat 4")
    refused_to_extend(room, "extend 1 4h", Conflict, "Request 1 has no lease to extend: it is waiting for approval")
    refused_to_extend(room, "extend 9 4h", NotFound, "no request 9")


def test_a_lease_that_is_being_given_back_is_too_late_to_extend(leased: Room) -> None:
    leased.pass_time(hours=8, minutes=1)
    assert leased.request(2).state is State.APPLYING
    refused_to_extend(leased, "extend 1 4h", Conflict, "request 2 is giving the size back")
    refused_to_extend(leased, "extend 2 4h", Conflict, "request 2 is giving the size back")


def test_a_lease_that_is_over_is_not_extended(leased: Room) -> None:
    leased.pass_time(hours=8, minutes=1)
    leased.pass_time(minutes=30)
    refused_to_extend(leased, "extend 1 4h", Conflict, "The lease of request 1 is over")


def test_an_extension_that_would_have_ended_already_is_refused(leased: Room) -> None:
    leased.clock.advance(hours=10)
    refused_to_extend(leased, "extend 1 30min", Invalid, "extend it by more")


def test_an_extension_beyond_a_year_is_refused(leased: Room) -> None:
    refused_to_extend(leased, "extend 1 366d", Invalid, "within a year")


@pytest.mark.parametrize("by", ["4", "soon", "-4h", "0h"])
def test_what_is_no_length_of_time_is_refused(leased: Room, by: str) -> None:
    refused_to_extend(leased, f"extend 1 {by}", Invalid, "By: “")


def test_a_dry_run_of_an_extension_records_nothing(leased: Room) -> None:
    answer = shown(leased.say("policy extend 1 4h", ANN))
    assert "Keep chat at 4 units for 4 h longer" in answer
    assert len(leased.store.in_states(*State)) == 1
