from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from approvals.events import Freeze, Held, Hold, Outdated
from approvals.policy import People, Policy
from approvals.request import Request
from approvals.states import Action, State
from approvals.windows import FreezeWindow
from dac.errors import Unavailable
from tests.approvals.conftest import LEASE, House
from tests.fakes import CAT, DAN, START, FakeClock, Killed, MortalStore, When, policy, rule

ALWAYS = frozenset({"mon", "tue", "wed", "thu", "fri", "sat", "sun"})
FREEZERS = policy().model_copy(update={"freezers": People(users=frozenset({CAT, DAN}))})


def freeze(house: House, because: str = "an outage") -> None:
    house.freezer(FREEZERS).freeze(CAT, because=because)


def unfreeze(house: House) -> None:
    house.freezer(FREEZERS).unfreeze(CAT)


def windowed(*windows: FreezeWindow) -> Policy:
    return policy(rule(freeze=windows, break_glass=People(users=frozenset({DAN}))))


def dated(starts: datetime, ends: datetime, zone: str = "UTC") -> FreezeWindow:
    return FreezeWindow(reason="quarter end", zone=zone, starts=starts, ends=ends)


NOW = START.replace(tzinfo=None)
TILL_TWO = windowed(dated(NOW - timedelta(hours=1), NOW + timedelta(hours=2)))


# Not before its time


def test_nothing_begins_before_the_moment_it_was_asked_for(house: House) -> None:
    request = house.approved(start_at=START + timedelta(hours=6))
    executor = house.executor()
    house.clock.advance(hours=5, minutes=59)
    assert executor.advance(request.id) == request
    assert house.oracle.accepted == []
    house.clock.advance(minutes=1)
    assert executor.advance(request.id).state is State.APPLYING


def test_the_moment_is_one_in_utc_whatever_the_clocks_do_in_between(house: House) -> None:
    """Asked for in Berlin on the eve of the change, for 03:30 of the next day: at 01:30 UTC the clock shows that."""
    berlin = ZoneInfo("Europe/Berlin")
    house.clock = FakeClock(datetime(2026, 3, 28, 12, 0, tzinfo=berlin))
    house.oracle.clock = house.clock
    request = house.approved(start_at=datetime(2026, 3, 29, 3, 30, tzinfo=berlin))
    assert request.begin_by == datetime.fromisoformat("2026-03-30T01:30:00+00:00")
    executor = house.executor()
    house.clock = FakeClock(datetime.fromisoformat("2026-03-29T01:29:59+00:00"))
    house.oracle.clock = house.clock
    assert house.executor().advance(request.id).state is State.APPROVED
    house.clock.advance(seconds=1)
    assert executor.advance(request.id).state is State.APPROVED, "its own clock stands where it stood"
    assert house.executor().advance(request.id).state is State.APPLYING


def test_what_is_for_later_may_begin_for_as_long_after_that_as_the_rule_says(house: House) -> None:
    rules = policy(rule(begin_within=timedelta(hours=1)))
    request = house.approved(start_at=START + timedelta(hours=6), rules=rules)
    assert request.begin_by == START + timedelta(hours=7)
    house.clock.advance(hours=7)
    assert house.executor().advance(request.id).state is State.APPROVED
    assert house.clockwork.tick()
    assert house.store.get(request.id).state is State.EXPIRED
    assert house.oracle.accepted == []


@pytest.mark.parametrize(("minutes", "state"), [(59, State.APPLYING), (60, State.APPROVED)])
def test_what_could_not_be_begun_in_time_is_not_begun(house: House, minutes: int, state: State) -> None:
    request = house.approved(rules=policy(rule(begin_within=timedelta(hours=1))))
    house.clock.advance(minutes=minutes)
    assert house.executor().advance(request.id).state is state


def test_a_beginning_and_a_lease_are_part_of_what_was_agreed_to(house: House) -> None:
    plain, later, leased = (
        house.asked(start_at=None),
        house.asked(start_at=START + timedelta(hours=1)),
        house.asked(lease=timedelta(hours=8)),
    )
    assert len({each.digest for each in (plain, later, leased)}) == 3


def test_the_world_is_looked_at_when_it_begins_and_what_differs_is_told(house: House) -> None:
    request = house.approved(start_at=START + timedelta(hours=6), lease=timedelta(hours=8))
    house.oracle.change(request.plan.subject.id, unit_count=3)
    house.clock.advance(hours=6)
    ended = house.executor().advance(request.id)
    assert ended.state is State.STALE
    body = house.last(request).body
    assert isinstance(body, Outdated)
    assert "units was 2 and is now 3" in body.differences
    assert not any("begins" in each or "undone" in each for each in body.differences)


# Everything is frozen


