"""The team's policy file: which rule decides over a plan, who may approve it and how many must."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from fnmatch import fnmatchcase
from itertools import pairwise
from typing import Annotated, Self, TypeVar

from pydantic import AfterValidator, BeforeValidator, Field, PlainSerializer, ValidationError, model_validator
from pydantic_core import ErrorDetails

from approvals.places import Place, places
from approvals.windows import FreezeWindow
from dac.budgets import Budget
from dac.change import Change
from dac.errors import DacError, Denied, Invalid, Unavailable
from dac.figures import Frozen, Price, Unknown
from dac.naming import clip, nearest

_Item = TypeVar("_Item", bound=str)
Sorted = Annotated[frozenset[_Item], PlainSerializer(sorted, return_type=list[str])]
"""A set that is always written down in the same order."""

UserId = Annotated[str, Field(pattern=r"^[UW][A-Z0-9]{2,}$")]
GroupId = Annotated[str, Field(pattern=r"^S[A-Z0-9]{2,}$")]
ChannelId = Annotated[str, Field(pattern=r"^[CG][A-Z0-9]{2,}$")]
Count = Annotated[int, Field(strict=True, ge=1, le=20)]
Switch = Annotated[bool, Field(strict=True)]
Units = Annotated[int, Field(strict=True)]

MembersOf = Callable[[str], frozenset[str]]
"""Group id to the ids of the people in it, as of now; may raise `Unavailable`."""


LONGEST = timedelta(days=366)
"""What is not decided within a year will not be."""


def _written(span: object) -> object:
    if not isinstance(span, str | timedelta):
        raise ValueError('a length of time in quotation marks is wanted, such as "PT4H" or "04:00:00"')  # noqa: TRY004 - for pydantic
    return span


def _some(span: timedelta) -> timedelta:
    if not timedelta() < span <= LONGEST:
        raise ValueError(f"this is longer than nothing and at most {LONGEST.days} days")
    return span


Span = Annotated[timedelta, BeforeValidator(_written), AfterValidator(_some)]


class People(Frozen):
    """People named one by one or by their Slack user group; a person in several groups is still one person."""

    users: Sorted[UserId] = Field(frozenset(), description="Slack users by their ids, such as “U0123ABCD”")
    groups: Sorted[GroupId] = Field(frozenset(), description="Slack user groups by their ids, such as “S0123ABCD”")

    def __bool__(self) -> bool:
        return bool(self.users or self.groups)

    def resolve(self, members_of: MembersOf) -> frozenset[str]:
        """Every distinct person named or in a named group."""
        return self.users.union(*(members_of(group) for group in sorted(self.groups)))

    def include(self, person: str, members_of: MembersOf) -> bool:
        """Whether that person is among them now; who is named needs no looking up.

        Raises `Unavailable`, or `Denied` where a group can never be looked up: then nobody is known to be in it.
        """
        if person in self.users:
            return True
        trouble: DacError | None = None
        for group in sorted(self.groups):
            try:
                if person in members_of(group):
                    return True
            except Unavailable as error:
                trouble = error
            except DacError as error:
                trouble = trouble or Denied(str(error))
        if trouble:
            raise trouble
        return False


class Channels(People):
    """Who is told of a request without having to decide over it, and where."""

    channels: Sorted[ChannelId] = Field(frozenset(), description="Channels by their ids, such as “C0123ABCD”")

    def __bool__(self) -> bool:
        return super().__bool__() or bool(self.channels)


class UnitsChange(Frozen):
    """By how many units a cluster grows, negative where it shrinks; an end left out is open."""

    min: Units | None = Field(None, description="At least so many units more")
    max: Units | None = Field(None, description="At most so many units more")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        _check_order(self.min, self.max)
        return self

    def holds(self, units: int) -> bool:
        return (self.min is None or units >= self.min) and (self.max is None or units <= self.max)


class MonthlyChange(Frozen):
    """By how much the monthly cost changes, at list price or the contract's rate; a fine-tune's cluster counts as kept.

    What is not known may be any sum: only a rule open above covers it.
    """

    min: Decimal | None = Field(None, description="At least so much more a month")
    max: Decimal | None = Field(None, description="At most so much more a month")
    currency: str = Field("USD", pattern=r"^[A-Z]{3}$", description="Currency of both")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        _check_order(self.min, self.max)
        return self

    def holds(self, change: Price | Unknown) -> bool:
        if isinstance(change, Unknown) or change.money.currency != self.currency:
            return self.max is None
        amount = change.money.amount
        return (self.min is None or amount >= self.min) and (self.max is None or amount <= self.max)


KINDS = (
    "Kinds of change it covers: “scale”, “extend”, “create”, “delete”, “endpoint-create”, “endpoint-delete”, "
    "“endpoint-move”, “migrate”, “finetune”, “model-delete”; * and ? are wild"
)


class Rule(Frozen):
    """Who must agree to which changes. A request keeps the rule it was judged under."""

    name: str = Field(min_length=1, max_length=80, description="How people call this rule")
    actions: Sorted[str] = Field(frozenset({"*"}), description=KINDS)
    clusters: Sorted[str] = Field(frozenset({"*"}), description="Cluster names it covers; * and ? are wild")
    regions: Sorted[str] = Field(frozenset({"*"}), description="Regions it covers; * and ? are wild")
    compartments: Sorted[str] = Field(frozenset({"*"}), description="Compartments by OCID; * and ? are wild")
    tags: Annotated[dict[str, str], PlainSerializer(_in_order, return_type=dict[str, str])] = Field(
        default_factory=dict, description="Freeform tags the cluster must carry, all of them; * and ? are wild"
    )
    units_change: UnitsChange | None = Field(None, description="Only changes of this size, in units")
    monthly_change: MonthlyChange | None = Field(None, description="Only changes of this monthly cost")
    requesters: People | None = Field(None, description="Who may ask; left out, everybody may")
    approvers: People = Field(description="Slack users and user groups who may approve")
    approvals: Count = Field(1, description="Distinct people who must approve")
    must_include: People | None = Field(None, description="At least one of the approvals must come from these")
    different_groups: Switch = Field(
        default=False, description="Whether each approval must come from another of the approvers' groups"
    )
    denials: Count = Field(1, description="Distinct people whose denial ends it")
    reason_required: Switch = Field(default=False, description="Whether asking needs a reason")
    comment_required: Switch = Field(default=False, description="Whether approving needs a comment")
    expires_after: Span = Field(
        timedelta(hours=24), description="How long a request may wait for people, as ISO 8601 (PT4H) or HH:MM:SS"
    )
    begin_within: Span = Field(
        timedelta(hours=24),
        description="How long an approved change may wait to begin, for a freeze or another change, before it expires",
    )
    reminders: tuple[Span, ...] = Field((), max_length=10, description="How long after asking people are reminded")
    freeze: tuple[FreezeWindow, ...] = Field((), description="When nothing is begun; a broken glass overrides it")
    notify: Channels = Field(Channels(), description="Users, user groups and channels told of a request")
    channel: ChannelId | None = Field(None, description="Where the card goes; left out, where it was asked")
    break_glass: People | None = Field(None, description="Who may act in an emergency and be reviewed afterwards")
    review_within: Span = Field(timedelta(hours=24), description="How soon a broken glass is to be reviewed")

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if self.different_groups and len(self.approvers.groups) < self.approvals:
            raise ValueError(
                f"different_groups: {self.approvals} approvals from different groups need as many groups of approvers"
            )
        for key in ("requesters", "approvers", "must_include", "break_glass"):
            people = getattr(self, key)
            if people is not None and not people:
                raise ValueError(f"{key}: this names nobody; give users, groups or both")
        if not self.approvers.groups and len(self.approvers.users) < self.approvals:
            raise ValueError(f"approvals: {self.approvals} are needed and approvers names {len(self.approvers.users)}")
        if not self.approvers.groups and len(self.approvers.users) < self.denials:
            raise ValueError(f"denials: {self.denials} are needed and approvers names {len(self.approvers.users)}")
        if any(each >= self.expires_after for each in self.reminders):
            raise ValueError("reminders: a reminder comes before the request expires")
        if any(one >= next_one for one, next_one in pairwise(self.reminders)):
            raise ValueError("reminders: each comes later than the one before")
        return self

    @property
    def digest(self) -> str:
        """Names the rule's content: what a request was judged under can be told from what the file says now."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()

    def covers(self, plan: Change) -> bool:
        return next(self.objections(plan), None) is None

    def objections(self, plan: Change) -> Iterator[str]:
        """Why it does not cover a plan, one sentence each."""
        about = plan.subject
        for what, value, globs in (
            ("changes of kind", plan.kind, self.actions),
            ("clusters", about.name, self.clusters),
            ("regions", about.region, self.regions),
            ("compartments", about.compartment_id, self.compartments),
        ):
            if not _fits(value, globs):
                yield f"it is for {what} {', '.join(sorted(globs))}"
        for tag, wanted in sorted(self.tags.items()):
            if not _fits(about.freeform_tags.get(tag, ""), [wanted]) or tag not in about.freeform_tags:
                yield f"it is for clusters tagged {tag}={wanted}"
        if self.units_change and not self.units_change.holds(plan.more_units):
            yield f"it is for changes by {_between(self.units_change.min, self.units_change.max)} units"
        if self.monthly_change and not self.monthly_change.holds(plan.cost_change):
            span = _between(self.monthly_change.min, self.monthly_change.max)
            yield f"it is for changes of the monthly cost by {span} {self.monthly_change.currency}"


