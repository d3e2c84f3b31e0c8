from __future__ import annotations

from datetime import timedelta

import pytest

from approvals.events import BOT, Failed, Progressed, Troubled
from approvals.states import Action, State
from approvals.workrequests import UNSTARTED
from dac.cluster import Lifecycle
from dac.errors import DacError, Denied, NotFound, Unavailable
from tests.approvals.conftest import House
from tests.fakes import START, Ending, When

# Trouble


@pytest.mark.parametrize("call", ["cluster", "headroom", "scale"])
def test_trouble_is_recorded_once_and_not_at_every_try(house: House, call: str) -> None:
    request = house.approved()
    for turn in range(5):
        house.oracle.fail(
            call, Unavailable(f"Oracle answered 503 (opc-request-id ABC/{turn}). It asks to wait {turn} s.")
        )
    executor = house.executor()
    for _ in range(5):
        assert not executor.advance(request.id).final
    assert house.actions(request).count(Action.TROUBLE) == 1
    assert "503" in house.store.get(request.id).trouble
    assert house.settle(executor, request).state is State.APPLIED
    assert house.changes(request) == 1


def test_another_trouble_is_another_word(house: House) -> None:
    request = house.approved()
    executor = house.executor()
    house.oracle.fail("cluster", Unavailable("Oracle did not answer in time."))
    house.oracle.fail("cluster", Denied("Oracle answered 401 NotAuthenticated."))
    executor.advance(request.id)
    executor.advance(request.id)
    assert [each.body for each in house.store.events(request.id)[-2:]] == [
        Troubled(sentence="Oracle did not answer in time."),
        Troubled(sentence="Oracle answered 401 NotAuthenticated."),
    ]
    assert house.store.get(request.id).state is State.APPROVED


def test_trouble_is_over_when_the_next_step_is_taken(house: House) -> None:
    request = house.approved()
    executor = house.executor()
    executor.advance(request.id)
    house.oracle.fail("cluster", Unavailable("Oracle did not answer in time."))
    house.clock.advance(minutes=10)
    assert executor.advance(request.id).trouble
    back = executor.advance(request.id)
    assert (back.trouble, house.last(request).body) == ("", Progressed(percent=50, work_request_id="wr-1"))
    house.oracle.fail("cluster", Unavailable("Oracle did not answer in time."))
    assert executor.advance(request.id).trouble
    assert executor.advance(request.id).trouble == ""


def test_trouble_after_the_end_is_nobodys_business(house: House) -> None:
    """While one executor's reading hangs, another sees the request to its end."""
    request = house.approved()
    one, two = house.executor("one"), house.executor("two")
    one.advance(request.id)
    house.clock.advance(minutes=20)
    house.oracle.on("work_requests", When.BEFORE, lambda: two.advance(request.id))
    house.oracle.fail("work_requests", Unavailable("Oracle did not answer in time."), when=When.AFTER)
    ended = one.advance(request.id)
    assert ended.state is State.APPLIED
    assert house.last(request).body.action is Action.SUCCEED


# The end


@pytest.mark.parametrize(
    ("ending", "said"),
    [
        (
            Ending.FAILED,
            (
                "Oracle ended the change FAILED (OutOfCapacity: no hosts left). "
                "chat is ACTIVE with 2 units (work request wr-1)."
            ),
        ),
        (
            Ending.CANCELED,
            "Oracle ended the change CANCELED (no reason given). chat is ACTIVE with 2 units (work request wr-1).",
        ),
        (Ending.NEEDS_ATTENTION, "chat is NEEDS_ATTENTION with 2 units: a node did not come up."),
    ],
)
def test_what_oracle_could_not_do_has_failed_and_says_why(house: House, ending: Ending, said: str) -> None:
    house.oracle.ending = ending
    request = house.approved()
    ended = house.settle(house.executor(), request)
    assert (ended.state, ended.outcome, ended.ended_by) == (State.FAILED, said, BOT)
    assert house.last(request).body == Failed(because=said)
    assert house.changes(request) == 1


def test_a_cluster_that_failed_without_details_has_failed(house: House) -> None:
    request = house.approved()
    executor = house.executor()
    executor.advance(request.id)
    house.oracle.change(request.plan.subject.id, lifecycle_state=Lifecycle.FAILED)
    assert executor.advance(request.id).state is State.APPLYING, "Oracle is still at work on it"
    house.oracle.fail("work_requests", Denied("no"))
    assert executor.advance(request.id).outcome == "chat is FAILED with 2 units."


