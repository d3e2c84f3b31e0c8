from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from approvals.claims import Claim
from approvals.clockwork import Clockwork
from approvals.events import Announced, Body, Escalated, Expired, Held, Hold, Reminded
from approvals.policy import People
from approvals.request import Glass, Lease, Request
from approvals.states import FINAL, Action, State
from approvals.store import Store
from approvals.timely import begin_by, due, timely
from dac.errors import Unavailable
from tests.approvals.conftest import House, at_once
from tests.fakes import BOB, CAT, DAN, START, Killed, MortalStore, When, plan, policy, rule

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
REMINDING = rule(reminders=(HOUR, 4 * HOUR, 12 * HOUR))


def request(**changes: Any) -> Request:
    """Asked at START and changed last then, expiring a day later."""
    asked = plan()
    return Request.model_validate(
        {
            "id": 1,
            "version": 1,
            "plan": asked,
            "digest": asked.digest,
            "requester": "UANN",
            "reason": "launch week",
            "rule": rule(),
            "rule_digest": rule().digest,
            "eligible": (BOB, CAT),
            "channel": "CTEAM",
            "asked_in": "CTEAM",
            "nonce": "00000000",
            "asked_at": START,
            "expires_at": START + DAY,
            "changed_at": START,
            **changes,
        }
    )


def leased(**changes: Any) -> Request:
    lease = Lease(began_at=START, ends_at=START + 8 * HOUR)
    return request(state=State.APPLIED, lease=lease.model_copy(update=changes))


def paused(**changes: Any) -> Request:
    """Waiting since START for a person's word."""
    given = {"question": "all switched?", "asked_at": START, **changes}
    claim = Claim(etag="", holder="one", until=START, started_at=START).model_copy(update=given)
    return request(state=State.APPLYING, claim=claim)


def glass(**changes: Any) -> Glass:
    given = Glass(by=DAN, at=START, because="down", reviewers=(BOB,), review_by=START + DAY)
    return given.model_copy(update=changes)


FREEZE = Held(why=Hold.FREEZE, by=CAT)
WINDOW = Held(why=Hold.WINDOW, because="weekend", until=START + 48 * HOUR)
RETURNING = {"state": State.APPROVED, "returns": 7}
TROUBLED = {**RETURNING, "trouble": "no answer", "trouble_since": START}
HELD = {**RETURNING, "held": FREEZE, "trouble_since": START}
IN_WINDOW = {**RETURNING, "held": WINDOW, "trouble_since": START}


@pytest.mark.parametrize(
    ("given", "after", "happens"),
    [
        (request(), 23.9, None),
        (request(), 24, Expired()),
        (request(), 999, Expired()),
        (request(rule=REMINDING), 0.9, None),
        (request(rule=REMINDING), 1, Reminded(what="approval", number=1)),
        (request(rule=REMINDING, reminded=1), 3.9, None),
        (request(rule=REMINDING, reminded=1), 4, Reminded(what="approval", number=2)),
        (request(rule=REMINDING, reminded=3), 23.9, None),
        (request(rule=REMINDING, amended_at=START + HOUR), 1.9, None),
        (request(rule=REMINDING, amended_at=START + HOUR), 2, Reminded(what="approval", number=1)),
        (request(state=State.APPROVED), 999, None),
        (request(state=State.APPROVED, begin_by=START + HOUR), 0.9, None),
        (request(state=State.APPROVED, begin_by=START + HOUR), 1, Expired()),
        (request(state=State.APPLYING, begin_by=START + HOUR), 1, None),
        (request(state=State.APPLYING, glass=glass()), 23.9, None),
        (request(state=State.APPLYING, glass=glass()), 24, Reminded(what="review", number=1)),
        (request(state=State.FAILED, glass=glass(reminded=1)), 47.9, None),
        (request(state=State.FAILED, glass=glass(reminded=1)), 48, Reminded(what="review", number=2)),
        (request(state=State.FAILED, glass=glass(reviewed_by=BOB)), 999, None),
        (paused(), 3.9, None),
        (paused(), 4, Reminded(what="pause", number=1)),
        (paused(reminded=1), 27.9, None),
        (paused(reminded=1), 28, Reminded(what="pause", number=2)),
        (paused(question="", asked_at=None), 999, None),
        (paused().model_copy(update={"state": State.CANCELLED}), 999, None),
        (leased(), 7.4, None),
        (leased(), 7.5, Announced()),
        (leased(announced=True), 7.5, None),
        (leased(outcome="given back"), 7.5, None),
        (leased(ends_at=START + HOUR / 2), 0.2, None),
        (leased(ends_at=START + HOUR / 2), 0.25, Announced()),
        (request(**TROUBLED), 0.24, None),
        (request(**TROUBLED), 0.25, Escalated(sentence="no answer")),
        (request(**TROUBLED, escalated_at=START + HOUR), 1.9, None),
        (request(**TROUBLED, escalated_at=START + HOUR), 2, Escalated(sentence="no answer")),
        (request(**{**TROUBLED, "state": State.APPLYING}), 1, Escalated(sentence="no answer")),
        (request(**{**TROUBLED, "returns": None}), 999, None),
        (leased(announced=True).model_copy(update={"trouble": "no answer", "trouble_since": START}), 1,
         Escalated(sentence="no answer")),
        (leased(outcome="given back").model_copy(update={"trouble": "no", "trouble_since": START}), 1, None),
        (request(**HELD), 0.25, Escalated(sentence=FREEZE.sentence)),
        (request(**HELD, escalated_at=START + HOUR), 2, Escalated(sentence=FREEZE.sentence)),
        (request(**IN_WINDOW), 0.25, Escalated(sentence=WINDOW.sentence)),
        (request(**IN_WINDOW, escalated_at=START + HOUR), 48.2, None),
        (request(**IN_WINDOW, escalated_at=START + HOUR), 48.25, Escalated(sentence=WINDOW.sentence)),
        (request(**IN_WINDOW, escalated_at=START + 48 * HOUR), 48.9, None),
    ],
)  # fmt: skip
def test_what_time_does_it_does_at_its_time_and_not_before(given: Request, after: float, happens: Body | None) -> None:
    assert timely(given, START + after * HOUR) == happens


