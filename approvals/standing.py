"""Where a person stands towards a request: whom the rule names is asked of Slack, what follows from it is checked."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from approvals import checks
from approvals.checks import Check
from approvals.policy import MembersOf, Rule
from approvals.request import Request
from dac.errors import DacError, Unavailable

APPROVE, DENY, EDIT, AGREE, CANCEL = "approve", "deny", "edit", "agree", "cancel"
BREAK_GLASS, REVIEW = "break-glass", "review"
CONFIRM, STOP = "confirm", "stop"

_CHECKS: dict[str, Check] = {
    APPROVE: checks.may_approve,
    DENY: checks.may_deny,
    EDIT: checks.may_amend,
    AGREE: checks.may_agree,
    CANCEL: checks.may_cancel,
    BREAK_GLASS: checks.may_break_glass,
    REVIEW: checks.may_review,
    CONFIRM: checks.may_confirm,
    STOP: checks.may_stop,
}
"""What people can try with a request, and what decides whether they may."""

ATTEMPTS = tuple(_CHECKS)


class Standing:
    def __init__(self, members_of: MembersOf) -> None:
        self._members_of = members_of

    def judged(self, seen: Request, person: str, attempt: str) -> Callable[[Request, datetime], None]:
        """What tells whether that person may, with all that had to be asked of Slack for it."""
        named, trouble = True, None
        try:
            named = self._is_named(seen, person, attempt)
        except DacError as error:
            trouble = error

        def check(request: Request, at: datetime) -> None:
            _CHECKS[attempt](request, person, at, named)
            if trouble:
                # Whatever Slack would have said, nothing else stands against it.
                raise trouble

        return check

    def _is_named(self, request: Request, person: str, attempt: str) -> bool:
        """Whether the rule names that person for it, looked up now."""
        people = request.rule.break_glass if attempt == BREAK_GLASS else request.rule.approvers
        if attempt in {CANCEL, AGREE} or people is None:
            return False
        return people.include(person, self._members_of)

    def groups_of(self, person: str, rule: Rule) -> tuple[str, ...]:
        """Those of the rule's groups that person is in now.

        Where it depends on them whether a yes counts, Slack must tell of all: it stays as it is recorded.
        """
        must = rule.must_include.groups if rule.must_include else frozenset()
        counting = must | rule.approvers.groups if rule.different_groups else must
        found = []
        for group in sorted(rule.approvers.groups | must):
            try:
                if person in self._members_of(group):
                    found.append(group)
            except DacError as trouble:
                if isinstance(trouble, Unavailable) and group in counting:
                    raise
        return tuple(found)
