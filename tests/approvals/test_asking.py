from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from approvals.policy import Approvers
from approvals.request import BOT, Cancelled, Refused, Request, Submitted
from approvals.service import REASON_LENGTH, Approvals
from approvals.states import Action, State
from dac.errors import Conflict, Denied, Invalid, NotFound, Unavailable
from tests.approvals.conftest import House
from tests.fakes import ANN, BOB, CAT, DAN, EVE, LEADS, START, MortalStore, When, cluster, plan, policy, rule


def test_a_request_holds_what_was_asked_and_under_which_rule(house: House) -> None:
    made = plan(cluster("chat"), 4)
    asked = house.approvals().submit(made, requester=ANN, reason="  launch week ", channel="CTEAM", delivery="d1")
    assert asked == Request(
        id=1,
        version=1,
        state=State.PENDING,
        plan=made,
        digest=made.digest,
        requester=ANN,
        reason="launch week",
        rule=rule(),
        eligible=(BOB, CAT, DAN),
        channel="CTEAM",
        nonce=asked.nonce,
        asked_at=START,
        expires_at=START + timedelta(hours=24),
        changed_at=START,
    )
    assert house.approvals().get(1) == asked
    assert not asked.final
    assert asked.missing == 1
    assert asked.can_still_approve == (BOB, CAT, DAN)


def test_numbers_go_up_and_tags_tell_databases_apart(house: House) -> None:
    first, second = house.asked("chat"), house.asked("embed")
    assert (first.id, second.id) == (1, 2)
    assert first.tag.startswith("1-")
    assert first.nonce != second.nonce


def test_the_card_goes_where_the_rule_says_else_where_it_was_asked(house: House) -> None:
    assert house.asked(rules=policy(rule(channel="CPROD"))).channel == "CPROD"
    assert house.asked().channel == "CTEAM"


def test_the_person_who_asks_is_not_counted_among_those_who_could_approve(house: House) -> None:
    assert house.asked(by=BOB).eligible == (CAT, DAN)


@pytest.mark.parametrize(
    ("approvers", "approvals", "by", "because"),
    [
        (Approvers(), 1, ANN, "asks for one person other than you, and names nobody"),
        (Approvers(users=frozenset({BOB})), 1, BOB, "asks for one person other than you, and names nobody"),
        (Approvers(users=frozenset({BOB})), 2, ANN, "asks for 2 people other than you, and names one person"),
        (Approvers(users=frozenset({BOB, CAT})), 3, ANN, "asks for 3 people other than you, and names 2 people"),
        (Approvers(groups=frozenset({"SEMPTY"})), 1, ANN, "asks for one person other than you, and names nobody"),
        (
            Approvers(users=frozenset({DAN}), groups=frozenset({LEADS, "SONCALL"})),
            3,
            ANN,
            "asks for 3 people other than you, and names 2 people",
        ),
    ],
    ids=["no one named", "only oneself", "one of two", "two of three", "empty group", "one person in two groups"],
)
def test_what_nobody_could_ever_approve_is_refused_when_asked(
    house: House, approvers: Approvers, approvals: int, by: str, because: str
) -> None:
    house.groups.members["SEMPTY"] = set()
    with pytest.raises(Invalid, match="Nobody could ever approve this: the rule “everything”") as refused:
        house.asked(by=by, rules=policy(rule(approvers=approvers, approvals=approvals)))
    assert because in str(refused.value)
    assert house.every() == []


def test_what_no_rule_covers_is_not_even_recorded(house: House) -> None:
    with pytest.raises(Denied, match="No rule"):
        house.asked("chat", rules=policy(rule(clusters={"other"})))
    assert house.every() == []


def test_without_the_user_groups_nothing_is_asked(house: House) -> None:
    house.groups.problem = Unavailable("Slack did not answer.")
    with pytest.raises(Unavailable, match="Slack"):
        house.asked()
    assert house.every() == []


@pytest.mark.parametrize("length", [REASON_LENGTH, REASON_LENGTH + 1, 40_000])
def test_a_reason_too_long_is_refused_and_never_cut(house: House, length: int) -> None:
    def ask() -> Request:
        return house.approvals().submit(plan(), requester=ANN, reason="x" * length, channel="CTEAM", delivery="d")

    if length <= REASON_LENGTH:
        assert len(ask().reason) == length
    else:
        with pytest.raises(Invalid, match=f"The reason is {length:,} characters long; 2,000 is the most"):
            ask()
        assert house.every() == []


@pytest.mark.parametrize("reason", ["<!channel> & <@UBOB>", "“smart” – quotes", "*/ DROP TABLE", "日本 🎉", "a\x00b"])
def test_a_reason_is_kept_to_the_letter(house: House, reason: str) -> None:
    asked = house.approvals().submit(plan(), requester=ANN, reason=reason, channel="CTEAM", delivery="d")
    assert house.store.get(asked.id).reason == reason


def test_half_a_character_is_refused_in_a_sentence(house: House) -> None:
    with pytest.raises(Invalid, match="The reason holds half a character"):
        house.asked(reason="\ud83d")


def test_the_same_delivery_never_asks_twice(house: House) -> None:
    approvals = house.approvals()
    first = approvals.submit(plan(), requester=ANN, reason="a", channel="CTEAM", delivery="same")
    approvals.approve(first.id, BOB)
    again = approvals.submit(plan(), requester=ANN, reason="a", channel="CTEAM", delivery="same")
    assert again.id == first.id
    assert again.state is State.APPROVED
    assert approvals.submit(plan(), requester=ANN, reason="a", channel="CTEAM", delivery="other").id == 2


