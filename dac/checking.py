"""A check of a data set that is under way, wherever it is computed."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Protocol

from dac.dataset_counted import Counted, Progress


class Checking(Protocol):
    """`Unavailable` where what computes it has ended before it was done; then it has to be begun anew."""

    def feed(self, chunk: bytes) -> Progress:
        """The next bytes of the file; how far it is may lag a little behind them."""
        ...

    def finish(self) -> Counted:
        """Nothing may be fed after."""
        ...


class Checkers(Protocol):
    def begin(self) -> AbstractContextManager[Checking]:
        """One check; with the context ends whatever it takes, and it may be left before it is done."""
        ...
