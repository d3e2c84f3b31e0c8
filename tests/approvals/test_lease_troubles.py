from __future__ import annotations

from datetime import datetime, timedelta

from approvals.events import Escalated, Hold, Troubled
from approvals.leases import AGAIN, PAUSE
from approvals.policy import People, Policy
from approvals.request import Lease, Request
from approvals.states import Action, State
from approvals.windows import FreezeWindow
from dac.cluster import Lifecycle
from dac.errors import Invalid, Unavailable
from tests.approvals.conftest import House
from tests.fakes import CAT, START, Ending, cluster, fleet, gap, policy, rule

SILENCE = Unavailable("Oracle did not answer in time.")
FREEZERS = policy().model_copy(update={"freezers": People(users=frozenset({CAT}))})


def lease_of(house: House, leased: Request) -> Lease:
    lease = house.store.get(leased.id).lease
    assert lease
    return lease


def ended(house: House, *, rules: Policy | None = None) -> Request:
    """A lease at the very moment of its end."""
    leased = house.leased(rules=rules)
    house.clock.advance(hours=8)
    return leased


def units(house: House) -> int:
    return house.oracle.units(cluster("chat").id)


def escalations(house: House, request: Request) -> list[tuple[datetime, str]]:
    return [
        (each.at, each.body.sentence) for each in house.store.events(request.id) if isinstance(each.body, Escalated)
    ]


# Oracle is down


def test_oracle_down_at_the_moment_of_return_is_told_once_tried_again_and_escalated_every_hour(house: House) -> None:
    leased = ended(house)
    end = house.clock.now()
    house.oracle.fail("cluster", SILENCE, times=10_000)
    house.lives(150, every=0.5)
    assert house.actions(leased).count(Action.TROUBLE) == 1
    assert house.store.get(leased.id).trouble == str(SILENCE)
    told = escalations(house, leased)
    assert [(at - end) / timedelta(minutes=1) for at, _ in told] == [15, 75, 135]
    assert {sentence for _, sentence in told} == {str(SILENCE)}
    assert units(house) == 4
    house.oracle.calm()
    house.lives(30)
    assert units(house) == 2
    after = house.store.get(leased.id)
    assert (after.trouble, after.trouble_since, after.escalated_at) == ("", None, None)
    assert house.store.leased() == []


def test_a_restart_forgets_nothing_but_the_pause(house: House) -> None:
    leased = ended(house)
    house.oracle.fail("cluster", SILENCE, times=2)
    leases = house.leases
    assert leases.tend()
    assert not leases.tend(), "it waits for half a minute before it asks again"
    assert not house.leases.tend(), "a new process asks at once and hears the same"
    assert house.actions(leased).count(Action.TROUBLE) == 1
    assert house.leases.tend()
    house.lives(30)
    assert units(house) == 2


def test_it_is_tried_again_after_half_a_minute(house: House) -> None:
    leased = ended(house)
    house.oracle.fail("cluster", SILENCE)
    leases = house.leases
    leases.tend()
    house.clock.advance(seconds=PAUSE.total_seconds() - 1)
    assert not leases.tend()
    house.clock.advance(seconds=1)
    assert leases.tend()
    assert lease_of(house, leased).returning
    assert house.store.get(leased.id).trouble == ""


def test_a_change_of_another_cluster_keeps_no_lease_from_being_given_back(house: House) -> None:
    leased = ended(house)
    house.executor().advance(house.approved("embed").id)
    assert house.leases.tend()
    assert lease_of(house, leased).returning


def test_one_lease_in_trouble_keeps_no_other_from_being_given_back(house: House) -> None:
    chat, embed = house.leased("chat"), house.leased("embed")
    house.clock.advance(hours=9)
    house.oracle.fail("cluster", SILENCE)
    assert house.leases.tend()
    assert not lease_of(house, chat).returning
    assert lease_of(house, embed).returning


def test_another_trouble_is_another_word(house: House) -> None:
    leased = ended(house)
    house.oracle.fail("cluster", SILENCE)
    house.leases.tend()
    house.oracle.change(leased.plan.subject.id, lifecycle_state=Lifecycle.UPDATING)
    house.leases.tend()
    said = [each.body for each in house.store.events(leased.id) if isinstance(each.body, Troubled)]
    assert said == [
        Troubled(sentence=str(SILENCE)),
        Troubled(sentence="chat is UPDATING; only an ACTIVE cluster can be scaled."),
    ]


def test_what_is_not_found_for_lack_of_a_permission_is_not_given_up(house: House) -> None:
    """Oracle says 404 to both; the list tells that the cluster is there, or that it cannot be read either."""
    leased = ended(house)
    held = house.oracle.held(leased.plan.subject.id)
    house.oracle.remove(held.id)
    house.oracle.fleet_seen = fleet(gaps=(gap(),))
    house.lives(120, every=1)
    assert lease_of(house, leased).open
    assert "404" in house.store.get(leased.id).trouble
    assert len(escalations(house, leased)) == 2
    house.oracle.add(held)
    house.oracle.fleet_seen = fleet()
    house.lives(30)
    assert units(house) == 2


def test_a_lease_extended_in_its_trouble_is_no_longer_in_trouble(house: House) -> None:
    leased = ended(house)
    house.oracle.fail("cluster", SILENCE, times=50)
    house.lives(20, every=1)
    assert len(escalations(house, leased)) == 1
    extension = house.extension(leased)
    house.executor().advance(extension.id)
    after = house.store.get(leased.id)
    assert (after.trouble, after.trouble_since, after.escalated_at) == ("", None, None)
    house.lives(120, every=1)
    assert len(escalations(house, leased)) == 1


