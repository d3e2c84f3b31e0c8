"""A bot as one process of several, the laws it is given, and what can go wrong in one turn of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from approvals.clockwork import Clockwork
from approvals.executor import Executor
from approvals.freezing import Freezer
from approvals.leases import Leases
from approvals.policy import People, Policy, Rule
from approvals.service import Approvals
from approvals.states import Action, State
from approvals.windows import WEEK, FreezeWindow
from dac.errors import DacError, Denied, Invalid, Unavailable
from tests.approvals.model import Law
from tests.fakes import ANN, BOB, CAT, DAN, EVE, LEADS, ONCALL, Killed, MortalStore, When

PEOPLE = (ANN, BOB, CAT, DAN, EVE)
CLUSTERS = ("chat", "embed", "spare")
BOTH = frozenset({ONCALL, LEADS})
ONE = (
    Law("two for chat", "chat", frozenset({ANN, BOB}), BOTH, approvals=2, denials=2, glass=frozenset({ANN, EVE})),
    Law("one for the rest", "*", frozenset({ANN, BOB}), BOTH, night=True, glass=frozenset({EVE})),
)
OTHER = (
    Law("one of each", "chat", groups=BOTH, approvals=2, apart=True, hours=4),
    Law("a lead", "embed", frozenset({ANN, BOB, CAT}), must=LEADS, glass=frozenset({BOB})),
)
ATTEMPTS = ("approve", "deny", "edit", "agree", "cancel", "break-glass", "review")
FINAL = {State.APPLIED, State.FAILED, State.STALE, State.EXPIRED, State.DENIED, State.CANCELLED}
SILENCE = Unavailable("Oracle did not answer in time.")

Fault = tuple[str | Action, When, DacError | Killed]
FAULTS: list[Fault] = [
    *[(call, When.BEFORE, error) for call in ("cluster", "scale", "work_requests") for error in (SILENCE, Killed())],
    *[(call, When.AFTER, error) for call in ("cluster", "scale", "scale") for error in (SILENCE, Killed())],
    ("scale", When.BEFORE, Invalid("Oracle answered 400.")),
    ("work_requests", When.BEFORE, Denied("Oracle answered 403.")),
    *[
        (action, when, Killed())
        for action in (
            Action.START, Action.RECLAIM, Action.SEND, Action.PROGRESS, Action.SUCCEED, Action.FAIL, Action.HOLD,
            Action.EXTEND, Action.SUBMIT, Action.RETURN, Action.CLOSE, Action.EXPIRE, Action.ESCALATE,
        )
        for when in When
    ],
]  # fmt: skip
"""What can go wrong in one turn of a bot, and where."""


def written(laws: tuple[Law, ...]) -> Policy:
    """The same as the team's policy file would say it."""
    nights = FreezeWindow.model_validate(
        {"reason": "backups", "zone": "UTC", "days": WEEK, "from": "02:00", "to": "04:00"}
    )
    rules = [
        Rule(
            name=law.name,
            clusters=frozenset({law.cluster}),
            approvers=People(users=law.users, groups=law.groups),
            approvals=law.approvals,
            denials=law.denials,
            must_include=People(groups=frozenset({law.must})) if law.must else None,
            different_groups=law.apart,
            break_glass=People(users=law.glass) if law.glass else None,
            expires_after=timedelta(hours=law.hours),
            reminders=(timedelta(hours=1),),
            freeze=(nights,) if law.night else (),
        )
        for law in laws
    ]
    return Policy(rules=tuple(rules), freezers=People(users=frozenset({EVE})))


@dataclass
class Bot:
    """One process: it knows nothing that is not in the database."""

    store: MortalStore
    approvals: Approvals
    freezer: Freezer
    executor: Executor
    leases: Leases
    clockwork: Clockwork

    def work(self, *, hasty: bool) -> None:
        """The parts of a bot run side by side, so either may come first."""
        for part in (self.carry_out, self.keep_time) if hasty else (self.keep_time, self.carry_out):
            part()

    def keep_time(self) -> None:
        self.clockwork.tick()
        self.leases.tend()

    def carry_out(self) -> None:
        for request_id in self.executor.due():
            self.executor.advance(request_id)
