"""A reading kept for seconds, made once however many ask for it at the same time."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from datetime import datetime, timedelta
from typing import Generic, TypeVar

Value = TypeVar("Value")


class Kept(Generic[Value]):
    """What `read` gave at most `seconds` ago; who comes while it is being read waits for that reading.

    An error goes to everybody who waited for it and is not kept. What is older than `seconds` is never given out.
    """

    def __init__(self, read: Callable[[], Value], seconds: float, now: Callable[[], datetime]) -> None:
        self._read = read
        self._fresh_for = timedelta(seconds=seconds)
        self._now = now
        self._lock = threading.Lock()
        self._reading: Future[Value] | None = None
        self._since: datetime | None = None

    def get(self) -> Value:
        with self._lock:
            at = self._now()
            reading, mine = self._reading, False
            if reading is None or (reading.done() and not self._fresh(at)):
                reading = self._reading = Future()
                self._since, mine = at, True
        if mine:
            self._fill(reading)
        return reading.result()

    @property
    def fresh(self) -> bool:
        """Whether `get` has one to give at once."""
        with self._lock:
            return self._reading is not None and self._reading.done() and self._fresh(self._now())

    def forget(self) -> None:
        """Have the next one who asks read anew, even where a reading is under way: it may have missed a change."""
        with self._lock:
            self._reading = None

    def _fresh(self, at: datetime) -> bool:
        # A clock set back makes an old reading look new: before its own time it does not count as fresh.
        return self._since is not None and timedelta() <= at - self._since < self._fresh_for

    def _fill(self, reading: Future[Value]) -> None:
        try:
            reading.set_result(self._read())
        except BaseException as error:  # noqa: BLE001 - raised to everybody who waits, this thread included
            with self._lock:
                if self._reading is reading:
                    self._reading = None
            reading.set_exception(error)