class Judged(Frozen):
    """The rule that decides over a plan, if there is one, and why those before it do not."""

    rule: Rule | None
    passed_over: tuple[tuple[str, str], ...]


class Policy(Frozen):
    """The first rule that covers a plan decides; without one the plan is refused."""

    rules: tuple[Rule, ...] = Field(min_length=1, description="The rules; the first that covers a change decides")
    budgets: tuple[Budget, ...] = Field((), description="What clusters may cost a month; shown, not enforced")
    freezers: People = Field(People(), description="Who may stop everything with `/dac freeze`, and let it go on")

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()

    def judge(self, plan: Change) -> Judged:
        passed_over: list[tuple[str, str]] = []
        for rule in self.rules:
            why = next(rule.objections(plan), None)
            if why is None:
                return Judged(rule=rule, passed_over=tuple(passed_over))
            passed_over.append((rule.name, why))
        return Judged(rule=None, passed_over=tuple(passed_over))

    def rule_for(self, plan: Change) -> Rule:
        rule = self.judge(plan).rule
        if rule is None:
            raise Denied(
                f"No rule of the approval policy covers “{plan.kind}” on {plan.subject.name}, so it is refused. "
                "Whoever keeps the policy file can add one."
            )
        return rule


def load(text: str, name: str) -> Policy:
    """The policy in a TOML text; raises `Invalid` naming the file, the line, the key and the reason."""
    try:
        held = tomllib.loads(text)
    except ValueError as error:
        raise Invalid(f"{name}: {error}") from None
    at = places(text)
    for plural, single in _WRITTEN.items():
        if plural in held:
            raise Invalid(f"{name}: line {at[plural,]}: {plural}: each {single} is written under its own [[{single}]]")
        if not isinstance(held.get(single, []), list):
            raise Invalid(f"{name}: line {at[single,]}: {single}: each is written under its own [[{single}]]")
    if not held.get("rule"):
        raise Invalid(f"{name}: rule: it holds no rule; write at least one under [[rule]]")
    try:
        policy = Policy.model_validate({_READ_AS.get(key, key): value for key, value in held.items()})
    except ValidationError as error:
        # That no rule is left beside wrong ones is no mistake of its own, and what is missing may be what is mistyped.
        wrong = [each for each in error.errors(include_url=False) if each["loc"] != ("rules",)]
        first = min(wrong, key=lambda each: (each["type"] == "missing", _line(_place(each), at)))
        raise Invalid(f"{name}: {_said(first, at)}") from None
    names = [rule.name for rule in policy.rules]
    for number, each in enumerate(names):
        if each in names[:number]:
            line = at["rule", number, "name"]
            raise Invalid(f"{name}: line {line}: rule {number + 1}: name: “{each}” is another rule's name already")
    return policy


