"""The policy file: read at the start and whenever somebody asks for it, and what was read is on record."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from approvals import policy
from approvals.events import BOT, PolicyRead
from approvals.policy import Policy
from approvals.store import Store
from dac.errors import DacError, Invalid

log = logging.getLogger(__name__)


def read_policy(path: Path) -> Policy:
    """The policy in a file; raises `Invalid` saying what is wrong with it."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Invalid(f"The policy file {path} cannot be read: {error}") from None
    return policy.load(text, str(path))


class PolicyFile:
    """`current` is what counts now; a request goes on under the rule it was judged by."""

    def __init__(self, path: Path, store: Store, now: Callable[[], datetime]) -> None:
        """Raises `Invalid` where the file is wrong: then the bot does not start."""
        self._path = path
        self._store = store
        self._now = now
        self._policy = read_policy(path)
        self._note()

    def current(self) -> Policy:
        return self._policy

    def reload(self) -> None:
        """Read the file again; one that is wrong, or cannot be put on record, leaves everything as it was."""
        before = self._policy
        try:
            self._policy = read_policy(self._path)
            self._note()
        except DacError as error:
            self._policy = before
            log.error("The policy stays as it was. %s", error)  # noqa: TRY400 - its sentence says it all
            return
        told = "has changed" if self._policy.digest != before.digest else "says what it said"
        log.info("%s was read again and %s: %d rules", self._path, told, len(self._policy.rules))

    def _note(self) -> None:
        read = PolicyRead(digest=self._policy.digest, rules=tuple(each.name for each in self._policy.rules))
        if self._store.policy_digest() != read.digest:
            self._store.note(read, actor=BOT, at=self._now())
