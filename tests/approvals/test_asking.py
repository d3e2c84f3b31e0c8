from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from approvals.audit import Link
from approvals.events import AskRefused, Submitted
from approvals.request import Request
from approvals.service import Approvals
from approvals.states import Action, State
from approvals.words import REASON_LENGTH
from dac.errors import Conflict, Denied, Invalid, NotFound, Unavailable
from tests.approvals.conftest import House
from tests.fakes import ANN, BOB, CAT, DAN, EVE, LEADS, ONCALL, START, cluster, plan, policy, rule


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
        rule_digest=rule().digest,
        eligible=(BOB, CAT, DAN),
        channel="CTEAM",
        asked_in="CTEAM",
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
    elsewhere, here = house.asked(rules=policy(rule(channel="CPROD"))), house.asked()
    assert (elsewhere.channel, elsewhere.asked_in) == ("CPROD", "CTEAM")
    assert (here.channel, here.asked_in) == ("CTEAM", "CTEAM")


def test_the_person_who_asks_is_not_counted_among_those_who_could_approve(house: House) -> None:
    assert house.asked(by=BOB).eligible == (CAT, DAN)


GROUP_OF_TWO = {"groups": ["STWO"]}


@pytest.mark.parametrize(
    ("changes", "by", "because"),
    [
        ({"approvers": {"users": [BOB]}}, BOB, "asks for one person other than you, and names nobody."),
        ({"approvers": {"users": [BOB, CAT]}, "approvals": 2}, BOB, "asks for 2 people other than you, and names one"),
        ({"approvers": GROUP_OF_TWO, "approvals": 3}, ANN, "asks for 3 people other than you, and names 2 people."),
        ({"approvers": {"groups": ["SEMPTY"]}}, ANN, "asks for one person other than you, and names nobody."),
        (
            {"approvers": {"users": [DAN], "groups": [LEADS, ONCALL]}, "approvals": 3},
            ANN,
            "asks for 3 people other than you, and names 2 people.",
        ),
        (
            {"approvers": {"groups": [LEADS, "SALSOLEADS"]}, "approvals": 2, "different_groups": True},
            EVE,
            "asks for 2 people other than you, and names one person.",
        ),
        (
            {"approvers": {"groups": [LEADS, "SEMPTY"]}, "approvals": 2, "different_groups": True},
            ANN,
            "asks for people of 2 different groups, and those it names are of 1.",
        ),
        (
            {
                "approvers": {"users": [BOB, CAT], "groups": [ONCALL, "SEMPTY"]},
                "approvals": 2,
                "different_groups": True,
            },
            ANN,
            "asks for people of 2 different groups, and those it names are of 1.",
        ),
        (
            {"must_include": {"users": [EVE]}},
            ANN,
            "asks for the approval of certain people, and none of them other than you is among its approvers.",
        ),
        (
            {"must_include": {"groups": ["SEMPTY"]}},
            ANN,
            "asks for the approval of certain people, and none of them other than you is among its approvers.",
        ),
        ({"must_include": {"users": [BOB]}}, BOB, "none of them other than you is among its approvers."),
        (
            {"approvers": {"groups": ["SGONE"]}},
            ANN,
            "asks for one person other than you, and names nobody. There is no user group SGONE.",
        ),
    ],
    ids=[
        "only oneself",
        "oneself and one of two",
        "two of three",
        "empty group",
        "one person in two groups, once by name",
        "one person in two groups that must differ",
        "one of two groups is empty",
        "who is named is of no group",
        "who must be is no approver",
        "who must be is nobody",
        "who must be is oneself",
        "the group is gone",
    ],
)
def test_what_nobody_could_ever_approve_is_refused_when_asked(
    house: House, changes: dict[str, Any], by: str, because: str
) -> None:
    house.groups.members |= {"SEMPTY": set(), "STWO": {DAN, EVE}, "SALSOLEADS": {DAN, EVE}}
    with pytest.raises(Invalid, match="Nobody could ever approve this: the rule “everything”") as refused:
        house.asked(by=by, rules=policy(rule(**changes)))
    assert because in str(refused.value)
    assert house.every() == []