@pytest.mark.parametrize(
    ("given", "after", "happens"),
    [
        (request(rule=REMINDING), 13, Reminded(what="approval", number=3)),
        (request(rule=REMINDING, reminded=1), 13, Reminded(what="approval", number=3)),
        (request(rule=REMINDING), 24, Expired()),
        (request(state=State.FAILED, glass=glass()), 24 * 9, Reminded(what="review", number=9)),
        (paused(), 53, Reminded(what="pause", number=3)),
        (leased(), 8, None),
        (request(**TROUBLED), 240, Escalated(sentence="no answer")),
    ],
    ids=[
        "the newest of three",
        "of two",
        "none when expired",
        "one for nine days",
        "one for two days",
        "none when over",
        "once",
    ],
)
def test_what_nobody_was_there_to_say_is_said_once_or_not_at_all(
    given: Request, after: float, happens: Body | None
) -> None:
    assert timely(given, START + after * HOUR) == happens


@pytest.mark.parametrize(
    ("given", "when"),
    [
        (request(), 24),
        (request(rule=REMINDING), 1),
        (request(rule=REMINDING, reminded=2), 12),
        (request(rule=REMINDING, reminded=3), 24),
        (request(state=State.APPROVED), None),
        (request(state=State.APPROVED, begin_by=START + HOUR, glass=glass()), 1),
        (request(state=State.STALE, glass=glass()), 24),
        (leased(), 7.5),
        (leased(announced=True), None),
        (leased().model_copy(update={"changed_at": START + 9 * HOUR}), None),
        (request(**TROUBLED), 0.25),
    ],
)
def test_when_the_next_of_it_is_due(given: Request, when: float | None) -> None:
    assert due(given) == (None if when is None else START + when * HOUR)


@pytest.mark.parametrize("state", sorted(FINAL - {State.APPLIED}))
def test_nothing_more_comes_to_what_has_ended(state: State) -> None:
    ended = request(state=state, rule=REMINDING, begin_by=START + HOUR, trouble_since=START, returns=7)
    assert (due(ended), timely(ended, START + 999 * HOUR)) == (None, None)


@pytest.mark.parametrize(
    ("start_at", "until"),
    [(None, 24), (START - HOUR, 24), (START + 6 * HOUR, 30)],
    ids=["at once", "already past", "later"],
)
def test_the_time_to_begin_counts_from_when_it_may_begin(start_at: datetime | None, until: int) -> None:
    asked = request(plan=plan(start_at=start_at))
    assert begin_by(asked, START) == START + until * HOUR


# Clockwork


