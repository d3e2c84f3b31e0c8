"""Names for new things: message timestamps that never repeat, and ids that look like Slack's."""

from __future__ import annotations

import itertools
import secrets
import string

from sandbox.clock import Clock

_ALPHABET = string.ascii_uppercase + string.digits


class Ids:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._last = 0
        # Somewhere in Slack's range, so that a workspace started anew does not give out the ids of the last one.
        self._counter = itertools.count(secrets.randbelow(36**7))

    def ts(self) -> str:
        """A message timestamp: microseconds of the clock, always later than the one before."""
        self._last = max(self._last + 1, int(self._clock.now().timestamp() * 1_000_000))
        return f"{self._last // 1_000_000}.{self._last % 1_000_000:06d}"

    def new(self, prefix: str) -> str:
        """Short and in order, so that a reader can tell which came first."""
        return f"{prefix}0{_base36(next(self._counter)):0>8}"


def secret() -> str:
    return secrets.token_hex(16)


def short() -> str:
    """What Slack fills in for a block_id or action_id that was left out."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(5))


def _base36(number: int) -> str:
    digits = ""
    while number:
        number, rest = divmod(number, 36)
        digits = (string.digits + string.ascii_uppercase)[rest] + digits
    return digits
