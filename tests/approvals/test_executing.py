from __future__ import annotations

from datetime import timedelta

import pytest

from approvals.executor import TAG, UNSTARTED
from approvals.request import BOT, Failed, Outdated, Progressed, Sent, Started, Troubled
from approvals.states import Action, State
from dac.cluster import Lifecycle
from dac.errors import Conflict, DacError, Denied, Invalid, NotFound, Unavailable
from dac.figures import Unknown
from tests.approvals.conftest import LEASE, House
from tests.fakes import BOB, REGION, START, Ending, When


def test_what_was_approved_is_carried_out_and_done_when_oracle_says_so(house: House) -> None:
    request = house.approved("chat", 4)
    executor = house.executor()

    begun = executor.advance(request.id)
    assert begun.state is State.APPLYING
    (accepted,) = house.oracle.accepted
    assert (accepted.unit_count, accepted.tags) == (4, {TAG: request.tag})

    house.clock.advance(minutes=10)
    under_way = executor.advance(request.id)
    assert under_way.claim
    assert (under_way.state, under_way.claim.percent) == (State.APPLYING, 50)

    house.clock.advance(minutes=10)
    done = executor.advance(request.id)
    assert (done.state, done.ended_by) == (State.APPLIED, BOT)
    assert done.outcome == "chat is ACTIVE with 4 units (work request wr-1)."
    assert house.oracle.units(request.plan.cluster.id) == 4
    assert house.actions(request)[2:] == [Action.START, Action.SEND, Action.PROGRESS, Action.SUCCEED]


def test_the_claim_is_on_record_before_oracle_is_called(house: House) -> None:
    request = house.approved()
    held: list[Action] = []
    house.oracle.on("scale", When.BEFORE, lambda: held.extend(house.actions(request)))
    house.executor("one").advance(request.id)
    assert held[-1] is Action.START
    started, sent = (each.body for each in house.store.events(request.id)[-2:])
    assert started == Started(etag="etag-1", holder="one", until=START + LEASE)
    assert sent == Sent(work_request_id="wr-1")


def test_the_cluster_keeps_the_tags_it_had(house: House) -> None:
    request = house.approved()
    house.oracle.change(request.plan.cluster.id, freeform_tags={"team": "search"})
    house.settle(house.executor(), request)
    seen = house.oracle.cluster(REGION, request.plan.cluster.id)
    assert seen.freeform_tags == {"team": "search", TAG: request.tag}


@pytest.mark.parametrize("state", [each for each in State if each not in {State.APPROVED, State.APPLYING}])
def test_what_is_not_approved_is_not_touched(house: House, state: State) -> None:
    request = house.brought(state)
    accepted = list(house.oracle.accepted)
    executor = house.executor("other")
    assert not executor.due()
    assert executor.advance(request.id) == request
    assert house.oracle.accepted == accepted


def test_due_are_the_agreed_and_the_begun_oldest_first(house: House) -> None:
    waiting, agreed, begun = house.asked("a"), house.approved("b"), house.approved("c")
    executor = house.executor()
    executor.advance(begun.id)
    assert list(executor.due()) == [agreed.id, begun.id]
    assert waiting.id not in executor.due()


def test_a_request_nobody_made_is_not_found(house: House) -> None:
    with pytest.raises(NotFound):
        house.executor().advance(99)


def test_nothing_begins_after_its_time_though_no_sweep_has_run(house: House) -> None:
    request = house.approved()
    house.clock.advance(hours=24)
    assert house.executor().advance(request.id).state is State.APPROVED
    assert house.oracle.accepted == []
    house.approvals().expire()
    assert house.store.get(request.id).state is State.EXPIRED


def test_nothing_begins_after_its_time_though_oracle_was_slow_to_be_read(house: House) -> None:
    request = house.approved()
    house.clock.advance(hours=23, minutes=59)
    house.oracle.slow("cluster", minutes=2)
    house.executor().advance(request.id)
    assert house.oracle.accepted == []


