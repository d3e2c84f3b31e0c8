"""A reading made once for everybody who asks at the same time."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from bot.kept import Kept
from dac.errors import Unavailable


class Hands:
    """A clock set by hand."""

    def __init__(self) -> None:
        self.at = datetime(2026, 11, 23, 12, tzinfo=UTC)

    def now(self) -> datetime:
        return self.at

    def advance(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


class Counter:
    """Counts its readings; held, each waits until released."""

    def __init__(self, failing: Iterable[int] = ()) -> None:
        self.readings = 0
        self.failing = set(failing)
        self.begun = threading.Event()
        self.release = threading.Event()
        self.release.set()

    def __call__(self) -> int:
        self.readings += 1
        reading = self.readings
        self.begun.set()
        assert self.release.wait(10)
        if reading in self.failing:
            raise Unavailable("Oracle is away.")
        return reading


def test_a_fresh_reading_is_given_again() -> None:
    hands, counter = Hands(), Counter()
    kept = Kept(counter, 20, hands.now)
    assert kept.get() == 1
    hands.advance(19.9)
    assert kept.get() == 1


@pytest.mark.parametrize("seconds", [20, 3600, -1])
def test_a_reading_too_old_or_from_the_future_is_made_anew(seconds: float) -> None:
    hands, counter = Hands(), Counter()
    kept = Kept(counter, 20, hands.now)
    kept.get()
    hands.advance(seconds)
    assert kept.get() == 2


def test_who_asks_while_it_is_read_waits_for_that_reading() -> None:
    counter = Counter()
    counter.release.clear()
    kept = Kept(counter, 20, Hands().now)
    with ThreadPoolExecutor(20) as pool:
        asked = [pool.submit(kept.get) for _ in range(20)]
        assert counter.begun.wait(10)
        counter.release.set()
        assert [each.result(10) for each in asked] == [1] * 20
    assert counter.readings == 1


def test_an_error_reaches_everybody_who_waited_and_is_not_kept() -> None:
    counter = Counter(failing={1, 2})
    counter.release.clear()
    kept = Kept(counter, 20, Hands().now)
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(kept.get)
        assert counter.begun.wait(10)
        second = pool.submit(kept.get)
        counter.release.set()
        for each in (first, second):
            with pytest.raises(Unavailable):
                each.result(10)
    counter.failing.clear()
    assert kept.get() == counter.readings


def test_what_was_being_read_when_something_changed_is_not_given_to_later_askers() -> None:
    counter = Counter()
    counter.release.clear()
    kept = Kept(counter, 20, Hands().now)
    with ThreadPoolExecutor(1) as pool:
        early = pool.submit(kept.get)
        assert counter.begun.wait(10)
        kept.forget()
        counter.release.set()
        assert kept.get() == 2
        assert early.result(10) == 1
    assert kept.get() == 2


def test_a_failure_after_something_changed_does_not_disturb_the_newer_reading() -> None:
    counter = Counter(failing={1})
    counter.release.clear()
    kept = Kept(counter, 20, Hands().now)
    with ThreadPoolExecutor(1) as pool:
        early = pool.submit(kept.get)
        assert counter.begun.wait(10)
        kept.forget()
        counter.release.set()
        assert kept.get() == 2
        with pytest.raises(Unavailable):
            early.result(10)
    assert kept.get() == 2
