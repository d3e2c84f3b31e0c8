from __future__ import annotations

from datetime import timedelta

import pytest

from approvals.confirming import TAG
from approvals.events import BOT, Outdated, Sent, Started
from approvals.policy import People
from approvals.states import Action, State
from dac.errors import Conflict, DacError, Denied, Invalid, NotFound, Unavailable
from dac.figures import Unknown
from tests.approvals.conftest import LEASE, House
from tests.fakes import ANN, BOB, REGION, START, When, cluster, policy, rule


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
    assert house.oracle.units(request.plan.subject.id) == 4
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
    house.oracle.change(request.plan.subject.id, freeform_tags={"team": "search"})
    house.settle(house.executor(), request)
    seen = house.oracle.cluster(REGION, request.plan.subject.id)
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
    assert house.clockwork.tick()
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
    house.oracle.change(request.plan.subject.id, **change)
    ended = house.executor().advance(request.id)
    assert ended.state is State.STALE
    assert difference in ended.outcome
    assert isinstance(house.last(request).body, Outdated)
    assert house.oracle.accepted == []


def test_a_cluster_gone_after_the_approval_makes_it_stale(house: House) -> None:
    request = house.approved()
    house.oracle.remove(request.plan.subject.id)
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
    house.oracle.change(request.plan.subject.id, freeform_tags={"team": "search"})
    house.oracle.limit = 50
    assert house.settle(house.executor(), request).state is State.APPLIED


DEV_AND_THE_REST = policy(
    rule(name="dev", tags={"env": "dev"}),
    rule(name="of the team", compartments={"ocid1.compartment.oc1..team"}, tags={"env": "prod"}, approvals=2),
    rule(name="elsewhere", tags={"env": "*"}, approvals=3),
)


@pytest.mark.parametrize(
    ("change", "covers"),
    [
        ({"freeform_tags": {"env": "prod"}}, "the rule “of the team” covers it now"),
        ({"freeform_tags": {"env": "prod"}, "compartment_id": "ocid1.x"}, "the rule “elsewhere” covers it now"),
        ({"freeform_tags": {}}, "no rule covers it now"),
    ],
)
def test_a_cluster_that_has_come_under_another_rule_since_it_was_asked_makes_it_stale(
    house: House, change: dict[str, object], covers: str
) -> None:
    house.oracle.add(cluster(freeform_tags={"env": "dev"}))
    request = house.approved(rules=DEV_AND_THE_REST)
    house.oracle.change(request.plan.subject.id, **change)
    ended = house.executor(rules=DEV_AND_THE_REST).advance(request.id)
    assert ended.state is State.STALE
    assert ended.outcome == f"its tags or its compartment have changed, and {covers}"
    assert house.oracle.accepted == []


def test_a_policy_read_since_does_not_void_what_was_agreed_under_the_one_before(house: House) -> None:
    request = house.approved()
    stricter = policy(rule(name="another", approvals=2))
    assert house.settle(house.executor(rules=stricter), request).state is State.APPLIED


def test_neither_an_emergency_nor_a_return_waits_for_another_rule(house: House) -> None:
    glass = policy(
        rule(name="dev", tags={"env": "dev"}, break_glass=People(users=frozenset({ANN}))),
        rule(name="rest", approvals=2),
    )
    house.oracle.add(cluster(freeform_tags={"env": "dev"}))
    request = house.asked(rules=glass, lease=timedelta(hours=1))
    house.approvals(glass).break_glass(request.id, ANN, because="fire", confirmed="chat")
    house.oracle.change(request.plan.subject.id, freeform_tags={"env": "prod"})
    assert house.settle(house.executor(rules=glass), request).state is State.APPLIED
    house.clock.advance(hours=1)
    house.leases.tend()
    back = house.back(request)
    house.oracle.change(request.plan.subject.id, freeform_tags={"env": "test"})
    assert house.settle(house.executor(rules=glass), back).state is State.APPLIED


# Between the claim and the call


def test_what_someone_else_changed_after_the_claim_fails_it_and_nothing_is_done(house: House) -> None:
    request = house.approved()
    change = {"unit_count": 5}
    house.oracle.on("headroom", When.AFTER, lambda: house.oracle.change(request.plan.subject.id, **change))
    ended = house.executor().advance(request.id)
    assert ended.state is State.FAILED
    assert ended.outcome == (
        "chat was changed by someone else at the last moment; this request changed nothing. It is ACTIVE with 5 units."
    )
    assert house.oracle.accepted == []


def test_what_someone_else_changed_between_look_and_call_oracle_itself_refuses(house: House) -> None:
    request = house.approved()
    house.oracle.on("scale", When.BEFORE, lambda: house.oracle.change(request.plan.subject.id, unit_count=5))
    ended = house.executor().advance(request.id)
    assert ended.state is State.FAILED
    assert "412 NoEtagMatch" in ended.outcome
    assert house.oracle.accepted == []
    assert house.oracle.units(request.plan.subject.id) == 5


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
    seen = house.oracle.cluster(REGION, request.plan.subject.id)
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
    house.oracle.on("headroom", When.AFTER, lambda: house.oracle.remove(request.plan.subject.id))
    executor = house.executor()
    waiting = executor.advance(request.id)
    assert (waiting.state, "404" in waiting.trouble) == (State.APPLYING, True)
    ended = house.settle(executor, request)
    assert ended.state is State.FAILED
    assert "nothing left to change" in ended.outcome
    assert house.store.get(request.id).trouble == ""


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