def test_during_a_freeze_nothing_is_begun_and_its_holder_and_reason_are_on_record_once(house: House) -> None:
    request = house.approved()
    freeze(house)
    executor = house.executor()
    for _ in range(3):
        held = executor.advance(request.id)
        house.clock.advance(minutes=5)
    assert (held.state, held.held) == (State.APPROVED, Held(why=Hold.FREEZE, by=CAT, because="an outage"))
    assert house.actions(request).count(Action.HOLD) == 1
    assert house.oracle.accepted == []
    unfreeze(house)
    begun = executor.advance(request.id)
    assert (begun.state, begun.held) == (State.APPLYING, None)


def test_a_freeze_noted_while_the_world_is_read_is_found_by_the_claim_itself(house: House) -> None:
    request = house.approved()
    house.oracle.on("headroom", When.AFTER, lambda: freeze(house))
    held = house.executor().advance(request.id)
    assert (held.state, held.held and held.held.why) == (State.APPROVED, Hold.FREEZE)
    assert Action.START not in house.actions(request)


def test_a_freeze_between_claim_and_call_holds_the_call_and_it_goes_on_exactly_once(house: House) -> None:
    request = house.approved()
    executor = house.executor()
    house.oracle.on("cluster", When.AFTER, lambda: None)
    house.oracle.on("cluster", When.AFTER, lambda: freeze(house))
    held = executor.advance(request.id)
    assert (held.state, held.held and held.held.why) == (State.APPLYING, Hold.FREEZE)
    assert executor.advance(request.id) == held
    assert house.oracle.accepted == []
    unfreeze(house)
    assert house.settle(executor, request).state is State.APPLIED
    assert house.changes(request) == 1
    assert house.actions(request).count(Action.START) == 1


@pytest.mark.parametrize(("hours", "state"), [(23, State.APPLYING), (25, State.FAILED)])
def test_what_a_freeze_has_kept_from_being_called_for_in_time_is_not_called_for_later(
    house: House, hours: float, state: State
) -> None:
    request = house.approved()
    house.oracle.on("cluster", When.AFTER, lambda: None)
    house.oracle.on("cluster", When.AFTER, lambda: freeze(house))
    executor = house.executor()
    assert executor.advance(request.id).state is State.APPLYING
    house.clock.advance(hours=hours)
    unfreeze(house)
    ended = executor.advance(request.id)
    assert ended.state is state
    assert len(house.oracle.accepted) == (1 if state is State.APPLYING else 0)
    if state is State.FAILED:
        assert ended.outcome == (
            "It was claimed in time, but could not be asked of Oracle before it was to be begun; nothing was changed: "
            "chat is ACTIVE with 2 units."
        )


def test_what_one_process_holds_back_another_does_not_take_over_before_it_can_go_on(house: House) -> None:
    """Else two of them would take it from each other for as long as the freeze lasts."""
    request = house.approved()
    one, two = house.executor("one"), house.executor("two")
    house.oracle.on("cluster", When.AFTER, lambda: None)
    house.oracle.on("cluster", When.AFTER, lambda: freeze(house))
    held = one.advance(request.id)
    for _ in range(3):
        house.clock.advance(minutes=LEASE.total_seconds() / 60)
        assert two.advance(request.id) == held
    unfreeze(house)
    assert house.settle(two, request).state is State.APPLIED
    assert house.changes(request) == 1
    assert house.actions(request).count(Action.RECLAIM) == 1


def test_a_call_that_was_made_before_a_freeze_is_followed_to_its_end(house: House) -> None:
    request = house.approved()
    executor = house.executor()
    executor.advance(request.id)
    freeze(house)
    assert house.settle(executor, request).state is State.APPLIED


def test_a_claim_left_by_a_dead_process_is_not_called_for_during_a_freeze(house: House) -> None:
    request = house.approved()
    house.oracle.fail("scale", Killed())
    with pytest.raises(Killed):
        house.executor("one").advance(request.id)
    freeze(house)
    house.clock.advance(minutes=3)
    two = house.executor("two")
    assert two.advance(request.id).held
    assert house.oracle.accepted == []
    unfreeze(house)
    assert house.settle(two, request).state is State.APPLIED
    assert house.changes(request) == 1


def test_a_broken_glass_does_not_override_a_freeze(house: House) -> None:
    request = broken(house, policy(rule(break_glass=People(users=frozenset({DAN})))))
    freeze(house)
    assert house.executor().advance(request.id).held
    assert house.oracle.accepted == []
    unfreeze(house)
    assert house.executor().advance(request.id).state is State.APPLYING


@pytest.mark.parametrize("looks", [0, 1], ids=["before the claim", "between claim and call"])
def test_where_the_database_cannot_tell_of_a_freeze_nothing_is_asked_of_oracle(house: House, looks: int) -> None:
    request = house.approved()
    store = Blind(house.path, after=looks)
    executor = house.executor("one", store)
    troubled = executor.advance(request.id)
    assert troubled.trouble == "The bot's own database did not take this."
    assert house.oracle.accepted == []
    store.after = 99
    assert house.settle(executor, request).state is State.APPLIED
    assert house.changes(request) == 1