_WRITTEN = {"rules": "rule", "budgets": "budget"}
_READ_AS = {single: plural for plural, single in _WRITTEN.items()}


def _place(error: ErrorDetails) -> Place:
    first, *rest = error["loc"]
    return (_WRITTEN.get(str(first), first), *rest)


def _line(place: Place, at: Mapping[Place, int]) -> int:
    return next(at[place[:end]] for end in range(len(place), 0, -1) if place[:end] in at)


def _said(error: ErrorDetails, at: Mapping[Place, int]) -> str:
    """Line, number of the rule, key, reason."""
    place = _place(error)
    table, keys = [], [str(part) for part in place if isinstance(part, str)]
    if len(place) > 1 and isinstance(place[1], int):
        table, keys = [f"{place[0]} {place[1] + 1}"], keys[1:]
    key = [".".join(keys)] if keys else []
    return ": ".join([f"line {_line(place, at)}", *table, *key, _reason(error, keys)])


def _reason(error: ErrorDetails, keys: Sequence[str]) -> str:
    match error["type"]:
        case "missing":
            return "this is missing"
        case "extra_forbidden":
            near = nearest(keys[-1], _KEYS)
            return "there is no such key" + (f"; did you mean {' or '.join(near)}?" if near else "")
        case "value_error":
            return str(error["ctx"]["error"])
        case "string_pattern_mismatch":
            return f"“{clip(str(error['input']))}” does not match {error['ctx']['pattern']}"
        case _:
            return error["msg"]


_KEYS = sorted(
    {
        field.alias or name
        for model in (Policy, Rule, Channels, UnitsChange, MonthlyChange, FreezeWindow, Budget)
        for name, field in model.model_fields.items()
    }
    - set(_WRITTEN)
    | set(_READ_AS)
)
"""What can be written in the file, for who has mistyped it."""


def _in_order(tags: dict[str, str]) -> dict[str, str]:
    return dict(sorted(tags.items()))


def _fits(value: str, globs: frozenset[str] | list[str]) -> bool:
    # To fnmatch a bracket opens a set of characters; here only * and ? are wild.
    return any(fnmatchcase(value.casefold(), each.casefold().replace("[", "[[]")) for each in globs)


def _between(least: object, most: object) -> str:
    if least is None:
        return f"at most {most}"
    return f"at least {least}" if most is None else f"{least} to {most}"


def _check_order(least: Decimal | int | None, most: Decimal | int | None) -> None:
    if least is None and most is None:
        raise ValueError("give min, max or both")
    if least is not None and most is not None and least > most:
        raise ValueError(f"min ({least}) is more than max ({most})")
