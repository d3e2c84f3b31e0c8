"""What can come between the steps of a request, and between the claim of one and Oracle's word on it."""

from __future__ import annotations

import io
import json
import sqlite3
from contextlib import closing
from datetime import timedelta
from fnmatch import fnmatch

import pytest

from approvals.events import BOT
from approvals.records import export
from approvals.states import Action, State
from approvals.step_events import Resumed
from approvals.store import Store
from dac.cluster import Lifecycle
from dac.errors import Conflict, Denied, Invalid, NotFound, Unavailable
from tests.approvals.conftest import LEASE, House
from tests.approvals.kinds import (
    BARE,
    CHAT,
    KINDS,
    OURS,
    SERVED,
    approved,
    asked,
    finish,
    furnish,
    given,
    reaches,
    turn,
    wanted,
)
from tests.fakes import BOB, Ending, When, endpoint, policy, rule

RULES = policy().model_copy(update={"freezers": policy().rules[0].approvers})


@pytest.fixture
def town(house: House) -> House:
    furnish(house)
    return house


def test_a_refusal_because_an_earlier_call_made_it_is_no_refusal(town: House) -> None:
    request = approved(town, "create")
    step = request.plan.doing[0]

    def earlier() -> None:
        tags = {"dac-request": request.tag, "dac-step": step.key}
        town.oracle.create(step, tags=tags, token="lost on the way")  # type: ignore[arg-type]
        raise Conflict("Oracle answered 409 InvalidatedRetryToken.")

    town.oracle.on("create", When.BEFORE, earlier)
    assert finish(town, town.executor(), request).state is State.APPLIED
    assert given(town) == wanted(request.plan)


@pytest.mark.parametrize("refusal", [Conflict("Oracle answered 409."), NotFound("Oracle answered 404.")])
def test_a_refusal_because_it_is_being_deleted_already_is_no_refusal(town: House, refusal: Conflict | NotFound) -> None:
    request = approved(town, "delete")

    def meanwhile() -> None:
        town.oracle.change(BARE.id, lifecycle_state=Lifecycle.DELETED)
        raise refusal

    town.oracle.on("delete", When.BEFORE, meanwhile)
    ended = finish(town, town.executor(), request)
    assert (ended.state, ended.outcome) == (State.APPLIED, "The cluster bare is deleted.")


def test_what_somebody_else_deletes_after_the_claim_is_deleted_as_was_agreed(town: House) -> None:
    request = approved(town, "endpoint-delete")
    town.oracle.on("resource", When.BEFORE, lambda: None)
    town.oracle.on("resource", When.BEFORE, lambda: town.oracle.remove(SERVED.id))
    assert finish(town, town.executor(), request).state is State.APPLIED
    assert town.oracle.removed == []


def test_what_somebody_else_changes_after_the_claim_is_not_deleted(town: House) -> None:
    request = approved(town, "endpoint-delete")
    town.oracle.on("resource", When.BEFORE, lambda: None)
    town.oracle.on("resource", When.BEFORE, lambda: town.oracle.change(SERVED.id, name="mine now"))
    ended = finish(town, town.executor(), request)
    assert ended.state is State.FAILED
    assert (
        "was changed by someone else at the last moment; this request changed nothing. It is ACTIVE." in ended.outcome
    )
    assert town.oracle.removed == []


def test_what_cannot_be_seen_is_not_taken_for_gone_while_a_list_has_it(town: House) -> None:
    request = approved(town, "delete")
    turn(town, town.executor(), request, minutes=1)
    town.oracle.fail("resource", NotFound("Oracle answered 404 NotAuthorizedOrNotFound."))
    troubled = town.executor().advance(request.id)
    assert (troubled.state, "404" in troubled.trouble) == (State.APPLYING, True)
    assert finish(town, town.executor(), request).state is State.APPLIED


def test_what_was_made_and_cannot_be_seen_any_more_fails_after_a_while(town: House) -> None:
    request = approved(town, "create")
    turn(town, town.executor(), request, minutes=1)
    town.oracle.remove(town.oracle.made[0].resource_id)
    assert town.executor().advance(request.id).trouble
    ended = finish(town, town.executor(), request)
    assert ended.state is State.FAILED
    assert "What became of the cluster chat-new cannot be seen any more." in ended.outcome


@pytest.mark.parametrize("kind", ["create", "delete"])
def test_an_identity_that_may_not_see_work_requests_still_sees_the_end(town: House, kind: str) -> None:
    request = approved(town, kind)
    for _ in range(9):
        town.oracle.fail("work_requests", Denied("Oracle answered 403."))
    assert finish(town, town.executor(), request).state is State.APPLIED


@pytest.mark.parametrize("answer", [True, False])
def test_the_work_request_is_found_though_oracle_named_none(town: House, *, answer: bool) -> None:
    request = approved(town, "create")
    town.oracle.fail("create", Unavailable("Oracle did not answer in time."), when=When.AFTER)
    executor = town.executor()
    executor.advance(request.id)
    executor.advance(request.id)
    if answer:
        town.clock.advance(minutes=5)
    after = executor.advance(request.id)
    assert after.claim
    assert after.claim.work_request_id == "wr-1"
    assert after.claim.percent == (25 if answer else 0)