def everything(house: House) -> dict[str, Request]:
    """One of each that time has something to do to."""
    rules = policy(REMINDING.model_copy(update={"break_glass": People(users=frozenset({DAN}))}))
    waiting, emergency = house.asked("a", rules=rules), house.asked("b", rules=rules)
    house.approvals(rules).break_glass(emergency.id, DAN, because="down", confirmed="b")
    agreed, lease = house.approved("c"), house.leased("d", lease=40 * HOUR)
    return {"waiting": waiting, "emergency": emergency, "agreed": agreed, "lease": lease}


def test_after_days_of_downtime_everything_due_happens_once_and_in_order(house: House) -> None:
    of = everything(house)
    house.clock.advance(hours=24 * 5)
    assert house.clockwork.tick()
    assert not house.clockwork.tick()
    late = {name: house.actions(each)[-2:] for name, each in of.items()}
    assert late == {
        "waiting": [Action.SUBMIT, Action.EXPIRE],
        "emergency": [Action.EXPIRE, Action.REMIND],
        "agreed": [Action.APPROVE, Action.EXPIRE],
        "lease": [Action.SEND, Action.SUCCEED],
    }
    assert {each: house.store.get(of[each].id).state for each in of} == {
        "waiting": State.EXPIRED,
        "emergency": State.EXPIRED,
        "agreed": State.EXPIRED,
        "lease": State.APPLIED,
    }
    assert house.last(of["emergency"]).body == Reminded(what="review", number=5)


def test_while_the_bot_runs_every_reminder_comes_at_its_time(house: House) -> None:
    of = everything(house)
    asked = of["waiting"].asked_at
    for _ in range(30):
        house.clockwork.tick()
        house.clock.advance(hours=1)
    reminded = [each for each in house.store.events(of["waiting"].id) if isinstance(each.body, Reminded)]
    assert [each.body for each in reminded] == [Reminded(what="approval", number=each) for each in (1, 2, 3)]
    assert [(each.at - asked) // HOUR for each in reminded] == [1, 4, 12]
    assert house.store.get(of["waiting"].id).state is State.EXPIRED


def test_two_processes_let_each_thing_happen_once(house: House) -> None:
    of = everything(house)
    one, two = house.clockwork, Clockwork(Store(house.path), house.clock.now)
    for hours in (2, 10, 12, 14, 30):
        house.clock.advance(hours=hours)
        at_once(partial(ticked, house, one, of["waiting"]), partial(ticked, house, two, of["waiting"]))
    for each in of.values():
        bodies = [event.body for event in house.store.events(each.id)]
        assert all(bodies.count(body) == 1 for body in bodies if isinstance(body, (Reminded, Expired, Announced)))
    assert house.actions(of["waiting"]).count(Action.EXPIRE) == 1
    assert house.actions(of["lease"]).count(Action.ANNOUNCE) <= 1


def ticked(house: House, clockwork: Clockwork, request: Request) -> Request:
    clockwork.tick()
    return house.store.get(request.id)


@pytest.mark.parametrize("when", When)
@pytest.mark.parametrize("action", [Action.EXPIRE, Action.REMIND])
def test_a_process_killed_over_it_leaves_the_rest_to_the_next(house: House, action: Action, when: When) -> None:
    of = everything(house)
    house.clock.advance(hours=24 * 5)
    store = MortalStore(house.path)
    store.dies(action, when)
    with pytest.raises(Killed):
        Clockwork(store, house.clock.now).tick()
    house.clockwork.tick()
    for name in ("waiting", "emergency", "agreed"):
        assert house.actions(of[name]).count(Action.EXPIRE) == 1
    assert house.actions(of["emergency"]).count(Action.REMIND) == 1
    assert not house.clockwork.tick()


def test_what_another_process_did_a_moment_before_is_not_done_again(house: House) -> None:
    waiting = house.asked()
    house.clock.advance(hours=24)
    store = Overtaken(house.path, house.clockwork.tick)
    Clockwork(store, house.clock.now).tick()
    assert house.actions(waiting) == [Action.SUBMIT, Action.EXPIRE]


def test_a_return_in_trouble_escalates_by_the_clock_alone(house: House) -> None:
    leased_ = house.leased()
    house.clock.advance(hours=8)
    house.oracle.fail("cluster", Unavailable("no answer"))
    house.leases.tend()
    house.clock.advance(minutes=15)
    assert house.clockwork.tick()
    assert house.last(leased_).body == Escalated(sentence="no answer")


class Overtaken(Store):
    """Somebody does something between finding what is due and doing it."""

    def __init__(self, path: Path, meanwhile: Callable[[], object]) -> None:
        super().__init__(path)
        self._meanwhile = meanwhile

    def due(self, at: datetime) -> list[Request]:
        found = super().due(at)
        self._meanwhile()
        return found
