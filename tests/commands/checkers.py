"""Checks of data sets in this process, of which one may come to an end before it is done."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from dac.dataset import Checker
from dac.dataset_counted import Counted, Progress
from dac.errors import Unavailable


class FakeCheckers:
    """`dac.checking.Checkers`. `dies_after` is the bytes after which one's memory has run out."""

    def __init__(self) -> None:
        self.dies_after: int | None = None
        self.under_way = 0

    @contextmanager
    def begin(self) -> Iterator[FakeChecking]:
        self.under_way += 1
        try:
            yield FakeChecking(self.dies_after)
        finally:
            self.under_way -= 1


class FakeChecking:
    def __init__(self, dies_after: int | None) -> None:
        self._checker = Checker()
        self._dies_after = dies_after

    def feed(self, chunk: bytes) -> Progress:
        progress = self._checker.feed(chunk)
        if self._dies_after is not None and progress.bytes > self._dies_after:
            raise Unavailable("The check was broken off.")
        return progress

    def finish(self) -> Counted:
        return self._checker.finish()