def test_the_same_delivery_in_two_threads_at_once_asks_once(house: House) -> None:
    start = threading.Barrier(4)

    def ask(_: int) -> Request:
        approvals = house.approvals()
        start.wait()
        return approvals.submit(plan(), requester=ANN, reason="a", channel="CTEAM", delivery="same")

    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(ask, range(4)))
    assert len({each.nonce for each in made}) == 1
    assert len(house.every()) == 1
    assert house.actions(made[0]) == [Action.SUBMIT]


@pytest.mark.parametrize("state", [State.PENDING, State.APPROVED])
def test_one_can_withdraw_ones_own_request_until_it_is_begun(house: House, state: State) -> None:
    request = house.approved() if state is State.APPROVED else house.asked()
    ended = house.approvals().cancel(request.id, ANN, because=" not needed ")
    assert (ended.state, ended.ended_by, ended.outcome) == (State.CANCELLED, ANN, "not needed")
    assert house.last(request).body == Cancelled(because="not needed")
    house.executor().advance(request.id)
    assert house.oracle.accepted == []


@pytest.mark.parametrize("actor", [BOB, EVE], ids=["an approver", "a stranger"])
def test_nobody_else_can_withdraw_it(house: House, actor: str) -> None:
    request = house.asked()
    with pytest.raises(Denied, match="Only the person who asked for it can cancel request 1"):
        house.approvals().cancel(request.id, actor)
    assert house.store.get(request.id).state is State.PENDING
    event = house.last(request)
    assert event.actor == actor
    assert isinstance(event.body, Refused)
    assert event.body.attempt == "cancel"


def test_what_has_begun_cannot_be_withdrawn(house: House) -> None:
    request = house.approved()
    house.executor().advance(request.id)
    with pytest.raises(Conflict, match="Request 1 is being carried out; it is too late to cancel it"):
        house.approvals().cancel(request.id, ANN)
    assert house.store.get(request.id).state is State.APPLYING


@pytest.mark.parametrize("end", ["denied", "expired", "cancelled", "applied"])
def test_what_has_ended_cannot_be_withdrawn(house: House, end: str) -> None:
    request = house.asked()
    approvals = house.approvals()
    if end == "denied":
        approvals.deny(request.id, BOB, because="no budget")
    elif end == "expired":
        house.clock.advance(hours=24)
        approvals.expire()
    elif end == "cancelled":
        approvals.cancel(request.id, ANN)
    else:
        approvals.approve(request.id, BOB)
        house.settle(house.executor(), request)
    before = house.store.get(request.id)
    assert before.state is State(end)
    with pytest.raises(Conflict, match="it is too late to cancel it"):
        approvals.cancel(request.id, ANN)
    ended = house.store.get(request.id)
    assert (ended.state, ended.ended_by, ended.changed_at) == (before.state, before.ended_by, before.changed_at)


def test_a_word_on_withdrawing_too_long_is_refused(house: House) -> None:
    request = house.asked()
    with pytest.raises(Invalid, match="2,000 is the most"):
        house.approvals().cancel(request.id, ANN, because="x" * 2001)


@pytest.mark.parametrize(
    "attempt",
    [
        lambda approvals: approvals.get(99),
        lambda approvals: approvals.approve(99, BOB),
        lambda approvals: approvals.deny(99, BOB, because="no"),
        lambda approvals: approvals.cancel(99, ANN),
    ],
    ids=["get", "approve", "deny", "cancel"],
)
def test_a_request_nobody_made_is_not_found(house: House, attempt: Callable[[Approvals], Request]) -> None:
    with pytest.raises(NotFound, match="There is no request 99"):
        attempt(house.approvals())
    assert list(house.store.links()) == []


def test_time_ends_what_waits_and_says_that_it_was_time(house: House) -> None:
    waiting, agreed, later = house.asked("chat"), house.approved("embed"), house.asked("rerank")
    house.approvals().deny(later.id, BOB, because="no")
    house.clock.advance(hours=23, minutes=59)
    assert house.approvals().expire() == []
    house.clock.advance(minutes=1)
    ended = house.approvals().expire()
    assert [(each.id, each.state, each.ended_by) for each in ended] == [
        (waiting.id, State.EXPIRED, BOT),
        (agreed.id, State.EXPIRED, BOT),
    ]
    assert house.approvals().expire() == []


def test_what_has_begun_does_not_expire(house: House) -> None:
    request = house.approved()
    house.executor().advance(request.id)
    house.clock.advance(hours=48)
    assert house.approvals().expire() == []
    assert house.store.get(request.id).state is State.APPLYING


def test_a_request_withdrawn_while_the_sweep_was_on_its_way_stays_withdrawn(house: House) -> None:
    first, second = house.asked("chat"), house.asked("embed")
    house.clock.advance(hours=24)
    store = MortalStore(house.path)
    store.hooks[Action.EXPIRE, When.AFTER] = lambda: house.approvals().cancel(second.id, ANN)
    Approvals(store, policy(), house.groups.members_of, house.clock.now).expire()
    assert house.store.get(first.id).state is State.EXPIRED
    assert house.store.get(second.id).state is State.CANCELLED


def test_the_first_event_of_a_request_is_its_submission(house: House) -> None:
    request = house.asked()
    house.approvals().approve(request.id, BOB)
    first, *_ = house.store.events(request.id)
    assert isinstance(first.body, Submitted)
    assert first.actor == ANN
    assert first.body.digest == request.plan.digest