def test_a_limit_reached_meanwhile_keeps_a_shrunken_cluster_from_growing_back_and_people_are_told(house: House) -> None:
    house.oracle.add(cluster("chat", units=4))
    leased = house.leased("chat", 2)
    house.oracle.limit = 3
    house.lives(9 * 60)
    assert units(house) == 2
    (_, sentence), *_ = escalations(house, leased)
    assert "that needs 2 more of the service limit" in sentence
    house.oracle.limit = 100
    house.lives(30)
    assert units(house) == 4
    assert not lease_of(house, leased).open


# The return itself


def test_a_return_that_oracle_could_not_do_is_told_at_once_and_asked_for_again_ever_more_slowly(house: House) -> None:
    leased = ended(house)
    house.oracle.ending = Ending.FAILED
    house.lives(5 * 60, every=1)
    backs = [house.store.get(each) for each in lease_of(house, leased).returned_by]
    assert {each.state for each in backs[:-1]} == {State.FAILED}
    ends = [each.ended_at for each in backs if each.ended_at]
    asked = [each.asked_at for each in backs]
    waits = [(later - end) / AGAIN for end, later in zip(ends, asked[1:], strict=False)]
    assert [round(each) for each in waits][:4] == [1, 2, 4, 6]
    told = escalations(house, leased)
    assert len(told) == len(ends)
    assert told[0][1] == (
        "Request 2, which was to give the size back, has failed: Oracle ended the change FAILED (OutOfCapacity: no "
        "hosts left). chat is ACTIVE with 4 units (work request wr-2)."
    )
    house.oracle.ending = Ending.DONE
    house.lives(120, every=1)
    assert units(house) == 2
    assert not lease_of(house, leased).open


def test_a_return_gone_stale_is_told_and_asked_for_again(house: House) -> None:
    leased = ended(house)
    house.leases.tend()
    house.oracle.change(leased.plan.subject.id, name="talk")
    stale = house.executor().advance(house.back(leased).id)
    assert stale.state is State.STALE
    house.lives(9, every=1)
    ((_, sentence),) = escalations(house, leased)
    assert sentence.endswith("name was chat and is now talk")
    house.lives(40, every=1)
    assert units(house) == 2
    assert len(lease_of(house, leased).returned_by) == 2


def test_a_return_gone_stale_because_the_size_is_another_closes_the_lease_at_once_with_the_truth(house: House) -> None:
    leased = ended(house)
    house.leases.tend()
    house.oracle.change(leased.plan.subject.id, unit_count=6)
    assert house.executor().advance(house.back(leased).id).state is State.STALE
    house.leases.tend()
    assert "has 6 units instead of 4; it was left as it is" in lease_of(house, leased).outcome
    assert escalations(house, leased) == []


def test_a_return_that_oracle_does_not_answer_to_escalates_itself(house: House) -> None:
    leased = ended(house)
    house.leases.tend()
    house.oracle.fail("cluster", SILENCE, times=10_000)
    house.lives(80, every=1)
    back = house.back(leased)
    assert [sentence for _, sentence in escalations(house, back)] == [str(SILENCE)] * 2
    assert escalations(house, leased) == []
    house.oracle.calm()
    house.lives(30)
    assert units(house) == 2


def test_a_return_that_oracle_refuses_has_failed_and_is_asked_for_again(house: House) -> None:
    leased = ended(house)
    house.oracle.fail("scale", Invalid("Scaling chat: Oracle answered 400."))
    house.lives(60)
    assert units(house) == 2
    assert len(lease_of(house, leased).returned_by) == 2
    assert len(escalations(house, leased)) == 1


def test_trouble_in_a_request_that_gives_nothing_back_calls_nobody(house: House) -> None:
    request = house.approved()
    house.oracle.fail("cluster", SILENCE, times=10_000)
    house.lives(180)
    assert Action.ESCALATE not in house.actions(request)


# Frozen at the moment of return


def test_a_freeze_at_the_moment_of_return_holds_it_and_people_are_told_why_until_it_is_over(house: House) -> None:
    leased = ended(house)
    freezer = house.freezer(FREEZERS)
    freezer.freeze(CAT, because="an outage")
    house.lives(80)
    back = house.back(leased)
    assert (back.state, back.held and back.held.why) == (State.APPROVED, Hold.FREEZE)
    sentence = "Everything is frozen (an outage); nothing is begun before somebody lets it go on."
    assert [each for _, each in escalations(house, back)] == [sentence, sentence]
    assert house.actions(back).count(Action.HOLD) == 1
    assert units(house) == 4
    freezer.unfreeze(CAT)
    house.lives(30)
    assert units(house) == 2


def test_a_window_at_the_moment_of_return_is_told_once_with_its_end(house: House) -> None:
    """Hour after hour the same, through a weekend, would be read by nobody."""
    day = START.replace(tzinfo=None)
    days = FreezeWindow(reason="weekend", zone="UTC", starts=day + timedelta(hours=1), ends=day + timedelta(hours=50))
    leased = ended(house, rules=policy(rule(freeze=(days,))))
    house.lives(40 * 60)
    back = house.back(leased)
    ((_, sentence),) = escalations(house, back)
    assert sentence == "The rule's freeze window (weekend) lets nothing begin until 2026-11-25 14:00 UTC."
    house.lives(24 * 60)
    assert units(house) == 2
    assert len(escalations(house, back)) == 1


def test_a_change_under_way_at_the_moment_of_return_is_waited_for_and_told(house: House) -> None:
    leased = house.leased()
    other = house.approved("chat", 6)
    house.executor().advance(other.id)
    house.oracle.takes = timedelta(hours=20)
    house.clock.advance(hours=8)
    house.leases.tend()
    house.lives(20, every=1)
    ((_, sentence),) = escalations(house, leased)
    assert sentence == "Request 2 is changing chat; the lease is seen to after that."
    assert lease_of(house, leased).open
