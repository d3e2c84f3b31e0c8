"""Whether those who have agreed are enough by a rule, and what is missing if they are not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pydantic import AwareDatetime

from approvals.policy import People, Rule
from dac.figures import Frozen


class Approval(Frozen):
    """One person's yes, with those of the rule's groups they were in when they said it."""

    voter: str
    at: AwareDatetime
    comment: str = ""
    groups: tuple[str, ...] = ()


class Objection(Frozen):
    voter: str
    at: AwareDatetime
    because: str


class Tally(Frozen):
    """`counted` of the rule's approvals are there; `obligatory` is whether one of those who must be has agreed."""

    counted: int
    needed: int
    obligatory: bool

    @property
    def enough(self) -> bool:
        return self.counted >= self.needed and self.obligatory

    @property
    def missing(self) -> int:
        return max(self.needed - self.counted, 0 if self.obligatory else 1)


def tally(rule: Rule, approvals: Sequence[Approval]) -> Tally:
    """Distinct people count, and where the rule says so, distinct groups: each person for one of theirs at most."""
    voters = {each.voter: each.groups for each in approvals}
    counted = _spread(voters, rule.approvers.groups) if rule.different_groups else len(voters)
    obligatory = rule.must_include is None or any(
        _among(rule.must_include, voter, groups) for voter, groups in voters.items()
    )
    return Tally(counted=counted, needed=rule.approvals, obligatory=obligatory)


def _among(people: People, person: str, groups: Sequence[str]) -> bool:
    return person in people.users or bool(people.groups & set(groups))


def _spread(groups_of: Mapping[str, Sequence[str]], allowed: frozenset[str]) -> int:
    """How many groups can be given a person of their own (a maximum matching, by augmenting paths)."""
    taken: dict[str, str] = {}

    def seat(person: str, tried: set[str]) -> bool:
        for group in sorted(allowed & set(groups_of[person]) - tried):
            tried.add(group)
            if group not in taken or seat(taken[group], tried):
                taken[group] = person
                return True
        return False

    return sum(seat(person, set()) for person in sorted(groups_of))
