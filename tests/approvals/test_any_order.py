from __future__ import annotations

import os
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule, run_state_machine_as_test

from approvals.confirming import TAG
from approvals.states import State
from dac.change import units
from dac.cluster import Lifecycle
from dac.scaling import ScalePlan
from tests import fakes
from tests.approvals.bots import ATTEMPTS, CLUSTERS, FAULTS, FINAL, ONE, OTHER, PEOPLE, Fault
from tests.approvals.model import Law, asleep
from tests.approvals.town import Town
from tests.fakes import BOB, EVE, LEADS, ONCALL, Ending, When

people = st.sampled_from(PEOPLE)
clusters = st.sampled_from(["chat", "chat", "embed", "spare"])
sides = st.sampled_from(["one", "two"])
newest = st.integers(0, 3)
"""Counted from the newest, for that is where things happen."""


class AnyOrder(Town):
    """People, time, crashes and two bots on one database, beside a model that knows only what was promised."""

    @initialize(
        fault=st.sampled_from([None, *FAULTS]), hours=st.sampled_from([None, 1, 8]), laws=st.sampled_from([ONE, OTHER])
    )
    def one_change_is_under_way(self, fault: Fault | None, hours: int | None, laws: tuple[Law, ...]) -> None:
        self.ask("one", BOB, "chat", 4, hours, None, again=False)
        self.all_agree(0)
        self.work("one", fault)
        self.world.laws = laws

    # Few rules, each of many kinds: a run that leaves some rules out, as runs do, still has a bit of everything.

    @rule(
        side=sides,
        by=people,
        name=clusters,
        to_units=st.integers(1, 5),
        hours=st.sampled_from([None, 1, 8]),
        begins=st.sampled_from([None, None, 2, 15]),
        agreeing=st.sampled_from([0, 1, 1, 5]),
    )
    def somebody_asks(
        self, side: str, by: str, name: str, to_units: int, hours: int | None, begins: int | None, agreeing: int
    ) -> None:
        self.ask(side, by, name, to_units, hours, begins, again=to_units == 5)
        self.all_agree(0, agreeing)

    @rule(
        side=sides,
        back=newest,
        act=st.sampled_from(["agree", "approve", "deny", "edit", "edit", "cancel", "break-glass", "review"]),
        which=st.sampled_from([0, 0, 1, 2, 3]),
    )
    def somebody_acts(self, side: str, back: int, act: str, which: int) -> None:
        self.allowed(side, back, act, which)

    @rule(
        side=sides,
        back=newest,
        person=people,
        act=st.sampled_from(
            ["extend", "extend", "edit", "approve", "deny", "agree", "cancel", "break-glass", "review"]
        ),
        number=st.integers(1, 5),
    )
    def anybody_tries(self, side: str, back: int, person: str, act: str, number: int) -> None:
        if act == "extend":
            self.ask_to_extend(side, 0, person, (1, 4, 30)[number % 3])
            self.all_agree(0)
        elif act == "edit":
            self.edit(side, back, person, number)
        else:
            self.try_something(side, back, person, act, again=number == 1)

    @rule(
        side=sides,
        what=st.sampled_from(["freeze", "let go", "let go", "groups", "policy", "policy", "somebody else", "ending"]),
        by=st.sampled_from([EVE, EVE, *PEOPLE]),
        members=st.sets(people),
        name=clusters,
        ending=st.sampled_from([Ending.DONE, Ending.DONE, *Ending]),
        units=st.integers(1, 5),
    )
    def the_world_turns(
        self, side: str, what: str, by: str, members: set[str], name: str, ending: Ending, units: int
    ) -> None:
        match what:
            case "freeze" | "let go":
                self.freeze_or_let_go(side, by, stop=what == "freeze")
            case "groups":
                self.change_group(ONCALL if units % 2 else LEADS, members)
            case "policy":
                self.world.laws = ONE if units % 2 else OTHER
            case "somebody else":
                self.somebody_else_scales(name, units, side)
            case _:
                self.house.oracle.ending = ending

    @rule(
        side=sides,
        fault=st.sampled_from([None, *FAULTS]),
        overtaken=st.sampled_from([None, None, "cluster", "headroom", "scale", "scale"]),
        when=st.sampled_from(When),
        minutes=st.sampled_from([0, 1, 3, 11, 20]),
        hasty=st.booleans(),
    )
    def a_bot_works(
        self, side: str, fault: Fault | None, overtaken: str | None, when: When, minutes: int, *, hasty: bool
    ) -> None:
        if overtaken:
            self.overtake(side, overtaken, when)
        else:
            self.work(side, fault, hasty=hasty)
        self.house.clock.advance(minutes=minutes)

    @rule(side=sides, hours=st.sampled_from([0, 1, 1, 8, 14, 25]), awake=st.sampled_from([True, True, False]))
    def time_passes(self, side: str, hours: int, *, awake: bool) -> None:
        self.house.clock.advance(minutes=hours * 60)
        if awake:
            self.work_for_an_hour(side)

    # --------------------------------------------------------------------------------------------- what must hold

    @invariant()
    def every_request_is_what_the_model_says(self) -> None:
        for request in self.house.every():
            ask = self.asks.get(request.id) or self.a_return(request)
            self.follow_time(ask, request)
            if ask.state == "approved":
                assert request.state in FINAL - {State.DENIED, State.CANCELLED} | {State.APPROVED, State.APPLYING}
                if request.state is State.EXPIRED:
                    assert ask.begin_by is not None
                    assert self.now() >= ask.begin_by
            else:
                assert request.state.value == ask.state
            assert set(request.voters) == set(ask.yes)
            assert {each.voter for each in request.objections} >= ask.no
            assert (request.plan.subject.name, request.plan.goal) == (ask.cluster, units(ask.units))
            assert bool(request.glass) is bool(ask.broken_by)

    @invariant()
    def people_are_told_what_they_may_do(self) -> None:
        for number in sorted(self.asks)[-2:]:
            ask, request = self.asks[number], self.house.store.get(number)
            for person in PEOPLE:
                said = {attempt for attempt, no in self.bots["one"].approvals.possible(request, person) if not no}
                assert said == {each for each in ATTEMPTS if ask.may(self.world, each, person, self.now())}

    @invariant()
    def nothing_is_done_unapproved_or_twice_or_at_the_wrong_time(self) -> None:
        by_tag = {each.tag: each for each in self.house.every()}
        done = self.house.oracle.accepted
        tags = [each.tags[TAG] for each in done]
        assert len(tags) == len(set(tags))
        for change in done:
            request = by_tag[change.tags[TAG]]
            ask = self.asks[request.id]
            assert ask.state == "approved"
            assert request.state in {State.APPLYING, State.APPLIED, State.FAILED}
            assert "changed nothing" not in request.outcome
            assert (change.cluster_id, change.unit_count) == (request.plan.subject.id, ask.units)
            assert ask.extends is None
            assert ask.agreed_at is not None
            assert request.claim is not None
            assert ask.agreed_at <= request.claim.started_at <= change.at
            assert request.claim.etag == change.etag
            assert ask.begin_by is None or request.claim.started_at < ask.begin_by
            assert ask.start is None or change.at >= ask.start
            if ask.law.night and not ask.broken_by:
                # A call on its way when the night begins is late by minutes.
                assert not (asleep(change.at) and asleep(change.at - timedelta(minutes=7)))
            if request.returns is not None and change.tags[TAG] not in self.in_time:
                # A lease may be extended once a return has failed, so it counts when it is seen first.
                lease = self.house.store.get(request.returns).lease
                assert lease is not None
                assert change.at >= lease.ends_at
                self.in_time.add(change.tags[TAG])
        for request in by_tag.values():
            if request.state is State.APPLIED and isinstance(request.plan, ScalePlan):
                assert request.tag in tags

    @invariant()
    def nothing_is_begun_while_everything_is_frozen(self) -> None:
        done = len(self.house.oracle.accepted)
        assert done == self.done_before or not self.world.frozen
        self.done_before = done

    @invariant()
    def leases_last_as_long_as_was_agreed(self) -> None:
        for request in self.house.every():
            lease, plan = request.lease, request.plan
            if lease is None or not isinstance(plan, ScalePlan) or plan.lease is None:
                continue
            assert request.state is State.APPLIED
            own = [number for number in lease.extended_by if self.asks[number].extends == request.id]
            stacked = [self.asks[number] for number in lease.extended_by if number not in own]
            assert all(self.asks[number].state == "approved" for number in own)
            assert all(each.cluster == plan.cluster.name for each in stacked)
            if not stacked:
                longer = [self.house.store.get(number).plan for number in own]
                spans = [each.by for each in longer if each.action == "extend"]
                assert lease.ends_at == lease.began_at + plan.lease + sum(spans, timedelta())
            backs = [self.house.store.get(number) for number in lease.returned_by]
            assert all(fakes.scaled(each).to_units == plan.from_units for each in backs)
            assert sum(each.state is State.APPLIED for each in backs) <= 1
            if lease.outcome.startswith("Given back"):
                assert any(each.state is State.APPLIED for each in backs)

    @invariant()
    def one_change_at_a_time(self) -> None:
        applying = [each.plan.subject.id for each in self.house.store.in_states(State.APPLYING)]
        assert len(applying) == len(set(applying))

    @invariant()
    def the_record_holds(self) -> None:
        for request in self.house.every():
            if self.checked.get(request.id) != request.version:
                assert self.house.store.replayed(request.id) == request
                self.checked[request.id] = request.version
        # Whether each event is as it was written is looked at once at the end: nothing mends a chain that is broken.

    def teardown(self) -> None:
        """Left alone with time, everything comes to its end, and nothing was forgotten or done twice on the way."""
        self.house.oracle.ending = Ending.DONE
        if self.world.frozen:
            self.freeze_or_let_go("one", EVE, stop=False)
        self.is_born("one")
        for _ in range(120):
            for name in CLUSTERS:
                if self.house.oracle.held(fakes.cluster(name).id).lifecycle_state == Lifecycle.NEEDS_ATTENTION:
                    self.house.oracle.change(fakes.cluster(name).id, lifecycle_state="ACTIVE")
            self.house.clock.advance(minutes=30)
            self.goes_on("one")
            ends = [each.lease.ends_at for each in self.house.store.leased() if each.lease]
            if ends and min(ends) > self.now() + timedelta(days=1):
                # What was agreed for days is not lived through by the half hour.
                self.house.clock.advance(hours=24)
            if not self.house.store.leased() and all(each.state in FINAL for each in self.house.every()):
                break
        assert [(each.id, each.state) for each in self.house.every() if each.state not in FINAL] == []
        assert self.house.store.leased() == []
        for check in (
            self.every_request_is_what_the_model_says,
            self.nothing_is_done_unapproved_or_twice_or_at_the_wrong_time,
            self.leases_last_as_long_as_was_agreed,
            self.house.check,
        ):
            check()
        self.folder.cleanup()


DEEP = os.environ.get("HYPOTHESIS_PROFILE") == "deep"
"""An hour of it instead of seconds."""


@pytest.mark.timeout(3600 if DEEP else 120)
@pytest.mark.parametrize("number", range(200 if DEEP else 6))
def test_in_any_order_only_what_is_approved_is_done_and_that_once(number: int) -> None:
    """Several short runs from seeds of their own are more different from each other than one long run is in itself."""
    run_state_machine_as_test(
        seed(number)(type(f"AnyOrder{number}", (AnyOrder,), {})),
        settings=settings(
            database=None,
            deadline=None,
            max_examples=60 if DEEP else 13,
            stateful_step_count=50 if DEEP else 25,
            phases=[Phase.generate, Phase.shrink] if DEEP else [Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )
