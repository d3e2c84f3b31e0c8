from __future__ import annotations

import json
import re
import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import timedelta
from typing import Any

import pytest

from approvals import rows
from approvals.database import stamp
from approvals.events import (
    BOT,
    Approved,
    AskRefused,
    Cancelled,
    Closed,
    Event,
    LetGo,
    PolicyRead,
    Progressed,
    Started,
    Stopped,
    Submitted,
    Voted,
)
from approvals.policy import People
from approvals.request import Request, happened, submitted
from approvals.service import Approvals
from approvals.states import Action, State
from approvals.store import Busy, FrozenNow, Repeated, Store
from approvals.timely import due
from dac.errors import Conflict, DacError, NotFound
from tests.approvals.conftest import House
from tests.fakes import ANN, BOB, CAT, EVE, START, cluster, plan, policy, rule, scaled


def row_of(house: House, request: Request) -> dict[str, Any]:
    with closing(sqlite3.connect(house.path)) as db:
        db.row_factory = sqlite3.Row
        return dict(db.execute("SELECT * FROM requests WHERE id = ?", [request.id]).fetchone())


def submission(house: House) -> Submitted:
    seen = house.oracle.add(cluster())
    made = plan(seen)
    return Submitted(
        plan=made,
        digest=made.digest,
        reason="",
        rule=rule(),
        rule_digest=rule().digest,
        eligible=(BOB,),
        channel="CTEAM",
        asked_in="CTEAM",
        nonce="n",
        expires_at=START + timedelta(hours=1),
    )


@pytest.mark.parametrize("state", State)
def test_in_every_state_a_request_is_what_its_events_say(house: House, state: State) -> None:
    request = house.brought(state)
    assert house.store.replayed(request.id) == Store(house.path).get(request.id) == request
    assert house.store.in_states(state) == [request]
    assert house.store.in_states(*set(State) - {state}) == []
    assert house.store.in_states() == []


def test_the_row_says_what_the_request_says(house: House) -> None:
    request = house.approved()
    row = row_of(house, request)
    assert (row["id"], row["version"], row["state"]) == (1, request.version, "approved")
    assert (row["cluster_id"], row["requester"]) == (request.plan.subject.id, ANN)
    assert row["asked_at"] == row["decided_at"] == "2026-11-23T12:00:00.000000+00:00"
    assert row["due_at"] == "2026-11-24T12:00:00.000000+00:00"
    assert (row["lease_ends_at"], row["review_owed"]) == (None, None)


@pytest.mark.parametrize("state", State)
def test_a_row_written_step_by_step_is_what_it_would_be_written_at_once(house: House, state: State) -> None:
    """Columns and parts of the text that a step leaves as they were are not written again."""
    request = house.brought(state)
    at, row = due(request), row_of(house, request)
    assert json.loads(row["body"]) == json.loads(request.model_dump_json())
    assert (row["version"], row["state"]) == (request.version, request.state.value)
    assert row["due_at"] == (stamp(at) if at else None)
    assert row["decided_at"] == (stamp(request.decided_at) if request.decided_at else None)


def test_an_edit_is_written_with_its_new_plan(house: House) -> None:
    request = house.asked(to_units=4)
    edited = house.approvals().edit(request.id, BOB, plan(scaled(request).cluster, 3), because="enough")
    assert Store(house.path).get(request.id) == edited
    assert edited.plan.summary == "Scale chat from 2 to 3 units"


def test_what_another_process_has_written_is_seen_at_once(house: House) -> None:
    request = house.asked()
    assert house.store.get(request.id) == request
    other = Approvals(Store(house.path), policy, house.groups.members_of, house.clock.now)
    approved = other.approve(request.id, BOB)
    assert house.store.get(request.id) == approved
    denied = other.submit(request.plan, requester=ANN, reason="", channel="CTEAM", delivery="again")
    assert house.store.get(denied.id) == denied


def test_more_requests_than_are_remembered_are_read_again(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows, "RECENT", 2)
    requests = [house.asked(name) for name in ("a", "b", "c", "d")]
    assert [house.store.get(each.id) for each in requests] == requests
    assert house.approvals().approve(1, BOB).state is State.APPROVED


def test_due_is_what_time_alone_has_something_to_do_to(house: House) -> None:
    waiting, agreed, denied = house.asked("a"), house.approved("b"), house.asked("c")
    house.approvals().deny(denied.id, BOB, because="no")
    begun = house.approved("d")
    house.executor().advance(begun.id)
    assert house.store.due(waiting.expires_at) == [waiting, agreed]
    house.clock.advance(hours=23)
    assert house.store.due(house.clock.now()) == []