@pytest.mark.parametrize(
    "changes",
    [
        {"approvers": {"groups": [LEADS, ONCALL]}, "approvals": 2, "different_groups": True},
        {"must_include": {"users": [CAT]}},
        {"must_include": {"groups": [LEADS]}},
        {"approvers": {"users": [BOB], "groups": ["SGONE"]}},
        {"requesters": {"users": [ANN]}},
        {"requesters": {"groups": ["SASKERS"]}},
    ],
    ids=[
        "two leads, one on call",
        "who must be is an approver",
        "who must be is in a group",
        "one group is gone, one person is left",
        "may ask by name",
        "may ask by group",
    ],
)
def test_what_somebody_can_approve_is_asked(house: House, changes: dict[str, Any]) -> None:
    house.groups.members["SASKERS"] = {ANN}
    assert house.asked(rules=policy(rule(**changes))).state is State.PENDING


def test_what_no_rule_covers_is_refused_and_on_record(house: House) -> None:
    with pytest.raises(Denied, match="No rule") as refused:
        house.asked("chat", rules=policy(rule(clusters={"other"})))
    assert house.every() == []
    (note,) = recorded(house)
    assert (note.actor, note.action) == (ANN, "refuse")
    assert AskRefused.model_validate_json(note.body) == AskRefused(
        attempt="Scale chat from 2 to 4 units", because=str(refused.value)
    )


def test_only_who_may_ask_may_ask_and_who_else_tries_is_on_record(house: House) -> None:
    rules = policy(rule(requesters={"users": [BOB], "groups": [LEADS]}))
    with pytest.raises(Denied, match="The rule “everything” lets only certain people ask for this, and you are not"):
        house.asked(by=ANN, rules=rules)
    assert house.every() == []
    assert [each.actor for each in recorded(house)] == [ANN]
    assert house.asked(by=EVE, rules=rules).requester == EVE


def test_whether_somebody_may_ask_is_not_guessed_where_their_group_is_gone(house: House) -> None:
    with pytest.raises(Denied, match="There is no user group SGONE"):
        house.asked(rules=policy(rule(requesters={"groups": ["SGONE"]})))


def test_considering_says_what_asking_would_come_to_and_records_nothing(house: House) -> None:
    asked = house.approvals().consider(plan(), ANN)
    assert (asked.rule, asked.eligible) == (rule(), (BOB, CAT, DAN))
    with pytest.raises(Denied, match="No rule"):
        house.approvals(policy(rule(clusters={"other"}))).consider(plan(), ANN)
    assert recorded(house) == []
    assert house.every() == []


@pytest.mark.parametrize("reason", ["", " \n "])
def test_a_rule_may_want_a_reason(house: House, reason: str) -> None:
    rules = policy(rule(reason_required=True))
    with pytest.raises(Invalid, match="The rule “everything” wants a reason: add “because …”"):
        house.asked(reason=reason, rules=rules)
    assert house.every() == []
    assert house.asked(reason="launch", rules=rules).reason == "launch"


def test_a_request_keeps_its_rule_whatever_the_policy_says_later(house: House) -> None:
    asked = house.asked()
    later = house.approvals(policy(rule(approvals=2, approvers={"users": [EVE], "groups": [ONCALL]})))
    assert later.get(asked.id).rule == rule()
    assert later.approve(asked.id, BOB).state is State.APPROVED
    kept = house.store.get(asked.id)
    assert kept.rule_digest == kept.rule.digest == rule().digest
    assert later.policy.rules[0].digest != kept.rule_digest


def test_the_same_refused_ask_delivered_twice_is_recorded_once(house: House) -> None:
    approvals = house.approvals(policy(rule(clusters={"other"})))
    for kind in (Denied, Conflict):
        with pytest.raises(kind, match="No rule"):
            approvals.submit(plan(), requester=ANN, reason="", channel="CTEAM", delivery="same")
    assert len(recorded(house)) == 1


def test_a_second_copy_finds_what_became_of_the_first_whatever_the_policy_says_by_now(house: House) -> None:
    opened, closed = house.approvals(), house.approvals(policy(rule(clusters={"other"})))

    def ask(approvals: Approvals, delivery: str) -> Request:
        return approvals.submit(plan(), requester=ANN, reason="", channel="CTEAM", delivery=delivery)

    assert ask(opened, "made") == ask(closed, "made")
    with pytest.raises(Denied, match="No rule"):
        ask(closed, "refused")
    with pytest.raises(Conflict, match="No rule"):
        ask(opened, "refused")
    assert len(house.every()) == len(recorded(house)) == 1


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


