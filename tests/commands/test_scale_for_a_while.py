"""/dac scale --for and --at: what is asked begins and ends when it was said to, and the answer says so."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from approvals.policy import People, Policy
from approvals.states import State
from approvals.windows import FreezeWindow
from commands._blocks import date
from dac.budgets import Budget
from dac.errors import Invalid
from dac.scaling import ScalePlan
from tests.commands.room import Room, shown
from tests.commands.sound import refused, unsourced
from tests.fakes import ANN, BOB, CAT, START, policy, rule

EVERY_DAY = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


def scaled(room: Room, number: int = 1) -> ScalePlan:
    plan = room.request(number).plan
    assert isinstance(plan, ScalePlan)
    return plan


def window(**changes: Any) -> FreezeWindow:
    given = {"reason": "quarter end", "zone": "UTC", "days": EVERY_DAY, "from": "11:00", "to": "13:00"}
    return FreezeWindow.model_validate({**given, **changes})


@pytest.mark.parametrize(
    ("typed", "lease"),
    [("--for 8h", timedelta(hours=8)), ("--for 1d 4h", timedelta(hours=28)), ("for 90 min", timedelta(minutes=90))],
)
def test_a_lease_is_asked_for_with_the_change(room: Room, typed: str, lease: timedelta) -> None:
    room.say(f"scale chat 4 {typed}")
    assert scaled(room).lease == lease


@pytest.mark.parametrize(
    ("zone", "typed", "at"),
    [
        ("UTC", "18:00", datetime(2026, 11, 23, 18, 0, tzinfo=UTC)),
        ("Europe/Berlin", "18:00", datetime(2026, 11, 23, 17, 0, tzinfo=UTC)),
        ("Europe/Berlin", "tomorrow 9am", datetime(2026, 11, 24, 8, 0, tzinfo=UTC)),
        ("Europe/Berlin", "18:00 UTC", datetime(2026, 11, 23, 18, 0, tzinfo=UTC)),
        ("Asia/Tokyo", "in 2h", START + timedelta(hours=2)),
    ],
)
def test_a_start_is_read_in_the_time_zone_of_the_person(tmp_path: Path, zone: str, typed: str, at: datetime) -> None:
    room = Room(tmp_path, zones={ANN: zone})
    answer = shown(room.say(f"scale chat 4 --at {typed}"))
    assert scaled(room).start_at == at
    assert f"It begins {date(at)}" in answer


def test_the_answer_says_when_it_is_given_back_and_what_the_lease_costs_in_all(room: Room) -> None:
    reply = room.say("scale chat 4 --for 8h --at 18:00")
    answer = shown(reply)
    assert "given back by itself 8 h after Oracle has made the change" in answer
    assert date(datetime(2026, 11, 24, 2, 0, tzinfo=UTC)) in answer
    assert "+$35,712 a month while it lasts, +$384 in all for the 8 h" in answer
    assert not unsourced(reply.text, reply.blocks)


def test_a_change_for_good_says_nothing_of_giving_back(room: Room) -> None:
    assert "given back" not in shown(room.say("scale chat 4"))


def test_a_start_in_the_hour_that_comes_twice_is_pointed_out(tmp_path: Path) -> None:
    room = Room(tmp_path, zones={ANN: "America/New_York"})
    answer = shown(room.say("scale chat 4 --at 2027-03-14 02:30"))
    assert "does not exist in America/New_York" in answer


def test_a_moment_that_has_passed_is_refused_and_nothing_asked(room: Room) -> None:
    with pytest.raises(Invalid, match="ago"):
        room.say("scale chat 4 --at today 11:00")
    assert room.store.in_states(*State) == []


def test_a_freeze_is_pointed_out(tmp_path: Path) -> None:
    room = Room(tmp_path, rules=Policy(rules=(rule(),), freezers=People(users=frozenset({CAT}))))
    room.say("freeze because Oracle has an incident", CAT)
    answer = shown(room.say("scale chat 4"))
    assert "Everything is frozen by <@UCAT>" in answer
    assert "Oracle has an incident" in answer


@pytest.mark.parametrize(
    ("line", "covered"),
    [("scale chat 4", True), ("scale chat 4 --at 14:00", False), ("scale chat 4 --at tomorrow 12:00", True)],
)
def test_a_freeze_window_over_the_start_is_pointed_out(tmp_path: Path, line: str, *, covered: bool) -> None:
    room = Room(tmp_path, rules=policy(rule(freeze=(window(),))))
    assert ("A freeze window covers its start: “quarter end”" in shown(room.say(line))) is covered


def test_a_window_that_outlasts_the_approval_is_pointed_out(tmp_path: Path) -> None:
    long = FreezeWindow(reason="holidays", zone="UTC", starts="2026-11-20T00:00:00", ends="2026-12-01T00:00:00")
    room = Room(tmp_path, rules=policy(rule(freeze=(long,))))
    answer = shown(room.say("scale chat 4"))
    assert f"it would expire before that, {date(START + timedelta(hours=24))}" in answer


def test_other_requests_for_the_cluster_are_pointed_out(room: Room) -> None:
    room.say("scale chat 5")
    room.say("scale chat 6")
    room.say("approve 2", BOB)
    answer = shown(room.say("scale chat 7"))
    assert "Request 1 for the same cluster is waiting for approval: Scale chat from 2 to 5 units." in answer
    assert "Request 2 for the same cluster is approved and about to be carried out" in answer
    assert "Request 3 for" not in answer


def test_a_lease_that_a_lasting_change_would_end_is_pointed_out(room: Room) -> None:
    room.say("scale chat 4 --for 8h")
    room.say("approve 1", BOB)
    room.pass_time(minutes=1)
    room.pass_time(minutes=30)
    assert "nothing is given back any more of what request 1 has leased" in shown(room.say("scale chat 6"))
    assert "nothing is given back any more" not in shown(room.say("scale chat 6 --for 2h"))


@pytest.mark.parametrize(
    ("monthly", "says"),
    [
        (90_000, "Budget “production”: $71,424 of $90,000 a month at list price with this; $18,576 left"),
        (50_000, "⚠️ Budget “production”: $71,424 of $50,000 a month at list price with this; $21,424 over"),
    ],
)
def test_the_budget_is_told(tmp_path: Path, monthly: int, says: str) -> None:
    budget = Budget(name="production", clusters=frozenset({"chat*"}), monthly=Decimal(monthly))
    room = Room(tmp_path, rules=Policy(rules=(rule(),), budgets=(budget,)))
    reply = room.say("scale chat 4")
    assert says in shown(reply)
    assert refused(reply.text, reply.blocks) == []


def test_a_budget_in_another_currency_is_unknown_and_says_why(tmp_path: Path) -> None:
    budget = Budget(name="production", monthly=Decimal(1), currency="EUR")
    room = Room(tmp_path, rules=Policy(rules=(rule(),), budgets=(budget,)))
    assert "Budget “production”: what is left of 1 EUR a month is not known" in shown(room.say("scale chat 4"))


def test_a_rule_that_wants_more_than_a_number_of_people_is_told(tmp_path: Path) -> None:
    wanted = rule(approvals=1, must_include=People(users=frozenset({CAT})), different_groups=True)
    room = Room(tmp_path, rules=policy(wanted))
    room.groups.members["SONCALL"] |= {CAT}
    answer = shown(room.say("scale chat 4"))
    assert "Each must be of another group." in answer
    assert "<@UCAT> must be among them." in answer
