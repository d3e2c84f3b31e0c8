"""What open pages are told as it happens, and the record of raw traffic that the inspector shows."""

from __future__ import annotations

import asyncio
import itertools
import re
from collections import deque
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Any

from sandbox.clock import Clock
from sandbox.slack.errors import Json

_KEPT = 300
_HIDDEN = "(hidden)"
_TICKET = re.compile(r"(ticket=)\w+")


class Stream:
    def __init__(self, clock: Clock, secrets: Collection[str]) -> None:
        self._clock = clock
        self._secrets = tuple(secrets)
        self._readers: dict[asyncio.Queue[Json | None], str] = {}
        self._numbers = itertools.count(1)
        self._traffic: deque[Json] = deque(maxlen=_KEPT)

    @contextmanager
    def reader(self, user: str) -> Iterator[asyncio.Queue[Json | None]]:
        queue: asyncio.Queue[Json | None] = asyncio.Queue()
        self._readers[queue] = user
        try:
            yield queue
        finally:
            del self._readers[queue]

    def publish(self, event: Json, users: Collection[str] | None = None) -> None:
        """To the pages of these users, or to all."""
        for queue, user in self._readers.items():
            if users is None or user in users:
                queue.put_nowait(event)

    def end(self) -> None:
        """Send every page away: the server stops."""
        for queue in self._readers:
            queue.put_nowait(None)

    def traffic(self, direction: str, kind: str, name: str, **details: Any) -> int:
        """Record one exchange; `follow_up` adds its answer under the same id."""
        number = next(self._numbers)
        self._entry(
            {
                "id": number,
                "at": self._clock.now().isoformat(),
                "direction": direction,
                "kind": kind,
                "name": name,
                **details,
            }
        )
        return number

    def follow_up(self, number: int, **details: Any) -> None:
        for entry in reversed(self._traffic):
            if entry["id"] == number:
                entry.update(details)
                self._tell(entry)
                return

    def recent_traffic(self) -> list[Any]:
        return [self.redacted(entry) for entry in self._traffic]

    def clear(self) -> None:
        self._traffic.clear()

    def redacted(self, value: Any) -> Any:
        """The same without anything that opens a door."""
        if isinstance(value, dict):
            return {key: _HIDDEN if key in {"token", "ticket"} else self.redacted(part) for key, part in value.items()}
        if isinstance(value, list):
            return [self.redacted(part) for part in value]
        if isinstance(value, str):
            for secret in self._secrets:
                value = value.replace(secret, _HIDDEN)
            return _TICKET.sub(rf"\1{_HIDDEN}", value)
        return value

    def _entry(self, entry: Json) -> None:
        self._traffic.append(entry)
        self._tell(entry)

    def _tell(self, entry: Json) -> None:
        if self._readers:
            self.publish({"type": "traffic", "entry": self.redacted(entry)})