def test_a_deletion_that_leaves_no_trace_fails_after_a_while(town: House) -> None:
    request = approved(town, "delete")
    town.oracle.ending = Ending.NO_TRACE
    executor = town.executor()
    executor.advance(request.id)
    assert executor.advance(request.id).state is State.APPLYING
    ended = finish(town, executor, request)
    assert ended.state is State.FAILED
    assert ended.outcome.startswith("Oracle accepted the deletion, but bare is ACTIVE, and no work is under way.")


@pytest.mark.parametrize(("ending", "state"), [(Ending.DONE, State.APPLIED), (Ending.NO_TRACE, State.FAILED)])
def test_what_had_failed_before_is_not_taken_for_a_deletion_that_failed(
    town: House, ending: Ending, state: State
) -> None:
    town.oracle.change(OURS.id, lifecycle_state=Lifecycle.FAILED)
    request = approved(town, "model-delete")
    town.oracle.ending = ending
    turn(town, town.executor(), request, minutes=5)
    assert town.executor().advance(request.id).state is State.APPLYING
    assert finish(town, town.executor(), request).state is state


@pytest.mark.parametrize("ending", [Ending.NO_TRACE, Ending.LAGGING])
def test_what_oracle_is_still_making_is_waited_for(town: House, ending: Ending) -> None:
    request = approved(town, "create")
    town.oracle.ending = ending
    for _ in range(9):
        after = turn(town, town.executor(), request)
    assert after.state is State.APPLYING


def test_another_process_goes_on_with_the_next_step(town: House) -> None:
    request = approved(town, "endpoint-move")
    reaches(town, town.executor("one"), request, 2)
    two = town.executor("two").advance(request.id)
    assert two.claim
    assert (two.claim.holder, two.claim.sent_at) == ("two", None)
    last = town.last(request)
    assert last.actor == BOT
    assert isinstance(last.body, Resumed)
    assert last.body.until == town.clock.now() + LEASE
    assert finish(town, town.executor("two"), request).state is State.APPLIED


def test_a_freeze_while_the_world_is_read_keeps_the_next_step_from_being_claimed(town: House) -> None:
    request = approved(town, "endpoint-move")
    reaches(town, town.executor(), request, 2)
    town.oracle.on("resource", When.AFTER, lambda: town.freezer(RULES).freeze(BOB, because="incident"))
    held = town.executor().advance(request.id)
    assert held.held
    assert held.claim
    assert not held.claim.begun
    town.freezer(RULES).unfreeze(BOB)
    assert finish(town, town.executor(), request).state is State.APPLIED


@pytest.mark.parametrize("kind", ["create", "delete"])
def test_claimed_in_time_and_frozen_until_its_time_is_over_it_is_not_begun(town: House, kind: str) -> None:
    request = approved(town, kind)
    call = "resources" if kind == "create" else "resource"
    before = 1 if kind == "create" else 0
    town.oracle.on(call, When.BEFORE, lambda: None, times=before)
    town.oracle.on(call, When.AFTER, lambda: None, times=before)
    town.oracle.on(call, When.AFTER, lambda: town.freezer(RULES).freeze(BOB, because="incident"))
    held = town.executor().advance(request.id)
    assert (held.state, bool(held.held)) == (State.APPLYING, True)
    town.clock.advance(hours=25)
    town.freezer(RULES).unfreeze(BOB)
    ended = town.executor().advance(request.id)
    assert ended.state is State.FAILED
    assert "could not be asked of Oracle before it was to be begun; nothing was changed" in ended.outcome
    assert given(town) == given(town)
    assert (town.oracle.made, town.oracle.removed) == ([], [])


def test_a_later_step_has_no_such_time_for_the_change_has_begun(town: House) -> None:
    request = approved(town, "endpoint-move")
    for _ in range(20):
        town.executor().advance(request.id)
        town.clock.advance(minutes=10)
    town.clock.advance(hours=100)
    town.approvals().confirm(request.id, BOB)
    assert finish(town, town.executor(), request).state is State.APPLIED


def test_a_lease_of_a_cluster_that_is_migrated_away_is_over(town: House) -> None:
    leased = town.leased("chat", 4, timedelta(hours=2))
    assert leased.lease
    request = approved(town, "migrate")
    assert finish(town, town.executor(), request).state is State.APPLIED
    town.lives(minutes=180)
    after = town.store.get(leased.id)
    assert after.lease
    assert not after.lease.open
    assert CHAT.id in request.touches


def test_what_one_asks_is_not_edited_but_asked_anew(town: House) -> None:
    request = approved(town, "create")
    with pytest.raises(Conflict):
        town.approvals().edit(request.id, BOB, request.plan)
    waiting = town.store.get(request.id)
    assert waiting.state is State.APPROVED