# Between approval and execution


@pytest.mark.parametrize(
    ("change", "difference"),
    [
        ({"unit_count": 3}, "units was 2 and is now 3"),
        ({"unit_count": 4}, "chat already has 4 units; there is nothing to change."),
        ({"unit_shape": "SMALL_COHERE_V2"}, "shape was LARGE_COHERE_V3 and is now SMALL_COHERE_V2"),
        ({"name": "talk"}, "name was chat and is now talk"),
        ({"lifecycle_state": "UPDATING"}, "chat is UPDATING; only an ACTIVE cluster can be scaled."),
        ({"lifecycle_state": "DELETED"}, "chat is DELETED; only an ACTIVE cluster can be scaled."),
        ({"type": "FINE_TUNING"}, "chat is a fine-tuning cluster"),
    ],
)
def test_what_someone_else_changed_after_the_approval_makes_it_stale_and_is_told(
    house: House, change: dict[str, object], difference: str
) -> None:
    request = house.approved()
    house.oracle.change(request.plan.cluster.id, **change)
    ended = house.executor().advance(request.id)
    assert ended.state is State.STALE
    assert difference in ended.outcome
    assert isinstance(house.last(request).body, Outdated)
    assert house.oracle.accepted == []


def test_a_cluster_gone_after_the_approval_makes_it_stale(house: House) -> None:
    request = house.approved()
    house.oracle.remove(request.plan.cluster.id)
    ended = house.executor().advance(request.id)
    assert ended.state is State.STALE
    assert "404" in ended.outcome


def test_a_limit_no_longer_wide_enough_makes_it_stale(house: House) -> None:
    request = house.approved("chat", 8)
    house.oracle.limit = 5
    ended = house.executor().advance(request.id)
    assert ended.state is State.STALE
    assert "that needs 6 more of the service limit" in ended.outcome


def test_what_does_not_matter_to_the_decision_does_not_void_it(house: House) -> None:
    """A new tag makes another etag and not another decision; headroom may move as long as there is enough."""
    request = house.approved()
    house.oracle.change(request.plan.cluster.id, freeform_tags={"team": "search"})
    house.oracle.limit = 50
    assert house.settle(house.executor(), request).state is State.APPLIED


# Between the claim and the call


def test_what_someone_else_changed_after_the_claim_fails_it_and_nothing_is_done(house: House) -> None:
    request = house.approved()
    change = {"unit_count": 5}
    house.oracle.on("headroom", When.AFTER, lambda: house.oracle.change(request.plan.cluster.id, **change))
    ended = house.executor().advance(request.id)
    assert ended.state is State.FAILED
    assert ended.outcome == (
        "chat was changed by someone else at the last moment; this request changed nothing. It is ACTIVE with 5 units."
    )
    assert house.oracle.accepted == []


def test_what_someone_else_changed_between_look_and_call_oracle_itself_refuses(house: House) -> None:
    request = house.approved()
    house.oracle.on("scale", When.BEFORE, lambda: house.oracle.change(request.plan.cluster.id, unit_count=5))
    ended = house.executor().advance(request.id)
    assert ended.state is State.FAILED
    assert "412 NoEtagMatch" in ended.outcome
    assert house.oracle.accepted == []
    assert house.oracle.units(request.plan.cluster.id) == 5


