"""People and bots on one database, each doing what it is told, with a model that is told the same."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from hypothesis.stateful import RuleBasedStateMachine

from approvals.clockwork import Clockwork
from approvals.events import Hold
from approvals.executor import Executor
from approvals.freezing import Freezer
from approvals.leases import Leases
from approvals.request import Request
from approvals.service import Approvals
from approvals.states import Action, State
from approvals.store import Repeated
from dac.cluster import Lifecycle
from dac.errors import DacError
from dac.extending import plan_extend
from dac.scaling import ScalePlan
from tests import fakes
from tests.approvals.bots import CLUSTERS, ONE, PEOPLE, Bot, Fault, written
from tests.approvals.conftest import LEASE, House, fresh
from tests.approvals.model import Ask, World
from tests.fakes import CAT, CATALOG, DAN, EVE, LEADS, ONCALL, Killed, MortalStore, When


class Town(RuleBasedStateMachine):
    """What is done here is done for real and in the model; whether both agree is for others to say."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.house: House = fresh(Path(self.folder.name) / "dac.sqlite3")
        self.house.groups.members = {ONCALL: {DAN}, LEADS: {CAT, DAN, EVE}}
        self.world = World({name: frozenset(who) for name, who in self.house.groups.members.items()}, ONE)
        self.asks: dict[int, Ask] = {}
        self.bots: dict[str, Bot] = {}
        self.births = self.deliveries = self.done_before = 0
        self.checked: dict[int, int] = {}
        self.in_time: set[str] = set()
        for name in ("one", "two"):
            self.is_born(name)
        for name in CLUSTERS:
            self.house.oracle.add(fakes.cluster(name))

    # ------------------------------------------------------------------------------------------------------ people

    def ask(
        self, side: str, by: str, name: str, to_units: int, hours: int | None, begins: int | None, *, again: bool
    ) -> None:
        try:
            plan = self.planned(name, to_units, hours, begins)
        except DacError:
            return
        approvals, law, delivery = self.bots[side].approvals, self.world.law_for(name), self.delivery()
        may = law is not None and self.world.could_agree(law, by)
        for _ in range(1 + again):
            made = self.told(lambda: approvals.submit(plan, requester=by, reason="", channel="C", delivery=delivery))
            assert isinstance(made, Request) is may, made
            if law and isinstance(made, Request):
                could = self.world.among(law) - {by}
                self.asks[made.id] = Ask(law, by, name, to_units, self.now(), could, start=plan.start_at)

    def ask_to_extend(self, side: str, back: int, by: str, hours: int) -> None:
        leased = next((each for each in self.house.store.leased()[back:]), None)
        if leased is None or leased.lease is None or not isinstance(leased.plan, ScalePlan):
            return
        name = leased.plan.subject.name
        law, span = self.world.law_for(name), timedelta(hours=hours)
        plan = plan_extend(leased.id, leased.plan, leased.lease.ends_at, span, catalog=CATALOG, now=self.now())
        approvals = self.bots[side].approvals
        made = self.told(lambda: approvals.submit(plan, requester=by, reason="", channel="C", delivery=self.delivery()))
        assert isinstance(made, Request) is (law is not None and self.world.could_agree(law, by)), made
        if law and isinstance(made, Request):
            could = self.world.among(law) - {by}
            self.asks[made.id] = Ask(law, by, name, plan.to_units, self.now(), could, extends=leased.id)

    def try_something(self, side: str, back: int, person: str, attempt: str, *, again: bool) -> None:
        if (number := self.picked(back)) is None:
            return
        ask, bot, now, delivery = self.asks[number], self.bots[side], self.now(), self.delivery()
        may = ask.may(self.world, attempt, person, now)
        may = may and not (attempt in {"approve", "agree", "break-glass"} and ask.just_edited(now))
        calls: dict[str, Callable[[Approvals], Request]] = {
            "approve": lambda it: it.approve(number, person, delivery=delivery),
            "deny": lambda it: it.deny(number, person, because="no", delivery=delivery),
            "agree": lambda it: it.agree(number, person, delivery=delivery),
            "cancel": lambda it: it.cancel(number, person, delivery=delivery),
            "break-glass": lambda it: it.break_glass(
                number, person, because="fire", confirmed=ask.cluster, delivery=delivery
            ),
            "review": lambda it: it.review(number, person, justified=True, comment="it was", delivery=delivery),
        }
        self.tried(number, lambda: calls[attempt](bot.approvals), may=may)
        if may:
            self.model_does(ask, attempt, person)
        if again:
            # The same click, delivered once more, to the other bot as like as not.
            before = self.events()
            copy = self.told(lambda: calls[attempt](self.bots["two"].approvals))
            assert isinstance(copy, Request) if may else isinstance(copy, Repeated), copy
            assert self.events() == before

    def edit(self, side: str, back: int, person: str, to_units: int) -> None:
        if (number := self.picked(back)) is None or self.asks[number].extends is not None:
            return
        ask, bot, was = self.asks[number], self.bots[side], self.house.store.get(number).plan
        assert isinstance(was, ScalePlan)
        try:
            plan = self.planned(ask.cluster, to_units, None, None, like=was)
        except DacError:
            return
        law = self.world.law_for(ask.cluster)
        same = (plan.from_units, plan.to_units) == (was.from_units, was.to_units)
        may = (
            ask.may(self.world, "edit", person, self.now())
            and law is not None
            and self.world.could_agree(law, ask.requester)
            and not same
        )
        self.tried(number, lambda: bot.approvals.edit(number, person, plan, delivery=self.delivery()), may=may)
        if may and law:
            ask.edit(self.world, law, person, to_units, self.now())

    def allowed(self, side: str, back: int, attempt: str, which: int) -> None:
        """One of those who may, with one of the newest requests with which anybody may."""
        for number, ask in self.asks.items():
            self.follow_time(ask, self.house.store.get(number))
        may = {
            number: [each for each in PEOPLE if ask.may(self.world, attempt, each, self.now())]
            for number, ask in sorted(self.asks.items(), reverse=True)
        }
        numbers = [number for number, who in may.items() if who]
        if not numbers:
            return
        number = numbers[back % len(numbers)]
        yes = self.asks[number].yes
        # Those who think better of what they have agreed to come first.
        who = sorted(may[number], key=lambda each: each not in yes)
        back, person = sorted(self.asks, reverse=True).index(number), who[which % len(who)]
        if attempt == "edit":
            self.edit(side, back, person, which + 1)
        else:
            self.try_something(side, back, person, attempt, again=which == 0)

    def all_agree(self, back: int, people: int = len(PEOPLE)) -> None:
        for person in PEOPLE:
            number = self.picked(back)
            if people and number is not None and self.asks[number].may(self.world, "approve", person, self.now()):
                self.try_something("two", back, person, "approve", again=False)
                people -= 1

    def freeze_or_let_go(self, side: str, by: str, *, stop: bool) -> None:
        freezer = self.bots[side].freezer
        done = self.told(lambda: freezer.freeze(by) if stop else freezer.unfreeze(by))
        if isinstance(done, DacError):
            assert by != EVE or not stop
        else:
            assert by == EVE
            self.world.frozen = stop
        assert (freezer.current() is not None) is self.world.frozen

    def change_group(self, group: str, members: set[str]) -> None:
        self.house.groups.members[group] = members
        self.world.groups[group] = frozenset(members)

    # --------------------------------------------------------------------------------------------------- the world

    def work(self, side: str, fault: Fault | None, *, hasty: bool = False) -> None:
        if fault:
            at, when, error = fault
            if isinstance(at, Action):
                self.bots[side].store.dies(at, when)
            else:
                self.house.oracle.fail(at, error, when=when)
        self.goes_on(side, hasty=hasty)
        self.house.oracle.calm()
        self.bots[side].store.hooks.clear()

    def work_for_an_hour(self, side: str) -> None:
        for _ in range(5):
            self.goes_on(side)
            self.house.clock.advance(minutes=12)

    def overtake(self, side: str, call: str, when: When) -> None:
        """While one bot's call is on its way its lease runs out and the other one works."""

        def meanwhile() -> None:
            self.house.clock.advance(minutes=3)
            self.goes_on("two" if side == "one" else "one")

        self.house.oracle.on(call, when, meanwhile)
        self.goes_on(side)
        self.house.oracle.calm()

    def somebody_else_scales(self, name: str, units: int, side: str) -> None:
        """At the last moment before a bot's call; or mends what needs attention."""
        cluster_id = fakes.cluster(name).id

        def scale() -> None:
            if self.house.oracle.held(cluster_id).lifecycle_state != Lifecycle.UPDATING:
                self.house.oracle.change(cluster_id, unit_count=units, lifecycle_state="ACTIVE")

        self.house.oracle.on("headroom", When.AFTER, scale)
        self.goes_on(side)
        self.house.oracle.calm()

    # --------------------------------------------------------------------------------------------------- its hands

    def now(self) -> datetime:
        return self.house.clock.now()

    def delivery(self) -> str:
        self.deliveries += 1
        return f"delivery {self.deliveries}"

    def events(self) -> int:
        return self.house.records.count()

    def is_born(self, name: str) -> None:
        """A new process takes the place of an old one."""
        self.births += 1
        store, house = MortalStore(self.house.path), self.house
        members_of, now = house.groups.members_of, house.clock.now
        self.bots[name] = Bot(
            store,
            Approvals(store, lambda: written(self.world.laws), members_of, now),
            Freezer(store, lambda: written(self.world.laws), members_of, now),
            Executor(store, house.oracle, house.oracle, CATALOG, now, holder=f"{name}-{self.births}", lease=LEASE),
            Leases(store, house.oracle, CATALOG, now),
            Clockwork(store, now),
        )

    def goes_on(self, side: str, *, hasty: bool = False) -> None:
        try:
            self.bots[side].work(hasty=hasty)
        except Killed:
            self.is_born(side)

    def planned(
        self, name: str, to_units: int, hours: int | None, begins: int | None, like: ScalePlan | None = None
    ) -> ScalePlan:
        cluster = self.house.oracle.held(fakes.cluster(name).id)
        lease = timedelta(hours=hours) if hours else None
        start_at = self.now() + timedelta(hours=begins) if begins else None
        return fakes.plan(
            cluster,
            to_units,
            now=self.now(),
            lease=like.lease if like else lease,
            start_at=like.start_at if like else start_at,
        )

    def picked(self, back: int) -> int | None:
        known = sorted(self.asks)
        return known[max(len(known) - 1 - back, 0)] if known else None

    @staticmethod
    def told(call: Callable[[], object]) -> object:
        try:
            return call()
        except DacError as no:
            return no

    def tried(self, number: int, call: Callable[[], Request], *, may: bool) -> None:
        """A refused attempt leaves nothing but its record, one event at most."""
        before, events = self.house.store.get(number), self.events()
        done = self.told(call)
        after = self.house.store.get(number)
        assert isinstance(done, Request) is may, done
        if may:
            assert after == done
            assert self.events() == events + 1
        else:
            assert after.model_copy(update={"version": before.version}) == before
            assert self.events() <= events + 1

    def model_does(self, ask: Ask, attempt: str, person: str) -> None:
        match attempt:
            case "approve":
                ask.approve(self.world, person, self.now())
            case "deny":
                ask.deny(person)
            case "agree":
                ask.agree(self.now())
            case "cancel":
                ask.state = "cancelled"
            case "break-glass":
                ask.break_glass(person, self.now())
            case _:
                ask.reviewed = True

    def follow_time(self, ask: Ask, request: Request) -> None:
        """What the model leaves to time, and to the bots once something is agreed, is taken from the record."""
        if ask.state == "pending" and self.now() >= ask.ends and request.state is State.EXPIRED:
            ask.state = "expired"
        ask.begun = request.state not in {State.PENDING, State.APPROVED}
        held = request.held if request.state is State.APPROVED else None
        ask.waits_for_night = ask.law.night and held is not None and held.why is Hold.WINDOW

    def a_return(self, request: Request) -> Ask:
        """What the bot asks for by itself: only to give back what was leased, after the lease has ended."""
        assert request.returns is not None
        leased, parent = self.asks[request.returns], self.house.store.get(request.returns)
        assert isinstance(parent.plan, ScalePlan)
        assert leased.state == "approved"
        assert parent.lease is not None
        assert fakes.scaled(request).to_units == parent.plan.from_units
        ask = Ask(
            leased.law, leased.requester, leased.cluster, fakes.scaled(request).to_units, request.asked_at, leased.could
        )
        ask.state, ask.agreed_at, ask.is_return = "approved", request.asked_at, True
        self.asks[request.id] = ask
        return ask
