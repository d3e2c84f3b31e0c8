"""What asking for a plan would come to: the rule that decides, who could, and whether they could ever be enough."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import TypeAlias

from approvals.policy import MembersOf, Policy, Rule
from approvals.request import Request
from approvals.tally import Approval, tally
from dac.change import Change
from dac.errors import DacError, Denied, Invalid, Unavailable
from dac.figures import Frozen

_ANY_TIME = datetime.min.replace(tzinfo=UTC)

HasLeft: TypeAlias = Callable[[str], bool]
"""Whether somebody whom the policy names is not there any more."""


class Asked(Frozen):
    """The rule, and everybody but the requester who could approve as of now."""

    rule: Rule
    eligible: tuple[str, ...]


def consider(
    plan: Change, requester: str, policy: Policy, members_of: MembersOf, has_left: HasLeft, *, who: str = "you"
) -> Asked:
    """Raises `Denied` where no rule covers it or the rule lets only others ask, `Invalid` where nobody could agree.

    `who` is what the requester is called in these sentences, which may be read by somebody else.
    """
    rule = policy.rule_for(plan)
    if rule.requesters is not None and not rule.requesters.include(requester, members_of):
        is_not = "you are not" if who == "you" else f"{who} is not"
        raise Denied(f"The rule “{rule.name}” lets only certain people ask for this, and {is_not} among them.")
    eligible, lacks = _able(rule, requester, members_of, has_left, who)
    if lacks:
        mend = lacks[1] or "Whoever keeps the policy file can mend that."
        raise Invalid(f"Nobody could ever approve this: the rule “{rule.name}” {lacks[0]}. {mend}")
    return Asked(rule=rule, eligible=eligible)


def hopeless(request: Request, members_of: MembersOf, has_left: HasLeft) -> str:
    """Why what waits for approval cannot be approved any more, whoever there is now; empty where it can."""
    who = "the person who asked"
    _, lacks = _able(request.rule, request.requester, members_of, has_left, who, request.approvals)
    if not lacks:
        return ""
    return (
        f"Nobody can approve request {request.id} any more: the rule “{request.rule.name}”, under which it was asked, "
        f"{lacks[0]}. Ask anew, or edit it if you asked: then the policy of today decides. {lacks[1]}"
    ).rstrip()


def _able(
    rule: Rule, requester: str, members_of: MembersOf, has_left: HasLeft, who: str, given: Sequence[Approval] = ()
) -> tuple[tuple[str, ...], tuple[str, str] | None]:
    """Who could approve now, and what is missing if all of them, with the approvals there are, did; and why."""
    named = rule.approvers.groups.union(rule.must_include.groups if rule.must_include else ())
    members, troubles = _looked_up(named, members_of)
    there = rule.approvers.resolve(members.__getitem__) - {requester}
    known = {each.voter for each in given}
    eligible = tuple(sorted(each for each in there if each not in rule.approvers.users or not has_left(each)))
    everybody = [
        *given,
        *(
            Approval(voter=each, at=_ANY_TIME, groups=tuple(group for group, held in members.items() if each in held))
            for each in eligible
            if each not in known
        ),
    ]
    best = tally(rule, everybody)
    if best.enough:
        return eligible, None
    if len(everybody) < rule.approvals:
        lacks = f"asks for {_people(rule.approvals)} other than {who}, and names {_people(len(everybody))}"
    elif best.counted < best.needed:
        lacks = f"asks for people of {best.needed} different groups, and those it names are of {best.counted}"
    else:
        lacks = f"asks for the approval of certain people, and none of them other than {who} is among its approvers"
    return eligible, (lacks, " ".join(troubles))


def _looked_up(groups: frozenset[str], members_of: MembersOf) -> tuple[dict[str, frozenset[str]], list[str]]:
    """Who is in each group. One that can never be looked up has nobody in it, and does not stop the others."""
    members: dict[str, frozenset[str]] = {}
    troubles = []
    for group in sorted(groups):
        try:
            members[group] = members_of(group)
        except Unavailable:
            raise
        except DacError as trouble:
            members[group] = frozenset()
            troubles.append(str(trouble))
    return members, troubles


def _people(count: int) -> str:
    return {0: "nobody", 1: "one person"}.get(count, f"{count} people")
