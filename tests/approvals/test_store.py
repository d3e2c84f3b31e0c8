from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from approvals.request import BOT, Cancelled, Event, Progressed, Started, Submitted, Voted, happened, submitted
from approvals.states import Action, State
from approvals.store import Store
from dac.errors import Conflict, NotFound
from tests.approvals.conftest import House
from tests.fakes import ANN, BOB, START


@pytest.mark.parametrize("state", State)
def test_in_every_state_a_request_is_what_its_events_say(house: House, state: State) -> None:
    request = house.brought(state)
    assert house.store.replayed(request.id) == Store(house.path).get(request.id) == request
    assert house.store.in_states(state) == [request]
    assert house.store.in_states(*set(State) - {state}) == []
    assert house.store.in_states() == []


def test_the_row_says_what_the_request_says(house: House) -> None:
    request = house.approved()
    with closing(sqlite3.connect(house.path)) as connection:
        connection.row_factory = sqlite3.Row
        row = dict(connection.execute("SELECT * FROM requests").fetchone())
    assert (row["id"], row["version"], row["state"]) == (1, request.version, "approved")
    assert (row["cluster_id"], row["requester"]) == (request.plan.cluster.id, ANN)
    assert row["expires_at"] == "2026-11-24T12:00:00.000000+00:00"


def test_changed_since_is_what_has_an_event_after_that_version(house: House) -> None:
    first, second = house.asked("a"), house.asked("b")
    assert house.store.changed_since(0) == [first, second]
    assert house.store.changed_since(first.version) == [second]
    voted = house.approvals().approve(first.id, BOB)
    assert house.store.changed_since(second.version) == [voted]
    assert house.store.changed_since(voted.version) == []


def test_overdue_are_the_waiting_and_the_agreed_whose_time_is_up(house: House) -> None:
    waiting, agreed, denied = house.asked("a"), house.approved("b"), house.asked("c")
    house.approvals().deny(denied.id, BOB, because="no")
    begun = house.approved("d")
    house.executor().advance(begun.id)
    assert house.store.overdue(waiting.expires_at) == [waiting, agreed]
    house.clock.advance(hours=23)
    assert house.store.overdue(house.clock.now()) == []


def test_a_decision_for_nothing_writes_nothing(house: House) -> None:
    request = house.asked()
    assert house.store.change(request.id, lambda _: None, actor=BOT, at=START) == request
    assert house.actions(request) == [Action.SUBMIT]


def test_what_the_table_of_states_forbids_is_not_written(house: House) -> None:
    request = house.asked()
    with pytest.raises(Conflict, match="is waiting for approval; it is too late to progress it"):
        house.store.change(request.id, lambda _: Progressed(percent=1), actor=BOT, at=START)
    assert house.actions(request) == [Action.SUBMIT]


def test_an_event_that_cannot_be_written_takes_the_new_state_back_with_it(house: House) -> None:
    request = house.asked()
    with closing(sqlite3.connect(house.path)) as connection:
        connection.execute("CREATE TRIGGER no BEFORE INSERT ON events BEGIN SELECT RAISE(ABORT, 'no more'); END")
    with pytest.raises(sqlite3.IntegrityError, match="no more"):
        house.store.change(request.id, lambda _: Cancelled(), actor=ANN, at=START)
    with pytest.raises(sqlite3.IntegrityError, match="no more"):
        house.asked("embed")
    assert house.every() == [request]


def test_one_cluster_has_one_change_under_way_whatever_any_process_believes(house: House) -> None:
    first, second = house.approved("chat", 4), house.approved("chat", 6)
    claim = Started(etag="etag-1", holder="one", until=START)
    house.store.change(first.id, lambda _: claim, actor=BOT, at=START)
    with pytest.raises(Conflict, match=f"chat is being changed by request {first.id}; this one waits for it"):
        house.store.change(second.id, lambda _: claim, actor=BOT, at=START)
    assert house.store.get(second.id).state is State.APPROVED


def test_a_request_nobody_made_is_not_found(house: House) -> None:
    with pytest.raises(NotFound, match="There is no request 7"):
        house.store.get(7)
    assert house.store.events(7) == []


def test_a_history_begins_with_a_submission() -> None:
    with pytest.raises(TypeError, match="event 3 does not submit anything"):
        submitted(Event(seq=3, request_id=1, at=START, actor=BOB, body=Voted()))


def test_nothing_is_submitted_twice(house: House) -> None:
    request = house.asked()
    first = house.store.events(request.id)[0]
    assert isinstance(first.body, Submitted)
    with pytest.raises(Conflict):
        happened(request, first)
