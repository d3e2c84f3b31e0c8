"""Who is in a user group, asked of Slack no more often than Slack allows."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from datetime import datetime

from bot.kept import Kept
from bot.slack import Slack
from dac.errors import DacError, Invalid, Unavailable

KEPT_SECONDS = 5.0
"""A click is judged by a look-up this old at the most; usergroups.users.list may be called twenty times a minute."""


class Directory:
    """Asked from worker threads, answered on the event loop that Slack is spoken to from."""

    def __init__(self, slack: Slack, loop: asyncio.AbstractEventLoop, now: Callable[[], datetime]) -> None:
        self._slack = slack
        self._loop = loop
        self._now = now
        self._groups: dict[str, Kept[frozenset[str]]] = {}
        self._guard = threading.Lock()

    def members(self, group: str) -> frozenset[str]:
        """The people in a group; raises `DacError` where Slack does not say."""
        with self._guard:
            kept = self._groups.setdefault(group, Kept(lambda: self._ask(group), KEPT_SECONDS, self._now))
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
