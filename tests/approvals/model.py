"""The rules of approving, told again from what people were promised: nothing here knows how the bot does it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import permutations


@dataclass(frozen=True)
class Law:
    """Who must agree. `must` is a group of which one has to be, `apart` wants each of another group."""

    name: str
    cluster: str
    users: frozenset[str] = frozenset()
    groups: frozenset[str] = frozenset()
    approvals: int = 1
    denials: int = 1
    must: str = ""
    apart: bool = False
    glass: frozenset[str] = frozenset()
    hours: int = 24
    night: bool = False
    """Nothing is begun between two and four at night, UTC."""


@dataclass
class World:
    """What holds for everybody."""

    groups: dict[str, frozenset[str]]
    laws: tuple[Law, ...]
    frozen: bool = False

    def among(self, law: Law) -> frozenset[str]:
        return law.users.union(*(self.groups[each] for each in law.groups))

    def law_for(self, cluster: str) -> Law | None:
        return next((each for each in self.laws if each.cluster in {"*", cluster}), None)

    def could_agree(self, law: Law, requester: str) -> bool:
        everybody = self.among(law) - {requester}
        return enough(law, {each: self.groups_of(each) for each in everybody})

    def groups_of(self, person: str) -> frozenset[str]:
        return frozenset(name for name, people in self.groups.items() if person in people)


@dataclass
class Ask:
    """One request as people know it. `yes` holds who agreed and of which groups they were at that moment."""

    law: Law
    requester: str
    cluster: str
    units: int
    at: datetime
    could: frozenset[str]
    start: datetime | None = None
    extends: int | None = None
    yes: dict[str, frozenset[str]] = field(default_factory=dict)
    no: set[str] = field(default_factory=set)
    fine_with_requester: bool = True
    state: str = "pending"
    edited_at: datetime | None = None
    edited_by: str = ""
    ends: datetime = field(init=False)
    agreed_at: datetime | None = None
    begin_by: datetime | None = None
    broken_by: str = ""
    reviewed: bool = False
    waits_for_night: bool = False
    begun: bool = False
    is_return: bool = False

    def __post_init__(self) -> None:
        self.ends = self.at + timedelta(hours=self.law.hours)

    # ------------------------------------------------------------------------------------------------ who may what

    def open_at(self, now: datetime) -> bool:
        return self.state == "pending" and now < self.ends

    def may(self, world: World, attempt: str, person: str, now: datetime) -> bool:
        named = person in world.among(self.law)
        match attempt:
            case "approve":
                return self.open_at(now) and person != self.requester and named and person not in self.yes
            case "deny":
                return self.open_at(now) and person != self.requester and named and person not in self.no
            case "edit":
                return self.open_at(now) and self.extends is None and (person == self.requester or named)
            case "agree":
                return self.open_at(now) and person == self.requester and not self.fine_with_requester
            case "cancel":
                waits = self.state == "approved" and not self.begun
                waits = waits and self.begin_by is not None and now < self.begin_by
                return person == self.requester and not self.is_return and (self.open_at(now) or waits)
            case "break-glass":
                could_review = self.could - {person, self.requester, self.edited_by}
                when = self.open_at(now) or (self.state == "approved" and self.waits_for_night)
                may = person in self.law.glass and bool(could_review)
                return when and may and not self.broken_by and not self.is_return
            case "review":
                apart = person not in {self.broken_by, self.requester, self.edited_by}
                return bool(self.broken_by) and not self.reviewed and apart and named
            case _:
                raise ValueError(attempt)

    def just_edited(self, now: datetime) -> bool:
        """A yes that was typed may have been meant for what stood there before."""
        return self.edited_at is not None and now < self.edited_at + timedelta(minutes=1)

    # --------------------------------------------------------------------------------------------- what comes of it

    def approve(self, world: World, person: str, now: datetime) -> None:
        self.yes[person] = world.groups_of(person)
        self.no.discard(person)
        self._agree_if_enough(now)

    def deny(self, person: str) -> None:
        self.yes.pop(person, None)
        self.no.add(person)
        if len(self.no) >= self.law.denials:
            self.state = "denied"

    def agree(self, now: datetime) -> None:
        self.fine_with_requester = True
        self._agree_if_enough(now)

    def edit(self, world: World, law: Law, person: str, units: int, now: datetime) -> None:
        self.law, self.units = law, units
        self.could = world.among(law) - {self.requester}
        self.yes = {person: world.groups_of(person)} if person in self.could else {}
        self.no = set()
        self.fine_with_requester = person == self.requester
        self.edited_at, self.edited_by = now, person
        self.ends = now + timedelta(hours=law.hours)

    def break_glass(self, person: str, now: datetime) -> None:
        self.broken_by = person
        self._agreed(now)

    def _agree_if_enough(self, now: datetime) -> None:
        if self.fine_with_requester and enough(self.law, self.yes):
            self._agreed(now)

    def _agreed(self, now: datetime) -> None:
        self.state, self.agreed_at = "approved", now
        self.begin_by = max(now, self.start or now) + timedelta(hours=24)


def enough(law: Law, yes: Mapping[str, Iterable[str]]) -> bool:
    """Distinct people; where the law wants them apart, each for another of its groups."""
    if law.must and not any(law.must in groups for groups in yes.values()):
        return False
    if not law.apart:
        return len(yes) >= law.approvals
    return any(
        all(group in yes[person] for person, group in zip(people, groups, strict=True))
        for people in permutations(yes, law.approvals)
        for groups in permutations(law.groups, law.approvals)
    )


def asleep(at: datetime) -> bool:
    """Whether a law with a night begins nothing then."""
    return at.hour in {2, 3}
