"""Trigger ids: the right to open one modal within three seconds of what a person did."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sandbox.clock import Clock
from sandbox.slack.errors import ApiError
from sandbox.slack.ids import Ids, secret

LIFETIME = timedelta(seconds=3)


@dataclass
class Trigger:
    user: str
    at: datetime
    view: str | None
    """The modal it was pressed in, if any."""
    channel: str | None
    """Where it was pressed or typed, which a modal's conversation inputs may default to."""
    exchanged: bool = False


class Triggers:
    def __init__(self, clock: Clock, ids: Ids) -> None:
        self._clock = clock
        self._ids = ids
        self._issued: dict[str, Trigger] = {}

    def issue(self, user: str, *, view: str | None = None, channel: str | None = None) -> str:
        id_ = f"{self._ids.ts()}.{secret()}"
        self._issued[id_] = Trigger(user, self._clock.now(), view, channel)
        return id_

    def look(self, id_: str | None) -> Trigger:
        """The trigger, if it still opens a modal; `exchanged` is set once it has."""
        trigger = self._issued.get(id_ or "")
        if not trigger:
            raise ApiError("invalid_trigger_id")
        if trigger.exchanged:
            raise ApiError("exchanged_trigger_id")
        if self._clock.now() - trigger.at > LIFETIME:
            raise ApiError("expired_trigger_id")
        return trigger

    def clear(self) -> None:
        self._issued.clear()