@pytest.mark.parametrize(
    "attempt",
    [
        lambda approvals: approvals.get(99),
        lambda approvals: approvals.approve(99, BOB),
        lambda approvals: approvals.deny(99, BOB, because="no"),
        lambda approvals: approvals.cancel(99, ANN),
        lambda approvals: approvals.edit(99, ANN, plan()),
        lambda approvals: approvals.agree(99, ANN),
        lambda approvals: approvals.break_glass(99, ANN, because="fire", confirmed="chat"),
        lambda approvals: approvals.review(99, ANN, justified=True, comment="fire"),
    ],
    ids=["get", "approve", "deny", "cancel", "edit", "agree", "break-glass", "review"],
)
def test_a_request_nobody_made_is_not_found(house: House, attempt: Callable[[Approvals], Request]) -> None:
    with pytest.raises(NotFound, match="There is no request 99"):
        attempt(house.approvals())
    assert list(house.records.links()) == []


def test_the_first_event_of_a_request_is_its_submission(house: House) -> None:
    request = house.asked()
    house.approvals().approve(request.id, BOB)
    first, *_ = house.store.events(request.id)
    assert isinstance(first.body, Submitted)
    assert first.actor == ANN
    assert first.body.digest == request.plan.digest


def returning(house: House) -> Request:
    """The request that gives back what Ann has leased for two hours."""
    chat = house.oracle.add(cluster())
    leased = house.approvals().submit(
        plan(chat, 4, lease=timedelta(hours=2)), requester=ANN, reason="", channel="CTEAM", delivery="lease"
    )
    house.approvals().approve(leased.id, BOB)
    house.settle(house.executor(), leased)
    house.clock.advance(hours=2)
    house.leases.tend()
    (back,) = [each for each in house.every() if each.returns]
    return back


def recorded(house: House) -> list[Link]:
    """What is on record beside requests."""
    return [each for each in house.records.links() if not each.request_id]


def test_who_has_left_is_not_counted_on(house: House) -> None:
    given = policy(rule(approvers={"users": [BOB, CAT], "groups": [ONCALL]}, approvals=2))
    gone = set[str]()
    approvals = Approvals(
        house.store, lambda: given, house.groups.members_of, house.clock.now, has_left=gone.__contains__
    )
    gone.add(BOB)
    assert approvals.consider(plan(), ANN).eligible == (CAT, DAN)
    gone.add(CAT)
    with pytest.raises(Invalid, match="asks for 2 people other than you, and names one person"):
        approvals.consider(plan(), ANN)


def test_what_somebody_can_still_approve_is_not_hopeless(house: House) -> None:
    asked = house.asked(rules=policy(rule(approvals=2)))
    assert house.approvals().hopeless(asked) == ""
    house.approvals().approve(asked.id, BOB)
    assert house.approvals().hopeless(house.store.get(asked.id)) == ""
    house.approvals().approve(asked.id, CAT)
    del house.groups.members[ONCALL]
    assert house.approvals().hopeless(house.store.get(asked.id)) == ""


def test_an_approval_counts_though_its_voter_has_left_the_group_since(house: House) -> None:
    asked = house.asked(rules=policy(rule(approvers={"groups": [ONCALL, LEADS]}, approvals=2)))
    house.approvals().approve(asked.id, DAN)
    house.groups.members[ONCALL] = set()
    house.groups.members[LEADS] = {EVE}
    assert house.approvals().hopeless(house.store.get(asked.id)) == ""
    assert house.approvals().approve(asked.id, EVE).state is State.APPROVED


@pytest.mark.parametrize("dissolved", [True, False])
def test_a_request_whose_approvers_are_gone_since_it_was_asked_is_hopeless_and_says_so(
    house: House, *, dissolved: bool
) -> None:
    asked = house.asked(rules=policy(rule(approvers={"groups": [LEADS]}, approvals=2)))
    house.approvals().approve(asked.id, DAN)
    if dissolved:
        del house.groups.members[LEADS]
    else:
        house.groups.members[LEADS] = {DAN}
    told = house.approvals().hopeless(house.store.get(asked.id))
    assert told.startswith(
        "Nobody can approve request 1 any more: the rule “everything”, under which it was asked, asks for 2 people "
        "other than the person who asked, and names one person. Ask anew, or edit it if you asked: then the policy of "
        "today decides."
    )
    assert told.endswith("There is no user group SLEADS.") is dissolved


def test_while_slack_is_silent_nobody_knows_whether_it_is_hopeless(house: House) -> None:
    asked = house.asked()
    house.groups.problem = Unavailable("Slack does not answer.")
    with pytest.raises(Unavailable):
        house.approvals().hopeless(asked)
