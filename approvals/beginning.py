"""From approval to claim: whether an agreed request may begin now, and whether it still is what was agreed to."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from approvals.events import BOT, Body, Held, Hold, Outdated, Rehearsed, Started
from approvals.policy import Policy
from approvals.request import Request
from approvals.states import State
from approvals.steps import Steps, frozen
from approvals.store import Busy, FrozenNow, Store
from approvals.windows import frozen_until
from dac.catalog import Catalog
from dac.change import Look, differences
from dac.errors import Conflict, Invalid, NotFound
from dac.extending import ExtendPlan, plan_extend
from dac.gateway import FleetReader
from dac.plans import Plan
from dac.scaling import ScalePlan


class Beginning:
    """`holder` names this process in claims, `lease` is how long a claim keeps others away.

    In a `dry_run` nothing is begun: what was asked in one ends as a rehearsal, what was asked before waits. By the
    `policy` a cluster is judged again: with other tags it may have come under a rule that nobody has met.
    """

    def __init__(
        self,
        store: Store,
        reader: FleetReader,
        catalog: Catalog,
        now: Callable[[], datetime],
        *,
        holder: str,
        lease: timedelta,
        dry_run: bool,
        policy: Callable[[], Policy] | None,
    ) -> None:
        self._store = store
        self._reader = reader
        self._catalog = catalog
        self._now = now
        self._holder = holder
        self._lease = lease
        self._dry_run = dry_run
        self._policy = policy
        self._steps = Steps(store, now)

    def begin(self, request: Request) -> Request:
        """Claim it, unless it is for later or something holds it up; what does is on record, once."""
        if request.start_at and self._now() < request.start_at:
            return request
        if request.returns is not None:
            leased = self._store.get(request.returns)
            if not _is_wanted(request, leased):
                return self._unwanted(request, leased)
        if held := self.held_by(request):
            return self._steps.hold(request, held)
        if self._is_being_extended(request):
            return request
        try:
            return self._claim(request)
        except FrozenNow as now:
            return self._steps.hold(request, frozen(now.freeze))
        except Busy as busy:
            return self._steps.hold(request, Held(why=Hold.BUSY, request_id=busy.holder))

    def held_by(self, request: Request) -> Held | None:
        """What keeps Oracle from being asked now.

        A broken glass is for now, whatever the rule says of the time; but a freeze is by somebody who knows of it.
        An extension asks Oracle for nothing, and its lease would be over before a window is.
        """
        if self._dry_run and not request.rehearsal:
            return Held(why=Hold.DRY_RUN)
        if freeze := self._store.freeze():
            return frozen(freeze)
        if isinstance(request.plan, ExtendPlan):
            return None
        windows = () if request.glass else request.rule.freeze
        if covered := frozen_until(windows, self._now()):
            window, until = covered
            return Held(why=Hold.WINDOW, because=window.reason, until=until)
        other = self._store.holder(request)
        return None if other is None else Held(why=Hold.BUSY, request_id=other)

    def _unwanted(self, request: Request, leased: Request) -> Request:
        lease = leased.lease
        if lease is None or not lease.open:
            why = f"the lease of request {leased.id} is over, and there is nothing to give back any more"
        elif lease.ends_at > self._now():
            why = f"the lease of request {leased.id} has been extended, so nothing is given back yet"
        elif lease.returning is not None:
            why = f"request {lease.returning} gives back what request {leased.id} leased"
        else:
            # Just made, or by a process that died over it: whoever tends to leases will put it on record.
            return request
        return self._steps.write(request, State.APPROVED, Outdated(differences=(why,)))

    def _claim(self, request: Request) -> Request:
        """Plan again from the live world; take the claim if what was approved is still what would be done."""
        try:
            plan = self._plan_again(request)
            changed = differences(request.plan, plan) or self._under_another_rule(request, plan)
        except (Invalid, Conflict, NotFound) as no:
            changed = (str(no),)
        if changed:
            return self._steps.write(request, State.APPROVED, Outdated(differences=changed))
        if request.rehearsal:
            return self._steps.write(request, State.APPROVED, Rehearsed())
        at = self._now()
        started = Started(etag=plan.etag, holder=self._holder, until=at + self._lease)

        def decide(now: Request) -> Body | None:
            # Reading Oracle takes time: what has expired or been extended meanwhile is not begun any more.
            in_time = now.begin_by is None or at < now.begin_by
            wanted = now.returns is None or _is_wanted(now, self._store.get(now.returns))
            wanted = wanted and not self._is_being_extended(now)
            return started if now.state is State.APPROVED and in_time and wanted else None

        return self._store.change(request.id, decide, actor=BOT, at=at)

    def _is_being_extended(self, back: Request) -> bool:
        """Whether people have agreed to keep what it gives back; that is for now, so it comes first."""
        if back.returns is None:
            return False
        agreed = self._store.in_states(State.APPROVED, State.APPLYING)
        return any(isinstance(each.plan, ExtendPlan) and each.plan.leased == back.returns for each in agreed)

    def _under_another_rule(self, request: Request, plan: Plan) -> tuple[str, ...]:
        """By the policy of today, which judges both: what it was read by then, and what it is now."""
        if self._policy is None or request.returns is not None or request.glass:
            return ()
        policy = self._policy()
        before, now = policy.judge(request.plan).rule, policy.judge(plan).rule
        if before == now:
            return ()
        name = f"the rule “{now.name}”" if now else "no rule"
        return (f"its tags or its compartment have changed, and {name} covers it now",)

    def _plan_again(self, request: Request) -> Plan:
        """The plan that would be made of the world as it is now."""
        plan = request.plan
        if isinstance(plan, ExtendPlan):
            return self._extension_again(plan)
        return plan.again(Look(self._reader, self._catalog, self._now()))

    def _extension_again(self, plan: ExtendPlan) -> ExtendPlan:
        """The lease as it is now; `Conflict` where there is none left to extend."""
        leased = self._store.get(plan.leased)
        if leased.lease is None or not leased.lease.open or not isinstance(leased.plan, ScalePlan):
            raise Conflict(f"The lease of request {plan.leased} has ended.")
        if _is_being_given_back(self._store, leased):
            raise Conflict(f"The lease of request {plan.leased} has ended, and the size is being given back.")
        if plan.until <= self._now():
            raise Conflict(f"The time by which the lease of request {plan.leased} was to be extended has passed.")
        return plan_extend(
            leased.id, leased.plan, leased.lease.ends_at, plan.by, catalog=self._catalog, now=self._now()
        )


def _is_being_given_back(store: Store, leased: Request) -> bool:
    """Whether that has begun, so that an extension comes too late."""
    returning = leased.lease.returning if leased.lease else None
    return returning is not None and store.get(returning).state in {State.APPLYING, State.APPLIED}


def _is_wanted(request: Request, leased: Request) -> bool:
    """Whether this is what gives the lease back; an extension may have come in between."""
    return leased.lease is not None and leased.lease.open and leased.lease.returning == request.id