def test_a_change_without_a_size_has_none_to_edit(town: House) -> None:

    request = asked(town, "create")
    with pytest.raises(Invalid, match="has no size to change: cancel it and ask for another one"):
        town.approvals().edit(request.id, BOB, request.plan)


def test_progress_seen_by_who_was_overtaken_is_not_taken_for_that_of_the_next_step(town: House) -> None:
    request = approved(town, "endpoint-move")
    one, two = town.executor("one"), town.executor("two")
    one.advance(request.id)
    town.clock.advance(minutes=10)

    def overtaken() -> None:
        town.clock.advance(minutes=15)
        two.advance(request.id)

    town.oracle.on("work_requests", When.AFTER, overtaken)
    after = one.advance(request.id)
    assert after.claim
    assert (len(after.claim.done), after.claim.percent) == (1, 0)
    assert town.actions(request)[-1] is Action.STEP


def test_a_model_without_figures_says_so(town: House) -> None:
    request = approved(town, "finetune")
    reaches(town, town.executor(), request, 1)
    executor = town.executor()
    executor.advance(request.id)
    executor.advance(request.id)
    town.clock.advance(minutes=30)
    model_id = town.oracle.made[-1].resource_id
    town.oracle.thing(model_id)
    town.oracle.change(model_id, accuracy=None)
    ended = finish(town, executor, request)
    assert "Oracle gives no accuracy and loss for it." in ended.outcome
    assert ended.ways == (f"create hosting --model {model_id}",)


def test_how_well_a_training_went_is_said(town: House) -> None:
    ended = finish(town, town.executor(), approved(town, "finetune"))
    assert ended.outcome.endswith("final accuracy 0.91, final loss 0.13.")


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        ("create", "create_cluster chat-new"),
        ("endpoint-move", "create_endpoint chat-endpoint-2; wait_for_person; delete_endpoint chat-endpoint"),
    ],
)
def test_an_auditor_reads_the_steps_that_were_asked_for(town: House, kind: str, told: str) -> None:
    request = asked(town, kind)
    out = io.StringIO()
    export(town.records.links(request_id=request.id), out, "jsonl")
    assert json.loads(out.getvalue())["change"] == told


def test_two_plans_that_touch_one_name_wait_for_each_other_in_the_file_too(town: House) -> None:
    """Whatever a process believes: the claim of the second finds the name taken."""
    one, two = approved(town, "create"), approved(town, "create")
    town.oracle.on("headroom", When.AFTER, lambda: town.executor("two").advance(two.id))
    held = town.executor("one").advance(one.id)
    assert held.held
    assert held.held.request_id == two.id


def test_what_an_older_bot_was_changing_is_held_after_the_update(town: House) -> None:
    """The file of a bot that knew one cluster to a request, brought to the layout of today."""
    request = approved(town, "scale")
    town.executor().advance(request.id)
    with closing(sqlite3.connect(town.path)) as db:
        db.execute("DROP TABLE held")
        db.execute("CREATE UNIQUE INDEX one_applying_per_cluster ON requests (cluster_id) WHERE state = 'applying'")
        db.execute("DELETE FROM _sqlite_migrations WHERE name = 'what_is_held'")
        db.commit()
    Store(town.path)
    with closing(sqlite3.connect(town.path)) as db:
        assert db.execute("SELECT thing, request_id FROM held").fetchall() == [(CHAT.id, request.id)]
    assert finish(town, town.executor(), request).state is State.APPLIED
    with closing(sqlite3.connect(town.path)) as db:
        assert db.execute("SELECT count(*) FROM held").fetchone() == (0,)


@pytest.mark.parametrize("actions", ["create", "c*", "endpoint-*", "migrate"])
def test_a_rule_covers_the_kinds_of_change_it_names(town: House, actions: str) -> None:
    rules = policy(rule(actions=frozenset({actions})))
    made = {kind: rules.judge(make(town)).rule is not None for kind, make in KINDS.items()}
    assert {kind for kind, covered in made.items() if covered} == {each for each in KINDS if fnmatch(each, actions)}


@pytest.mark.parametrize(("kind", "least", "most"), [("create", 35712, 35712), ("delete", -35712, -35712)])
def test_a_rule_is_chosen_by_what_a_thing_costs_or_saves_a_month(town: House, kind: str, least: int, most: int) -> None:
    exact = {"monthly_change": {"min": least, "max": most}, "units_change": {"min": -2, "max": 2}}
    assert policy(rule(**exact)).judge(KINDS[kind](town)).rule
    assert policy(rule(monthly_change={"min": least + 1, "max": most + 1})).judge(KINDS[kind](town)).rule is None


def test_endpoints_of_another_compartment_migrate_too(town: House) -> None:
    far = town.oracle.add(endpoint(CHAT, "far", compartment_id="ocid1.compartment.oc1..other"))
    request = approved(town, "migrate")
    ended = finish(town, town.executor(), request)
    assert ended.state is State.APPLIED, ended.outcome
    assert far.id in town.oracle.removed
