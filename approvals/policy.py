"""The team's policy file: which rule decides over a plan, who may approve it and how many must."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from datetime import timedelta
from fnmatch import fnmatchcase
from typing import Annotated, TypeVar

from pydantic import AfterValidator, Field, PlainSerializer, ValidationError

from dac.errors import DacError, Denied, Invalid
from dac.figures import Frozen
from dac.plans import Plan

_Item = TypeVar("_Item", bound=str)
Sorted = Annotated[frozenset[_Item], PlainSerializer(sorted, return_type=list[str])]
"""A set that is always written down in the same order."""

UserId = Annotated[str, Field(pattern=r"^[UW][A-Z0-9]{2,}$")]
GroupId = Annotated[str, Field(pattern=r"^S[A-Z0-9]{2,}$")]
ChannelId = Annotated[str, Field(pattern=r"^[CG][A-Z0-9]{2,}$")]

MembersOf = Callable[[str], frozenset[str]]
"""Group id to the ids of the people in it, as of now; may raise `Unavailable`."""


LONGEST = timedelta(days=366)
"""What is not decided within a year will not be."""


def _some(expiry: timedelta) -> timedelta:
    if not timedelta() < expiry <= LONGEST:
        raise ValueError(f"an expiry is longer than nothing and at most {LONGEST.days} days")
    return expiry


class Approvers(Frozen):
    users: Sorted[UserId] = frozenset()
    groups: Sorted[GroupId] = frozenset()

    def resolve(self, members_of: MembersOf) -> frozenset[str]:
        """Every distinct person named or in a named group."""
        return self.users.union(*(members_of(group) for group in sorted(self.groups)))

    def include(self, person: str, members_of: MembersOf) -> bool:
        """Whether that person is among them now; who is named needs no looking up."""
        if person in self.users:
            return True
        trouble: DacError | None = None
        for group in sorted(self.groups):
            try:
                if person in members_of(group):
                    return True
            except DacError as error:
                trouble = error
        if trouble:
            raise trouble
        return False


class Rule(Frozen):
    """Who must agree to which changes. A request keeps the rule it was judged under."""

    name: str = Field(min_length=1, max_length=80, description="How people call this rule")
    actions: Sorted[str] = Field(frozenset({"*"}), description="Kinds of change it covers, such as “scale”")
    clusters: Sorted[str] = Field(frozenset({"*"}), description="Cluster names it covers; * and ? are wild")
    approvers: Approvers = Field(description="Slack users and user groups who may approve")
    approvals: int = Field(1, ge=1, le=20, description="Distinct people who must approve")
    expires_after: Annotated[timedelta, AfterValidator(_some)] = Field(
        timedelta(hours=24), description="How long a request may wait, as ISO 8601 (PT4H) or HH:MM:SS"
    )
    channel: ChannelId | None = Field(None, description="Where the card goes; unset means where it was asked")

    def covers(self, plan: Plan) -> bool:
        return any(fnmatchcase(plan.action, each) for each in self.actions) and any(
            fnmatchcase(plan.cluster.name.casefold(), each.casefold()) for each in self.clusters
        )


class Policy(Frozen):
    """The first rule that covers a plan decides; without one the plan is refused."""

    rules: tuple[Rule, ...] = Field(min_length=1)

    def rule_for(self, plan: Plan) -> Rule:
        for rule in self.rules:
            if rule.covers(plan):
                return rule
        raise Denied(
            f"No rule of the approval policy covers “{plan.action}” on {plan.cluster.name}, so it is refused. "
            "Whoever keeps the policy file can add one."
        )


def load(text: str, name: str) -> Policy:
    """The policy in a TOML text; raises `Invalid` naming the file, the place and the reason."""
    try:
        held = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise Invalid(f"{name}: {error}") from None
    if "rules" in held:
        raise Invalid(f"{name}: rules: each rule is written under its own [[rule]]")
    try:
        return Policy.model_validate({"rules": held.pop("rule", ()), **held})
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"]).replace("rules", "rule", 1)
        raise Invalid(f"{name}: {place}: {first['msg']}") from None
