"""What Slack knows of people: who is in a user group, who has left, and which clock somebody lives by."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.kept import Kept
from bot.slack import Person, Slack
from dac.errors import DacError, Invalid, NotFound, Unavailable
from dac.zones import is_zone, zone_named

log = logging.getLogger(__name__)

KEPT_SECONDS = 5.0
"""A click is judged by a look-up this old at the most; usergroups.users.list may be called twenty times a minute."""


PERSON_KEPT_SECONDS = 600.0
"""People seldom travel or leave, and a person's zone is asked for at every command that names a time."""

UTC = ZoneInfo("UTC")


class Directory:
    """Asked from worker threads, answered on the event loop that Slack is spoken to from."""

    def __init__(self, slack: Slack, loop: asyncio.AbstractEventLoop, now: Callable[[], datetime]) -> None:
        self._slack = slack
        self._loop = loop
        self._now = now
        self._groups: dict[str, Kept[frozenset[str]]] = {}
        self._people: dict[str, Kept[Person]] = {}
        self._guard = threading.Lock()

    def members(self, group: str) -> frozenset[str]:
        """The people in a group; raises `DacError` where Slack does not say."""
        with self._guard:
            kept = self._groups.setdefault(group, Kept(lambda: self._ask(group), KEPT_SECONDS, self._now))
        return kept.get()

    def zone(self, user: str) -> ZoneInfo:
        """The time zone a person lives by, UTC where Slack does not say."""
        try:
            name = self._person(user).zone
        except DacError as error:
            log.warning("The time zone of <%s> is taken for UTC: %s", user, error)
            return UTC
        return zone_named(name) if is_zone(name) else UTC

    def has_left(self, user: str) -> bool:
        """Whether Slack says that nobody can act under that id; where it does not say, somebody can."""
        try:
            return self._person(user).deleted
        except NotFound:
            return True
        except DacError as error:
            log.warning("Whether <%s> has left is not known: %s", user, error)
            return False

    def _person(self, user: str) -> Person:
        with self._guard:
            kept = self._people.setdefault(user, Kept(lambda: self._look_up(user), PERSON_KEPT_SECONDS, self._now))
        return kept.get()

    def _ask(self, group: str) -> frozenset[str]:
        try:
            return self._members(group)
        except Unavailable:
            raise
        except DacError as error:
            raise Invalid(
                f"The approval policy names the user group {group}, whose members Slack does not tell: {error} "
                "Whoever keeps the policy file can mend that."
            ) from None

    def _members(self, group: str) -> frozenset[str]:
        return asyncio.run_coroutine_threadsafe(self._slack.members(group), self._loop).result()

    def _look_up(self, user: str) -> Person:
        return asyncio.run_coroutine_threadsafe(self._slack.person(user), self._loop).result()