def test_the_newest_come_first_and_so_many_of_them_as_are_wanted(house: House) -> None:
    one, two, three = house.asked("a"), house.asked("b", by=BOB), house.asked("c")
    assert house.store.in_states(*State) == [one, two, three]
    assert house.store.in_states(*State, newest=2) == [three, two]
    assert house.store.in_states(*State, requester=ANN, newest=2) == [three, one]
    assert house.store.in_states(State.DENIED, requester=ANN) == []
    assert house.store.in_states(State.PENDING, requester=BOB) == [two]


def test_a_leased_size_is_listed_until_it_is_given_back_the_next_to_end_first(house: House) -> None:
    for name, hours in (("long", 9), ("short", 8)):
        seen = house.oracle.add(cluster(name))
        leased = plan(seen, 4, headroom=house.oracle.headroom(seen), lease=timedelta(hours=hours))
        asked = house.approvals().submit(leased, requester=ANN, reason="", channel="CTEAM", delivery=name)
        house.approvals().approve(asked.id, BOB)
        house.settle(house.executor(), asked)
    long, short = house.every()
    assert house.store.leased() == [short, long]
    assert short.lease
    assert row_of(house, short)["lease_ends_at"] == stamp(short.lease.ends_at)
    house.store.change(short.id, lambda _: Closed(outcome="it is back"), actor=BOT, at=START)
    assert house.store.leased() == [long]


def test_a_broken_glass_is_listed_until_somebody_has_reviewed_it(house: House) -> None:
    rules = policy(rule(break_glass=People(users=frozenset({EVE}))))
    approvals = house.approvals(rules)
    request = house.asked(rules=rules)
    assert house.store.review_owed() == []
    broken = approvals.break_glass(request.id, EVE, because="it burns", confirmed="chat")
    assert house.store.review_owed() == [broken]
    approvals.review(request.id, BOB, justified=True, comment="it did")
    assert house.store.review_owed() == []


def test_a_change_that_looks_at_another_request_sees_what_was_decided_before_it(house: House) -> None:
    """Though both come at once and share a commit: a return must see that its lease has just been extended."""
    first, second = house.asked("a"), house.asked("b")
    seen = list[State]()

    def look(_: Request) -> Cancelled:
        seen.append(house.store.get(first.id).state)
        return Cancelled()

    held, go_on = threading.Event(), threading.Event()

    def hold(_: Request) -> None:
        held.set()
        assert go_on.wait(20)

    with ThreadPoolExecutor(3) as pool:
        pool.submit(house.store.change, first.id, hold, actor=BOT, at=START)
        assert held.wait(20)
        for count, (request, decide) in enumerate([(first, lambda _: Cancelled()), (second, look)], 1):
            pool.submit(house.store.change, request.id, decide, actor=ANN, at=START)
            while len(house.store._together._waiting) < count:
                threading.Event().wait(0.001)
        go_on.set()
    assert seen == [State.CANCELLED]


def test_news_are_unseen_until_all_of_them_have_been_shown(house: House) -> None:
    first, second = house.asked("a"), house.asked("b")
    assert house.store.unseen() == [1, 2]
    house.store.seen(first.id, first.version)
    assert house.store.unseen() == [2]
    house.approvals().approve(second.id, BOB)
    house.store.seen(second.id, second.version)
    assert house.store.unseen() == [2]
    house.store.show_again(first.id)
    assert house.store.unseen() == [1, 2]
    with pytest.raises(NotFound, match="There is no request 3"):
        house.store.show_again(3)


def test_a_refusal_is_news_as_well_and_the_same_one_is_not(house: House) -> None:
    request = house.asked()
    house.store.seen(request.id, request.version)
    for _ in range(2):
        with pytest.raises(DacError, match="someone else must decide"):
            house.approvals().approve(request.id, ANN, delivery="click")
        assert house.store.unseen() == [1]
    assert house.actions(request) == [Action.SUBMIT, Action.REFUSE]


def test_a_copy_of_a_delivery_does_nothing_and_answers_the_same(house: House) -> None:
    approvals = house.approvals()
    first = house.store.submit(submission(house), actor=ANN, at=START, delivery="asked")
    assert house.store.submit(submission(house), actor=ANN, at=START, delivery="asked") == first
    agreed = approvals.approve(first.id, BOB, delivery="click")
    assert approvals.approve(first.id, BOB, delivery="click") == agreed
    with pytest.raises(Conflict) as no:
        approvals.approve(first.id, CAT, delivery="late click")
    with pytest.raises(Repeated, match=re.escape(str(no.value))):
        approvals.approve(first.id, CAT, delivery="late click")
    assert house.actions(first) == [Action.SUBMIT, Action.APPROVE, Action.REFUSE]


def test_what_a_delivery_has_asked_for_is_known_by_it(house: House) -> None:
    assert house.store.asked_by("asked") is None
    asked = house.store.submit(submission(house), actor=ANN, at=START, delivery="asked")
    assert house.store.asked_by("asked") == asked
    house.store.note(AskRefused(attempt="Scale chat", because="No rule covers it."), actor=ANN, at=START, delivery="no")
    house.store.note(Stopped(), actor=EVE, at=START, delivery="freeze")
    with pytest.raises(Repeated, match=r"No rule covers it\."):
        house.store.asked_by("no")
    assert house.store.asked_by("freeze") is None