def test_a_change_without_a_trace_for_ten_minutes_has_failed(house: House) -> None:
    house.oracle.ending = Ending.NO_TRACE
    request = house.approved()
    executor = house.executor()
    executor.advance(request.id)
    house.clock.advance(minutes=10)
    assert executor.advance(request.id).state is State.APPLYING
    house.clock.advance(seconds=1)
    ended = executor.advance(request.id)
    assert ended.state is State.FAILED
    assert ended.outcome == (
        "Oracle accepted the change but chat still has 2 units after 10 minutes and no work is under way."
    )
    assert timedelta(minutes=10) == UNSTARTED


def test_a_cluster_that_never_shows_what_its_work_has_done_has_failed_after_ten_minutes(house: House) -> None:
    house.oracle.takes, house.oracle.ending = timedelta(minutes=5), Ending.LAGGING
    request = house.approved()
    ended = house.settle(house.executor(), request)
    assert ended.state is State.FAILED
    assert house.clock.now() > START + UNSTARTED


def test_long_work_that_has_just_ended_may_take_a_moment_to_show(house: House) -> None:
    house.oracle.ending = Ending.LAGGING
    request = house.approved()
    executor = house.executor()
    executor.advance(request.id)
    house.clock.advance(minutes=20)
    assert executor.advance(request.id).state is State.APPLYING
    house.oracle.change(request.plan.subject.id, unit_count=4)
    assert executor.advance(request.id).state is State.APPLIED


@pytest.mark.parametrize("refusal", [Denied("no"), NotFound("no")])
def test_an_identity_that_may_not_see_work_requests_still_sees_the_cluster(house: House, refusal: DacError) -> None:
    house.oracle.fail("work_requests", refusal, times=50)
    request = house.approved()
    ended = house.settle(house.executor(), request)
    assert (ended.state, ended.outcome) == (State.APPLIED, "chat is ACTIVE with 4 units.")


def test_a_cluster_that_cannot_be_found_while_it_changes_is_waited_for_and_then_given_up(house: House) -> None:
    request = house.approved()
    executor = house.executor()
    executor.advance(request.id)
    house.oracle.remove(request.plan.subject.id)
    house.clock.advance(minutes=10)
    assert executor.advance(request.id).state is State.APPLYING
    house.clock.advance(minutes=1)
    ended = executor.advance(request.id)
    assert ended.state is State.FAILED
    assert "What became of the change cannot be seen any more" in ended.outcome


def test_progress_never_goes_back_and_is_recorded_only_when_it_moves(house: House) -> None:
    request = house.approved()
    executor = house.executor()
    executor.advance(request.id)
    percents = []
    for minutes in (0, 2, 0, 8, -6, 5):
        house.clock.advance(minutes=minutes)
        claim = executor.advance(request.id).claim
        assert claim
        percents.append(claim.percent)
    assert percents == [0, 10, 10, 50, 50, 50]
    assert house.actions(request).count(Action.PROGRESS) == 2


def test_work_is_recognised_by_its_time_where_the_call_was_not_answered(house: House) -> None:
    """The answer with the work request's id was lost; an older one of the same cluster is not mistaken for it."""
    first = house.approved("chat", 4)
    house.oracle.ending = Ending.FAILED
    house.settle(house.executor(), first)
    house.oracle.ending = Ending.DONE
    request = house.approved("chat", 5)
    house.oracle.fail("scale", Unavailable("Oracle did not answer in time."), when=When.AFTER)
    ended = house.settle(house.executor(), request)
    assert (ended.state, ended.outcome) == (State.APPLIED, "chat is ACTIVE with 5 units (work request wr-2).")


@pytest.mark.parametrize(
    ("ending", "said"),
    [
        (Ending.NEEDS_ATTENTION, "chat is NEEDS_ATTENTION with 4 units: a node did not come up."),
        (Ending.FAILED, "Oracle ended the change FAILED (OutOfCapacity: no hosts left). chat is ACTIVE with 4"),
    ],
)
def test_a_change_that_ended_badly_but_left_the_leased_size_is_given_back_all_the_same(
    house: House, ending: Ending, said: str
) -> None:
    house.oracle.ending = ending
    request = house.approved(lease=timedelta(hours=1))
    executor = house.executor()
    executor.advance(request.id)
    house.oracle.change(request.plan.subject.id, unit_count=4)
    done = house.settle(executor, request)
    assert done.lease
    assert said in done.outcome
    house.oracle.ending = Ending.DONE
    house.lives(30)
    house.oracle.change(request.plan.subject.id, lifecycle_state=Lifecycle.ACTIVE, lifecycle_details=None)
    house.lives(3 * 60)
    assert house.oracle.units(request.plan.subject.id) == 2
