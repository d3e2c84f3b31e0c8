"""A request that another version of the bot wrote keeps no other from being seen, decided and carried out."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from approvals.executor import Executor
from approvals.records import Records
from approvals.request import Request
from approvals.requests import Requests
from approvals.states import State
from approvals.store import Store
from approvals.unreadable import Unreadable
from tests.approvals.conftest import LEASE, House, fresh
from tests.approvals.kinds import approved, asked, finish, furnish
from tests.fakes import ANN, BOB, CATALOG

SENTENCE = "Request 1 cannot be read: another version of the bot wrote it"


@pytest.fixture
def town(tmp_path: Path) -> House:
    """Its record is tampered with here, so nobody checks it at the end."""
    house = fresh(tmp_path / "dac.sqlite3")
    furnish(house)
    return house


def of_another_version(path: Path, number: int) -> None:
    """As a file is that was written when a plan of that kind was called otherwise."""
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("DROP TRIGGER events_are_append_only_update")
        for table, where in (("requests", "id"), ("events", "request_id")):
            db.execute(
                f"UPDATE {table} SET body = json_replace(body, '$.plan.action', 'fine-tune') WHERE {where} = ?",  # noqa: S608 - words of our own
                [number],
            )


def restarted(house: House) -> tuple[Store, Executor]:
    """A process that remembers nothing."""
    store = Store(house.path)
    now = house.clock.now
    return store, Executor(store, house.oracle, house.oracle, CATALOG, now, holder="new", lease=LEASE)


def begun(house: House) -> Request:
    request = approved(house, "finetune")
    assert house.executor().advance(request.id).state is State.APPLYING
    of_another_version(house.path, request.id)
    return request


def test_it_is_told_of_and_the_others_are_listed(town: House) -> None:
    held = begun(town)
    other = asked(town, "scale")
    store, _ = restarted(town)
    requests = Requests(store, Records(town.path), town.clock.now)
    for found in (requests.open(), requests.waiting(), requests.of(ANN, 10), requests.newest(10)):
        assert [each.id for each in found] == [other.id]
    assert requests.unreadable() == [1]
    ((number, things),) = requests.stuck().items()
    assert number == 1
    assert set(held.touches) < set(things)
    assert requests.last() == other.id
    for read in (requests.get, requests.events):
        with pytest.raises(Unreadable, match=SENTENCE):
            read(1)


def test_one_that_is_over_waits_for_nobody(town: House) -> None:
    request = asked(town, "finetune")
    town.approvals().cancel(request.id, ANN)
    of_another_version(town.path, request.id)
    assert restarted(town)[0].unreadable() == []


def test_the_newest_is_no_reason_to_show_none(town: House) -> None:
    begun(town)
    store, _ = restarted(town)
    assert (store.last(), store.in_states(*State, newest=1)) == (1, [])


def test_nobody_can_decide_over_it_and_who_tries_is_told_why(town: House) -> None:
    of_another_version(town.path, asked(town, "finetune").id)
    town.store = Store(town.path)
    with pytest.raises(Unreadable, match=SENTENCE):
        town.approvals().approve(1, BOB)


def test_the_others_are_carried_out_but_for_what_it_holds(town: House) -> None:
    first, same, scale = (approved(town, kind) for kind in ("finetune", "finetune", "scale"))
    town.executor().advance(first.id)
    of_another_version(town.path, first.id)
    store, executor = restarted(town)
    assert set(executor.due()) == {scale.id, same.id}
    assert finish(town, executor, scale).state is State.APPLIED
    held = executor.advance(same.id)
    assert held.state is State.APPROVED
    assert held.held
    assert held.held.request_id == 1
    assert store.due(town.clock.now()) == []


def test_the_audit_finds_it(town: House) -> None:
    begun(town)
    assert list(Records(town.path).unlike()) == [1]