def test_what_concerns_no_request_is_noted_once_for_each_delivery(house: House) -> None:
    for _ in range(2):
        house.store.note(Stopped(because="an incident"), actor=EVE, at=START, delivery="click")
    frozen = house.store.freeze()
    assert frozen
    assert (frozen.by, frozen.since, frozen.because) == (EVE, START, "an incident")
    house.store.note(LetGo(), actor=EVE, at=START)
    assert house.store.freeze() is None
    assert house.records.count() == 2
    assert house.store.unseen() == []


def test_the_policy_that_was_read_last_is_known_by_its_digest(house: House) -> None:
    assert house.store.policy_digest() == ""
    for digest in ("one", "two"):
        house.store.note(PolicyRead(digest=digest, rules=("everything",)), actor=BOT, at=START)
    assert house.store.policy_digest() == "two"


def test_nothing_is_begun_while_everything_is_frozen_whatever_was_seen_before(house: House) -> None:
    request = house.approved()
    house.store.note(Stopped(because="an incident"), actor=EVE, at=START)
    claim = Started(etag="etag-1", holder="one", until=START)
    with pytest.raises(FrozenNow) as no:
        house.store.change(request.id, lambda _: claim, actor=BOT, at=START)
    assert no.value.freeze == house.store.freeze()
    assert house.store.get(request.id) == request


def test_a_request_agreed_from_the_start_is_made_and_agreed_in_one_go(house: House) -> None:
    agreed = Approved(by="lease", begin_by=None)
    made = house.store.submit(submission(house), actor=ANN, at=START, delivery="return", then=agreed)
    assert made.state is State.APPROVED
    assert [(each.body.action, each.actor) for each in house.store.events(made.id)] == [
        (Action.SUBMIT, ANN),
        (Action.APPROVE, BOT),
    ]
    assert house.store.submit(submission(house), actor=ANN, at=START, delivery="return", then=agreed) == made


def test_however_full_the_file_nothing_that_is_asked_often_reads_all_of_it(house: House) -> None:
    """What SQLite says it would do, for every statement of every call; only what is wanted anyway is read through."""
    request = house.asked()
    store, asked = house.store, list[str]()
    (held,) = store._together._file._idle
    held.connection.set_trace_callback(asked.append)
    house.asked("embed")
    house.approvals().approve(request.id, BOB, delivery="click")
    house.executor().advance(request.id)
    store.note(Stopped(), actor=EVE, at=START, delivery="freeze")
    store.seen(request.id, 1)
    store.show_again(request.id)
    for call in (store.freeze, store.policy_digest, store.leased, store.review_owed, store.unseen):
        call()
    store.due(START), store.events(request.id), store.asked_by("click")
    store.in_states(State.PENDING), store.in_states(State.APPROVED, State.APPLYING)
    store.in_states(*State, newest=5), store.in_states(*State, requester=ANN, newest=5)
    held.connection.set_trace_callback(None)
    statements = [each for each in asked if each.split()[0] in {"SELECT", "UPDATE", "INSERT", "DELETE"}]
    assert len(statements) > 30
    with closing(sqlite3.connect(house.path)) as db:
        plans = {each: [row[3] for row in db.execute(f"EXPLAIN QUERY PLAN {each}")] for each in statements}
    assert {each: steps for each, steps in plans.items() if reads_all(each, steps)} == {}


def reads_all(statement: str, steps: list[str]) -> bool:
    if "FROM unseen" in statement or "LIMIT 5" in statement:
        # The outbox is wanted whole; the newest few are, as long as they need no sorting.
        return any("TEMP B-TREE" in step for step in steps)
    return any(step.startswith("SCAN") for step in steps)


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


def test_a_second_holder_of_the_file_is_told_who_changes_the_cluster(house: House) -> None:
    first, second = house.approved("chat", 4), house.approved("chat", 6)
    claim = Started(etag="etag-1", holder="one", until=START)
    Store(house.path).change(first.id, lambda _: claim, actor=BOT, at=START)
    with pytest.raises(Busy) as busy:
        house.store.change(second.id, lambda _: claim, actor=BOT, at=START)
    assert busy.value.holder == first.id


def test_a_history_begins_with_a_submission() -> None:
    with pytest.raises(TypeError, match="event 3 does not submit anything"):
        submitted(Event(seq=3, request_id=1, at=START, actor=BOB, body=Voted()))


def test_nothing_is_submitted_twice(house: House) -> None:
    request = house.asked()
    first = house.store.events(request.id)[0]
    assert isinstance(first.body, Submitted)
    with pytest.raises(Conflict):
        happened(request, first)