@pytest.mark.parametrize(
    "refusal",
    [
        Invalid("Scaling chat: Oracle answered 400 LimitExceeded: 4 is above 3."),
        Denied("Scaling chat: Oracle answered 401 NotAuthenticated."),
        Denied("Scaling chat: Oracle answered 403 NotAllowed."),
        NotFound("Scaling chat: Oracle answered 404 NotAuthorizedOrNotFound."),
        Conflict("Scaling chat: Oracle answered 409 IncorrectState."),
        Conflict("Scaling chat: Oracle answered 412 NoEtagMatch."),
    ],
    ids=lambda refusal: str(refusal).split()[4],
)
def test_what_oracle_refuses_has_failed_with_oracles_words_and_nothing_was_changed(
    house: House, refusal: DacError
) -> None:
    request = house.approved()
    house.oracle.fail("scale", refusal)
    ended = house.executor().advance(request.id)
    assert ended.state is State.FAILED
    assert str(refusal) in ended.outcome
    assert "This request changed nothing: chat is ACTIVE with 2 units." in ended.outcome
    assert house.oracle.accepted == []
    assert house.settle(house.executor("other"), request).state is State.FAILED


def test_a_refusal_because_an_earlier_call_got_through_is_no_refusal(house: House) -> None:
    """A call believed lost arrives at Oracle just before the one that repeats it; the second gets 412."""
    request = house.approved()
    house.oracle.fail("scale", Unavailable("Oracle did not answer in time."))
    executor = house.executor()
    executor.advance(request.id)
    seen = house.oracle.cluster(REGION, request.plan.cluster.id)
    house.oracle.on("scale", When.BEFORE, lambda: house.oracle.scale(seen, 4, tags={TAG: request.tag}))
    assert executor.advance(request.id).state is State.APPLYING
    assert house.last(request).body == Sent()
    assert house.settle(executor, request).state is State.APPLIED
    assert house.changes(request) == 1


@pytest.mark.parametrize("when", When)
def test_without_an_answer_the_world_is_looked_at_before_anything_is_tried_again(house: House, when: When) -> None:
    request = house.approved()
    house.oracle.fail("scale", Unavailable("Oracle did not answer in time."), when=when)
    executor = house.executor()
    troubled = executor.advance(request.id)
    assert (troubled.state, troubled.trouble) == (State.APPLYING, "Oracle did not answer in time.")
    assert house.settle(executor, request).state is State.APPLIED
    assert house.changes(request) == 1
    assert house.store.get(request.id).trouble == ""


def test_a_cluster_gone_after_the_claim_ends_the_request(house: House) -> None:
    request = house.approved()
    house.oracle.on("headroom", When.AFTER, lambda: house.oracle.remove(request.plan.cluster.id))
    executor = house.executor()
    waiting = executor.advance(request.id)
    assert (waiting.state, "404" in waiting.trouble) == (State.APPLYING, True)
    ended = house.settle(executor, request)
    assert ended.state is State.FAILED
    assert "nothing left to change" in ended.outcome
    assert house.store.get(request.id).trouble == ""


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
    house.oracle.change(request.plan.cluster.id, lifecycle_state=Lifecycle.FAILED)
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
    house.oracle.change(request.plan.cluster.id, unit_count=4)
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
    house.oracle.remove(request.plan.cluster.id)
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


def test_scaling_down_needs_no_headroom(house: House) -> None:
    request = house.approved("chat", 1)
    house.oracle.limit = 0
    assert house.settle(house.executor(), request).state is State.APPLIED


def test_an_unknown_limit_does_not_stop_it(house: House) -> None:
    house.oracle.limit = None
    request = house.approved()
    assert isinstance(request.plan.headroom, Unknown)
    assert house.settle(house.executor(), request).state is State.APPLIED


def test_an_approval_withdrawn_while_the_world_is_read_is_not_begun(house: House) -> None:
    request = house.approved()
    house.oracle.on("headroom", When.AFTER, lambda: house.approvals().cancel(request.id, request.requester))
    assert house.executor().advance(request.id).state is State.CANCELLED
    assert house.oracle.accepted == []


def test_every_kind_of_vote_leads_to_the_same_execution(house: House) -> None:
    request = house.asked()
    house.approvals().approve(request.id, BOB, comment="ok", digest=request.digest)
    assert house.settle(house.executor(), request).state is State.APPLIED