def test_another_reason_to_wait_is_another_word_and_takes_the_place_of_the_first(house: House) -> None:
    request = house.approved()
    executor = house.executor()
    freeze(house)
    executor.advance(request.id)
    unfreeze(house)
    house.oracle.fail("cluster", Unavailable("Oracle did not answer in time."))
    troubled = executor.advance(request.id)
    assert (troubled.held, troubled.waits_because) == (None, "Oracle did not answer in time.")
    freeze(house, because="")
    held = executor.advance(request.id)
    assert (held.trouble, held.waits_because) == (
        "",
        "Everything is frozen; nothing is begun before somebody lets it go on.",
    )
    assert held.trouble_since == START, "it has been waiting since then, whatever for"


# The rule's own windows


def test_in_a_freeze_window_it_waits_and_begins_when_that_is_over(house: House) -> None:
    request = house.approved(rules=TILL_TWO)
    executor = house.executor()
    held = executor.advance(request.id)
    assert held.held == Held(why=Hold.WINDOW, because="quarter end", until=START + timedelta(hours=2))
    assert held.waits_because == "The rule's freeze window (quarter end) lets nothing begin until 2026-11-23 14:00 UTC."
    house.clock.advance(hours=1, minutes=59)
    executor.advance(request.id)
    assert house.actions(request).count(Action.HOLD) == 1
    house.clock.advance(minutes=1)
    assert executor.advance(request.id).state is State.APPLYING


def test_a_window_that_never_ends_is_recorded_once_though_its_end_moves_on(house: House) -> None:
    always = FreezeWindow(reason="never", zone="UTC", days=ALWAYS, **{"from": "00:00", "to": "00:00"})
    request = house.approved(rules=windowed(always))
    executor = house.executor()
    for _ in range(4):
        executor.advance(request.id)
        house.clock.advance(hours=1)
    assert house.actions(request).count(Action.HOLD) == 1


def test_a_second_window_of_the_same_name_is_recorded_anew(house: House) -> None:
    """The bot was down in between."""
    first, second = (dated(NOW + timedelta(hours=each), NOW + timedelta(hours=each + 2)) for each in (-1, 5))
    request = house.approved(rules=windowed(first, second))
    executor = house.executor()
    executor.advance(request.id)
    house.clock.advance(hours=6)
    held = executor.advance(request.id).held
    assert held
    assert held.until == START + timedelta(hours=7)
    assert house.actions(request).count(Action.HOLD) == 2


def test_a_claim_left_by_a_dead_process_is_not_called_for_in_a_window(house: House) -> None:
    later = windowed(dated(NOW + timedelta(minutes=1), NOW + timedelta(hours=2)))
    request = house.approved(rules=later)
    house.oracle.fail("scale", Killed())
    with pytest.raises(Killed):
        house.executor().advance(request.id)
    house.clock.advance(minutes=3)
    held = house.executor().advance(request.id)
    assert (held.state, held.held and held.held.why) == (State.APPLYING, Hold.WINDOW)
    house.clock.advance(hours=2)
    assert house.settle(house.executor(), request).state is State.APPLIED
    assert house.changes(request) == 1


def broken(house: House, rules: Policy) -> Request:
    request = house.asked(rules=rules)
    return house.approvals(rules).break_glass(request.id, DAN, because="the site is down", confirmed="chat")


def test_a_broken_glass_overrides_a_window(house: House) -> None:
    request = broken(house, TILL_TWO)
    assert house.executor().advance(request.id).state is State.APPLYING


# One change at a time


def test_while_one_changes_the_cluster_the_other_waits_and_says_for_which(house: House) -> None:
    first, second = house.approved("chat", 4), house.approved("chat", 6)
    executor = house.executor()
    executor.advance(first.id)
    for _ in range(3):
        waiting = executor.advance(second.id)
    assert (waiting.state, waiting.held) == (State.APPROVED, Held(why=Hold.BUSY, request_id=first.id))
    assert waiting.waits_because == f"Request {first.id} is changing the cluster; this waits for it."
    assert house.actions(second).count(Action.HOLD) == 1
    house.settle(executor, first)
    ended = executor.advance(second.id)
    assert ended.state is State.STALE
    assert "units was 2 and is now 4" in ended.outcome
    assert ended.held is None


class Blind(MortalStore):
    """A database that cannot tell of a freeze any more after it has been asked so often."""

    def __init__(self, path: Path, *, after: int) -> None:
        super().__init__(path)
        self.after = after

    def freeze(self) -> Freeze | None:
        self.after -= 1
        if self.after == -1:
            raise Unavailable("The bot's own database did not take this.")
        return super().freeze()
