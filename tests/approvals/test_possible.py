"""What `possible` tells a person is what happens when they click, in every state and for everybody."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from approvals.policy import Policy
from approvals.request import Request
from approvals.service import Approvals
from approvals.standing import ATTEMPTS
from approvals.states import Action, State
from approvals.store import Store
from dac.errors import DacError, Unavailable
from dac.extending import plan_extend
from tests.approvals.conftest import House
from tests.approvals.kinds import approved, furnish
from tests.approvals.test_asking import returning
from tests.approvals.test_editing import other
from tests.approvals.test_emergencies import ALWAYS, GLASS
from tests.fakes import ANN, BOB, CAT, CATALOG, DAN, EVE, START, policy, rule

PEOPLE = (ANN, BOB, CAT, DAN, EVE, "bot")
PATIENT = policy(rule(approvals=2, denials=2, break_glass={"users": [ANN, BOB], "groups": ["SONCALL"]}))


def _asked(house: House, rules: Policy = PATIENT, by: str = ANN) -> Request:
    return house.asked(to_units=8, rules=rules, by=by)


def _half_approved(house: House) -> Request:
    return house.approvals().approve(_asked(house).id, BOB)


def _objected(house: House) -> Request:
    return house.approvals().deny(_asked(house).id, BOB, because="no")


def _edited(house: House, by: str) -> Request:
    return house.approvals(PATIENT).edit(_asked(house).id, by, other(3))


def _consented(house: House) -> Request:
    edited = _edited(house, BOB)
    return house.approvals(PATIENT).agree(edited.id, ANN, digest=edited.digest)


def _broken(house: House, by: str = BOB) -> Request:
    return house.approvals(GLASS).break_glass(_asked(house, GLASS).id, by, because="fire", confirmed="chat")


def _reviewed(house: House) -> Request:
    return house.approvals(GLASS).review(_broken(house).id, CAT, justified=True, comment="fine")


def _in_window(house: House) -> Request:
    rules = policy(rule(freeze=ALWAYS, break_glass={"users": [ANN, BOB]}))
    asked = _asked(house, rules)
    house.approvals(rules).approve(asked.id, CAT)
    return house.executor().advance(asked.id)


def _extension(house: House) -> Request:
    longer = plan_extend(9, other(), START, timedelta(hours=1), catalog=CATALOG, now=START)
    return house.approvals().submit(longer, requester=ANN, reason="", channel="CTEAM", delivery="d")


def _timed_out(house: House) -> Request:
    asked = _asked(house)
    house.clock.advance(hours=24)
    return asked


def _approved_too_long_ago(house: House) -> Request:
    approved = house.approved()
    house.clock.advance(hours=24)
    return approved


def _on_its_way(house: House, turns: int) -> Request:
    furnish(house)
    moving = approved(house, "endpoint-move")
    for _ in range(turns):
        house.executor().advance(moving.id)
        house.clock.advance(minutes=10)
    return moving


def _slack_away(house: House) -> Request:
    asked = _asked(house)
    house.groups.problem = Unavailable("Slack did not answer.")
    return asked


def _group_gone(house: House) -> Request:
    asked = _asked(house)
    del house.groups.members["SONCALL"]
    return asked


SCENES: dict[str, Callable[[House], Request]] = {
    **{state.value: partial(House.brought, state=state) for state in State},
    "asked by an approver": partial(_asked, by=BOB),
    "half approved": _half_approved,
    "objected to": _objected,
    "edited by an approver": partial(_edited, by=BOB),
    "edited by who asked": partial(_edited, by=ANN),
    "edited and agreed to": _consented,
    "glass broken": _broken,
    "glass broken by who asked": partial(_broken, by=ANN),
    "reviewed": _reviewed,
    "nobody could review": partial(
        _asked, rules=policy(rule(approvers={"users": [BOB]}, break_glass={"users": [BOB]}))
    ),
    "held by a freeze window": _in_window,
    "an extension": _extension,
    "giving back": returning,
    "timed out, not swept": _timed_out,
    "approved too long ago, not swept": _approved_too_long_ago,
    "at the first of several steps": partial(_on_its_way, turns=1),
    "between two of its steps": partial(_on_its_way, turns=3),
    "asking a person": partial(_on_its_way, turns=4),
    "Slack away": _slack_away,
    "a group gone": _group_gone,
}


@pytest.mark.parametrize("scene", SCENES)
def test_what_one_is_told_is_what_a_click_does(house: House, tmp_path: Path, scene: str) -> None:
    request = SCENES[scene](house)
    request = house.store.get(request.id)
    for person in PEOPLE:
        told = dict(house.approvals(PATIENT).possible(request, person))
        assert tuple(told) == ATTEMPTS
        for attempt, no in told.items():
            if no:
                refused = _clicked(house.approvals(PATIENT), request, person, attempt)
                assert (attempt, person, str(refused)) == (attempt, person, no)
                continue
            copy = _copied(house, tmp_path / f"{person}-{attempt}.sqlite3")
            done = _clicked(copy.approvals(PATIENT), request, person, attempt)
            if scene == "Slack away" and attempt == "edit":
                # Who could agree to it, only Slack can tell; that they may try, it need not.
                assert isinstance(done, Unavailable)
            else:
                assert isinstance(done, Request), (attempt, person, done)
                assert copy.store.events(request.id)[-1].body.action is not Action.REFUSE
            copy.check()
    untouched = {"version": request.version}
    assert house.store.get(request.id).model_copy(update=untouched) == request


@pytest.mark.parametrize("scene", SCENES)
def test_looking_at_what_is_possible_records_nothing(house: House, scene: str) -> None:
    request = house.store.get(SCENES[scene](house).id)
    for person in PEOPLE:
        list(house.approvals().possible(request, person))
    assert house.store.get(request.id) == request


@pytest.mark.parametrize("scene", SCENES)
def test_nobody_can_ever_approve_what_they_asked_for(house: House, scene: str) -> None:
    request = house.store.get(SCENES[scene](house).id)
    assert dict(house.approvals(PATIENT).possible(request, request.requester))["approve"]
    assert request.requester not in request.voters


def _clicked(approvals: Approvals, request: Request, person: str, attempt: str) -> Request | DacError:
    number, digest = request.id, request.digest
    clicks: dict[str, Callable[[], Request]] = {
        "approve": lambda: approvals.approve(number, person, digest=digest),
        "deny": lambda: approvals.deny(number, person, because="no", digest=digest),
        "edit": lambda: approvals.edit(number, person, other(5)),
        "agree": lambda: approvals.agree(number, person, digest=digest),
        "cancel": lambda: approvals.cancel(number, person),
        "break-glass": lambda: approvals.break_glass(
            number, person, because="fire", confirmed=request.plan.subject.name, digest=digest
        ),
        "review": lambda: approvals.review(number, person, justified=True, comment="fine"),
        "confirm": lambda: approvals.confirm(number, person, comment="switched"),
        "stop": lambda: approvals.stop(number, person, because="not ready"),
    }
    try:
        return clicks[attempt]()
    except DacError as no:
        return no


def _copied(house: House, path: Path) -> House:
    with closing(sqlite3.connect(house.path)) as source, closing(sqlite3.connect(path)) as target:
        source.backup(target)
    return replace(house, path=path, store=Store(path))
