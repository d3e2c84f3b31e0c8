"""Whom a scheduled digest's trouble concerns: its owner, and once they have left, those who may stop everything."""

from __future__ import annotations

import logging
from collections.abc import Callable

from approvals.policy import MembersOf, Policy
from dac.errors import DacError

log = logging.getLogger(__name__)


class Owners:
    """Asked from worker threads."""

    def __init__(self, has_left: Callable[[str], bool], policy: Callable[[], Policy], members_of: MembersOf) -> None:
        self.has_left = has_left
        self._policy = policy
        self._members_of = members_of

    def heirs(self) -> list[str]:
        """Those whom the policy lets freeze and who are there; without those of groups where Slack does not tell."""
        freezers = self._policy().freezers
        try:
            people = freezers.resolve(self._members_of)
        except DacError as error:
            log.warning("Not everybody who may freeze is known: %s", error)
            people = freezers.users
        return [each for each in sorted(people) if not self.has_left(each)]
